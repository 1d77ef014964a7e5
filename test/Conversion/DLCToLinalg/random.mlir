// Ten rounds of Philox for each element, from its position and the seed.
// RUN: dlc-opt %s --convert-dlc-to-linalg | FileCheck %s

// CHECK-LABEL: func @uniform
// CHECK: linalg.generic
// CHECK: linalg.index 0
// CHECK-COUNT-10: arith.muli
// CHECK-NOT: arith.muli
// CHECK: arith.sitofp
// CHECK: tensor.expand_shape
func.func @uniform() -> tensor<2x3xf32> {
  %0 = dlc.random {seed = 7 : i32, distribution = #dlc.distribution<uniform>} : () -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func @normal
// CHECK: math.log
// CHECK: math.sqrt
// CHECK: math.cos
func.func @normal() -> tensor<5xf64> {
  %0 = dlc.random {seed = 7 : i32, distribution = #dlc.distribution<normal>} : () -> tensor<5xf64>
  return %0 : tensor<5xf64>
}
