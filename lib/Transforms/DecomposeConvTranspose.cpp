//===- DecomposeConvTranspose.cpp - Convolutions of transposed ones -------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SinkAssembly.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"
#include "dlc/Transforms/Passes.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <numeric>

namespace dlc {
#define GEN_PASS_DEF_DECOMPOSECONVTRANSPOSE
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static Dim add(const Dim &a, const Dim &b) {
  return *addSizes(std::nullopt, a, b);
}

static Dim floorDiv(const Dim &a, int64_t by) {
  if (a.isNumber())
    return llvm::divideFloorSigned(a.getSize(), by);
  AffineExpr expr = a.getSymbolic();
  return Dim(
      floorDivSizeExprs(expr, getAffineConstantExpr(by, expr.getContext())));
}

/// `a - b` where that is a number.
static std::optional<int64_t> subtract(const Dim &a, const Dim &b) {
  if (a.isNumber() && b.isNumber())
    return a.getSize() - b.getSize();
  if (a.isNumber() || b.isNumber())
    return std::nullopt;
  return getConstantSize(subSizeExprs(a.getSymbolic(), b.getSymbolic()));
}

namespace {
/// What reads the input along one spatial dimension: a window of `count` taps
/// `spacing` apart, which begins `low` before the input for the first result
/// and ends `high` behind it for the last one (negative: inside).
struct Reach {
  int64_t count = 0, spacing = 1, low = 0, high = 0;
};

/// Along one spatial dimension, the results whose positions are `phase` modulo
/// the stride: a convolution by every `step`-th tap of the filter from `first`
/// on, turned round.
struct PhaseTaps {
  int64_t first = 0, step = 1;
  Reach reach;
};

/// A transposed convolution of one filter, by its sizes.
class TransposedConv {
public:
  explicit TransposedConv(ConvTransposeOp op)
      : op(op), x(getDims(op.getX())), y(getDims(op.getY())),
        kernel(op.getFilter().getType().getShape().drop_front(2)),
        rank(op.getStrides().size()), group(op.getGroup()),
        outputs(op.getFilter().getType().getDimSize(1)) {
    for (int64_t stride : op.getStrides())
      numPhases = llvm::SaturatingMultiply<uint64_t>(numPhases, stride);
  }

  int64_t getStride(int64_t dim) const { return op.getStrides()[dim]; }
  int64_t getPad(int64_t dim) const { return op.getPads()[dim]; }
  int64_t getDilation(int64_t dim) const { return op.getDilations()[dim]; }
  /// How many elements the filter spans.
  int64_t getSpan(int64_t dim) const {
    return (kernel[dim] - 1) * getDilation(dim) + 1;
  }

  mutable ConvTransposeOp op; // MLIR's ops have few const members
  Shape x, y;
  ArrayRef<int64_t> kernel;
  int64_t rank, group;
  /// Per group.
  int64_t outputs;
  uint64_t numPhases = 1;
};
} // namespace

//===----------------------------------------------------------------------===//
// A convolution for each phase
//===----------------------------------------------------------------------===//

/// The taps of `phase`; none if the filter has none for these results.
/// Result o is the sum over taps t of input (o + pad - dilation t) / stride
/// where that is a number; `size` is how many results each phase has.
static PhaseTaps getPhaseTaps(const TransposedConv &conv, int64_t dim,
                              int64_t phase, const Dim &size) {
  int64_t stride = conv.getStride(dim), dilation = conv.getDilation(dim);
  int64_t divisor = std::gcd(stride, dilation);
  PhaseTaps taps;
  taps.step = stride / divisor;
  auto distance = [&] {
    return phase + conv.getPad(dim) - dilation * taps.first;
  };
  int64_t end = std::min(conv.kernel[dim], taps.step);
  while (taps.first < end && distance() % stride != 0)
    ++taps.first;
  if (taps.first == end)
    return taps;
  taps.reach.count = (conv.kernel[dim] - 1 - taps.first) / taps.step + 1;
  taps.reach.spacing = dilation / divisor;
  int64_t last = distance() / stride;
  taps.reach.low = taps.reach.spacing * (taps.reach.count - 1) - last;
  taps.reach.high = last + *subtract(size, conv.x[dim + 2]);
  return taps;
}

/// The filter of a phase, O x C/group x taps, of one that is C x O/group x
/// kernel.
static Value createPhaseFilter(RewriterBase &rewriter,
                               const TransposedConv &conv,
                               ArrayRef<PhaseTaps> taps) {
  Value filter = conv.op.getFilter();
  RankedTensorType type = getTensorType(filter);
  int64_t inputs = type.getDimSize(0) / conv.group;
  SmallVector<int64_t> sizes{conv.group, conv.outputs, inputs};
  SmallVector<int64_t> shape{conv.group * conv.outputs, inputs};
  for (const PhaseTaps &dim : taps) {
    sizes.push_back(dim.reach.count);
    shape.push_back(dim.reach.count);
  }
  Location loc = filter.getLoc();
  RankedTensorType result = type.clone(shape);
  auto getLast = [](const PhaseTaps &dim) {
    return dim.first + (dim.reach.count - 1) * dim.step;
  };
  Attribute constant;
  std::optional<ConstantView> view;
  if (matchPattern(filter, m_Constant(&constant)))
    view = ConstantView::get(constant);
  if (view) {
    SmallVector<int64_t> all = view->getStrides();
    SmallVector<int64_t> strides{inputs * all[0], all[1], all[0]};
    int64_t offset = 0;
    for (auto [dim, stride] :
         llvm::zip_equal(taps, ArrayRef(all).drop_front(2))) {
      strides.push_back(-dim.step * stride);
      offset += getLast(dim) * stride;
    }
    if (ElementsAttr part =
            viewConstant(*view, type.clone(sizes), offset, strides))
      return ConstantOp::create(rewriter, loc, retypeConstant(part, result));
  }
  SmallVector<int64_t> starts{0, 0}, steps{1, 1}, permutation{0, 2, 1};
  SmallVector<int64_t> sliced{type.getDimSize(0), conv.outputs};
  for (auto [i, dim] : llvm::enumerate(taps)) {
    starts.push_back(getLast(dim));
    steps.push_back(-dim.step);
    sliced.push_back(dim.reach.count);
    permutation.push_back(i + 3);
  }
  Value part = SliceOp::create(rewriter, loc, type.clone(sliced), filter,
                               starts, sliced, steps);
  std::swap(sizes[1], sizes[2]);
  part = ReshapeOp::create(rewriter, loc, type.clone(sizes), part);
  part = TransposeOp::create(rewriter, loc, part, permutation);
  return ReshapeOp::create(rewriter, loc, result, part);
}

/// `value` with `low` and `high` zeros around the spatial dimensions; negative
/// amounts take away.
static Value createPadded(RewriterBase &rewriter, Location loc, Value value,
                          ArrayRef<Reach> reaches) {
  SmallVector<int64_t> pads(2, 0);
  for (const Reach &reach : reaches)
    pads.push_back(reach.low);
  pads.append(2, 0);
  for (const Reach &reach : reaches)
    pads.push_back(reach.high);
  if (llvm::all_of(pads, [](int64_t pad) { return pad == 0; }))
    return value;
  return PadOp::create(rewriter, loc, value, /*value=*/Value(), pads,
                       PadMode::constant);
}

/// The bias, if there is one, as what broadcasts to the result.
static Value createBroadcastBias(RewriterBase &rewriter,
                                 const TransposedConv &conv) {
  Value bias = conv.op.getBias();
  if (!bias)
    return {};
  RankedTensorType type = getTensorType(bias);
  SmallVector<int64_t> shape(conv.rank + 1, 1);
  shape[0] = type.getDimSize(0);
  return ReshapeOp::create(rewriter, conv.op.getLoc(), type.clone(shape), bias);
}

/// The results of a phase that no tap reaches.
static Value createEmptyPhase(RewriterBase &rewriter,
                              const TransposedConv &conv,
                              RankedTensorType type) {
  Value value = createBroadcastBias(rewriter, conv);
  if (!value) {
    auto scalar = RankedTensorType::get({}, type.getElementType());
    value =
        ConstantOp::create(rewriter, conv.op.getLoc(),
                           cast<ElementsAttr>(rewriter.getZeroAttr(scalar)));
  }
  return ExpandOp::create(rewriter, conv.op.getLoc(), type, value);
}

/// The phases in the order in which `dlc.interleave` takes them.
static SmallVector<Value> createPhases(RewriterBase &rewriter,
                                       const TransposedConv &conv,
                                       RankedTensorType type) {
  SmallVector<SmallVector<PhaseTaps>> taps(conv.rank);
  // All phases read what is padded once, as far as any of them reaches.
  SmallVector<Reach> most(conv.rank);
  for (int64_t dim : llvm::seq<int64_t>(0, conv.rank)) {
    bool isFirst = true;
    for (int64_t phase : llvm::seq<int64_t>(0, conv.getStride(dim))) {
      taps[dim].push_back(
          getPhaseTaps(conv, dim, phase, getDim(type, dim + 2)));
      const Reach &reach = taps[dim].back().reach;
      if (reach.count == 0)
        continue;
      most[dim].low = isFirst ? reach.low : std::max(most[dim].low, reach.low);
      most[dim].high =
          isFirst ? reach.high : std::max(most[dim].high, reach.high);
      isFirst = false;
    }
  }
  Location loc = conv.op.getLoc();
  Value padded = createPadded(rewriter, loc, conv.op.getX(), most);
  RankedTensorType paddedType = getTensorType(padded);

  SmallVector<Value> phases;
  SmallVector<int64_t> ones(conv.rank, 1), noPads(2 * conv.rank, 0);
  for (uint64_t number : llvm::seq<uint64_t>(0, conv.numPhases)) {
    SmallVector<PhaseTaps> ofPhase(conv.rank);
    for (int64_t dim : llvm::reverse(llvm::seq<int64_t>(0, conv.rank))) {
      ofPhase[dim] = taps[dim][number % conv.getStride(dim)];
      number /= conv.getStride(dim);
    }
    if (llvm::any_of(ofPhase, [](const PhaseTaps &dim) {
          return dim.reach.count == 0;
        })) {
      phases.push_back(createEmptyPhase(rewriter, conv, type));
      continue;
    }
    Shape starts{0, 0}, sizes = getDims(paddedType);
    SmallVector<int64_t> spacings;
    for (auto [dim, part] : llvm::enumerate(ofPhase)) {
      const Reach &reach = part.reach;
      starts.push_back(most[dim].low - reach.low);
      sizes[dim + 2] =
          add(getDim(type, dim + 2), reach.spacing * (reach.count - 1));
      spacings.push_back(reach.spacing);
    }
    Value part = rewriter.createOrFold<SliceOp>(
        loc, withDims(paddedType, sizes), padded, starts, sizes,
        SmallVector<int64_t>(conv.rank + 2, 1));
    phases.push_back(ConvOp::create(
        rewriter, loc, type, part, createPhaseFilter(rewriter, conv, ofPhase),
        conv.op.getBias(), ones, noPads, spacings, conv.group));
  }
  return phases;
}

/// One convolution for each phase; their results interleave.
static Value decomposeByPhase(RewriterBase &rewriter,
                              const TransposedConv &conv) {
  RankedTensorType type = conv.op.getY().getType();
  SmallVector<int64_t> factors{1, 1};
  Shape shape = conv.y, whole = conv.y;
  for (int64_t dim : llvm::seq<int64_t>(0, conv.rank)) {
    int64_t stride = conv.getStride(dim);
    factors.push_back(stride);
    shape[dim + 2] = floorDiv(add(conv.y[dim + 2], stride - 1), stride);
    whole[dim + 2] = *multiplySizes(std::nullopt, shape[dim + 2], stride);
  }
  SmallVector<Value> phases =
      createPhases(rewriter, conv, withDims(type, shape));
  if (phases.size() == 1)
    return phases.front();
  Location loc = conv.op.getLoc();
  Value all = InterleaveOp::create(rewriter, loc, withDims(type, whole), phases,
                                   factors);
  // The last phases may have results behind the end.
  return rewriter.createOrFold<SliceOp>(loc, type, all, Shape(conv.rank + 2, 0),
                                        conv.y,
                                        SmallVector<int64_t>(conv.rank + 2, 1));
}

//===----------------------------------------------------------------------===//
// One convolution with the phases as channels
//===----------------------------------------------------------------------===//

namespace {
/// Along one spatial dimension, such a convolution.
struct JointTaps {
  int64_t phases; // those that the filter reaches
  Dim size;       // results of each
  Reach reach;
};
} // namespace

/// Position o + pad of the result without pads is `phase` plus `stride` times
/// the position in the phase.
static JointTaps getJointTaps(const TransposedConv &conv, int64_t dim) {
  int64_t stride = conv.getStride(dim), pad = conv.getPad(dim);
  int64_t first = pad / stride;
  JointTaps taps;
  taps.phases = std::min(stride, conv.getSpan(dim));
  taps.size = add(floorDiv(add(conv.y[dim + 2], pad - 1), stride), 1 - first);
  taps.reach.count = llvm::divideCeil(conv.getSpan(dim), stride);
  taps.reach.low = taps.reach.count - 1 - first;
  taps.reach.high = first + *subtract(taps.size, conv.x[dim + 2]);
  return taps;
}

/// Its filter: (phases O) x C x taps, of one that is C x O x kernel. Null if
/// the constant can't be read.
static ElementsAttr createJointFilter(const TransposedConv &conv,
                                      ArrayRef<JointTaps> taps,
                                      Attribute filter) {
  std::optional<ConstantView> view = ConstantView::get(filter);
  if (!view)
    return {};
  int64_t inputs = view->getShape()[0], phases = 1, numTaps = 1;
  SmallVector<int64_t> shape{conv.outputs, inputs};
  for (const JointTaps &dim : taps) {
    phases *= dim.phases;
    shape.push_back(dim.reach.count);
  }
  shape[0] *= phases;
  for (int64_t size : conv.kernel)
    numTaps *= size;
  SmallVector<int64_t> from = view->getStrides(), to = rowMajorStrides(shape);
  return makeConstant(
      view->getType().clone(shape), [&](MutableArrayRef<char> target) {
        llvm::fill(target, 0);
        for (int64_t tap : llvm::seq<int64_t>(0, numTaps)) {
          BoxCopy box;
          box.sizes = {inputs, conv.outputs};
          box.sourceStrides = {from[0], from[1]};
          box.targetStrides = {to[1], to[0]};
          int64_t phaseStride = conv.outputs * to[0];
          for (int64_t dim : llvm::reverse(llvm::seq<int64_t>(0, conv.rank))) {
            int64_t position = tap % conv.kernel[dim];
            tap /= conv.kernel[dim];
            int64_t element = position * conv.getDilation(dim);
            int64_t stride = conv.getStride(dim);
            box.sourceOffset += position * from[dim + 2];
            box.targetOffset +=
                element % stride * phaseStride +
                (taps[dim].reach.count - 1 - element / stride) * to[dim + 2];
            phaseStride *= taps[dim].phases;
          }
          copyBox(box, view->data(), target.data(), view->getElementBytes());
        }
      });
}

/// N x (phases O) x space to N x O x (space phases), phases beyond the
/// filter's reach filled up with zeros.
static Value createPhasesInSpace(RewriterBase &rewriter,
                                 const TransposedConv &conv,
                                 ArrayRef<JointTaps> taps, Value value) {
  Location loc = conv.op.getLoc();
  RankedTensorType type = getTensorType(value);
  int64_t rank = conv.rank;
  Shape split{conv.y[0]}, whole{conv.y[0], conv.outputs};
  SmallVector<int64_t> permutation{0, rank + 1}, pads(4 * (rank + 1), 0);
  bool isFull = true;
  for (auto [dim, part] : llvm::enumerate(taps)) {
    int64_t stride = conv.getStride(dim);
    split.push_back(part.phases);
    whole.push_back(*multiplySizes(std::nullopt, part.size, stride));
    permutation.append(
        {rank + 2 + static_cast<int64_t>(dim), 1 + static_cast<int64_t>(dim)});
    pads[2 * (rank + 1) + 3 + 2 * dim] = stride - part.phases;
    isFull &= stride == part.phases;
  }
  split.push_back(conv.outputs);
  for (const JointTaps &part : taps)
    split.push_back(part.size);
  value = ReshapeOp::create(rewriter, loc, withDims(type, split), value);
  value = TransposeOp::create(rewriter, loc, value, permutation);
  if (!isFull)
    value = PadOp::create(rewriter, loc, value, /*value=*/Value(), pads,
                          PadMode::constant);
  return ReshapeOp::create(rewriter, loc, withDims(type, whole), value);
}

/// Null if the constant can't be read.
static Value decomposeJointly(RewriterBase &rewriter,
                              const TransposedConv &conv, Attribute constant) {
  SmallVector<JointTaps> taps;
  SmallVector<Reach> reaches;
  Shape shape{conv.y[0], conv.outputs}, starts{0, 0};
  for (int64_t dim : llvm::seq<int64_t>(0, conv.rank)) {
    taps.push_back(getJointTaps(conv, dim));
    reaches.push_back(taps.back().reach);
    shape[1] = shape[1].getSize() * taps.back().phases;
    shape.push_back(taps.back().size);
    starts.push_back(conv.getPad(dim) % conv.getStride(dim));
  }
  ElementsAttr filter = createJointFilter(conv, taps, constant);
  if (!filter)
    return {};
  Location loc = conv.op.getLoc();
  RankedTensorType type = conv.op.getY().getType();
  Value padded = createPadded(rewriter, loc, conv.op.getX(), reaches);
  SmallVector<int64_t> ones(conv.rank, 1), noPads(2 * conv.rank, 0);
  Value result = ConvOp::create(
      rewriter, loc, withDims(type, shape), padded,
      ConstantOp::create(rewriter, conv.op.getFilter().getLoc(), filter),
      /*bias=*/Value(), ones, noPads, ones, /*group=*/1);
  result = createPhasesInSpace(rewriter, conv, taps, result);
  result =
      rewriter.createOrFold<SliceOp>(loc, type, result, starts, conv.y,
                                     SmallVector<int64_t>(conv.rank + 2, 1));
  if (Value bias = createBroadcastBias(rewriter, conv))
    result = AddOp::create(rewriter, loc, type, result, bias);
  return result;
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

/// With few outputs, those of one phase don't fill vectors; many phases are
/// much code.
static constexpr int64_t kFewOutputs = 8;
static constexpr uint64_t kManyPhases = 16;

/// True if the phases as channels of one convolution don't multiply many zeros:
/// those between taps, and those up to a multiple of the stride.
static bool fitsJointly(const TransposedConv &conv) {
  if (conv.group != 1)
    return false;
  for (int64_t dim : llvm::seq<int64_t>(0, conv.rank))
    if (conv.getDilation(dim) != 1 && conv.kernel[dim] != 1)
      return false;
  return true;
}

namespace {
struct DecomposeConvTranspose final : OpRewritePattern<ConvTransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvTransposeOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getFilter().getType().hasStaticShape() ||
        op.getX().getType().isDynamicDim(1) || !areKnown(getDims(op.getX())) ||
        !areKnown(getDims(op.getY())))
      return rewriter.notifyMatchFailure(op, "sizes aren't known");
    TransposedConv conv(op);
    Attribute constant;
    Value result;
    if (fitsJointly(conv) && conv.numPhases > 1 &&
        (conv.outputs < kFewOutputs || conv.numPhases > kManyPhases) &&
        matchPattern(op.getFilter(), m_Constant(&constant)))
      result = decomposeJointly(rewriter, conv, constant);
    if (!result && conv.numPhases <= kManyPhases)
      result = decomposeByPhase(rewriter, conv);
    if (!result)
      return rewriter.notifyMatchFailure(op, "it has too many phases");
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct SinkInterleave final : SinkAssembly<InterleaveOp> {
  using SinkAssembly::SinkAssembly;

  bool assembles(InterleaveOp op, int64_t dim) const override {
    return op.getFactors()[dim] != 1;
  }
};

struct DecomposeConvTransposePass final
    : public dlc::impl::DecomposeConvTransposeBase<DecomposeConvTransposePass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<DecomposeConvTranspose, SinkInterleave>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
