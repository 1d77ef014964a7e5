//===- Constant.td - Constants -----------------------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_CONSTANT_TD
#define DLC_CONSTANT_TD

include "dialects/dlc/DLCBase.td"

def DLC_ConstantOp : DLC_Op<"constant", [ConstantLike,
                                         AllTypesMatch<["value", "y"]>]> {
  let summary = "A tensor known at compile time";
  let description = [{
    Weights are `dense_resource` blobs: kept once, never uniqued, never printed
    whole. Small constants are `dense`.

    Example:

    ```mlir
    %y = dlc.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %w = dlc.constant dense_resource<conv1_w> : tensor<64x3x7x7xf32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs DLC_Tensor:$y);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def DLC_EmptyOp : DLC_Op<"empty"> {
  let summary = "A tensor whose elements are all to be replaced";
  let description = [{
    What a loop begins with that inserts every part of a tensor. No result may
    depend on its elements.

    Example:

    ```mlir
    %y = dlc.empty : () -> tensor<?x16xf32, #dlc.dims<s0, 16>>
    ```
  }];
  let results = (outs DLC_Tensor:$y);
}

def DLC_SizeOp : DLC_Op<"size"> {
  let summary = "A size that the model leaves open, as a number of the program";
  let description = [{
    For the bounds of loops, and positions. `tensor.extract` of `dlc.sizes`
    becomes this.

    Example:

    ```mlir
    %n = dlc.size {value = #dlc.dims<s0 + 1>} : () -> index
    ```
  }];
  let arguments = (ins DLC_DimsAttr:$value);
  let results = (outs Index:$size);
  let hasFolder = 1;
  let hasVerifier = 1;
}

def DLC_SizesOp : DLC_Op<"sizes"> {
  let summary = "Sizes that the model leaves open, as a tensor of integers";
  let description = [{
    What is left of `Shape` and arithmetic with it: one element per expression.

    Example:

    ```mlir
    %y = dlc.sizes {values = #dlc.dims<s0, s1 + 1>} : () -> tensor<2xi64>
    ```
  }];
  let arguments = (ins DLC_DimsAttr:$values);
  let results = (outs DLC_IndexTensor:$y);
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

def DLC_DefineSizeOp
    : Op<DLC_Dialect, "define_size", [MemoryEffects<[MemWrite]>]> {
  let summary = "Says what a computed size is";
  let description = [{
    From here on, symbol `symbol` of the module's `dlc.symbols` is `value`; it
    must lie within the symbol's bounds, which is checked when the model runs.
    Types and sizes that name the symbol may stand only where this op has run:
    behind it in its block, or in blocks inside of these. Each computed symbol
    has one such op; in a loop, each iteration defines it anew.

    Example:

    ```mlir
    dlc.define_size %count {symbol = 1 : i64} : (tensor<i64>) -> ()
    ```

    Rejected: a result of type `index` that types depend on. Types can name no
    values, and what was computed from symbols would be of two kinds.
  }];
  let arguments = (ins RankedTensorOf<[I64]>:$value,
      ConfinedAttr<I64Attr, [IntNonNegative]>:$symbol);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def DLC_RangeOp : DLC_Op<"range"> {
  let summary = "Evenly spaced numbers";
  let description = [{
    `y[i] = start + i * delta`; the result's type says how many.

    Example:

    ```mlir
    %y = dlc.range %start, %delta
       : (tensor<i64>, tensor<i64>) -> tensor<?xi64, #dlc.dims<s0>>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$start, DLC_NumberTensor:$delta);
  let results = (outs DLC_NumberTensor:$y);
  let hasVerifier = 1;
}

#endif // DLC_CONSTANT_TD
