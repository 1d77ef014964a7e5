//===- Normalization.td - Normalization --------------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_NORMALIZATION_TD
#define DLC_NORMALIZATION_TD

include "dialects/dlc/DLCBase.td"

def DLC_BatchNormOp : DLC_Op<"batch_norm", [AllTypesMatch<["x", "y"]>]> {
  let summary = "Batch normalization with stored statistics";
  let description = [{
    `y = (x - mean) / sqrt(variance + epsilon) * scale + bias`, the parameters
    being vectors over dimension 1 of `x`. With constant parameters it
    canonicalizes to one multiplication and one addition per channel.

    Example:

    ```mlir
    %y = dlc.batch_norm %x, %scale, %bias, %mean, %variance {epsilon = 1.0e-5 : f64}
       : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>)
         -> tensor<1x8x4x4xf32>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x, DLC_FloatTensor:$scale,
      DLC_FloatTensor:$bias, DLC_FloatTensor:$mean, DLC_FloatTensor:$variance,
      DefaultValuedAttr<F64Attr, "1.0e-5">:$epsilon);
  let results = (outs DLC_FloatTensor:$y);
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def DLC_LayerNormOp : DLC_Op<"layer_norm", [AllTypesMatch<["x", "y"]>]> {
  let summary = "Layer normalization over the trailing dimensions";
  let description = [{
    `y = (x - mean) / sqrt(variance + epsilon) * scale + bias`, with the
    statistics taken over dimensions `axis` and beyond, in f32 at least
    (Ba et al., arXiv 1607.06450). `scale` and `bias` broadcast to `x`.

    Example:

    ```mlir
    %y = dlc.layer_norm %x, %scale, bias = %bias {axis = 2 : i64}
       : (tensor<1x4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x4x8xf32>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x, DLC_FloatTensor:$scale,
      Optional<DLC_FloatTensor>:$bias, I64Attr:$axis,
      DefaultValuedAttr<F64Attr, "1.0e-5">:$epsilon);
  let results = (outs DLC_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $scale (`,` `bias` `=` $bias^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def DLC_LRNOp : DLC_Op<"lrn", [SameOperandsAndResultType]> {
  let summary = "Local response normalization across channels";
  let description = [{
    `y = x / (bias + alpha / size * sum(x_c'^2))^beta`, the sum over the `size`
    channels around c (Krizhevsky et al., 2012, section 3.3).

    Example:

    ```mlir
    %y = dlc.lrn %x {size = 5 : i64} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x, ConfinedAttr<I64Attr, [IntPositive]>:$size,
      DefaultValuedAttr<F64Attr, "1.0e-4">:$alpha,
      DefaultValuedAttr<F64Attr, "0.75">:$beta,
      DefaultValuedAttr<F64Attr, "1.0">:$bias);
  let results = (outs DLC_FloatTensor:$y);
  let hasVerifier = 1;
}

#endif // DLC_NORMALIZATION_TD
