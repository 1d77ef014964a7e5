// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func @quantize
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d1)>
// CHECK: arith.divf
// CHECK: math.roundeven
// CHECK: arith.uitofp
// CHECK: arith.addf
// CHECK: arith.select
// CHECK: arith.select
// CHECK: arith.fptosi {{.*}} : f32 to i32
// CHECK: arith.trunci {{.*}} : i32 to i8
func.func @quantize(%x: tensor<1x8xf32>, %s: tensor<8xf32>, %z: tensor<8xui8>) -> tensor<1x8xui8> {
  %y = dlc.quantize %x, %s, %z {axis = 1 : i64}
     : (tensor<1x8xf32>, tensor<8xf32>, tensor<8xui8>) -> tensor<1x8xui8>
  return %y : tensor<1x8xui8>
}

// CHECK-LABEL: func @dequantize
// CHECK: arith.extsi %{{.*}} : i8 to i32
// CHECK: arith.subi
// CHECK: arith.sitofp
// CHECK: arith.mulf
func.func @dequantize(%x: tensor<1x8xi8>, %s: tensor<f32>, %z: tensor<i8>) -> tensor<1x8xf32> {
  %y = dlc.dequantize %x, %s, %z : (tensor<1x8xi8>, tensor<f32>, tensor<i8>) -> tensor<1x8xf32>
  return %y : tensor<1x8xf32>
}
