// Every op parses, verifies and prints back as it was written.
// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: func @quantize(
func.func @quantize(%x: tensor<1x8xf32>, %s: tensor<8xf32>, %z: tensor<8xi8>, %s0: tensor<f32>, %z0: tensor<ui8>) {
  // CHECK: dlc.quantize %{{.*}}, %{{.*}}, %{{.*}} : (tensor<1x8xf32>, tensor<8xf32>, tensor<8xi8>) -> tensor<1x8xi8>
  %0 = dlc.quantize %x, %s, %z : (tensor<1x8xf32>, tensor<8xf32>, tensor<8xi8>) -> tensor<1x8xi8>
  // CHECK: dlc.quantize %{{.*}}, %{{.*}}, %{{.*}} {axis = 0 : i64} : (tensor<1x8xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x8xui8>
  %1 = dlc.quantize %x, %s0, %z0 {axis = 0 : i64} : (tensor<1x8xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x8xui8>
  return
}

// CHECK-LABEL: func @dequantize(
func.func @dequantize(%x: tensor<1x8xui8>, %s: tensor<f32>, %z: tensor<ui8>) {
  // CHECK: dlc.dequantize %{{.*}}, %{{.*}}, %{{.*}} : (tensor<1x8xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x8xf32>
  %0 = dlc.dequantize %x, %s, %z : (tensor<1x8xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x8xf32>
  return
}
