//===- TypeInference.cpp - Checks shared by inference and verifiers -------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/TypeInference.h"

#include "dialects/dlc/DLCDialect.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace dlc;

bool dlc::shapesAgree(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  return a.size() == b.size() && llvm::all_of(llvm::zip(a, b), [](auto pair) {
           return sizesAgree(std::get<0>(pair), std::get<1>(pair));
         });
}

std::string dlc::shapeText(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::interleave(
      shape, stream,
      [&](int64_t size) {
        if (isDynamic(size))
          stream << '?';
        else
          stream << size;
      },
      "x");
  return text;
}

LogicalResult dlc::appendTensor(MaybeLocation location, ArrayRef<int64_t> shape,
                                Type elementType, TypeVector &types) {
  std::optional<int64_t> bytes =
      elementType.isIntOrFloat()
          ? llvm::divideCeil(elementType.getIntOrFloatBitWidth(), 8)
          : 1;
  for (int64_t size : shape) {
    if (isDynamic(size) || size == 0)
      continue;
    if (size < 0)
      return emitOptionalError(
          location, "the result has a negative size: ", shapeText(shape));
    bytes = llvm::checkedMul(*bytes, size);
    if (!bytes)
      return emitOptionalError(location,
                               "the result is too large: ", shapeText(shape));
  }
  types.push_back(RankedTensorType::get(shape, elementType));
  return success();
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

LogicalResult dlc::checkAxis(MaybeLocation location, StringRef name,
                             int64_t axis, int64_t rank) {
  if (axis >= 0 && axis < rank)
    return success();
  return emitOptionalError(location, name, " ", axis,
                           " is out of range for rank ", rank);
}

LogicalResult dlc::checkAxes(MaybeLocation location, ArrayRef<int64_t> axes,
                             int64_t rank) {
  for (auto [i, axis] : llvm::enumerate(axes)) {
    if (failed(checkAxis(location, "axis", axis, rank)))
      return failure();
    if (i > 0 && axes[i - 1] >= axis)
      return emitOptionalError(location, "axes must be sorted and distinct: ",
                               axes[i - 1], " stands before ", axis);
  }
  return success();
}

LogicalResult dlc::checkLength(MaybeLocation location, StringRef name,
                               size_t length, size_t expected) {
  if (length == expected)
    return success();
  return emitOptionalError(location, name, " has ", length,
                           " elements, expected ", expected);
}

LogicalResult dlc::checkAtLeast(MaybeLocation location, StringRef name,
                                ArrayRef<int64_t> values, int64_t least) {
  for (int64_t value : values)
    if (value < least)
      return emitOptionalError(location, name, " has the element ", value,
                               ", expected at least ", least);
  return success();
}

LogicalResult dlc::checkRank(MaybeLocation location, StringRef name, Type type,
                             int64_t expected) {
  int64_t rank = cast<RankedTensorType>(type).getRank();
  if (rank == expected)
    return success();
  return emitOptionalError(location, name, " has rank ", rank, ", expected ",
                           expected);
}

LogicalResult dlc::checkShape(MaybeLocation location, StringRef name,
                              ArrayRef<int64_t> shape,
                              ArrayRef<int64_t> expected) {
  if (shapesAgree(shape, expected))
    return success();
  return emitOptionalError(location, name, " has the shape ", shapeText(shape),
                           ", expected ", shapeText(expected));
}

LogicalResult dlc::checkElementTypes(MaybeLocation location, StringRef nameA,
                                     Type a, StringRef nameB, Type b) {
  Type elementA = getElementTypeOrSelf(a), elementB = getElementTypeOrSelf(b);
  if (elementA == elementB)
    return success();
  return emitOptionalError(location, nameA, " and ", nameB,
                           " must have one element type, got ", elementA,
                           " and ", elementB);
}

//===----------------------------------------------------------------------===//
// Shape arithmetic
//===----------------------------------------------------------------------===//

FailureOr<int64_t> dlc::multiplySizes(MaybeLocation location, int64_t a,
                                      int64_t b) {
  if (isDynamic(a) || isDynamic(b))
    return ShapedType::kDynamic;
  if (std::optional<int64_t> product = llvm::checkedMul(a, b))
    return *product;
  return emitOptionalError(location, "the size ", a, " * ", b,
                           " doesn't fit 64 bits");
}

FailureOr<int64_t> dlc::addSizes(MaybeLocation location, int64_t a, int64_t b) {
  if (isDynamic(a) || isDynamic(b))
    return ShapedType::kDynamic;
  if (std::optional<int64_t> sum = llvm::checkedAdd(a, b))
    return *sum;
  return emitOptionalError(location, "the size ", a, " + ", b,
                           " doesn't fit 64 bits");
}

LogicalResult dlc::broadcastShapes(MaybeLocation location, ArrayRef<int64_t> a,
                                   ArrayRef<int64_t> b,
                                   SmallVectorImpl<int64_t> &shape) {
  size_t rank = std::max(a.size(), b.size());
  // Counted from the innermost dimension; missing ones are 1.
  auto sizeAt = [](ArrayRef<int64_t> shape, size_t fromEnd) {
    return fromEnd < shape.size() ? shape[shape.size() - 1 - fromEnd] : 1;
  };
  SmallVector<int64_t> result(rank);
  for (size_t fromEnd = 0; fromEnd < rank; ++fromEnd) {
    int64_t sizeA = sizeAt(a, fromEnd), sizeB = sizeAt(b, fromEnd);
    int64_t &size = result[rank - 1 - fromEnd];
    if (sizeA == sizeB || sizeB == 1)
      size = sizeA;
    else if (sizeA == 1)
      size = sizeB;
    else if (isDynamic(sizeA))
      size = sizeB;
    else if (isDynamic(sizeB))
      size = sizeA;
    else
      return emitOptionalError(location, "the shapes ", shapeText(a), " and ",
                               shapeText(b), " don't broadcast: ", sizeA,
                               " against ", sizeB);
  }
  shape.assign(result.begin(), result.end());
  return success();
}

LogicalResult dlc::inferBroadcastType(MaybeLocation location,
                                      ValueRange operands, Type elementType,
                                      TypeVector &types) {
  SmallVector<int64_t> shape;
  for (Value operand : operands) {
    auto operandShape = cast<RankedTensorType>(operand.getType()).getShape();
    if (failed(broadcastShapes(location, shape, operandShape, shape)))
      return failure();
  }
  return appendTensor(location, shape, elementType, types);
}

bool dlc::areCompatibleTypes(TypeRange inferred, TypeRange declared) {
  if (inferred.size() != declared.size())
    return false;
  return llvm::all_of(llvm::zip(inferred, declared), [](auto pair) {
    auto a = dyn_cast<RankedTensorType>(std::get<0>(pair));
    auto b = dyn_cast<RankedTensorType>(std::get<1>(pair));
    return a && b && a.getElementType() == b.getElementType() &&
           shapesAgree(a.getShape(), b.getShape());
  });
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

LogicalResult Windows::check(MaybeLocation location, size_t rank) const {
  if (rank == 0)
    return emitOptionalError(location,
                             "there must be at least one spatial dimension");
  return success(
      succeeded(checkLength(location, "strides", strides.size(), rank)) &&
      succeeded(checkLength(location, "pads", pads.size(), 2 * rank)) &&
      succeeded(checkLength(location, "dilations", dilations.size(), rank)) &&
      succeeded(checkAtLeast(location, "strides", strides, 1)) &&
      succeeded(checkAtLeast(location, "pads", pads, 0)) &&
      succeeded(checkAtLeast(location, "dilations", dilations, 1)));
}

/// How many elements `kernel` dilated elements span.
static FailureOr<int64_t> spanOf(MaybeLocation location, int64_t kernel,
                                 int64_t dilation) {
  if (kernel < 1)
    return emitOptionalError(location, "the kernel has the size ", kernel,
                             ", expected at least 1");
  FailureOr<int64_t> gaps = multiplySizes(location, kernel - 1, dilation);
  return failed(gaps) ? gaps : addSizes(location, *gaps, 1);
}

FailureOr<int64_t> Windows::count(MaybeLocation location, size_t dim,
                                  int64_t input, int64_t kernel,
                                  bool ceilMode) const {
  if (isDynamic(input) || isDynamic(kernel))
    return ShapedType::kDynamic;
  FailureOr<int64_t> span = spanOf(location, kernel, dilations[dim]);
  FailureOr<int64_t> inputAndBegin = addSizes(location, input, pads[dim]);
  if (failed(span) || failed(inputAndBegin))
    return failure();
  FailureOr<int64_t> padded =
      addSizes(location, *inputAndBegin, pads[strides.size() + dim]);
  if (failed(padded))
    return failure();
  if (*span > *padded)
    return emitOptionalError(location, "the window spans ", *span,
                             " elements of spatial dimension ", dim,
                             ", but the padded input has ", *padded);
  int64_t room = *padded - *span, stride = strides[dim];
  int64_t windows = room / stride + 1;
  // A last, partial window counts if it starts before the end padding.
  if (ceilMode && room % stride != 0 &&
      llvm::checkedMul(windows, stride).value_or(INT64_MAX) < *inputAndBegin)
    ++windows;
  return windows;
}

FailureOr<int64_t> Windows::transposedSize(MaybeLocation location, size_t dim,
                                           int64_t input, int64_t kernel,
                                           int64_t outputPadding) const {
  if (isDynamic(input) || isDynamic(kernel))
    return ShapedType::kDynamic;
  FailureOr<int64_t> size = multiplySizes(location, input - 1, strides[dim]);
  FailureOr<int64_t> span = spanOf(location, kernel, dilations[dim]);
  if (failed(size) || failed(span))
    return failure();
  // Neither pad is negative, so their subtraction doesn't overflow.
  for (int64_t term :
       {*span, outputPadding, -pads[dim], -pads[strides.size() + dim]}) {
    size = addSizes(location, *size, term);
    if (failed(size))
      return failure();
  }
  if (*size < 1)
    return emitOptionalError(location, "spatial dimension ", dim,
                             " of the result would have the size ", *size);
  return size;
}
