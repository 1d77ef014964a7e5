//===- Storage.td - How elements lie in memory -------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_STORAGE_TD
#define DLC_STORAGE_TD

include "dialects/dlc/DLCBase.td"

def DLC_ByteVector : 1DTensorOf<[UI8]>;
def DLC_PackedTensor : RankedTensorOf<[DLC_NarrowInteger, F4E2M1FN]>;

def DLC_PackElementsOp : DLC_Op<"pack_elements"> {
  let summary = "Elements of 4 or 2 bits as bytes that hold several";
  let description = [{
    The tensor's elements in order, two or four to a byte, the first in the lowest
    bits; what is left of the last byte is zero. So an output of such elements
    leaves `@main`: the lowering makes these ops.

    Example:

    ```mlir
    %y = dlc.pack_elements %x : (tensor<3x5xi4>) -> tensor<8xui8>
    ```
  }];
  let arguments = (ins DLC_PackedTensor:$x);
  let results = (outs DLC_ByteVector:$y);
  let hasVerifier = 1;
}

def DLC_UnpackElementsOp : DLC_Op<"unpack_elements"> {
  let summary = "The opposite of `pack_elements`";
  let description = [{
    So an input of elements of 4 or 2 bits comes into `@main`. What is left of the
    last byte is ignored.

    Example:

    ```mlir
    %y = dlc.unpack_elements %x : (tensor<8xui8>) -> tensor<3x5xi4>
    ```
  }];
  let arguments = (ins DLC_ByteVector:$x);
  let results = (outs DLC_PackedTensor:$y);
  let hasVerifier = 1;
}

#endif // DLC_STORAGE_TD
