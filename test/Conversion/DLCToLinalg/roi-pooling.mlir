// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// Weights of rows and of columns, where they begin and end, and the sum.
// CHECK-LABEL: func @roi_align
// CHECK: linalg.generic
// CHECK: -> tensor<4x2x9xf32>
// CHECK: linalg.generic
// CHECK: -> tensor<4x3x7xf32>
// CHECK: -> (tensor<4x2xi64>, tensor<4x2xi64>)
// CHECK: -> (tensor<4x3xi64>, tensor<4x3xi64>)
// CHECK: linalg.generic
// CHECK: scf.for
// CHECK: scf.for
// CHECK: tensor.extract %{{.*}} : tensor<1x8x9x7xf32>
func.func @roi_align(%x: tensor<1x8x9x7xf32>, %r: tensor<4x4xf32>, %i: tensor<4xi64>) -> tensor<4x8x2x3xf32> {
  %0 = dlc.roi_align %x, %r, %i {scale = 0.25 : f64, offset = 0.5 : f64, min_size = 0.0 : f64, sampling = 0 : i64, mode = #dlc.roi_mode<avg>} : (tensor<1x8x9x7xf32>, tensor<4x4xf32>, tensor<4xi64>) -> tensor<4x8x2x3xf32>
  return %0 : tensor<4x8x2x3xf32>
}

// CHECK-LABEL: func @max_roi_pool
// CHECK: math.round
// CHECK: arith.fptosi
// CHECK: scf.for
// CHECK: scf.for
// CHECK: arith.maximumf
func.func @max_roi_pool(%x: tensor<1x8x9x7xf32>, %r: tensor<4x5xf32>) -> tensor<4x8x2x3xf32> {
  %0 = dlc.max_roi_pool %x, %r {scale = 0.5 : f64} : (tensor<1x8x9x7xf32>, tensor<4x5xf32>) -> tensor<4x8x2x3xf32>
  return %0 : tensor<4x8x2x3xf32>
}
