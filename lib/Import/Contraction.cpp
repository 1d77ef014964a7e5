//===- Contraction.cpp - Contraction ops from ONNX ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "OpRegistry.h"
#include "Windows.h"

#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/TypeInference.h"

using namespace mlir;
using namespace dlc::onnximport;

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

static Values importMatMul(Node &node) {
  return {node.create<dlc::MatMulOp>(node.getInput(0), node.getInput(1))};
}

Values dlc::onnximport::importGemm(Node &node) {
  Value a = node.getInput(0), b = node.getInput(1), c = node.getInput(2);
  double alpha = node.getFloatAttribute("alpha", 1.0);
  double beta = node.getFloatAttribute("beta", 1.0);
  if (rankOf(a) != 2 || rankOf(b) != 2)
    return node.error("its operands must be matrices");
  Value y =
      node.create<dlc::MatMulOp>(a, b, node.getIntAttribute("transA", 0) != 0,
                                 node.getIntAttribute("transB", 0) != 0);
  Type elementType = elementTypeOf(a);
  if (alpha != 1.0)
    y = node.mul(y, node.scalar(alpha, elementType));
  if (!c || beta == 0.0)
    return {y};
  if (beta != 1.0)
    c = node.mul(c, node.scalar(beta, elementType));
  Value sum = node.add(y, c);
  if (sum && rankOf(sum) != 2)
    return node.error("C doesn't broadcast to the product");
  return {sum};
}

static Value subtractZeroPoint(Node &node, Value x, Value zeroPoint,
                               ArrayRef<Dim> vectorShape) {
  Type i32 = IntegerType::get(node.getContext(), 32);
  x = node.cast(x, i32);
  if (!zeroPoint)
    return x;
  zeroPoint = node.cast(zeroPoint, i32);
  if (rankOf(zeroPoint) == 1)
    zeroPoint = node.reshape(zeroPoint, vectorShape);
  return node.sub(x, zeroPoint);
}

Value dlc::onnximport::multiplyIntegers(Node &node, Value a, Value aZero,
                                        Value b, Value bZero) {
  if (node.hasFailed())
    return {};
  // A vector of zero points has one per row of A, or per column of B.
  Shape rows = {Dim(), Dim(1)}, columns = {Dim()};
  if (aZero && rankOf(aZero) == 1)
    rows[0] = dimsOf(aZero)[0];
  if (bZero && rankOf(bZero) == 1)
    columns[0] = dimsOf(bZero)[0];
  if (rankOf(a) == 1)
    rows.pop_back();
  a = subtractZeroPoint(node, a, aZero, rows);
  b = subtractZeroPoint(node, b, bZero, columns);
  return node.create<dlc::MatMulOp>(a, b);
}

static Values importMatMulInteger(Node &node) {
  return {multiplyIntegers(node, node.getInput(0), node.getInput(2),
                           node.getInput(1), node.getInput(3))};
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

/// The kernel: the filter's spatial dimensions, which `kernel_shape` repeats.
static std::optional<SmallVector<int64_t>> getKernel(Node &node, Value filter) {
  if (rankOf(filter) < 3) {
    node.error("the filter must have spatial dimensions");
    return std::nullopt;
  }
  SmallVector<int64_t> kernel(shapeOf(filter).drop_front(2));
  for (size_t i = 0; i < kernel.size(); ++i)
    if (!node.requireStatic(filter, i + 2))
      return std::nullopt;
  if (node.getIntsAttribute("kernel_shape", kernel) == kernel)
    return kernel;
  node.error("attribute 'kernel_shape' contradicts the filter's shape");
  return std::nullopt;
}

static std::optional<int64_t> getGroup(Node &node) {
  int64_t group = node.getIntAttribute("group", 1);
  if (group >= 1)
    return group;
  node.error("attribute 'group' is " + Twine(group));
  return std::nullopt;
}

Value dlc::onnximport::buildConv(Node &node, Value x, Value filter,
                                 Value bias) {
  std::optional<SmallVector<int64_t>> kernel = getKernel(node, filter);
  std::optional<int64_t> group = getGroup(node);
  if (!kernel || !group)
    return {};
  std::optional<Windows> windows = getWindows(node, x, *kernel);
  if (!windows)
    return {};
  x = padWindows(node, x, /*fill=*/0, *windows);
  return node.create<dlc::ConvOp>(x, filter, bias, windows->strides,
                                  windows->pads, windows->dilations, *group);
}

static Values importConv(Node &node) {
  return {
      buildConv(node, node.getInput(0), node.getInput(1), node.getInput(2))};
}

static Values importConvInteger(Node &node) {
  Value x = node.getInput(0), filter = node.getInput(1);
  Value filterZero = node.getInput(3);
  Shape perFilter(rankOf(filter), 1);
  if (filterZero && rankOf(filterZero) == 1 && !perFilter.empty())
    perFilter[0] = dimsOf(filterZero)[0];
  // Padding stands for the zero point, which is 0 after the subtraction.
  x = subtractZeroPoint(node, x, node.getInput(2), {});
  filter = subtractZeroPoint(node, filter, filterZero, perFilter);
  return {buildConv(node, x, filter, Value())};
}

/// The pads of a transposed convolution that give `outputShape`.
static void padToShape(Node &node, Value x, ArrayRef<Dim> outputShape,
                       MutableArrayRef<int64_t> outputPadding,
                       Windows &windows) {
  size_t rank = windows.kernel.size();
  bool moreAtBegin =
      node.getStringAttribute("auto_pad", "NOTSET") != "SAME_UPPER";
  Shape dims = dimsOf(x);
  for (size_t i = 0; i < rank; ++i) {
    // The size without pads, less the wanted one.
    int64_t more = outputPadding[i] +
                   (windows.kernel[i] - 1) * windows.dilations[i] + 1 -
                   windows.strides[i];
    Dim steps = node.requireSize(
        dlc::multiplySizes(std::nullopt, dims[i + 2], windows.strides[i]));
    if (outputShape[i] != steps && !node.requireStatic(x, i + 2))
      return;
    int64_t total = more;
    if (outputShape[i] != steps)
      total += steps.getSize() - outputShape[i].getSize();
    // What lies beyond the input's reach is zeros at the end.
    outputPadding[i] += std::max<int64_t>(-total, 0);
    total = std::max<int64_t>(total, 0);
    windows.pads[i] = moreAtBegin ? total - total / 2 : total / 2;
    windows.pads[i + rank] = total - windows.pads[i];
  }
}

static Values importConvTranspose(Node &node) {
  Value x = node.getInput(0), filter = node.getInput(1);
  std::optional<SmallVector<int64_t>> kernel = getKernel(node, filter);
  std::optional<int64_t> group = getGroup(node);
  if (!kernel || !group)
    return {};
  std::optional<Windows> windows = getWindows(node, x, *kernel);
  if (!windows)
    return {};
  size_t rank = kernel->size();
  SmallVector<int64_t> outputPadding =
      node.getIntsAttribute("output_padding", SmallVector<int64_t>(rank, 0));
  Shape outputShape = toBounds(node.getIntsAttribute("output_shape"));
  if (outputPadding.size() != rank)
    return node.error("attribute 'output_padding' must have " + Twine(rank) +
                      " elements");
  // SAME here means that the output is `stride` times the input.
  if (node.getStringAttribute("auto_pad", "NOTSET").starts_with("SAME") &&
      outputShape.empty())
    for (size_t i = 0; i < rank; ++i)
      outputShape.push_back(node.requireSize(dlc::multiplySizes(
          std::nullopt, dimsOf(x)[i + 2], windows->strides[i])));
  // Some write the whole shape.
  if (outputShape.size() == rank + 2)
    outputShape.erase(outputShape.begin(), outputShape.begin() + 2);
  if (!outputShape.empty() && outputShape.size() != rank)
    return node.error("attribute 'output_shape' must have " + Twine(rank) +
                      " elements");
  if (!outputShape.empty())
    padToShape(node, x, outputShape, outputPadding, *windows);
  return {node.create<dlc::ConvTransposeOp>(
      x, filter, node.getInput(2), windows->strides, windows->pads,
      windows->dilations, outputPadding, *group)};
}

void dlc::onnximport::registerContractionOps(OpRegistry &registry) {
  registry.add("MatMul", 2, importMatMul);
  registry.add("Gemm", 2, 3, importGemm);
  registry.add("MatMulInteger", 2, 4, importMatMulInteger);
  registry.add("Conv", 2, 3, importConv);
  registry.add("ConvInteger", 2, 4, importConvInteger);
  registry.add("ConvTranspose", 2, 3, importConvTranspose);
}
