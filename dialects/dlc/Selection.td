//===- Selection.td - Elements selected by what they are ----*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_SELECTION_TD
#define DLC_SELECTION_TD

include "dialects/dlc/DLCBase.td"

def DLC_NonZeroOp : DLC_Op<"nonzero"> {
  let summary = "The positions of the elements that aren't zero";
  let description = [{
    One column for each such element, in row-major order; row d holds the
    coordinates in dimension d. There must be as many as the result has columns.

    Example:

    ```mlir
    %y = dlc.nonzero %x
       : (tensor<3x4xi1>) -> tensor<2x?xi64, #dlc.dims<2, s0>>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x);
  let results = (outs RankedTensorOf<[I64]>:$y);
  let hasVerifier = 1;
}

def DLC_TopKOp : DLC_InferredOp<"topk"> {
  let summary = "The k largest (or smallest) elements along an axis, in order";
  let description = [{
    Gives values and i64 positions; among equals the lower position comes first.
    NaN counts as larger than every number, as in NumPy's sort. A `k` that is an
    expression of the model's symbols stands in `open` instead.

    Example:

    ```mlir
    %v, %i = dlc.topk %x {axis = 1 : i64, k = 3 : i64, largest}
       : (tensor<3x4xf32>) -> (tensor<3x3xf32>, tensor<3x3xi64>)
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$x, I64Attr:$axis,
      ConfinedAttr<I64Attr, [IntNonNegative]>:$k, UnitAttr:$largest,
      OptionalAttr<DLC_DimsAttr>:$open);
  let results = (outs DLC_NumberTensor:$values, RankedTensorOf<[I64]>:$indices);
}

def DLC_NonMaxSuppressionOp : DLC_Op<"non_max_suppression"> {
  let summary = "Boxes in the order of their scores that overlap no better one";
  let description = [{
    `boxes` is batch x boxes x 4, `scores` batch x classes x boxes. For each batch
    and class, boxes of a score above `score_threshold` are taken in the order of
    their scores, the first of equals first, unless their intersection over union
    with one that was taken is above `iou_threshold`, and at most `most` of them.
    The coordinates of a box are those of two opposite corners, y first, or, with
    `center`, its center (x, y), width and height.

    Each row of `selected` is a batch, a class and a box; `count` is how many rows
    there are, those behind them mean nothing.

    Example:

    ```mlir
    %s, %n = dlc.non_max_suppression %boxes, %scores, %most, %iou, %least
       : (tensor<1x6x4xf32>, tensor<1x1x6xf32>, tensor<i64>, tensor<f32>,
          tensor<f32>) -> (tensor<6x3xi64>, tensor<i64>)
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$boxes, DLC_FloatTensor:$scores,
      0DTensorOf<[I64]>:$most, 0DTensorOf<[AnyFloat]>:$iou_threshold,
      0DTensorOf<[AnyFloat]>:$score_threshold, UnitAttr:$center);
  let results = (outs RankedTensorOf<[I64]>:$selected, 0DTensorOf<[I64]>:$count);
  let hasVerifier = 1;
}

def DLC_UniqueOp : DLC_InferredOp<"unique"> {
  let summary = "Which rows of a matrix are equal";
  let description = [{
    The distinct rows have numbers: in the order of the rows, compared from their
    first element on, with `sorted`, and otherwise in that of their first
    appearance. NaN equals itself and is larger than every number. `first` is
    where each appears first, `inverse` the number of each row of `x`, `counts`
    how often each appears, `count` how many there are; what stands in `first` and
    `counts` behind that means nothing.

    Example:

    ```mlir
    %first, %inverse, %counts, %count = dlc.unique %x {sorted}
       : (tensor<5x1xf32>)
         -> (tensor<5xi64>, tensor<5xi64>, tensor<5xi64>, tensor<i64>)
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$x, UnitAttr:$sorted);
  let results = (outs RankedTensorOf<[I64]>:$first,
      RankedTensorOf<[I64]>:$inverse, RankedTensorOf<[I64]>:$counts,
      0DTensorOf<[I64]>:$count);
}

#endif // DLC_SELECTION_TD
