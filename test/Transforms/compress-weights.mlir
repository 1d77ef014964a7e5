// RUN: dlc-opt %s --split-input-file --dlc-compress-weights | FileCheck %s

// A panel of four rows, of which one is zero but for its sign: a row is stored
// at a time. The fullest panel has two rows, the other one repeats its last,
// with zeros.
// CHECK-LABEL: func.func @rows(
// CHECK-DAG:     %[[VALUES:.*]] = dlc.constant dense<{{\[\[\[\[}}1.000000e+00, 2.000000e+00]], {{\[\[}}3.000000e+00, 0.000000e+00]]], {{\[\[\[}}5.000000e+00, 6.000000e+00]], {{\[\[}}0.000000e+00, 0.000000e+00]]]]> : tensor<2x2x1x2xf32>
// CHECK-DAG:     %[[ROWS:.*]] = dlc.constant dense<{{\[\[}}0, 6], [3, 3]]> : tensor<2x2xi32>
// CHECK:         dlc.sparse_matmul %arg0, %[[VALUES]], %[[ROWS]] {columns = 3 : i64}
// CHECK-SAME:      -> tensor<1x3xf32>
func.func @rows(%a: tensor<1x8xf32>) -> tensor<1x3xf32> {
  %b = dlc.constant dense<[[[1.0, 2.0], [0.0, 0.0], [-0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [3.0, 0.0], [0.0, 0.0]],
                           [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [5.0, 6.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]]> : tensor<2x8x2xf32>
  %y = dlc.packed_matmul %a, %b {columns = 3 : i64} : (tensor<1x8xf32>, tensor<2x8x2xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// -----

// Neighbours make one block of two channels; the bias becomes an addition.
// CHECK-LABEL: func.func @conv(
// CHECK-DAG:     %[[VALUES:.*]] = dlc.constant dense<{{.*}}> : tensor<1x1x2x2xf32>
// CHECK-DAG:     %[[CHANNELS:.*]] = dlc.constant dense<2> : tensor<1x1xi32>
// CHECK:         %[[SUM:.*]] = dlc.sparse_conv %arg0, %[[VALUES]], %[[CHANNELS]] {strides = array<i64: 2, 2>}
// CHECK-SAME:      -> tensor<1x1x2x2x2xf32>
// CHECK:         %[[BIAS:.*]] = dlc.reshape %arg1 : (tensor<1x2xf32>) -> tensor<1x1x1x1x2xf32>
// CHECK:         dlc.add %[[SUM]], %[[BIAS]]
func.func @conv(%x: tensor<1x3x4x4x2xf32>, %bias: tensor<1x2xf32>) -> tensor<1x1x2x2x2xf32> {
  %w = dlc.constant dense<[[[[[[0.0, 0.0], [0.0, 0.0]]]], [[[[1.0, 2.0], [3.0, 4.0]]]], [[[[0.0, 0.0], [0.0, 0.0]]]]]]> : tensor<1x3x1x1x2x2xf32>
  %y = dlc.conv %x, %w, bias = %bias {strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, input_block = 2 : i64, output_block = 2 : i64} : (tensor<1x3x4x4x2xf32>, tensor<1x3x1x1x2x2xf32>, tensor<1x2xf32>) -> tensor<1x1x2x2x2xf32>
  return %y : tensor<1x1x2x2x2xf32>
}

// -----

// All zero: one block is kept, for shapes have no zeros.
// CHECK-LABEL: func.func @empty(
// CHECK:         dlc.sparse_matmul {{.*}} : (tensor<1x4xf32>, tensor<2x1x1x2xf32>, tensor<2x1xi32>)
func.func @empty(%a: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %b = dlc.constant dense<[[[0.0, -0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]]> : tensor<2x4x2xf32>
  %y = dlc.packed_matmul %a, %b {columns = 4 : i64} : (tensor<1x4xf32>, tensor<2x4x2xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// One full panel is enough: all store as many blocks as it has.
// CHECK-LABEL: func.func @unbalanced(
// CHECK:         dlc.packed_matmul
func.func @unbalanced(%a: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %b = dlc.constant dense<[[[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [4.0, 4.0]], [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]]> : tensor<2x4x2xf32>
  %y = dlc.packed_matmul %a, %b {columns = 4 : i64} : (tensor<1x4xf32>, tensor<2x4x2xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// Padding, more than one tap, weights that aren't constant: dense.
// CHECK-LABEL: func.func @dense(
// CHECK-NOT:     sparse
func.func @dense(%x: tensor<1x2x4x2xf32>, %argument: tensor<1x2x1x2x2xf32>) -> (tensor<1x1x6x2xf32>, tensor<1x1x3x2xf32>, tensor<1x1x4x2xf32>) {
  %w = dlc.constant dense<[[[[[0.0, 0.0], [0.0, 0.0]]], [[[1.0, 2.0], [0.0, 0.0]]]]]> : tensor<1x2x1x2x2xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1>, pads = array<i64: 1, 1>, dilations = array<i64: 1>, input_block = 2 : i64, output_block = 2 : i64} : (tensor<1x2x4x2xf32>, tensor<1x2x1x2x2xf32>) -> tensor<1x1x6x2xf32>
  %v = dlc.constant dense<[[[[[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]], [[[1.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]]]> : tensor<1x2x2x2x2xf32>
  %1 = dlc.conv %x, %v {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, input_block = 2 : i64, output_block = 2 : i64} : (tensor<1x2x4x2xf32>, tensor<1x2x2x2x2xf32>) -> tensor<1x1x3x2xf32>
  %2 = dlc.conv %x, %argument {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, input_block = 2 : i64, output_block = 2 : i64} : (tensor<1x2x4x2xf32>, tensor<1x2x1x2x2xf32>) -> tensor<1x1x4x2xf32>
  return %0, %1, %2 : tensor<1x1x6x2xf32>, tensor<1x1x3x2xf32>, tensor<1x1x4x2xf32>
}

// -----

// Nor the matrices of a batch, of which each has panels of its own.
// CHECK-LABEL: func.func @batch(
// CHECK:         dlc.packed_matmul
// CHECK-NOT:     sparse
func.func @batch(%a: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %b = dlc.constant dense<[[[[1.0, 1.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]], [[2.0, 2.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]], [[[3.0, 3.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]], [[4.0, 4.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]]]> : tensor<2x2x4x2xf32>
  %y = dlc.packed_matmul %a, %b {columns = 4 : i64} : (tensor<2x3x4xf32>, tensor<2x2x4x2xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}
