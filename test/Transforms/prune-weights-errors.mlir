// RUN: not dlc-opt %s --dlc-prune-weights="sparsity=1" 2>&1 | FileCheck %s --check-prefix=ONE
// RUN: not dlc-opt %s --dlc-prune-weights="sparsity=-0.5" 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// RUN: not dlc-opt %s --dlc-prune-weights="sparsity=nan" 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not dlc-opt %s --dlc-prune-weights="structure=rings" 2>&1 | FileCheck %s --check-prefix=RINGS
// RUN: not dlc-opt %s --dlc-prune-weights="structure=4:2" 2>&1 | FileCheck %s --check-prefix=ORDER
// RUN: not dlc-opt %s --dlc-prune-weights="structure=channel" 2>&1 | FileCheck %s --check-prefix=CHANNEL
// RUN: not dlc-opt %s --dlc-prune-weights="structure=2:4 sparsity=0.75" 2>&1 | FileCheck %s --check-prefix=DISAGREE
// RUN: not dlc-opt %s --dlc-prune-weights="structure=2:4 global" 2>&1 | FileCheck %s --check-prefix=GLOBAL
// RUN: not dlc-opt %s --dlc-prune-weights="structure=block block-inputs=0" 2>&1 | FileCheck %s --check-prefix=SIZE
// RUN: not dlc-opt %s --dlc-prune-weights="structure=2:4" 2>&1 | FileCheck %s --check-prefix=NOTHING
// RUN: not dlc-opt %s --dlc-prune-weights="structure=block" 2>&1 | FileCheck %s --check-prefix=SMALL
// RUN: not dlc-opt %s --dlc-prune-weights="pointwise" 2>&1 | FileCheck %s --check-prefix=POINTWISE

// ONE: error: sparsity is 1, expected at least 0 and less than 1
// NEGATIVE: error: sparsity is -0.5, expected at least 0 and less than 1
// NAN: error: sparsity is nan, expected at least 0 and less than 1
// RINGS: error: structure 'rings': expected unstructured, block, channel or n:m as in 2:4
// ORDER: error: structure '4:2': n must be at least 1 and below m
// CHANNEL: error: channels are removed by dlc-prune-channels
// DISAGREE: error: sparsity is 0.75, but 2:4 means 0.5
// GLOBAL: error: n:m leaves nothing to choose globally
// SIZE: error: a block is 16x0, expected at least 1x1
// NOTHING: error: nothing can be pruned
// NOTHING: note: dlc.conv: its 3 inputs aren't a multiple of 4
// NOTHING: note: dlc.conv: its weights aren't constant
// SMALL: note: dlc.conv: 2 outputs x 3 inputs don't fill a block of 16x4
// POINTWISE: note: dlc.conv: only 1x1 convolutions and matrix products were asked for
func.func @conv(%x: tensor<1x3x8xf32>, %argument: tensor<2x2x1xf32>) -> tensor<1x2x7xf32> {
  %w = dlc.constant dense<0.5> : tensor<2x3x2xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<2x3x2xf32>) -> tensor<1x2x7xf32>
  %1 = dlc.conv %0, %argument {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x7xf32>, tensor<2x2x1xf32>) -> tensor<1x2x7xf32>
  return %1 : tensor<1x2x7xf32>
}
