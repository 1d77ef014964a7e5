// RUN: dlc-opt %s --dlc-prepare-quantization | FileCheck %s

// CHECK-LABEL: @swap
// CHECK: %[[R:.*]] = dlc.relu %{{.*}} : (tensor<1x2x4x4xf32>)
// CHECK: %[[P:.*]] = dlc.max_pool %[[R]] {{.*}} -> tensor<1x2x2x2xf32>
// CHECK: return %[[P]]
func.func @swap(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32> {
  %0 = dlc.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %1 = dlc.relu %0 : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  return %1 : tensor<1x2x2x2xf32>
}

// What else reads the maximum wants it as it is.
// CHECK-LABEL: @shared
// CHECK: dlc.max_pool
// CHECK: dlc.relu
func.func @shared(%x: tensor<1x2x4x4xf32>) -> (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) {
  %0 = dlc.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %1 = dlc.relu %0 : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  return %0, %1 : tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>
}
