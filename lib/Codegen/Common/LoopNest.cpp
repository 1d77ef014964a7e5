//===- LoopNest.cpp - Loop nests over buffers, read off linalg ------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace dlc;

LogicalResult dlc::getStaticStrides(MemRefType type,
                                    SmallVectorImpl<int64_t> &strides,
                                    int64_t &offset) {
  if (!type.hasStaticShape())
    return failure();
  if (!type.getLayout().isIdentity())
    return success(succeeded(type.getStridesAndOffset(strides, offset)) &&
                   !llvm::is_contained(strides, ShapedType::kDynamic));
  offset = 0;
  strides.assign(type.getRank(), 1);
  for (int64_t dim = type.getRank() - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * type.getDimSize(dim + 1);
  return success();
}

bool Access::isMemory() const { return isa<MemRefType>(operand.getType()); }

Type Access::getElementType() const {
  return getElementTypeOrSelf(operand.getType());
}

bool Stage::varies(const Access &input, int64_t dim) const {
  return input.walks(dim) ||
         (input.indexInput >= 0 && inputs[input.indexInput].walks(dim));
}

SmallVector<Operation *> dlc::getComputedOps(const Stage &stage) {
  llvm::SmallPtrSet<Operation *, 16> needed;
  SmallVector<Operation *> ops;
  auto need = [&](Operation *op) {
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (Operation *def = operand.getDefiningOp())
          needed.insert(def);
    });
  };
  Block &body = *stage.op.getBody();
  need(body.getTerminator());
  for (Operation &op : llvm::reverse(body.without_terminator())) {
    if (llvm::is_contained(stage.gathers, &op) ||
        (!needed.contains(&op) && isMemoryEffectFree(&op)))
      continue;
    need(&op);
    ops.push_back(&op);
  }
  std::reverse(ops.begin(), ops.end());
  return ops;
}

void LoopNest::forEachAccess(function_ref<void(Access &)> callback) {
  for (Stage *stage : {&root, epilogue ? &*epilogue : nullptr}) {
    if (!stage)
      continue;
    llvm::for_each(stage->inputs, callback);
    llvm::for_each(stage->outputs, callback);
  }
}

std::optional<int64_t> LoopNest::getRemainder(int64_t dim, int64_t tile) const {
  if (std::optional<int64_t> size = getSize(dim))
    return *size % tile;
  return getConstantSize(modSizeExprs(
      sizes[dim], getAffineConstantExpr(tile, sizes[dim].getContext())));
}

int64_t LoopNest::estimateSize(int64_t dim) const {
  std::optional<int64_t> size = getSize(dim);
  return size ? *size : std::max<int64_t>(estimate(sizes[dim]), 1);
}

LoopNest LoopNest::withLikelySizes(int64_t size) const {
  LoopNest nest = *this;
  for (auto [likely, max] : llvm::zip_equal(nest.symbols.likely, symbols.maxs))
    likely = std::max(likely, std::min(max, size));
  return nest;
}

bool LoopNest::isStatic() const {
  auto isNumber = [](AffineExpr expr) { return isa<AffineConstantExpr>(expr); };
  bool isStatic = hasStaticSizes();
  forEachAccess([&](const Access &access) {
    isStatic &=
        llvm::all_of(access.strides, isNumber) && isNumber(access.offset);
  });
  return isStatic;
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

bool dlc::isFusableEpilogue(linalg::GenericOp producer,
                            linalg::GenericOp consumer, Value value) {
  if (producer.getNumReductionLoops() == 0 || producer.getNumDpsInits() != 1 ||
      consumer.getNumReductionLoops() != 0 ||
      consumer.getNumLoops() != producer.getNumParallelLoops())
    return false;
  OpOperand *read = nullptr;
  for (OpOperand *input : consumer.getDpsInputOperands()) {
    if (input->get() != value)
      continue;
    if (read)
      return false;
    read = input;
  }
  if (!read || llvm::is_contained(consumer.getDpsInits(), value))
    return false;
  AffineMap producerMap =
      producer.getMatchingIndexingMap(producer.getDpsInitOperand(0));
  return consumer.getMatchingIndexingMap(read).isPermutation() &&
         producerMap.isProjectedPermutation() &&
         producerMap.getNumResults() == producer.getNumParallelLoops();
}

SmallVector<NestGroup> dlc::findNestGroups(Block &block) {
  SmallVector<NestGroup> groups;
  SmallVector<linalg::FillOp> fills;
  for (Operation &op : block) {
    if (auto fill = dyn_cast<linalg::FillOp>(op)) {
      fills.push_back(fill);
      continue;
    }
    auto generic = dyn_cast<linalg::GenericOp>(op);
    if (!generic)
      continue;
    // The epilogue of the group before reads a buffer of the kernel's own.
    if (!groups.empty() && !groups.back().epilogue) {
      Value result = groups.back().root.getDpsInits().front();
      if (result.getDefiningOp<memref::AllocOp>() &&
          isFusableEpilogue(groups.back().root, generic, result)) {
        groups.back().epilogue = generic;
        continue;
      }
    }
    NestGroup group;
    group.root = generic;
    for (linalg::FillOp fill : fills)
      if (llvm::is_contained(generic.getDpsInits(), fill.getOutputs()[0]))
        group.fills.push_back(fill);
    groups.push_back(std::move(group));
  }
  return groups;
}

//===----------------------------------------------------------------------===//
// Linear accesses
//===----------------------------------------------------------------------===//

namespace {
/// A dimension of the generic that an operand addresses by block and position
/// in the block (`d floordiv block`, `d mod block`).
struct PackedDim {
  unsigned dim;
  int64_t block;
};

/// Rewrites affine expressions of a generic's dimensions as linear forms over
/// the nest's: those of the generic, plus one for the positions inside blocks
/// where a dimension is packed.
class Linearizer {
public:
  Linearizer(unsigned numDims, std::optional<PackedDim> packed)
      : numDims(numDims), packed(packed) {}

  unsigned getNumDims() const { return numDims + (packed ? 1 : 0); }

  /// An access whose address doesn't vary.
  Access makeAccess(Value operand) const {
    AffineExpr zero = getAffineConstantExpr(0, operand.getContext());
    Access access;
    access.operand = operand;
    access.strides.assign(getNumDims(), zero);
    access.offset = zero;
    return access;
  }

  /// Adds `factor * expr` to the address; fails if `expr` isn't linear.
  LogicalResult add(AffineExpr expr, AffineExpr factor, Access &access) const {
    if (isa<AffineConstantExpr>(expr)) {
      access.offset = addSizeExprs(access.offset, mulSizeExprs(factor, expr));
      return success();
    }
    if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
      addDim(dim.getPosition(), factor, access);
      return success();
    }
    auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
    if (!binary)
      return failure();
    auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS());
    auto dim = dyn_cast<AffineDimExpr>(binary.getLHS());
    switch (expr.getKind()) {
    case AffineExprKind::Add:
      return success(succeeded(add(binary.getLHS(), factor, access)) &&
                     succeeded(add(binary.getRHS(), factor, access)));
    case AffineExprKind::Mul:
      if (!constant)
        return failure();
      return add(binary.getLHS(), mulSizeExprs(factor, constant), access);
    case AffineExprKind::FloorDiv:
    case AffineExprKind::Mod:
      if (!packed || !constant || !dim || dim.getPosition() != packed->dim ||
          constant.getValue() != packed->block)
        return failure();
      addStride(expr.getKind() == AffineExprKind::Mod ? numDims : packed->dim,
                factor, access);
      return success();
    default:
      return failure();
    }
  }

private:
  static void addStride(unsigned position, AffineExpr stride, Access &access) {
    access.strides[position] = addSizeExprs(access.strides[position], stride);
  }

  void addDim(unsigned position, AffineExpr factor, Access &access) const {
    if (packed && position == packed->dim) {
      addStride(position, factor * packed->block, access);
      position = numDims;
    }
    addStride(position, factor, access);
  }

  unsigned numDims;
  std::optional<PackedDim> packed;
};
} // namespace

/// The first packed dimension in the maps of `op`.
static std::optional<PackedDim> findPackedDim(linalg::GenericOp op) {
  std::optional<PackedDim> packed;
  for (AffineMap map : op.getIndexingMapsArray())
    map.walkExprs([&](AffineExpr expr) {
      if (expr.getKind() != AffineExprKind::Mod)
        return;
      auto binary = cast<AffineBinaryOpExpr>(expr);
      auto dim = dyn_cast<AffineDimExpr>(binary.getLHS());
      auto block = dyn_cast<AffineConstantExpr>(binary.getRHS());
      if (dim && block && !packed)
        packed = PackedDim{dim.getPosition(), block.getValue()};
    });
  return packed;
}

/// The access of a memref through an indexing map.
static FailureOr<Access> buildAccess(Operation *op, Value operand,
                                     AffineMap map,
                                     const Linearizer &linearizer) {
  FailureOr<BufferLayout> layout = failure();
  if (isa<MemRefType>(operand.getType()))
    layout = BufferLayout::get(operand);
  if (failed(layout))
    return op->emitError("operand of type ")
           << operand.getType() << " has no known shape and strides";
  Access access = linearizer.makeAccess(operand);
  for (auto [expr, stride] : llvm::zip_equal(map.getResults(), layout->strides))
    if (failed(linearizer.add(expr, stride, access)))
      return op->emitError("an indexing map isn't linear");
  return access;
}

/// Adds `factor * index` to the address, where `index` is a sum of what
/// linalg.index gives, times sizes, and of elements of inputs.
static LogicalResult addIndex(linalg::GenericOp op, Value index,
                              AffineExpr factor, ArrayRef<int64_t> nestDims,
                              const Linearizer &linearizer, Access &access) {
  if (AffineExpr size = getSizeExpr(index)) {
    access.offset = addSizeExprs(access.offset, mulSizeExprs(factor, size));
    return success();
  }
  if (auto iteration = index.getDefiningOp<linalg::IndexOp>())
    return linearizer.add(
        getAffineDimExpr(nestDims[iteration.getDim()], op.getContext()), factor,
        access);
  if (auto sum = index.getDefiningOp<arith::AddIOp>())
    return success(succeeded(addIndex(op, sum.getLhs(), factor, nestDims,
                                      linearizer, access)) &&
                   succeeded(addIndex(op, sum.getRhs(), factor, nestDims,
                                      linearizer, access)));
  if (auto product = index.getDefiningOp<arith::MulIOp>()) {
    AffineExpr size = getSizeExpr(product.getRhs());
    return size ? addIndex(op, product.getLhs(), mulSizeExprs(factor, size),
                           nestDims, linearizer, access)
                : failure();
  }
  auto cast = index.getDefiningOp<arith::IndexCastOp>();
  auto element = cast ? dyn_cast<BlockArgument>(cast.getIn()) : BlockArgument();
  if (!element || element.getOwner() != op.getBody() ||
      getConstantSize(factor) != 1 || access.indexInput >= 0 ||
      element.getArgNumber() >= op.getNumDpsInputs())
    return failure();
  access.indexInput = element.getArgNumber();
  return success();
}

/// The access of a load in the body, if it is linear but for the element of an
/// input. Others stay as they are.
static std::optional<Access> buildGather(linalg::GenericOp op,
                                         memref::LoadOp load,
                                         ArrayRef<int64_t> nestDims,
                                         const Linearizer &linearizer) {
  if (load.getMemRefType().getRank() != 1 ||
      !load.getMemRefType().getLayout().isIdentity())
    return std::nullopt;
  Access access = linearizer.makeAccess(load.getMemRef());
  if (failed(addIndex(op, load.getIndices()[0],
                      getAffineConstantExpr(1, op.getContext()), nestDims,
                      linearizer, access)) ||
      access.indexInput < 0)
    return std::nullopt;
  return access;
}

/// The stage of `op`, whose dimension d is dimension `nestDims[d]` of the nest.
static FailureOr<Stage> buildStage(linalg::GenericOp op,
                                   ArrayRef<int64_t> nestDims,
                                   const Linearizer &linearizer) {
  Stage stage;
  stage.op = op;
  stage.nestDims.assign(nestDims.begin(), nestDims.end());
  SmallVector<AffineExpr> dimExprs;
  for (int64_t dim : nestDims)
    dimExprs.push_back(getAffineDimExpr(dim, op.getContext()));
  for (OpOperand &operand : op->getOpOperands()) {
    bool isInput = op.isDpsInput(&operand);
    // Scalars are operands without a memory access; window operands give only
    // a shape.
    if (isInput && !isa<MemRefType>(operand.get().getType())) {
      stage.inputs.push_back(linearizer.makeAccess(operand.get()));
      continue;
    }
    AffineMap map = op.getMatchingIndexingMap(&operand);
    FailureOr<Access> access = buildAccess(
        op, operand.get(),
        map.replaceDimsAndSymbols(dimExprs, {}, linearizer.getNumDims(), 0),
        linearizer);
    if (failed(access))
      return failure();
    (isInput ? stage.inputs : stage.outputs).push_back(std::move(*access));
  }
  return stage;
}

/// Makes loads in the body of a reduction inputs where they can be.
static void findGathers(Stage &stage, const Linearizer &linearizer) {
  if (stage.op.getNumReductionLoops() == 0)
    return;
  for (auto load : stage.op.getBody()->getOps<memref::LoadOp>())
    if (std::optional<Access> access =
            buildGather(stage.op, load, stage.nestDims, linearizer)) {
      stage.inputs.push_back(std::move(*access));
      stage.gathers.push_back(load);
    }
}

//===----------------------------------------------------------------------===//
// Nests
//===----------------------------------------------------------------------===//

/// The dimension of `root` that each dimension of its epilogue is, and in
/// `operand` the epilogue's input that is the root's result.
static SmallVector<int64_t> matchEpilogueDims(linalg::GenericOp root,
                                              linalg::GenericOp epilogue,
                                              unsigned &operand) {
  SmallVector<int64_t> dims(epilogue.getNumLoops());
  AffineMap rootMap = root.getMatchingIndexingMap(root.getDpsInitOperand(0));
  for (auto [i, input] : llvm::enumerate(epilogue.getDpsInputOperands())) {
    if (input->get() != root.getDpsInits().front())
      continue;
    operand = i;
    AffineMap map = epilogue.getMatchingIndexingMap(input);
    for (unsigned k = 0; k < map.getNumResults(); ++k)
      dims[map.getDimPosition(k)] = rootMap.getDimPosition(k);
  }
  return dims;
}

/// Removes dimension `dim` of the nest; linalg.index of it becomes 0.
static void eraseDim(LoopNest &nest, int64_t dim) {
  nest.sizes.erase(nest.sizes.begin() + dim);
  nest.isReduction.erase(nest.isReduction.begin() + dim);
  nest.forEachAccess([&](Access &access) {
    access.strides.erase(access.strides.begin() + dim);
  });
  for (Stage *stage : {&nest.root, nest.epilogue ? &*nest.epilogue : nullptr}) {
    if (!stage)
      continue;
    for (int64_t &nestDim : stage->nestDims)
      nestDim = nestDim == dim ? -1 : nestDim - (nestDim > dim ? 1 : 0);
  }
}

static bool usesIndex(const Stage &stage) {
  return llvm::any_of(getComputedOps(stage),
                      [](Operation *op) { return isa<linalg::IndexOp>(op); });
}

/// Merges neighbouring dimensions that every operand walks as one.
static void mergeDims(LoopNest &nest) {
  if (usesIndex(nest.root) || (nest.epilogue && usesIndex(*nest.epilogue)))
    return;
  for (int64_t outer = static_cast<int64_t>(nest.getNumDims()) - 2; outer >= 0;
       --outer) {
    int64_t inner = outer + 1;
    if (nest.isReduction[outer] != nest.isReduction[inner])
      continue;
    bool mergeable = true;
    nest.forEachAccess([&](Access &access) {
      mergeable &= access.strides[outer] ==
                   mulSizeExprs(access.strides[inner], nest.sizes[inner]);
    });
    if (!mergeable)
      continue;
    nest.sizes[inner] = mulSizeExprs(nest.sizes[inner], nest.sizes[outer]);
    eraseDim(nest, outer);
  }
}

static void dropUnitDims(LoopNest &nest) {
  for (int64_t dim = static_cast<int64_t>(nest.getNumDims()) - 1; dim >= 0;
       --dim)
    if (nest.getSize(dim) == 1)
      eraseDim(nest, dim);
}

void dlc::simplify(LoopNest &nest) {
  dropUnitDims(nest);
  mergeDims(nest);
}

/// Splits the nest at the last, partly filled block of the packed dimension:
/// the positions in blocks are dimension `position`.
static std::vector<LoopNest> splitPackedRemainder(LoopNest nest,
                                                  const PackedDim &packed,
                                                  unsigned position) {
  int64_t size = *nest.getSize(packed.dim);
  int64_t blocks = size / packed.block, remainder = size % packed.block;
  auto constant = [&](int64_t value) {
    return getAffineConstantExpr(value, nest.root.op.getContext());
  };
  std::vector<LoopNest> nests;
  if (blocks > 0) {
    LoopNest full = nest;
    full.sizes[packed.dim] = constant(blocks);
    full.sizes[position] = constant(packed.block);
    nests.push_back(std::move(full));
  }
  if (remainder > 0) {
    nest.sizes[packed.dim] = constant(1);
    nest.sizes[position] = constant(remainder);
    nest.forEachAccess([&](Access &access) {
      access.offset =
          addSizeExprs(access.offset, access.strides[packed.dim] * blocks);
    });
    nests.push_back(std::move(nest));
  }
  return nests;
}

FailureOr<SmallVector<AffineExpr>> dlc::getLoopSizes(linalg::LinalgOp op) {
  SmallVector<AffineExpr> sizes(op.getNumLoops());
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    FailureOr<BufferLayout> layout = BufferLayout::get(operand.get());
    if (failed(layout))
      return op->emitError("operand of type ")
             << operand.get().getType() << " has no known shape and strides";
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [expr, size] : llvm::zip_equal(map.getResults(), layout->sizes)) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      // Numbers first: sizes of other names may be equal at run time.
      if (dim && (!sizes[dim.getPosition()] || isa<AffineConstantExpr>(size)))
        sizes[dim.getPosition()] = size;
    }
  }
  if (llvm::is_contained(sizes, AffineExpr()))
    return op->emitError("has a loop of unknown size");
  return sizes;
}

static SmallVector<Value> findInitialValues(const NestGroup &group) {
  SmallVector<Value> values;
  for (Value init : group.root.getDpsInits()) {
    Value value;
    for (linalg::FillOp fill : group.fills)
      if (fill.getOutputs()[0] == init)
        value = fill.getInputs()[0];
    values.push_back(value);
  }
  return values;
}

FailureOr<std::vector<LoopNest>> dlc::buildLoopNests(const NestGroup &group,
                                                     bool withGathers) {
  linalg::GenericOp root = group.root;
  std::optional<PackedDim> packed = findPackedDim(root);
  Linearizer linearizer(root.getNumLoops(), packed);

  FailureOr<SmallVector<AffineExpr>> sizes = getLoopSizes(root);
  if (failed(sizes))
    return failure();
  LoopNest nest;
  nest.sizes = std::move(*sizes);
  if (auto func = root->getParentOfType<func::FuncOp>())
    nest.symbols = SizeSymbols::get(func);
  for (utils::IteratorType iterator : root.getIteratorTypesArray())
    nest.isReduction.push_back(iterator == utils::IteratorType::reduction);
  nest.initialValues = findInitialValues(group);
  FailureOr<Stage> rootStage = buildStage(
      root, llvm::to_vector(llvm::seq<int64_t>(0, root.getNumLoops())),
      linearizer);
  if (failed(rootStage))
    return failure();
  if (withGathers)
    findGathers(*rootStage, linearizer);
  nest.root = std::move(*rootStage);

  if (group.epilogue) {
    FailureOr<Stage> stage = buildStage(
        group.epilogue,
        matchEpilogueDims(root, group.epilogue, nest.epilogueOperand),
        linearizer);
    if (failed(stage))
      return failure();
    nest.epilogue = std::move(*stage);
  }

  std::vector<LoopNest> nests;
  if (packed) {
    if (usesIndex(nest.root))
      return root.emitError("a packed dimension's index can't be taken");
    if (!nest.getSize(packed->dim))
      return root.emitError("a packed dimension's size isn't known at compile "
                            "time");
    nest.sizes.push_back(
        getAffineConstantExpr(packed->block, root.getContext()));
    nest.isReduction.push_back(false);
    nests = splitPackedRemainder(nest, *packed, linearizer.getNumDims() - 1);
  } else {
    nests.push_back(std::move(nest));
  }
  llvm::for_each(nests, simplify);
  return nests;
}

void dlc::eraseGroup(const NestGroup &group) {
  Value result = group.root.getDpsInits().front();
  if (group.epilogue)
    group.epilogue->erase();
  group.root->erase();
  for (linalg::FillOp fill : group.fills)
    fill->erase();
  if (auto alloc = result.getDefiningOp<memref::AllocOp>())
    if (alloc->use_empty())
      alloc->erase();
}

Operation *dlc::getCombiner(linalg::GenericOp op, unsigned output) {
  Value yielded = op.getBody()->getTerminator()->getOperand(output);
  Operation *combiner = yielded.getDefiningOp();
  BlockArgument accumulator = op.getRegionOutputArgs()[output];
  if (!combiner || combiner->getBlock() != op.getBody() ||
      !accumulator.hasOneUse() || *accumulator.user_begin() != combiner)
    return nullptr;
  return isa<arith::AddFOp, arith::AddIOp, arith::MulFOp, arith::MulIOp,
             arith::MaximumFOp, arith::MinimumFOp, arith::MaxSIOp,
             arith::MinSIOp, arith::MaxUIOp, arith::MinUIOp, arith::AndIOp,
             arith::OrIOp>(combiner)
             ? combiner
             : nullptr;
}
