// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func @max_pool
// CHECK: %[[LOWEST:.*]] = arith.constant 0xFF800000 : f32
// CHECK: %[[PADDED:.*]] = tensor.pad %{{.*}} low[0, 0, 1, 1] high[0, 0, 0, 0]
// CHECK: tensor.yield %[[LOWEST]]
// CHECK: %[[WINDOW:.*]] = tensor.empty() : tensor<3x3xf32>
// CHECK: linalg.generic
// CHECK-SAME: -> (d0, d1, d2 * 2 + d4, d3 * 2 + d5)>
// CHECK-SAME: -> (d4, d5)>
// CHECK-SAME: ins(%[[PADDED]], %[[WINDOW]]
// CHECK: arith.maximumf
func.func @max_pool(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32> {
  %y = dlc.max_pool %x
         {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>,
          pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
     : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
  return %y : tensor<1x4x4x4xf32>
}

// The window that `ceil_mode` adds reaches beyond the operand.
// CHECK-LABEL: func @ceil_mode
// CHECK: %[[LOWEST:.*]] = arith.constant 0 : i8
// CHECK: tensor.pad %{{.*}} low[0, 0, 0, 0] high[0, 0, 1, 1]
// CHECK: arith.maxui
func.func @ceil_mode(%x: tensor<1x4x5x5xui8>) -> tensor<1x4x3x3xui8> {
  %y = dlc.max_pool %x
         {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, ceil_mode,
          pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
     : (tensor<1x4x5x5xui8>) -> tensor<1x4x3x3xui8>
  return %y : tensor<1x4x3x3xui8>
}

// CHECK-LABEL: func @blocked
// CHECK: linalg.generic
// CHECK-SAME: -> (d0, d1, d2 + d5, d3 + d6, d4)>
func.func @blocked(%x: tensor<1x2x4x4x8xf32>) -> tensor<1x2x3x3x8xf32> {
  %y = dlc.max_pool %x
         {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, block = 8 : i64,
          pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
     : (tensor<1x2x4x4x8xf32>) -> tensor<1x2x3x3x8xf32>
  return %y : tensor<1x2x3x3x8xf32>
}

// Without padding all windows have one size, and the divisor is a scalar.
// CHECK-LABEL: func @avg_pool
// CHECK: arith.addf
// CHECK: %[[COUNT:.*]] = arith.constant 4.000000e+00 : f32
// CHECK: arith.divf %{{.*}}, %[[COUNT]]
func.func @avg_pool(%x: tensor<1x4x4x4xf32>) -> tensor<1x4x2x2xf32> {
  %y = dlc.avg_pool %x
         {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>,
          pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
     : (tensor<1x4x4x4xf32>) -> tensor<1x4x2x2xf32>
  return %y : tensor<1x4x2x2xf32>
}

// CHECK-LABEL: func @avg_pool_padded
// CHECK: %[[COUNTS:.*]] = arith.constant dense<[2.000000e+00, 3.000000e+00, 2.000000e+00]> : tensor<3xf32>
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2) -> (d2)>
// CHECK-SAME: %[[COUNTS]]
func.func @avg_pool_padded(%x: tensor<1x4x3xf32>) -> tensor<1x4x3xf32> {
  %y = dlc.avg_pool %x
         {kernel = array<i64: 3>, strides = array<i64: 1>,
          pads = array<i64: 1, 1>, dilations = array<i64: 1>}
     : (tensor<1x4x3xf32>) -> tensor<1x4x3xf32>
  return %y : tensor<1x4x3xf32>
}

// Only elements inside count; the first of equals wins.
// CHECK-LABEL: func @indices
// CHECK: linalg.generic
// CHECK-SAME: outs(%{{.*}}, %{{.*}} : tensor<1x4x4x4xf32>, tensor<1x4x4x4xi64>)
// CHECK: linalg.index 4
// CHECK: linalg.yield %{{.*}}, %{{.*}} : f32, i64
func.func @indices(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xi64> {
  %y = dlc.max_pool_indices %x
         {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>,
          pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
     : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xi64>
  return %y : tensor<1x4x4x4xi64>
}
