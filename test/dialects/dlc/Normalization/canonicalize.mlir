// With constant parameters, batch_norm is a multiplication and an addition.
// RUN: dlc-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @constant_parameters(
// CHECK-SAME: %[[X:.*]]: tensor<1x2x4x4xf32>
func.func @constant_parameters(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %scale = dlc.constant dense<[4.0, 3.0]> : tensor<2xf32>
  %bias = dlc.constant dense<[1.0, -1.0]> : tensor<2xf32>
  %mean = dlc.constant dense<[0.5, 2.0]> : tensor<2xf32>
  %variance = dlc.constant dense<[3.0, 8.0]> : tensor<2xf32>
  // CHECK-DAG: %[[A:.*]] = dlc.constant dense<{{\[\[\[}}2.000000e+00]], {{\[\[}}1.000000e+00]]]> : tensor<2x1x1xf32>
  // CHECK-DAG: %[[B:.*]] = dlc.constant dense<{{\[\[\[}}0.000000e+00]], {{\[\[}}-3.000000e+00]]]> : tensor<2x1x1xf32>
  // CHECK: %[[P:.*]] = dlc.mul %[[X]], %[[A]] : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: %[[Y:.*]] = dlc.add %[[P]], %[[B]] : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %y = dlc.batch_norm %x, %scale, %bias, %mean, %variance {epsilon = 1.0 : f64} : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: return %[[Y]]
  return %y : tensor<1x2x4x4xf32>
}

// CHECK-LABEL: func @a_parameter_computed(
func.func @a_parameter_computed(%x: tensor<?x2xf16>, %scale: tensor<2xf16>) -> tensor<?x2xf16> {
  %p = dlc.constant dense<[2.0, 3.0]> : tensor<2xf16>
  // CHECK: dlc.batch_norm
  %y = dlc.batch_norm %x, %scale, %p, %p, %p : (tensor<?x2xf16>, tensor<2xf16>, tensor<2xf16>, tensor<2xf16>, tensor<2xf16>) -> tensor<?x2xf16>
  return %y : tensor<?x2xf16>
}
