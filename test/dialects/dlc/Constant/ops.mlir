// Every op parses, verifies and prints back as it was written.
// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: func @constants(
func.func @constants() {
  // CHECK: dlc.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
  %0 = dlc.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK: dlc.constant dense<true> : tensor<2x2xi1>
  %1 = dlc.constant dense<true> : tensor<2x2xi1>
  // CHECK: dlc.constant dense<255> : tensor<ui8>
  %2 = dlc.constant dense<255> : tensor<ui8>
  // CHECK: dlc.constant dense<> : tensor<0xi64>
  %3 = dlc.constant dense<> : tensor<0xi64>
  // CHECK: dlc.constant dense_resource<weights> : tensor<2xf32>
  %4 = dlc.constant dense_resource<weights> : tensor<2xf32>
  return
}

// CHECK-LABEL: func @sizes(
func.func @sizes() {
  // CHECK: dlc.size {value = #dlc.dims<s0 + 1>} : () -> index
  %0 = dlc.size {value = #dlc.dims<s0 + 1>} : () -> index
  // CHECK: dlc.empty : () -> tensor<?x16xf32, #dlc.dims<s0, 16>>
  %1 = dlc.empty : () -> tensor<?x16xf32, #dlc.dims<s0, 16>>
  return
}

// CHECK: weights: "0x400000000000803F00000040"
{-#
  dialect_resources: {
    builtin: {
      weights: "0x400000000000803F00000040"
    }
  }
#-}
