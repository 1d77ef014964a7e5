//===- BindDestinations.cpp - Functions on the caller's buffers -----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"

namespace dlc {
#define GEN_PASS_DEF_BINDDESTINATIONS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;

static MemRefType getBufferType(Type type) {
  auto tensorType = cast<RankedTensorType>(type);
  return MemRefType::get(tensorType.getShape(), tensorType.getElementType());
}

namespace {
struct BindDestinationsPass final
    : public dlc::impl::BindDestinationsBase<BindDestinationsPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    auto isTensor = [](Type type) { return isa<RankedTensorType>(type); };
    // The open sizes are the last arguments.
    numTensors = func.getNumArguments();
    while (numTensors > 0 && func.getArgumentTypes()[numTensors - 1].isIndex())
      --numTensors;
    if (func.isExternal() ||
        !llvm::all_of(func.getArgumentTypes().take_front(numTensors),
                      isTensor) ||
        !llvm::all_of(func.getResultTypes(), isTensor)) {
      func.emitError("only a function with a body, on ranked tensors, can be "
                     "bound to buffers");
      return signalPassFailure();
    }
    separateDestinations(func);
    nestDestinations(func);
    bindArguments(func);
    bindResults(func);
  }

  /// Gives every op an empty or filled tensor of its own to write to: ops that
  /// share one would share a buffer, or copy it.
  void separateDestinations(func::FuncOp func) {
    SmallVector<OpOperand *> destinations;
    func.walk([&](Operation *op) {
      if (auto destinationStyle = dyn_cast<DestinationStyleOpInterface>(op))
        for (OpOperand &init : destinationStyle.getDpsInitsMutable())
          destinations.push_back(&init);
      if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
        destinations.push_back(&insert.getDestMutable());
      // A loop writes to what it begins with, element by element.
      if (auto loop = dyn_cast<scf::ForOp>(op))
        for (OpOperand &init : loop.getInitArgsMutable())
          destinations.push_back(&init);
    });
    // Backwards, so that what a cloned fill is filled into is cloned after it.
    for (OpOperand *destination : llvm::reverse(destinations))
      separate(*destination);
  }

  void separate(OpOperand &destination) {
    Operation *def = destination.get().getDefiningOp();
    if (!isa_and_nonnull<tensor::EmptyOp, linalg::FillOp>(def) ||
        def->hasOneUse())
      return;
    OpBuilder builder(destination.getOwner());
    Operation *clone = builder.clone(*def);
    destination.set(clone->getResult(0));
    if (auto fill = dyn_cast<linalg::FillOp>(clone))
      separate(fill.getOutputsMutable()[0]);
  }

  /// Makes what is assembled to become a part of another tensor, as the result
  /// of a concatenation that the next one takes in, part of it from the
  /// beginning. Outermost first: the parts of a part then follow.
  void nestDestinations(func::FuncOp func) {
    SmallVector<tensor::InsertSliceOp> inserts;
    func.walk([&](tensor::InsertSliceOp insert) { inserts.push_back(insert); });
    DominanceInfo dominance(func);
    for (tensor::InsertSliceOp insert : llvm::reverse(inserts))
      nest(insert, dominance);
  }

  void nest(tensor::InsertSliceOp insert, DominanceInfo &dominance) {
    if (!insert.getSource().getDefiningOp<tensor::InsertSliceOp>() ||
        insert->getNumOperands() > 2) // static offsets, sizes and strides
      return;
    tensor::EmptyOp begin = findBegin(insert.getSource());
    if (!begin || !begin->hasOneUse() || !insert.getDest().hasOneUse())
      return;
    // What it is to be a part of must be there before it.
    SmallVector<Operation *> whole;
    for (Value value = insert.getDest();;) {
      Operation *def = value.getDefiningOp();
      if (!def || def->getBlock() != begin->getBlock())
        return;
      whole.push_back(def);
      auto fill = dyn_cast<linalg::FillOp>(def);
      if (fill && !dominance.properlyDominates(fill.getInputs().front(), begin))
        return;
      if (fill)
        value = fill.getOutputs().front();
      else if (auto slice = dyn_cast<tensor::ExtractSliceOp>(def);
               slice && slice->getNumOperands() == 1)
        value = slice.getSource();
      else if (isa<tensor::EmptyOp>(def))
        break;
      else
        return;
    }
    for (Operation *op : llvm::reverse(whole))
      if (begin->isBeforeInBlock(op))
        op->moveBefore(begin);
    OpBuilder builder(begin);
    begin->replaceAllUsesWith(tensor::ExtractSliceOp::create(
        builder, insert.getLoc(), insert.getSourceType(), insert.getDest(),
        insert.getMixedOffsets(), insert.getMixedSizes(),
        insert.getMixedStrides()));
    begin.erase();
  }

  /// The empty tensor that insertions and fills have made `value` of.
  static tensor::EmptyOp findBegin(Value value) {
    while (Operation *def = value.getDefiningOp()) {
      if (auto insert = dyn_cast<tensor::InsertSliceOp>(def))
        value = insert.getDest();
      else if (auto fill = dyn_cast<linalg::FillOp>(def))
        value = fill.getOutputs().front();
      else
        return dyn_cast<tensor::EmptyOp>(def);
    }
    return nullptr;
  }

  /// Arguments are read from memrefs that nothing else aliases.
  void bindArguments(func::FuncOp func) {
    OpBuilder builder(func.getBody());
    for (BlockArgument argument : func.getArguments().take_front(numTensors)) {
      Type tensorType = argument.getType();
      argument.setType(getBufferType(tensorType));
      auto tensor = bufferization::ToTensorOp::create(
          builder, func.getLoc(), tensorType, argument, /*restrict=*/true,
          /*writable=*/false);
      argument.replaceAllUsesExcept(tensor, tensor);
    }
  }

  /// Results are materialized in further arguments, before the open sizes.
  void bindResults(func::FuncOp func) {
    SmallVector<DictionaryAttr> argumentAttrs, resultAttrs;
    func.getAllArgAttrs(argumentAttrs);
    func.getAllResultAttrs(resultAttrs);
    argumentAttrs.insert(argumentAttrs.begin() + numTensors,
                         resultAttrs.begin(), resultAttrs.end());

    Operation *terminator = func.getBody().front().getTerminator();
    OpBuilder builder(terminator);
    for (auto [i, result] : llvm::enumerate(terminator->getOperands())) {
      BlockArgument destination = func.getBody().insertArgument(
          numTensors + i, getBufferType(result.getType()), result.getLoc());
      materialize(builder, result, destination);
    }
    terminator->setOperands({});
    func.setType(
        builder.getFunctionType(func.getBody().front().getArgumentTypes(), {}));
    func.removeResAttrsAttr();
    func.setAllArgAttrs(argumentAttrs);
  }

  /// The sizes of a tensor, where possible as known before its producer: what
  /// is to be a view of its destination must not depend on it.
  static SmallVector<OpFoldResult> getSizes(OpBuilder &builder, Value value) {
    while (Operation *def = value.getDefiningOp()) {
      OpResult result = cast<OpResult>(value);
      if (auto destinationStyle = dyn_cast<DestinationStyleOpInterface>(def))
        value = destinationStyle.getTiedOpOperand(result)->get();
      else if (auto loop = dyn_cast<scf::ForOp>(def))
        value = loop.getInitArgs()[result.getResultNumber()];
      else if (auto insert = dyn_cast<tensor::InsertSliceOp>(def))
        value = insert.getDest();
      else if (auto empty = dyn_cast<tensor::EmptyOp>(def))
        return empty.getMixedSizes();
      else
        break;
    }
    return tensor::getMixedSizes(builder, value.getLoc(), value);
  }

  /// Writes `result` to `buffer`; a reshaped result is written as what it was
  /// reshaped from, so that its producer needs no buffer of its own.
  void materialize(OpBuilder &builder, Value result, Value buffer) {
    Location loc = result.getLoc();
    while (true) {
      if (auto collapse = result.getDefiningOp<tensor::CollapseShapeOp>())
        buffer = memref::ExpandShapeOp::create(
            builder, loc, collapse.getSrcType().getShape(), buffer,
            collapse.getReassociationIndices(),
            getSizes(builder, collapse.getSrc()));
      else if (auto expand = result.getDefiningOp<tensor::ExpandShapeOp>())
        buffer = memref::CollapseShapeOp::create(
            builder, loc, buffer, expand.getReassociationIndices());
      else
        break;
      result = result.getDefiningOp()->getOperand(0);
    }
    bufferization::MaterializeInDestinationOp::create(
        builder, loc, /*result=*/Type(), result, buffer, /*restrict=*/true,
        /*writable=*/true);
  }

  unsigned numTensors = 0;
};
} // namespace
