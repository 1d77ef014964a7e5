//===- RecognizeAttention.cpp - Spellings of attention --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Recognize.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Reduction.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"

using namespace mlir;
using namespace dlc;

namespace {
/// What stands between the two products.
struct Spelling {
  MatMulOp scores;
  double scale = 1;
  double softcap = 0;
  Value mask; // null, or what is added to the scores
  /// Null, or the op that replaces the scores that don't count by `hidden`;
  /// its condition says which count if `holdsWhereSeen`, which don't otherwise.
  WhereOp where;
  bool holdsWhereSeen = false;
  double hidden = 0;
};
} // namespace

//===----------------------------------------------------------------------===//
// From the softmax back to the operands
//===----------------------------------------------------------------------===//

/// Adding a number of this size leaves nothing of any score.
static constexpr double kSwallowsAll = 1e30;

/// Reads the operand of the softmax.
static std::optional<Spelling> matchSpelling(Value value) {
  Spelling spelling;
  auto take = [&](Value scores) {
    Scaled last = getMultiples(scores).back();
    spelling.scale = last.coefficient;
    spelling.softcap = 0;
    if (auto tanh = last.value.getDefiningOp<TanhOp>()) {
      // c * tanh(s / c * products)
      spelling.softcap = last.coefficient;
      last = getMultiples(tanh.getX()).back();
      spelling.scale = last.coefficient * spelling.softcap;
    }
    spelling.scores = last.value.getDefiningOp<MatMulOp>();
    return spelling.scores && scores.getType() == value.getType();
  };
  if (take(value))
    return spelling;
  if (auto add = value.getDefiningOp<AddOp>()) {
    for (auto [scores, mask] :
         {std::pair(add.getA(), add.getB()), std::pair(add.getB(), add.getA())})
      if (take(scores)) {
        spelling.mask = mask;
        return spelling;
      }
  }
  if (auto where = value.getDefiningOp<WhereOp>()) {
    spelling.where = where;
    spelling.holdsWhereSeen = take(where.getA());
    if (!spelling.holdsWhereSeen && !take(where.getB()))
      return std::nullopt;
    std::optional<double> hidden =
        getSplat(spelling.holdsWhereSeen ? where.getB() : where.getA());
    if (!hidden || !(*hidden <= -kSwallowsAll) ||
        !where.getType().getElementType().isF32())
      return std::nullopt;
    spelling.hidden = *hidden;
    return spelling;
  }
  return std::nullopt;
}

/// The mask to add to the scores, or null.
static Value makeMask(const Spelling &spelling, OpBuilder &builder) {
  if (!spelling.where)
    return spelling.mask;
  WhereOp where = spelling.where;
  RankedTensorType type = where.getType();
  auto scalar = RankedTensorType::get({}, type.getElementType());
  auto makeScalar = [&](double value) -> Value {
    return ConstantOp::create(builder, where.getLoc(), scalar,
                              makeFloats(scalar, value));
  };
  Value seen = makeScalar(0), unseen = makeScalar(spelling.hidden);
  if (!spelling.holdsWhereSeen)
    std::swap(seen, unseen);
  return WhereOp::create(builder, where.getLoc(),
                         withDims(type, getDims(where.getCondition())),
                         where.getCondition(), seen, unseen);
}

namespace {
/// `coefficient * value`, transposed by `perm` unless that is empty.
struct Operand {
  Value value;
  double coefficient = 1;
  ArrayRef<int64_t> perm;

  Operand(Value operand, bool takeCoefficient) : value(operand) {
    auto peel = [&] {
      if (!takeCoefficient)
        return;
      Scaled last = getMultiples(value).back();
      value = last.value;
      coefficient *= last.coefficient;
    };
    peel();
    if (auto transpose = value.getDefiningOp<TransposeOp>()) {
      value = transpose.getX();
      perm = transpose.getPerm();
      peel();
    }
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// To heads inside tokens
//===----------------------------------------------------------------------===//

static Value transpose(OpBuilder &builder, Value value,
                       ArrayRef<int64_t> perm) {
  return builder.createOrFold<TransposeOp>(value.getLoc(), value, perm);
}

static Value reshape(OpBuilder &builder, Value value, ArrayRef<Dim> shape) {
  return builder.createOrFold<ReshapeOp>(
      value.getLoc(), withDims(getTensorType(value), shape), value);
}

/// The softmax that `value` is, or that it is but for NaN, which it has 0 for
/// (`zeroesNaN`); null if it is none.
static SoftmaxOp matchSoftmax(Value value, bool &zeroesNaN) {
  auto where = value.getDefiningOp<WhereOp>();
  auto isNaN =
      where ? where.getCondition().getDefiningOp<IsNaNOp>() : IsNaNOp();
  zeroesNaN = isNaN && isNaN.getX() == where.getB() &&
              getSplat(where.getA()) == 0.0 &&
              where.getType() == isNaN.getX().getType();
  return (zeroesNaN ? Value(where.getB()) : value).getDefiningOp<SoftmaxOp>();
}

/// Of the keys or values that several heads share, repeated for each, `batch x
/// heads x keys x size`, those that are there once; null if it is no such
/// thing.
static Value matchRepeatedHeads(Value value) {
  auto merge = value.getDefiningOp<ReshapeOp>();
  auto expand = merge ? merge.getX().getDefiningOp<ExpandOp>() : ExpandOp();
  auto split = expand ? expand.getX().getDefiningOp<ReshapeOp>() : ReshapeOp();
  if (!split || getTensorType(split.getX()).getRank() != 4 ||
      expand.getType().getRank() != 5)
    return {};
  Shape once = getDims(split.getX()), all = getDims(value);
  Shape repeated = getDims(expand.getType());
  if (!once[1].isNumber() || !repeated[2].isNumber() || !areKnown(all) ||
      getDims(split.getType()) !=
          Shape{once[0], once[1], 1, once[2], once[3]} ||
      repeated != Shape{once[0], once[1], repeated[2], once[2], once[3]} ||
      all != Shape{once[0], once[1].getSize() * repeated[2].getSize(), once[2],
                   once[3]})
    return {};
  return split.getX();
}

namespace {
/// How operands of batch dimensions, rows and columns become batch x rows x
/// heads x columns, and results come back.
class HeadLayout {
public:
  HeadLayout(OpBuilder &builder, int64_t rank, bool batchesAreHeads)
      : builder(builder), rank(rank), batchesAreHeads(batchesAreHeads) {}

  /// The operand has its rows last if `rowsLast`.
  Value enter(const Operand &operand, bool rowsLast) const {
    Value value = operand.value;
    if (!operand.perm.empty())
      value = transpose(builder, value, operand.perm);
    if (rank == 4)
      return transpose(builder, value,
                       rowsLast ? ArrayRef<int64_t>{0, 3, 1, 2}
                                : ArrayRef<int64_t>{0, 2, 1, 3});
    // One kind of batches: heads of one batch, or batches of one head.
    if (batchesAreHeads) {
      value = transpose(builder, value,
                        rowsLast ? ArrayRef<int64_t>{2, 0, 1}
                                 : ArrayRef<int64_t>{1, 0, 2});
      Shape shape = getDims(value);
      return reshape(builder, value, {1, shape[0], shape[1], shape[2]});
    }
    if (rowsLast)
      value = transpose(builder, value, {0, 2, 1});
    Shape shape = getDims(value);
    return reshape(builder, value, {shape[0], shape[1], 1, shape[2]});
  }

  Value enterMask(Value mask) const {
    RankedTensorType type = getTensorType(mask);
    if (rank == 4 || batchesAreHeads || type.getRank() < 3)
      return mask;
    Shape shape = getDims(type);
    return reshape(builder, mask, {shape[0], 1, shape[1], shape[2]});
  }

  Value leave(Value result) const {
    if (rank == 4)
      return transpose(builder, result, {0, 2, 1, 3});
    Shape shape = getDims(result);
    if (!batchesAreHeads)
      return reshape(builder, result, {shape[0], shape[1], shape[3]});
    Value dropped = reshape(builder, result, {shape[1], shape[2], shape[3]});
    return transpose(builder, dropped, {1, 0, 2});
  }

private:
  OpBuilder &builder;
  int64_t rank;
  bool batchesAreHeads;
};

/// Batches that are one dimension only while rows and columns are swapped:
/// reshape(transpose(x)) -> transpose(reshape(x)).
struct SwapUnderBatches final : public OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto swap = op.getX().getDefiningOp<TransposeOp>();
    int64_t rank = op.getType().getRank();
    if (!swap || swap.getPerm() != ArrayRef<int64_t>{0, 2, 1} || rank < 4)
      return rewriter.notifyMatchFailure(op, "rows and columns aren't swapped");
    Shape shape = getDims(op.getType());
    if (!areKnown(shape) || ArrayRef(shape).take_back(2) !=
                                ArrayRef(getDims(swap.getType())).take_back(2))
      return rewriter.notifyMatchFailure(op, "not only batches are split");
    std::swap(shape[rank - 1], shape[rank - 2]);
    auto perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    std::swap(perm[rank - 1], perm[rank - 2]);
    Value split = reshape(rewriter, swap.getX(), shape);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, split, perm);
    return success();
  }
};

/// softmax(scale * q k^T + mask) v -> attention, also where a tanh limits the
/// products.
struct RecognizeAttention final : public OpRewritePattern<MatMulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    bool zeroesNaN = false;
    SoftmaxOp softmax = matchSoftmax(op.getA(), zeroesNaN);
    int64_t rank = op.getType().getRank();
    if (!softmax || op.getTransposeA() || (rank != 3 && rank != 4) ||
        static_cast<int64_t>(softmax.getAxis()) != rank - 1 ||
        !areKnown(getDims(op.getType())))
      return rewriter.notifyMatchFailure(
          op, "no product of a softmax over the last dimension");
    std::optional<Spelling> spelling = matchSpelling(softmax.getX());
    if (!spelling || spelling->scores.getTransposeA())
      return rewriter.notifyMatchFailure(
          op, "the softmax isn't over scaled and masked scores");
    MatMulOp scores = spelling->scores;
    // Broadcasting among batches isn't attention as the op has it.
    Shape dims = getDims(op.getType());
    ArrayRef<Dim> batches = ArrayRef(dims).drop_back(2);
    for (Value operand : {scores.getA(), scores.getB(), op.getB()}) {
      RankedTensorType type = getTensorType(operand);
      Shape operandDims = getDims(type);
      if (type.getRank() != rank || !areKnown(operandDims) ||
          ArrayRef(operandDims).drop_back(2) != batches)
        return rewriter.notifyMatchFailure(op, "batches broadcast");
    }
    Operand q(scores.getA(), /*takeCoefficient=*/true);
    Operand k(scores.getB(), /*takeCoefficient=*/true);
    Operand v(op.getB(), /*takeCoefficient=*/false);
    HeadLayout layout(rewriter, rank, !q.perm.empty() || !v.perm.empty());
    Value mask = makeMask(*spelling, rewriter);
    FloatAttr scaleAttr = rewriter.getF64FloatAttr(
        spelling->scale * q.coefficient * k.coefficient);
    FloatAttr softcap = rewriter.getF64FloatAttr(spelling->softcap);
    UnitAttr zeroUnseen = zeroesNaN ? rewriter.getUnitAttr() : UnitAttr();
    // Keys and values that nobody has transposed, but for the product, stay as
    // they are.
    bool isKeyPlain = scores.getTransposeB()
                          ? k.perm.empty()
                          : k.perm == ArrayRef<int64_t>{0, 1, 3, 2};
    if (rank == 4 && isKeyPlain && v.perm.empty() && !op.getTransposeB()) {
      Value keys = matchRepeatedHeads(k.value);
      Value values = matchRepeatedHeads(v.value);
      bool isShared = keys && values &&
                      getDim(keys.getType(), 1) == getDim(values.getType(), 1);
      Value y = AttentionOp::create(
          rewriter, op.getLoc(), layout.enter(q, /*rowsLast=*/false),
          isShared ? keys : k.value, isShared ? values : v.value, mask,
          scaleAttr, softcap, rewriter.getUnitAttr(), zeroUnseen);
      rewriter.replaceOp(op, layout.leave(y));
      return success();
    }
    Value y = AttentionOp::create(
        rewriter, op.getLoc(), layout.enter(q, /*rowsLast=*/false),
        layout.enter(k, /*rowsLast=*/!scores.getTransposeB()),
        layout.enter(v, /*rowsLast=*/op.getTransposeB()),
        mask ? layout.enterMask(mask) : Value(), scaleAttr, softcap,
        /*heads_first=*/UnitAttr(), zeroUnseen);
    rewriter.replaceOp(op, layout.leave(y));
    return success();
  }
};
} // namespace

void dlc::populateAttentionOperandPatterns(RewritePatternSet &patterns) {
  patterns.add<SwapUnderBatches>(patterns.getContext());
}

void dlc::populateAttentionRecognition(RewritePatternSet &patterns) {
  patterns.add<RecognizeAttention>(patterns.getContext());
}
