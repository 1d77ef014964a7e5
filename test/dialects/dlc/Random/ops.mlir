// Every op parses, verifies and prints back as it was written.
// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: func @random(
// CHECK: dlc.random {distribution = #dlc.distribution<normal>, seed = 7 : i32} : () -> tensor<2x3xf32>
func.func @random() -> tensor<2x3xf32> {
  %0 = dlc.random {seed = 7 : i32, distribution = #dlc.distribution<normal>} : () -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
