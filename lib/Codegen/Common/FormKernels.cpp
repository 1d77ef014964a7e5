//===- FormKernels.cpp - Outlines kernels ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"

#include "CheckBuffers.h"
#include "CountFlops.h"
#include "KernelGroups.h"
#include "LoopNest.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
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
// Outlining
//===----------------------------------------------------------------------===//

/// The type a kernel sees a buffer as: any offset, if there is one. An index
/// that is no size, as the position of a loop, is an integer, since index
/// arguments are sizes.
static Type getArgumentType(Type type) {
  if (type.isIndex())
    return IntegerType::get(type.getContext(), 64);
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
static Location getLocation(const KernelGroup &group) {
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

  void add(Value value, const KernelGroup &group);
  void addSymbols(AffineExpr expr);
  /// Finds the layouts, and the symbols of all expressions.
  LogicalResult findSymbols(Operation *root);
};

class Outliner {
public:
  explicit Outliner(ModuleOp module) : module(module), symbols(module) {}

  LogicalResult outline(const KernelGroup &group);

  unsigned numKernels = 0;
  unsigned numCalls = 0;

private:
  func::FuncOp buildKernel(const KernelGroup &group, const Captures &captures,
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

void Captures::add(Value value, const KernelGroup &group) {
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

static Captures findCaptures(const KernelGroup &group) {
  Captures captures;
  for (Operation *op : group.ops) {
    SetVector<Value> used(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), used);
    for (Value value : used)
      captures.add(value, group);
  }
  return captures;
}

func::FuncOp Outliner::buildKernel(const KernelGroup &group,
                                   const Captures &captures,
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
    if (value.getType().isIndex()) {
      mapping.map(value,
                  arith::IndexCastOp::create(builder, builder.getUnknownLoc(),
                                             value.getType(), argument));
      continue;
    }
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

LogicalResult Outliner::outline(const KernelGroup &group) {
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
    if (value.getType().isIndex())
      value = arith::IndexCastOp::create(builder, loc, type, value);
    else if (value.getType() != type)
      value = memref::CastOp::create(builder, loc, type, value);
    operands.push_back(value);
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
      if (failed(checkBuffers(func)) || failed(prepareKernels(func)))
        return signalPassFailure();
      for (const KernelGroup &group : formKernelGroups(func))
        if (failed(outliner.outline(group)))
          return signalPassFailure();
    }
    numKernels = outliner.numKernels;
    numCalls = outliner.numCalls;
  }
};
} // namespace
