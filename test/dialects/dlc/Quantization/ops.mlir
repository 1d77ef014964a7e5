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

// CHECK-LABEL: @blocks
// CHECK: dlc.quantize %{{.*}} {block_size = 3 : i64} : (tensor<1x8xf32>, tensor<1x3xf32>, tensor<1x3xi4>) -> tensor<1x8xi4>
// CHECK: dlc.dequantize %{{.*}} {block_size = 3 : i64} : (tensor<1x8xi4>, tensor<1x3xf32>, tensor<1x3xi4>) -> tensor<1x8xf32>
func.func @blocks(%x: tensor<1x8xf32>, %s: tensor<1x3xf32>, %z: tensor<1x3xi4>) -> tensor<1x8xf32> {
  %q = dlc.quantize %x, %s, %z {block_size = 3 : i64} : (tensor<1x8xf32>, tensor<1x3xf32>, tensor<1x3xi4>) -> tensor<1x8xi4>
  %y = dlc.dequantize %q, %s, %z {block_size = 3 : i64} : (tensor<1x8xi4>, tensor<1x3xf32>, tensor<1x3xi4>) -> tensor<1x8xf32>
  return %y : tensor<1x8xf32>
}

// CHECK-LABEL: @floats
// CHECK: dlc.quantize %{{.*}} {saturate = false} : (tensor<1x8xf32>, tensor<f32>, tensor<f8E5M2>) -> tensor<1x8xf8E5M2>
func.func @floats(%x: tensor<1x8xf32>, %s: tensor<f32>, %z: tensor<f8E5M2>) -> tensor<1x8xf8E5M2> {
  %y = dlc.quantize %x, %s, %z {saturate = false} : (tensor<1x8xf32>, tensor<f32>, tensor<f8E5M2>) -> tensor<1x8xf8E5M2>
  return %y : tensor<1x8xf8E5M2>
}
