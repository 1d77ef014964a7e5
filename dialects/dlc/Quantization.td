//===- Quantization.td - Quantization ----------------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_QUANTIZATION_TD
#define DLC_QUANTIZATION_TD

include "dialects/dlc/DLCBase.td"

def DLC_QuantizeOp
    : DLC_Op<"quantize", [DLC_KeepsFinite, AllShapesMatch<["x", "y"]>]> {
  let summary = "Real numbers to quantized ones";
  let description = [{
    `y = saturate(round_half_to_even(x / scale) + zero_point)`. `scale` and
    `zero_point` are scalars, or vectors over dimension `axis`, or, with a
    `block_size`, tensors that have one element for each block of so many along
    `axis`; the last block may have fewer.

    Where y is a float of 8 or 4 bits, `y = cast(x / scale + zero_point)`, with
    `saturate` as in `cast`.

    Example:

    ```mlir
    %y = dlc.quantize %x, %scale, %zero {axis = 1 : i64}
       : (tensor<1x8xf32>, tensor<8xf32>, tensor<8xi8>) -> tensor<1x8xi8>
    ```

    In blocks of 4, as integers of 4 bits:

    ```mlir
    %y = dlc.quantize %x, %scale, %zero {block_size = 4 : i64}
       : (tensor<1x8xf32>, tensor<1x2xf32>, tensor<1x2xi4>) -> tensor<1x8xi4>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x, DLC_FloatTensor:$scale,
      DLC_QuantizedTensor:$zero_point, DefaultValuedAttr<I64Attr, "1">:$axis,
      DefaultValuedAttr<I64Attr, "0">:$block_size,
      DefaultValuedAttr<BoolAttr, "true">:$saturate);
  let results = (outs DLC_QuantizedTensor:$y);
  let hasVerifier = 1;
}

def DLC_DequantizeOp
    : DLC_Op<"dequantize", [DLC_KeepsFinite, AllShapesMatch<["x", "y"]>]> {
  let summary = "Quantized numbers to real ones";
  let description = [{
    `y = (x - zero_point) * scale`, the parameters as in `quantize`. Constants
    canonicalize to what they stand for; a pass that wants to compute with the
    quantized numbers runs before.

    Example:

    ```mlir
    %y = dlc.dequantize %x, %scale, %zero
       : (tensor<1x8xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x8xf32>
    ```
  }];
  let arguments = (ins DLC_QuantizedTensor:$x, DLC_FloatTensor:$scale,
      DLC_QuantizedTensor:$zero_point, DefaultValuedAttr<I64Attr, "1">:$axis,
      DefaultValuedAttr<I64Attr, "0">:$block_size);
  let results = (outs DLC_FloatTensor:$y);
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def DLC_HistogramOp : DLC_Op<"histogram"> {
  let summary = "Counts elements in bins of equal width";
  let description = [{
    The result has one count for each of its bins, which divide `low` to `high`.
    What lies outside counts in the outermost bins, NaN in the first.
    Calibration is made of it.

    Example:

    ```mlir
    %y = dlc.histogram %x {low = 0.0 : f64, high = 6.0 : f64}
       : (tensor<1x8x4x4xf32>) -> tensor<2048xi32>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x, F64Attr:$low, F64Attr:$high);
  let results = (outs 1DTensorOf<[I32]>:$y);
  let hasVerifier = 1;
}

#endif // DLC_QUANTIZATION_TD
