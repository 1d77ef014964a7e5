//===- Passes.td - Passes from dlc to dlc ------------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_TRANSFORMS_PASSES_TD
#define DLC_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def AssignLayout : Pass<"dlc-assign-layout", "::mlir::func::FuncOp"> {
  let summary = "Chooses the layouts in which contractions run";
  let description = [{
    Convolutions of one group, and depthwise ones, run on channel-blocked
    operands (N x C/B x spatial x B), matrix products by constants on panels of
    columns. Zeros fill up a last block that is at least half full; between
    convolutions these channels hold whatever finite values ops make of them,
    since all weights they meet are zero. The pass puts `dlc.pack` before and `dlc.unpack` after each such op,
    then moves every `unpack` towards the results, through elementwise ops,
    pooling, concatenation and reductions over space, until it meets a `pack` and
    both vanish. Constants are packed at compile time by the folder of `pack`.

    Before:

    ```mlir
    %0 = dlc.conv %x, %w {...} : (tensor<1x64x56x56xf32>, tensor<64x64x1x1xf32>)
           -> tensor<1x64x56x56xf32>
    %1 = dlc.relu %0
    ```

    After (block 16):

    ```mlir
    %p = dlc.pack %x {axis = 1, block = 16}
    %0 = dlc.conv %p, %wp {input_block = 16, output_block = 16, ...}
           : (tensor<1x4x56x56x16xf32>, tensor<4x4x1x1x16x16xf32>)
           -> tensor<1x4x56x56x16xf32>
    %1 = dlc.relu %0
    %2 = dlc.unpack %1 {axis = 1}
    ```
  }];
  let options = [
    Option<"block", "block", "int64_t", "16",
           "Channels in a block; 0 leaves layouts alone">
  ];
  let dependentDialects = ["::dlc::DLCDialect"];
}

def ReleaseDeadWeights : Pass<"dlc-release-dead-weights", "::mlir::ModuleOp"> {
  let summary = "Frees the memory of weights that no op holds any more";
  let description = [{
    MLIR keeps `dense_resource` blobs as long as its context lives. Once weights
    have been packed, the originals would double the memory a compilation takes;
    this pass empties every blob that no attribute of the module refers to.
    Meant for a context that holds one module only.
  }];
  let statistics = [
    Statistic<"numBytes", "bytes", "Bytes released">
  ];
}

#endif // DLC_TRANSFORMS_PASSES_TD
