//===- RecognizeNormalizations.cpp - Spellings of norms and softmax -------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Recognize.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Normalization.h"
#include "dialects/dlc/Reduction.h"
#include "dialects/dlc/TypeInference.h"

using namespace mlir;
using namespace dlc;

/// `numerator / denominator`, written as a division or as a multiplication by
/// a reciprocal; each way of reading `op`.
static SmallVector<std::pair<Value, Value>> getQuotients(Operation *op) {
  Value a = op->getOperand(0), b = op->getOperand(1);
  if (isa<DivOp>(op))
    return {{a, b}};
  SmallVector<std::pair<Value, Value>> quotients;
  for (auto [numerator, inverse] : {std::pair(a, b), std::pair(b, a)})
    if (Value denominator = getReciprocalOf(inverse))
      quotients.push_back({numerator, denominator});
  return quotients;
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

namespace {
/// e^z / sum(e^z) along one axis, z perhaps being x - max(x) along it.
template <typename RootOp>
struct RecognizeSoftmax final : public OpRewritePattern<RootOp> {
  using OpRewritePattern<RootOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(RootOp op,
                                PatternRewriter &rewriter) const override {
    for (auto [numerator, denominator] : getQuotients(op)) {
      auto exp = numerator.template getDefiningOp<ExpOp>();
      auto sum = getKeptReduction<ReduceSumOp>(denominator);
      if (!exp || !sum || sum.getX() != exp || sum.getAxes().size() != 1 ||
          exp.getType() != op.getType())
        continue;
      Value x = exp.getX();
      if (auto shifted = x.getDefiningOp<SubOp>()) {
        auto most = getKeptReduction<ReduceMaxOp>(shifted.getB());
        if (most && most.getX() == shifted.getA() &&
            most.getAxes() == sum.getAxes())
          x = shifted.getA();
      }
      rewriter.replaceOpWithNewOp<SoftmaxOp>(op, op.getType(), x,
                                             sum.getAxes().front());
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no exponential over its sum");
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Layer norm
//===----------------------------------------------------------------------===//

/// True if `axes` are the dimensions from the first of them to the last of
/// `rank`.
static bool areTrailing(ArrayRef<int64_t> axes, int64_t rank) {
  return !axes.empty() &&
         llvm::equal(axes, llvm::seq<int64_t>(axes.front(), rank));
}

namespace {
/// What `sqrt(mean((x - mean(x))^2) + epsilon)` consists of.
struct Deviation {
  Value x, mean, centred;
  int64_t axis;
  double epsilon;
};
} // namespace

/// The x and its mean over trailing dimensions in `centred = x - mean(x)`.
static std::optional<Deviation> matchCentred(Value centred) {
  auto sub = centred.getDefiningOp<SubOp>();
  if (!sub || sub.getA().getType() != sub.getType())
    return std::nullopt;
  auto mean = getKeptReduction<ReduceMeanOp>(sub.getB());
  if (!mean || mean.getX() != sub.getA() ||
      !areTrailing(mean.getAxes(), sub.getType().getRank()))
    return std::nullopt;
  return Deviation{sub.getA(), sub.getB(), centred, mean.getAxes().front(), 0};
}

static std::optional<Deviation> matchDeviation(Value value) {
  Value sum;
  if (auto root = value.getDefiningOp<SqrtOp>())
    sum = root.getX();
  else if (auto power = value.getDefiningOp<PowOp>();
           power && isSplatNear(power.getB(), 0.5))
    sum = power.getA();
  auto add = sum ? sum.getDefiningOp<AddOp>() : nullptr;
  if (!add || sum.getType() != value.getType())
    return std::nullopt;
  for (auto [variance, constant] :
       {std::pair(add.getA(), add.getB()), std::pair(add.getB(), add.getA())}) {
    std::optional<double> epsilon = getSplat(constant);
    auto mean = getKeptReduction<ReduceMeanOp>(variance);
    if (!epsilon || !mean || variance.getType() != sum.getType())
      continue;
    Value centred = getProduct(mean.getX()).factors.front();
    std::optional<Deviation> deviation = matchCentred(centred);
    if (!deviation || !getProduct(mean.getX()).is(1, {centred, centred}) ||
        !areTrailing(mean.getAxes(), getTensorType(centred).getRank()) ||
        mean.getAxes().front() != deviation->axis)
      continue;
    deviation->epsilon = *epsilon;
    return deviation;
  }
  return std::nullopt;
}

/// The deviation that `value` is one over.
static std::optional<Deviation> matchInverseDeviation(Value value) {
  Value deviation = getReciprocalOf(value);
  return deviation ? matchDeviation(deviation) : std::nullopt;
}

/// True if a parameter of a norm over dimensions `axis` and beyond of `rank`
/// differs along these only.
static bool isOverNormalized(RankedTensorType type, int64_t axis,
                             int64_t rank) {
  int64_t kept = std::max<int64_t>(type.getRank() - (rank - axis), 0);
  return type.getRank() <= rank &&
         llvm::all_of(type.getShape().take_front(kept),
                      [](int64_t size) { return size == 1; });
}

static Value makeOne(OpBuilder &builder, Location loc, RankedTensorType like) {
  auto scalar = RankedTensorType::get({}, like.getElementType());
  return ConstantOp::create(builder, loc, scalar, makeFloats(scalar, 1.0));
}

namespace {
/// (x - mean) / sqrt(variance + epsilon) -> layer_norm with a scale of 1.
template <typename RootOp>
struct RecognizeLayerNorm final : public OpRewritePattern<RootOp> {
  using OpRewritePattern<RootOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(RootOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<FloatType>(op.getType().getElementType()))
      return rewriter.notifyMatchFailure(op, "not on floats");
    for (auto [centred, divisor] : getQuotients(op)) {
      std::optional<Deviation> norm = matchDeviation(divisor);
      if (!norm || norm->centred != centred ||
          op.getType() != centred.getType())
        continue;
      rewriter.replaceOpWithNewOp<LayerNormOp>(
          op, op.getType(), norm->x,
          makeOne(rewriter, op.getLoc(), op.getType()), /*bias=*/Value(),
          rewriter.getI64IntegerAttr(norm->axis),
          rewriter.getF64FloatAttr(norm->epsilon));
      return success();
    }
    return rewriter.notifyMatchFailure(op,
                                       "no centred value over its deviation");
  }
};

/// x * factor + (bias - mean * factor), where factor is scale / deviation, to
/// layer_norm.
struct RecognizeShiftedNorm final : public OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<FloatType>(op.getType().getElementType()))
      return rewriter.notifyMatchFailure(op, "not on floats");
    for (auto [product, shift] :
         {std::pair(op.getA(), op.getB()), std::pair(op.getB(), op.getA())})
      if (recognize(op, product, shift, rewriter))
        return success();
    return rewriter.notifyMatchFailure(op, "no scaled and shifted norm");
  }

private:
  static bool recognize(AddOp op, Value product, Value shift,
                        PatternRewriter &rewriter) {
    auto mul = product.getDefiningOp<MulOp>();
    auto sub = shift.getDefiningOp<SubOp>();
    auto shifted = sub ? sub.getB().getDefiningOp<MulOp>() : nullptr;
    if (!mul || !shifted)
      return false;
    for (auto [x, factor] : {std::pair(mul.getA(), mul.getB()),
                             std::pair(mul.getB(), mul.getA())}) {
      Value scale;
      std::optional<Deviation> norm = matchFactor(factor, scale);
      int64_t rank = op.getType().getRank();
      bool isMean =
          norm && ((shifted.getA() == norm->mean && shifted.getB() == factor) ||
                   (shifted.getB() == norm->mean && shifted.getA() == factor));
      if (!isMean || norm->x != x || x.getType() != op.getType() ||
          !isOverNormalized(getTensorType(sub.getA()), norm->axis, rank) ||
          (scale && !isOverNormalized(getTensorType(scale), norm->axis, rank)))
        continue;
      if (!scale)
        scale = makeOne(rewriter, op.getLoc(), op.getType());
      rewriter.replaceOpWithNewOp<LayerNormOp>(
          op, op.getType(), x, scale, sub.getA(),
          rewriter.getI64IntegerAttr(norm->axis),
          rewriter.getF64FloatAttr(norm->epsilon));
      return true;
    }
    return false;
  }

  /// The deviation in `factor = scale / deviation`; a missing scale is null.
  static std::optional<Deviation> matchFactor(Value factor, Value &scale) {
    if (std::optional<Deviation> norm = matchInverseDeviation(factor))
      return norm;
    auto mul = factor.getDefiningOp<MulOp>();
    if (!mul)
      return std::nullopt;
    for (auto [inverse, other] :
         {std::pair(mul.getA(), mul.getB()), std::pair(mul.getB(), mul.getA())})
      if (std::optional<Deviation> norm = matchInverseDeviation(inverse)) {
        scale = other;
        return norm;
      }
    return std::nullopt;
  }
};

/// Multiplications and additions over the normalized dimensions that follow
/// a layer norm become its scale and bias.
template <typename RootOp>
struct FoldIntoLayerNorm final : public OpRewritePattern<RootOp> {
  using OpRewritePattern<RootOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(RootOp op,
                                PatternRewriter &rewriter) const override {
    constexpr bool isScale = std::is_same_v<RootOp, MulOp>;
    for (auto [value, parameter] :
         {std::pair(op.getA(), op.getB()), std::pair(op.getB(), op.getA())}) {
      auto norm = value.template getDefiningOp<LayerNormOp>();
      if (!norm || !norm->hasOneUse() || norm.getBias() ||
          norm.getType() != op.getType() ||
          (isScale && !isSplatNear(norm.getScale(), 1)) ||
          !isOverNormalized(getTensorType(parameter), norm.getAxis(),
                            norm.getType().getRank()))
        continue;
      rewriter.replaceOpWithNewOp<LayerNormOp>(
          op, op.getType(), norm.getX(),
          isScale ? parameter : Value(norm.getScale()),
          isScale ? Value() : parameter, norm.getAxisAttr(),
          norm.getEpsilonAttr());
      return success();
    }
    return rewriter.notifyMatchFailure(op,
                                       "no norm of its own that can take it");
  }
};
} // namespace

void dlc::populateNormalizationRecognition(RewritePatternSet &patterns) {
  patterns.add<RecognizeSoftmax<DivOp>, RecognizeSoftmax<MulOp>,
               RecognizeLayerNorm<DivOp>, RecognizeLayerNorm<MulOp>,
               RecognizeShiftedNorm, FoldIntoLayerNorm<MulOp>,
               FoldIntoLayerNorm<AddOp>>(patterns.getContext());
}
