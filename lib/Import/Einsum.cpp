//===- Einsum.cpp - Einsum ops from ONNX ----------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"

#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Reduction.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"
#include <map>

using namespace mlir;
using namespace dlc::onnximport;

namespace {

/// A dimension's label: a letter, or, in place of `...`, `firstEllipsis` plus
/// the position from the right.
using Label = int;
using Labels = SmallVector<Label>;
constexpr Label firstEllipsis = 256;

/// An operand and what its dimensions are called.
struct Term {
  Value value;
  Labels labels;
};

/// Evaluates an Einstein summation, two operands at a time, as reductions,
/// transposes and matrix products.
class Einsum {
public:
  explicit Einsum(Node &node) : node(node) {}
  Value run();

private:
  bool parse();
  bool parseTerm(StringRef text, int64_t rank, Labels &labels);
  bool setImplicitOutput();
  bool setSizes();

  void takeDiagonals(Term &term);
  void sumOut(Term &term, const Labels &kept);
  void permute(Term &term, const Labels &order);
  Term contract(Term a, Term b, const Labels &kept);
  Dim count(const Labels &labels);
  Shape shapeFor(const Labels &labels) const;

  Node &node;
  SmallVector<Term> terms;
  Labels output;
  int64_t ellipsisRank = 0;
  DenseMap<Label, Dim> sizes;
};

} // namespace

/// Those of `labels` that are in `others`, or that aren't.
static Labels select(const Labels &labels, const Labels &others, bool isIn) {
  Labels result;
  for (Label label : labels)
    if (llvm::is_contained(others, label) == isIn)
      result.push_back(label);
  return result;
}

//===----------------------------------------------------------------------===//
// The equation
//===----------------------------------------------------------------------===//

/// Reads the labels of a term with `rank` dimensions.
bool Einsum::parseTerm(StringRef text, int64_t rank, Labels &labels) {
  auto [before, after] = text.split("...");
  bool hasEllipsis = text.contains("...");
  for (char c : (before + after).str())
    if (!llvm::isAlpha(c))
      return false;
  int64_t covered = rank - int64_t(before.size() + after.size());
  if (covered < 0 || (covered > 0 && !hasEllipsis))
    return false;
  labels.assign(before.begin(), before.end());
  for (int64_t i = covered; i-- > 0;)
    labels.push_back(firstEllipsis + i);
  labels.append(after.begin(), after.end());
  ellipsisRank = std::max(ellipsisRank, covered);
  return true;
}

/// Without an output, it has the labels that appear once, sorted, after the
/// ellipsis.
bool Einsum::setImplicitOutput() {
  std::map<Label, unsigned> uses;
  for (const Term &term : terms)
    for (Label label : term.labels)
      ++uses[label];
  for (int64_t i = ellipsisRank; i-- > 0;)
    output.push_back(firstEllipsis + i);
  for (auto [label, count] : uses)
    if (count == 1 && label < firstEllipsis)
      output.push_back(label);
  return true;
}

bool Einsum::parse() {
  std::string equation = node.getStringAttribute("equation", "").str();
  llvm::erase(equation, ' ');
  auto [left, right] = StringRef(equation).split("->");
  SmallVector<StringRef> texts;
  left.split(texts, ',');
  if (texts.size() != node.getInputs().size())
    return false;
  for (auto [text, input] : llvm::zip(texts, node.getInputs())) {
    Term term{input, {}};
    if (!input || !parseTerm(text, rankOf(input), term.labels))
      return false;
    terms.push_back(std::move(term));
  }
  if (!StringRef(equation).contains("->"))
    return setImplicitOutput();
  int64_t letters = llvm::count_if(right, llvm::isAlpha);
  bool hasEllipsis = right.contains("...");
  return parseTerm(right, letters + (hasEllipsis ? ellipsisRank : 0), output);
}

/// Finds the size of each label. Where one operand has size 1 and another
/// doesn't, the one broadcasts: it loses that dimension.
bool Einsum::setSizes() {
  for (const Term &term : terms)
    for (auto [label, size] : llvm::zip(term.labels, dimsOf(term.value))) {
      Dim &known = sizes.try_emplace(label, size).first->second;
      if (known == Dim(1))
        known = size;
      else if (size != Dim(1) && !dlc::sizesAgree(known, size))
        return false;
      else if (size.isNumber() && size != Dim(1))
        known = size;
    }
  for (Term &term : terms) {
    Labels labels;
    for (auto [label, size] : llvm::zip(term.labels, dimsOf(term.value)))
      if (size != Dim(1) || sizes[label] == Dim(1))
        labels.push_back(label);
    term.value = node.reshape(term.value, shapeFor(labels));
    term.labels = labels;
  }
  return llvm::all_of(output, [&](Label label) {
    return sizes.contains(label) && llvm::count(output, label) == 1;
  });
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

Dim Einsum::count(const Labels &labels) {
  std::optional<Dim> product = dlc::countDims(shapeFor(labels));
  if (!product)
    node.error("the shapes of its inputs overflow");
  return product.value_or(Dim(0));
}

Shape Einsum::shapeFor(const Labels &labels) const {
  return Shape(llvm::map_range(
      labels, [&](Label label) { return sizes.lookup(label); }));
}

void Einsum::permute(Term &term, const Labels &order) {
  SmallVector<int64_t> perm;
  for (Label label : order)
    perm.push_back(llvm::find(term.labels, label) - term.labels.begin());
  term = {node.transpose(term.value, perm), order};
}

/// A label that an operand has twice stands for the diagonal: every
/// (size + 1)th element of the two dimensions taken as one.
void Einsum::takeDiagonals(Term &term) {
  for (size_t i = 0; i < term.labels.size(); ++i) {
    Label label = term.labels[i];
    auto second =
        std::find(term.labels.begin() + i + 1, term.labels.end(), label);
    if (second == term.labels.end())
      continue;
    size_t j = second - term.labels.begin();
    SmallVector<int64_t> perm;
    Labels rest;
    for (size_t k = 0; k < term.labels.size(); ++k)
      if (k != i && k != j) {
        perm.push_back(k);
        rest.push_back(term.labels[k]);
      }
    perm.append({int64_t(i), int64_t(j)});
    if (!node.requireStatic(term.value, i))
      return;
    int64_t size = sizes.lookup(label).getSize(), last = rest.size();
    Shape shape = shapeFor(rest);
    shape.push_back(size * size);
    Value flat = node.reshape(node.transpose(term.value, perm), shape);
    shape.back() = size;
    Shape starts(last + 1, 0);
    SmallVector<int64_t> steps(last + 1, 1);
    steps.back() = size > 1 ? size + 1 : 1;
    rest.push_back(label);
    term = {node.create<dlc::SliceOp>(flat, starts, shape, steps), rest};
    i = size_t(-1);
  }
}

void Einsum::sumOut(Term &term, const Labels &kept) {
  SmallVector<int64_t> axes;
  for (auto [i, label] : llvm::enumerate(term.labels))
    if (!llvm::is_contained(kept, label))
      axes.push_back(i);
  if (axes.empty())
    return;
  term = {node.reduce<dlc::ReduceSumOp>(term.value, axes, /*keepdims=*/false),
          select(term.labels, kept, true)};
}

/// Multiplies two terms and sums over the labels that aren't kept.
Term Einsum::contract(Term a, Term b, const Labels &kept) {
  Labels keptOrB(kept), keptOrA(kept);
  keptOrB.append(b.labels);
  keptOrA.append(a.labels);
  sumOut(a, keptOrB);
  sumOut(b, keptOrA);
  Labels shared = select(a.labels, b.labels, true);
  Labels batch = select(shared, kept, true);
  Labels summed = select(shared, kept, false);
  Labels rows = select(a.labels, shared, false);
  Labels columns = select(b.labels, shared, false);
  auto join = [](Labels first, const Labels &second, const Labels &third) {
    first.append(second);
    first.append(third);
    return first;
  };
  permute(a, join(batch, rows, summed));
  permute(b, join(batch, summed, columns));
  Value product = node.create<dlc::MatMulOp>(
      node.reshape(a.value, {count(batch), count(rows), count(summed)}),
      node.reshape(b.value, {count(batch), count(summed), count(columns)}));
  Labels labels = join(batch, rows, columns);
  return {node.reshape(product, shapeFor(labels)), labels};
}

Value Einsum::run() {
  if (!parse()) {
    node.error("attribute 'equation' is malformed or doesn't fit its inputs");
    return {};
  }
  if (!setSizes()) {
    node.error("attribute 'equation' contradicts the shapes of its inputs");
    return {};
  }
  for (Term &term : terms)
    takeDiagonals(term);
  Term result = terms.front();
  for (size_t i = 1; i < terms.size() && !node.hasFailed(); ++i) {
    Labels kept(output);
    for (const Term &later : llvm::drop_begin(terms, i + 1))
      kept.append(later.labels);
    result = contract(result, terms[i], kept);
  }
  sumOut(result, output);
  permute(result, output);
  return result.value;
}

static Values importEinsum(Node &node) { return {Einsum(node).run()}; }

void dlc::onnximport::registerEinsum(OpRegistry &registry) {
  registry.add("Einsum", 1, OpRegistry::anyNumber, importEinsum);
}
