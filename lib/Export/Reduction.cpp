//===- Reduction.cpp - Reductions to ONNX ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"

#include "dialects/dlc/Reduction.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

template <typename OpTy> static StringRef getReduceName() {
  return llvm::StringSwitch<StringRef>(OpTy::getOperationName())
      .Case("dlc.reduce_sum", "ReduceSum")
      .Case("dlc.reduce_mean", "ReduceMean")
      .Case("dlc.reduce_prod", "ReduceProd")
      .Case("dlc.reduce_max", "ReduceMax")
      .Case("dlc.reduce_min", "ReduceMin");
}

template <typename OpTy>
static LogicalResult exportReduce(OpTy op, Exporter &exporter) {
  // Without axes ONNX would reduce all of them.
  exporter
      .add(op, getReduceName<OpTy>(),
           {exporter.name(op.getX()), exporter.integers(op.getAxes())})
      .set("keepdims", op.getKeepdims())
      .set("noop_with_empty_axes", true);
  return success();
}

template <typename OpTy>
static LogicalResult exportArgReduce(OpTy op, Exporter &exporter) {
  bool isMax = std::is_same_v<OpTy, ArgMaxOp>;
  exporter.add(op, isMax ? "ArgMax" : "ArgMin", exporter.operands(op))
      .set("axis", int64_t(op.getAxis()))
      .set("keepdims", op.getKeepdims())
      .set("select_last_index", op.getSelectLast());
  return success();
}

template <typename OpTy>
static LogicalResult exportAlongAxis(OpTy op, Exporter &exporter) {
  StringRef name = llvm::StringSwitch<StringRef>(OpTy::getOperationName())
                       .Case("dlc.softmax", "Softmax")
                       .Case("dlc.log_softmax", "LogSoftmax")
                       .Case("dlc.hardmax", "Hardmax");
  exporter.add(op, name, exporter.operands(op))
      .set("axis", int64_t(op.getAxis()));
  return success();
}

static LogicalResult exportCumSum(CumSumOp op, Exporter &exporter) {
  Type i64 = IntegerType::get(op.getContext(), 64);
  exporter
      .add(op, "CumSum",
           {exporter.name(op.getX()),
            exporter.scalar(double(op.getAxis()), i64)})
      .set("exclusive", op.getExclusive())
      .set("reverse", op.getReverse());
  return success();
}

void dlc::onnxexport::registerReductionOps(OpRegistry &registry) {
  registry.add(exportReduce<ReduceSumOp>);
  registry.add(exportReduce<ReduceMeanOp>);
  registry.add(exportReduce<ReduceProdOp>);
  registry.add(exportReduce<ReduceMaxOp>);
  registry.add(exportReduce<ReduceMinOp>);
  registry.add(exportArgReduce<ArgMaxOp>);
  registry.add(exportArgReduce<ArgMinOp>);
  registry.add(exportAlongAxis<SoftmaxOp>);
  registry.add(exportAlongAxis<LogSoftmaxOp>);
  registry.add(exportAlongAxis<HardmaxOp>);
  registry.add(exportCumSum);
}
