// RUN: dlc-opt %s --dlc-insert-observers | FileCheck %s --check-prefixes=CHECK,MINMAX
// RUN: dlc-opt %s --pass-pipeline='builtin.module(func.func(dlc-insert-observers{bins=64}))' | FileCheck %s --check-prefixes=CHECK,BINS

// Observed are the operands of the convolutions: the input and what relu makes,
// not what a kernel keeps to itself, and not the result.
// CHECK-LABEL: @main
// MINMAX-SAME: (tensor<1x2x1x1xf32> {dlc.name = "y"}, tensor<f32> {dlc.name = "dlc.observed.0"}, tensor<f32> {dlc.name = "dlc.observed.1"}, tensor<f32> {dlc.name = "dlc.observed.2"}, tensor<f32> {dlc.name = "dlc.observed.3"})
// BINS-SAME: (tensor<1x2x1x1xf32> {dlc.name = "y"}, tensor<64xi32> {dlc.name = "dlc.observed.0"}, tensor<64xi32> {dlc.name = "dlc.observed.1"})
// MINMAX: %[[A:.*]] = dlc.reduce_min %arg0 {axes = array<i64: 0, 1, 2, 3>}
// MINMAX: %[[B:.*]] = dlc.reduce_max %arg0
// BINS: %[[A:.*]] = dlc.histogram %arg0 {high = 3.000000e+00 : f64, low = -3.000000e+00 : f64}
// CHECK: dlc.conv
// CHECK: %[[R:.*]] = dlc.relu
// MINMAX: %[[C:.*]] = dlc.reduce_min %[[R]]
// MINMAX: %[[D:.*]] = dlc.reduce_max %[[R]]
// BINS: %[[C:.*]] = dlc.histogram %[[R]] {high = 5.000000e+00 : f64, low = -5.000000e+00 : f64}
// CHECK: %[[Y:.*]] = dlc.conv %[[R]]
// MINMAX: return %[[Y]], %[[A]], %[[B]], %[[C]], %[[D]]
// BINS: return %[[Y]], %[[A]], %[[C]]
func.func @main(%x: tensor<1x2x5x5xf32> {dlc.range = array<f64: -3.0, 3.0>}) -> (tensor<1x2x1x1xf32> {dlc.name = "y"}) {
  %w = dlc.constant dense<0.5> : tensor<2x2x3x3xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x5x5xf32>, tensor<2x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %1 = dlc.relu %0 {dlc.range = array<f64: -5.0, 5.0>} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %2 = dlc.conv %1, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x3x3xf32>, tensor<2x2x3x3xf32>) -> tensor<1x2x1x1xf32>
  return %2 : tensor<1x2x1x1xf32>
}
