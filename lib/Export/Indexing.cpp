//===- Indexing.cpp - Gathering and scattering to ONNX --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"

#include "dialects/dlc/Indexing.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

template <typename OpTy>
static LogicalResult exportGather(OpTy op, Exporter &exporter) {
  bool isElements = std::is_same_v<OpTy, GatherElementsOp>;
  exporter
      .add(op, isElements ? "GatherElements" : "Gather", exporter.operands(op))
      .set("axis", int64_t(op.getAxis()));
  return success();
}

static LogicalResult exportGatherND(GatherNDOp op, Exporter &exporter) {
  exporter.add(op, "GatherND", exporter.operands(op))
      .set("batch_dims", int64_t(op.getBatchDims()));
  return success();
}

static StringRef getReduction(ScatterMode mode) {
  return mode == ScatterMode::replace ? "none" : stringifyScatterMode(mode);
}

static LogicalResult exportScatterElements(ScatterElementsOp op,
                                           Exporter &exporter) {
  exporter.add(op, "ScatterElements", exporter.operands(op))
      .set("axis", int64_t(op.getAxis()))
      .set("reduction", getReduction(op.getMode()));
  return success();
}

static LogicalResult exportScatterND(ScatterNDOp op, Exporter &exporter) {
  exporter.add(op, "ScatterND", exporter.operands(op))
      .set("reduction", getReduction(op.getMode()));
  return success();
}

/// ONNX wants `off` and `on` in one tensor.
static LogicalResult exportOneHot(OneHotOp op, Exporter &exporter) {
  auto type = cast<RankedTensorType>(op.getType());
  if (type.isDynamicDim(op.getAxis()))
    return op.emitError("ONNX needs to know the depth of OneHot");
  std::string one = exporter.integers({1});
  auto asVector = [&](Value value) {
    return exporter.addStep(op, "Reshape", {exporter.name(value), one})
        .getOutput();
  };
  std::string off = asVector(op.getOff()), on = asVector(op.getOn());
  std::string values = exporter.addStep(op, "Concat", {off, on})
                           .set("axis", int64_t(0))
                           .getOutput();
  std::string depth = exporter.integers({type.getDimSize(op.getAxis())});
  exporter.add(op, "OneHot", {exporter.name(op.getIndices()), depth, values})
      .set("axis", int64_t(op.getAxis()));
  return success();
}

static LogicalResult exportTrilu(TriluOp op, Exporter &exporter) {
  Type i64 = IntegerType::get(op.getContext(), 64);
  exporter
      .add(op, "Trilu",
           {exporter.name(op.getX()),
            exporter.scalar(double(int64_t(op.getK())), i64)})
      .set("upper", op.getUpper());
  return success();
}

void dlc::onnxexport::registerIndexingOps(OpRegistry &registry) {
  registry.add(exportGather<GatherOp>);
  registry.add(exportGather<GatherElementsOp>);
  registry.add(exportGatherND);
  registry.add(exportScatterElements);
  registry.add(exportScatterND);
  registry.add(exportOneHot);
  registry.add(exportTrilu);
}
