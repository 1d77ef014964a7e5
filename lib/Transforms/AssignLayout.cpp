//===- AssignLayout.cpp - Layouts of contractions -------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatchRemarks.h"
#include "PackWeights.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/ControlFlow.h"
#include "dialects/dlc/Pooling.h"
#include "dialects/dlc/Quantization.h"
#include "dialects/dlc/Reduction.h"
#include "dialects/dlc/Shape.h"
#include "dlc/Transforms/Passes.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dlc {
#define GEN_PASS_DEF_ASSIGNLAYOUT
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The type of a value of `type` once its channels are in blocks, the last one
/// filled up.
static RankedTensorType getBlockedType(RankedTensorType type, int64_t block) {
  Shape dims = getDims(type);
  dims[1] = llvm::divideCeil(type.getDimSize(1), block);
  dims.push_back(block);
  return withDims(type, dims);
}

/// True if a layout can be chosen: what is blocked has a known size, and of
/// other sizes it is at least known which they are.
static bool canBlock(RankedTensorType type) {
  return type.getRank() > 1 && !type.isDynamicDim(1) && areKnown(getDims(type));
}

static int64_t getBlock(Value blocked) {
  return getTensorType(blocked).getShape().back();
}

static bool isPadded(RankedTensorType type, int64_t block) {
  return type.getDimSize(1) % block != 0;
}

/// Marks what this pass makes to fill up the last block and to take the filling
/// off: channels that the model itself adds or removes matter.
static constexpr llvm::StringLiteral fillMark = "dlc.fill";

template <typename OpTy> static OpTy markFill(OpTy op) {
  op->setAttr(fillMark, UnitAttr::get(op.getContext()));
  return op;
}

/// What fills up blocks of `value`, or takes their filling off; or null.
template <typename OpTy> static OpTy getFill(Value value) {
  auto op = value.getDefiningOp<OpTy>();
  return op && op->hasAttr(fillMark) ? op : OpTy();
}

/// The blocked value that `value` is made the plain form of for `user`, or
/// null.
static Value getBlocked(Value value, Operation *user) {
  if (auto slice = getFill<SliceOp>(value))
    value = slice.getX();
  auto unpack = value.getDefiningOp<UnpackOp>();
  return unpack && isBeside(unpack, user) && unpack.getAxis() == 1
             ? unpack.getX()
             : Value();
}

static bool padsChannels(PadOp op) {
  Shape pads = op.getPadDims();
  return pads[1] != Dim(0) || pads[pads.size() / 2 + 1] != Dim(0);
}

/// True if a slice takes all channels, in order.
static bool takesAllChannels(SliceOp op) {
  return op.getStartDims()[1] == Dim(0) && op.getSteps()[1] == 1 &&
         getDim(op.getType(), 1) == getDim(op.getX().getType(), 1);
}

/// The padding of space on what is `x` in blocks.
static Value createBlockedPad(PatternRewriter &rewriter, PadOp op, Value x) {
  Shape pads = op.getPadDims(), dims = getDims(op.getType());
  size_t rank = dims.size();
  RankedTensorType type = getTensorType(x);
  dims[1] = getDim(type, 1);
  dims.push_back(getDim(type, rank));
  pads.insert(pads.begin() + rank, 0);
  pads.push_back(0);
  return PadOp::create(rewriter, op.getLoc(), withDims(type, dims), x,
                       op.getValue(), pads, op.getMode());
}

/// The slice of space of what is `x` in blocks.
static Value createBlockedSlice(PatternRewriter &rewriter, SliceOp op,
                                Value x) {
  Shape starts = op.getStartDims(), sizes = getDims(op.getType());
  SmallVector<int64_t> steps(op.getSteps());
  RankedTensorType type = getTensorType(x);
  sizes[1] = getDim(type, 1);
  sizes.push_back(type.getShape().back());
  starts.push_back(0);
  steps.push_back(1);
  return SliceOp::create(rewriter, op.getLoc(), withDims(type, sizes), x,
                         starts, sizes, steps);
}

/// `value` with zeros at the end of dimension `axis`, up to a multiple of
/// `block`.
static Value fillUp(PatternRewriter &rewriter, Value value, int64_t axis,
                    int64_t block) {
  RankedTensorType type = getTensorType(value);
  int64_t rest = type.getDimSize(axis) % block;
  if (rest == 0)
    return value;
  SmallVector<int64_t> pads(2 * type.getRank(), 0);
  pads[type.getRank() + axis] = block - rest;
  return markFill(PadOp::create(rewriter, value.getLoc(), value,
                                /*value=*/Value(), pads, PadMode::constant));
}

static Value packFilled(PatternRewriter &rewriter, Value value, int64_t axis,
                        int64_t block);

/// A slice or padding of space of what is packed, in place of what is packed of
/// it: several convolutions that read parts of one value, as those that a
/// transposed one consists of do, then share blocks and padding. Null if
/// `value` isn't such, or is less than half of what it was made of.
static Value packBeforeSpace(PatternRewriter &rewriter, Value value,
                             int64_t axis, int64_t block) {
  Operation *def = value.getDefiningOp();
  if (!def || axis != 1 || def->hasAttr(fillMark) ||
      def->getBlock() != rewriter.getInsertionBlock())
    return {};
  auto pack = [&](Value x) { return packFilled(rewriter, x, axis, block); };
  if (auto pad = dyn_cast<PadOp>(def))
    return padsChannels(pad)
               ? Value()
               : createBlockedPad(rewriter, pad, pack(pad.getX()));
  auto slice = dyn_cast<SliceOp>(def);
  if (!slice || !takesAllChannels(slice))
    return {};
  for (auto [part, whole] : llvm::zip_equal(slice.getType().getShape(),
                                            slice.getX().getType().getShape()))
    if (part < whole / 2)
      return {};
  return createBlockedSlice(rewriter, slice, pack(slice.getX()));
}

/// `value` with dimension `axis` in blocks, the last one filled up with zeros.
static Value packFilled(PatternRewriter &rewriter, Value value, int64_t axis,
                        int64_t block) {
  ElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    if (ElementsAttr packed = packDimension(constant, axis, block))
      return ConstantOp::create(rewriter, value.getLoc(), packed);
  if (Value packed = packBeforeSpace(rewriter, value, axis, block))
    return packed;
  return PackOp::create(rewriter, value.getLoc(),
                        fillUp(rewriter, value, axis, block), axis, block);
}

/// The matrix ... x K x N (`transposed`: ... x N x K) in panels of columns:
/// ... x N/block x K x block.
static Value packPanels(PatternRewriter &rewriter, Location loc, Value matrix,
                        bool transposed, int64_t block) {
  int64_t rank = getTensorType(matrix).getRank();
  if (transposed) {
    matrix = fillUp(rewriter, matrix, rank - 2, block);
    return PackOp::create(rewriter, loc, matrix, rank - 2, block);
  }
  matrix = fillUp(rewriter, matrix, rank - 1, block);
  RankedTensorType type = getTensorType(matrix);
  Shape shape = getDims(type);
  shape.back() = shape.back().getSize() / block;
  shape.push_back(block);
  SmallVector<int64_t> permutation =
      llvm::to_vector(llvm::seq<int64_t>(0, rank + 1));
  std::swap(permutation[rank - 2], permutation[rank - 1]);
  Value split = ReshapeOp::create(rewriter, loc, withDims(type, shape), matrix);
  return TransposeOp::create(rewriter, loc, split, permutation);
}

/// Replaces `op` by the plain form of what its blocked version computes.
static void replaceByUnpacked(PatternRewriter &rewriter, Operation *op,
                              Value blocked) {
  RankedTensorType type = getTensorType(op->getResult(0));
  Value plain = UnpackOp::create(rewriter, op->getLoc(), blocked, /*axis=*/1);
  if (getTensorType(plain) != type)
    plain = markFill(SliceOp::create(rewriter, op->getLoc(), type, plain,
                                     Shape(type.getRank(), 0), getDims(type),
                                     SmallVector<int64_t>(type.getRank(), 1)));
  rewriter.replaceOp(op, plain);
}

//===----------------------------------------------------------------------===//
// Contractions take packed operands
//===----------------------------------------------------------------------===//

/// True if narrow integers are multiplied and summed in wider ones.
static bool isIntegerContraction(Operation *op) {
  Type operand = getTensorType(op->getOperand(0)).getElementType();
  return operand.isInteger() &&
         operand != getTensorType(op->getResult(0)).getElementType();
}

/// How many neighbouring products of such a contraction a machine sums at once
/// that has an instruction for `dot` bytes, or for pairs of i16.
static int64_t getGroupSize(Operation *op, int64_t dot) {
  if (getTensorType(op->getOperand(0)).getElementType().isInteger(16))
    return std::min<int64_t>(dot, 2);
  return dot == 4 ? 4 : 1;
}

namespace {
/// conv -> pack, blocked conv, unpack.
struct BlockConv final : public OpRewritePattern<ConvOp> {
  BlockConv(MLIRContext *context, int64_t block, int64_t dot)
      : OpRewritePattern(context), block(block), dot(dot) {}

  LogicalResult matchAndRewrite(ConvOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getY());
    RankedTensorType inputType = getTensorType(op.getX());
    ElementsAttr filter;
    bool isInteger = isIntegerContraction(op);
    if (op.getOutputBlock() || !(isInteger || type.getElementType().isF32()))
      return rewriter.notifyMatchFailure(
          op, "it is blocked, or neither on f32 nor on narrow integers");
    if (!canBlock(type) || !canBlock(inputType))
      return rewriter.notifyMatchFailure(op, "its channels are open");
    if (!matchPattern(op.getFilter(), m_Constant(&filter)))
      return rewriter.notifyMatchFailure(op, "its filter isn't constant");
    int64_t channels = inputType.getDimSize(1), outputs = type.getDimSize(1);
    int64_t group = op.getGroup();
    bool isDepthwise = group != 1 && group == channels && group == outputs;
    // Filling up blocks must not cost more than blocks save.
    if ((group != 1 && !isDepthwise) || !isWorthFilling(outputs))
      return rewriter.notifyMatchFailure(
          op, "blocks would be more than half filling, or there are groups");
    // A depthwise filter has one input channel, no neighbours to sum with.
    int64_t groupSize = isInteger && !isDepthwise ? getGroupSize(op, dot) : 1;
    int64_t inputBlock = isDepthwise || isWorthFilling(channels) ? block
                         : groupSize > 1                         ? groupSize
                                                                 : 0;
    ElementsAttr packed =
        packFilter(filter, block, isDepthwise ? 0 : inputBlock, groupSize);
    if (!packed)
      return rewriter.notifyMatchFailure(op, "the filter can't be packed");

    Value x = op.getX(), bias = op.getBias();
    if (inputBlock)
      x = packFilled(rewriter, x, /*axis=*/1, inputBlock);
    if (bias)
      bias = packFilled(rewriter, bias, /*axis=*/0, block);
    RankedTensorType blockedType = getBlockedType(type, block);
    auto conv =
        ConvOp::create(rewriter, op.getLoc(), blockedType, x,
                       ConstantOp::create(rewriter, op.getLoc(), packed), bias,
                       op.getStrides(), op.getPads(), op.getDilations(),
                       isDepthwise ? blockedType.getDimSize(1) * block : 1,
                       inputBlock, block, groupSize);
    replaceByUnpacked(rewriter, op, conv);
    return success();
  }

private:
  /// At least half of what the blocks hold is there.
  bool isWorthFilling(int64_t channels) const {
    return 2 * channels >= static_cast<int64_t>(llvm::alignTo(channels, block));
  }

  int64_t block, dot;
};

/// matmul -> packed_matmul.
struct PackMatMul final : public OpRewritePattern<MatMulOp> {
  PackMatMul(MLIRContext *context, int64_t block, int64_t dot)
      : OpRewritePattern(context), block(block), dot(dot) {}

  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op.getY());
    RankedTensorType a = getTensorType(op.getA()), b = getTensorType(op.getB());
    bool isInteger = isIntegerContraction(op);
    if (!areKnown(getDims(type)) ||
        llvm::any_of(b.getShape().take_back(2), ShapedType::isDynamic))
      return rewriter.notifyMatchFailure(op, "its columns or rows are open");
    if (op.getTransposeA() || a.getRank() < 2 || b.getRank() < 2 ||
        llvm::is_contained(type.getShape(), 0) ||
        llvm::is_contained(b.getShape(), 0) ||
        !(isInteger || type.getElementType().isF32()))
      return rewriter.notifyMatchFailure(
          op, "an operand is a vector, empty or transposed, or neither f32 nor "
              "narrow integers");
    // One matrix for all, or one for each of a batch.
    Shape aDims = getDims(a), bDims = getDims(b);
    ArrayRef<Dim> batch = ArrayRef(bDims).drop_back(2);
    if (!batch.empty() && (isInteger || batch != ArrayRef(aDims).drop_back(2)))
      return rewriter.notifyMatchFailure(op, "batches broadcast");
    ElementsAttr weights;
    if (!matchPattern(op.getB(), m_Constant(&weights)))
      return isInteger ? rewriter.notifyMatchFailure(
                             op, "integer weights aren't constant")
                       : packAtRunTime(op, rewriter);
    int64_t groupSize = isInteger ? getGroupSize(op, dot) : 1;
    ElementsAttr panels =
        packColumns(weights, op.getTransposeB(), block, groupSize);
    if (!panels)
      return rewriter.notifyMatchFailure(op, "the weights can't be packed");
    Value rows = fillUp(rewriter, op.getA(), a.getRank() - 1, groupSize);
    rewriter.replaceOpWithNewOp<PackedMatMulOp>(
        op, type, rows, ConstantOp::create(rewriter, op.getLoc(), panels),
        type.getShape().back());
    return success();
  }

private:
  LogicalResult packAtRunTime(MatMulOp op, PatternRewriter &rewriter) const {
    RankedTensorType type = getTensorType(op.getY());
    int64_t columns = type.getShape().back();
    // An open number of rows is taken to be large.
    int64_t rows = INT64_MAX;
    if (type.hasStaticShape())
      rows = getTensorType(op.getB()).getRank() == 2
                 ? type.getNumElements() / columns
                 : type.getDimSize(type.getRank() - 2);
    if (!isWorthPacking(rows, columns, op.getTransposeB()))
      return rewriter.notifyMatchFailure(op,
                                         "packing costs more than it saves");
    rewriter.replaceOpWithNewOp<PackedMatMulOp>(
        op, type, op.getA(),
        packPanels(rewriter, op.getLoc(), op.getB(), op.getTransposeB(), block),
        columns);
    return success();
  }

  /// Panels of a matrix that isn't known yet are worth their making where many
  /// rows use them, and vectors of columns would be gathered, or lie in pages
  /// of their own (measured with 32 to 1024 rows and columns).
  static bool isWorthPacking(int64_t rows, int64_t columns, bool transposed) {
    if (rows < 32)
      return false;
    return transposed || columns >= 1024 || (columns >= 512 && rows >= 128);
  }

  int64_t block, dot;
};
} // namespace

//===----------------------------------------------------------------------===//
// Unpacks move towards the results
//===----------------------------------------------------------------------===//

/// True if dlc.quantize and dlc.dequantize treat all channels alike, so that
/// they are elementwise.
static bool isPerTensorQuantization(Operation *op) {
  return isa<QuantizeOp, DequantizeOp>(op) &&
         getTensorType(op->getOperand(1)).getRank() == 0;
}

/// True if cheap means make `operand` of an elementwise op on N x C x spatial
/// an operand of its blocked version.
static bool canBlockOperand(Value operand, Operation *op, int64_t block) {
  RankedTensorType resultType = getTensorType(op->getResult(0));
  RankedTensorType type = getTensorType(operand);
  if (!areKnown(getDims(type)))
    return false;
  Value blocked = getBlocked(operand, op);
  return !blocked || getDims(type) != getDims(resultType) ||
         getBlock(blocked) == block;
}

/// That operand of the blocked version.
static Value blockOperand(PatternRewriter &rewriter, Value operand,
                          Operation *op, int64_t block) {
  RankedTensorType resultType = getTensorType(op->getResult(0));
  RankedTensorType type = getTensorType(operand);
  Value blocked = getBlocked(operand, op);
  if (blocked && getDims(type) == getDims(resultType))
    return blocked;
  if (type.hasStaticShape() && type.getNumElements() == 1)
    return operand;
  // Align the shape with the result's, then split the channels or say that they
  // are broadcast.
  Location loc = operand.getLoc();
  Shape shape(resultType.getRank() - type.getRank(), 1);
  llvm::append_range(shape, getDims(type));
  bool hasChannels = shape[1] == Dim(resultType.getDimSize(1));
  if (!hasChannels)
    shape.push_back(1);
  if (getDims(type) != shape)
    operand = ReshapeOp::create(rewriter, loc, withDims(type, shape), operand);
  return hasChannels ? packFilled(rewriter, operand, /*axis=*/1, block)
                     : operand;
}

namespace {
/// elementwise(unpack(x), ...) -> unpack(elementwise(x, ...)). Channels that
/// fill up a block may hold anything finite, since the weights they meet are
/// zero.
struct BlockElementwise final : public RewritePattern {
  explicit BlockElementwise(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!op->hasTrait<dlc::OpTrait::ElementwiseTrait>() &&
        !isPerTensorQuantization(op))
      return rewriter.notifyMatchFailure(op, "not elementwise");
    RankedTensorType type = getTensorType(op->getResult(0));
    if (!canBlock(type) || type.getRank() < 3)
      return rewriter.notifyMatchFailure(
          op, "less than an image, or its channels are open");
    // A full operand that isn't blocked costs a packing; no more than half may.
    int64_t block = 0, blocked = 0, plain = 0;
    for (Value operand : op->getOperands()) {
      if (getDims(operand) != getDims(type))
        continue;
      Value source = getBlocked(operand, op);
      (source ? blocked : plain) += 1;
      if (source)
        block = getBlock(source);
    }
    if (blocked == 0 || plain > blocked ||
        (isPadded(type, block) && !op->hasTrait<dlc::OpTrait::KeepsFinite>()) ||
        !llvm::all_of(op->getOperands(), [&](Value operand) {
          return canBlockOperand(operand, op, block);
        }))
      return rewriter.notifyMatchFailure(
          op,
          "most operands aren't blocked, one is in other blocks, or filling "
          "wouldn't stay finite");

    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(blockOperand(rewriter, operand, op, block));
    Operation *clone = rewriter.clone(*op);
    clone->setOperands(operands);
    clone->getResult(0).setType(getBlockedType(type, block));
    replaceByUnpacked(rewriter, op, clone->getResult(0));
    return success();
  }
};

/// pool(unpack(x)) -> unpack(pool(x)).
template <typename PoolOp>
struct BlockPool final : public OpRewritePattern<PoolOp> {
  using OpRewritePattern<PoolOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(PoolOp op,
                                PatternRewriter &rewriter) const override {
    Value x = getBlocked(op.getX(), op);
    RankedTensorType type = getTensorType(op.getY());
    if (!x || op.getBlock() || !canBlock(type))
      return rewriter.notifyMatchFailure(
          op, "no blocked operand, or its channels are open");
    auto pool = cast<PoolOp>(rewriter.clone(*op));
    pool.getXMutable().assign(x);
    pool.setBlock(getBlock(x));
    pool.getY().setType(getBlockedType(type, getBlock(x)));
    replaceByUnpacked(rewriter, op, pool.getY());
    return success();
  }
};

/// concat(unpack(a), unpack(b), ...) -> unpack(concat(a, b, ...)).
struct BlockConcat final : public OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> inputs;
    size_t last = op.getInputs().size() - 1;
    for (auto [i, input] : llvm::enumerate(op.getInputs())) {
      Value blocked = getBlocked(input, op);
      if (!blocked ||
          (!inputs.empty() && getBlock(blocked) != getBlock(inputs.front())))
        return rewriter.notifyMatchFailure(
            op, "an input is not in the same blocks");
      // Only the last block of channels may be partly filled.
      if (op.getAxis() == 1 && i != last &&
          isPadded(getTensorType(input), getBlock(blocked)))
        return rewriter.notifyMatchFailure(
            op, "filling would end up between channels");
      inputs.push_back(blocked);
    }
    auto concat = ConcatOp::create(rewriter, op.getLoc(), inputs, op.getAxis());
    replaceByUnpacked(rewriter, op, concat);
    return success();
  }
};

/// pad(unpack(x)) -> unpack(pad(x)) where channels aren't padded.
struct BlockPad final : public OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PadOp op,
                                PatternRewriter &rewriter) const override {
    Value x = getBlocked(op.getX(), op);
    if (!x)
      return rewriter.notifyMatchFailure(op, "no blocked operand");
    if (padsChannels(op))
      return rewriter.notifyMatchFailure(op, "channels are padded");
    Value pad = createBlockedPad(rewriter, op, x);
    replaceByUnpacked(rewriter, op, pad);
    return success();
  }
};

/// slice(unpack(x)) -> unpack(slice(x)) where all channels are taken.
struct BlockSlice final : public OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    Value x = getBlocked(op.getX(), op);
    if (!x || op->hasAttr(fillMark) || !areKnown(getDims(op.getType())) ||
        !takesAllChannels(op))
      return rewriter.notifyMatchFailure(
          op, "no blocked operand of which all channels are taken");
    replaceByUnpacked(rewriter, op, createBlockedSlice(rewriter, op, x));
    return success();
  }
};

/// interleave(unpack(x), ...) in space -> unpack(interleave(x, ...)).
struct BlockInterleave final : public OpRewritePattern<InterleaveOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(InterleaveOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> inputs;
    for (Value input : op.getInputs()) {
      Value blocked = getBlocked(input, op);
      if (!blocked ||
          (!inputs.empty() && blocked.getType() != inputs.front().getType()))
        return rewriter.notifyMatchFailure(
            op, "an input is not in the same blocks");
      inputs.push_back(blocked);
    }
    if (op.getFactors()[1] != 1)
      return rewriter.notifyMatchFailure(op, "channels interleave");
    SmallVector<int64_t> factors(op.getFactors());
    factors.push_back(1);
    replaceByUnpacked(
        rewriter, op,
        InterleaveOp::create(rewriter, op.getLoc(), inputs, factors));
    return success();
  }
};

/// reduce(unpack(x)) over space -> unpack(reduce(x)).
template <typename ReduceOp>
struct BlockReduce final : public OpRewritePattern<ReduceOp> {
  using OpRewritePattern<ReduceOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    Value x = getBlocked(op.getX(), op);
    if (!x || !areKnown(getDims(op.getY())) ||
        llvm::any_of(op.getAxes(), [](int64_t axis) { return axis < 2; }))
      return rewriter.notifyMatchFailure(
          op, "no blocked operand that is reduced over space only");
    auto reduce = ReduceOp::create(rewriter, op.getLoc(), x, op.getAxes(),
                                   /*keepdims=*/true);
    Shape kept = getDims(op.getX());
    for (int64_t axis : op.getAxes())
      kept[axis] = 1;
    RankedTensorType keptType = withDims(getTensorType(op.getY()), kept);
    auto plain = ReduceOp::create(rewriter, op.getLoc(), keptType, op.getX(),
                                  op.getAxes(), /*keepdims=*/true);
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getY().getType(), plain);
    replaceByUnpacked(rewriter, plain, reduce);
    return success();
  }
};

/// pack of a blocked value's plain form -> the blocked value. What fills up the
/// last block needn't be zero any more: see BlockElementwise.
struct DropRepack final : public OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp op,
                                PatternRewriter &rewriter) const override {
    Value plain = op.getX();
    if (auto pad = getFill<PadOp>(plain))
      plain = pad.getX();
    Value blocked = getBlocked(plain, op);
    if (op.getAxis() != 1 || !blocked || blocked.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "no plain form of these blocks");
    rewriter.replaceOp(op, blocked);
    return success();
  }
};

/// Where there is no space, blocks of channels are in the order of channels:
/// unpack and pack are reshapes.
template <typename RelayoutOp>
struct RelayoutToReshape final : public OpRewritePattern<RelayoutOp> {
  using OpRewritePattern<RelayoutOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(RelayoutOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = std::is_same_v<RelayoutOp, PackOp>
                                ? getTensorType(op.getX())
                                : getTensorType(op.getY());
    if (!areKnown(getDims(type)) ||
        llvm::any_of(type.getShape().drop_front(op.getAxis() + 1),
                     [](int64_t size) { return size != 1; }))
      return rewriter.notifyMatchFailure(
          op, "there is space, or its sizes are open");
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getY().getType(), op.getX());
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct AssignLayoutPass final
    : public dlc::impl::AssignLayoutBase<AssignLayoutPass> {
  using Base::Base;

  void runOnOperation() override {
    if (block == 0)
      return;
    MLIRContext *context = &getContext();
    RewritePatternSet contractions(context);
    contractions.add<BlockConv, PackMatMul>(context, block, dot);
    RewritePatternSet propagation(context);
    propagation.add<BlockElementwise, BlockPool<MaxPoolOp>,
                    BlockPool<AvgPoolOp>, BlockConcat, BlockPad, BlockSlice,
                    BlockInterleave, DropRepack, BlockReduce<ReduceMeanOp>,
                    BlockReduce<ReduceSumOp>, BlockReduce<ReduceMaxOp>>(
        context);
    // Only once everything that wants blocks has met its neighbours.
    RewritePatternSet cleanup(context);
    cleanup.add<RelayoutToReshape<PackOp>, RelayoutToReshape<UnpackOp>>(
        context);
    ReshapeOp::getCanonicalizationPatterns(cleanup, context);
    MatchRemarks listener;
    GreedyRewriteConfig config;
    if (remarks)
      config.setListener(&listener);
    if (failed(applyPatternsGreedily(getOperation(), std::move(contractions),
                                     config)))
      return signalPassFailure();
    listener.emit(getOperation());
    for (RewritePatternSet *patterns : {&propagation, &cleanup})
      if (failed(applyPatternsGreedily(getOperation(), std::move(*patterns))))
        return signalPassFailure();
    getOperation()->walk([](Operation *op) { op->removeAttr(fillMark); });
  }
};
} // namespace
