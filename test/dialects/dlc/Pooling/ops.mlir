// Every op parses, verifies and prints back as it was written.
// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: func @max_pool(
func.func @max_pool(%x: tensor<1x64x112x112xf32>, %c: tensor<1x1x4x4xui8>, %b: tensor<1x4x5x8xf32>) {
  // CHECK: dlc.max_pool %{{.*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32>
  %0 = dlc.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32>
  // CHECK: dlc.max_pool %{{.*}} {ceil_mode, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x1x4x4xui8>) -> tensor<1x1x2x2xui8>
  %1 = dlc.max_pool %c {ceil_mode, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x1x4x4xui8>) -> tensor<1x1x2x2xui8>
  // The window that would start in the end padding is dropped.
  // CHECK: dlc.max_pool %{{.*}} {ceil_mode, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 1, 1>, strides = array<i64: 2, 4>} : (tensor<1x1x4x4xui8>) -> tensor<1x1x2x1xui8>
  %2 = dlc.max_pool %c {ceil_mode, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 1, 1>, strides = array<i64: 2, 4>} : (tensor<1x1x4x4xui8>) -> tensor<1x1x2x1xui8>
  // CHECK: dlc.max_pool %{{.*}} {block = 8 : i64, dilations = array<i64: 2>, kernel = array<i64: 2>, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x4x5x8xf32>) -> tensor<1x4x3x8xf32>
  %3 = dlc.max_pool %b {block = 8 : i64, dilations = array<i64: 2>, kernel = array<i64: 2>, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x4x5x8xf32>) -> tensor<1x4x3x8xf32>
  return
}

// CHECK-LABEL: func @avg_pool(
func.func @avg_pool(%x: tensor<1x8x4x4xf32>) {
  // CHECK: dlc.avg_pool %{{.*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xf32>
  %0 = dlc.avg_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xf32>
  // CHECK: dlc.avg_pool %{{.*}} {count_include_pad, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  %1 = dlc.avg_pool %x {count_include_pad, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return
}

// CHECK-LABEL: func @max_pool_indices(
// CHECK: dlc.max_pool_indices %{{.*}} {{{.*}}column_major{{.*}}} : (tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xi64>
func.func @max_pool_indices(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xi64> {
  %0 = dlc.max_pool_indices %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, column_major} : (tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xi64>
  return %0 : tensor<1x8x2x2xi64>
}

// CHECK-LABEL: func @roi_align(
// CHECK: dlc.roi_align %{{.*}}, %{{.*}}, %{{.*}} {{{.*}}mode = #dlc.roi_mode<avg>{{.*}}} : (tensor<1x8x9x9xf32>, tensor<4x4xf32>, tensor<4xi64>) -> tensor<4x8x2x3xf32>
func.func @roi_align(%x: tensor<1x8x9x9xf32>, %r: tensor<4x4xf32>, %i: tensor<4xi64>) -> tensor<4x8x2x3xf32> {
  %0 = dlc.roi_align %x, %r, %i {scale = 0.25 : f64, offset = 0.5 : f64, min_size = 0.0 : f64, sampling = 2 : i64, mode = #dlc.roi_mode<avg>} : (tensor<1x8x9x9xf32>, tensor<4x4xf32>, tensor<4xi64>) -> tensor<4x8x2x3xf32>
  return %0 : tensor<4x8x2x3xf32>
}

// CHECK-LABEL: func @max_roi_pool(
// CHECK: dlc.max_roi_pool %{{.*}}, %{{.*}} {scale = 5.000000e-01 : f64} : (tensor<1x8x9x9xf32>, tensor<4x5xf32>) -> tensor<4x8x2x3xf32>
func.func @max_roi_pool(%x: tensor<1x8x9x9xf32>, %r: tensor<4x5xf32>) -> tensor<4x8x2x3xf32> {
  %0 = dlc.max_roi_pool %x, %r {scale = 0.5 : f64} : (tensor<1x8x9x9xf32>, tensor<4x5xf32>) -> tensor<4x8x2x3xf32>
  return %0 : tensor<4x8x2x3xf32>
}
