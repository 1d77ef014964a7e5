//===- BindDestinations.cpp - Functions on the caller's buffers -----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorSizes.h"

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
using namespace dlc;

static bool isTensor(Type type) { return isa<RankedTensorType>(type); }

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
    ArrayRef<Type> arguments = func.getArgumentTypes();
    auto isIndex = [](Type type) { return type.isIndex(); };
    if (func.isExternal() ||
        !llvm::all_of(llvm::make_range(arguments.begin(),
                                       llvm::find_if(arguments, isIndex)),
                      isTensor) ||
        !llvm::all_of(llvm::make_range(llvm::find_if(arguments, isIndex),
                                       arguments.end()),
                      isIndex) ||
        !llvm::all_of(func.getResultTypes(), isTensor)) {
      func.emitError("only a function with a body, on ranked tensors and then "
                     "sizes, can be bound to buffers");
      return signalPassFailure();
    }
    symbols = SizeSymbols::get(func);
    if (!symbols.values.empty())
      hoistSizes(func);
    separateDestinations(func);
    nestDestinations(func);
    bindArguments(func);
    bindResults(func);
  }

  /// Computes all sizes that are made of the function's symbols at its
  /// beginning, so that what is of these sizes may move.
  void hoistSizes(func::FuncOp func) {
    Block &block = func.getBody().front();
    OpBuilder builder(func);
    SmallVector<tensor::DimOp> dims;
    func.walk([&](tensor::DimOp dim) { dims.push_back(dim); });
    for (tensor::DimOp dim : dims) {
      std::optional<int64_t> position = dim.getConstantIndex();
      FailureOr<SmallVector<AffineExpr>> sizes =
          getTensorSizes(dim.getSource());
      if (!position || failed(sizes) || *position < 0 ||
          *position >= static_cast<int64_t>(sizes->size()))
        continue;
      builder.setInsertionPointToStart(&block);
      dim.replaceAllUsesWith(buildSizeValue(
          builder, dim.getLoc(), (*sizes)[*position], symbols.values));
      dim.erase();
    }
    Operation *next = &block.front();
    SmallVector<Operation *> sizes;
    func.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<linalg::LinalgOp>(op))
        return WalkResult::skip();
      if (op->getNumResults() == 1 && op->getResult(0).getType().isIndex() &&
          getSizeExpr(op->getResult(0)))
        sizes.push_back(op);
      return WalkResult::advance();
    });
    for (Operation *op : sizes) {
      if (op == next)
        next = op->getNextNode();
      else
        op->moveBefore(next);
    }
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
      // A loop writes to what it begins with.
      if (auto loop = dyn_cast<LoopLikeOpInterface>(op))
        for (OpOperand &init : loop.getInitsMutable())
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
    if (!insert.getSource().getDefiningOp<tensor::InsertSliceOp>())
      return;
    tensor::EmptyOp begin = findBegin(insert.getSource());
    if (!begin || !begin->hasOneUse() || !insert.getDest().hasOneUse() ||
        !areAvailable(insert->getOperands().drop_front(2), begin, dominance))
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
               slice && areAvailable(slice->getOperands().drop_front(), begin,
                                     dominance))
        value = slice.getSource();
      else if (isa<tensor::EmptyOp>(def) &&
               areAvailable(def->getOperands(), begin, dominance))
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

  static bool areAvailable(ValueRange sizes, Operation *op,
                           DominanceInfo &dominance) {
    return llvm::all_of(sizes, [&](Value size) {
      return dominance.properlyDominates(size, op);
    });
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
    for (BlockArgument argument : func.getArguments()) {
      Type tensorType = argument.getType();
      if (!isTensor(tensorType))
        continue;
      argument.setType(getBufferType(tensorType));
      auto tensor = bufferization::ToTensorOp::create(
          builder, func.getLoc(), tensorType, argument, /*restrict=*/true,
          /*writable=*/false);
      argument.replaceAllUsesExcept(tensor, tensor);
    }
  }

  /// Results are materialized in further arguments, before the sizes.
  void bindResults(func::FuncOp func) {
    Block &block = func.getBody().front();
    SmallVector<DictionaryAttr> argumentAttrs, resultAttrs;
    func.getAllArgAttrs(argumentAttrs);
    func.getAllResultAttrs(resultAttrs);
    unsigned position = llvm::count_if(func.getArgumentTypes(), isTensor);
    argumentAttrs.insert(argumentAttrs.begin() + position, resultAttrs.begin(),
                         resultAttrs.end());

    Operation *terminator = block.getTerminator();
    OpBuilder builder(terminator);
    for (Value result : terminator->getOperands()) {
      BlockArgument destination = block.insertArgument(
          position++, getBufferType(result.getType()), result.getLoc());
      bool isThere = bindBranch(result, destination);
      materialize(builder, result, destination, /*restrict=*/!isThere);
    }
    terminator->setOperands({});
    func.setType(builder.getFunctionType(block.getArgumentTypes(), {}));
    func.removeResAttrsAttr();
    func.setAllArgAttrs(argumentAttrs);
  }

  /// Lets both ways of a branch write their result to `buffer`, where it is
  /// used nowhere else. False if `result` isn't such a result.
  static bool bindBranch(Value result, Value buffer) {
    Value value = result;
    while (auto branch = value.getDefiningOp<scf::IfOp>()) {
      if (!value.hasOneUse())
        return false;
      value = branch.thenYield().getOperand(
          cast<OpResult>(value).getResultNumber());
    }
    auto put = value.getDefiningOp<bufferization::MaterializeInDestinationOp>();
    auto alloc =
        put ? put.getDest().getDefiningOp<bufferization::AllocTensorOp>()
            : bufferization::AllocTensorOp();
    if (value == result || !alloc || alloc.getCopy())
      return false;
    OpBuilder builder(alloc);
    alloc.replaceAllUsesWith(
        bufferization::ToTensorOp::create(builder, alloc.getLoc(),
                                          alloc.getType(), buffer,
                                          /*restrict=*/true, /*writable=*/true)
            .getResult());
    alloc.erase();
    return true;
  }

  /// Writes `result` to `buffer`; a reshaped result is written as what it was
  /// reshaped from, so that its producer needs no buffer of its own.
  void materialize(OpBuilder &builder, Value result, Value buffer,
                   bool restrict) {
    Location loc = result.getLoc();
    while (true) {
      if (auto collapse = result.getDefiningOp<tensor::CollapseShapeOp>()) {
        FailureOr<SmallVector<AffineExpr>> exprs =
            getTensorSizes(collapse.getSrc());
        if (failed(exprs))
          break;
        SmallVector<OpFoldResult> sizes;
        for (AffineExpr expr : *exprs)
          sizes.push_back(buildSize(builder, loc, expr, symbols.values));
        buffer = memref::ExpandShapeOp::create(
            builder, loc, collapse.getSrcType().getShape(), buffer,
            collapse.getReassociationIndices(), sizes);
      } else if (auto expand = result.getDefiningOp<tensor::ExpandShapeOp>()) {
        buffer = memref::CollapseShapeOp::create(
            builder, loc, buffer, expand.getReassociationIndices());
      } else {
        break;
      }
      result = result.getDefiningOp()->getOperand(0);
    }
    bufferization::MaterializeInDestinationOp::create(
        builder, loc, /*result=*/Type(), result, buffer, restrict,
        /*writable=*/true);
  }

  SizeSymbols symbols;
};
} // namespace
