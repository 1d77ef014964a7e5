//===- BindDestinations.cpp - Functions on the caller's buffers -----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorSizes.h"

#include "dlc/Codegen/Passes.h"
#include "dlc/Support/KeptState.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
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
    if (func.getName() == kDefineSizeName)
      return;
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
    FailureOr<unsigned> numStates = moveStates(func);
    if (failed(numStates))
      return signalPassFailure();
    symbols = SizeSymbols::get(func);
    if (!symbols.values.empty())
      hoistSizes(func);
    separateDestinations(func);
    nestDestinations(func);
    bindArguments(func);
    bindResults(func, *numStates);
  }

  /// Puts the arguments that are states behind all others that are tensors;
  /// how many there are.
  FailureOr<unsigned> moveStates(func::FuncOp func) {
    unsigned end = llvm::count_if(func.getArgumentTypes(), isTensor);
    unsigned numStates = 0;
    for (unsigned i = 0; i + numStates < end;) {
      FailureOr<std::optional<KeptState>> state = KeptState::get(func, i);
      if (failed(state))
        return failure();
      if (!*state) {
        ++i;
        continue;
      }
      BlockArgument argument = func.getArgument(i);
      if ((*state)->result >= func.getNumResults() ||
          func.getResultTypes()[(*state)->result] != argument.getType()) {
        func.emitError("argument ") << i << " is a state without a result of "
                                    << "its type";
        return failure();
      }
      if (failed(func.insertArgument(end, argument.getType(),
                                     func.getArgAttrDict(i),
                                     argument.getLoc())))
        return failure();
      argument.replaceAllUsesWith(func.getArgument(end));
      if (failed(func.eraseArgument(i)))
        return failure();
      ++numStates;
    }
    return numStates;
  }

  /// Computes all sizes that are made of the function's symbols where these are
  /// known first, at its beginning or where one is found, so that what is of
  /// these sizes may move.
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
      symbols.setInsertionPoint(builder, func, (*sizes)[*position]);
      dim.replaceAllUsesWith(buildSizeValue(
          builder, dim.getLoc(), (*sizes)[*position], symbols.values));
      dim.erase();
    }
    Operation *next = &block.front();
    // The last one behind each definition.
    DenseMap<Operation *, Operation *> lasts;
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
      if (isa<func::CallOp>(op))
        continue;
      if (Operation *definition =
              symbols.getLastDefinition(getSizeExpr(op->getResult(0)))) {
        Operation *&last =
            lasts.try_emplace(definition, definition).first->second;
        if (op == next)
          next = op->getNextNode();
        op->moveAfter(last);
        last = op;
        continue;
      }
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

  /// Arguments are read from memrefs that nothing else aliases. Those of states
  /// are written, too.
  void bindArguments(func::FuncOp func) {
    OpBuilder builder(func.getBody());
    for (BlockArgument argument : func.getArguments()) {
      Type tensorType = argument.getType();
      if (!isTensor(tensorType))
        continue;
      argument.setType(getBufferType(tensorType));
      auto tensor = bufferization::ToTensorOp::create(
          builder, func.getLoc(), tensorType, argument, /*restrict=*/true,
          /*writable=*/isKeptState(func, argument.getArgNumber()));
      argument.replaceAllUsesExcept(tensor, tensor);
    }
  }

  /// Results are materialized in further arguments, behind the others; those
  /// of states in the states.
  void bindResults(func::FuncOp func, unsigned numStates) {
    Block &block = func.getBody().front();
    unsigned position =
        llvm::count_if(func.getArgumentTypes(), isTensor) - numStates;
    DenseMap<unsigned, BlockArgument> states;
    for (unsigned i = position; i < position + numStates; ++i)
      states[(*KeptState::get(func, i))->result] = block.getArgument(i);
    SmallVector<DictionaryAttr> argumentAttrs, resultAttrs;
    func.getAllArgAttrs(argumentAttrs);
    func.getAllResultAttrs(resultAttrs);
    Operation *terminator = block.getTerminator();
    OpBuilder builder(terminator);
    for (auto [i, result] : llvm::enumerate(terminator->getOperands())) {
      if (states.contains(i))
        continue;
      argumentAttrs.insert(argumentAttrs.begin() + position, resultAttrs[i]);
      BlockArgument destination = block.insertArgument(
          position++, getBufferType(result.getType()), result.getLoc());
      bool isThere = bindBranch(result, destination);
      materialize(builder, result, destination, /*restrict=*/!isThere);
    }
    // Outputs may be read from the old states, and states from each other.
    SmallVector<std::pair<Value, BlockArgument>> stores;
    for (auto [i, result] : llvm::enumerate(terminator->getOperands()))
      if (BlockArgument state = states.lookup(i))
        stores.push_back({readNext(builder, result, state), state});
    for (auto [next, state] : stores)
      memref::CopyOp::create(builder, next.getLoc(), next, state);
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

  /// The buffer of the next value of a state, which stays what it is while
  /// states are written: where it is the state's own, nothing is left to copy.
  /// (What materializes may write at once, to a buffer that it takes to be no
  /// other's.)
  Value readNext(OpBuilder &builder, Value result, BlockArgument state) {
    Location loc = result.getLoc();
    Value origin = findOrigin(result);
    bool isOwn = isa_and_nonnull<tensor::EmptyOp, arith::ConstantOp>(
        origin.getDefiningOp());
    if (auto old = origin.getDefiningOp<bufferization::ToTensorOp>())
      isOwn = old.getBuffer() == state;
    // It may lie where another state is written.
    if (!isOwn) {
      auto copy = bufferization::AllocTensorOp::create(
          builder, loc, cast<RankedTensorType>(result.getType()),
          /*dynamicSizes=*/ValueRange(), /*copy=*/result);
      result = copy;
    }
    auto type =
        cast<MemRefType>(bufferization::getMemRefTypeWithFullyDynamicLayout(
            cast<RankedTensorType>(result.getType())));
    return bufferization::ToBufferOp::create(builder, loc, type, result,
                                             /*read_only=*/true);
  }

  /// What a tensor was made of by views and by writing to a part of it; a value
  /// that isn't understood is its own origin.
  static Value findOrigin(Value tensor) {
    while (auto result = dyn_cast<OpResult>(tensor)) {
      Operation *def = result.getOwner();
      if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::CastOp,
              tensor::ExtractSliceOp>(def))
        tensor = def->getOperand(0);
      else if (auto insert = dyn_cast<tensor::InsertSliceOp>(def))
        tensor = insert.getDest();
      else if (auto loop = dyn_cast<scf::ForOp>(def))
        tensor = loop.getInitArgs()[result.getResultNumber()];
      else if (auto op = dyn_cast<DestinationStyleOpInterface>(def))
        tensor = op.getTiedOpOperand(result)->get();
      else
        break;
    }
    return tensor;
  }

  SizeSymbols symbols;
};
} // namespace
