// Every op parses, verifies and prints back as it was written.
// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: func @reduce(
func.func @reduce(%x: tensor<4x8x2xf32>) {
  // CHECK: dlc.reduce_sum %{{.*}} {axes = array<i64: 1>, keepdims} : (tensor<4x8x2xf32>) -> tensor<4x1x2xf32>
  %reduce_sum0 = dlc.reduce_sum %x {axes = array<i64: 1>, keepdims} : (tensor<4x8x2xf32>) -> tensor<4x1x2xf32>
  // CHECK: dlc.reduce_sum %{{.*}} {axes = array<i64: 0, 2>} : (tensor<4x8x2xf32>) -> tensor<8xf32>
  %reduce_sum1 = dlc.reduce_sum %x {axes = array<i64: 0, 2>} : (tensor<4x8x2xf32>) -> tensor<8xf32>
  // CHECK: dlc.reduce_mean %{{.*}} {axes = array<i64: 1>, keepdims} : (tensor<4x8x2xf32>) -> tensor<4x1x2xf32>
  %reduce_mean0 = dlc.reduce_mean %x {axes = array<i64: 1>, keepdims} : (tensor<4x8x2xf32>) -> tensor<4x1x2xf32>
  // CHECK: dlc.reduce_mean %{{.*}} {axes = array<i64: 0, 2>} : (tensor<4x8x2xf32>) -> tensor<8xf32>
  %reduce_mean1 = dlc.reduce_mean %x {axes = array<i64: 0, 2>} : (tensor<4x8x2xf32>) -> tensor<8xf32>
  // CHECK: dlc.reduce_prod %{{.*}} {axes = array<i64: 1>, keepdims} : (tensor<4x8x2xf32>) -> tensor<4x1x2xf32>
  %reduce_prod0 = dlc.reduce_prod %x {axes = array<i64: 1>, keepdims} : (tensor<4x8x2xf32>) -> tensor<4x1x2xf32>
  // CHECK: dlc.reduce_prod %{{.*}} {axes = array<i64: 0, 2>} : (tensor<4x8x2xf32>) -> tensor<8xf32>
  %reduce_prod1 = dlc.reduce_prod %x {axes = array<i64: 0, 2>} : (tensor<4x8x2xf32>) -> tensor<8xf32>
  // CHECK: dlc.reduce_max %{{.*}} {axes = array<i64: 1>, keepdims} : (tensor<4x8x2xf32>) -> tensor<4x1x2xf32>
  %reduce_max0 = dlc.reduce_max %x {axes = array<i64: 1>, keepdims} : (tensor<4x8x2xf32>) -> tensor<4x1x2xf32>
  // CHECK: dlc.reduce_max %{{.*}} {axes = array<i64: 0, 2>} : (tensor<4x8x2xf32>) -> tensor<8xf32>
  %reduce_max1 = dlc.reduce_max %x {axes = array<i64: 0, 2>} : (tensor<4x8x2xf32>) -> tensor<8xf32>
  // CHECK: dlc.reduce_min %{{.*}} {axes = array<i64: 1>, keepdims} : (tensor<4x8x2xf32>) -> tensor<4x1x2xf32>
  %reduce_min0 = dlc.reduce_min %x {axes = array<i64: 1>, keepdims} : (tensor<4x8x2xf32>) -> tensor<4x1x2xf32>
  // CHECK: dlc.reduce_min %{{.*}} {axes = array<i64: 0, 2>} : (tensor<4x8x2xf32>) -> tensor<8xf32>
  %reduce_min1 = dlc.reduce_min %x {axes = array<i64: 0, 2>} : (tensor<4x8x2xf32>) -> tensor<8xf32>
  return
}

// CHECK-LABEL: func @search(
func.func @search(%x: tensor<4x8xf32>) {
  // CHECK: dlc.argmax %{{.*}} {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xi64>
  %argmax0 = dlc.argmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xi64>
  // CHECK: dlc.argmax %{{.*}} {axis = 0 : i64, keepdims, select_last} : (tensor<4x8xf32>) -> tensor<1x8xi64>
  %argmax1 = dlc.argmax %x {axis = 0 : i64, keepdims, select_last} : (tensor<4x8xf32>) -> tensor<1x8xi64>
  // CHECK: dlc.argmin %{{.*}} {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xi64>
  %argmin0 = dlc.argmin %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xi64>
  // CHECK: dlc.argmin %{{.*}} {axis = 0 : i64, keepdims, select_last} : (tensor<4x8xf32>) -> tensor<1x8xi64>
  %argmin1 = dlc.argmin %x {axis = 0 : i64, keepdims, select_last} : (tensor<4x8xf32>) -> tensor<1x8xi64>
  return
}

// CHECK-LABEL: func @along_an_axis(
func.func @along_an_axis(%x: tensor<4x8xf32>) {
  // CHECK: dlc.softmax %{{.*}} {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %softmax = dlc.softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // CHECK: dlc.log_softmax %{{.*}} {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %log_softmax = dlc.log_softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // CHECK: dlc.hardmax %{{.*}} {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %hardmax = dlc.hardmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // CHECK: dlc.cumsum %{{.*}} {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %cumsum = dlc.cumsum %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // CHECK: dlc.cumsum %{{.*}} {axis = 0 : i64, exclusive, reverse} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %c = dlc.cumsum %x {axis = 0 : i64, exclusive, reverse} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @cumprod(
// CHECK: dlc.cumprod %{{.*}} {axis = 0 : i64, reverse} : (tensor<5xi32>) -> tensor<5xi32>
func.func @cumprod(%x: tensor<5xi32>) -> tensor<5xi32> {
  %0 = dlc.cumprod %x {axis = 0 : i64, reverse} : (tensor<5xi32>) -> tensor<5xi32>
  return %0 : tensor<5xi32>
}

// CHECK-LABEL: func @det(
// CHECK: dlc.det %{{.*}} : (tensor<2x3x3xf64>) -> tensor<2xf64>
func.func @det(%x: tensor<2x3x3xf64>) -> tensor<2xf64> {
  %0 = dlc.det %x : (tensor<2x3x3xf64>) -> tensor<2xf64>
  return %0 : tensor<2xf64>
}
