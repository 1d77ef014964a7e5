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

// Few queries of eight heads read the keys and values of two where they lie;
// what sees nothing is 0.
// CHECK-LABEL: func @shared_heads
// CHECK: tensor.expand_shape %{{.*}} output_shape [2, 3, 2, 4, 16]
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d3, d1, d2, d5)>
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d5)>
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
// CHECK-SAME: ins(%{{.*}}, %arg1 : tensor<2x3x2x4x16xf32>, tensor<2x2x5x16xf32>)
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d3, d1, d5)>
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d5, d4)>
// CHECK-SAME: ins(%{{.*}}, %arg2 : tensor<2x2x4x3x5xf32>, tensor<2x2x5x16xf32>) outs(%{{.*}} : tensor<2x3x2x4x16xf32>)
// CHECK: arith.divf
// CHECK: arith.cmpf uno
// CHECK: arith.select
func.func @shared_heads(%q: tensor<2x3x8x16xf32>, %k: tensor<2x2x5x16xf32>, %v: tensor<2x2x5x16xf32>, %m: tensor<2x1x1x5xf32>) -> tensor<2x3x8x16xf32> {
  %y = dlc.attention %q, %k, %v, mask = %m {heads_first, zero_unseen} : (tensor<2x3x8x16xf32>, tensor<2x2x5x16xf32>, tensor<2x2x5x16xf32>, tensor<2x1x1x5xf32>) -> tensor<2x3x8x16xf32>
  return %y : tensor<2x3x8x16xf32>
}

// For many, keys become columns.
// CHECK-LABEL: func @many_queries
// CHECK: linalg.generic
// CHECK-SAME: ins(%arg1 : tensor<1x2x20x4xf32>) outs(%{{.*}} : tensor<1x2x4x20xf32>)
func.func @many_queries(%q: tensor<1x20x2x4xf32>, %k: tensor<1x2x20x4xf32>) -> tensor<1x20x2x4xf32> {
  %y = dlc.attention %q, %k, %k {heads_first} : (tensor<1x20x2x4xf32>, tensor<1x2x20x4xf32>, tensor<1x2x20x4xf32>) -> tensor<1x20x2x4xf32>
  return %y : tensor<1x20x2x4xf32>
}

// Products are limited before the mask is added.
// CHECK-LABEL: func @softcap
// CHECK: arith.mulf
// CHECK: arith.mulf
// CHECK: math.tanh
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: arith.maximumf
func.func @softcap(%q: tensor<1x6x2x4xf32>, %k: tensor<1x5x2x4xf32>, %m: tensor<5xf32>) -> tensor<1x6x2x4xf32> {
  %y = dlc.attention %q, %k, %k, mask = %m {softcap = 30.0 : f64} : (tensor<1x6x2x4xf32>, tensor<1x5x2x4xf32>, tensor<1x5x2x4xf32>, tensor<5xf32>) -> tensor<1x6x2x4xf32>
  return %y : tensor<1x6x2x4xf32>
}
