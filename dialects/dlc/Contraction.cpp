//===- Contraction.cpp - Matrix products and convolutions -----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Contraction.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/ControlFlow.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Contraction.cpp.inc"

void DLCDialect::addContractionOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Contraction.cpp.inc"
      >();
}

/// The type that products of `a` and `b` are summed in: their own, or i32 for
/// unsigned bytes times signed ones and for i16.
static FailureOr<Type> getSumType(MaybeLocation location, StringRef nameA,
                                  RankedTensorType a, StringRef nameB,
                                  RankedTensorType b) {
  if ((a.getElementType().isUnsignedInteger(8) &&
       b.getElementType().isSignlessInteger(8)) ||
      (a.getElementType().isSignlessInteger(16) &&
       b.getElementType().isSignlessInteger(16)))
    return Type(IntegerType::get(a.getContext(), 32));
  if (failed(checkElementTypes(location, nameA, a, nameB, b)))
    return failure();
  return a.getElementType();
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

LogicalResult MatMulOp::inferReturnTypes(MLIRContext *context,
                                         MaybeLocation location,
                                         Adaptor adaptor, TypeVector &types) {
  auto a = cast<RankedTensorType>(adaptor.getA().getType());
  auto b = cast<RankedTensorType>(adaptor.getB().getType());
  FailureOr<Type> sumType = getSumType(location, "a", a, "b", b);
  if (failed(sumType))
    return failure();
  if (a.getRank() == 0 || b.getRank() == 0)
    return emitOptionalError(location, "a factor is a scalar");
  bool swapA = adaptor.getTransposeA(), swapB = adaptor.getTransposeB();
  if ((swapA && a.getRank() < 2) || (swapB && b.getRank() < 2))
    return emitOptionalError(location, "a vector can't be transposed");

  Shape rows = getDims(a), columns = getDims(b);
  bool isRow = a.getRank() == 1, isColumn = b.getRank() == 1;
  if (isRow)
    rows.insert(rows.begin(), 1);
  if (isColumn)
    columns.push_back(1);
  if (swapA)
    std::swap(rows[rows.size() - 1], rows[rows.size() - 2]);
  if (swapB)
    std::swap(columns[columns.size() - 1], columns[columns.size() - 2]);
  if (!sizesAgree(rows.back(), columns[columns.size() - 2]))
    return emitOptionalError(
        location, "the shapes ", shapeText(getDims(a)), " and ",
        shapeText(getDims(b)), " don't multiply: ", rows.back().getText(),
        " against ", columns[columns.size() - 2].getText());
  Shape shape;
  if (failed(broadcastShapes(location, ArrayRef(rows).drop_back(2),
                             ArrayRef(columns).drop_back(2), shape)))
    return failure();
  if (!isRow)
    shape.push_back(rows[rows.size() - 2]);
  if (!isColumn)
    shape.push_back(columns.back());
  return appendTensor(location, shape, *sumType, types);
}

namespace {
/// A factor that is transposed in its last two dimensions, to the flag.
struct FoldTransposeIntoMatMul : OpRewritePattern<MatMulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    auto getSource = [](Value factor) -> Value {
      auto transpose = factor.getDefiningOp<TransposeOp>();
      if (!transpose || transpose.getPerm().size() < 2)
        return {};
      SmallVector<int64_t> swapped =
          llvm::to_vector(llvm::seq<int64_t>(0, transpose.getPerm().size()));
      std::swap(swapped[swapped.size() - 1], swapped[swapped.size() - 2]);
      return llvm::equal(transpose.getPerm(), swapped) ? transpose.getX()
                                                       : Value();
    };
    Value a = getSource(op.getA()), b = getSource(op.getB());
    if (!a && !b)
      return rewriter.notifyMatchFailure(op, "no factor is transposed");
    rewriter.modifyOpInPlace(op, [&] {
      if (a) {
        op.getAMutable().assign(a);
        op.setTransposeA(!op.getTransposeA());
      }
      if (b) {
        op.getBMutable().assign(b);
        op.setTransposeB(!op.getTransposeB());
      }
    });
    return success();
  }
};
} // namespace

void MatMulOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<FoldTransposeIntoMatMul>(context);
}

LogicalResult PackedMatMulOp::inferReturnTypes(MLIRContext *context,
                                               MaybeLocation location,
                                               Adaptor adaptor,
                                               TypeVector &types) {
  auto a = cast<RankedTensorType>(adaptor.getA().getType());
  auto b = cast<RankedTensorType>(adaptor.getB().getType());
  FailureOr<Type> sumType = getSumType(location, "a", a, "b", b);
  if (failed(sumType))
    return failure();
  // Panels of narrow integers may hold groups of rows; others have the batch
  // dimensions of `a`, or none.
  bool hasGroups = b.getRank() == 4 && *sumType != a.getElementType();
  if (a.getRank() < 2)
    return emitOptionalError(location, "a has rank ", a.getRank(),
                             ", expected at least 2");
  int64_t batchRank = hasGroups ? 0 : b.getRank() - 3;
  if (batchRank != 0 && batchRank != a.getRank() - 2)
    return emitOptionalError(location, "b has rank ", b.getRank(),
                             ", expected 3 or ", a.getRank() + 1);
  Shape aDims = getDims(a), bDims = getDims(b);
  for (int64_t dim : llvm::seq<int64_t>(0, batchRank))
    if (!sizesAgree(aDims[dim], bDims[dim]))
      return emitOptionalError(location, "b has ", bDims[dim].getText(),
                               " matrices along dimension ", dim, ", a has ",
                               aDims[dim].getText());
  ArrayRef<int64_t> panels = b.getShape().drop_front(batchRank);
  int64_t columns = adaptor.getColumns(), tile = panels[2];
  if (columns < 1 || ShapedType::isDynamic(tile) || tile < 1)
    return emitOptionalError(location, "columns and panels must be positive");
  if (!sizesAgree(panels[0], llvm::divideCeil(columns, tile)))
    return emitOptionalError(location, "b has ", panels[0], " panels of ", tile,
                             " columns, expected ",
                             llvm::divideCeil(columns, tile), " for ", columns,
                             " columns");
  FailureOr<Dim> rows =
      multiplySizes(location, bDims[batchRank + 1], hasGroups ? panels[3] : 1);
  if (failed(rows))
    return failure();
  if (!sizesAgree(aDims.back(), *rows))
    return emitOptionalError(location, "a has ", aDims.back().getText(),
                             " columns, but b has ", rows->getText(), " rows");
  Shape shape(aDims);
  shape.back() = columns;
  return appendTensor(location, shape, *sumType, types);
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *context,
                                            MaybeLocation location,
                                            Adaptor adaptor,
                                            TypeVector &types) {
  auto q = cast<RankedTensorType>(adaptor.getQ().getType());
  auto k = cast<RankedTensorType>(adaptor.getK().getType());
  auto v = cast<RankedTensorType>(adaptor.getV().getType());
  if (failed(checkRank(location, "q", q, 4)) ||
      failed(checkRank(location, "k", k, 4)) ||
      failed(checkRank(location, "v", v, 4)) ||
      failed(checkElementTypes(location, "q", q, "k", k)) ||
      failed(checkElementTypes(location, "q", q, "v", v)))
    return failure();
  Shape qDims = getDims(q), kDims = getDims(k), vDims = getDims(v);
  // As if heads were inside tokens.
  if (adaptor.getHeadsFirst()) {
    std::swap(kDims[1], kDims[2]);
    std::swap(vDims[1], vDims[2]);
  }
  Dim heads = qDims[2];
  if (heads.isNumber() && kDims[2].isNumber() && kDims[2].getSize() > 0 &&
      heads.getSize() % kDims[2].getSize() == 0)
    heads = kDims[2];
  if (failed(checkShape(location, "k", kDims,
                        {qDims[0], Dim(), heads, qDims[3]})) ||
      failed(
          checkShape(location, "v", vDims, {qDims[0], kDims[1], heads, Dim()})))
    return failure();
  if (Value mask = adaptor.getMask()) {
    auto maskType = cast<RankedTensorType>(mask.getType());
    Shape scores{qDims[0], qDims[2], qDims[1], kDims[1]}, shape;
    if (failed(checkElementTypes(location, "q", q, "mask", maskType)) ||
        failed(broadcastShapes(location, scores, getDims(maskType), shape)) ||
        failed(checkShape(location, "mask broadcast to the scores", shape,
                          scores)))
      return failure();
  }
  return appendTensor(location, {qDims[0], qDims[1], qDims[2], vDims[3]},
                      q.getElementType(), types);
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

namespace {
/// The shapes of a convolution's operands, split into their parts.
struct ConvShapes {
  Dim batch, channels;         // of x, blocks included
  Dim outputs, filterChannels; // of the filter, blocks included
  Shape input, kernel;         // spatial
};
} // namespace

/// Splits the operands' shapes as `inputBlock`, `outputBlock` and `dot` say.
static FailureOr<ConvShapes>
splitShapes(MaybeLocation location, RankedTensorType x, RankedTensorType filter,
            size_t rank, int64_t inputBlock, int64_t outputBlock, int64_t dot,
            int64_t group) {
  // A depthwise filter has no input channels to block.
  int64_t filterInputBlock = group == 1 ? inputBlock : 0;
  SmallVector<int64_t, 3> blocks;
  if (filterInputBlock > 0)
    blocks.push_back(filterInputBlock / dot);
  if (outputBlock > 0)
    blocks.push_back(outputBlock);
  if (dot > 1)
    blocks.push_back(dot);
  if (failed(checkRank(location, "x", x, rank + 2 + (inputBlock > 0))) ||
      failed(checkRank(location, "filter", filter, rank + 2 + blocks.size())))
    return failure();
  ConvShapes shapes;
  Shape xDims = getDims(x), filterDims = getDims(filter);
  shapes.batch = xDims[0];
  shapes.channels = xDims[1];
  shapes.outputs = filterDims[0];
  shapes.filterChannels = filterDims[1];
  llvm::append_range(shapes.input, ArrayRef(xDims).slice(2, rank));
  llvm::append_range(shapes.kernel, ArrayRef(filterDims).slice(2, rank));

  if (!shapesAgree(filter.getShape().drop_front(rank + 2), blocks))
    return emitOptionalError(
        location, "the filter's blocks are ",
        shapeText(ArrayRef(filterDims).drop_front(rank + 2)), ", expected ",
        shapeText(toDims(blocks)));
  if (inputBlock > 0) {
    if (!sizesAgree(xDims.back(), inputBlock))
      return emitOptionalError(location, "the input's block is ",
                               xDims.back().getText(), ", expected ",
                               inputBlock);
    FailureOr<Dim> channels =
        multiplySizes(location, shapes.channels, inputBlock);
    FailureOr<Dim> filterChannels =
        multiplySizes(location, shapes.filterChannels,
                      std::max<int64_t>(filterInputBlock, 1));
    if (failed(channels) || failed(filterChannels))
      return failure();
    shapes.channels = *channels;
    shapes.filterChannels = *filterChannels;
  }
  if (outputBlock > 0) {
    FailureOr<Dim> outputs =
        multiplySizes(location, shapes.outputs, outputBlock);
    if (failed(outputs))
      return failure();
    shapes.outputs = *outputs;
  }
  return shapes;
}

static LogicalResult checkGroup(MaybeLocation location, StringRef what,
                                const Dim &size, int64_t group) {
  if (group < 1)
    return emitOptionalError(location, "group is ", group,
                             ", expected at least 1");
  if (isDynamic(size) || size.getSize() % group == 0)
    return success();
  return emitOptionalError(location, size.getText(), " ", what,
                           " don't split into ", group, " groups");
}

static LogicalResult checkBias(MaybeLocation location, Value bias, Type x,
                               ArrayRef<Dim> expected) {
  if (!bias)
    return success();
  auto type = cast<RankedTensorType>(bias.getType());
  return success(
      succeeded(checkElementTypes(location, "x", x, "bias", type)) &&
      succeeded(checkShape(location, "bias", getDims(type), expected)));
}

static LogicalResult checkBlocks(MaybeLocation location, int64_t inputBlock,
                                 int64_t outputBlock, int64_t dot,
                                 int64_t group) {
  if (dot < 1 || (dot > 1 && (inputBlock < 1 || inputBlock % dot != 0)))
    return emitOptionalError(location, "dot is ", dot,
                             ", expected a divisor of input_block, which is ",
                             inputBlock);
  if (dot > 1 && group != 1)
    return emitOptionalError(location, "a convolution of ", group,
                             " groups sums no neighbouring channels, but dot "
                             "is ",
                             dot);
  if (inputBlock < 0 || outputBlock < 0)
    return emitOptionalError(location, "a block is negative");
  if (inputBlock > 0 && outputBlock == 0)
    return emitOptionalError(location, "input_block needs output_block");
  if (outputBlock > 0 && group != 1 && inputBlock != outputBlock)
    return emitOptionalError(location, "a blocked convolution of ", group,
                             " groups needs the same block on both sides");
  return success();
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *context,
                                       MaybeLocation location, Adaptor adaptor,
                                       TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  auto filter = cast<RankedTensorType>(adaptor.getFilter().getType());
  Windows windows{adaptor.getStrides(), adaptor.getPads(),
                  adaptor.getDilations()};
  size_t rank = windows.strides.size();
  int64_t group = adaptor.getGroup(), inputBlock = adaptor.getInputBlock(),
          outputBlock = adaptor.getOutputBlock(), dot = adaptor.getDot();
  FailureOr<Type> sumType = getSumType(location, "x", x, "filter", filter);
  if (failed(sumType) || failed(windows.check(location, rank)) ||
      failed(checkBlocks(location, inputBlock, outputBlock, dot, group)))
    return failure();
  FailureOr<ConvShapes> shapes = splitShapes(
      location, x, filter, rank, inputBlock, outputBlock, dot, group);
  if (failed(shapes) ||
      failed(checkGroup(location, "channels", shapes->channels, group)) ||
      failed(checkGroup(location, "outputs", shapes->outputs, group)))
    return failure();
  if (outputBlock > 0 && group != 1 &&
      (!sizesAgree(shapes->outputs, group) || shapes->filterChannels != Dim(1)))
    return emitOptionalError(
        location, "a blocked convolution is depthwise or has one group, got ",
        group, " groups");
  FailureOr<Dim> expected =
      multiplySizes(location, shapes->filterChannels, group);
  if (failed(expected))
    return failure();
  if (!sizesAgree(shapes->channels, *expected))
    return emitOptionalError(location, "x has ", shapes->channels.getText(),
                             " channels, but the filter is for ",
                             expected->getText());

  Shape shape = {shapes->batch, filter.getDimSize(0)};
  Shape biasShape = {filter.getDimSize(0)};
  for (size_t i = 0; i < rank; ++i) {
    FailureOr<Dim> size =
        windows.count(location, i, shapes->input[i], shapes->kernel[i]);
    if (failed(size))
      return failure();
    shape.push_back(*size);
  }
  if (outputBlock > 0) {
    shape.push_back(outputBlock);
    biasShape.push_back(outputBlock);
  }
  if (failed(
          checkBias(location, adaptor.getBias(), x.clone(*sumType), biasShape)))
    return failure();
  return appendTensor(location, shape, *sumType, types);
}

LogicalResult ConvTransposeOp::inferReturnTypes(MLIRContext *context,
                                                MaybeLocation location,
                                                Adaptor adaptor,
                                                TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  auto filter = cast<RankedTensorType>(adaptor.getFilter().getType());
  Windows windows{adaptor.getStrides(), adaptor.getPads(),
                  adaptor.getDilations()};
  ArrayRef<int64_t> outputPadding = adaptor.getOutputPadding();
  size_t rank = windows.strides.size();
  int64_t group = adaptor.getGroup();
  if (failed(windows.check(location, rank)) ||
      failed(checkLength(location, "output_padding", outputPadding.size(),
                         rank)) ||
      failed(checkAtLeast(location, "output_padding", outputPadding, 0)))
    return failure();
  if (failed(checkElementTypes(location, "x", x, "filter", filter)))
    return failure();
  FailureOr<ConvShapes> shapes =
      splitShapes(location, x, filter, rank, 0, 0, /*dot=*/1, group);
  if (failed(shapes) ||
      failed(checkGroup(location, "channels", shapes->channels, group)))
    return failure();
  if (!sizesAgree(shapes->channels, shapes->outputs))
    return emitOptionalError(location, "x has ", shapes->channels.getText(),
                             " channels, but the filter is for ",
                             shapes->outputs.getText());
  FailureOr<Dim> outputs =
      multiplySizes(location, shapes->filterChannels, group);
  if (failed(outputs) ||
      failed(checkBias(location, adaptor.getBias(), x, {*outputs})))
    return failure();
  Shape shape = {shapes->batch, *outputs};
  for (size_t i = 0; i < rank; ++i) {
    FailureOr<Dim> size = windows.transposedSize(
        location, i, shapes->input[i], shapes->kernel[i], outputPadding[i]);
    if (failed(size))
      return failure();
    shape.push_back(*size);
  }
  return appendTensor(location, shape, x.getElementType(), types);
}

//===----------------------------------------------------------------------===//
// Canonicalization of convolutions
//===----------------------------------------------------------------------===//

static std::optional<SmallVector<double>> readConstant(Value value) {
  Attribute constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return std::nullopt;
  return readFloats(constant);
}

/// The factor or term that each channel (dimension 1) of a value of type `y`
/// gets from a constant broadcast to it; none if it differs within a channel.
static std::optional<SmallVector<double>> readPerChannel(Value value,
                                                         RankedTensorType y) {
  if (y.isDynamicDim(1))
    return std::nullopt;
  auto type = cast<RankedTensorType>(value.getType());
  int64_t channels = y.getDimSize(1), missing = y.getRank() - type.getRank();
  for (int64_t i = 0; i < type.getRank(); ++i)
    if (type.getDimSize(i) != 1 &&
        (i + missing != 1 || type.getDimSize(i) != channels))
      return std::nullopt;
  std::optional<SmallVector<double>> numbers = readConstant(value);
  if (numbers && numbers->size() == 1)
    numbers->assign(channels, numbers->front());
  return numbers;
}

namespace {
/// conv(x, filter, bias) * factor + term, with constants per channel, to
/// conv(x, filter * factor, bias * factor + term); `Op` is mul, add or sub.
template <typename Op> struct FoldIntoConv : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    auto conv = op.getA().template getDefiningOp<ConvOp>();
    if (!conv || !conv->hasOneUse() || !isBeside(conv, op) ||
        conv.getOutputBlock() > 0 || conv.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "no plain convolution of its own");
    RankedTensorType type = conv.getType();
    RankedTensorType filterType = conv.getFilter().getType();
    Attribute filter;
    std::optional<SmallVector<double>> operand =
        readPerChannel(op.getB(), type);
    std::optional<SmallVector<double>> bias =
        conv.getBias() ? readConstant(conv.getBias())
                       : SmallVector<double>(filterType.getDimSize(0), 0.0);
    if (!operand || !bias || operand->empty() ||
        bias->size() != operand->size() ||
        !matchPattern(conv.getFilter(), m_Constant(&filter)))
      return rewriter.notifyMatchFailure(op, "something isn't constant");

    Value newFilter = conv.getFilter();
    if constexpr (std::is_same_v<Op, MulOp>) {
      int64_t run = filterType.getNumElements() / operand->size();
      ElementsAttr scaled =
          mapNumbers(filter, filterType, [&](int64_t i, double weight) {
            return weight * (*operand)[i / run];
          });
      if (!scaled)
        return rewriter.notifyMatchFailure(op, "the filter can't be read");
      newFilter = ConstantOp::create(rewriter, conv.getFilter().getLoc(),
                                     filterType, scaled);
    }
    for (auto [number, change] : llvm::zip(*bias, *operand))
      number = combine(number, change);
    Value newBias = conv.getBias();
    if (newBias || !std::is_same_v<Op, MulOp>) {
      auto biasType = RankedTensorType::get(
          {static_cast<int64_t>(bias->size())}, type.getElementType());
      newBias = ConstantOp::create(rewriter, op.getLoc(), biasType,
                                   makeFloats(biasType, *bias));
    }
    Location loc = rewriter.getFusedLoc({conv.getLoc(), op.getLoc()});
    Value folded = ConvOp::create(rewriter, loc, type, conv.getX(), newFilter,
                                  newBias, conv.getStrides(), conv.getPads(),
                                  conv.getDilations(), conv.getGroup());
    rewriter.replaceOp(op, folded);
    return success();
  }

private:
  static double combine(double bias, double operand) {
    if constexpr (std::is_same_v<Op, MulOp>)
      return bias * operand;
    return std::is_same_v<Op, AddOp> ? bias + operand : bias - operand;
  }
};
/// conv(pad(x, zeros)) to a conv that pads more itself.
struct FoldPadIntoConv : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvOp conv,
                                PatternRewriter &rewriter) const override {
    auto pad = conv.getX().getDefiningOp<PadOp>();
    if (!pad || pad.getMode() != PadMode::constant || conv.getInputBlock() > 0)
      return rewriter.notifyMatchFailure(conv, "x isn't padded");
    Attribute value;
    if (pad.getValue() && !(matchPattern(pad.getValue(), m_Constant(&value)) &&
                            isSplatOf(value, 0.0)))
      return rewriter.notifyMatchFailure(conv, "not padded with zeros");
    SmallVector<int64_t> pads(conv.getPads());
    ArrayRef<int64_t> added = pad.getPads();
    int64_t rank = conv.getStrides().size(), all = rank + 2;
    for (int64_t i = 0; i < 2 * all; ++i) {
      int64_t dim = i % all;
      if (dim < 2 ? added[i] != 0 : added[i] < 0)
        return rewriter.notifyMatchFailure(conv, "more than space is padded");
      if (dim < 2)
        continue;
      int64_t &sum = pads[i / all * rank + dim - 2];
      FailureOr<Dim> size = addSizes(std::nullopt, sum, added[i]);
      if (failed(size))
        return failure();
      sum = size->getSize();
    }
    rewriter.modifyOpInPlace(conv, [&] {
      conv.getXMutable().assign(pad.getX());
      conv.setPads(pads);
    });
    return success();
  }
};
} // namespace

void ConvOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns.add<FoldIntoConv<AddOp>, FoldIntoConv<MulOp>, FoldIntoConv<SubOp>,
               FoldPadIntoConv>(context);
}
