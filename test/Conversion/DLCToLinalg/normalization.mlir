// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func @batch_norm
// CHECK: linalg.generic
// CHECK-SAME: outs(%{{.*}} : tensor<8xf32>)
// CHECK: math.sqrt
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2) -> (d1)>
// CHECK-NOT: math.sqrt
// CHECK: return
func.func @batch_norm(%x: tensor<1x8x4xf32>, %p: tensor<8xf32>) -> tensor<1x8x4xf32> {
  %y = dlc.batch_norm %x, %p, %p, %p, %p
     : (tensor<1x8x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>)
       -> tensor<1x8x4xf32>
  return %y : tensor<1x8x4xf32>
}

// CHECK-LABEL: func @layer_norm
// CHECK: linalg.generic
// CHECK-SAME: ["parallel", "parallel", "reduction"]
// CHECK: linalg.generic
// CHECK: arith.divf
// CHECK: linalg.generic
// CHECK-SAME: ["parallel", "parallel", "reduction"]
// CHECK: linalg.generic
// CHECK: math.sqrt
// CHECK: linalg.generic
// CHECK-SAME: ["parallel", "parallel", "parallel"]
func.func @layer_norm(%x: tensor<1x4x8xf32>, %s: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<1x4x8xf32> {
  %y = dlc.layer_norm %x, %s, bias = %b {axis = 2 : i64}
     : (tensor<1x4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x4x8xf32>
  return %y : tensor<1x4x8xf32>
}

// The usual exponent takes two roots.
// CHECK-LABEL: func @lrn
// CHECK: tensor.pad %{{.*}} low[0, 2, 0] high[0, 2, 0]
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3) -> (d0, d1 + d3, d2)>
// CHECK-NOT: math.powf
// CHECK: math.sqrt
// CHECK: math.sqrt
func.func @lrn(%x: tensor<1x8x4xf32>) -> tensor<1x8x4xf32> {
  %y = dlc.lrn %x {size = 5 : i64} : (tensor<1x8x4xf32>) -> tensor<1x8x4xf32>
  return %y : tensor<1x8x4xf32>
}
