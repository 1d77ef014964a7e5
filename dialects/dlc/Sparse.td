//===- Sparse.td - Contractions of compressed weights ------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_SPARSE_TD
#define DLC_SPARSE_TD

include "dialects/dlc/DLCBase.td"

def DLC_SparseMatMulOp : DLC_InferredOp<"sparse_matmul"> {
  let summary = "Matrix product that skips zero blocks of its right operand";
  let description = [{
    The right operand is a constant of n columns in panels of T, of which only
    blocks of G rows are stored that aren't zero, the same number J for each
    panel: `values` is `ceil(n / T) x J x G x T`, and `rows`, a constant of shape
    `ceil(n / T) x J`, says at which row each block begins.

    `y[..., m, n] = sum_jg a[..., m, rows[n / T, j] + g] * values[n / T, j, g, n % T]`

    `dlc-compress-weights` makes it of a `packed_matmul`.

    Example:

    ```mlir
    %y = dlc.sparse_matmul %a, %values, %rows {columns = 1000 : i64}
       : (tensor<1x2048xf32>, tensor<63x128x4x16xf32>, tensor<63x128xi32>)
         -> tensor<1x1000xf32>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$a, DLC_FloatTensor:$values,
      RankedTensorOf<[I32]>:$rows, ConfinedAttr<I64Attr, [IntPositive]>:$columns);
  let results = (outs DLC_FloatTensor:$y);
}

def DLC_SparseConvOp : DLC_InferredOp<"sparse_conv"> {
  let summary = "Pointwise convolution that skips zero blocks of its filter";
  let description = [{
    A blocked convolution of one group, kernel size 1 and no padding: `x` is
    N x C/B x spatial x B, the result N x O/B' x spatial x B'.
    Of the filter only blocks of B' outputs x G input channels are stored that
    aren't zero, the same number J for each block of outputs: `values` is
    O/B' x J x G x B', and `channels`, a constant of shape O/B' x J, says at which
    input channel each begins, a multiple of G, which divides B.

    `dlc-compress-weights` makes it of a `conv`.

    Example:

    ```mlir
    %y = dlc.sparse_conv %x, %values, %channels {strides = array<i64: 1, 1>}
       : (tensor<1x16x14x14x16xf32>, tensor<4x16x4x16xf32>, tensor<4x16xi32>) -> tensor<1x4x14x14x16xf32>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x, DLC_FloatTensor:$values,
      RankedTensorOf<[I32]>:$channels, DenseI64ArrayAttr:$strides);
  let results = (outs DLC_FloatTensor:$y);
}

#endif // DLC_SPARSE_TD
