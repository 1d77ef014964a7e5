//===- PackWeights.h - Weights in the layouts kernels read ------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_TRANSFORMS_PACKWEIGHTS_H
#define DLC_LIB_TRANSFORMS_PACKWEIGHTS_H

#include "mlir/IR/BuiltinAttributes.h"

namespace dlc {

/// A filter O x C x spatial as O/B x C/B' x spatial x B' x B, for an output
/// block of B and an input block of B'; O/B x C x spatial x B if B' is 0.
/// Groups of `dot` G > 1 input channels are innermost: O/B x C/B' x spatial x
/// B'/G x B x G. Zeros fill up the last blocks. Null if the constant can't be
/// read.
mlir::ElementsAttr packFilter(mlir::ElementsAttr filter, int64_t outputBlock,
                              int64_t inputBlock, int64_t dot = 1);

/// A constant with dimension `axis` in blocks of `block`, the block innermost.
/// Zeros fill up the last block. Null if the constant can't be read.
mlir::ElementsAttr packDimension(mlir::ElementsAttr constant, int64_t axis,
                                 int64_t block);

/// A matrix k x n (n x k if `transposed`) as panels ceil(n / T) x k x T of
/// `width` T, zeros beyond column n; with groups of `dot` G > 1 rows innermost,
/// ceil(n / T) x ceil(k / G) x T x G. Batch dimensions stay in front. Null if
/// the constant can't be read.
mlir::ElementsAttr packColumns(mlir::ElementsAttr matrices, bool transposed,
                               int64_t width, int64_t dot = 1);

/// Panels p x k x T, `group` of them side by side: ceil(p / G) x k x (G * T).
/// Zeros are what the last ones lack. Null if the constant can't be read.
mlir::ElementsAttr joinPanels(mlir::ElementsAttr panels, int64_t group);

} // namespace dlc

#endif // DLC_LIB_TRANSFORMS_PACKWEIGHTS_H
