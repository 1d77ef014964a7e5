// RUN: dlc-opt %s --convert-dlc-to-linalg | FileCheck %s

// A resource keeps its blob, under a signless type.
// CHECK-LABEL: func @resource
// CHECK: arith.constant dense_resource<w> : tensor<4xi8>
// CHECK: arith.constant dense_resource<v> : tensor<1xf32>
func.func @resource() -> (tensor<4xui8>, tensor<1xf32>) {
  %w = dlc.constant dense_resource<w> : tensor<4xui8>
  %v = dlc.constant dense_resource<v> : tensor<1xf32>
  return %w, %v : tensor<4xui8>, tensor<1xf32>
}

// CHECK-LABEL: func @splat
// CHECK: arith.constant dense<-56> : tensor<4xi8>
func.func @splat() -> tensor<4xui8> {
  %w = dlc.constant dense<200> : tensor<4xui8>
  return %w : tensor<4xui8>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x0400000001020304",
      v: "0x040000000000803F"
    }
  }
#-}
