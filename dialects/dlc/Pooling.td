//===- Pooling.td - Pooling over spatial windows -----------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_POOLING_TD
#define DLC_POOLING_TD

include "dialects/dlc/DLCBase.td"

class DLC_PoolOp<string mnemonic, list<Trait> traits = []>
    : DLC_InferredOp<mnemonic, traits> {
  dag poolArguments = (ins DLC_NumberTensor:$x, DenseI64ArrayAttr:$kernel,
      DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads,
      DenseI64ArrayAttr:$dilations, UnitAttr:$ceil_mode,
      DefaultValuedAttr<ConfinedAttr<I64Attr, [IntNonNegative]>, "0">:$block);
}

def DLC_MaxPoolOp : DLC_PoolOp<"max_pool", [DLC_SelectsElements]> {
  let summary = "Maximum over spatial windows";
  let description = [{
    `x` is N x C x spatial; padding never wins, NaN always. `ceil_mode` rounds
    the number of windows up, as ONNX does: a window that would start in the end
    padding is dropped. With a channel `block` of B, `x` is
    N x C/B x spatial x B.

    Example:

    ```mlir
    %y = dlc.max_pool %x
           {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>,
            pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
       : (tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32>
    ```
  }];
  let arguments = poolArguments;
  let results = (outs DLC_NumberTensor:$y);
}

def DLC_AvgPoolOp : DLC_PoolOp<"avg_pool"> {
  let summary = "Mean over spatial windows";
  let description = [{
    As `max_pool`. The divisor is the number of elements inside the input, or,
    with `count_include_pad`, inside the padded input.

    Example:

    ```mlir
    %y = dlc.avg_pool %x {count_include_pad,
            kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>,
            pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
       : (tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xf32>
    ```
  }];
  let arguments = !con(poolArguments, (ins UnitAttr:$count_include_pad));
  let results = (outs DLC_NumberTensor:$y);
}

#endif // DLC_POOLING_TD
