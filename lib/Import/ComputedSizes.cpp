//===- ComputedSizes.cpp - Sizes that depend on data ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

#include "dialects/dlc/Constant.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace dlc::onnximport;

bool Node::isComputed(unsigned i) {
  Value value = getInput(i);
  return !failed && value && !dlc::readSizes(value) && !state.evaluate(value);
}

Value Node::number(int64_t value) {
  Type i64 = IntegerType::get(getContext(), 64);
  return failed ? Value()
                : constant(DenseElementsAttr::get(
                      RankedTensorType::get({}, i64), value));
}

Value Node::element(Value vector, int64_t i) {
  if (failed || !vector)
    return {};
  Value scalar = rankOf(vector) == 0 ? vector : slice(vector, 0, i, 1);
  return cast(reshape(scalar, {}), IntegerType::get(getContext(), 64));
}

/// The dimension that a type states; null if it doesn't.
static const onnx::TensorShapeProto::Dimension *
findStatedDim(const onnx::TypeProto *type, int64_t dim) {
  if (!type || !type->has_tensor_type() || !type->tensor_type().has_shape() ||
      dim >= type->tensor_type().shape().dim_size())
    return nullptr;
  return &type->tensor_type().shape().dim(dim);
}

std::string Node::getDimName(unsigned output, int64_t dim) {
  StringRef name = wantsOutput(output) ? StringRef(proto.output(output))
                                       : StringRef(proto.op_type());
  const auto *statedDim = findStatedDim(stated.lookup(name), dim);
  StringRef param = statedDim ? StringRef(statedDim->dim_param()) : StringRef();
  // A name that is a formula, or that of an open dimension, says what the size
  // is expected to be, not what it is.
  bool isName = !param.empty() && !state.findSymbol(param) &&
                llvm::all_of(param, [](char c) {
                  return llvm::isAlnum(c) || c == '_' || c == '.';
                });
  return isName ? param.str() : (name + "." + Twine(dim)).str();
}

Dim Node::getStatedBound(unsigned output, int64_t dim, unsigned input) {
  if (failed)
    return 0;
  std::string name = getDimName(output, dim);
  if (std::optional<int64_t> most = state.getGivenRange(name).max)
    return *most;
  const auto *statedDim =
      wantsOutput(output)
          ? findStatedDim(stated.lookup(proto.output(output)), dim)
          : nullptr;
  if (statedDim && statedDim->has_dim_value() && statedDim->dim_value() >= 0)
    return statedDim->dim_value();
  if (statedDim && !statedDim->dim_param().empty())
    if (AffineExpr symbol = state.findSymbol(statedDim->dim_param()))
      return Dim(symbol);
  error("the size of dimension " + Twine(dim) +
        " of its output depends on data and has no upper bound; " +
        state.getOptions().spellBound(name) +
        ", or let the model state it in the shape of the output, or " +
        state.explainUnknown(getInput(input)));
  return 0;
}

Dim Node::defineSize(Value value, const Dim &most, unsigned output, int64_t dim,
                     StringRef what) {
  if (failed || !value)
    return 0;
  std::string name = getDimName(output, dim);
  if (!what.empty())
    name += "." + what.str();
  AffineExpr bound = most.getExpr(getContext());
  AffineExpr symbol =
      bound ? state.addComputedSymbol(name, bound) : AffineExpr();
  if (!symbol) {
    error("the size of dimension " + Twine(dim) +
          " of its output depends on data and has no upper bound");
    return 0;
  }
  unsigned number = llvm::cast<AffineSymbolExpr>(symbol).getPosition();
  DefineSizeOp::create(builder, location, value, number);
  // Only one size will do.
  return most == Dim(0) ? most : Dim(symbol);
}

Value Node::branch(Value condition, Type type,
                   llvm::function_ref<Value()> thenBody,
                   llvm::function_ref<Value()> elseBody) {
  if (failed || !condition)
    return {};
  Value flag = tensor::ExtractOp::create(builder, location, condition);
  auto branch = scf::IfOp::create(builder, location, type, flag,
                                  /*withElseRegion=*/true);
  auto fill = [&](Region &region, llvm::function_ref<Value()> body) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(&region.front());
    if (Value value = body())
      scf::YieldOp::create(builder, location, value);
  };
  fill(branch.getThenRegion(), thenBody);
  fill(branch.getElseRegion(), elseBody);
  return failed ? Value() : branch.getResult(0);
}
