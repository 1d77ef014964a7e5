//===- CompressWeights.cpp - Zero blocks of weights are skipped -----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/Sparse.h"
#include "dlc/Transforms/Passes.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dlc {
#define GEN_PASS_DEF_COMPRESSWEIGHTS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {
/// Packed weights `panels` x `depth` x `width`, of which a block of inputs is a
/// run of rows of a panel.
struct Panels {
  const float *data = nullptr;
  int64_t count = 0, depth = 0, width = 0;

  bool isZero(int64_t panel, int64_t row, int64_t rows) const {
    const float *begin = data + (panel * depth + row) * width;
    return llvm::all_of(ArrayRef(begin, rows * width),
                        [](float weight) { return weight == 0; });
  }
};

/// Which blocks of `rows` rows are stored: for each panel the same number of
/// them, by their first rows.
struct Blocks {
  int64_t rows = 0, perPanel = 0;
  std::vector<SmallVector<int32_t>> starts;

  /// Rows stored, and what starting each block costs, in rows.
  double getCost() const { return perPanel * (rows + 0.5); }
};
} // namespace

static Blocks findBlocks(const Panels &panels, int64_t rows) {
  Blocks blocks;
  blocks.rows = rows;
  for (int64_t panel = 0; panel < panels.count; ++panel) {
    SmallVector<int32_t> &starts = blocks.starts.emplace_back();
    for (int64_t row = 0; row < panels.depth; row += rows)
      if (!panels.isZero(panel, row, rows))
        starts.push_back(row);
    blocks.perPanel = std::max<int64_t>(blocks.perPanel, starts.size());
  }
  // Shapes have no zeros.
  blocks.perPanel = std::max<int64_t>(blocks.perPanel, 1);
  return blocks;
}

/// The size of blocks that costs least; none if dense code costs less. Blocks
/// are at most `largest` rows and divide it.
static std::optional<Blocks> chooseBlocks(const Panels &panels, int64_t largest,
                                          double threshold) {
  std::optional<Blocks> best;
  for (int64_t rows = largest; rows >= 1; rows /= 2) {
    if (largest % rows != 0 || panels.depth % rows != 0)
      continue;
    Blocks blocks = findBlocks(panels, rows);
    if (!best || blocks.getCost() < best->getCost())
      best = std::move(blocks);
  }
  if (!best || best->getCost() > threshold * panels.depth)
    return std::nullopt;
  return best;
}

/// The stored blocks, `panels` x `perPanel` x `rows` x `width`; what a panel
/// lacks is zero.
static ElementsAttr makeValues(const Panels &panels, const Blocks &blocks,
                               Type elementType) {
  auto type = RankedTensorType::get(
      {panels.count, blocks.perPanel, blocks.rows, panels.width}, elementType);
  int64_t size = blocks.rows * panels.width;
  return makeConstant(type, [&](MutableArrayRef<char> bytes) {
    auto *out = reinterpret_cast<float *>(bytes.data());
    for (auto [panel, starts] : llvm::enumerate(blocks.starts)) {
      for (int32_t start : starts) {
        const float *from =
            panels.data + (panel * panels.depth + start) * panels.width;
        out = std::copy(from, from + size, out);
      }
      out = std::fill_n(out, (blocks.perPanel - starts.size()) * size, 0.0f);
    }
  });
}

/// The first rows of the stored blocks; what a panel lacks repeats its last, so
/// that nothing is read that isn't read anyway.
static ElementsAttr makeStarts(const Blocks &blocks, MLIRContext *context) {
  auto type = RankedTensorType::get(
      {static_cast<int64_t>(blocks.starts.size()), blocks.perPanel},
      IntegerType::get(context, 32));
  return makeConstant(type, [&](MutableArrayRef<char> bytes) {
    auto *out = reinterpret_cast<int32_t *>(bytes.data());
    for (ArrayRef<int32_t> starts : blocks.starts) {
      out = std::copy(starts.begin(), starts.end(), out);
      int64_t missing = blocks.perPanel - starts.size();
      out = std::fill_n(out, missing, starts.empty() ? 0 : starts.back());
    }
  });
}

/// The constant's elements under a shape of panels; none for a splat, whose
/// blocks are all alike.
static std::optional<Panels> getPanels(Value weights, int64_t count,
                                       int64_t depth, int64_t width) {
  Attribute constant;
  if (!matchPattern(weights, m_Constant(&constant)))
    return std::nullopt;
  std::optional<ConstantView> view = ConstantView::get(constant);
  if (!view || view->isSplat() || !view->getType().getElementType().isF32())
    return std::nullopt;
  return Panels{reinterpret_cast<const float *>(view->data()), count, depth,
                width};
}

namespace {
/// packed_matmul -> sparse_matmul.
struct CompressMatMul final : public OpRewritePattern<PackedMatMulOp> {
  CompressMatMul(MLIRContext *context, double threshold)
      : OpRewritePattern(context), threshold(threshold) {}

  LogicalResult matchAndRewrite(PackedMatMulOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = op.getB().getType();
    if (type.getRank() != 3)
      return rewriter.notifyMatchFailure(op, "not one matrix of f32");
    // Gathers' addresses need strides that are numbers.
    if (!cast<RankedTensorType>(op.getA().getType()).hasStaticShape())
      return rewriter.notifyMatchFailure(op, "open sizes");
    std::optional<Panels> panels = getPanels(
        op.getB(), type.getDimSize(0), type.getDimSize(1), type.getDimSize(2));
    if (!panels)
      return rewriter.notifyMatchFailure(
          op, "the weights aren't a constant of f32");
    std::optional<Blocks> blocks =
        chooseBlocks(*panels, kLargestBlock, threshold);
    if (!blocks)
      return rewriter.notifyMatchFailure(op, "dense code costs less");
    Location loc = op.getLoc();
    auto values = ConstantOp::create(
        rewriter, loc, makeValues(*panels, *blocks, type.getElementType()));
    auto rows =
        ConstantOp::create(rewriter, loc, makeStarts(*blocks, getContext()));
    rewriter.replaceOpWithNewOp<SparseMatMulOp>(op, op.getType(), op.getA(),
                                                values, rows, op.getColumns());
    return success();
  }

private:
  static constexpr int64_t kLargestBlock = 16;
  double threshold;
};

/// conv in blocks, 1x1 -> sparse_conv, add of the bias.
struct CompressConv final : public OpRewritePattern<ConvOp> {
  CompressConv(MLIRContext *context, double threshold)
      : OpRewritePattern(context), threshold(threshold) {}

  LogicalResult matchAndRewrite(ConvOp op,
                                PatternRewriter &rewriter) const override {
    auto isNot = [](int64_t value) {
      return [=](int64_t v) { return v != value; };
    };
    RankedTensorType type = op.getFilter().getType();
    size_t rank = op.getStrides().size();
    if (op.getInputBlock() == 0 || op.getOutputBlock() == 0 ||
        op.getGroup() != 1 || llvm::any_of(op.getPads(), isNot(0)) ||
        llvm::any_of(type.getShape().slice(2, rank), isNot(1)) ||
        !cast<RankedTensorType>(op.getX().getType()).hasStaticShape())
      return rewriter.notifyMatchFailure(op, "no blocked 1x1 convolution");
    std::optional<Panels> panels =
        getPanels(op.getFilter(), type.getDimSize(0),
                  type.getDimSize(1) * static_cast<int64_t>(op.getInputBlock()),
                  op.getOutputBlock());
    if (!panels)
      return rewriter.notifyMatchFailure(op, "no constant filter");
    std::optional<Blocks> blocks =
        chooseBlocks(*panels, op.getInputBlock(), threshold);
    if (!blocks)
      return rewriter.notifyMatchFailure(op, "dense code costs less");
    Location loc = op.getLoc();
    auto values = ConstantOp::create(
        rewriter, loc, makeValues(*panels, *blocks, type.getElementType()));
    auto channels =
        ConstantOp::create(rewriter, loc, makeStarts(*blocks, getContext()));
    Value result = SparseConvOp::create(rewriter, loc, op.getType(), op.getX(),
                                        values, channels, op.getStrides());
    if (Value bias = op.getBias()) {
      // O/B x B beside N x O/B x spatial x B.
      SmallVector<int64_t> shape(rank + 2, 1);
      shape[0] = type.getDimSize(0);
      shape.back() = op.getOutputBlock();
      shape.insert(shape.begin(), 1);
      auto biasType = RankedTensorType::get(shape, type.getElementType());
      result = AddOp::create(rewriter, loc, result,
                             ReshapeOp::create(rewriter, loc, biasType, bias));
    }
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  double threshold;
};

struct CompressWeightsPass final
    : public dlc::impl::CompressWeightsBase<CompressWeightsPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<CompressMatMul, CompressConv>(&getContext(), threshold);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
