// RUN: dlc-opt %s --dlc-decompose-pads | FileCheck %s

// CHECK-LABEL: func.func @pad(
// CHECK-SAME:    %[[X:.*]]: tensor<2x3xf32>
// CHECK:         %[[F:.*]] = linalg.fill ins(%{{.*}} : f32) outs(%{{.*}} : tensor<4x6xf32>)
// CHECK:         tensor.insert_slice %[[X]] into %[[F]][1, 2] [2, 3] [1, 1]
// CHECK-NOT:     tensor.pad
func.func @pad(%x: tensor<2x3xf32>) -> tensor<4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.pad %x low[1, 2] high[1, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<2x3xf32> to tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

// The sizes of what is padded are those of what it is made of.
// CHECK-LABEL: func.func @open(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<?xf32>
// CHECK:         %[[DIM:.*]] = tensor.dim %[[X]]
// CHECK:         %[[MORE:.*]] = arith.addi %[[DIM]], %c1
// CHECK:         %[[SIZE:.*]] = arith.addi %[[MORE]], %c1
// CHECK:         tensor.empty(%[[SIZE]])
// CHECK:         tensor.insert_slice %{{.*}} into %{{.*}}[1] [%{{.*}}] [1]
func.func @open(%x: tensor<?xf32>, %n: index) -> tensor<?xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%n) : tensor<?xf32>
  %0 = linalg.exp ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %1 = tensor.pad %0 low[1] high[1] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<?xf32> to tensor<?xf32>
  return %1 : tensor<?xf32>
}
