// Convolutions without the taps that read padding.
// RUN: dlc-opt %s --dlc-skip-padded-taps --mlir-print-local-scope | FileCheck %s
// RUN: dlc-opt %s --dlc-skip-padded-taps='split=false' --mlir-print-local-scope | FileCheck %s --check-prefix=TRIM

// The first and the last tap never read the input.
// CHECK-LABEL: func @trim(
// CHECK:         %[[W:.*]] = dlc.constant dense<2.000000e+00> : tensor<1x1x1xf32>
// CHECK:         dlc.conv %arg0, %[[W]] {dilations = array<i64: 9>, pads = array<i64: 0, 0>, strides = array<i64: 1>}
// TRIM-LABEL: func @trim(
// TRIM:         dlc.conv {{.*}} tensor<1x1x1xf32>)
func.func @trim(%x: tensor<1x1x8xf32>) -> tensor<1x1x8xf32> {
  %w = dlc.constant dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>
  %y = dlc.conv %x, %w {strides = array<i64: 1>, pads = array<i64: 9, 9>, dilations = array<i64: 9>} : (tensor<1x1x8xf32>, tensor<1x1x3xf32>) -> tensor<1x1x8xf32>
  return %y : tensor<1x1x8xf32>
}

// The same filter if it is computed, with a step: the result begins inside.
// CHECK-LABEL: func @trim_computed(
// CHECK-DAG:     %[[W:.*]] = dlc.slice %arg1 {sizes = array<i64: 1, 1, 1>, starts = array<i64: 0, 0, 1>
// CHECK-DAG:     %[[X:.*]] = dlc.slice %arg0 {sizes = array<i64: 1, 1, 5>, starts = array<i64: 0, 0, 1>
// CHECK:         dlc.conv %[[X]], %[[W]] {dilations = array<i64: 9>, pads = array<i64: 0, 0>, strides = array<i64: 2>}
func.func @trim_computed(%x: tensor<1x1x8xf32>, %w: tensor<1x1x3xf32>) -> tensor<1x1x3xf32> {
  %y = dlc.conv %x, %w {strides = array<i64: 2>, pads = array<i64: 8, 8>, dilations = array<i64: 9>} : (tensor<1x1x8xf32>, tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  return %y : tensor<1x1x3xf32>
}

// Twelve results of taps 1 and 2, ten of tap 1, twelve of taps 0 and 1, in
// blocks. The rectifier goes with them.
// CHECK-LABEL: func @split(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<1x2x34x4xf32>, %[[W:[a-z0-9]+]]: tensor<2x2x3x4x4xf32>, %[[B:[a-z0-9]+]]: tensor<2x4xf32>
// CHECK:         %[[W12:.*]] = dlc.slice %[[W]] {sizes = array<i64: 2, 2, 2, 4, 4>, starts = array<i64: 0, 0, 1, 0, 0>
// CHECK:         %[[FIRST:.*]] = dlc.conv %[[X]], %[[W12]], bias = %[[B]] {dilations = array<i64: 22>, input_block = 4 : i64, output_block = 4 : i64, pads = array<i64: 0, 0>
// CHECK:         %[[INNER:.*]] = dlc.slice %[[X]] {sizes = array<i64: 1, 2, 10, 4>, starts = array<i64: 0, 0, 12, 0>
// CHECK:         %[[W1:.*]] = dlc.slice %[[W]] {sizes = array<i64: 2, 2, 1, 4, 4>, starts = array<i64: 0, 0, 1, 0, 0>
// CHECK:         %[[MIDDLE:.*]] = dlc.conv %[[INNER]], %[[W1]], bias = %[[B]] {{.*}} -> tensor<1x2x10x4xf32>
// CHECK:         %[[W01:.*]] = dlc.slice %[[W]] {sizes = array<i64: 2, 2, 2, 4, 4>, starts = array<i64: 0, 0, 0, 0, 0>
// CHECK:         %[[LAST:.*]] = dlc.conv %[[X]], %[[W01]], bias = %[[B]] {{.*}} -> tensor<1x2x12x4xf32>
// CHECK:         %[[A:.*]] = dlc.relu %[[FIRST]]
// CHECK:         %[[B:.*]] = dlc.relu %[[MIDDLE]]
// CHECK:         %[[C:.*]] = dlc.relu %[[LAST]]
// CHECK:         %[[Y:.*]] = dlc.concat %[[A]], %[[B]], %[[C]] {axis = 2 : i64} :
// CHECK:         return %[[Y]]
// TRIM-LABEL: func @split(
// TRIM-NOT:     dlc.slice
// TRIM:         dlc.conv {{.*}} tensor<2x2x3x4x4xf32>
func.func @split(%x: tensor<1x2x34x4xf32>, %w: tensor<2x2x3x4x4xf32>, %b: tensor<2x4xf32>) -> tensor<1x2x34x4xf32> {
  %y = dlc.conv %x, %w, bias = %b {strides = array<i64: 1>, pads = array<i64: 22, 22>, dilations = array<i64: 22>, input_block = 4 : i64, output_block = 4 : i64} : (tensor<1x2x34x4xf32>, tensor<2x2x3x4x4xf32>, tensor<2x4xf32>) -> tensor<1x2x34x4xf32>
  %z = dlc.relu %y : (tensor<1x2x34x4xf32>) -> tensor<1x2x34x4xf32>
  return %z : tensor<1x2x34x4xf32>
}

// Little is saved; an open size; padding alone.
// CHECK-LABEL: func @stay(
// CHECK-NOT:     dlc.slice
// CHECK:         dlc.conv {{.*}} -> tensor<1x1x8xf32>
// CHECK:         dlc.conv {{.*}} -> tensor<1x1x?xf32
// CHECK:         dlc.conv {{.*}} -> tensor<1x1x10xf32>
// CHECK-NOT:     dlc.concat
func.func @stay(%x: tensor<1x1x8xf32>, %o: tensor<1x1x?xf32, #dlc.dims<1, 1, s0>>, %w: tensor<1x1x3xf32>, %v: tensor<1x1x1xf32>) -> (tensor<1x1x8xf32>, tensor<1x1x?xf32, #dlc.dims<1, 1, s0>>, tensor<1x1x10xf32>) {
  %0 = dlc.conv %x, %w {strides = array<i64: 1>, pads = array<i64: 1, 1>, dilations = array<i64: 1>} : (tensor<1x1x8xf32>, tensor<1x1x3xf32>) -> tensor<1x1x8xf32>
  %1 = dlc.conv %o, %w {strides = array<i64: 1>, pads = array<i64: 9, 9>, dilations = array<i64: 9>} : (tensor<1x1x?xf32, #dlc.dims<1, 1, s0>>, tensor<1x1x3xf32>) -> tensor<1x1x?xf32, #dlc.dims<1, 1, s0>>
  %2 = dlc.conv %x, %v {strides = array<i64: 1>, pads = array<i64: 1, 1>, dilations = array<i64: 1>} : (tensor<1x1x8xf32>, tensor<1x1x1xf32>) -> tensor<1x1x10xf32>
  return %0, %1, %2 : tensor<1x1x8xf32>, tensor<1x1x?xf32, #dlc.dims<1, 1, s0>>, tensor<1x1x10xf32>
}
