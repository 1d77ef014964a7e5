//===- Resampling.cpp - Resampling to ONNX --------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"
#include <cmath>

#include "dialects/dlc/Resampling.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

/// True if the scales are those that ONNX finds from the sizes.
static bool followFromSizes(ResizeOp op) {
  for (auto [scale, in, out] : llvm::zip_equal(
           op.getScales(), getDims(op.getX()), getDims(op.getType()))) {
    bool isRatio = in.isNumber() && out.isNumber()
                       ? scale == double(out.getSize()) / double(in.getSize())
                       : scale == 1.0 && in == out;
    if (scale != 0 && !isRatio)
      return false;
  }
  return true;
}

/// True if ONNX, whose scales are f32, finds the shape from them.
static bool giveTheShape(ResizeOp op) {
  auto from = cast<RankedTensorType>(op.getX().getType()), to = op.getType();
  for (auto [scale, in, out] :
       llvm::zip_equal(op.getScales(), from.getShape(), to.getShape()))
    if (scale == 0)
      return false;
    else if (!ShapedType::isDynamic(in) &&
             int64_t(std::floor(double(in) * double(float(scale)))) != out)
      return false;
  return true;
}

static LogicalResult exportResize(ResizeOp op, Exporter &exporter) {
  auto vector = [&](ArrayRef<double> values) {
    return exporter.numbers(
        RankedTensorType::get(int64_t(values.size()),
                              Float32Type::get(op.getContext())),
        values);
  };
  SmallVector<std::string> inputs = {exporter.name(op.getX()), "", "", ""};
  if (!op.getRoi().empty())
    inputs[1] = vector(op.getRoi());
  if (giveTheShape(op)) {
    inputs[2] = vector(op.getScales());
  } else if (followFromSizes(op)) {
    FailureOr<std::string> sizes = exporter.sizes(op, getDims(op.getType()));
    if (failed(sizes))
      return failure();
    inputs[3] = *sizes;
  } else {
    return op.emitError("ONNX needs scales or sizes, not both");
  }
  exporter.add(op, "Resize", inputs)
      .set("mode", stringifyResizeMode(op.getMode()))
      .set("coordinate_transformation_mode",
           stringifyResizeCoordinates(op.getCoordinates()))
      .set("nearest_mode", stringifyResizeNearest(op.getNearest()))
      .set("cubic_coeff_a", op.getCubicCoefficient())
      .set("exclude_outside", op.getExcludeOutside())
      .set("extrapolation_value", op.getExtrapolationValue());
  return success();
}

void dlc::onnxexport::registerResamplingOps(OpRegistry &registry) {
  registry.add(exportResize);
}
