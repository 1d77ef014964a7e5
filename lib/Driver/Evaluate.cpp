//===- Evaluate.cpp - How good a model is ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Driver/Evaluate.h"
#include "Similarity.h"
#include "TemporaryLibrary.h"
#include "Values.h"
#include "dlc/Driver/Json.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"

using namespace dlc;
using llvm::Twine;

namespace {

/// How many samples a model classifies as labelled.
struct Accuracy {
  int64_t samples = 0, numTop1 = 0, numTop5 = 0, classes = 0;

  double getTop1() const { return double(numTop1) / double(samples); }
  double getTop5() const { return double(numTop5) / double(samples); }
  bool hasTop5() const { return classes > 5; }

  void add(const HostTensor &scores, int64_t sample, int64_t label);
};

/// A model, and what has been found out about it.
struct Candidate {
  std::string path;
  std::optional<Library> library;
  std::vector<HostTensor> outputs;
  Accuracy accuracy;
};

class Evaluation {
public:
  Evaluation(const EvaluateOptions &options, llvm::raw_ostream &os)
      : options(options), os(os) {}
  llvm::Error run();

private:
  llvm::Error load(const std::string &path);
  llvm::Error checkOutputs() const;
  llvm::Error openLabels();
  llvm::Error addBatch(int64_t count);
  llvm::Error addLabels(int64_t count);
  void print() const;
  llvm::Error writeJSON() const;

  const EvaluateOptions &options;
  llvm::raw_ostream &os;
  /// The model, then the reference.
  std::vector<Candidate> candidates;
  std::optional<Batches> batches;
  std::unique_ptr<DataSet> labels;
  std::vector<Similarity> similarities;
};

} // namespace

/// A class counts as right among the first k if fewer than k score better; of
/// equals, the first comes first.
void Accuracy::add(const HostTensor &scores, int64_t sample, int64_t label) {
  int64_t first = sample * classes, better = 0;
  long double own = getElement(scores, first + label);
  for (int64_t i = 0; i < classes; ++i) {
    long double other = getElement(scores, first + i);
    better += other > own || (other == own && i < label);
  }
  // NaN is never right.
  bool isNumber = own == own;
  samples += 1;
  numTop1 += isNumber && better < 1;
  numTop5 += isNumber && better < 5;
}

llvm::Error Evaluation::load(const std::string &path) {
  CompileOptions compile = options.compile;
  compile.model = path;
  llvm::Expected<Library> library = compileAndLoad(std::move(compile));
  if (!library)
    return library.takeError();
  Candidate &candidate = candidates.emplace_back();
  candidate.path = path;
  candidate.library.emplace(std::move(*library));
  return llvm::Error::success();
}

/// Both models must have the same inputs and outputs.
llvm::Error Evaluation::checkOutputs() const {
  const dlc_model_v1 &a = candidates[0].library->getModel();
  const dlc_model_v1 &b = candidates.back().library->getModel();
  auto compare = [&](llvm::StringRef kind, const dlc_tensor_info *ours,
                     size_t numOurs, const dlc_tensor_info *theirs,
                     size_t numTheirs) -> llvm::Error {
    bool fits = numOurs == numTheirs;
    for (size_t i = 0; fits && i < numOurs; ++i)
      fits = ours[i].dtype == theirs[i].dtype &&
             llvm::ArrayRef(ours[i].dims, ours[i].rank) ==
                 llvm::ArrayRef(theirs[i].dims, theirs[i].rank);
    if (fits)
      return llvm::Error::success();
    return llvm::createStringError(candidates[0].path + " and " +
                                   candidates.back().path + " have other " +
                                   kind);
  };
  if (llvm::Error error =
          compare("inputs", a.inputs, a.num_inputs, b.inputs, b.num_inputs))
    return error;
  return compare("outputs", a.outputs, a.num_outputs, b.outputs, b.num_outputs);
}

llvm::Error Evaluation::openLabels() {
  llvm::Expected<std::unique_ptr<DataSet>> set = DataSet::open(options.labels);
  if (!set)
    return set.takeError();
  labels = std::move(*set);
  bool isInteger =
      labels->getDType() != DLC_FLOAT32 && labels->getDType() != DLC_FLOAT64;
  if (labels->getSampleElements() != 1 || !isInteger)
    return llvm::createStringError(
        options.labels + ": a label is one integer, here it is " +
        formatType(labels->getDType(), labels->getSampleDims()));
  bool isEnough = options.data.samples
                      ? labels->size() >= batches->getNumSamples()
                      : labels->size() == batches->getNumSamples();
  if (!isEnough)
    return llvm::createStringError(
        options.labels + " has " + Twine(labels->size()) + " labels for " +
        Twine(batches->getNumSamples()) + " samples");
  for (Candidate &candidate : candidates) {
    const dlc_tensor_info &scores = candidate.library->getModel().outputs[0];
    int64_t elements = 1;
    for (int64_t size : llvm::ArrayRef(scores.dims, scores.rank))
      elements *= size;
    candidate.accuracy.classes = elements / batches->getBatchSize();
    if (elements % batches->getBatchSize() || candidate.accuracy.classes < 2)
      return llvm::createStringError(
          candidate.path + ": its first output, " +
          formatType(scores.dtype, llvm::ArrayRef(scores.dims, scores.rank)) +
          ", has no score for each class");
  }
  return llvm::Error::success();
}

llvm::Error Evaluation::addLabels(int64_t count) {
  HostTensor label;
  for (int64_t i = 0; i < count; ++i) {
    if (llvm::Error error = labels->read(label))
      return error;
    int64_t number = int64_t(getElement(label, 0));
    for (Candidate &candidate : candidates) {
      if (number < 0 || number >= candidate.accuracy.classes)
        return llvm::createStringError(
            options.labels + ": label " + Twine(number) +
            " is out of range: there are " + Twine(candidate.accuracy.classes) +
            " classes");
      candidate.accuracy.add(candidate.outputs[0], i, number);
    }
  }
  return llvm::Error::success();
}

llvm::Error Evaluation::addBatch(int64_t count) {
  for (Candidate &candidate : candidates)
    if (llvm::Error error =
            candidate.library->run(batches->getInputs(), candidate.outputs))
      return error;
  // Samples that fill up the last batch don't count.
  double share = double(count) / double(batches->getBatchSize());
  if (candidates.size() > 1)
    for (auto [similarity, got, want] : llvm::zip_equal(
             similarities, candidates[0].outputs, candidates[1].outputs))
      similarity.add(got, want, share);
  return labels ? addLabels(count) : llvm::Error::success();
}

void Evaluation::print() const {
  os << batches->getNumSamples() << " samples\n";
  for (const Candidate &candidate : candidates) {
    if (!labels)
      break;
    const Accuracy &accuracy = candidate.accuracy;
    os << llvm::format("  top-1 %7.2f %%  (%lld)", 100 * accuracy.getTop1(),
                       (long long)accuracy.numTop1);
    if (accuracy.hasTop5())
      os << llvm::format("   top-5 %7.2f %%", 100 * accuracy.getTop5());
    os << "   " << llvm::sys::path::filename(candidate.path) << "\n";
  }
  if (candidates.size() < 2)
    return;
  if (labels)
    os << llvm::format("  top-1 %+7.2f points\n",
                       100 * (candidates[0].accuracy.getTop1() -
                              candidates[1].accuracy.getTop1()));
  for (auto [similarity, output] :
       llvm::zip_equal(similarities, candidates[0].outputs))
    os << llvm::format("  cosine %.6f   SQNR %6.1f dB   ",
                       similarity.getCosine(), similarity.getSQNR())
       << output.name << "\n";
}

llvm::Error Evaluation::writeJSON() const {
  llvm::json::Array models, outputs;
  for (const Candidate &candidate : candidates) {
    llvm::json::Object model{{"model", candidate.path}};
    if (labels) {
      model["top1"] = candidate.accuracy.getTop1();
      if (candidate.accuracy.hasTop5())
        model["top5"] = candidate.accuracy.getTop5();
    }
    models.push_back(std::move(model));
  }
  if (candidates.size() > 1)
    for (auto [similarity, output] :
         llvm::zip_equal(similarities, candidates[0].outputs))
      outputs.push_back(llvm::json::Object{
          {"name", output.name},
          {"cosine", similarity.getCosine()},
          {"sqnr_db", std::min(similarity.getSQNR(), 999.0)}});
  llvm::json::Object figures{{"samples", batches->getNumSamples()},
                             {"models", std::move(models)},
                             {"outputs", std::move(outputs)}};
  return dlc::writeJSON(std::move(figures), options.json);
}

llvm::Error Evaluation::run() {
  if (options.labels.empty() && options.reference.empty())
    return llvm::createStringError(
        "what is it to be measured by? Give --labels, --reference, or both");
  candidates.reserve(2);
  if (llvm::Error error = load(options.compile.model))
    return error;
  if (!options.reference.empty()) {
    if (llvm::Error error = load(options.reference))
      return error;
    if (llvm::Error error = checkOutputs())
      return error;
  }
  const dlc_model_v1 &model = candidates[0].library->getModel();
  similarities.resize(model.num_outputs);
  llvm::Expected<Batches> found = Batches::create(options.data, model);
  if (!found)
    return found.takeError();
  batches.emplace(std::move(*found));
  if (!options.labels.empty())
    if (llvm::Error error = openLabels())
      return error;
  for (int64_t done = 0;;) {
    llvm::Expected<int64_t> count = batches->next();
    if (!count)
      return count.takeError();
    if (*count == 0)
      break;
    if (llvm::Error error = addBatch(*count))
      return error;
    done += *count;
    if (options.compile.progress)
      options.compile.progress(
          (Twine(done) + " of " + Twine(batches->getNumSamples()) + " samples")
              .str());
  }
  if (options.compile.progress)
    options.compile.progress("");
  print();
  return options.json.empty() ? llvm::Error::success() : writeJSON();
}

llvm::Error dlc::evaluateModel(const EvaluateOptions &options,
                               llvm::raw_ostream &os) {
  return Evaluation(options, os).run();
}
