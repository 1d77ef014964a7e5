// Constants of 8 bits and fewer fold as they would be computed.
// RUN: dlc-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: @encode
// CHECK-DAG: dlc.constant dense<[4.480000e+02, -4.480000e+02, 1.000000e+00, 1.250000e-01]> : tensor<4xf8E4M3FN>
// CHECK-DAG: dlc.constant dense<[0x7F, 0xFF, 1.000000e+00, 1.250000e-01]> : tensor<4xf8E4M3FN>
// CHECK-DAG: dlc.constant dense<[6.000000e+00, -6.000000e+00, 1.000000e+00, 0.000000e+00]> : tensor<4xf4E2M1FN>
// CHECK-DAG: dlc.constant dense<[-8, -8, 1, 0]> : tensor<4xi4>
func.func @encode() -> (tensor<4xf8E4M3FN>, tensor<4xf8E4M3FN>, tensor<4xf4E2M1FN>, tensor<4xi4>) {
  %x = dlc.constant dense<[1000.0, -1000.0, 1.0, 0.125]> : tensor<4xf32>
  %0 = dlc.cast %x : (tensor<4xf32>) -> tensor<4xf8E4M3FN>
  %1 = dlc.cast %x {saturate = false} : (tensor<4xf32>) -> tensor<4xf8E4M3FN>
  %2 = dlc.cast %x : (tensor<4xf32>) -> tensor<4xf4E2M1FN>
  %3 = dlc.cast %x : (tensor<4xf32>) -> tensor<4xi4>
  return %0, %1, %2, %3 : tensor<4xf8E4M3FN>, tensor<4xf8E4M3FN>, tensor<4xf4E2M1FN>, tensor<4xi4>
}

// CHECK-LABEL: @decode
// CHECK-DAG: dlc.constant dense<[-8.000000e+00, 7.000000e+00]> : tensor<2xf32>
// CHECK-DAG: dlc.constant dense<[8.000000e+00, 7.000000e+00]> : tensor<2xf32>
// CHECK-DAG: dlc.constant dense<[8, 7]> : tensor<2xui4>
func.func @decode() -> (tensor<2xf32>, tensor<2xf32>, tensor<2xui4>) {
  %x = dlc.constant dense<[-8, 7]> : tensor<2xi4>
  %0 = dlc.cast %x : (tensor<2xi4>) -> tensor<2xf32>
  %1 = dlc.bit_cast %x : (tensor<2xi4>) -> tensor<2xui4>
  %2 = dlc.cast %1 : (tensor<2xui4>) -> tensor<2xf32>
  return %0, %2, %1 : tensor<2xf32>, tensor<2xf32>, tensor<2xui4>
}

// One scale for two elements, and one for the rest.
// CHECK-LABEL: @blocks
// CHECK: dlc.constant dense<{{\[\[}}-4.000000e+00, 3.500000e+00, 6.000000e+00]]> : tensor<1x3xf32>
func.func @blocks() -> tensor<1x3xf32> {
  %x = dlc.constant dense<[[-8, 7, 3]]> : tensor<1x3xi4>
  %s = dlc.constant dense<[[0.5, 2.0]]> : tensor<1x2xf32>
  %z = dlc.constant dense<0> : tensor<1x2xi4>
  %0 = dlc.dequantize %x, %s, %z {block_size = 2 : i64} : (tensor<1x3xi4>, tensor<1x2xf32>, tensor<1x2xi4>) -> tensor<1x3xf32>
  return %0 : tensor<1x3xf32>
}
