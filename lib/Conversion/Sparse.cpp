//===- Sparse.cpp - Lowering of compressed weights ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/ConstantFolding.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

#include "dialects/dlc/Sparse.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;
using Exprs = SmallVector<AffineExpr>;

namespace {
/// A sum over stored blocks of weights. The loops: `outer` (those of the
/// result), block j, position g in the block. The input is read at element
/// `sum(strides * outer) + offsets[output block, j] + g * step` of its flat
/// form.
struct BlockSum {
  Value x, values;
  /// Where the first element of each block lies for outer loops at 0.
  ElementsAttr offsets;
  RankedTensorType type;
  SmallVector<int64_t> strides;
  /// The block of outputs and the position in it, of the loops.
  AffineExpr outputBlock, inOutputBlock;

  Value create(B &b) const;
};
} // namespace

Value BlockSum::create(B &b) const {
  MLIRContext *context = b.getContext();
  int64_t rank = type.getRank();
  AffineExpr j = getAffineDimExpr(rank, context);
  AffineExpr g = getAffineDimExpr(rank + 1, context);
  Value flat = createReshape(b, x, {Dim(tensorType(x).getNumElements())});
  Value table = arith::ConstantOp::create(
      b, cast<TypedAttr>(static_cast<Attribute>(offsets)));
  Type computed = computeType(type.getElementType());
  Value zero = createFilled(b, RankedTensorType::get(type.getShape(), computed),
                            b.getZeroAttr(computed));
  SmallVector<AffineMap> maps = {
      getMap(context, rank + 2, {outputBlock, j, g, inOutputBlock}),
      getMap(context, rank + 2, {outputBlock, j}),
      selectDims(context, rank + 2,
                 llvm::to_vector(llvm::seq<int64_t>(0, rank)))};
  Value sum = createGeneric(
      b, {values, table}, zero, maps, [&](B &inner, ValueRange args) {
        Value position =
            arith::IndexCastOp::create(inner, inner.getIndexType(), args[1]);
        auto addIndex = [&](int64_t dim, int64_t stride) {
          Value index = linalg::IndexOp::create(inner, dim);
          if (stride != 1)
            index = mul(inner, index, indexConstant(inner, stride));
          position = add(inner, position, index);
        };
        for (auto [dim, stride] : llvm::enumerate(strides))
          if (stride != 0)
            addIndex(dim, stride);
        addIndex(rank + 1, 1);
        Value element = tensor::ExtractOp::create(inner, flat, position);
        return add(inner, args[2],
                   mul(inner, widen(inner, element), widen(inner, args[0])));
      });
  if (computed == type.getElementType())
    return sum;
  return createPointwise(b, type, sum, b.getMultiDimIdentityMap(rank),
                         [&](B &inner, ValueRange args) {
                           return narrow(inner, args[0], type.getElementType());
                         });
}

/// The table of `op` with `toOffset` applied to its elements, each of which
/// begins a run of `run` among `size`.
static ElementsAttr mapTable(Operation *op, Value table, int64_t size,
                             int64_t run,
                             llvm::function_ref<int64_t(int64_t)> toOffset) {
  Attribute constant;
  if (!matchPattern(table, m_Constant(&constant))) {
    op->emitOpError("needs a constant table of blocks");
    return {};
  }
  std::optional<SmallVector<int64_t>> starts = readIntegers(constant);
  if (!starts) {
    op->emitOpError("has a table of blocks that can't be read");
    return {};
  }
  for (int64_t start : *starts)
    if (start < 0 || start + run > size || start % run != 0) {
      op->emitOpError("has a block of ")
          << run << " that begins at " << start << ", of " << size;
      return {};
    }
  return makeConstant(cast<RankedTensorType>(table.getType()),
                      [&](MutableArrayRef<char> bytes) {
                        auto *out = reinterpret_cast<int32_t *>(bytes.data());
                        for (int64_t start : *starts)
                          *out++ = static_cast<int32_t>(toOffset(start));
                      });
}

static Value lowerSparseMatMul(SparseMatMulOp op,
                               SparseMatMulOp::Adaptor adaptor, B &b) {
  RankedTensorType aType = tensorType(adaptor.getA());
  RankedTensorType valuesType = tensorType(adaptor.getValues());
  int64_t depth = aType.getShape().back();
  ElementsAttr offsets =
      mapTable(op, op.getRows(), depth, valuesType.getDimSize(2),
               [](int64_t row) { return row; });
  if (!offsets)
    return nullptr;
  BlockSum sum;
  sum.x = adaptor.getA();
  sum.values = adaptor.getValues();
  sum.offsets = offsets;
  sum.type = signlessType(op.getY());
  sum.strides = rowMajorStrides(aType.getShape());
  sum.strides.back() = 0;
  AffineExpr n = getAffineDimExpr(sum.type.getRank() - 1, b.getContext());
  sum.outputBlock = n.floorDiv(valuesType.getDimSize(3));
  sum.inOutputBlock = n % valuesType.getDimSize(3);
  return sum.create(b);
}

static Value lowerSparseConv(SparseConvOp op, SparseConvOp::Adaptor adaptor,
                             B &b) {
  RankedTensorType xType = tensorType(adaptor.getX());
  SmallVector<int64_t> own = rowMajorStrides(xType.getShape());
  int64_t block = xType.getShape().back();
  ElementsAttr offsets = mapTable(
      op, op.getChannels(), xType.getDimSize(1) * block,
      tensorType(adaptor.getValues()).getDimSize(2), [&](int64_t channel) {
        return channel / block * own[1] + channel % block;
      });
  if (!offsets)
    return nullptr;
  BlockSum sum;
  sum.x = adaptor.getX();
  sum.values = adaptor.getValues();
  sum.offsets = offsets;
  sum.type = signlessType(op.getY());
  sum.strides.assign(sum.type.getRank(), 0);
  sum.strides[0] = own[0];
  for (auto [i, stride] : llvm::enumerate(op.getStrides()))
    sum.strides[i + 2] = own[i + 2] * stride;
  sum.outputBlock = getAffineDimExpr(1, b.getContext());
  sum.inOutputBlock = getAffineDimExpr(sum.type.getRank() - 1, b.getContext());
  return sum.create(b);
}

void dlc::populateSparsePatterns(const TypeConverter &converter,
                                 RewritePatternSet &patterns) {
  addLowering<SparseMatMulOp>(converter, patterns, lowerSparseMatMul);
  addLowering<SparseConvOp>(converter, patterns, lowerSparseConv);
}
