// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// Keys become columns; the division comes after the second product, whose
// result has its heads inside tokens.
// CHECK-LABEL: func @attention
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3) -> (d0, d3, d1, d2)>
// CHECK-SAME: ins(%{{.*}} : tensor<1x5x2x4xf32>) outs(%{{.*}} : tensor<1x2x4x5xf32>)
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d3)>
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3) -> (d3)>
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: arith.maximumf
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d2, d3)>
// CHECK-SAME: outs(%{{.*}} : tensor<1x6x2x8xf32>)
// CHECK: arith.divf
func.func @attention(%q: tensor<1x6x2x4xf32>, %k: tensor<1x5x2x4xf32>, %v: tensor<1x5x2x8xf32>, %m: tensor<5xf32>) -> tensor<1x6x2x8xf32> {
  %y = dlc.attention %q, %k, %v, mask = %m {scale = 0.5 : f64} : (tensor<1x6x2x4xf32>, tensor<1x5x2x4xf32>, tensor<1x5x2x8xf32>, tensor<5xf32>) -> tensor<1x6x2x8xf32>
  return %y : tensor<1x6x2x8xf32>
}
