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

#endif // DLC_CONSTANT_TD
