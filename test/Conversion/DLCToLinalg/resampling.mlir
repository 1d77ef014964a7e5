// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// Whole repeats become dimensions of their own.
// CHECK-LABEL: func @repeat
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d4)>
// CHECK-NOT: tensor.extract
// CHECK: tensor.collapse_shape %{{.*}} : tensor<1x1x2x2x3x3xf32> into tensor<1x1x4x9xf32>
func.func @repeat(%x: tensor<1x1x2x3xf32>) -> tensor<1x1x4x9xf32> {
  %y = dlc.resize %x {scales = array<f64: 1.0, 1.0, 2.0, 3.0>,
                      coordinates = #dlc.resize_coordinates<asymmetric>,
                      nearest = #dlc.resize_nearest<floor>}
     : (tensor<1x1x2x3xf32>) -> tensor<1x1x4x9xf32>
  return %y : tensor<1x1x4x9xf32>
}

// Positions and weights come from tables; a position inside has two taps.
// CHECK-LABEL: func @linear
// CHECK: arith.constant dense<[0, 0, 0, 1]> : tensor<4xi64>
// CHECK: arith.constant dense<[0, 1, 1, 1]> : tensor<4xi64>
// CHECK: arith.constant dense<[2.500000e-01, 7.500000e-01, 2.500000e-01, 7.500000e-01]> : tensor<4xf32>
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2) -> (d2)>
// CHECK-COUNT-2: tensor.extract
func.func @linear(%x: tensor<1x1x2xf32>) -> tensor<1x1x4xf32> {
  %y = dlc.resize %x {scales = array<f64: 1.0, 1.0, 2.0>, mode = #dlc.resize_mode<linear>}
     : (tensor<1x1x2xf32>) -> tensor<1x1x4xf32>
  return %y : tensor<1x1x4xf32>
}

// CHECK-LABEL: func @unchanged
// CHECK-NEXT: return %arg0
func.func @unchanged(%x: tensor<1x1x2xf32>) -> tensor<1x1x2xf32> {
  %y = dlc.resize %x {scales = array<f64: 1.0, 1.0, 1.0>, mode = #dlc.resize_mode<cubic>}
     : (tensor<1x1x2xf32>) -> tensor<1x1x2xf32>
  return %y : tensor<1x1x2xf32>
}
