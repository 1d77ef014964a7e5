// Quantized constants become what they stand for.
// RUN: dlc-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @constants(
func.func @constants() -> (tensor<2x2xf32>, tensor<2xf32>) {
  %x = dlc.constant dense<[[1, 2], [-3, 4]]> : tensor<2x2xi8>
  %scale = dlc.constant dense<[0.5, 2.0]> : tensor<2xf32>
  %zero = dlc.constant dense<[0, 1]> : tensor<2xi8>
  // CHECK-DAG: %[[ROWS:.*]] = dlc.constant dense<{{\[\[}}5.000000e-01, 1.000000e+00], [-8.000000e+00, 6.000000e+00]]> : tensor<2x2xf32>
  %0 = dlc.dequantize %x, %scale, %zero {axis = 0 : i64} : (tensor<2x2xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x2xf32>
  %u = dlc.constant dense<[255, 0]> : tensor<2xui8>
  %s = dlc.constant dense<0.25> : tensor<f32>
  %z = dlc.constant dense<128> : tensor<ui8>
  // CHECK-DAG: %[[ALL:.*]] = dlc.constant dense<[3.175000e+01, -3.200000e+01]> : tensor<2xf32>
  %1 = dlc.dequantize %u, %s, %z : (tensor<2xui8>, tensor<f32>, tensor<ui8>) -> tensor<2xf32>
  // CHECK: return %[[ROWS]], %[[ALL]]
  return %0, %1 : tensor<2x2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func @computed(
func.func @computed(%x: tensor<2xi8>) -> tensor<2xf32> {
  %s = dlc.constant dense<0.25> : tensor<f32>
  %z = dlc.constant dense<0> : tensor<i8>
  // CHECK: dlc.dequantize
  %0 = dlc.dequantize %x, %s, %z : (tensor<2xi8>, tensor<f32>, tensor<i8>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
