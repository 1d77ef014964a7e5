//===- MmaEmitter.cpp - Matrix products on tensor cores -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace dlc;

static constexpr int64_t kTile = 64;     // rows and columns of a block's tile
static constexpr int64_t kWarpTile = 32; // and of a warp's
static constexpr int64_t kDepth = 32;    // of a step
static constexpr int64_t kStages = 3;    // steps in shared memory
static constexpr int64_t kThreads = 128;
static constexpr int64_t kPiece = TensorCoreProduct::kPiece;
// One instruction: 16 rows, 8 columns, depth 16; four sums in each lane.
static constexpr int64_t kMmaRows = 16, kMmaColumns = 8, kMmaDepth = 16;
static constexpr int64_t kMmaSums = 4;
static constexpr int64_t kRowTiles = kWarpTile / kMmaRows;
static constexpr int64_t kColumnTiles = kWarpTile / kMmaColumns;

/// Where a piece lies in the tile. The eight rows that one read of a matrix
/// takes a piece each of must lie in different banks: 128 bytes hold all banks,
/// so the pieces of each such line are permuted by the line's number.
Value MmaEmitter::getPosition(const Operand &operand, Value row, Value piece) {
  int64_t rowsPerLine = std::max<int64_t>(1, 8 / operand.width);
  Value line = arith::DivUIOp::create(builder, row, getConstant(rowsPerLine));
  Value permutation =
      arith::RemUIOp::create(builder, line, getConstant(operand.width));
  piece = arith::XOrIOp::create(builder, piece, permutation);
  return add(mul(row, operand.width * kPiece), mul(piece, kPiece));
}

/// `dims` are the operand's rows or columns; the tile's rows lie along the
/// depth or across it.
MmaEmitter::Operand MmaEmitter::makeOperand(unsigned input,
                                            ArrayRef<int64_t> dims,
                                            unsigned axis, bool alongDepth) {
  const Access &access = nest.root.inputs[input];
  Operand operand;
  operand.input = input;
  operand.width = (alongDepth ? kDepth : kTile) / kPiece;
  operand.depthStride = getNumber(access.strides[product.k.front()]);
  constexpr int64_t kMatrixAlignment = 128;
  operand.shared =
      createSharedArray(builder, builder.getF16Type(), kStages * kTile * kDepth,
                        kMatrixAlignment);
  operand.global = LLVM::AddrSpaceCastOp::create(
      builder, LLVM::LLVMPointerType::get(builder.getContext(), 1),
      pointers.at(access.operand));
  Values batch = llvm::map_to_vector(
      product.batch, [&](int64_t dim) { return coordinates[dim]; });
  Value base = add(getOffset(access, product.batch, batch),
                   getConstant(getNumber(access.offset)));

  Value thread = getThread(), first = mul(getBlock(axis), kTile);
  int64_t points = getPoints(nest, dims);
  for (int64_t i = 0; i < kTile * kDepth / kPiece / kThreads; ++i) {
    Value index = add(thread, getConstant(i * kThreads));
    Value width = getConstant(operand.width);
    Value row = arith::DivUIOp::create(builder, index, width);
    Value piece = arith::RemUIOp::create(builder, index, width);
    Value place = mul(piece, kPiece);
    Piece result;
    result.position = getPosition(operand, row, piece);
    result.depth = alongDepth ? place : row;
    Value point = add(first, alongDepth ? row : place);
    if (points % kTile != 0) {
      result.inside = isBelow(point, points);
      point = arith::SelectOp::create(builder, result.inside, point,
                                      getConstant(0));
    }
    result.offset =
        add(base, mul(point, getNumber(access.strides[dims.front()])));
    operand.pieces.push_back(result);
  }
  return operand;
}

/// The stage that a step's tile lies in.
Value MmaEmitter::getStage(const Operand &operand, Value step) {
  Value stage = arith::RemUIOp::create(builder, step, getConstant(kStages));
  return getElementPointer(builder, builder.getF16Type(), operand.shared,
                           mul(stage, kTile * kDepth));
}

/// Begins the copies of a step. What lies outside the matrix becomes zero.
void MmaEmitter::copy(const Operand &operand, Value step) {
  constexpr int64_t kBytes = 16;
  Type f16 = builder.getF16Type();
  int64_t size = getPoints(nest, product.k);
  Value stage = getStage(operand, step), start = mul(step, kDepth);
  for (const Piece &piece : operand.pieces) {
    Value depth = add(start, piece.depth);
    Value inside = isBelow(depth, size);
    depth = arith::SelectOp::create(builder, inside, depth, getConstant(0));
    if (piece.inside)
      inside = arith::AndIOp::create(builder, inside, piece.inside);
    Value bytes = arith::SelectOp::create(builder, inside, getConstant(kBytes),
                                          getConstant(0));
    Value from = add(piece.offset, mul(depth, operand.depthStride));
    NVVM::CpAsyncOp::create(
        builder, getElementPointer(builder, f16, stage, piece.position),
        getElementPointer(builder, f16, operand.global, from), kBytes,
        NVVM::LoadCacheModifierKind::CG, bytes);
  }
}

void MmaEmitter::copyStep(Value step) {
  copy(a, step);
  copy(b, step);
  NVVM::CpAsyncCommitGroupOp::create(builder);
}

/// Reads four 8x8 matrices; each lane gives the place of one row.
MmaEmitter::Values MmaEmitter::loadMatrices(const Operand &operand, Value stage,
                                            Value row, Value piece,
                                            bool transpose) {
  MLIRContext *context = builder.getContext();
  Type i32 = builder.getI32Type();
  auto type = LLVM::LLVMStructType::getLiteral(context, {i32, i32, i32, i32});
  Value place = getElementPointer(builder, builder.getF16Type(), stage,
                                  getPosition(operand, row, piece));
  Value matrices = NVVM::LdMatrixOp::create(
      builder, type, place, /*num=*/4,
      transpose ? NVVM::MMALayout::col : NVVM::MMALayout::row,
      NVVM::LdStMatrixShapeAttr::get(context, 8, 8),
      NVVM::LdStMatrixEltType::B16);
  Values values;
  auto pair = VectorType::get(2, builder.getF16Type());
  for (int64_t i = 0; i < 4; ++i)
    values.push_back(LLVM::BitcastOp::create(
        builder, pair, LLVM::ExtractValueOp::create(builder, matrices, i)));
  return values;
}

/// The products of a step that is in shared memory.
MmaEmitter::Values MmaEmitter::emitStepProducts(Value step,
                                                ArrayRef<Value> carried) {
  Values sums(carried.begin(), carried.end());
  Type f32 = builder.getF32Type();
  auto type = LLVM::LLVMStructType::getLiteral(builder.getContext(),
                                               {f32, f32, f32, f32});
  Value stageA = getStage(a, step), stageB = getStage(b, step);
  auto divide = [&](int64_t by) -> Value {
    return arith::DivUIOp::create(builder, lane, getConstant(by));
  };
  auto remainder = [&](Value value, int64_t by) -> Value {
    return arith::RemUIOp::create(builder, value, getConstant(by));
  };
  for (int64_t depth = 0; depth < kDepth; depth += kMmaDepth) {
    int64_t piece = depth / kPiece;
    SmallVector<Values> left, right;
    for (int64_t i = 0; i < kRowTiles; ++i)
      left.push_back(loadMatrices(
          a, stageA,
          add(add(warpRow, getConstant(i * kMmaRows)), remainder(lane, 16)),
          add(divide(16), getConstant(piece)), /*transpose=*/false));
    // Two tiles of columns at a time.
    for (int64_t j = 0; j < kColumnTiles; j += 2) {
      Value first = add(warpColumn, getConstant(j * kMmaColumns));
      Value half = remainder(divide(8), 2); // of the depth
      Value column = add(first, add(mul(divide(16), 8), remainder(lane, 8)));
      Values four =
          isTransposed
              ? loadMatrices(b, stageB, column, add(half, getConstant(piece)),
                             /*transpose=*/false)
              : loadMatrices(b, stageB,
                             add(remainder(lane, 16), getConstant(depth)),
                             add(arith::DivUIOp::create(builder, first,
                                                        getConstant(kPiece)),
                                 divide(16)),
                             /*transpose=*/true);
      right.push_back({four[0], four[1]});
      right.push_back({four[2], four[3]});
    }
    for (int64_t i = 0; i < kRowTiles; ++i)
      for (int64_t j = 0; j < kColumnTiles; ++j) {
        auto own = MutableArrayRef(sums).slice(
            (i * kColumnTiles + j) * kMmaSums, kMmaSums);
        Value result = NVVM::MmaOp::create(
            builder, type, left[i], right[j], Values(own.begin(), own.end()),
            ArrayRef<int64_t>{kMmaRows, kMmaColumns, kMmaDepth}, std::nullopt,
            std::nullopt, std::array{NVVM::MMATypes::f16, NVVM::MMATypes::f16},
            std::array{NVVM::MMALayout::row, NVVM::MMALayout::col});
        for (int64_t s = 0; s < kMmaSums; ++s)
          own[s] = LLVM::ExtractValueOp::create(builder, result, s);
      }
  }
  return sums;
}

MmaEmitter::Values MmaEmitter::emitSteps() {
  int64_t steps = llvm::divideCeil(getPoints(nest, product.k), kDepth);
  for (int64_t step = 0; step < kStages - 1; ++step)
    copyStep(getConstant(step));
  Values sums(kRowTiles * kColumnTiles * kMmaSums,
              arith::ConstantOp::create(builder, builder.getF32FloatAttr(0)));
  auto loop = scf::ForOp::create(
      builder, getConstant(0), getConstant(steps), getConstant(1), sums,
      [&](OpBuilder &, Location, Value step, ValueRange carried) {
        OpBuilder::InsertionGuard guard(builder);
        NVVM::CpAsyncWaitGroupOp::create(builder, kStages - 2);
        // All have what they copied; nobody reads the step before any more,
        // whose place the next copies take.
        emitBarrier();
        copyStep(add(step, getConstant(kStages - 1)));
        scf::YieldOp::create(builder, emitStepProducts(step, Values(carried)));
      });
  NVVM::CpAsyncWaitGroupOp::create(builder, 0);
  return Values(loop.getResults().begin(), loop.getResults().end());
}

LaunchShape MmaEmitter::emit(const GPUStrategy &) {
  TensorCoreProduct match = *TensorCoreProduct::match(nest);
  product = match.product;
  isTransposed = match.isTransposed;
  Value thread = getThread();
  lane = arith::RemUIOp::create(builder, thread, getConstant(32));
  Value warp = arith::DivUIOp::create(builder, thread, getConstant(32));
  warpRow =
      mul(arith::DivUIOp::create(builder, warp, getConstant(2)), kWarpTile);
  warpColumn =
      mul(arith::RemUIOp::create(builder, warp, getConstant(2)), kWarpTile);
  if (!product.batch.empty())
    setCoordinates(getBlock(2), product.batch);
  a = makeOperand(product.a, product.m, /*axis=*/1, /*alongDepth=*/true);
  b = makeOperand(product.b, product.n, /*axis=*/0, isTransposed);
  Values sums = emitSteps();

  // Lane l of an instruction's tile has columns 2 (l mod 4) and the next, of
  // rows l / 4 and 8 more.
  Value group = arith::DivUIOp::create(builder, lane, getConstant(4));
  Value pair = mul(arith::RemUIOp::create(builder, lane, getConstant(4)), 2);
  Value row = add(add(mul(getBlock(1), kTile), warpRow), group);
  Value column = add(add(mul(getBlock(0), kTile), warpColumn), pair);
  Values rows, columns, ordered;
  for (int64_t i = 0; i < kRowTiles * 2; ++i)
    rows.push_back(add(row, getConstant(i * 8)));
  for (int64_t j = 0; j < kColumnTiles * 2; ++j)
    columns.push_back(add(column, getConstant(j / 2 * kMmaColumns + j % 2)));
  for (int64_t i = 0; i < kRowTiles * 2; ++i)
    for (int64_t j = 0; j < kColumnTiles * 2; ++j)
      ordered.push_back(
          sums[(i / 2 * kColumnTiles + j / 2) * kMmaSums + i % 2 * 2 + j % 2]);
  emitCrossings(product, rows, columns, ordered, kTile, kTile);
  auto count = [&](ArrayRef<int64_t> dims, int64_t side) {
    return int32_t(llvm::divideCeil(getPoints(nest, dims), side));
  };
  return {{count(product.n, kTile), count(product.m, kTile),
           count(product.batch, 1)},
          int32_t(kThreads)};
}
