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

/// The difference of two sizes, if both are known.
static AffineExpr subtract(const Dim &a, const Dim &b) {
  AffineExpr any = a.getSymbolic() ? a.getSymbolic() : b.getSymbolic();
  if (!any || a.isUnknown() || b.isUnknown())
    return {};
  return subSizeExprs(a.getExpr(any.getContext()), b.getExpr(any.getContext()));
}

/// If `whole` is `rounded` plus the remainder of its division by some number,
/// that number.
static std::optional<int64_t> getRoundedTo(AffineExpr whole,
                                           AffineExpr rounded) {
  std::optional<int64_t> divisor;
  rounded.walk([&](AffineExpr expr) {
    if (expr.getKind() != AffineExprKind::FloorDiv || divisor)
      return;
    auto division = cast<AffineBinaryOpExpr>(expr);
    AffineExpr back = mulSizeExprs(division, division.getRHS());
    if (division.getLHS() == whole && back == rounded)
      divisor = getConstantSize(division.getRHS());
  });
  return divisor;
}

/// What it means for two sizes to be equal.
static std::string describeEquality(const Dim &a, const Dim &b) {
  for (auto [whole, rounded] : {std::pair(a, b), {b, a}})
    if (whole.getSymbolic() && rounded.getSymbolic())
      if (std::optional<int64_t> number =
              getRoundedTo(whole.getSymbolic(), rounded.getSymbolic()))
        return whole.getText() + " must be a multiple of " +
               std::to_string(*number);
  return a.getText() + " must be " + b.getText();
}

bool dlc::sizesAgree(const Dim &a, const Dim &b) {
  if (a == b)
    return true;
  if (a.isNumber() && b.isNumber())
    return false;
  AffineExpr difference = subtract(a, b);
  if (!difference)
    return true;
  if (std::optional<int64_t> constant = getConstantSize(difference))
    return *constant == 0;
  SizeRelationCollector::assume(SizeRelation::Kind::equal, difference,
                                describeEquality(a, b));
  return true;
}

bool dlc::shapesAgree(ArrayRef<Dim> a, ArrayRef<Dim> b) {
  return a.size() == b.size() && llvm::all_of(llvm::zip(a, b), [](auto pair) {
           return sizesAgree(std::get<0>(pair), std::get<1>(pair));
         });
}

LogicalResult dlc::appendTensor(MaybeLocation location, ArrayRef<Dim> shape,
                                Type elementType, TypeVector &types) {
  std::optional<int64_t> bytes =
      elementType.isIntOrFloat()
          ? llvm::divideCeil(elementType.getIntOrFloatBitWidth(), 8)
          : 1;
  for (const Dim &dim : shape) {
    int64_t size = dim.getSize();
    if (isDynamic(dim) || size == 0)
      continue;
    if (size < 0)
      return emitOptionalError(
          location, "the result has a negative size: ", shapeText(shape));
    bytes = llvm::checkedMul(*bytes, size);
    if (!bytes)
      return emitOptionalError(location,
                               "the result is too large: ", shapeText(shape));
  }
  types.push_back(makeTensorType(shape, elementType));
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
                              ArrayRef<Dim> shape, ArrayRef<Dim> expected) {
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

FailureOr<Dim> dlc::multiplySizes(MaybeLocation location, const Dim &a,
                                  const Dim &b) {
  if (std::optional<Dim> product = countDims({a, b}))
    return *product;
  return emitOptionalError(location, "the size ", a.getText(), " * ",
                           b.getText(), " doesn't fit 64 bits");
}

FailureOr<Dim> dlc::addSizes(MaybeLocation location, const Dim &a,
                             const Dim &b) {
  if (a.isUnknown() || b.isUnknown())
    return Dim();
  if (AffineExpr any = a.getSymbolic() ? a.getSymbolic() : b.getSymbolic())
    return Dim(
        addSizeExprs(a.getExpr(any.getContext()), b.getExpr(any.getContext())));
  if (std::optional<int64_t> sum = llvm::checkedAdd(a.getSize(), b.getSize()))
    return Dim(*sum);
  return emitOptionalError(location, "the size ", a.getText(), " + ",
                           b.getText(), " doesn't fit 64 bits");
}

LogicalResult dlc::checkSizeAtLeast(MaybeLocation location, const Dim &a,
                                    const Dim &b, const Twine &what) {
  std::optional<int64_t> difference;
  if (AffineExpr expr = subtract(a, b)) {
    difference = getConstantSize(expr);
    if (!difference)
      SizeRelationCollector::assume(SizeRelation::Kind::atLeast, expr,
                                    what.str());
  } else if (a.isNumber() && b.isNumber() && a.getSize() < b.getSize()) {
    difference = -1;
  }
  if (!difference || *difference >= 0)
    return success();
  return emitOptionalError(location, what);
}

LogicalResult dlc::broadcastShapes(MaybeLocation location, ArrayRef<Dim> a,
                                   ArrayRef<Dim> b, Shape &shape) {
  size_t rank = std::max(a.size(), b.size());
  // Counted from the innermost dimension; missing ones are 1.
  auto sizeAt = [](ArrayRef<Dim> shape, size_t fromEnd) {
    return fromEnd < shape.size() ? shape[shape.size() - 1 - fromEnd] : Dim(1);
  };
  Shape result(rank);
  for (size_t fromEnd = 0; fromEnd < rank; ++fromEnd) {
    Dim sizeA = sizeAt(a, fromEnd), sizeB = sizeAt(b, fromEnd);
    Dim &size = result[rank - 1 - fromEnd];
    if (sizeB == Dim(1))
      size = sizeA;
    else if (sizeA == Dim(1))
      size = sizeB;
    else if (sizesAgree(sizeA, sizeB))
      size = sizeA.isUnknown() || sizeB.isNumber() ? sizeB : sizeA;
    else
      return emitOptionalError(
          location, "the shapes ", shapeText(a), " and ", shapeText(b),
          " don't broadcast: ", sizeA.getText(), " against ", sizeB.getText());
  }
  shape = std::move(result);
  return success();
}

LogicalResult dlc::inferBroadcastType(MaybeLocation location,
                                      ValueRange operands, Type elementType,
                                      TypeVector &types) {
  Shape shape;
  for (Value operand : operands)
    if (failed(broadcastShapes(location, shape, getDims(operand), shape)))
      return failure();
  return appendTensor(location, shape, elementType, types);
}

bool dlc::areCompatibleTypes(TypeRange inferred, TypeRange declared) {
  if (inferred.size() != declared.size())
    return false;
  return llvm::all_of(llvm::zip(inferred, declared), [](auto pair) {
    auto a = dyn_cast<RankedTensorType>(std::get<0>(pair));
    auto b = dyn_cast<RankedTensorType>(std::get<1>(pair));
    return a && b && a.getElementType() == b.getElementType() &&
           shapesAgree(getDims(a), getDims(b));
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
static FailureOr<Dim> spanOf(MaybeLocation location, int64_t kernel,
                             int64_t dilation) {
  if (kernel < 1)
    return emitOptionalError(location, "the kernel has the size ", kernel,
                             ", expected at least 1");
  FailureOr<Dim> gaps = multiplySizes(location, kernel - 1, dilation);
  return failed(gaps) ? gaps : addSizes(location, *gaps, 1);
}

/// `room floordiv stride + 1`
static Dim countWindows(const Dim &room, int64_t stride) {
  if (room.isNumber())
    return Dim(room.getSize() / stride + 1);
  AffineExpr expr = room.getSymbolic();
  return Dim(addSizeExprs(
      floorDivSizeExprs(expr, getAffineConstantExpr(stride, expr.getContext())),
      getAffineConstantExpr(1, expr.getContext())));
}

FailureOr<Dim> Windows::count(MaybeLocation location, size_t dim,
                              const Dim &input, const Dim &kernel,
                              bool ceilMode) const {
  if (input.isUnknown() || isDynamic(kernel))
    return Dim();
  FailureOr<Dim> span = spanOf(location, kernel.getSize(), dilations[dim]);
  FailureOr<Dim> inputAndBegin = addSizes(location, input, pads[dim]);
  if (failed(span) || failed(inputAndBegin))
    return failure();
  FailureOr<Dim> padded =
      addSizes(location, *inputAndBegin, pads[strides.size() + dim]);
  if (failed(padded) ||
      failed(checkSizeAtLeast(location, *padded, *span,
                              "the window spans " + span->getText() +
                                  " elements of spatial dimension " +
                                  Twine(dim) + ", but the padded input has " +
                                  padded->getText())))
    return failure();
  FailureOr<Dim> room = addSizes(location, *padded, -span->getSize());
  if (failed(room))
    return failure();
  int64_t stride = strides[dim];
  if (!ceilMode || stride == 1)
    return countWindows(*room, stride);
  if (isDynamic(*room))
    return countCeil(location, *room, *inputAndBegin,
                     span->getSize() - pads[strides.size() + dim], dim);
  int64_t windows = room->getSize() / stride + 1;
  // A last, partial window counts if it starts before the end padding.
  if (room->getSize() % stride != 0 &&
      llvm::checkedMul(windows, stride).value_or(INT64_MAX) <
          inputAndBegin->getSize())
    ++windows;
  return Dim(windows);
}

/// Of an open size: all windows that begin inside, but for one more that begins
/// in the end padding.
FailureOr<Dim> Windows::countCeil(MaybeLocation location, const Dim &room,
                                  const Dim &inputAndBegin, int64_t covered,
                                  size_t dim) const {
  int64_t stride = strides[dim];
  FailureOr<Dim> upToStride = addSizes(location, room, stride - 1);
  if (failed(upToStride))
    return failure();
  // The last window begins at ceil(room / stride) * stride. How far that is
  // before the end padding is at most `covered`, what a window has before it.
  if (covered < 1)
    return emitOptionalError(location, "the end padding of spatial dimension ",
                             dim, " holds a whole window");
  MLIRContext *context = room.getSymbolic().getContext();
  AffineExpr by = getAffineConstantExpr(stride, context);
  AffineExpr steps = floorDivSizeExprs(upToStride->getSymbolic(), by);
  AffineExpr slack =
      subSizeExprs(inputAndBegin.getSymbolic(), mulSizeExprs(steps, by));
  AffineExpr hasLast = getAffineConstantExpr(1, context);
  if (covered - stride + 1 < 1)
    hasLast = isNotNegative(slack - 1, {covered - stride, covered - 1});
  return Dim(addSizeExprs(steps, hasLast));
}

FailureOr<Dim> Windows::transposedSize(MaybeLocation location, size_t dim,
                                       const Dim &input, const Dim &kernel,
                                       int64_t outputPadding) const {
  if (input.isUnknown() || isDynamic(kernel))
    return Dim();
  FailureOr<Dim> less = addSizes(location, input, -1);
  FailureOr<Dim> span = spanOf(location, kernel.getSize(), dilations[dim]);
  if (failed(less) || failed(span))
    return failure();
  FailureOr<Dim> size = multiplySizes(location, *less, strides[dim]);
  // Neither pad is negative, so their subtraction doesn't overflow.
  for (int64_t term : {span->getSize(), outputPadding, -pads[dim],
                       -pads[strides.size() + dim]}) {
    if (failed(size))
      return failure();
    size = addSizes(location, *size, term);
  }
  if (failed(size) ||
      failed(checkSizeAtLeast(location, *size, 1,
                              "spatial dimension " + Twine(dim) +
                                  " of the result would have the size " +
                                  size->getText())))
    return failure();
  return size;
}
