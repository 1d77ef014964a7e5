//===- RecognizeActivations.cpp - Spellings of activations ----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Recognize.h"

#include "dialects/dlc/Elementwise.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// What factors are
//===----------------------------------------------------------------------===//

/// The x of `1 + erf(x / sqrt(2))`, or null.
static Value matchErfTerm(Value factor) {
  Value beside = getSummandBeside(factor, 1);
  auto erf = beside ? beside.getDefiningOp<ErfOp>() : nullptr;
  return erf ? getMultipleOf(erf.getX(), 1 / llvm::numbers::sqrt2) : Value();
}

/// True if `value` is `x + 0.044715 x^3`.
static bool isCubicTerm(Value value, Value x) {
  auto add = value.getDefiningOp<AddOp>();
  if (!add)
    return false;
  Value cube = add.getA() == x ? add.getB() : add.getA();
  return (add.getA() == x || add.getB() == x) &&
         getProduct(cube, x).is(0.044715, {x, x, x});
}

/// True if `factor` is `1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))`, the
/// argument perhaps with x as a factor of its own.
static bool isTanhTerm(Value factor, Value x) {
  Value beside = getSummandBeside(factor, 1);
  auto tanh = beside ? beside.getDefiningOp<TanhOp>() : nullptr;
  if (!tanh)
    return false;
  Product argument = getProduct(tanh.getX(), x);
  const double scale = std::sqrt(2 * llvm::numbers::inv_pi);
  if (argument.factors.size() == 1)
    return argument.is(scale, argument.factors) &&
           isCubicTerm(argument.factors.front(), x);
  Value rest = argument.getOther(x);
  Value square = rest ? getSummandBeside(rest, 1) : Value();
  return square && argument.is(scale, {x, rest}) &&
         getProduct(square, x).is(0.044715, {x, x});
}

/// The alpha of `1 + e^(-alpha x)`, if `value` is that.
static std::optional<double> matchLogisticTerm(Value value, Value x) {
  Value beside = getSummandBeside(value, 1);
  auto exp = beside ? beside.getDefiningOp<ExpOp>() : nullptr;
  if (!exp)
    return std::nullopt;
  for (const Scaled &multiple : getMultiples(exp.getX()))
    if (multiple.value == x)
      return -multiple.coefficient;
  return std::nullopt;
}

namespace {
struct Clamped {
  Value value;
  double low, high;
};
} // namespace

/// A value bounded by constants on both sides.
static std::optional<Clamped> matchClamped(Value value) {
  auto number = [](Value bound) {
    return bound ? getSplat(bound) : std::nullopt;
  };
  std::optional<double> low, high;
  Value x;
  if (auto clip = value.getDefiningOp<ClipOp>()) {
    low = number(clip.getLow());
    high = number(clip.getHigh());
    x = clip.getX();
  } else if (auto min = value.getDefiningOp<MinOp>()) {
    high = number(min.getB());
    x = min.getA();
    if (auto max = x.getDefiningOp<MaxOp>()) {
      low = number(max.getB());
      x = max.getA();
    } else if (auto relu = x.getDefiningOp<ReluOp>()) {
      low = 0;
      x = relu.getX();
    }
  }
  if (!low || !high || x.getType() != value.getType())
    return std::nullopt;
  return Clamped{x, *low, *high};
}

/// The x of `clip(x + 3, 0, 6)`, or null.
static Value matchRelu6Term(Value value) {
  std::optional<Clamped> clamped = matchClamped(value);
  if (!clamped || clamped->low != 0 || clamped->high != 6)
    return {};
  return getSummandBeside(clamped->value, 3);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {
/// Products of a value and a function of it; `RootOp`, a multiplication or a
/// division, is the outermost.
template <typename RootOp>
struct RecognizeGated final : public OpRewritePattern<RootOp> {
  using OpRewritePattern<RootOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(RootOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!isa<FloatType>(op.getType().getElementType()))
      return rewriter.notifyMatchFailure(op, "not on floats");
    // What follows from a factor is the x that mustn't be taken apart.
    for (Value factor : getProduct(op).factors) {
      if (factor.getType() != type)
        continue;
      Value x = matchErfTerm(factor);
      if (x && getProduct(op, x).is(0.5, {x, factor})) {
        rewriter.replaceOpWithNewOp<GeluOp>(op, type, x, false);
        return success();
      }
      x = matchRelu6Term(factor);
      if (x && getProduct(op, x).is(1.0 / 6, {x, factor})) {
        rewriter.replaceOpWithNewOp<HardSwishOp>(op, type, x);
        return success();
      }
      if (x && getProduct(op, factor).is(1.0 / 6, {factor})) {
        rewriter.replaceOpWithNewOp<HardSigmoidOp>(
            op, type, x, rewriter.getF64FloatAttr(1.0 / 6),
            rewriter.getF64FloatAttr(0.5));
        return success();
      }
    }
    if (recognizeTanhGelu(op, rewriter) || recognizeBySigmoid(op, rewriter))
      return success();
    return rewriter.notifyMatchFailure(op, "no factor that gates another");
  }

private:
  bool recognizeTanhGelu(RootOp op, PatternRewriter &rewriter) const {
    for (Value x : getCandidates(op))
      if (Value term = getProduct(op, x).getOther(x);
          term && getProduct(op, x).is(0.5, {x, term}) && isTanhTerm(term, x)) {
        rewriter.replaceOpWithNewOp<GeluOp>(op, op.getType(), x, true);
        return true;
      }
    return false;
  }

  /// The values that a product may be a function of times: its factors, and
  /// those of its operands that are products themselves.
  static SmallVector<Value> getCandidates(RootOp op) {
    SmallVector<Value> candidates(getProduct(op).factors);
    for (Value operand : op->getOperands()) {
      for (const Scaled &multiple : getMultiples(operand))
        candidates.push_back(multiple.value);
      if (auto inner = operand.getDefiningOp<MulOp>())
        for (Value factor : inner->getOperands())
          for (const Scaled &multiple : getMultiples(factor))
            candidates.push_back(multiple.value);
    }
    llvm::erase_if(candidates, [&](Value candidate) {
      return candidate.getType() != op.getType();
    });
    return candidates;
  }

  bool recognizeBySigmoid(RootOp op, PatternRewriter &rewriter) const {
    if (!std::is_same_v<RootOp, MulOp>)
      return false;
    for (auto [x, gate] :
         {std::pair(op.getA(), op.getB()), std::pair(op.getB(), op.getA())}) {
      if (x.getType() != op.getType())
        continue;
      if (auto sigmoid = gate.template getDefiningOp<SigmoidOp>())
        for (const Scaled &multiple : getMultiples(sigmoid.getX()))
          if (multiple.value == x && multiple.coefficient > 0) {
            rewriter.replaceOpWithNewOp<SwishOp>(
                op, op.getType(), x,
                rewriter.getF64FloatAttr(multiple.coefficient));
            return true;
          }
      auto hard = gate.template getDefiningOp<HardSigmoidOp>();
      Type elementType = op.getType().getElementType();
      if (hard && hard.getX() == x &&
          isNear(hard.getAlpha().convertToDouble(), 1.0 / 6, elementType) &&
          isNear(hard.getBeta().convertToDouble(), 0.5, elementType)) {
        rewriter.replaceOpWithNewOp<HardSwishOp>(op, op.getType(), x);
        return true;
      }
    }
    return false;
  }
};

/// x / (1 + e^(-alpha x)) -> swish, 1 / (1 + e^-x) -> sigmoid.
struct RecognizeLogistic final : public OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getB().getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "the divisor broadcasts");
    if (Value beside = getSummandBeside(op.getB(), 1);
        beside && isSplatNear(op.getA(), 1))
      if (auto exp = beside.getDefiningOp<ExpOp>())
        if (Value x = getMultipleOf(exp.getX(), -1)) {
          rewriter.replaceOpWithNewOp<SigmoidOp>(op, op.getType(), x);
          return success();
        }
    if (op.getA().getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "the dividend broadcasts");
    std::optional<double> alpha = matchLogisticTerm(op.getB(), op.getA());
    if (!alpha || !(*alpha > 0))
      return rewriter.notifyMatchFailure(op, "no sum of 1 and an exponential");
    rewriter.replaceOpWithNewOp<SwishOp>(op, op.getType(), op.getA(),
                                         rewriter.getF64FloatAttr(*alpha));
    return success();
  }
};

/// reciprocal(1 + e^-x) -> sigmoid.
struct RecognizeReciprocal final : public OpRewritePattern<ReciprocalOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReciprocalOp op,
                                PatternRewriter &rewriter) const override {
    Value beside = getSummandBeside(op.getX(), 1);
    auto exp = beside ? beside.getDefiningOp<ExpOp>() : nullptr;
    Value x = exp ? getMultipleOf(exp.getX(), -1) : Value();
    if (!x)
      return rewriter.notifyMatchFailure(op, "no 1 + e^-x");
    rewriter.replaceOpWithNewOp<SigmoidOp>(op, op.getType(), x);
    return success();
  }
};
} // namespace

void dlc::populateActivationRecognition(RewritePatternSet &patterns) {
  patterns.add<RecognizeGated<MulOp>, RecognizeGated<DivOp>, RecognizeLogistic,
               RecognizeReciprocal>(patterns.getContext());
}
