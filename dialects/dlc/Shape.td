//===- Shape.td - Shape changes and data movement ----------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_SHAPE_TD
#define DLC_SHAPE_TD

include "dialects/dlc/DLCBase.td"

def DLC_ReshapeOp : DLC_Op<"reshape", [DLC_SelectsElements]> {
  let summary = "The same elements in the same order under another shape";
  let description = [{
    The result's type says the shape. Without `#dlc.dims`, at most one of its
    dimensions may be dynamic, and then only if the operand has a dynamic one
    too; more may be where only sizes of 1 come and go.

    Example:

    ```mlir
    %y = dlc.reshape %x : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x);
  let results = (outs DLC_Tensor:$y);
  let hasCanonicalizer = 1;
  let hasFolder = 1;
  let hasVerifier = 1;
}

def DLC_CheckSizesOp : DLC_Op<"check_sizes", [DLC_SelectsElements]> {
  let summary = "The same tensor, whose sizes must be those of the result";
  let description = [{
    Says of open sizes what a node demands of them: that one is 1, or that it
    divides into parts. Where it doesn't hold for all sizes, it is checked when
    the model runs.

    Example:

    ```mlir
    %y = dlc.check_sizes %x : (tensor<?x4xf32, #dlc.dims<s0, 4>>) -> tensor<1x4xf32>
    ```

    Rejected: `reshape`, which says as much, but of the number of elements; what
    follows couldn't tell which dimension is meant.
  }];
  let arguments = (ins DLC_Tensor:$x);
  let results = (outs DLC_Tensor:$y);
  let hasFolder = 1;
  let hasVerifier = 1;
}

def DLC_TransposeOp : DLC_InferredOp<"transpose", [DLC_SelectsElements]> {
  let summary = "Permutes dimensions";
  let description = [{
    Dimension i of the result is dimension `perm[i]` of the operand.

    Example:

    ```mlir
    %y = dlc.transpose %x {perm = array<i64: 0, 2, 3, 1>}
       : (tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, DenseI64ArrayAttr:$perm);
  let results = (outs DLC_Tensor:$y);
  let hasCanonicalizer = 1;
  let hasFolder = 1;
}

def DLC_ExpandOp : DLC_Op<"expand", [DLC_SelectsElements]> {
  let summary = "Broadcasts to the result's shape";
  let description = [{
    NumPy's `broadcast_to`: sizes of 1 repeat, missing leading dimensions too.

    Example:

    ```mlir
    %y = dlc.expand %x : (tensor<3x1xf32>) -> tensor<2x3x4xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x);
  let results = (outs DLC_Tensor:$y);
  let hasFolder = 1;
  let hasVerifier = 1;
}

def DLC_ConcatOp : DLC_InferredOp<"concat", [SameOperandsElementType,
                                             DLC_SelectsElements]> {
  let summary = "Joins tensors along one axis";
  let description = [{
    Example:

    ```mlir
    %y = dlc.concat %a, %b {axis = 1 : i64}
       : (tensor<1x3x4xf32>, tensor<1x5x4xf32>) -> tensor<1x8x4xf32>
    ```
  }];
  let arguments = (ins Variadic<DLC_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs DLC_Tensor:$y);
  let hasFolder = 1;
}

def DLC_InterleaveOp : DLC_InferredOp<"interleave", [SameOperandsElementType,
                                                     DLC_SelectsElements]> {
  let summary = "Elements of several tensors in turn";
  let description = [{
    `factors` has one element per dimension, and there are as many inputs, all of
    the same shape, as their product. Element i of the result in a dimension of
    factor f comes from position i / f of the inputs whose number there is i mod
    f; the numbers of the last dimension vary fastest. A transposed convolution
    with steps is convolutions in turn.

    Rejected: concatenation along dimensions of size 1, and a reshape. Blocks of
    channels would have to move through the reshapes.

    Example:

    ```mlir
    %y = dlc.interleave %a, %b {factors = array<i64: 1, 1, 2>}
       : (tensor<1x3x4xf32>, tensor<1x3x4xf32>) -> tensor<1x3x8xf32>
    ```
  }];
  let arguments = (ins Variadic<DLC_Tensor>:$inputs,
      DenseI64ArrayAttr:$factors);
  let results = (outs DLC_Tensor:$y);
}

def DLC_AppendOp : DLC_InferredOp<"append", [SameOperandsElementType]> {
  let summary = "Writes rows behind those that a buffer has";
  let description = [{
    The result is `buffer`, but for `rows`, which stand in it along `axis` from
    `position` on: `y[.., position + i, ..] = rows[.., i, ..]`. The buffer has
    room for them. This is how a model adds to a state that it keeps (the
    argument attribute `dlc.state`); it then happens in place, and no row that
    is there is touched.

    Rejected: leaving it a `concat` of past and new, to be found again where
    buffers are assigned. What layout and fusion have done to it by then, and
    that the buffer is larger than the past, can't be said of a concatenation.

    Example:

    ```mlir
    %y = dlc.append %buffer, %rows {axis = 1 : i64, position = #dlc.dims<s0>}
       : (tensor<2x?x8xf32, #dlc.dims<2, s1, 8>>, tensor<2x1x8xf32>)
         -> tensor<2x?x8xf32, #dlc.dims<2, s1, 8>>
    ```
  }];
  let arguments = (ins DLC_Tensor:$buffer, DLC_Tensor:$rows, I64Attr:$axis,
      DLC_DimsAttr:$position);
  let results = (outs DLC_Tensor:$y);
  let extraClassDeclaration = [{
    /// The position as a size.
    ::dlc::Dim getPositionDim() { return Dim(getPosition().getDims().front()); }
  }];
}

def DLC_SliceOp : DLC_InferredOp<"slice", [DLC_SelectsElements]> {
  let summary = "Takes a strided box out of a tensor";
  let description = [{
    One start, size and step per dimension; `y[i] = x[starts + i * steps]`.
    Steps may be negative, never 0. The box lies inside the operand. A dimension
    of unknown size may be taken whole: start 0, step 1, a dynamic size.

    Starts and sizes that are expressions of the model's symbols stand in `open`,
    together with the others: all starts, then all sizes.

    Example:

    ```mlir
    %y = dlc.slice %x {starts = array<i64: 0, 9>, sizes = array<i64: 2, 5>,
                       steps = array<i64: 1, -2>}
       : (tensor<2x10xf32>) -> tensor<2x5xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, DenseI64ArrayAttr:$starts,
      DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$steps,
      OptionalAttr<DLC_DimsAttr>:$open);
  let results = (outs DLC_Tensor:$y);
  let builders = [
    OpBuilder<(ins "::mlir::Type":$type, "::mlir::Value":$x,
        "::llvm::ArrayRef<::dlc::Dim>":$starts,
        "::llvm::ArrayRef<::dlc::Dim>":$sizes,
        "::llvm::ArrayRef<int64_t>":$steps)>,
    OpBuilder<(ins "::mlir::Type":$type, "::mlir::Value":$x,
        "::llvm::ArrayRef<int64_t>":$starts, "::llvm::ArrayRef<int64_t>":$sizes,
        "::llvm::ArrayRef<int64_t>":$steps), [{
      build($_builder, $_state, type, x, starts, sizes, steps, DimsAttr());
    }]>];
  let extraClassDeclaration = [{
    /// The starts and sizes, open ones too.
    ::dlc::Shape getStartDims();
    ::dlc::Shape getSizeDims();
  }];
  let hasCanonicalizer = 1;
  let hasFolder = 1;
}

def DLC_PadMode : I64EnumAttr<"PadMode", "how the padding gets its values",
    [I64EnumAttrCase<"constant", 0>, I64EnumAttrCase<"reflect", 1>,
     I64EnumAttrCase<"edge", 2>, I64EnumAttrCase<"wrap", 3>]> {
  let cppNamespace = "::dlc";
  let genSpecializedAttr = 0;
}
def DLC_PadModeAttr : EnumAttr<DLC_Dialect, DLC_PadMode, "pad_mode"> {
  let assemblyFormat = "`<` $value `>`";
}

def DLC_PadOp : DLC_InferredOp<"pad"> {
  let summary = "Adds (or, where negative, removes) elements at the borders";
  let description = [{
    `pads` holds one begin per dimension, then one end per dimension. `value`,
    a scalar, is what the mode `constant` fills in; without it, zero.

    Amounts that are expressions of the model's symbols stand in `open`, together
    with the others; these only add.

    Example:

    ```mlir
    %y = dlc.pad %x, %zero {pads = array<i64: 0, 1, 0, 1>, mode = #dlc.pad_mode<constant>}
       : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x5xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, Optional<DLC_Tensor>:$value,
      DenseI64ArrayAttr:$pads,
      DefaultValuedAttr<DLC_PadModeAttr, "PadMode::constant">:$mode,
      OptionalAttr<DLC_DimsAttr>:$open);
  let results = (outs DLC_Tensor:$y);
  let builders = [
    OpBuilder<(ins "::mlir::Type":$type, "::mlir::Value":$x,
        "::mlir::Value":$value, "::llvm::ArrayRef<::dlc::Dim>":$pads,
        "::dlc::PadMode":$mode)>,
    OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$value,
        "::llvm::ArrayRef<int64_t>":$pads, "::dlc::PadMode":$mode), [{
      build($_builder, $_state, x, value, pads, mode, DimsAttr());
    }]>];
  let extraClassDeclaration = [{
    /// The amounts, open ones too.
    ::dlc::Shape getPadDims();
  }];
}

def DLC_TileOp : DLC_InferredOp<"tile", [DLC_SelectsElements]> {
  let summary = "Repeats a tensor along its dimensions";
  let description = [{
    Example:

    ```mlir
    %y = dlc.tile %x {repeats = array<i64: 2, 1>} : (tensor<2x3xf32>) -> tensor<4x3xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, DenseI64ArrayAttr:$repeats);
  let results = (outs DLC_Tensor:$y);
  let hasFolder = 1;
}

def DLC_PackOp : DLC_InferredOp<"pack", [DLC_SelectsElements]> {
  let summary = "Splits one dimension into blocks, the block innermost";
  let description = [{
    Dimension `axis`, of size D, becomes D / block; a new innermost dimension
    has size `block`. D must be a multiple of `block`.

    Example:

    ```mlir
    %y = dlc.pack %x {axis = 1 : i64, block = 16 : i64}
       : (tensor<1x64x7x7xf32>) -> tensor<1x4x7x7x16xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, I64Attr:$axis,
      ConfinedAttr<I64Attr, [IntPositive]>:$block);
  let results = (outs DLC_Tensor:$y);
  let hasFolder = 1;
}

def DLC_UnpackOp : DLC_InferredOp<"unpack", [DLC_SelectsElements]> {
  let summary = "Undoes `pack`";
  let description = [{
    The innermost dimension is merged into dimension `axis`.

    Example:

    ```mlir
    %y = dlc.unpack %x {axis = 1 : i64}
       : (tensor<1x4x7x7x16xf32>) -> tensor<1x64x7x7xf32>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x, I64Attr:$axis);
  let results = (outs DLC_Tensor:$y);
  let hasFolder = 1;
}

#endif // DLC_SHAPE_TD
