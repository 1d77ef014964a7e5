//===- Resampling.td - Resampling of images ----------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_RESAMPLING_TD
#define DLC_RESAMPLING_TD

include "dialects/dlc/DLCBase.td"

def DLC_ResizeMode : I64EnumAttr<"ResizeMode", "how a resized value is found",
    [I64EnumAttrCase<"nearest", 0>, I64EnumAttrCase<"linear", 1>,
     I64EnumAttrCase<"cubic", 2>]> {
  let cppNamespace = "::dlc";
  let genSpecializedAttr = 0;
}
def DLC_ResizeModeAttr : EnumAttr<DLC_Dialect, DLC_ResizeMode, "resize_mode"> {
  let assemblyFormat = "`<` $value `>`";
}
def DLC_ResizeCoordinates : I64EnumAttr<"ResizeCoordinates",
    "where a result's position lies in the input",
    [I64EnumAttrCase<"half_pixel", 0>, I64EnumAttrCase<"pytorch_half_pixel", 1>,
     I64EnumAttrCase<"align_corners", 2>, I64EnumAttrCase<"asymmetric", 3>,
     I64EnumAttrCase<"tf_crop_and_resize", 4>,
     I64EnumAttrCase<"half_pixel_symmetric", 5>]> {
  let cppNamespace = "::dlc";
  let genSpecializedAttr = 0;
}
def DLC_ResizeCoordinatesAttr
    : EnumAttr<DLC_Dialect, DLC_ResizeCoordinates, "resize_coordinates"> {
  let assemblyFormat = "`<` $value `>`";
}
def DLC_ResizeNearest : I64EnumAttr<"ResizeNearest",
    "which neighbour `nearest` takes",
    [I64EnumAttrCase<"round_prefer_floor", 0>,
     I64EnumAttrCase<"round_prefer_ceil", 1>, I64EnumAttrCase<"floor", 2>,
     I64EnumAttrCase<"ceil", 3>]> {
  let cppNamespace = "::dlc";
  let genSpecializedAttr = 0;
}
def DLC_ResizeNearestAttr
    : EnumAttr<DLC_Dialect, DLC_ResizeNearest, "resize_nearest"> {
  let assemblyFormat = "`<` $value `>`";
}

def DLC_ResizeOp : DLC_Op<"resize"> {
  let summary = "Resamples a tensor to the result's shape";
  let description = [{
    ONNX's Resize with its parameters settled: the result's type says the
    shape, `scales` has one factor per dimension (0 for the ratio of its sizes,
    which may be open), `roi` all starts and then all
    ends (read by `tf_crop_and_resize` alone; empty otherwise).

    Coordinates are exact. A scale that f32 can't tell from the ratio of the
    sizes is that ratio; any other, and a bound of `roi`, is the simplest
    fraction that f32 rounds to it. So `nearest` takes a tie for what it is:
    20 elements to 6, or a scale of 0.3f, give 4.5 for the second one.

    With `antialias`, the weights of `linear` and `cubic` are stretched along
    dimensions that shrink, by 1 / scale, and divided by their sum; sizes have to
    be known then.

    Example:

    ```mlir
    %y = dlc.resize %x {scales = array<f64: 1.0, 1.0, 2.0, 2.0>,
                        mode = #dlc.resize_mode<nearest>,
                        coordinates = #dlc.resize_coordinates<asymmetric>}
       : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$x, DenseF64ArrayAttr:$scales,
      DefaultValuedAttr<DenseF64ArrayAttr, "{}">:$roi,
      DefaultValuedAttr<DLC_ResizeModeAttr, "ResizeMode::nearest">:$mode,
      DefaultValuedAttr<DLC_ResizeCoordinatesAttr,
                        "ResizeCoordinates::half_pixel">:$coordinates,
      DefaultValuedAttr<DLC_ResizeNearestAttr,
                        "ResizeNearest::round_prefer_floor">:$nearest,
      DefaultValuedAttr<F64Attr, "-0.75">:$cubic_coefficient,
      UnitAttr:$exclude_outside,
      DefaultValuedAttr<F64Attr, "0.0">:$extrapolation_value,
      UnitAttr:$antialias);
  let results = (outs DLC_NumberTensor:$y);
  let hasVerifier = 1;
}

def DLC_SamplePadding : I64EnumAttr<"SamplePadding",
    "what lies outside of an image",
    [I64EnumAttrCase<"zeros", 0>, I64EnumAttrCase<"border", 1>,
     I64EnumAttrCase<"reflection", 2>]> {
  let cppNamespace = "::dlc";
  let genSpecializedAttr = 0;
}
def DLC_SamplePaddingAttr
    : EnumAttr<DLC_Dialect, DLC_SamplePadding, "sample_padding"> {
  let assemblyFormat = "`<` $value `>`";
}

def DLC_SampleOp : DLC_InferredOp<"sample"> {
  let summary = "Takes elements of images at any coordinates";
  let description = [{
    `x` is N x C x spatial, `coordinates` N x points x S: for each point the
    coordinates along the S spatial dimensions, in their order, as numbers of
    elements. The result is N x C x points.

    A value is that of the `nearest` element (halfway, of the even one), or is
    interpolated between two (`linear`) or four (`cubic`, with -0.75 for the
    free coefficient) along each dimension. `padding` says what lies outside:
    zeros, the nearest element, or a reflection, about the borders' elements
    with `align_corners` and about their outer edges without. Coordinates that
    aren't numbers lie outside of zeros, and before the first element otherwise.

    The lowering computes elements and weights once per point, for all
    channels, and gathers channels that are neighbours in memory.

    Example:

    ```mlir
    %y = dlc.sample %x, %coordinates
           {mode = #dlc.resize_mode<linear>,
            padding = #dlc.sample_padding<zeros>}
       : (tensor<1x8x32x32xf32>, tensor<1x10x12x2xf32>) -> tensor<1x8x10x12xf32>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$x, DLC_FloatTensor:$coordinates,
      DLC_ResizeModeAttr:$mode, DLC_SamplePaddingAttr:$padding,
      UnitAttr:$align_corners);
  let results = (outs DLC_NumberTensor:$y);
}

#endif // DLC_RESAMPLING_TD
