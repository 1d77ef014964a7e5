//===- MoveQuantization.cpp - Movement ops on quantized values ------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantizedIslands.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/Quantization.h"
#include "dialects/dlc/Shape.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace dlc;

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

template <typename OpTy>
static std::optional<QuantizationParameters> readParameters(OpTy op) {
  Attribute scale, zeroPoint;
  if (op.getBlockSize() != 0 ||
      isNarrowInteger(getTensorType(op.getZeroPoint()).getElementType()))
    return std::nullopt;
  if (!matchPattern(op.getScale(), m_Constant(&scale)) ||
      !matchPattern(op.getZeroPoint(), m_Constant(&zeroPoint)))
    return std::nullopt;
  auto scales = readFloats(scale);
  auto zeroPoints = readIntegers(zeroPoint);
  if (!scales || !zeroPoints || scales->size() != zeroPoints->size())
    return std::nullopt;
  // Far from f32's limits, so that products of two scales are normal too.
  auto isUsable = [](double s) { return s >= 0x1p-60 && s <= 0x1p60; };
  if (!llvm::all_of(*scales, isUsable))
    return std::nullopt;
  return QuantizationParameters{std::move(*scales), std::move(*zeroPoints)};
}

std::optional<QuantizationParameters> dlc::getParameters(QuantizeOp op) {
  return readParameters(op);
}

std::optional<QuantizationParameters> dlc::getParameters(DequantizeOp op) {
  return readParameters(op);
}

//===----------------------------------------------------------------------===//
// Signed to unsigned
//===----------------------------------------------------------------------===//

namespace {
/// quantize to i8, dequantized only -> quantize to ui8, every value 128 more.
struct ShiftToUnsigned final : public OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getType().getElementType().isSignlessInteger(8) ||
        !getShifted(op.getZeroPoint()) ||
        !llvm::all_of(op->getUses(), [](OpOperand &use) {
          auto dequantize = dyn_cast<DequantizeOp>(use.getOwner());
          return dequantize && use.getOperandNumber() == 0 &&
                 getShifted(dequantize.getZeroPoint());
        }))
      return rewriter.notifyMatchFailure(op, "not i8 that is dequantized only");
    Type ui8 = IntegerType::get(getContext(), 8, IntegerType::Unsigned);
    Value shifted =
        QuantizeOp::create(rewriter, op.getLoc(), op.getType().clone(ui8),
                           op.getX(), op.getScale(),
                           ConstantOp::create(rewriter, op.getLoc(),
                                              getShifted(op.getZeroPoint())),
                           op.getAxis());
    for (Operation *user : llvm::make_early_inc_range(op->getUsers())) {
      auto dequantize = cast<DequantizeOp>(user);
      rewriter.setInsertionPoint(dequantize);
      Value zeroPoint = ConstantOp::create(
          rewriter, dequantize.getLoc(), getShifted(dequantize.getZeroPoint()));
      rewriter.replaceOpWithNewOp<DequantizeOp>(
          dequantize, dequantize.getType(), shifted, dequantize.getScale(),
          zeroPoint, dequantize.getAxis());
    }
    rewriter.eraseOp(op);
    return success();
  }

private:
  /// A constant i8 zero point plus 128, as ui8; null if it isn't constant.
  static ElementsAttr getShifted(Value zeroPoint) {
    Attribute constant;
    if (!matchPattern(zeroPoint, m_Constant(&constant)))
      return {};
    auto numbers = readIntegers(constant);
    if (!numbers)
      return {};
    SmallVector<uint8_t> shifted = llvm::map_to_vector(
        *numbers, [](int64_t number) { return uint8_t(number + 128); });
    Type ui8 =
        IntegerType::get(zeroPoint.getContext(), 8, IntegerType::Unsigned);
    return DenseElementsAttr::get(getTensorType(zeroPoint).clone(ui8),
                                  ArrayRef(shifted));
  }
};
} // namespace

void dlc::populateUnsignedActivationPatterns(RewritePatternSet &patterns) {
  patterns.add<ShiftToUnsigned>(patterns.getContext());
}

//===----------------------------------------------------------------------===//
// Movements
//===----------------------------------------------------------------------===//

/// A clone of `op` on quantized operands, dequantized as `model` is.
static void replaceByDequantized(PatternRewriter &rewriter, Operation *op,
                                 ValueRange operands, DequantizeOp model,
                                 int64_t axis) {
  Operation *clone = rewriter.clone(*op);
  clone->setOperands(0, operands.size(), operands);
  RankedTensorType type = getTensorType(op->getResult(0));
  clone->getResult(0).setType(
      type.clone(model.getX().getType().getElementType()));
  rewriter.replaceOpWithNewOp<DequantizeOp>(op, type, clone->getResult(0),
                                            model.getScale(),
                                            model.getZeroPoint(), axis);
}

namespace {
/// op(dequantize(x)) -> dequantize(op(x)) for ops that select elements of x.
struct MoveDequantizeDown final
    : public OpTraitRewritePattern<dlc::OpTrait::SelectsElements> {
  using OpTraitRewritePattern::OpTraitRewritePattern;

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (op->getNumOperands() != 1)
      return rewriter.notifyMatchFailure(op, "more than one operand");
    auto dequantize = op->getOperand(0).getDefiningOp<DequantizeOp>();
    if (!dequantize || !getParameters(dequantize))
      return rewriter.notifyMatchFailure(op, "no dequantized operand");
    int64_t axis = dequantize.getAxis();
    if (!isPerTensor(dequantize)) {
      auto transpose = dyn_cast<TransposeOp>(op);
      if (!transpose)
        return rewriter.notifyMatchFailure(op, "a scale per channel");
      axis =
          llvm::find(transpose.getPerm(), axis) - transpose.getPerm().begin();
    }
    replaceByDequantized(rewriter, op, dequantize.getX(), dequantize, axis);
    return success();
  }
};

/// concat(dequantize(a), dequantize(b), ...) -> dequantize(concat(a, b, ...))
/// where the parameters are the same.
struct MoveDequantizeBelowConcat final : public OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> inputs;
    DequantizeOp first;
    std::optional<QuantizationParameters> parameters;
    for (Value input : op.getInputs()) {
      auto dequantize = input.getDefiningOp<DequantizeOp>();
      if (!dequantize || !isPerTensor(dequantize))
        return rewriter.notifyMatchFailure(
            op, "an input isn't dequantized per tensor");
      if (!first) {
        first = dequantize;
        parameters = getParameters(first);
      }
      if (!parameters || !(getParameters(dequantize) == parameters) ||
          dequantize.getX().getType().getElementType() !=
              first.getX().getType().getElementType())
        return rewriter.notifyMatchFailure(op,
                                           "inputs are quantized differently");
      inputs.push_back(dequantize.getX());
    }
    if (inputs.empty())
      return rewriter.notifyMatchFailure(op, "no inputs");
    replaceByDequantized(rewriter, op, inputs, first, first.getAxis());
    return success();
  }
};

/// quantize(concat(dequantize(a), ...)) -> concat(quantize(dequantize(a)),
/// ...): the quantized parts needn't become reals in memory.
struct MoveQuantizeAboveConcat final : public OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto concat = op.getX().getDefiningOp<ConcatOp>();
    if (!concat || !concat->hasOneUse() || !isPerTensor(op) ||
        !getParameters(op) ||
        !llvm::all_of(concat.getInputs(), [](Value input) {
          return input.getDefiningOp<DequantizeOp>() != nullptr;
        }))
      return rewriter.notifyMatchFailure(
          op, "no concat of dequantized inputs of its own");
    SmallVector<Value> inputs;
    for (Value input : concat.getInputs())
      inputs.push_back(QuantizeOp::create(
          rewriter, op.getLoc(),
          getTensorType(input).clone(op.getType().getElementType()), input,
          op.getScale(), op.getZeroPoint(), op.getAxis()));
    rewriter.replaceOpWithNewOp<ConcatOp>(op, inputs, concat.getAxis());
    return success();
  }
};

/// quantize(dequantize(x)) by the same parameters -> x. Rounding recovers every
/// 8-bit integer: its product with a scale is off by less than 2^-15 steps.
struct DropRequantization final : public OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getX().getDefiningOp<DequantizeOp>();
    if (!dequantize || !isPerTensor(op) || !isPerTensor(dequantize) ||
        dequantize.getX().getType() != op.getType() ||
        op.getType().getElementType().getIntOrFloatBitWidth() != 8 ||
        !getTensorType(op.getX()).getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "no dequantize of the same type");
    std::optional<QuantizationParameters> parameters = getParameters(op);
    if (!parameters || !(getParameters(dequantize) == parameters))
      return rewriter.notifyMatchFailure(op, "the parameters differ");
    rewriter.replaceOp(op, dequantize.getX());
    return success();
  }
};
} // namespace

void dlc::populateMoveQuantizationPatterns(RewritePatternSet &patterns) {
  patterns.add<MoveDequantizeDown, MoveDequantizeBelowConcat,
               MoveQuantizeAboveConcat, DropRequantization>(
      patterns.getContext());
}
