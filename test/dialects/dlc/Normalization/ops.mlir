// Every op parses, verifies and prints back as it was written.
// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: func @batch_norm(
func.func @batch_norm(%x: tensor<1x8x4x4xf32>, %p: tensor<8xf32>) {
  // CHECK: dlc.batch_norm %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-03 : f64} : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
  %0 = dlc.batch_norm %x, %p, %p, %p, %p {epsilon = 1.0e-3 : f64} : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
  return
}

// CHECK-LABEL: func @layer_norm(
func.func @layer_norm(%x: tensor<1x4x8xf32>, %p: tensor<8xf32>, %q: tensor<4x1xf32>) {
  // CHECK: dlc.layer_norm %{{.*}}, %{{.*}}, bias = %{{.*}} {axis = 2 : i64} : (tensor<1x4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x4x8xf32>
  %0 = dlc.layer_norm %x, %p, bias = %p {axis = 2 : i64} : (tensor<1x4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x4x8xf32>
  // CHECK: dlc.layer_norm %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<1x4x8xf32>, tensor<4x1xf32>) -> tensor<1x4x8xf32>
  %1 = dlc.layer_norm %x, %q {axis = 1 : i64} : (tensor<1x4x8xf32>, tensor<4x1xf32>) -> tensor<1x4x8xf32>
  return
}

// CHECK-LABEL: func @lrn(
func.func @lrn(%x: tensor<1x8x4x4xf32>) {
  // CHECK: dlc.lrn %{{.*}} {alpha = 2.000000e-04 : f64, beta = 5.000000e-01 : f64, bias = 2.000000e+00 : f64, size = 5 : i64} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  %0 = dlc.lrn %x {alpha = 2.0e-4 : f64, beta = 5.0e-1 : f64, bias = 2.0 : f64, size = 5 : i64} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return
}
