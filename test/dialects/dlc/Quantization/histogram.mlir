// RUN: dlc-opt %s --split-input-file --verify-diagnostics | dlc-opt --split-input-file | FileCheck %s

// CHECK-LABEL: @histogram
// CHECK: dlc.histogram %{{.*}} {high = 6.000000e+00 : f64, low = 0.000000e+00 : f64} : (tensor<1x4xf32>) -> tensor<16xi32>
func.func @histogram(%x: tensor<1x4xf32>) -> tensor<16xi32> {
  %y = dlc.histogram %x {low = 0.0 : f64, high = 6.0 : f64} : (tensor<1x4xf32>) -> tensor<16xi32>
  return %y : tensor<16xi32>
}
