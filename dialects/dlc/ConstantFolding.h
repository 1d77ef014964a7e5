//===- ConstantFolding.h - Computing with constants -------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The arithmetic that folders share. As in ConstantData.h, a null attribute
// means "doesn't fold".
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_DLC_CONSTANTFOLDING_H
#define DIALECTS_DLC_CONSTANTFOLDING_H

#include "dlc/Support/ElementType.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace dlc {

/// What an op computes for one element, in each of the three arithmetics; one
/// without a value doesn't fold. Integers narrower than 64 bits come extended
/// and are truncated afterwards; booleans are unsigned.
struct UnaryFunctions {
  std::optional<double> (*onFloat)(double);
  std::optional<int64_t> (*onSigned)(int64_t);
  std::optional<uint64_t> (*onUnsigned)(uint64_t);
};
struct BinaryFunctions {
  std::optional<double> (*onFloat)(double, double);
  std::optional<int64_t> (*onSigned)(int64_t, int64_t);
  std::optional<uint64_t> (*onUnsigned)(uint64_t, uint64_t);
};
struct CompareFunctions {
  bool (*onFloat)(double, double);
  bool (*onSigned)(int64_t, int64_t);
  bool (*onUnsigned)(uint64_t, uint64_t);
};

mlir::Attribute foldUnary(mlir::Attribute x, mlir::Type type,
                          const UnaryFunctions &functions);
mlir::Attribute foldBinary(mlir::Attribute a, mlir::Attribute b,
                           mlir::Type type, const BinaryFunctions &functions);
mlir::Attribute foldCompare(mlir::Attribute a, mlir::Attribute b,
                            mlir::Type type, const CompareFunctions &functions);
mlir::Attribute foldWhere(mlir::Attribute condition, mlir::Attribute a,
                          mlir::Attribute b, mlir::Type type);
mlir::Attribute foldCast(mlir::Attribute x, mlir::Type type,
                         NarrowingMode mode);
mlir::Attribute foldBitCast(mlir::Attribute x, mlir::Type type);
/// Combines the elements along sorted axes, starting from the first of each;
/// `type` is the result's, its elements in row-major order of what remains.
mlir::Attribute foldReduce(mlir::Attribute x, llvm::ArrayRef<int64_t> axes,
                           mlir::Type type, const BinaryFunctions &functions);

/// True if `value` is a constant whose elements all equal `number` exactly,
/// signs of zero included.
bool isSplatOf(mlir::Attribute value, double number);

/// The elements as doubles; none unless they are floats.
std::optional<llvm::SmallVector<double>> readFloats(mlir::Attribute value);
/// The elements as 64-bit integers; none unless they are integers.
std::optional<llvm::SmallVector<int64_t>> readIntegers(mlir::Attribute value);
/// The elements as doubles, whatever they are.
std::optional<llvm::SmallVector<double>> readNumbers(mlir::Attribute value);
/// Makes a float constant, rounding to the element type.
mlir::ElementsAttr makeFloats(mlir::RankedTensorType type,
                              llvm::ArrayRef<double> values);

/// Makes a float constant whose element i is `compute(i, element i of value)`,
/// rounded to the element type. Of any size: for what pays off when weights are
/// rewritten once.
mlir::ElementsAttr
mapNumbers(mlir::Attribute value, mlir::RankedTensorType type,
           llvm::function_ref<double(int64_t, double)> compute);

} // namespace dlc

#endif // DIALECTS_DLC_CONSTANTFOLDING_H
