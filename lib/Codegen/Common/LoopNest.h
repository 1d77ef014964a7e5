//===- LoopNest.h - Loop nests over buffers, read off linalg ----*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_LOOPNEST_H
#define DLC_LIB_CODEGEN_COMMON_LOOPNEST_H

#include "BufferLayout.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace dlc {

/// Where one operand of a loop nest lies in memory: element
/// `offset + sum(strides[d] * iv[d])` of the operand's flat buffer.
struct Access {
  mlir::Value operand;
  llvm::SmallVector<mlir::AffineExpr> strides;
  mlir::AffineExpr offset;
  /// Where not negative: the input of the same stage whose element, an integer,
  /// is added to the address.
  int64_t indexInput = -1;
  /// How many neighbours are loaded as one element: bytes of a dot product.
  int64_t group = 1;

  /// False for an operand that is a scalar value.
  bool isMemory() const;
  mlir::Type getElementType() const;
  /// True unless all points along `dim` are the same element.
  bool walks(int64_t dim) const { return getStride(dim) != 0; }
  /// The stride along `dim`, if it is a number.
  std::optional<int64_t> getStride(int64_t dim) const {
    return getConstantSize(strides[dim]);
  }
  /// True if `dim` walks neighbours in memory.
  bool isContiguous(int64_t dim) const { return getStride(dim) == group; }
};

/// The static strides of a memref, and its offset, which may be dynamic. Fails
/// on shapes and strides that aren't static. (MLIR's own query fails on empty
/// memrefs.)
llvm::LogicalResult getStaticStrides(mlir::MemRefType type,
                                     llvm::SmallVectorImpl<int64_t> &strides,
                                     int64_t &offset);

/// One linalg.generic inside a nest: its scalar body and what it reads and
/// writes.
struct Stage {
  mutable mlir::linalg::GenericOp op; // MLIR's ops have few const members
  /// Those of the op, then one for each of `gathers`.
  llvm::SmallVector<Access> inputs;
  llvm::SmallVector<Access> outputs;
  /// For each dimension of the generic, the dimension of the nest it became, or
  /// -1 if it has size 1 (`linalg.index` is then 0).
  llvm::SmallVector<int64_t> nestDims;
  /// The loads of the body that became inputs.
  llvm::SmallVector<mlir::Operation *> gathers;

  unsigned getNumOpInputs() const { return inputs.size() - gathers.size(); }
  /// True if an input's address varies along a dimension of the nest.
  bool varies(const Access &input, int64_t dim) const;
};

/// The ops of a stage's body that its results need, in order, the gathers and
/// what only their addresses need left out.
llvm::SmallVector<mlir::Operation *> getComputedOps(const Stage &stage);

/// A perfect loop nest over a box: a root linalg.generic, the value its
/// accumulators start from, and optionally an elementwise epilogue that
/// consumes the root's result while it is in registers. Sizes, strides and
/// offsets are expressions of the function's symbols, in normal form.
///
/// Dimensions are those of the root with unit dimensions dropped, packed
/// dimensions split, and neighbours that every operand walks contiguously
/// merged.
struct LoopNest {
  llvm::SmallVector<mlir::AffineExpr> sizes;
  llvm::SmallVector<bool> isReduction;
  SizeSymbols symbols;
  Stage root;
  std::optional<Stage> epilogue;
  /// The epilogue's input that is the root's result.
  unsigned epilogueOperand = 0;
  /// One scalar per root output that accumulators start from; null where they
  /// start from what the output buffer holds.
  llvm::SmallVector<mlir::Value> initialValues;
  /// Where inputs are groups: how many products of bytes the root sums at once.
  int64_t dot = 1;

  unsigned getNumDims() const { return sizes.size(); }
  /// The size of a dimension, if it is a number.
  std::optional<int64_t> getSize(int64_t dim) const {
    return getConstantSize(sizes[dim]);
  }
  /// What is left of a dimension after full tiles, if it is a number.
  std::optional<int64_t> getRemainder(int64_t dim, int64_t tile) const;
  /// What expressions are where the symbols are as likely; of a size that isn't
  /// a number at least 1.
  int64_t estimate(mlir::AffineExpr expr) const {
    return symbols.estimate(expr);
  }
  int64_t estimateSize(int64_t dim) const;
  /// The nest where symbols are likely at least `size`, or the most they may
  /// be.
  LoopNest withLikelySizes(int64_t size) const;
  bool hasStaticSizes() const {
    return llvm::all_of(sizes, llvm::IsaPred<mlir::AffineConstantExpr>);
  }
  /// True if all sizes, strides and offsets are numbers.
  bool isStatic() const;
  bool hasReduction() const { return llvm::is_contained(isReduction, true); }
  /// What is written to memory: the epilogue's outputs, or the root's.
  llvm::ArrayRef<Access> getFinalOutputs() const {
    return epilogue ? epilogue->outputs : root.outputs;
  }
  /// Calls `callback` on every access to memory.
  void forEachAccess(llvm::function_ref<void(Access &)> callback);
  void forEachAccess(llvm::function_ref<void(const Access &)> callback) const {
    const_cast<LoopNest *>(this)->forEachAccess(
        [&](Access &access) { callback(access); });
  }
};

/// The number that an expression of a static nest is.
inline int64_t getNumber(mlir::AffineExpr expr) {
  return llvm::cast<mlir::AffineConstantExpr>(expr).getValue();
}

/// The ops of a kernel that make one nest.
struct NestGroup {
  llvm::SmallVector<mlir::linalg::FillOp> fills;
  mutable mlir::linalg::GenericOp root;
  mutable mlir::linalg::GenericOp epilogue;
};

/// The op that combines partial results of reduction output `output`, or null
/// if the body isn't `combine(accumulator, f(inputs))` for a known combine.
mlir::Operation *getCombiner(mlir::linalg::GenericOp op, unsigned output);

/// The sizes of the loops of an op on buffers: each is that of an operand's
/// dimension. Fails, with an error at the op, on shapes that aren't known.
mlir::FailureOr<llvm::SmallVector<mlir::AffineExpr>>
getLoopSizes(mlir::linalg::LinalgOp op);

/// Drops unit dimensions and merges those that every operand walks as one.
void simplify(LoopNest &nest);

/// Builds the nests of a group: one, or two where a packed dimension has a
/// remainder. Without gathers, loads in bodies stay what they are. Fails, with
/// an error at the op, on shapes that aren't known or maps that aren't linear.
mlir::FailureOr<std::vector<LoopNest>> buildLoopNests(const NestGroup &group,
                                                      bool withGathers = true);

/// Finds the groups of a kernel's body, in order. Every linalg op of the block
/// belongs to exactly one.
llvm::SmallVector<NestGroup> findNestGroups(mlir::Block &block);

/// Erases the ops of a group, and the buffer of its root's result if nothing
/// else uses it.
void eraseGroup(const NestGroup &group);

/// True if `consumer` is an elementwise op that can take the result `value` of
/// the reduction `producer` from registers: same iteration space, `value` read
/// once, at the point that was computed.
bool isFusableEpilogue(mlir::linalg::GenericOp producer,
                       mlir::linalg::GenericOp consumer, mlir::Value value);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_LOOPNEST_H
