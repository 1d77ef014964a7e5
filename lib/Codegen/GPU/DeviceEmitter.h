//===- DeviceEmitter.h - Nests as the code of a thread ----------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_GPU_DEVICEEMITTER_H
#define DLC_LIB_CODEGEN_GPU_DEVICEEMITTER_H

#include "../Common/BodyEmitter.h"
#include "Mapping.h"

namespace dlc {

/// The blocks of a launch, and the threads of a block.
struct LaunchShape {
  std::array<int32_t, 3> grid = {1, 1, 1};
  int32_t threads = 1;
};

/// What the mappings share: the coordinates of a point, memory, and scalar
/// bodies. Coordinates and offsets are i32: no buffer has more elements.
class DeviceEmitter {
public:
  /// `pointers` gives for each buffer the pointer to its first element.
  DeviceEmitter(mlir::ImplicitLocOpBuilder &builder, const LoopNest &nest,
                const llvm::DenseMap<mlir::Value, mlir::Value> &pointers)
      : builder(builder), nest(nest), pointers(pointers),
        coordinates(nest.getNumDims()) {}

protected:
  using Values = llvm::SmallVector<mlir::Value>;

  mlir::Value getConstant(int64_t value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, int64_t factor);
  mlir::Value getThread();
  mlir::Value getBlock(unsigned axis);
  mlir::Value isBelow(mlir::Value index, int64_t limit);
  void emitBarrier();

  /// Takes `index` apart into coordinates of `dims`, the last varying fastest.
  Values delinearize(mlir::Value index, llvm::ArrayRef<int64_t> dims);
  /// Makes `index` the current coordinates of `dims`.
  void setCoordinates(mlir::Value index, llvm::ArrayRef<int64_t> dims);
  /// The offset that coordinates of `dims` mean in `access`, without its own.
  mlir::Value getOffset(const Access &access, llvm::ArrayRef<int64_t> dims,
                        llvm::ArrayRef<mlir::Value> values);

  mlir::Value loadAt(const Access &access, mlir::Value offset);
  mlir::Value load(const Access &access);
  void store(mlir::Value value, const Access &access);

  /// The body of `stage` at the current coordinates; `given` replaces the loads
  /// of operands where it isn't null.
  Values emitStage(const Stage &stage, llvm::ArrayRef<mlir::Value> given);
  /// The root's body on accumulators.
  Values emitStep(llvm::ArrayRef<mlir::Value> accumulators);
  /// What the root's accumulators start from at the current coordinates.
  Values getInitial();
  /// The epilogue and the stores of results at the current coordinates.
  void emitResults(Values values);

  /// `a` and `b` joined by the reduction.
  mlir::Value combine(mlir::Value a, mlir::Value b);
  mlir::Value getNeutral();

  void emitIf(mlir::Value condition, llvm::function_ref<void()> body);

  /// The results of a matrix product at all crossings of some rows and columns,
  /// of which those outside the matrix are left out. `sums` are without what
  /// the accumulators start from, row by row.
  void emitCrossings(const Contraction &product,
                     llvm::ArrayRef<mlir::Value> rows,
                     llvm::ArrayRef<mlir::Value> columns,
                     llvm::ArrayRef<mlir::Value> sums, int64_t rowTile,
                     int64_t columnTile);

  mlir::ImplicitLocOpBuilder &builder;
  const LoopNest &nest;
  const llvm::DenseMap<mlir::Value, mlir::Value> &pointers;
  Values coordinates;
};

/// A thread computes a point: grids of blocks over all points of the result.
class PointEmitter : DeviceEmitter {
public:
  using DeviceEmitter::DeviceEmitter;
  LaunchShape emit(const GPUStrategy &strategy);

private:
  Values emitReductions(unsigned depth, Values accumulators);
  llvm::SmallVector<int64_t> reductions;
};

/// Threads share the reduction of a point: each takes every so many-th element,
/// then they join what they have by shuffles, and warps through shared memory.
class ReduceEmitter : DeviceEmitter {
public:
  using DeviceEmitter::DeviceEmitter;
  LaunchShape emit(const GPUStrategy &strategy);

private:
  mlir::Value emitPartial(mlir::Value lane, int64_t threads);
  mlir::Value shuffle(mlir::Value value, int64_t distance);
  mlir::Value joinWarp(mlir::Value value);
  mlir::Value joinBlock(mlir::Value value, mlir::Value thread, int64_t warps);
};

/// A block computes a tile of a matrix product: operands pass through shared
/// memory, each thread holds a part of the tile in registers.
class TileEmitter : DeviceEmitter {
public:
  using DeviceEmitter::DeviceEmitter;
  LaunchShape emit(const GPUStrategy &strategy);

private:
  /// An element that the thread brings to shared memory at every step.
  struct Element {
    mlir::Value position; // in the tile, by depth and side
    mlir::Value depth;    // from the step's start
    mlir::Value offset;   // of its row or column in memory
    mlir::Value inside;   // whether there is such a one; null if always
  };
  /// One operand on its way to shared memory.
  struct Operand {
    unsigned input;
    const Access *access;
    int64_t side, pitch; // of the tile, and from depth to depth
    mlir::Value shared;  // where the tile lies
    mlir::Value batch;   // offset of the batch's point in memory
    llvm::SmallVector<Element> elements;
  };

  Operand makeOperand(unsigned input, llvm::ArrayRef<int64_t> dims,
                      int64_t side, unsigned axis);
  Values fetch(const Operand &operand, mlir::Value start);
  void put(const Operand &operand, llvm::ArrayRef<mlir::Value> values);
  Values loadFragment(const Operand &operand, int64_t depth, mlir::Value lane,
                      int64_t count);
  Values emitProducts(llvm::ArrayRef<mlir::Value> accumulators);
  Values emitDepthLoop();
  Contraction product;
  llvm::SmallVector<int64_t> tile;
  Operand a, b;
  mlir::Value row, column;       // of the thread in the block
  int64_t rows = 0, columns = 0; // that the thread computes
};

/// The same on tensor cores: four warps, each a quarter of the tile. Operands
/// come to shared memory by asynchronous copies, two steps ahead, in pieces of
/// 16 bytes that are permuted so that reading them meets no bank twice.
class MmaEmitter : DeviceEmitter {
public:
  using DeviceEmitter::DeviceEmitter;
  LaunchShape emit(const GPUStrategy &strategy);

private:
  /// A piece that the thread copies at every step.
  struct Piece {
    mlir::Value position; // in the tile
    mlir::Value offset;   // in memory, but for the step
    mlir::Value depth;    // from the step's start
    mlir::Value inside;   // null if always
  };
  struct Operand {
    unsigned input;
    int64_t width;       // of the tile's rows, in pieces
    int64_t depthStride; // of the memory
    mlir::Value shared, global;
    llvm::SmallVector<Piece> pieces;
  };

  mlir::Value getPosition(const Operand &operand, mlir::Value row,
                          mlir::Value piece);
  Operand makeOperand(unsigned input, llvm::ArrayRef<int64_t> dims,
                      unsigned axis, bool alongDepth);
  void copy(const Operand &operand, mlir::Value step);
  void copyStep(mlir::Value step);
  mlir::Value getStage(const Operand &operand, mlir::Value step);
  Values loadMatrices(const Operand &operand, mlir::Value stage,
                      mlir::Value row, mlir::Value piece, bool transpose);
  Values emitStepProducts(mlir::Value step, llvm::ArrayRef<mlir::Value> sums);
  Values emitSteps();

  Contraction product;
  bool isTransposed = false;
  Operand a, b;
  mlir::Value lane, warpRow, warpColumn;
};

/// A new shared array, aligned to 16 bytes at least; the pointer to it.
mlir::Value createSharedArray(mlir::ImplicitLocOpBuilder &builder,
                              mlir::Type elementType, int64_t elements,
                              int64_t alignment = 16);

/// The type of an element in memory: booleans take a byte.
mlir::Type getMemoryType(mlir::Type type);

/// The pointer to element `offset` of an array.
mlir::Value getElementPointer(mlir::ImplicitLocOpBuilder &builder,
                              mlir::Type type, mlir::Value base,
                              mlir::Value offset);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_GPU_DEVICEEMITTER_H
