// What is still used survives.
// RUN: dlc-opt %s --dlc-release-dead-weights | FileCheck %s

// CHECK: dense_resource<used>
// CHECK: used: "0x04000000010000000200000003000000"
func.func @main() -> tensor<3xi32> {
  %0 = dlc.constant dense_resource<used> : tensor<3xi32>
  return %0 : tensor<3xi32>
}

{-#
  dialect_resources: {
    builtin: {
      used: "0x04000000010000000200000003000000",
      unused: "0x0400000009000000"
    }
  }
#-}
