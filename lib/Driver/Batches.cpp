//===- Batches.cpp - Samples as a model takes them ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Values.h"
#include "dlc/Driver/DataSet.h"
#include "llvm/Support/FileSystem.h"

using namespace dlc;
using llvm::Twine;

/// The data sets in the order of the model's inputs.
static llvm::Expected<std::vector<std::unique_ptr<DataSet>>>
openSets(const DataOptions &options, const dlc_model_v1 &model) {
  std::vector<std::unique_ptr<DataSet>> sets(model.num_inputs);
  size_t numPlaced = 0;
  for (llvm::StringRef argument : options.inputs) {
    auto [name, path] = argument.split('=');
    size_t place = numPlaced;
    if (path.empty() || llvm::sys::fs::exists(argument)) {
      path = argument;
      ++numPlaced;
    } else {
      for (place = 0; place < sets.size(); ++place)
        if (name == model.inputs[place].name)
          break;
      if (place == sets.size())
        return llvm::createStringError("the model has no input '" + name + "'");
    }
    if (place >= sets.size() || sets[place])
      return llvm::createStringError(
          "data are given for more inputs than the model's " +
          Twine(sets.size()) + ", or twice for one");
    llvm::Expected<std::unique_ptr<DataSet>> set = DataSet::open(path);
    if (!set)
      return set.takeError();
    sets[place] = std::move(*set);
  }
  for (auto [i, set] : llvm::enumerate(sets))
    if (!set)
      return llvm::createStringError("no data for the model's input '" +
                                     Twine(model.inputs[i].name) +
                                     "'; give NAME=PATH");
  return std::move(sets);
}

/// True if elements in one shape are the same in the other: dimensions are
/// split or merged, and none moves. As many channels last as the model has
/// first would be another picture.
static bool haveSameOrder(llvm::ArrayRef<int64_t> a,
                          llvm::ArrayRef<int64_t> b) {
  while (!a.empty() || !b.empty()) {
    int64_t aSize = 1, bSize = 1;
    unsigned aCount = 0, bCount = 0;
    auto take = [](llvm::ArrayRef<int64_t> &dims, int64_t &size,
                   unsigned &count) {
      size *= dims.front();
      count += dims.front() != 1;
      dims = dims.drop_front();
    };
    do {
      if (!a.empty() && (aSize <= bSize || b.empty()))
        take(a, aSize, aCount);
      else if (!b.empty())
        take(b, bSize, bCount);
      else
        return false;
    } while (aSize != bSize);
    if (aCount > 1 && bCount > 1)
      return false;
  }
  return true;
}

/// How many samples an input takes at once.
static llvm::Expected<int64_t> findBatchSize(const dlc_tensor_info &input,
                                             const DataSet &set) {
  llvm::ArrayRef<int64_t> dims(input.dims, input.rank);
  llvm::ArrayRef<int64_t> sampleDims = set.getSampleDims();
  int64_t elements = *getNumElements(dims, input.dtype);
  int64_t sample = set.getSampleElements();
  std::string described =
      set.getPath() + ": a sample is " + formatType(set.getDType(), sampleDims);
  bool isWhole = sample == elements;
  if (!isWhole &&
      (dims.empty() || dims[0] <= 0 || sample != elements / dims[0]))
    return llvm::createStringError(described + ", " + Twine(sample) +
                                   " elements, but input '" + input.name +
                                   "' is " + formatType(input.dtype, dims));
  if (!haveSameOrder(sampleDims, isWhole ? dims : dims.drop_front()))
    return llvm::createStringError(
        described + ", as many elements as input '" + input.name + "', " +
        formatType(input.dtype, dims) +
        ", but in another order; transpose the data");
  return isWhole ? 1 : dims[0];
}

/// Whether `fill` knows how to convert.
static llvm::Error checkConversion(const dlc_tensor_info &input,
                                   const DataSet &set,
                                   const DataOptions &options) {
  bool isScaled = options.scale != 1 || options.offset != 0;
  if (input.dtype == DLC_FLOAT32 ||
      (input.dtype == set.getDType() && !isScaled) ||
      (input.dtype == DLC_INT64 && !isFloatDType(set.getDType()) && !isScaled))
    return llvm::Error::success();
  return llvm::createStringError(
      set.getPath() + ": " + getDTypeName(set.getDType()) +
      " data don't become " + getDTypeName(input.dtype) + ", which input '" +
      input.name + "' takes" + (isScaled ? ", with --scale and --offset" : ""));
}

llvm::Expected<Batches> Batches::create(const DataOptions &options,
                                        const dlc_model_v1 &model) {
  Batches batches;
  batches.options = options;
  auto sets = openSets(options, model);
  if (!sets)
    return sets.takeError();
  for (auto [i, set] : llvm::enumerate(*sets)) {
    const dlc_tensor_info &info = model.inputs[i];
    llvm::Expected<int64_t> size = findBatchSize(info, *set);
    if (!size)
      return size.takeError();
    if (llvm::Error error = checkConversion(info, *set, options))
      return std::move(error);
    if (i == 0) {
      batches.batchSize = *size;
      batches.numSamples = set->size();
    } else if (*size != batches.batchSize ||
               set->size() != batches.numSamples) {
      return llvm::createStringError(
          set->getPath() + " has " + Twine(set->size()) + " samples, " +
          Twine(*size) + " in a batch; " + (*sets)[0]->getPath() + " has " +
          Twine(batches.numSamples) + ", " + Twine(batches.batchSize) +
          " in a batch");
    }
    auto tensor = std::make_unique<HostTensor>();
    tensor->name = info.name;
    tensor->dtype = info.dtype;
    tensor->dims.assign(info.dims, info.dims + info.rank);
    tensor->data.resize(info.bytes);
    batches.pointers.push_back(tensor.get());
    batches.inputs.push_back(std::move(tensor));
  }
  if (sets->empty())
    return llvm::createStringError("the model has no inputs");
  if (options.samples) {
    if (*options.samples < 1)
      return llvm::createStringError("--samples " + Twine(*options.samples) +
                                     ": at least one is needed");
    if (*options.samples > batches.numSamples)
      return llvm::createStringError("--samples " + Twine(*options.samples) +
                                     ": " + (*sets)[0]->getPath() + " has " +
                                     Twine(batches.numSamples));
    batches.numSamples = *options.samples;
  }
  batches.sets = std::move(*sets);
  return std::move(batches);
}

/// Converts a sample into its place in the batch.
static void fill(const HostTensor &sample, const DataOptions &options,
                 int32_t dtype, char *place) {
  size_t elements = getNumElements(sample);
  bool isScaled = options.scale != 1 || options.offset != 0;
  if (sample.dtype == dtype && !isScaled) {
    std::memcpy(place, sample.data.data(), sample.data.size());
    return;
  }
  float scale = float(options.scale), offset = float(options.offset);
  for (size_t i = 0; i < elements; ++i) {
    long double value = getElement(sample, i);
    if (dtype == DLC_INT64) {
      int64_t integer = int64_t(value);
      std::memcpy(place + i * sizeof(integer), &integer, sizeof(integer));
      continue;
    }
    float real = float(value) * scale + offset;
    std::memcpy(place + i * sizeof(real), &real, sizeof(real));
  }
}

llvm::Expected<int64_t> Batches::next() {
  int64_t count = std::min(batchSize, numSamples - position);
  if (count == 0)
    return 0;
  HostTensor sample;
  for (auto [set, input] : llvm::zip_equal(sets, inputs)) {
    size_t bytes = input->data.size() / batchSize;
    for (int64_t i = 0; i < count; ++i) {
      if (llvm::Error error = set->read(sample))
        return std::move(error);
      fill(sample, options, input->dtype, &input->data[i * bytes]);
    }
    for (int64_t i = count; i < batchSize; ++i)
      std::memcpy(&input->data[i * bytes],
                  &input->data[(i - count) % count * bytes], bytes);
  }
  position += count;
  return count;
}

llvm::Error Batches::rewind() {
  position = 0;
  for (std::unique_ptr<DataSet> &set : sets)
    if (llvm::Error error = set->rewind())
      return error;
  return llvm::Error::success();
}
