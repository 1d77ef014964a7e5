//===- Shape.cpp - Shape changes to ONNX ----------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"

#include "dialects/dlc/Shape.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

/// The positions of sizes 1, which Squeeze and Unsqueeze take.
static SmallVector<int64_t> findUnits(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> units;
  for (auto [i, size] : llvm::enumerate(shape))
    if (size == 1)
      units.push_back(i);
  return units;
}

static LogicalResult exportReshape(ReshapeOp op, Exporter &exporter) {
  auto from = cast<RankedTensorType>(op.getX().getType());
  auto to = cast<RankedTensorType>(op.getType());
  std::string x = exporter.name(op.getX());
  if (to.getNumDynamicDims() <= 1) {
    SmallVector<int64_t> shape(to.getShape());
    llvm::replace(shape, ShapedType::kDynamic, int64_t(-1));
    // ONNX reads 0 as a size to be copied unless told; -1 excludes a real 0.
    bool hasZero = llvm::is_contained(shape, 0);
    NodeRef node = exporter.add(op, "Reshape", {x, exporter.integers(shape)});
    if (hasZero)
      node.set("allowzero", true);
    return success();
  }
  if (to.getEncoding()) {
    FailureOr<std::string> shape = exporter.sizes(op, getDims(to));
    if (failed(shape))
      return failure();
    exporter.add(op, "Reshape", {x, *shape});
    return success();
  }
  // Sizes of 1 alone come and go.
  if (SmallVector<int64_t> units = findUnits(from.getShape()); !units.empty())
    x = exporter.addStep(op, "Squeeze", {x, exporter.integers(units)})
            .getOutput();
  exporter.add(op, "Unsqueeze",
               {x, exporter.integers(findUnits(to.getShape()))});
  return success();
}

/// A reshape fails at other sizes, too.
static LogicalResult exportCheckSizes(CheckSizesOp op, Exporter &exporter) {
  FailureOr<std::string> sizes = exporter.sizes(op, getDims(op.getType()));
  if (failed(sizes))
    return failure();
  exporter.add(op, "Reshape", {exporter.name(op.getX()), *sizes});
  return success();
}

static LogicalResult exportTranspose(TransposeOp op, Exporter &exporter) {
  exporter.add(op, "Transpose", exporter.operands(op))
      .set("perm", op.getPerm());
  return success();
}

static LogicalResult exportExpand(ExpandOp op, Exporter &exporter) {
  auto from = cast<RankedTensorType>(op.getX().getType());
  auto to = cast<RankedTensorType>(op.getType());
  Shape shape = getDims(to);
  int64_t missing = to.getRank() - from.getRank();
  for (auto [i, size] : llvm::enumerate(shape)) {
    bool isOwn = int64_t(i) >= missing && from.getDimSize(i - missing) != 1;
    // A size of 1 keeps what is there.
    if (isDynamic(size) && isOwn)
      size = 1;
    else if (size.isUnknown())
      return op.emitError("ONNX needs to know the size of dimension ") << i;
  }
  FailureOr<std::string> target = exporter.sizes(op, shape);
  if (failed(target))
    return failure();
  exporter.add(op, "Expand", {exporter.name(op.getX()), *target});
  return success();
}

static LogicalResult exportConcat(ConcatOp op, Exporter &exporter) {
  exporter.add(op, "Concat", exporter.operands(op))
      .set("axis", int64_t(op.getAxis()));
  return success();
}

/// Open starts and ends are computed; steps stay numbers.
static LogicalResult exportOpenSlice(SliceOp op, Exporter &exporter) {
  Shape starts = op.getStartDims(), sizes = op.getSizeDims(), ends;
  SmallVector<int64_t> axes =
      llvm::to_vector(llvm::seq<int64_t>(0, starts.size()));
  MLIRContext *context = op.getContext();
  for (auto [start, size, step] :
       llvm::zip_equal(starts, sizes, op.getSteps())) {
    if (step < 0)
      return op.emitError("a slice backwards of an open size has no spelling "
                          "in ONNX that holds for every size");
    ends.push_back(
        Dim(addSizeExprs(start.getExpr(context),
                         mulSizeExprs(size.getExpr(context),
                                      getAffineConstantExpr(step, context)))));
  }
  FailureOr<std::string> from = exporter.sizes(op, starts);
  FailureOr<std::string> to = exporter.sizes(op, ends);
  if (failed(from) || failed(to))
    return failure();
  exporter.add(op, "Slice",
               {exporter.name(op.getX()), *from, *to, exporter.integers(axes),
                exporter.integers(op.getSteps())});
  return success();
}

static LogicalResult exportSlice(SliceOp op, Exporter &exporter) {
  if (op.getOpen())
    return exportOpenSlice(op, exporter);
  SmallVector<int64_t> starts, ends, axes, steps;
  for (auto [i, start, size, step] :
       llvm::enumerate(op.getStarts(), op.getSizes(), op.getSteps())) {
    // A dimension of unknown size is taken whole.
    if (ShapedType::isDynamic(size))
      continue;
    int64_t end = start + size * step;
    // Below the first element: ONNX counts -1 from the end.
    if (end < 0)
      end = std::numeric_limits<int64_t>::min();
    starts.push_back(start);
    ends.push_back(end);
    axes.push_back(i);
    steps.push_back(step);
  }
  exporter.add(op, "Slice",
               {exporter.name(op.getX()), exporter.integers(starts),
                exporter.integers(ends), exporter.integers(axes),
                exporter.integers(steps)});
  return success();
}

static LogicalResult exportPad(PadOp op, Exporter &exporter) {
  FailureOr<std::string> pads = exporter.sizes(op, op.getPadDims());
  if (failed(pads))
    return failure();
  exporter
      .add(op, "Pad",
           {exporter.name(op.getX()), *pads, exporter.name(op.getValue())})
      .set("mode", stringifyPadMode(op.getMode()));
  return success();
}

static LogicalResult exportTile(TileOp op, Exporter &exporter) {
  exporter.add(op, "Tile",
               {exporter.name(op.getX()), exporter.integers(op.getRepeats())});
  return success();
}

void dlc::onnxexport::registerShapeOps(OpRegistry &registry) {
  registry.add(exportReshape);
  registry.add(exportCheckSizes);
  registry.add(exportTranspose);
  registry.add(exportExpand);
  registry.add(exportConcat);
  registry.add(exportSlice);
  registry.add(exportPad);
  registry.add(exportTile);
}
