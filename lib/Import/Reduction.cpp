//===- Reduction.cpp - Reduction ops from ONNX ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "RunTimeValues.h"

#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Reduction.h"

using namespace mlir;
using namespace dlc::onnximport;

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

namespace {
/// The attributes and inputs that all reductions have.
struct Reduction {
  SmallVector<int64_t> axes;
  bool keepdims;
  /// No axes, and that means no reduction.
  bool isIdentity;
  /// The axes are data.
  bool isComputed = false;
};
} // namespace

/// `axesInputSince` is the opset where the axes became an input.
static Reduction getReduction(Node &node, int64_t axesInputSince) {
  int64_t rank = rankOf(node.getInput(0));
  Reduction reduction;
  reduction.keepdims = node.getIntAttribute("keepdims", 1) != 0;
  // How many axes there are is known.
  Value given = node.getInput(1);
  reduction.isComputed = node.getOpset() >= axesInputSince &&
                         node.isComputed(1) &&
                         getLength(node, 1).value_or(0) > 0;
  bool isLeftOut = given && shapeOf(given) == ArrayRef<int64_t>{0};
  std::optional<SmallVector<int64_t>> axes;
  if (!reduction.isComputed && !isLeftOut)
    axes = node.getAxes(axesInputSince, 1, rank);
  bool isEmpty = !axes || axes->empty();
  reduction.isIdentity = isEmpty && !reduction.isComputed &&
                         node.getIntAttribute("noop_with_empty_axes", 0) != 0;
  reduction.axes =
      isEmpty ? llvm::to_vector(llvm::seq<int64_t>(0, rank)) : *axes;
  return reduction;
}

/// How to reduce along axes that are data.
template <typename OpTy> static ReduceKind getKind() {
  if (std::is_same_v<OpTy, dlc::ReduceMeanOp>)
    return ReduceKind::mean;
  if (std::is_same_v<OpTy, dlc::ReduceProdOp>)
    return ReduceKind::prod;
  if (std::is_same_v<OpTy, dlc::ReduceMaxOp>)
    return ReduceKind::max;
  return std::is_same_v<OpTy, dlc::ReduceMinOp> ? ReduceKind::min
                                                : ReduceKind::sum;
}

template <typename OpTy>
static Value reduce(Node &node, Value x, const Reduction &reduction) {
  if (reduction.isComputed)
    return x ? reduceAlong(node, x, getKind<OpTy>(), reduction.keepdims) : x;
  if (reduction.isIdentity)
    return x;
  return node.reduce<OpTy>(x, reduction.axes, reduction.keepdims);
}

template <typename OpTy, int axesInputSince = 18>
static Values importReduce(Node &node) {
  Reduction reduction = getReduction(node, axesInputSince);
  return {reduce<OpTy>(node, node.getInput(0), reduction)};
}

static Values importReduceL1(Node &node) {
  Reduction reduction = getReduction(node, 18);
  Value x = node.keepType<dlc::AbsOp>(node.getInput(0));
  return {reduce<dlc::ReduceSumOp>(node, x, reduction)};
}

static Value sumOfSquares(Node &node) {
  Reduction reduction = getReduction(node, 18);
  Value x = node.mul(node.getInput(0), node.getInput(0));
  return reduce<dlc::ReduceSumOp>(node, x, reduction);
}

static Values importReduceSumSquare(Node &node) { return {sumOfSquares(node)}; }

/// Applies an op on floating point numbers to `x`, by way of f32 if it holds
/// integers.
template <typename OpTy> static Value applyFloat(Node &node, Value x) {
  Type elementType = elementTypeOf(x);
  if (!x || isa<FloatType>(elementType))
    return node.keepType<OpTy>(x);
  x = node.cast(x, Float32Type::get(node.getContext()));
  return node.cast(node.keepType<OpTy>(x), elementType);
}

static Values importReduceL2(Node &node) {
  return {applyFloat<dlc::SqrtOp>(node, sumOfSquares(node))};
}

static Values importReduceLogSum(Node &node) {
  Reduction reduction = getReduction(node, 18);
  Value sum = reduce<dlc::ReduceSumOp>(node, node.getInput(0), reduction);
  return {applyFloat<dlc::LogOp>(node, sum)};
}

/// log(sum(exp(x))) as m + log(sum(exp(x - m))), m being the maximum: no sum
/// overflows.
static Values importReduceLogSumExp(Node &node) {
  Reduction reduction = getReduction(node, 18);
  Value x = node.getInput(0);
  if (reduction.isComputed)
    return {reduceAlong(node, x, ReduceKind::logSumExp, reduction.keepdims)};
  Reduction kept = reduction;
  kept.keepdims = true;
  Value maximum = reduce<dlc::ReduceMaxOp>(node, x, kept);
  // An infinite maximum would give inf - inf; any finite one serves there.
  Type elementType = elementTypeOf(x);
  auto floatType = dyn_cast<FloatType>(elementType);
  if (!floatType)
    return node.error("its input must hold floating point numbers");
  double largest =
      APFloat::getLargest(floatType.getFloatSemantics()).convertToDouble();
  maximum =
      node.create<dlc::ClipOp>(maximum, node.scalar(-largest, elementType),
                               node.scalar(largest, elementType));
  Value exponentials = node.keepType<dlc::ExpOp>(node.sub(x, maximum));
  Value sum = reduce<dlc::ReduceSumOp>(node, exponentials, kept);
  Value result = node.add(node.keepType<dlc::LogOp>(sum), maximum);
  if (reduction.keepdims || reduction.isIdentity || node.hasFailed())
    return {result};
  Shape shape;
  for (auto [i, size] : llvm::enumerate(dimsOf(x)))
    if (!llvm::is_contained(reduction.axes, int64_t(i)))
      shape.push_back(size);
  return {node.reshape(result, shape)};
}

//===----------------------------------------------------------------------===//
// Along one axis
//===----------------------------------------------------------------------===//

template <typename OpTy> static Values importArgReduce(Node &node) {
  Value x = node.getInput(0);
  int64_t axis = node.getAxisAttribute("axis", 0, rankOf(x));
  return {node.create<OpTy>(x, axis, node.getIntAttribute("keepdims", 1) != 0,
                            node.getIntAttribute("select_last_index", 0) != 0)};
}

/// Softmax and its kin. Before opset 13 they worked on the input as a matrix,
/// whose columns are the dimensions from `axis` on.
template <typename OpTy> static Values importSoftmax(Node &node) {
  Value x = node.getInput(0);
  int64_t rank = rankOf(x);
  bool asMatrix = node.getOpset() < 13;
  int64_t fallback = asMatrix ? 1 : -1;
  // The matrix of a vector has one row.
  if (asMatrix && rank == 1 && node.getIntAttribute("axis", 1) == 1)
    fallback = 0;
  int64_t axis = node.normalizeAxis(
      fallback == 0 ? 0 : node.getIntAttribute("axis", fallback), rank);
  if (node.hasFailed())
    return {};
  ArrayRef<int64_t> columns = shapeOf(x).drop_front(axis);
  bool isOneAxis = llvm::all_of(columns.drop_front(),
                                [](int64_t size) { return size == 1; });
  if (!asMatrix || isOneAxis)
    return {node.keepType<OpTy>(x, axis)};
  Shape dims = dimsOf(x), shape(ArrayRef(dims).take_front(axis));
  std::optional<Dim> count = dlc::countDims(ArrayRef(dims).drop_front(axis));
  if (!count)
    return node.error("its input has too many elements to count");
  shape.push_back(*count);
  Value y = node.keepType<OpTy>(node.reshape(x, shape), axis);
  return {node.reshape(y, dims)};
}

template <typename OpTy> static Values importRunning(Node &node) {
  Value x = node.getInput(0);
  if (node.isComputed(1))
    return {selectByAxis(node, 1, x, [&](int64_t axis) {
      return node.keepType<OpTy>(x, axis,
                                 node.getIntAttribute("exclusive", 0) != 0,
                                 node.getIntAttribute("reverse", 0) != 0);
    })};
  std::optional<int64_t> axis = node.getInteger(1, "axis");
  if (!axis)
    return {};
  return {node.keepType<OpTy>(x, node.normalizeAxis(*axis, rankOf(x)),
                              node.getIntAttribute("exclusive", 0) != 0,
                              node.getIntAttribute("reverse", 0) != 0)};
}

static Values importDet(Node &node) {
  return {node.create<dlc::DetOp>(node.getInput(0))};
}

void dlc::onnximport::registerReductionOps(OpRegistry &registry) {
  registry.add("ReduceSum", 1, 2, importReduce<dlc::ReduceSumOp, 13>);
  registry.add("ReduceMean", 1, 2, importReduce<dlc::ReduceMeanOp>);
  registry.add("ReduceProd", 1, 2, importReduce<dlc::ReduceProdOp>);
  registry.add("ReduceMax", 1, 2, importReduce<dlc::ReduceMaxOp>);
  registry.add("ReduceMin", 1, 2, importReduce<dlc::ReduceMinOp>);
  registry.add("ReduceL1", 1, 2, importReduceL1);
  registry.add("ReduceL2", 1, 2, importReduceL2);
  registry.add("ReduceSumSquare", 1, 2, importReduceSumSquare);
  registry.add("ReduceLogSum", 1, 2, importReduceLogSum);
  registry.add("ReduceLogSumExp", 1, 2, importReduceLogSumExp);
  registry.add("ArgMax", 1, importArgReduce<dlc::ArgMaxOp>);
  registry.add("ArgMin", 1, importArgReduce<dlc::ArgMinOp>);
  registry.add("Softmax", 1, importSoftmax<dlc::SoftmaxOp>);
  registry.add("LogSoftmax", 1, importSoftmax<dlc::LogSoftmaxOp>);
  registry.add("Hardmax", 1, importSoftmax<dlc::HardmaxOp>);
  registry.add("CumSum", 2, importRunning<dlc::CumSumOp>);
  registry.add("CumProd", 2, importRunning<dlc::CumProdOp>);
  registry.add("Det", 1, importDet);
}
