//===- FormKernels.cpp - Outlines kernels ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"

#include "BufferBox.h"
#include "CheckBuffers.h"
#include "CountFlops.h"
#include "LoopNest.h"
#include "MemoryPlan.h"
#include "dlc/Support/KeptState.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

namespace dlc {
#define GEN_PASS_DEF_FORMKERNELS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Preparation
//===----------------------------------------------------------------------===//

/// True for all of the buffer of a state that is added to.
static bool isGrowingState(Value buffer) {
  auto argument = dyn_cast<BlockArgument>(buffer);
  auto func = argument
                  ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp())
                  : func::FuncOp();
  auto state = func ? func.getArgAttrOfType<DictionaryAttr>(
                          argument.getArgNumber(), kStateAttrName)
                    : DictionaryAttr();
  return state && state.contains("axis");
}

/// Makes every copy and named op on buffers a linalg.generic, so that kernels
/// know one kind of op; fills stay, reductions take them in.
static LogicalResult generalize(func::FuncOp func) {
  IRRewriter rewriter(func.getContext());
  SmallVector<memref::CopyOp> copies;
  func.walk([&](memref::CopyOp copy) { copies.push_back(copy); });
  for (memref::CopyOp copy : copies) {
    // What bufferization leaves of an insertion that happened in place.
    if (copy.getSource() == copy.getTarget()) {
      rewriter.eraseOp(copy);
      continue;
    }
    if (isGrowingState(copy.getTarget()))
      return copy.emitError("a state that grows would be copied as a whole: "
                            "what is read of it after rows are added must be "
                            "read from the result");
    rewriter.setInsertionPoint(copy);
    auto type = cast<MemRefType>(copy.getTarget().getType());
    AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
    linalg::GenericOp::create(
        rewriter, copy.getLoc(), copy.getSource(), copy.getTarget(),
        ArrayRef<AffineMap>{identity, identity},
        SmallVector<utils::IteratorType>(type.getRank(),
                                         utils::IteratorType::parallel),
        [](OpBuilder &builder, Location loc, ValueRange arguments) {
          linalg::YieldOp::create(builder, loc, arguments.front());
        });
    rewriter.eraseOp(copy);
  }
  SmallVector<linalg::LinalgOp> named;
  func.walk([&](linalg::LinalgOp op) {
    if (!isa<linalg::GenericOp, linalg::FillOp>(op.getOperation()))
      named.push_back(op);
  });
  for (linalg::LinalgOp op : named) {
    rewriter.setInsertionPoint(op);
    if (failed(linalg::generalizeNamedOp(rewriter, op)))
      return op->emitError("has no generic form");
  }
  return success();
}

/// Moves buffers allocated inside loops to the function's entry: what they hold
/// doesn't survive an iteration. Their sizes are computed there.
static LogicalResult hoistAllocs(func::FuncOp func) {
  Block &entry = func.getBody().front();
  SmallVector<memref::AllocOp> allocs;
  func.walk([&](memref::AllocOp alloc) {
    if (alloc->getBlock() != &entry)
      allocs.push_back(alloc);
  });
  SizeSymbols symbols = SizeSymbols::get(func);
  for (memref::AllocOp alloc : allocs) {
    alloc->moveBefore(&entry, entry.begin());
    OpBuilder builder(alloc);
    for (OpOperand &size : alloc->getOpOperands()) {
      AffineExpr expr = getSizeExpr(size.get());
      if (!expr)
        return alloc.emitError("the buffer's size isn't known where the "
                               "function begins");
      size.set(buildSizeValue(builder, alloc.getLoc(), expr, symbols.values));
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Grouping
//===----------------------------------------------------------------------===//

namespace {
/// The ops of one kernel, in program order; the kernel is called where the last
/// of them stands.
struct Group {
  SmallVector<Operation *> ops;
  Operation *root = nullptr; // its result is the kernel's own if ops follow
};
} // namespace

static bool isWork(Operation *op) {
  return isa<linalg::LinalgOp>(op) ||
         isa<scf::ForOp, scf::IfOp, scf::WhileOp>(op);
}

/// True if what two values are views of has elements in common.
static bool overlap(Value a, Value b) {
  Value base = getBase(a);
  if (base != getBase(b))
    return false;
  std::optional<Box> aBox = getBox(a, base), bBox = getBox(b, base);
  return !aBox || !bBox || aBox->overlaps(*bBox);
}

/// True if `to`, or an op between `from` and it, writes what `from` reads: the
/// two can't run point by point.
static bool isInputOverwritten(linalg::GenericOp from, Operation *to) {
  SmallVector<Value> read;
  for (Value input : from.getDpsInputs())
    if (isa<MemRefType>(input.getType()))
      read.push_back(input);
  from->walk([&](memref::LoadOp load) { read.push_back(load.getMemRef()); });
  auto isRead = [&](Value written) {
    return llvm::any_of(read,
                        [&](Value value) { return overlap(value, written); });
  };
  Operation *end = to->getNextNode();
  for (Operation *op = from->getNextNode(); op != end; op = op->getNextNode()) {
    if (!isWork(op))
      continue;
    bool overwrites = false;
    op->walk([&](Operation *inner) {
      if (auto linalgOp = dyn_cast<linalg::LinalgOp>(inner))
        for (Value init : linalgOp.getDpsInits())
          overwrites |= isRead(init);
      if (auto store = dyn_cast<memref::StoreOp>(inner))
        overwrites |= isRead(store.getMemRef());
    });
    if (overwrites)
      return true;
  }
  return false;
}

/// The elementwise op that can take the result of `producer` from registers:
/// the only reader of a buffer that nothing but `producer` (and a fill) writes.
static linalg::GenericOp findEpilogue(linalg::GenericOp producer) {
  if (producer.getNumDpsInits() != 1)
    return nullptr;
  Value result = producer.getDpsInits().front();
  if (!result.getDefiningOp<memref::AllocOp>())
    return nullptr;
  linalg::GenericOp consumer;
  for (Operation *user : result.getUsers()) {
    if (user == producer || isa<linalg::FillOp>(user))
      continue;
    if (consumer && consumer != user)
      return nullptr;
    consumer = dyn_cast<linalg::GenericOp>(user);
    if (!consumer || user->getBlock() != producer->getBlock())
      return nullptr;
  }
  if (!consumer || !isFusableEpilogue(producer, consumer, result) ||
      isInputOverwritten(producer, consumer))
    return nullptr;
  return consumer;
}

/// The fills that only set where the accumulators of `op` start.
static SmallVector<Operation *> findFills(linalg::GenericOp op) {
  SmallVector<Operation *> fills;
  if (op.getNumReductionLoops() == 0)
    return fills;
  for (Value init : op.getDpsInits()) {
    linalg::FillOp fill;
    unsigned writers = 0;
    for (Operation *user : init.getUsers()) {
      if (isa<ViewLikeOpInterface>(user) || user->getBlock() != op->getBlock())
        continue;
      if (user->isBeforeInBlock(op)) {
        ++writers;
        fill = dyn_cast<linalg::FillOp>(user);
      }
    }
    if (writers == 1 && fill)
      fills.push_back(fill);
  }
  return fills;
}

/// Takes a fill and, as one kernel, those of the same buffer that follow it
/// with nothing but views between: the border around what others write.
static Group takeFills(linalg::FillOp first,
                       llvm::DenseSet<Operation *> &taken) {
  Value base = getBase(first.getDpsInits().front());
  Group group;
  for (Operation *op = first; op; op = op->getNextNode()) {
    auto fill = dyn_cast<linalg::FillOp>(op);
    if (fill && !taken.contains(op) &&
        getBase(fill.getDpsInits().front()) == base)
      group.ops.push_back(op);
    else if (!isa<ViewLikeOpInterface>(op))
      break;
  }
  taken.insert(group.ops.begin(), group.ops.end());
  group.root = group.ops.back();
  return group;
}

/// Groups the work of a block, in the order in which the kernels will be
/// called.
static SmallVector<Group> formGroups(Block &block) {
  llvm::DenseSet<Operation *> taken;
  llvm::MapVector<Operation *, Group> byLastOp;
  // Backwards, so that of several producers of an epilogue the last one, whose
  // inputs needn't wait, takes it.
  for (Operation &op : llvm::reverse(block)) {
    auto producer = dyn_cast<linalg::GenericOp>(op);
    if (!producer || producer.getNumReductionLoops() == 0)
      continue;
    Group group;
    group.root = producer;
    group.ops = findFills(producer);
    group.ops.push_back(producer);
    linalg::GenericOp epilogue = findEpilogue(producer);
    if (epilogue && !taken.contains(epilogue))
      group.ops.push_back(epilogue);
    taken.insert(group.ops.begin(), group.ops.end());
    Operation *last = group.ops.back();
    byLastOp.insert({last, std::move(group)});
  }
  SmallVector<Group> groups;
  for (Operation &op : block) {
    if (!isWork(&op))
      continue;
    if (auto it = byLastOp.find(&op); it != byLastOp.end())
      groups.push_back(it->second);
    else if (auto fill = dyn_cast<linalg::FillOp>(op);
             fill && !taken.contains(&op))
      groups.push_back(takeFills(fill, taken));
    else if (!taken.contains(&op))
      groups.push_back({{&op}, &op});
  }
  return groups;
}

//===----------------------------------------------------------------------===//
// Outlining
//===----------------------------------------------------------------------===//

/// The type a kernel sees a buffer as: any offset, if there is one.
static Type getArgumentType(Type type) {
  auto memrefType = dyn_cast<MemRefType>(type);
  SmallVector<int64_t> strides;
  int64_t offset;
  if (!memrefType || memrefType.getLayout().isIdentity() ||
      failed(memrefType.getStridesAndOffset(strides, offset)) || offset == 0)
    return type;
  return MemRefType::get(
      memrefType.getShape(), memrefType.getElementType(),
      StridedLayoutAttr::get(type.getContext(), ShapedType::kDynamic, strides));
}

/// Where a group came from: the nodes of all its ops.
static Location getLocation(const Group &group) {
  SmallVector<Location> locations = {group.root->getLoc()};
  for (Operation *op : group.ops)
    if (!isa<linalg::FillOp>(op))
      locations.push_back(op->getLoc());
  return FusedLoc::get(group.root->getContext(), locations);
}

/// The ONNX op type that an op came from, for the kernel's name.
static StringRef getOriginName(Location loc) {
  StringRef name = "kernel";
  loc->walk([&](Location inner) {
    auto nameLoc = dyn_cast<NameLoc>(inner);
    if (!nameLoc)
      return WalkResult::advance();
    name = nameLoc.getName().strref().split(':').first;
    return WalkResult::interrupt();
  });
  return name;
}

namespace {
/// What a group uses from outside.
struct Captures {
  SetVector<Value> arguments;
  /// Index values that the kernel computes from symbols of the function.
  SetVector<Value> sizes;
  /// Constants and private buffers, which move into the kernel.
  SetVector<Operation *> locals;
  /// The function's symbols that the kernel needs, in the order in which it
  /// comes upon them: they are its last arguments.
  SetVector<unsigned> symbols;
  /// The shapes of those arguments whose types don't say them.
  DenseMap<Value, BufferLayout> layouts;

  void add(Value value, const Group &group);
  void addSymbols(AffineExpr expr);
  /// Finds the layouts, and the symbols of all expressions.
  LogicalResult findSymbols(Operation *root);
};

class Outliner {
public:
  explicit Outliner(ModuleOp module) : module(module), symbols(module) {}

  LogicalResult outline(const Group &group);

  unsigned numKernels = 0;
  unsigned numCalls = 0;

private:
  func::FuncOp buildKernel(const Group &group, const Captures &captures,
                           const SizeSymbols &mainSymbols);
  func::FuncOp deduplicate(func::FuncOp kernel, StringRef origin);

  ModuleOp module;
  SymbolTable symbols;
  llvm::StringMap<func::FuncOp> kernels;
};

/// Computes sizes of the function inside a kernel, from the kernel's symbols.
class SizeBuilder {
public:
  SizeBuilder(OpBuilder &builder, const Captures &captures, ValueRange symbols)
      : builder(builder), symbols(symbols) {
    for (auto [i, symbol] : llvm::enumerate(captures.symbols))
      renumbered[getAffineSymbolExpr(symbol, builder.getContext())] =
          getAffineSymbolExpr(i, builder.getContext());
  }

  OpFoldResult build(AffineExpr expr) {
    return buildSize(builder, builder.getUnknownLoc(), expr.replace(renumbered),
                     symbols);
  }
  Value buildValue(AffineExpr expr) {
    return buildSizeValue(builder, builder.getUnknownLoc(),
                          expr.replace(renumbered), symbols);
  }
  /// The argument with the shape that `layout` says.
  Value state(Value argument, const BufferLayout &layout);

private:
  OpBuilder &builder;
  ValueRange symbols;
  DenseMap<AffineExpr, AffineExpr> renumbered;
};
} // namespace

Value SizeBuilder::state(Value argument, const BufferLayout &layout) {
  auto build = [&](AffineExpr expr) { return this->build(expr); };
  SmallVector<OpFoldResult> sizes = llvm::map_to_vector(layout.sizes, build);
  SmallVector<OpFoldResult> strides =
      llvm::map_to_vector(layout.strides, build);
  auto type = cast<MemRefType>(argument.getType());
  int64_t start = 0;
  if (!type.getLayout().isIdentity())
    start = cast<StridedLayoutAttr>(type.getLayout()).getOffset();
  Location loc = builder.getUnknownLoc();
  OpFoldResult offset = builder.getIndexAttr(start);
  if (ShapedType::isDynamic(start))
    offset = memref::ExtractStridedMetadataOp::create(builder, loc, argument)
                 .getOffset();
  SmallVector<int64_t> shape, steps;
  for (OpFoldResult size : sizes)
    shape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
  for (OpFoldResult stride : strides)
    steps.push_back(getConstantIntValue(stride).value_or(ShapedType::kDynamic));
  auto stated = MemRefType::get(
      shape, type.getElementType(),
      StridedLayoutAttr::get(builder.getContext(), start, steps));
  return memref::ReinterpretCastOp::create(builder, loc, stated, argument,
                                           offset, sizes, strides);
}

void Captures::addSymbols(AffineExpr expr) {
  expr.walk([&](AffineExpr inner) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(inner))
      symbols.insert(symbol.getPosition());
  });
}

LogicalResult Captures::findSymbols(Operation *root) {
  for (Value argument : arguments) {
    auto type = dyn_cast<MemRefType>(argument.getType());
    SmallVector<int64_t> strides;
    int64_t offset;
    if (!type || succeeded(getStaticStrides(type, strides, offset)))
      continue;
    FailureOr<BufferLayout> layout = BufferLayout::get(argument);
    if (failed(layout))
      return root->emitError("the shape of an operand of type ")
             << type << " can't be computed from the function's index "
             << "arguments";
    llvm::for_each(layout->sizes, [&](AffineExpr e) { addSymbols(e); });
    llvm::for_each(layout->strides, [&](AffineExpr e) { addSymbols(e); });
    layouts[argument] = std::move(*layout);
  }
  for (Value size : sizes)
    addSymbols(getSizeExpr(size));
  return success();
}

void Captures::add(Value value, const Group &group) {
  Operation *def = value.getDefiningOp();
  if (def && llvm::any_of(group.ops,
                          [&](Operation *op) { return op->isAncestor(def); }))
    return;
  bool isPrivate =
      isa_and_nonnull<memref::AllocOp>(def) && group.ops.back() != group.root &&
      value == cast<linalg::GenericOp>(group.root).getDpsInits()[0];
  if (isPrivate || (def && def->hasTrait<mlir::OpTrait::ConstantLike>())) {
    for (Value operand : def->getOperands())
      add(operand, group);
    locals.insert(def);
  } else if (value.getType().isIndex() && getSizeExpr(value)) {
    sizes.insert(value);
  } else {
    arguments.insert(value);
  }
}

static Captures findCaptures(const Group &group) {
  Captures captures;
  for (Operation *op : group.ops) {
    SetVector<Value> used(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), used);
    for (Value value : used)
      captures.add(value, group);
  }
  return captures;
}

func::FuncOp Outliner::buildKernel(const Group &group, const Captures &captures,
                                   const SizeSymbols &mainSymbols) {
  SmallVector<Type> types =
      llvm::map_to_vector(captures.arguments, [](Value value) {
        return getArgumentType(value.getType());
      });
  OpBuilder builder(module.getContext());
  types.append(captures.symbols.size(), builder.getIndexType());
  auto kernel = func::FuncOp::create(builder, builder.getUnknownLoc(), "kernel",
                                     builder.getFunctionType(types, {}));
  kernel.setPrivate();
  kernel->setAttr(kKernelAttrName, builder.getUnitAttr());
  Block *body = kernel.addEntryBlock();
  builder.setInsertionPointToStart(body);
  size_t numArguments = captures.arguments.size();
  ValueRange arguments = body->getArguments();
  for (auto [i, symbol] : llvm::enumerate(captures.symbols))
    kernel.setArgAttr(numArguments + i, kRangeAttrName,
                      builder.getDenseI64ArrayAttr(
                          {mainSymbols.mins[symbol], mainSymbols.maxs[symbol],
                           mainSymbols.likely[symbol]}));
  SizeBuilder sizes(builder, captures, arguments.drop_front(numArguments));
  IRMapping mapping;
  for (auto [value, argument] : llvm::zip_equal(
           captures.arguments, arguments.take_front(numArguments))) {
    auto layout = captures.layouts.find(value);
    mapping.map(value, layout == captures.layouts.end()
                           ? argument
                           : sizes.state(argument, layout->second));
  }
  for (Value size : captures.sizes)
    mapping.map(size, sizes.buildValue(getSizeExpr(size)));
  for (Operation *local : captures.locals)
    builder.clone(*local, mapping);
  for (Operation *op : group.ops) {
    // A fill that no reduction takes in is work like any other.
    Operation *clone = builder.clone(*op, mapping);
    if (auto fill = dyn_cast<linalg::FillOp>(clone);
        fill && isa<linalg::FillOp>(group.root)) {
      IRRewriter rewriter(builder);
      rewriter.setInsertionPoint(fill);
      (void)linalg::generalizeNamedOp(rewriter, fill);
      builder.setInsertionPointToEnd(body);
    }
  }
  func::ReturnOp::create(builder, builder.getUnknownLoc());
  return kernel;
}

/// The kernel that equals `kernel`, or `kernel` itself, now part of the module.
func::FuncOp Outliner::deduplicate(func::FuncOp kernel, StringRef origin) {
  std::string text;
  llvm::raw_string_ostream os(text);
  kernel->print(os);
  auto [it, isNew] = kernels.try_emplace(text, kernel);
  if (!isNew) {
    kernel->erase();
    return it->second;
  }
  std::string name = "k" + std::to_string(numKernels++) + "_";
  for (char c : origin)
    name += llvm::isAlnum(c) ? c : '_';
  kernel.setName(name);
  symbols.insert(kernel);
  return kernel;
}

LogicalResult Outliner::outline(const Group &group) {
  Captures captures = findCaptures(group);
  if (failed(captures.findSymbols(group.root)))
    return failure();
  auto mainSymbols =
      SizeSymbols::get(group.root->getParentOfType<func::FuncOp>());
  func::FuncOp kernel = deduplicate(buildKernel(group, captures, mainSymbols),
                                    getOriginName(group.root->getLoc()));

  OpBuilder builder(group.ops.back());
  Location loc = getLocation(group);
  SmallVector<Value> operands;
  for (Value value : captures.arguments) {
    Type type = kernel.getArgumentTypes()[operands.size()];
    operands.push_back(value.getType() == type
                           ? value
                           : memref::CastOp::create(builder, loc, type, value));
  }
  for (unsigned symbol : captures.symbols)
    operands.push_back(mainSymbols.values[symbol]);
  auto call = func::CallOp::create(builder, loc, kernel, operands);
  int64_t flops = 0;
  for (Operation *op : group.ops)
    flops += countFlops(op);
  call->setAttr(kFlopsAttrName, builder.getI64IntegerAttr(flops));
  ++numCalls;
  for (Operation *op : llvm::reverse(group.ops))
    op->erase();
  for (Operation *local : captures.locals)
    if (local->use_empty())
      local->erase();
  return success();
}

namespace {
struct FormKernelsPass final
    : public dlc::impl::FormKernelsBase<FormKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    Outliner outliner(getOperation());
    SmallVector<func::FuncOp> functions(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp func : functions) {
      if (func.isExternal() || func->hasAttr(kKernelAttrName))
        continue;
      if (!func.getBody().hasOneBlock()) {
        func.emitError("kernels are formed in straight-line functions only");
        return signalPassFailure();
      }
      if (failed(checkBuffers(func)) || failed(generalize(func)) ||
          failed(hoistAllocs(func)))
        return signalPassFailure();
      for (const Group &group : formGroups(func.getBody().front()))
        if (failed(outliner.outline(group)))
          return signalPassFailure();
    }
    numKernels = outliner.numKernels;
    numCalls = outliner.numCalls;
  }
};
} // namespace
