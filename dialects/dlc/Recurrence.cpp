//===- Recurrence.cpp - Recurrent layers ----------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Recurrence.h"

#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Recurrence.cpp.inc"

void DLCDialect::addRecurrenceOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Recurrence.cpp.inc"
      >();
}

namespace {
/// The sizes of a layer.
struct LayerSizes {
  Dim steps, batch, input;
  int64_t directions, hidden;
};
} // namespace

/// Fails unless the operand, if it is there, has `x`'s element type and the
/// shape.
static LogicalResult checkOperand(MaybeLocation location, StringRef name,
                                  Value operand, Value x,
                                  ArrayRef<Dim> expected) {
  if (!operand)
    return success();
  return success(
      succeeded(checkElementTypes(location, "x", x.getType(), name,
                                  operand.getType())) &&
      succeeded(checkShape(location, name, getDims(operand), expected)));
}

/// Reads the sizes of the layer, the hidden size from `r`; checks what all
/// layers share.
template <typename OpTy>
static FailureOr<LayerSizes> checkLayer(MaybeLocation location,
                                        typename OpTy::Adaptor adaptor) {
  Value x = adaptor.getX(), r = adaptor.getR();
  if (failed(checkRank(location, "x", x.getType(), 3)) ||
      failed(checkRank(location, "r", r.getType(), 3)))
    return failure();
  Shape xDims = getDims(x);
  LayerSizes sizes{xDims[0], xDims[1], xDims[2], 1, 0};
  if (adaptor.getDirection() == Direction::bidirectional)
    sizes.directions = 2;
  Dim hidden = getDim(r.getType(), 2);
  if (!hidden.isNumber() || hidden.getSize() < 1)
    return emitOptionalError(location, "the hidden size, dimension 2 of r, is ",
                             hidden.getText(), ", expected at least 1");
  sizes.hidden = hidden.getSize();
  std::optional<int64_t> rows =
      llvm::checkedMul(sizes.hidden, 2 * OpTy::getNumGates());
  if (!rows)
    return emitOptionalError(location,
                             "the hidden size is too large: ", sizes.hidden);
  size_t functions = sizes.directions * OpTy::getNumFunctions();
  if (failed(checkLength(location, "activations",
                         adaptor.getActivations().size(), functions)) ||
      failed(checkLength(location, "alphas", adaptor.getAlphas().size(),
                         functions)) ||
      failed(
          checkLength(location, "betas", adaptor.getBetas().size(), functions)))
    return failure();
  if (std::optional<APFloat> clip = adaptor.getClip();
      clip && !(clip->convertToDouble() >= 0))
    return emitOptionalError(location, "clip is negative or not a number");
  Dim directions = sizes.directions;
  if (failed(checkOperand(location, "w", adaptor.getW(), x,
                          {directions, *rows / 2, sizes.input})) ||
      failed(checkOperand(location, "r", r, x,
                          {directions, *rows / 2, sizes.hidden})) ||
      failed(checkOperand(location, "bias", adaptor.getBias(), x,
                          {directions, *rows})) ||
      failed(checkOperand(location, "initial_h", adaptor.getInitialH(), x,
                          {directions, sizes.batch, sizes.hidden})))
    return failure();
  if (Value lengths = adaptor.getLengths())
    if (failed(
            checkShape(location, "lengths", getDims(lengths), {sizes.batch})))
      return failure();
  return sizes;
}

/// Appends the types of the states after each step and of `states` last ones.
static LogicalResult appendStates(MaybeLocation location,
                                  const LayerSizes &sizes, Value x,
                                  unsigned states, TypeVector &types) {
  Type elementType = cast<RankedTensorType>(x.getType()).getElementType();
  Dim directions = sizes.directions, hidden = sizes.hidden;
  if (failed(appendTensor(location,
                          {sizes.steps, directions, sizes.batch, hidden},
                          elementType, types)))
    return failure();
  for (unsigned i = 0; i < states; ++i)
    if (failed(appendTensor(location, {directions, sizes.batch, hidden},
                            elementType, types)))
      return failure();
  return success();
}

/// The types of a layer without a state beside its output.
template <typename OpT>
static LogicalResult inferLayer(MaybeLocation location,
                                typename OpT::Adaptor adaptor,
                                TypeVector &types) {
  FailureOr<LayerSizes> sizes = checkLayer<OpT>(location, adaptor);
  return failed(sizes) ? failure()
                       : appendStates(location, *sizes, adaptor.getX(),
                                      /*states=*/1, types);
}

LogicalResult RNNOp::inferReturnTypes(MLIRContext *context,
                                      MaybeLocation location, Adaptor adaptor,
                                      TypeVector &types) {
  return inferLayer<RNNOp>(location, adaptor, types);
}

LogicalResult GRUOp::inferReturnTypes(MLIRContext *context,
                                      MaybeLocation location, Adaptor adaptor,
                                      TypeVector &types) {
  return inferLayer<GRUOp>(location, adaptor, types);
}

LogicalResult LSTMOp::inferReturnTypes(MLIRContext *context,
                                       MaybeLocation location, Adaptor adaptor,
                                       TypeVector &types) {
  FailureOr<LayerSizes> sizes = checkLayer<LSTMOp>(location, adaptor);
  if (failed(sizes))
    return failure();
  Value x = adaptor.getX();
  Dim directions = sizes->directions, hidden = sizes->hidden;
  if (failed(checkOperand(location, "initial_c", adaptor.getInitialC(), x,
                          {directions, sizes->batch, hidden})) ||
      failed(checkOperand(location, "peepholes", adaptor.getPeepholes(), x,
                          {directions, 3 * sizes->hidden})))
    return failure();
  return appendStates(location, *sizes, x, /*states=*/2, types);
}
