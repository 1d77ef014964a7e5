//===- OpenSizes.cpp - Open sizes to ONNX ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX has no expressions of sizes: a model computes them from the shapes of
// its inputs.
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"

#include "dialects/dlc/Constant.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

/// The vector of one element that holds a size.
FailureOr<std::string> Exporter::size(Operation *op, AffineExpr expr) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return integers(constant.getValue());
  if (auto known = sizeNames.find(expr); known != sizeNames.end())
    return known->second;
  std::string name;
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
    auto place = symbolPlaces.find(symbol.getPosition());
    if (place == symbolPlaces.end())
      return op->emitError("no input has the open size s")
             << symbol.getPosition() << " as it is";
    auto [input, axis] = place->second;
    name = addStep(op, "Shape", names.lookup(input))
               .set("start", axis)
               .set("end", axis + 1)
               .getOutput();
  } else {
    auto binary = cast<AffineBinaryOpExpr>(expr);
    FailureOr<std::string> lhs = size(op, binary.getLHS());
    FailureOr<std::string> rhs = size(op, binary.getRHS());
    if (failed(lhs) || failed(rhs))
      return failure();
    StringRef opType = expr.getKind() == AffineExprKind::Add   ? "Add"
                       : expr.getKind() == AffineExprKind::Mul ? "Mul"
                       : expr.getKind() == AffineExprKind::Mod ? "Mod"
                                                               : "Div";
    name = addStep(op, opType, {*lhs, *rhs}).getOutput();
  }
  sizeNames[expr] = name;
  return name;
}

FailureOr<std::string> Exporter::sizes(Operation *op, ArrayRef<Dim> dims) {
  if (!isAnyDynamic(dims))
    return integers(toSizes(dims));
  SmallVector<std::string> parts;
  for (const Dim &dim : dims) {
    if (dim.isUnknown())
      return op->emitError("a size isn't known, not even as an expression");
    FailureOr<std::string> part = size(op, dim.getExpr(context));
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  if (parts.size() == 1)
    return parts.front();
  return addStep(op, "Concat", parts).set("axis", int64_t(0)).getOutput();
}

/// Finds an input's dimension for each symbol.
void Exporter::placeSymbols(func::FuncOp main) {
  for (BlockArgument argument : main.getArguments())
    for (auto [axis, dim] : llvm::enumerate(getDims(argument)))
      if (auto symbol = dyn_cast_or_null<AffineSymbolExpr>(dim.getSymbolic()))
        symbolPlaces.try_emplace(symbol.getPosition(), argument, axis);
}

static LogicalResult exportSizes(SizesOp op, Exporter &exporter) {
  Shape dims = llvm::map_to_vector<6>(op.getValues().getDims(),
                                      [](AffineExpr e) { return Dim(e); });
  FailureOr<std::string> sizes = exporter.sizes(op, dims);
  if (failed(sizes))
    return failure();
  RankedTensorType type = op.getType();
  std::string cast = exporter.addStep(op, "Cast", *sizes)
                         .set("to", int64_t(getDType(type.getElementType())))
                         .getOutput();
  exporter.add(op, "Reshape", {cast, exporter.integers(type.getShape())});
  return success();
}

static LogicalResult exportRange(RangeOp op, Exporter &exporter) {
  RankedTensorType type = op.getType();
  if (!isa<IntegerType>(type.getElementType()))
    return op.emitError(
        "a range of floating point numbers whose length is open "
        "has no exact spelling in ONNX");
  FailureOr<std::string> count = exporter.sizes(op, getDims(type));
  if (failed(count))
    return failure();
  std::string start = exporter.name(op.getStart()),
              delta = exporter.name(op.getDelta());
  std::string number =
      exporter
          .addStep(
              op, "Cast",
              exporter
                  .addStep(op, "Reshape",
                           {*count, exporter.integers(ArrayRef<int64_t>())})
                  .getOutput())
          .set("to", int64_t(getDType(type.getElementType())))
          .getOutput();
  std::string length = exporter.addStep(op, "Mul", {number, delta}).getOutput();
  std::string limit = exporter.addStep(op, "Add", {start, length}).getOutput();
  exporter.add(op, "Range", {start, limit, delta});
  return success();
}

void dlc::onnxexport::registerOpenSizeOps(OpRegistry &registry) {
  registry.add(exportSizes);
  registry.add(exportRange);
}
