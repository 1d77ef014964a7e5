//===- Contraction.td - Matrix products and convolutions ---*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_CONTRACTION_TD
#define DLC_CONTRACTION_TD

include "dialects/dlc/DLCBase.td"
include "dialects/dlc/DLCInterfaces.td"

def DLC_MatMulOp
    : DLC_InferredOp<"matmul", [DeclareOpInterfaceMethods<DLC_WeightedOp>]> {
  let summary = "Matrix product, batched and broadcasting as NumPy's matmul";
  let description = [{
    Operands of rank 2 and more multiply their last two dimensions; leading
    dimensions broadcast. An operand of rank 1 is a row (left) or a column
    (right), and its dimension is dropped from the result. `transpose_a` and
    `transpose_b` swap the last two dimensions of an operand of rank 2 or more.
    Integers accumulate in the element type, except that `ui8` times `i8` and
    `i16` times `i16` give `i32`.

    Example:

    ```mlir
    %y = dlc.matmul %a, %b {transpose_b}
       : (tensor<8x4x16xf32>, tensor<32x16xf32>) -> tensor<8x4x32xf32>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$a, DLC_NumberTensor:$b,
      UnitAttr:$transpose_a, UnitAttr:$transpose_b);
  let results = (outs DLC_NumberTensor:$y);
  let hasCanonicalizer = 1;
}

def DLC_PackedMatMulOp : DLC_InferredOp<"packed_matmul"> {
  let summary = "Matrix product with a right operand packed into panels";
  let description = [{
    `y[..., m, n] = sum_k a[..., m, k] * b[n / T, k, n % T]`, where the packed
    operand `b` has shape `ceil(n / T) x k x T` and zeros beyond column `n`. In
    front may stand the batch dimensions of `a`: a matrix for each. The layout
    pass makes it of a `matmul`. Where the machine sums G products of narrow
    integers at once, `b` is `ceil(n / T) x k/G x T x G`.

    Example:

    ```mlir
    %y = dlc.packed_matmul %a, %b {columns = 1000 : i64}
       : (tensor<1x2048xf32>, tensor<63x2048x16xf32>) -> tensor<1x1000xf32>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$a, DLC_NumberTensor:$b,
      ConfinedAttr<I64Attr, [IntPositive]>:$columns);
  let results = (outs DLC_NumberTensor:$y);
}

def DLC_ConvOp
    : DLC_InferredOp<"conv", [DeclareOpInterfaceMethods<
                                 DLC_WeightedOp, ["getNumGroups"]>]> {
  let summary = "Convolution over any number of spatial dimensions";
  let description = [{
    `x` is N x C x spatial, `filter` O x C/group x spatial, `bias` O. Pads are
    zeros. With S spatial dimensions, `strides` and `dilations` have S elements
    and `pads` 2 S. Integers accumulate in the element type, except that `ui8`
    convolved by `i8` and `i16` by `i16` give `i32`, with a bias of that type.

    The layout pass sets `input_block` and `output_block` (0: plain). With a
    block of B, the operand is N x C/B x spatial x B, the result N x O/B x
    spatial x B, the bias O/B x B, and the filter
    O/B x C/B x spatial x B x B (`output_block` alone: O/B x C x spatial x B).
    A blocked convolution has one group, or is depthwise (`group` = C = O, the
    same block on both sides) with a filter of O/B x 1 x spatial x B.
    Where the machine sums G products of narrow integers at once, `dot` is G, a
    divisor of the input's block B', and the filter
    O/B x C/B' x spatial x B'/G x B x G.

    A plain convolution by a constant filter takes constant factors and terms
    per channel, which follow it, into its filter and bias, and padding with
    zeros, which goes before it, into its pads.

    Example:

    ```mlir
    %y = dlc.conv %x, %w, bias = %b
           {strides = array<i64: 2, 2>, pads = array<i64: 3, 3, 3, 3>,
            dilations = array<i64: 1, 1>}
       : (tensor<1x3x224x224xf32>, tensor<64x3x7x7xf32>, tensor<64xf32>)
         -> tensor<1x64x112x112xf32>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$x, DLC_NumberTensor:$filter,
      Optional<DLC_NumberTensor>:$bias, DenseI64ArrayAttr:$strides,
      DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations,
      DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$group,
      DefaultValuedAttr<ConfinedAttr<I64Attr, [IntNonNegative]>, "0">:$input_block,
      DefaultValuedAttr<ConfinedAttr<I64Attr, [IntNonNegative]>, "0">:$output_block,
      DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$dot);
  let results = (outs DLC_NumberTensor:$y);
  let hasCanonicalizer = 1;
  let assemblyFormat = [{
    $x `,` $filter (`,` `bias` `=` $bias^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def DLC_ConvTransposeOp
    : DLC_InferredOp<"conv_transpose", [DeclareOpInterfaceMethods<
                                           DLC_WeightedOp,
                                           ["getNumGroups"]>]> {
  let summary = "Transposed convolution: the gradient of a convolution";
  let description = [{
    `x` is N x C x spatial, `filter` C x O/group x spatial, `bias` O. A spatial
    dimension of the result is
    `stride * (in - 1) + output_padding + (kernel - 1) * dilation + 1 - pads`.

    Example:

    ```mlir
    %y = dlc.conv_transpose %x, %w
           {strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>,
            dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 0>}
       : (tensor<1x8x7x7xf32>, tensor<8x4x2x2xf32>) -> tensor<1x4x14x14xf32>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x, DLC_FloatTensor:$filter,
      Optional<DLC_FloatTensor>:$bias, DenseI64ArrayAttr:$strides,
      DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations,
      DenseI64ArrayAttr:$output_padding,
      DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$group);
  let results = (outs DLC_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $filter (`,` `bias` `=` $bias^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def DLC_AttentionOp : DLC_InferredOp<"attention"> {
  let summary = "Scaled dot-product attention";
  let description = [{
    `softmax(scale * q k^T + mask) v` for each batch and head (Vaswani et al.,
    arXiv 1706.03762, section 3.2.1), the softmax being over the keys. Heads are
    inside tokens, as projections leave them: `q` is batch x queries x heads x
    size, `k` batch x keys x heads x size, `v` batch x keys x heads x value
    size, the result batch x queries x heads x value size. The optional `mask`
    is added; it broadcasts to batch x heads x queries x keys. `k` and `v` may
    have fewer heads than `q`, by a factor g: head h of `q` then belongs to their
    head h / g.

    A `softcap` c that isn't 0 limits the scaled products s to `c * tanh(s / c)`
    before the mask is added (Gemma 2, arXiv 2408.00118, section 2.3).

    With `heads_first`, `k` and `v` are batch x heads x keys x size, as caches
    of keys and values are, and are read where they lie.

    With `zero_unseen`, the result of a query that sees no key (all of its scores
    are -inf), or whose scores aren't numbers, is 0 instead of NaN.

    The importer makes this op of ONNX's `Attention` and of those of
    `com.microsoft`, `dlc-recognize-ops` of the ops that exporters spell it with.

    Rejected: saying here which keys a query sees (causal, windows, lengths). As a
    mask made of comparisons of positions, that is computed once for all layers,
    and any combination is one operand.

    Example:

    ```mlir
    %y = dlc.attention %q, %k, %v, mask = %m {scale = 0.125 : f64}
       : (tensor<1x128x12x64xf32>, tensor<1x128x12x64xf32>,
          tensor<1x128x12x64xf32>, tensor<1x1x1x128xf32>)
         -> tensor<1x128x12x64xf32>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$q, DLC_FloatTensor:$k,
      DLC_FloatTensor:$v, Optional<DLC_FloatTensor>:$mask,
      DefaultValuedAttr<F64Attr, "1.0">:$scale,
      DefaultValuedAttr<F64Attr, "0.0">:$softcap, UnitAttr:$heads_first,
      UnitAttr:$zero_unseen);
  let results = (outs DLC_FloatTensor:$y);
  let extraClassDeclaration = [{
    /// The dimensions of `k` and `v` that are heads and keys.
    int64_t getHeadAxis() { return getHeadsFirst() ? 1 : 2; }
    int64_t getKeyAxis() { return getHeadsFirst() ? 2 : 1; }
  }];
  let assemblyFormat = [{
    $q `,` $k `,` $v (`,` `mask` `=` $mask^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

#endif // DLC_CONTRACTION_TD
