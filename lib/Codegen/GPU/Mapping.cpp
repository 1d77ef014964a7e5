//===- Mapping.cpp - How a nest is spread over threads --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Mapping.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace dlc;

static constexpr int64_t kWarp = 32;
/// What CUDA takes as a grid's second and third size.
static constexpr int64_t kMaxGridYZ = 65535;

int64_t dlc::getPoints(const LoopNest &nest, ArrayRef<int64_t> dims) {
  int64_t points = 1;
  for (int64_t dim : dims)
    points *= getNumber(nest.sizes[dim]);
  return points;
}

SmallVector<int64_t> dlc::getDims(const LoopNest &nest, bool reduction) {
  SmallVector<int64_t> dims;
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims()))
    if (nest.isReduction[dim] == reduction)
      dims.push_back(dim);
  return dims;
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

/// The body's argument that `value` is, perhaps converted to a wider type
/// (which keeps zero).
static BlockArgument getFactor(Value value) {
  while (Operation *def = value.getDefiningOp()) {
    if (!isa<arith::ExtFOp, arith::ExtSIOp, arith::ExtUIOp>(def))
      return nullptr;
    value = def->getOperand(0);
  }
  return dyn_cast<BlockArgument>(value);
}

/// The factors of a body that adds their product to its accumulator.
static std::optional<std::pair<unsigned, unsigned>>
matchProduct(linalg::GenericOp op) {
  Operation *sum = getCombiner(op, 0);
  if (!isa_and_nonnull<arith::AddFOp, arith::AddIOp>(sum))
    return std::nullopt;
  Value accumulator = op.getRegionOutputArgs()[0];
  Value term = sum->getOperand(0) == accumulator ? sum->getOperand(1)
                                                 : sum->getOperand(0);
  Operation *product = term.getDefiningOp();
  if (!isa_and_nonnull<arith::MulFOp, arith::MulIOp>(product))
    return std::nullopt;
  BlockArgument a = getFactor(product->getOperand(0));
  BlockArgument b = getFactor(product->getOperand(1));
  unsigned numInputs = op.getNumDpsInputs();
  if (!a || !b || a == b || a.getOwner() != op.getBody() ||
      b.getOwner() != op.getBody() || a.getArgNumber() >= numInputs ||
      b.getArgNumber() >= numInputs)
    return std::nullopt;
  return std::pair(a.getArgNumber(), b.getArgNumber());
}

std::optional<Contraction> Contraction::match(const LoopNest &nest) {
  if (nest.root.outputs.size() != 1 || !nest.hasReduction() ||
      nest.root.op.hasIndexSemantics())
    return std::nullopt;
  auto factors = matchProduct(nest.root.op);
  if (!factors)
    return std::nullopt;
  Contraction result;
  std::tie(result.a, result.b) = *factors;
  if (!nest.root.inputs[result.a].isMemory() ||
      !nest.root.inputs[result.b].isMemory())
    return std::nullopt;
  // Threads that lie side by side store side by side: columns are where the
  // result is contiguous.
  const Access &out = nest.getFinalOutputs().front();
  for (int64_t dim : getDims(nest, /*reduction=*/false))
    if (out.getStride(dim) == 1 && !nest.root.inputs[result.b].walks(dim))
      std::swap(result.a, result.b);
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims())) {
    bool inA = nest.root.inputs[result.a].walks(dim);
    bool inB = nest.root.inputs[result.b].walks(dim);
    (nest.isReduction[dim] ? result.k
     : inA == inB          ? result.batch
     : inA                 ? result.m
                           : result.n)
        .push_back(dim);
  }
  return result;
}

std::optional<TensorCoreProduct>
TensorCoreProduct::match(const LoopNest &nest) {
  auto product = Contraction::match(nest);
  if (!product || product->m.size() != 1 || product->n.size() != 1 ||
      product->k.size() != 1)
    return std::nullopt;
  const Access &a = nest.root.inputs[product->a];
  const Access &b = nest.root.inputs[product->b];
  int64_t m = product->m.front(), n = product->n.front(),
          k = product->k.front();
  TensorCoreProduct result{*product, b.getStride(k) == 1};
  int64_t inner = result.isTransposed ? k : n,
          outer = result.isTransposed ? n : k;
  auto isWhole = [](AffineExpr elements) {
    return getNumber(elements) % kPiece == 0;
  };
  bool fits = a.getElementType().isF16() && b.getElementType().isF16() &&
              nest.root.outputs[0].getElementType().isF32() &&
              a.getStride(k) == 1 && b.getStride(inner) == 1 &&
              isWhole(a.strides[m]) && isWhole(b.strides[outer]) &&
              isWhole(nest.sizes[k]) && isWhole(nest.sizes[inner]) &&
              isWhole(a.offset) && isWhole(b.offset);
  for (int64_t dim : product->batch)
    fits &= isWhole(a.strides[dim]) && isWhole(b.strides[dim]);
  return fits ? std::optional(result) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// The attribute
//===----------------------------------------------------------------------===//

static constexpr llvm::StringLiteral kKinds[] = {"point", "reduce", "tile",
                                                 "mma"};

DictionaryAttr GPUStrategy::toAttr(MLIRContext *context) const {
  Builder builder(context);
  NamedAttrList attrs;
  attrs.set("kind", builder.getStringAttr(kKinds[int(kind)]));
  if (kind == Kind::Point || kind == Kind::Reduce)
    attrs.set("threads", builder.getI64IntegerAttr(threads));
  else
    attrs.set("tile", builder.getDenseI64ArrayAttr(tile));
  return attrs.getDictionary(context);
}

/// True if the generator can carry out `strategy` for `nest`.
static bool isValid(const GPUStrategy &strategy, const LoopNest &nest) {
  auto isOneOf = [](int64_t value, ArrayRef<int64_t> values) {
    return llvm::is_contained(values, value);
  };
  switch (strategy.kind) {
  case GPUStrategy::Kind::Point:
    return isOneOf(strategy.threads, {32, 64, 128, 256, 512, 1024});
  case GPUStrategy::Kind::Reduce:
    return isOneOf(strategy.threads, {32, 64, 128, 256, 512, 1024}) &&
           nest.hasReduction() && nest.root.outputs.size() == 1 &&
           getCombiner(nest.root.op, 0);
  case GPUStrategy::Kind::Tile:
    return strategy.tile.size() == 3 && Contraction::match(nest) &&
           isOneOf(strategy.tile[0], {16, 32, 64, 128}) &&
           isOneOf(strategy.tile[1], {16, 32, 64, 128}) &&
           isOneOf(strategy.tile[2], {16, 32});
  case GPUStrategy::Kind::Mma:
    return TensorCoreProduct::match(nest) &&
           ArrayRef(strategy.tile) == ArrayRef<int64_t>({64, 64, 32});
  }
  return false;
}

FailureOr<GPUStrategy>
GPUStrategy::fromAttr(Attribute attr, const LoopNest &nest, Operation *op) {
  auto dictionary = dyn_cast_or_null<DictionaryAttr>(attr);
  auto kind = dictionary ? dictionary.getAs<StringAttr>("kind") : StringAttr();
  const auto *name =
      kind ? llvm::find(kKinds, kind.getValue()) : std::end(kKinds);
  if (name == std::end(kKinds))
    return op->emitError("'dlc.gpu_strategy' needs a 'kind': point, reduce, "
                         "tile or mma");
  GPUStrategy strategy;
  strategy.kind = Kind(name - std::begin(kKinds));
  if (auto threads = dictionary.getAs<IntegerAttr>("threads"))
    strategy.threads = threads.getInt();
  if (auto tile = dictionary.getAs<DenseI64ArrayAttr>("tile"))
    strategy.tile.assign(tile.asArrayRef().begin(), tile.asArrayRef().end());
  if (!isValid(strategy, nest))
    return op->emitError("'dlc.gpu_strategy' doesn't fit a nest of ")
           << nest.getNumDims() << " dimensions";
  return strategy;
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

/// The smallest tile side that covers `size`, up to `limit`.
static int64_t getTileSide(int64_t size, int64_t limit) {
  int64_t side = 16;
  while (side < size && side < limit)
    side *= 2;
  return side;
}

/// The tile of a block that computes in registers: smaller where the blocks
/// would leave much of the device idle, and then deeper, as a thread loads
/// little at a time.
static SmallVector<int64_t, 3> selectTile(int64_t m, int64_t n, int64_t k,
                                          int64_t batch) {
  constexpr int64_t kEnoughBlocks = 128, kSmallest = 16, kShortDepth = 64,
                    kLongDepth = 512;
  // Short sums are too little to gain from it.
  int64_t rows = getTileSide(m, 64),
          columns = getTileSide(n, k < kShortDepth ? 64 : 128);
  auto getBlocks = [&]() -> int64_t {
    return batch * llvm::divideCeil(m, rows) * llvm::divideCeil(n, columns);
  };
  while (std::max(rows, columns) > kSmallest && getBlocks() < kEnoughBlocks)
    (rows > columns ? rows : columns) /= 2;
  bool isDeep = rows * columns <= 32 * 64 && k >= kLongDepth &&
                getBlocks() < 2 * kEnoughBlocks;
  return {rows, columns, isDeep ? 32 : 16};
}

/// True if threads that share a reduction read side by side.
static bool reducesContiguously(const LoopNest &nest) {
  SmallVector<int64_t> dims = getDims(nest, /*reduction=*/true);
  return llvm::any_of(nest.root.inputs, [&](const Access &access) {
    return access.isMemory() && access.getStride(dims.back()) == 1;
  });
}

GPUStrategy dlc::selectGPUStrategy(const LoopNest &nest, int64_t arch,
                                   bool isAligned) {
  GPUStrategy strategy;
  if (!nest.hasReduction())
    return strategy;
  if (auto product = Contraction::match(nest)) {
    int64_t m = getPoints(nest, product->m), n = getPoints(nest, product->n);
    int64_t k = getPoints(nest, product->k);
    if (m >= 8 && n >= 8 && k >= 8 &&
        getPoints(nest, product->batch) <= kMaxGridYZ && m / 16 <= kMaxGridYZ) {
      constexpr int64_t kAmpere = 80;
      if (arch >= kAmpere && isAligned && m >= 16 && n >= 16 && k >= 16 &&
          TensorCoreProduct::match(nest)) {
        strategy.kind = GPUStrategy::Kind::Mma;
        strategy.tile = {64, 64, 32};
        return strategy;
      }
      strategy.kind = GPUStrategy::Kind::Tile;
      strategy.tile = selectTile(m, n, k, getPoints(nest, product->batch));
      return strategy;
    }
  }
  int64_t outputs = getPoints(nest, getDims(nest, /*reduction=*/false));
  int64_t length = getPoints(nest, getDims(nest, /*reduction=*/true));
  if (nest.root.outputs.size() != 1 || !getCombiner(nest.root.op, 0))
    return strategy;
  // A thread per point is enough work for the device, or too little to share.
  bool isShared =
      length >= 2 * kWarp &&
      (outputs < 256 || (outputs < 16384 && reducesContiguously(nest)));
  if (isShared) {
    strategy.kind = GPUStrategy::Kind::Reduce;
    strategy.threads = outputs <= 64 && length >= 1024 ? 256 : kWarp;
  }
  return strategy;
}
