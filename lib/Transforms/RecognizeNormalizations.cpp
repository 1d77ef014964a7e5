//===- RecognizeNormalizations.cpp - Spellings of norms and softmax -------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Recognize.h"

#include "dialects/dlc/ConstantFolding.h"
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
    return failure();
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
/// A layer norm without scale and bias.
struct BareNorm {
  Value x;
  int64_t axis;
  double epsilon;
};
} // namespace

/// The norm that dividing `centred` by `deviation` is, if
/// `centred = x - mean(x)` and `deviation = sqrt(mean(centred^2) + epsilon)`.
static std::optional<BareNorm> matchNorm(Value centred, Value deviation) {
  auto sub = centred.getDefiningOp<SubOp>();
  if (!sub || sub.getA().getType() != sub.getType())
    return std::nullopt;
  Value x = sub.getA();
  auto mean = getKeptReduction<ReduceMeanOp>(sub.getB());
  if (!mean || mean.getX() != x ||
      !areTrailing(mean.getAxes(), getTensorType(x).getRank()))
    return std::nullopt;

  Value sum;
  if (auto root = deviation.getDefiningOp<SqrtOp>())
    sum = root.getX();
  else if (auto power = deviation.getDefiningOp<PowOp>();
           power && isSplatNear(power.getB(), 0.5))
    sum = power.getA();
  auto add = sum ? sum.getDefiningOp<AddOp>() : nullptr;
  if (!add || sum.getType() != deviation.getType())
    return std::nullopt;
  for (auto [variance, constant] :
       {std::pair(add.getA(), add.getB()), std::pair(add.getB(), add.getA())}) {
    std::optional<double> epsilon = getSplat(constant);
    auto square = getKeptReduction<ReduceMeanOp>(variance);
    if (epsilon && square && variance.getType() == sum.getType() &&
        square.getAxes() == mean.getAxes() &&
        getProduct(square.getX(), centred).is(1, {centred, centred}))
      return BareNorm{x, mean.getAxes().front(), *epsilon};
  }
  return std::nullopt;
}

namespace {
/// (x - mean) / sqrt(variance + epsilon) -> layer_norm with a scale of 1.
template <typename RootOp>
struct RecognizeLayerNorm final : public OpRewritePattern<RootOp> {
  using OpRewritePattern<RootOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(RootOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<FloatType>(op.getType().getElementType()))
      return failure();
    for (auto [centred, deviation] : getQuotients(op)) {
      std::optional<BareNorm> norm = matchNorm(centred, deviation);
      if (!norm || op.getType() != norm->x.getType())
        continue;
      auto scalar = RankedTensorType::get({}, op.getType().getElementType());
      Value one = ConstantOp::create(rewriter, op.getLoc(), scalar,
                                     makeFloats(scalar, 1.0));
      rewriter.replaceOpWithNewOp<LayerNormOp>(
          op, op.getType(), norm->x, one, /*bias=*/Value(),
          rewriter.getI64IntegerAttr(norm->axis),
          rewriter.getF64FloatAttr(norm->epsilon));
      return success();
    }
    return failure();
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
          !isOverNormalized(getTensorType(parameter), norm))
        continue;
      rewriter.replaceOpWithNewOp<LayerNormOp>(
          op, op.getType(), norm.getX(),
          isScale ? parameter : Value(norm.getScale()),
          isScale ? Value() : parameter, norm.getAxisAttr(),
          norm.getEpsilonAttr());
      return success();
    }
    return failure();
  }

private:
  /// True if a parameter differs along the normalized dimensions only.
  static bool isOverNormalized(RankedTensorType type, LayerNormOp norm) {
    int64_t kept = type.getRank() - (norm.getType().getRank() - norm.getAxis());
    return llvm::all_of(type.getShape().take_front(std::max<int64_t>(kept, 0)),
                        [](int64_t size) { return size == 1; });
  }
};
} // namespace

void dlc::populateNormalizationRecognition(RewritePatternSet &patterns) {
  patterns.add<RecognizeSoftmax<DivOp>, RecognizeSoftmax<MulOp>,
               RecognizeLayerNorm<DivOp>, RecognizeLayerNorm<MulOp>,
               FoldIntoLayerNorm<MulOp>, FoldIntoLayerNorm<AddOp>>(
      patterns.getContext());
}
