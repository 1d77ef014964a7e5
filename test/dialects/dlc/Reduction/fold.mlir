// Reductions of constants fold; those over no axes are the operand.
// RUN: dlc-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @constants(
func.func @constants() -> (tensor<2xi64>, tensor<1x3xi64>, tensor<i64>, tensor<2x1xf32>, tensor<f32>, tensor<i64>) {
  %x = dlc.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>
  %f = dlc.constant dense<[[1.0, 2.0], [4.0, 3.0]]> : tensor<2x2xf32>
  %s = dlc.constant dense<3> : tensor<4xi64>
  // CHECK-DAG: %[[SUM:.*]] = dlc.constant dense<[6, 15]> : tensor<2xi64>
  %0 = dlc.reduce_sum %x {axes = array<i64: 1>} : (tensor<2x3xi64>) -> tensor<2xi64>
  // CHECK-DAG: %[[PROD:.*]] = dlc.constant dense<{{\[\[}}4, 10, 18]]> : tensor<1x3xi64>
  %1 = dlc.reduce_prod %x {axes = array<i64: 0>, keepdims} : (tensor<2x3xi64>) -> tensor<1x3xi64>
  // CHECK-DAG: %[[ALL:.*]] = dlc.constant dense<720> : tensor<i64>
  %2 = dlc.reduce_prod %x {axes = array<i64: 0, 1>} : (tensor<2x3xi64>) -> tensor<i64>
  // CHECK-DAG: %[[MAX:.*]] = dlc.constant dense<{{\[\[}}2.000000e+00], [4.000000e+00]]> : tensor<2x1xf32>
  %3 = dlc.reduce_max %f {axes = array<i64: 1>, keepdims} : (tensor<2x2xf32>) -> tensor<2x1xf32>
  // CHECK-DAG: %[[MIN:.*]] = dlc.constant dense<1.000000e+00> : tensor<f32>
  %4 = dlc.reduce_min %f {axes = array<i64: 0, 1>} : (tensor<2x2xf32>) -> tensor<f32>
  // CHECK-DAG: %[[SPLAT:.*]] = dlc.constant dense<81> : tensor<i64>
  %5 = dlc.reduce_prod %s {axes = array<i64: 0>} : (tensor<4xi64>) -> tensor<i64>
  // CHECK: return %[[SUM]], %[[PROD]], %[[ALL]], %[[MAX]], %[[MIN]], %[[SPLAT]]
  return %0, %1, %2, %3, %4, %5 : tensor<2xi64>, tensor<1x3xi64>, tensor<i64>, tensor<2x1xf32>, tensor<f32>, tensor<i64>
}

// CHECK-LABEL: func @no_axes(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
func.func @no_axes(%x: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = dlc.reduce_mean %x {axes = array<i64>} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func @float_sums_are_left_to_the_compiled_code(
func.func @float_sums_are_left_to_the_compiled_code() -> tensor<f32> {
  %f = dlc.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK: dlc.reduce_sum
  %0 = dlc.reduce_sum %f {axes = array<i64: 0>} : (tensor<2xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}
