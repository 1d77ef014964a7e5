//===- Reduction.td - Reductions along axes ----------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_REDUCTION_TD
#define DLC_REDUCTION_TD

include "dialects/dlc/DLCBase.td"

/// What infers the result's type: a function over the adaptor.
class DLC_InferenceBy<string function> {
  string text = DLC_InferenceCode<[{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location> location,
        Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return }] # function # [{(location, adaptor, types);
    }
  }]>.text;
}

class DLC_ReduceOp<string mnemonic, string what, list<Trait> traits = []>
    : DLC_InferredOp<mnemonic, traits> {
  let summary = what # " along axes";
  let description = what # [{ along `axes` (sorted, distinct). Reduced
    dimensions are dropped, or kept with size 1 if `keepdims` is set.

    Example:

    ```mlir
    %y = dlc.}] # mnemonic # [{ %x {axes = array<i64: 1>, keepdims}
       : (tensor<4x8xf32>) -> tensor<4x1xf32>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$x, DenseI64ArrayAttr:$axes,
      UnitAttr:$keepdims);
  let results = (outs DLC_NumberTensor:$y);
  let hasFolder = 1;
  let extraClassDefinition = DLC_InferenceBy<"inferReduce">.text;
}
def DLC_ReduceSumOp : DLC_ReduceOp<"reduce_sum", "Sum">;
def DLC_ReduceMeanOp : DLC_ReduceOp<"reduce_mean", "Mean">;
def DLC_ReduceProdOp : DLC_ReduceOp<"reduce_prod", "Product">;
def DLC_ReduceMaxOp
    : DLC_ReduceOp<"reduce_max", "Maximum (NaN if there is one)",
                   [DLC_SelectsElements]>;
def DLC_ReduceMinOp
    : DLC_ReduceOp<"reduce_min", "Minimum (NaN if there is one)",
                   [DLC_SelectsElements]>;

class DLC_ArgReduceOp<string mnemonic, string what, string value>
    : DLC_InferredOp<mnemonic> {
  let summary = "Position of the " # what # " along one axis";
  let description = [{
    Gives i64 positions. Among equals the first wins, or the last with
    `select_last`. A NaN is taken for the }] # what # [{, as in NumPy and as }]
    # value # [{ propagates it.

    Example:

    ```mlir
    %y = dlc.}] # mnemonic # [{ %x {axis = 1 : i64}
       : (tensor<4x8xf32>) -> tensor<4xi64>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$x, I64Attr:$axis, UnitAttr:$keepdims,
      UnitAttr:$select_last);
  let results = (outs RankedTensorOf<[I64]>:$y);
  let extraClassDefinition = DLC_InferenceBy<"inferArgReduce">.text;
}
def DLC_ArgMaxOp : DLC_ArgReduceOp<"argmax", "maximum", "reduce_max">;
def DLC_ArgMinOp : DLC_ArgReduceOp<"argmin", "minimum", "reduce_min">;

class DLC_AxisOp<string mnemonic, string what>
    : DLC_Op<mnemonic, [SameOperandsAndResultType]> {
  let summary = what # " along one axis";
  let description = what # [{ along `axis`.

    Example:

    ```mlir
    %y = dlc.}] # mnemonic # [{ %x {axis = 1 : i64}
       : (tensor<4x8xf32>) -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$x, I64Attr:$axis);
  let results = (outs DLC_NumberTensor:$y);
  let hasVerifier = 1;
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::verify() {
      return ::dlc::checkAxis(getLoc(), "axis", getAxis(),
                              getX().getType().getRank());
    }
  }];
}
def DLC_SoftmaxOp : DLC_AxisOp<"softmax", "e^(x - max) / sum(e^(x - max))">;
def DLC_LogSoftmaxOp
    : DLC_AxisOp<"log_softmax", "(x - max) - ln(sum(e^(x - max)))">;
def DLC_HardmaxOp
    : DLC_AxisOp<"hardmax", "1 where argmax is, 0 elsewhere,">;
def DLC_CumSumOp : DLC_AxisOp<"cumsum", "Running sum"> {
  let description = [{
    `y[i] = x[0] + ... + x[i]` along `axis`; `exclusive` leaves out `x[i]`,
    `reverse` runs from the end.

    Example:

    ```mlir
    %y = dlc.cumsum %x {axis = 0 : i64, exclusive} : (tensor<5xf64>) -> tensor<5xf64>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$x, I64Attr:$axis, UnitAttr:$exclusive,
      UnitAttr:$reverse);
}
def DLC_CumProdOp : DLC_AxisOp<"cumprod", "Running product"> {
  let description = [{
    As `cumsum`, of products.

    Example:

    ```mlir
    %y = dlc.cumprod %x {axis = 0 : i64, exclusive} : (tensor<5xf64>) -> tensor<5xf64>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$x, I64Attr:$axis, UnitAttr:$exclusive,
      UnitAttr:$reverse);
}

def DLC_DetOp : DLC_InferredOp<"det"> {
  let summary = "Determinants of square matrices";
  let description = [{
    The matrices are the last two dimensions of `x`. Gaussian elimination with
    partial pivoting, matrix by matrix; a column of zeros gives 0.

    Example:

    ```mlir
    %y = dlc.det %x : (tensor<8x3x3xf32>) -> tensor<8xf32>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x);
  let results = (outs DLC_FloatTensor:$y);
}

#endif // DLC_REDUCTION_TD
