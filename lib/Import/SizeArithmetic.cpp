//===- SizeArithmetic.cpp - What models compute of shapes -----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SizeArithmetic.h"

#include "TensorData.h"
#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Reduction.h"
#include "dialects/dlc/Shape.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/CheckedArithmetic.h"
#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::onnximport;

/// Shapes are short; what is longer is data.
static constexpr int64_t mostElements = 64;

namespace {
/// An operand: its elements and the shape that they are arranged in.
struct Operand {
  Shape elements;
  SmallVector<int64_t> shape;
};
} // namespace

static std::optional<Operand> readOperand(Value value, bool &isSymbolic) {
  auto type = cast<RankedTensorType>(value.getType());
  if (!type.hasStaticShape() || type.getNumElements() > mostElements)
    return std::nullopt;
  Operand operand{{}, SmallVector<int64_t>(type.getShape())};
  if (std::optional<Shape> sizes = readSizes(value)) {
    isSymbolic = true;
    operand.elements = std::move(*sizes);
    return operand;
  }
  ElementsAttr constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return std::nullopt;
  if (type.getElementType().isInteger(1)) {
    for (bool element : constant.getValues<bool>())
      operand.elements.push_back(int64_t(element));
    return operand;
  }
  if (std::optional<SmallVector<int64_t>> integers = readIntegers(constant)) {
    operand.elements = toDims(*integers);
    return operand;
  }
  std::optional<SmallVector<double>> floats = readFloats(constant);
  if (!floats)
    return std::nullopt;
  // Whole numbers; bounds that are larger than any size needn't be exact.
  for (double number : *floats) {
    double clamped = std::clamp(number, -0x1p40, 0x1p40);
    if (clamped != std::floor(clamped))
      return std::nullopt;
    operand.elements.push_back(int64_t(clamped));
  }
  return operand;
}

//===----------------------------------------------------------------------===//
// Element by element
//===----------------------------------------------------------------------===//

/// Applies `combine` to two sizes as expressions; two numbers go to `fold`.
template <typename Combine, typename Fold>
static std::optional<Dim> apply(const Dim &a, const Dim &b, Combine combine,
                                Fold fold) {
  if (a.isNumber() && b.isNumber()) {
    std::optional<int64_t> number = fold(a.getSize(), b.getSize());
    return number ? std::optional<Dim>(*number) : std::nullopt;
  }
  MLIRContext *context = (a.isNumber() ? b : a).getSymbolic().getContext();
  AffineExpr expr = combine(a.getExpr(context), b.getExpr(context));
  return expr ? std::optional<Dim>(Dim(expr)) : std::nullopt;
}

static std::optional<Dim> subtract(const Dim &a, const Dim &b) {
  return apply(a, b, subSizeExprs, llvm::checkedSub<int64_t>);
}

namespace {
/// What the symbols may be.
struct Bounds {
  ArrayRef<int64_t> lows, highs;

  /// The bounds of a - b.
  std::optional<SizeBounds> difference(const Dim &a, const Dim &b) const {
    std::optional<Dim> difference = subtract(a, b);
    if (!difference)
      return std::nullopt;
    if (difference->isNumber())
      return SizeBounds{difference->getSize(), difference->getSize()};
    return boundSize(difference->getSymbolic(), lows, highs);
  }
  /// Whether a < b, if that is the same for all sizes.
  std::optional<bool> isLess(const Dim &a, const Dim &b) const {
    std::optional<SizeBounds> bounds = difference(a, b);
    if (!bounds || (bounds->low < 0 && bounds->high >= 0))
      return std::nullopt;
    return bounds->high < 0;
  }
  std::optional<bool> isEqual(const Dim &a, const Dim &b) const {
    std::optional<SizeBounds> bounds = difference(a, b);
    if (!bounds ||
        (bounds->low <= 0 && bounds->high >= 0 && bounds->low != bounds->high))
      return std::nullopt;
    return bounds->low == 0 && bounds->high == 0;
  }
};
} // namespace

/// Division as the op does it, towards zero: of sizes that is rounding down.
static std::optional<Dim> divide(const Dim &a, const Dim &b) {
  if (b.isNumber() && b.getSize() <= 0)
    return std::nullopt;
  return apply(a, b, floorDivSizeExprs,
               [](int64_t x, int64_t y) -> std::optional<int64_t> {
                 return y ? std::optional(x / y) : std::nullopt;
               });
}

static std::optional<Dim> toDim(std::optional<bool> truth) {
  return truth ? std::optional<Dim>(int64_t(*truth)) : std::nullopt;
}

/// Within these, bounds that expressions are made of don't overflow.
static constexpr int64_t mostSize = int64_t(1) << 40;

/// What `combine` makes of a - b and its bounds, unless these are too wide.
template <typename Combine>
static std::optional<Dim> combineDifference(const Dim &a, const Dim &b,
                                            const Bounds &bounds,
                                            Combine combine) {
  std::optional<Dim> difference = subtract(a, b);
  std::optional<SizeBounds> limits = bounds.difference(a, b);
  if (!difference || difference->isNumber() || !limits ||
      limits->low < -mostSize || limits->high > mostSize)
    return std::nullopt;
  return Dim(combine(difference->getSymbolic(), *limits));
}

/// The larger of two sizes, either if they are equal.
static std::optional<Dim> selectGreater(const Dim &a, const Dim &b,
                                        const Bounds &bounds) {
  std::optional<SizeBounds> difference = bounds.difference(a, b);
  if (difference && difference->high <= 0)
    return b;
  if (difference && difference->low >= 0)
    return a;
  std::optional<Dim> above = combineDifference(a, b, bounds, clampAtZero);
  return above ? apply(b, *above, addSizeExprs, llvm::checkedAdd<int64_t>)
               : std::nullopt;
}

static std::optional<Dim> selectLess(const Dim &a, const Dim &b,
                                     const Bounds &bounds) {
  std::optional<SizeBounds> difference = bounds.difference(a, b);
  if (difference && difference->high <= 0)
    return a;
  if (difference && difference->low >= 0)
    return b;
  std::optional<Dim> above = combineDifference(a, b, bounds, clampAtZero);
  return above ? subtract(a, *above) : std::nullopt;
}

/// Whether a >= b, as a number.
static std::optional<Dim> isAtLeast(const Dim &a, const Dim &b,
                                    const Bounds &bounds) {
  if (std::optional<bool> less = bounds.isLess(a, b))
    return toDim(!*less);
  return combineDifference(a, b, bounds, isNotNegative);
}

static std::optional<Dim> negate(std::optional<Dim> truth) {
  return truth ? subtract(1, *truth) : std::nullopt;
}

/// The remainder as ONNX has it, of the divisor's sign; of what isn't negative,
/// that of C as well.
static std::optional<Dim> computeRemainder(ModOp op, const Dim &a, const Dim &b,
                                           const Bounds &bounds) {
  std::optional<SizeBounds> dividend = bounds.difference(a, 0);
  bool isRounded = isa<FloatType>(op.getType().getElementType());
  if (!b.isNumber() || b.getSize() <= 0 || isRounded ||
      (op.getFmod() && !(dividend && dividend->low >= 0)))
    return std::nullopt;
  return apply(a, b, modSizeExprs,
               [](int64_t x, int64_t y) -> std::optional<int64_t> {
                 return ((x % y) + y) % y;
               });
}

/// `condition` is 0 or 1.
static std::optional<Dim> selectWhere(const Dim &condition, const Dim &a,
                                      const Dim &b) {
  if (condition.isNumber())
    return condition.getSize() ? a : b;
  std::optional<Dim> difference = subtract(a, b);
  if (!difference)
    return std::nullopt;
  std::optional<Dim> scaled =
      apply(*difference, condition, mulSizeExprs, llvm::checkedMul<int64_t>);
  return scaled ? apply(b, *scaled, addSizeExprs, llvm::checkedAdd<int64_t>)
                : std::nullopt;
}

/// Floats divide without rounding.
static std::optional<Dim> divide(DivOp op, const Dim &a, const Dim &b) {
  if (isa<IntegerType>(op.getType().getElementType()))
    return divide(a, b);
  return apply(a, b, divideExactly,
               [](int64_t x, int64_t y) -> std::optional<int64_t> {
                 return y && x % y == 0 ? std::optional(x / y) : std::nullopt;
               });
}

static std::optional<Dim> computeElement(Operation *op, ArrayRef<Dim> x,
                                         const Bounds &bounds) {
  return TypeSwitch<Operation *, std::optional<Dim>>(op)
      .Case([&](AddOp) {
        return apply(x[0], x[1], addSizeExprs, llvm::checkedAdd<int64_t>);
      })
      .Case([&](SubOp) { return subtract(x[0], x[1]); })
      .Case([&](MulOp) {
        return apply(x[0], x[1], mulSizeExprs, llvm::checkedMul<int64_t>);
      })
      .Case([&](DivOp div) { return divide(div, x[0], x[1]); })
      .Case([&](MaxOp) { return selectGreater(x[0], x[1], bounds); })
      .Case([&](MinOp) { return selectLess(x[0], x[1], bounds); })
      .Case([&](EqualOp) { return toDim(bounds.isEqual(x[0], x[1])); })
      .Case([&](LessOp) { return negate(isAtLeast(x[0], x[1], bounds)); })
      .Case([&](LessEqualOp) { return isAtLeast(x[1], x[0], bounds); })
      .Case([&](GreaterOp) { return negate(isAtLeast(x[1], x[0], bounds)); })
      .Case([&](GreaterEqualOp) { return isAtLeast(x[0], x[1], bounds); })
      .Case([&](NotOp) { return negate(x[0]); })
      .Case(
          [&](ModOp mod) { return computeRemainder(mod, x[0], x[1], bounds); })
      .Case([&](WhereOp) { return selectWhere(x[0], x[1], x[2]); })
      .Case<CastOp, FloorOp, CeilOp>([&](auto) { return x[0]; })
      .Default([](Operation *) { return std::nullopt; });
}

/// Operands broadcast where they have one element; other shapes are the
/// result's.
static std::optional<Shape> foldElementwise(Operation *op,
                                            ArrayRef<Operand> operands,
                                            RankedTensorType type,
                                            const Bounds &bounds) {
  Shape result;
  for (int64_t i = 0, count = type.getNumElements(); i < count; ++i) {
    Shape x;
    for (const Operand &operand : operands) {
      bool isOne = operand.elements.size() == 1;
      if (!isOne && ArrayRef<int64_t>(operand.shape) != type.getShape())
        return std::nullopt;
      x.push_back(operand.elements[isOne ? 0 : i]);
    }
    std::optional<Dim> element = computeElement(op, x, bounds);
    if (!element)
      return std::nullopt;
    result.push_back(*element);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

static std::optional<Shape> foldSlice(SliceOp op, const Operand &x) {
  if (x.shape.size() != 1 || op.getOpen())
    return std::nullopt;
  Shape result;
  for (int64_t i = 0; i < op.getSizes()[0]; ++i)
    result.push_back(x.elements[op.getStarts()[0] + i * op.getSteps()[0]]);
  return result;
}

static std::optional<Shape> foldGather(const Operand &x,
                                       const Operand &indices) {
  int64_t size = x.elements.size();
  if (x.shape.size() != 1)
    return std::nullopt;
  Shape result;
  for (const Dim &index : indices.elements) {
    if (!index.isNumber())
      return std::nullopt;
    int64_t position = index.getSize() + (index.getSize() < 0 ? size : 0);
    if (position < 0 || position >= size)
      return std::nullopt;
    result.push_back(x.elements[position]);
  }
  return result;
}

static std::optional<Shape> foldMovement(Operation *op,
                                         ArrayRef<Operand> operands) {
  return TypeSwitch<Operation *, std::optional<Shape>>(op)
      .Case([&](ReshapeOp) { return operands[0].elements; })
      .Case([&](ConcatOp) -> std::optional<Shape> {
        Shape result;
        for (const Operand &operand : operands) {
          if (operand.shape.size() != 1)
            return std::nullopt;
          result.append(operand.elements);
        }
        return result;
      })
      .Case([&](SliceOp slice) { return foldSlice(slice, operands[0]); })
      .Case([&](GatherOp) { return foldGather(operands[0], operands[1]); })
      .Case([&](ExpandOp expand) -> std::optional<Shape> {
        if (operands[0].elements.size() != 1)
          return std::nullopt;
        return Shape(expand.getType().getNumElements(),
                     operands[0].elements.front());
      })
      .Case([&](ReduceProdOp) -> std::optional<Shape> {
        std::optional<Dim> product = countDims(operands[0].elements);
        if (operands[0].shape.size() != 1 || !product)
          return std::nullopt;
        return Shape{*product};
      })
      .Default([](Operation *) { return std::nullopt; });
}

/// Reads all operands; none if one is neither of sizes nor constant, or no one
/// is of sizes.
static std::optional<SmallVector<Operand>> readOperands(Operation *op) {
  SmallVector<Operand> operands;
  bool isSymbolic = false;
  for (Value value : op->getOperands()) {
    std::optional<Operand> operand = readOperand(value, isSymbolic);
    if (!operand)
      return std::nullopt;
    operands.push_back(std::move(*operand));
  }
  return isSymbolic ? std::optional(std::move(operands)) : std::nullopt;
}

/// A quotient of floats that is rounded down: division of integers. Another
/// rounding up isn't known.
static std::optional<Shape> foldRoundedQuotient(FloorOp op) {
  auto div = op.getX().getDefiningOp<DivOp>();
  std::optional<SmallVector<Operand>> operands =
      div ? readOperands(div) : std::nullopt;
  if (!operands || (*operands)[1].elements.size() != 1)
    return std::nullopt;
  Shape result;
  for (const Dim &dividend : (*operands)[0].elements) {
    std::optional<Dim> quotient =
        divide(dividend, (*operands)[1].elements.front());
    if (!quotient)
      return std::nullopt;
    result.push_back(*quotient);
  }
  return result;
}

std::optional<Shape> dlc::onnximport::foldSizes(Operation *op,
                                                ArrayRef<int64_t> lows,
                                                ArrayRef<int64_t> highs) {
  if (lows.empty() || op->getNumResults() != 1 || op->getNumOperands() == 0)
    return std::nullopt;
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !type.hasStaticShape() || type.getNumElements() > mostElements)
    return std::nullopt;
  if (auto floor = dyn_cast<FloorOp>(op))
    if (std::optional<Shape> quotient = foldRoundedQuotient(floor))
      return quotient;
  // A size cast or reshaped stays what it is.
  if (isa<ReshapeOp, CastOp>(op) && readSizes(op->getResult(0)))
    return std::nullopt;
  std::optional<SmallVector<Operand>> operands = readOperands(op);
  if (!operands)
    return std::nullopt;
  if (op->hasTrait<dlc::OpTrait::ElementwiseTrait>())
    return foldElementwise(op, *operands, type, {lows, highs});
  return foldMovement(op, *operands);
}
