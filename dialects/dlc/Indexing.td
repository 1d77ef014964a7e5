//===- Indexing.td - Gather, scatter, selection by position -*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_INDEXING_TD
#define DLC_INDEXING_TD

include "dialects/dlc/DLCBase.td"

def DLC_GatherOp : DLC_InferredOp<"gather"> {
  let summary = "Takes slices at given positions along one axis";
  let description = [{
    The result's shape is that of `x` with dimension `axis` replaced by the
    shape of `indices`. Negative indices count from the end. A constant index
    out of range is an error; one that is data is clamped.

    Example:

    ```mlir
    %y = dlc.gather %x, %i {axis = 0 : i64}
       : (tensor<100x8xf32>, tensor<2x3xi64>) -> tensor<2x3x8xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, DLC_IndexTensor:$indices, I64Attr:$axis);
  let results = (outs DLC_Tensor:$y);
  let hasCanonicalizer = 1;
  let hasFolder = 1;
}

/// An op whose position is a value of the program: it may be wrong where the op
/// isn't reached, so that nothing may run it earlier than it stands.
class DLC_AtPositionOp<string mnemonic, list<Trait> traits = []>
    : Op<DLC_Dialect, mnemonic, !listconcat(traits, [NoMemoryEffect])> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def DLC_SliceAtOp
    : DLC_AtPositionOp<"slice_at", [InferTypeOpAdaptorWithIsCompatible]> {
  let summary = "Takes what lies at one position of an axis";
  let description = [{
    The result's shape is that of `x` without dimension `axis`. The position, as
    that of a loop, lies inside the dimension.

    Example:

    ```mlir
    %y = dlc.slice_at %x, %i {axis = 0 : i64} : (tensor<5x3xf32>, index) -> tensor<3xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, Index:$position, I64Attr:$axis);
  let results = (outs DLC_Tensor:$y);
  let extraClassDefinition = DLC_InferenceCode<>.text;
  let hasCanonicalizer = 1;
  let hasFolder = 1;
}

def DLC_InsertAtOp
    : DLC_AtPositionOp<"insert_at", [AllTypesMatch<["dest", "y"]>]> {
  let summary = "Puts a tensor at one position of an axis of another";
  let description = [{
    `y` is `dest` with `value`, which lacks dimension `axis`, at the position.
    This, as that of a loop, lies inside the dimension.

    Example:

    ```mlir
    %y = dlc.insert_at %value, %dest, %i {axis = 0 : i64}
       : (tensor<3xf32>, tensor<5x3xf32>, index) -> tensor<5x3xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$value, DLC_Tensor:$dest, Index:$position,
      I64Attr:$axis);
  let results = (outs DLC_Tensor:$y);
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

def DLC_GatherElementsOp : DLC_InferredOp<"gather_elements"> {
  let summary = "Takes one element per position of an index tensor";
  let description = [{
    `y[i][j][k] = x[indices[i][j][k]][j][k]` for `axis` 0, and so on. Of indices
    holds what `gather` says.

    Example:

    ```mlir
    %y = dlc.gather_elements %x, %i {axis = 1 : i64}
       : (tensor<3x4xf32>, tensor<3x2xi64>) -> tensor<3x2xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, DLC_IndexTensor:$indices, I64Attr:$axis);
  let results = (outs DLC_Tensor:$y);
}

def DLC_GatherNDOp : DLC_InferredOp<"gather_nd"> {
  let summary = "Takes slices at positions given as tuples";
  let description = [{
    The last dimension of `indices` holds tuples that address the dimensions of
    `x` after the first `batch_dims`. Of indices holds what `gather` says.

    Example:

    ```mlir
    %y = dlc.gather_nd %x, %i : (tensor<2x2x3xf32>, tensor<5x2xi64>) -> tensor<5x3xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, DLC_IndexTensor:$indices,
      DefaultValuedAttr<I64Attr, "0">:$batch_dims);
  let results = (outs DLC_Tensor:$y);
}

def DLC_ScatterMode : I64EnumAttr<"ScatterMode", "what happens where an update lands",
    [I64EnumAttrCase<"replace", 0>, I64EnumAttrCase<"add", 1>,
     I64EnumAttrCase<"mul", 2>, I64EnumAttrCase<"max", 3>,
     I64EnumAttrCase<"min", 4>]> {
  let cppNamespace = "::dlc";
  let genSpecializedAttr = 0;
}
def DLC_ScatterModeAttr
    : EnumAttr<DLC_Dialect, DLC_ScatterMode, "scatter_mode"> {
  let assemblyFormat = "`<` $value `>`";
}

def DLC_ScatterElementsOp
    : DLC_Op<"scatter_elements", [AllTypesMatch<["x", "y"]>]> {
  let summary = "Updates one element per position of an index tensor";
  let description = [{
    `y = x`, then `y[indices[i][j]][j] = updates[i][j]` for `axis` 0, and so on,
    in row-major order of `updates`; `mode` may combine instead of replacing.

    Example:

    ```mlir
    %y = dlc.scatter_elements %x, %i, %u {axis = 1 : i64, mode = #dlc.scatter_mode<add>}
       : (tensor<1x5xf32>, tensor<1x2xi64>, tensor<1x2xf32>) -> tensor<1x5xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, DLC_IndexTensor:$indices,
      DLC_Tensor:$updates, I64Attr:$axis,
      DefaultValuedAttr<DLC_ScatterModeAttr, "ScatterMode::replace">:$mode);
  let results = (outs DLC_Tensor:$y);
  let hasVerifier = 1;
}

def DLC_ScatterNDOp : DLC_Op<"scatter_nd", [AllTypesMatch<["x", "y"]>]> {
  let summary = "Updates slices at positions given as tuples";
  let description = [{
    `y = x`, then `y[indices[i, :]] = updates[i]` in row-major order of the
    tuples; `mode` may combine instead of replacing.

    Example:

    ```mlir
    %y = dlc.scatter_nd %x, %i, %u
       : (tensor<8xf32>, tensor<4x1xi64>, tensor<4xf32>) -> tensor<8xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, DLC_IndexTensor:$indices,
      DLC_Tensor:$updates,
      DefaultValuedAttr<DLC_ScatterModeAttr, "ScatterMode::replace">:$mode);
  let results = (outs DLC_Tensor:$y);
  let hasVerifier = 1;
}

def DLC_OneHotOp : DLC_Op<"one_hot"> {
  let summary = "Turns positions into one-hot rows";
  let description = [{
    The result has a new dimension at `axis`: `on` where the index (negative
    ones count from the end) equals the position, `off` elsewhere.

    Example:

    ```mlir
    %y = dlc.one_hot %i, %on, %off {axis = 1 : i64}
       : (tensor<3xi64>, tensor<f32>, tensor<f32>) -> tensor<3x10xf32>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$indices, DLC_Tensor:$on, DLC_Tensor:$off,
      I64Attr:$axis);
  let results = (outs DLC_Tensor:$y);
  let hasVerifier = 1;
}

def DLC_TriluOp : DLC_Op<"trilu", [SameOperandsAndResultType]> {
  let summary = "Keeps a triangle of each matrix, zeros the rest";
  let description = [{
    Keeps elements with column - row >= k if `upper`, <= k otherwise.

    Example:

    ```mlir
    %y = dlc.trilu %x {k = 1 : i64, upper} : (tensor<4x5xi64>) -> tensor<4x5xi64>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, DefaultValuedAttr<I64Attr, "0">:$k,
      UnitAttr:$upper);
  let results = (outs DLC_Tensor:$y);
  let hasVerifier = 1;
}

#endif // DLC_INDEXING_TD
