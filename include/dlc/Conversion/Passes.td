//===- Passes.td - Conversion passes -----------------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_CONVERSION_PASSES_TD
#define DLC_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertDLCToLinalgPass : Pass<"convert-dlc-to-linalg", "::mlir::ModuleOp"> {
  let summary = "Lower the dlc dialect to linalg on tensors";
  let description = [{
    Rewrites every dlc op of static shape into `linalg.generic` and data
    movement of the tensor dialect. Unsigned integers become signless ones, in
    function signatures too: from there on the arith ops say how an integer is
    read.

    What the code generator can rely on:

    - Of linalg there are `linalg.generic` and `linalg.fill` only, and every
      init is a fresh `tensor.empty`, a fill or a copy: no op writes into a
      tensor that another op reads, but for insertions at the position of a loop.
    - Loops and branches have signless types, too; a tensor of one scalar is a
      fill.
    - Broadcasting is in the indexing maps (a dimension of size 1 is read at
      constant 0), never materialised; scalar constants are inside the bodies.
    - Sizes, pads, offsets and strides are numbers, or expressions of `@main`'s
      index arguments and of the computed sizes: `dlc.define_size` becomes a call
      of the declared function `@define_size`, whose result is the size, and
      `cf.assert`s of what must hold of it.
    - f16 and bf16 are computed and accumulated in f32.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

#endif // DLC_CONVERSION_PASSES_TD
