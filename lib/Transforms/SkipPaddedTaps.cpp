//===- SkipPaddedTaps.cpp - Convolutions that don't multiply padding ------===//
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
#include "dlc/Transforms/Passes.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dlc {
#define GEN_PASS_DEF_SKIPPADDEDTAPS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// Marks the concatenations that this pass makes.
static constexpr llvm::StringLiteral partsMark = "dlc.parts";

namespace {
/// Neighbouring results along one spatial dimension, and the taps they take.
struct Segment {
  int64_t start, count, firstTap, numTaps;
};

/// A spatial dimension of a convolution.
struct Window {
  int64_t input, output, taps, stride, dilation, low, high;

  /// The position in the input that a tap of a result reads.
  int64_t getPosition(int64_t result, int64_t tap) const {
    return result * stride + tap * dilation - low;
  }
  Segment getWhole() const { return {0, output, 0, taps}; }
  bool isWhole(const Segment &segment) const {
    return segment.count == output && segment.numTaps == taps;
  }
};

using Segments = SmallVector<Segment>;
} // namespace

/// The taps of `result` that read the input.
static Segment getTaps(const Window &window, int64_t result) {
  auto isInside = [&](int64_t tap) {
    int64_t position = window.getPosition(result, tap);
    return position >= 0 && position < window.input;
  };
  Segment segment{result, 1, 0, 0};
  while (segment.firstTap < window.taps && !isInside(segment.firstTap))
    ++segment.firstTap;
  while (segment.firstTap + segment.numTaps < window.taps &&
         isInside(segment.firstTap + segment.numTaps))
    ++segment.numTaps;
  return segment;
}

/// Results that take the same taps, in order. The whole if that is more code
/// than it may save, or results have no taps.
static Segments getSegments(const Window &window) {
  constexpr int64_t kMostResults = 4096, kMostTaps = 64;
  constexpr size_t kMostSegments = 5;
  if ((window.low == 0 && window.high == 0) || window.output > kMostResults ||
      window.taps > kMostTaps)
    return {window.getWhole()};
  Segments segments;
  for (int64_t result : llvm::seq<int64_t>(0, window.output)) {
    Segment next = getTaps(window, result);
    if (next.numTaps == 0)
      return {window.getWhole()};
    if (!segments.empty() && segments.back().firstTap == next.firstTap &&
        segments.back().numTaps == next.numTaps)
      ++segments.back().count;
    else
      segments.push_back(next);
    if (segments.size() > kMostSegments)
      return {window.getWhole()};
  }
  return segments;
}

/// What remains of a dimension that isn't split: one segment with the taps that
/// any result takes.
static Segment joinSegments(ArrayRef<Segment> segments) {
  Segment joined = segments.front();
  int64_t end = joined.firstTap + joined.numTaps;
  for (const Segment &segment : segments.drop_front()) {
    joined.count += segment.count;
    joined.firstTap = std::min(joined.firstTap, segment.firstTap);
    end = std::max(end, segment.firstTap + segment.numTaps);
  }
  joined.numTaps = end - joined.firstTap;
  return joined;
}

/// Calls `visit` with every combination of segments, the last dimension
/// fastest.
static void forEachPart(ArrayRef<Segments> dims,
                        function_ref<void(ArrayRef<Segment>)> visit) {
  int64_t count = 1;
  for (const Segments &segments : dims)
    count *= segments.size();
  for (int64_t number : llvm::seq<int64_t>(0, count)) {
    SmallVector<Segment> part(dims.size());
    for (int64_t dim = dims.size() - 1; dim >= 0; --dim) {
      part[dim] = dims[dim][number % dims[dim].size()];
      number /= dims[dim].size();
    }
    visit(part);
  }
}

/// Taps times results. A part's weights are read for each of its results, but
/// for a few together; fewer cost as much.
static int64_t getCost(ArrayRef<Segments> dims, int64_t batch) {
  constexpr int64_t kFewResults = 8;
  int64_t cost = 0;
  forEachPart(dims, [&](ArrayRef<Segment> part) {
    int64_t taps = 1, results = batch;
    for (const Segment &segment : part) {
      taps *= segment.numTaps;
      results *= segment.count;
    }
    cost += taps * std::max(results, kFewResults);
  });
  return cost;
}

/// The windows of a convolution; nothing if sizes of space are open.
static std::optional<SmallVector<Window>> getWindows(ConvOp op) {
  ArrayRef<int64_t> pads = op.getPads();
  ArrayRef<int64_t> input = op.getX().getType().getShape().drop_front(2);
  ArrayRef<int64_t> output = op.getY().getType().getShape().drop_front(2);
  ArrayRef<int64_t> filter = op.getFilter().getType().getShape().drop_front(2);
  SmallVector<Window> windows;
  size_t rank = op.getStrides().size();
  for (size_t dim : llvm::seq<size_t>(0, rank)) {
    if (ShapedType::isDynamic(input[dim]) ||
        ShapedType::isDynamic(output[dim]) ||
        ShapedType::isDynamic(filter[dim]))
      return std::nullopt;
    windows.push_back({input[dim], output[dim], filter[dim],
                       op.getStrides()[dim], op.getDilations()[dim], pads[dim],
                       pads[rank + dim]});
  }
  return windows;
}

/// `value` from `starts` on, `sizes` of space; a constant if `isConstant`.
static Value createSpaceSlice(RewriterBase &rewriter, Value value,
                              ArrayRef<int64_t> starts, ArrayRef<int64_t> sizes,
                              bool isConstant) {
  auto type = cast<RankedTensorType>(value.getType());
  Shape dims = getDims(type), allStarts(dims.size(), 0);
  for (auto [dim, start] : llvm::enumerate(starts)) {
    allStarts[dim + 2] = start;
    dims[dim + 2] = sizes[dim];
  }
  if (dims == getDims(type))
    return value;
  Attribute constant;
  if (isConstant && matchPattern(value, m_Constant(&constant)))
    if (std::optional<ConstantView> view = ConstantView::get(constant)) {
      int64_t offset = 0;
      SmallVector<int64_t> strides = view->getStrides();
      for (auto [start, stride] : llvm::zip_equal(allStarts, strides))
        offset += start.getSize() * stride;
      return ConstantOp::create(
          rewriter, value.getLoc(),
          viewConstant(*view, withDims(type, dims), offset, strides));
    }
  return SliceOp::create(rewriter, value.getLoc(), withDims(type, dims), value,
                         allStarts, dims, SmallVector<int64_t>(dims.size(), 1));
}

/// The convolution that computes a part.
static Value createPart(RewriterBase &rewriter, ConvOp op,
                        ArrayRef<Window> windows, ArrayRef<Segment> part,
                        bool isOnly) {
  size_t rank = windows.size();
  SmallVector<int64_t> starts, sizes, firstTaps, numTaps, pads(2 * rank, 0);
  Shape shape = getDims(op.getY());
  for (auto [dim, window] : llvm::enumerate(windows)) {
    const Segment &segment = part[dim];
    int64_t begin = window.getPosition(segment.start, segment.firstTap);
    int64_t end = window.getPosition(segment.start + segment.count - 1,
                                     segment.firstTap + segment.numTaps - 1) +
                  1;
    pads[dim] = std::max<int64_t>(-begin, 0);
    pads[rank + dim] = std::max(end - window.input, int64_t(0));
    starts.push_back(begin + pads[dim]);
    sizes.push_back(end - pads[rank + dim] - starts.back());
    firstTaps.push_back(segment.firstTap);
    numTaps.push_back(segment.numTaps);
    shape[dim + 2] = segment.count;
  }
  Value x = createSpaceSlice(rewriter, op.getX(), starts, sizes,
                             /*isConstant=*/false);
  Value filter = createSpaceSlice(rewriter, op.getFilter(), firstTaps, numTaps,
                                  /*isConstant=*/isOnly);
  return ConvOp::create(
      rewriter, op.getLoc(), withDims(op.getY().getType(), shape), x, filter,
      op.getBias(), op.getStrides(), pads, op.getDilations(), op.getGroup(),
      op.getInputBlock(), op.getOutputBlock(), op.getDot());
}

/// Neighbours of `count` parts each, put together along dimension `axis`.
static SmallVector<Value> joinParts(RewriterBase &rewriter, Location loc,
                                    ArrayRef<Value> parts, size_t count,
                                    int64_t axis) {
  if (count == 1)
    return SmallVector<Value>(parts);
  SmallVector<Value> joined;
  for (; !parts.empty(); parts = parts.drop_front(count)) {
    auto concat =
        ConcatOp::create(rewriter, loc, parts.take_front(count), axis);
    concat->setAttr(partsMark, rewriter.getUnitAttr());
    joined.push_back(concat);
  }
  return joined;
}

namespace {
struct SkipTaps final : OpRewritePattern<ConvOp> {
  SkipTaps(MLIRContext *context, bool split)
      : OpRewritePattern(context), split(split) {}

  LogicalResult matchAndRewrite(ConvOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<SmallVector<Window>> windows = getWindows(op);
    if (!windows)
      return rewriter.notifyMatchFailure(op, "its space is open");
    SmallVector<Segments> dims = chooseSegments(op, *windows);
    bool isOnly = llvm::all_of(
        dims, [](const Segments &segments) { return segments.size() == 1; });
    if (isOnly && llvm::all_of(llvm::zip_equal(*windows, dims), [](auto dim) {
          return std::get<0>(dim).isWhole(std::get<1>(dim).front());
        }))
      return rewriter.notifyMatchFailure(op, "most taps read the input");

    SmallVector<Value> parts;
    forEachPart(dims, [&](ArrayRef<Segment> part) {
      parts.push_back(createPart(rewriter, op, *windows, part, isOnly));
    });
    for (int64_t dim = dims.size() - 1; dim >= 0; --dim)
      parts =
          joinParts(rewriter, op.getLoc(), parts, dims[dim].size(), dim + 2);
    rewriter.replaceOp(op, parts.front());
    return success();
  }

private:
  SmallVector<Segments> chooseSegments(ConvOp op,
                                       ArrayRef<Window> windows) const {
    // What splitting a dimension, and all of them, must save.
    constexpr double kShareOfDim = 0.9, kShare = 0.75;
    int64_t batch = op.getX().getType().isDynamicDim(0)
                        ? 1
                        : op.getX().getType().getDimSize(0);
    SmallVector<Segments> dims, joined;
    for (const Window &window : windows) {
      Segments segments = getSegments(window);
      joined.push_back({joinSegments(segments)});
      int64_t taken = 0;
      for (const Segment &segment : segments)
        taken += segment.count * segment.numTaps;
      bool pays =
          taken <= kShareOfDim * window.output * joined.back().front().numTaps;
      dims.push_back(pays ? segments : joined.back());
    }
    return split && getCost(dims, batch) <= kShare * getCost(joined, batch)
               ? dims
               : joined;
  }

  bool split;
};

/// Only what this pass made of one convolution.
struct SinkParts final : SinkAssembly<ConcatOp> {
  using SinkAssembly::SinkAssembly;

  bool isMeant(ConcatOp op) const override { return op->hasAttr(partsMark); }
  bool assembles(ConcatOp op, int64_t dim) const override {
    return dim == static_cast<int64_t>(op.getAxis());
  }
};

struct SkipPaddedTapsPass final
    : public dlc::impl::SkipPaddedTapsBase<SkipPaddedTapsPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SkipTaps>(&getContext(), split);
    patterns.add<SinkParts>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([](ConcatOp op) { op->removeAttr(partsMark); });
  }
};
} // namespace
