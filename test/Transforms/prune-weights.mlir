// RUN: dlc-opt %s --dlc-prune-weights | FileCheck %s --check-prefix=HALF
// RUN: dlc-opt %s --dlc-prune-weights="sparsity=0" | FileCheck %s --check-prefix=NONE
// RUN: dlc-opt %s --dlc-prune-weights="structure=1:2" | FileCheck %s --check-prefix=NM
// RUN: dlc-opt %s --dlc-prune-weights="structure=block block-outputs=2 block-inputs=1" | FileCheck %s --check-prefix=BLOCK
// RUN: dlc-opt %s --dlc-prune-weights="sparsity=0.5 global" | FileCheck %s --check-prefix=GLOBAL
// RUN: dlc-opt %s --dlc-prune-weights="structure=block sparsity=0.5 global block-outputs=2 block-inputs=1" | FileCheck %s --check-prefix=GLOBAL-BLOCK

// Of equal weights the first go; each layer loses its share.
// HALF-LABEL: func.func @product(
// HALF:         dense<{{\[\[}}0.000000e+00, -4.000000e+00], [0.000000e+00, 2.000000e+00], [3.000000e+00, 5.000000e+00], [0.000000e+00, 0.000000e+00]]>
// NONE-LABEL: func.func @product(
// NONE:         dense<{{\[\[}}1.000000e+00, -4.000000e+00], [2.000000e+00, 2.000000e+00], [3.000000e+00, 5.000000e+00], [1.000000e+00, 1.000000e+00]]>
// Neighbours along the inputs, which are the rows.
// NM-LABEL:   func.func @product(
// NM:           dense<{{\[\[}}0.000000e+00, -4.000000e+00], [2.000000e+00, 0.000000e+00], [3.000000e+00, 5.000000e+00], [0.000000e+00, 0.000000e+00]]>
// One block is an input of both outputs.
// BLOCK-LABEL: func.func @product(
// BLOCK:        dense<{{\[\[}}1.000000e+00, -4.000000e+00], [0.000000e+00, 0.000000e+00], [3.000000e+00, 5.000000e+00], [0.000000e+00, 0.000000e+00]]>
func.func @product(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = dlc.constant dense<[[1.0, -4.0], [2.0, 2.0], [3.0, 5.0], [1.0, 1.0]]> : tensor<4x2xf32>
  %y = dlc.matmul %x, %w : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// The same matrix, transposed.
// NM-LABEL:    func.func @transposed(
// NM:            dense<{{\[\[}}0.000000e+00, 2.000000e+00, 3.000000e+00, 0.000000e+00], [-4.000000e+00, 0.000000e+00, 5.000000e+00, 0.000000e+00]]>
// BLOCK-LABEL: func.func @transposed(
// BLOCK:         dense<{{\[\[}}1.000000e+00, 0.000000e+00, 3.000000e+00, 0.000000e+00], [-4.000000e+00, 0.000000e+00, 5.000000e+00, 0.000000e+00]]>
func.func @transposed(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = dlc.constant dense<[[1.0, 2.0, 3.0, 1.0], [-4.0, 2.0, 5.0, 1.0]]> : tensor<2x4xf32>
  %y = dlc.matmul %x, %w {transpose_b} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// A filter: per tap, along the input channels.
// NM-LABEL: func.func @conv(
// NM:         dense<{{\[\[\[}}1.000000e+00, 0.000000e+00], [0.000000e+00, 3.000000e+00]], {{\[\[}}7.000000e+00, 7.000000e+00], [0.000000e+00, 0.000000e+00]]]>
// BLOCK-LABEL: func.func @conv(
// BLOCK:      dense<{{\[\[\[}}1.000000e+00, 2.000000e+00], [0.000000e+00, 0.000000e+00]], {{\[\[}}7.000000e+00, 7.000000e+00], [0.000000e+00, 0.000000e+00]]]>
func.func @conv(%x: tensor<1x2x8xf32>) -> tensor<1x2x7xf32> {
  %w = dlc.constant dense<[[[1.0, 2.0], [0.5, 3.0]], [[7.0, 7.0], [1.0, 4.0]]]> : tensor<2x2x2xf32>
  %y = dlc.conv %x, %w {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x8xf32>, tensor<2x2x2xf32>) -> tensor<1x2x7xf32>
  return %y : tensor<1x2x7xf32>
}

// Globally, the small layer loses everything; blocks stay balanced within a
// layer.
// GLOBAL-LABEL: func.func @two(
// GLOBAL:         dense<0.000000e+00> : tensor<2x2xf32>
// GLOBAL:         dense<{{\[\[}}8.000000e+00, 9.000000e+00], [7.000000e+00, 6.000000e+00]]> : tensor<2x2xf32>
// GLOBAL-BLOCK-LABEL: func.func @two(
// GLOBAL-BLOCK:   dense<0.000000e+00> : tensor<2x2xf32>
// GLOBAL-BLOCK:   dense<{{\[\[}}8.000000e+00, 9.000000e+00], [7.000000e+00, 6.000000e+00]]> : tensor<2x2xf32>
func.func @two(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %v = dlc.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %w = dlc.constant dense<[[8.0, 9.0], [7.0, 6.0]]> : tensor<2x2xf32>
  %0 = dlc.matmul %x, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = dlc.matmul %0, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// Shared weights are pruned once; a layer whose weights aren't constant, or are
// read by others, keeps them and says why.
// HALF-LABEL: func.func @shared(
// HALF:         dense<{{\[\[}}0.000000e+00, 0.000000e+00], [3.000000e+00, 4.000000e+00]]>
// HALF-NOT:     dlc.not_pruned
// HALF:         dlc.matmul %{{.*}}, %arg1 {dlc.not_pruned = "its weights aren't constant"}
// HALF:         dense<{{\[\[}}5.000000e+00, 6.000000e+00], [7.000000e+00, 8.000000e+00]]>
// HALF:         dlc.matmul {{.*}}dlc.not_pruned = "dlc.neg reads its weights, too"
func.func @shared(%x: tensor<1x2xf32>, %argument: tensor<2x2xf32>) -> (tensor<1x2xf32>, tensor<2x2xf32>) {
  %w = dlc.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = dlc.matmul %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = dlc.matmul %0, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %2 = dlc.matmul %1, %argument : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %v = dlc.constant dense<[[5.0, 6.0], [7.0, 8.0]]> : tensor<2x2xf32>
  %3 = dlc.matmul %2, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %4 = dlc.neg %v : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %3, %4 : tensor<1x2xf32>, tensor<2x2xf32>
}
