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

def DLC_MaxPoolIndicesOp : DLC_InferredOp<"max_pool_indices"> {
  let summary = "Where the maxima over spatial windows are";
  let description = [{
    For each result of `max_pool`, the position of the element in all of `x`,
    batch and channels included, counted row by row, or with `column_major`
    from the outermost spatial dimension to the innermost one. Among equals
    the first one wins, a NaN over all else. A window that is padding alone
    gives -1.

    Example:

    ```mlir
    %i = dlc.max_pool_indices %x
           {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>,
            pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
       : (tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xi64>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$x, DenseI64ArrayAttr:$kernel,
      DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads,
      DenseI64ArrayAttr:$dilations, UnitAttr:$ceil_mode,
      UnitAttr:$column_major);
  let results = (outs RankedTensorOf<[I64]>:$y);
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

class DLC_RoiPoolOp<string mnemonic> : DLC_Op<mnemonic> {
  let results = (outs DLC_FloatTensor:$y);
  let hasVerifier = 1;
}

def DLC_RoiMode : I64EnumAttr<"RoiMode", "what becomes of the samples of a cell",
    [I64EnumAttrCase<"avg", 0>, I64EnumAttrCase<"max", 1>]> {
  let cppNamespace = "::dlc";
  let genSpecializedAttr = 0;
}
def DLC_RoiModeAttr : EnumAttr<DLC_Dialect, DLC_RoiMode, "roi_mode"> {
  let assemblyFormat = "`<` $value `>`";
}

def DLC_RoiAlignOp : DLC_RoiPoolOp<"roi_align"> {
  let summary = "Samples regions of images in a grid of cells";
  let description = [{
    `x` is N x C x H x W. Region r, `x0, y0, x1, y1` in `rois` times `scale`
    less `offset`, of the image `images[r]`, is divided into the cells that the
    result's type says: regions x C x rows x columns. A cell is the mean of
    `sampling` x `sampling` samples, or, if that is 0, of one for each element
    of its height and width, rounded up. Samples are interpolated between four
    elements; those up to 1 element outside are as at the border, further out
    they are 0. With `min_size` regions are at least that large.

    With `mode` max, a cell is the greatest of all elements times their weights
    in the interpolation, as in ONNX Runtime.

    A cell has at most 4096 samples along an axis; a region too large for that,
    which no image comes close to, is sampled less densely. A region that isn't
    a number has no samples.

    The lowering makes a table of weights per row of cells and rows of the
    image, and one of columns: the mean is a double sum over these.

    Example:

    ```mlir
    %y = dlc.roi_align %x, %rois, %images
           {scale = 0.25 : f64, offset = 0.5 : f64, min_size = 0.0 : f64,
            sampling = 2 : i64, mode = #dlc.roi_mode<avg>}
       : (tensor<1x256x50x50xf32>, tensor<100x4xf32>, tensor<100xi64>)
         -> tensor<100x256x7x7xf32>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x, DLC_FloatTensor:$rois,
      DLC_IndexTensor:$images, F64Attr:$scale, F64Attr:$offset,
      F64Attr:$min_size, ConfinedAttr<I64Attr, [IntNonNegative]>:$sampling,
      DLC_RoiModeAttr:$mode);
}

def DLC_MaxRoiPoolOp : DLC_RoiPoolOp<"max_roi_pool"> {
  let summary = "Maxima over cells of regions of images";
  let description = [{
    `x` is N x C x H x W, `rois` regions x 5: an image, and `x0, y0, x1, y1`,
    both ends included, which are rounded after the multiplication by `scale`.
    The result's type says how many cells a region has: regions x C x rows x
    columns. Cells overlap where they don't end at elements; one without
    elements gives 0.

    Example:

    ```mlir
    %y = dlc.max_roi_pool %x, %rois {scale = 0.0625 : f64}
       : (tensor<1x512x14x14xf32>, tensor<300x5xf32>) -> tensor<300x512x7x7xf32>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x, DLC_FloatTensor:$rois,
      F64Attr:$scale);
}

#endif // DLC_POOLING_TD
