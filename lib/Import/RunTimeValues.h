//===- RunTimeValues.h - Sizes and axes that are data -----------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Inputs that decide on shapes and aren't known when a model is compiled: what
// follows from them is computed by small ops on i64 scalars, and becomes sizes
// by `Node::defineSize`.
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_RUNTIMEVALUES_H
#define DLC_LIB_IMPORT_RUNTIMEVALUES_H

#include "Node.h"

namespace dlc::onnximport {

/// A size as an i64 scalar.
mlir::Value sizeValue(Node &node, const Dim &size);

mlir::Value larger(Node &node, mlir::Value a, mlir::Value b);
mlir::Value smaller(Node &node, mlir::Value a, mlir::Value b);
mlir::Value isEqual(Node &node, mlir::Value a, mlir::Value b);
mlir::Value isLess(Node &node, mlir::Value a, mlir::Value b);
mlir::Value choose(Node &node, mlir::Value condition, mlir::Value a,
                   mlir::Value b);
/// Counted from the front: `value + size` where it is negative.
mlir::Value wrap(Node &node, mlir::Value value, mlir::Value size);

/// How many elements the vector that is input `i` has; an error if that isn't
/// known.
std::optional<int64_t> getLength(Node &node, unsigned i);

/// The elements of input `i`, data, as the sizes of output 0; `getMost` gives
/// their upper bounds.
std::optional<Shape>
findSizes(Node &node, unsigned i,
          llvm::function_ref<Dim(int64_t element)> getMost);

/// Axes that are data: for each dimension of `rank` an i64 scalar, 1 if it is
/// among the axes and 0 otherwise.
llvm::SmallVector<mlir::Value> findAxes(Node &node, unsigned i, int64_t rank);

/// Values for some axes, data, as one for each dimension: `rest` where the
/// axes, input `axesInput`, don't name it. Element `first + j` of `values` is
/// for axis j.
mlir::Value spreadOverAxes(Node &node, mlir::Value values, int64_t first,
                           unsigned axesInput, int64_t dim, int64_t rank,
                           mlir::Value rest);

/// `x` in the shape that the scalars `sizes` say; `most` are their upper
/// bounds, where those that follow from the number of elements aren't smaller.
mlir::Value reshapeTo(Node &node, mlir::Value x,
                      llvm::ArrayRef<mlir::Value> sizes);

enum class ReduceKind { sum, mean, prod, max, min, logSumExp };
/// `x` reduced along axes that are data, input 1; how many they are is known.
mlir::Value reduceAlong(Node &node, mlir::Value x, ReduceKind kind,
                        bool keepdims);

/// What `make` gives for the axis that the scalar input `i` names, all of which
/// have the type of `like`.
mlir::Value selectByAxis(Node &node, unsigned i, mlir::Value like,
                         llvm::function_ref<mlir::Value(int64_t axis)> make);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_RUNTIMEVALUES_H
