// RUN: dlc-opt %s --dlc-bind-destinations | FileCheck %s

#id = affine_map<(d0) -> (d0)>

// Names stay with the arguments; results follow the inputs.
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[X:.*]]: memref<4xf32> {dlc.name = "x"}, %[[Y:.*]]: memref<2x2xf32> {dlc.name = "y"})
// CHECK:         %[[T:.*]] = bufferization.to_tensor %[[X]] restrict
// CHECK:         %[[A:.*]] = linalg.generic {{.*}} ins(%[[T]] : {{.*}}) outs(%[[E0:[0-9]+]] :
// Each op has a destination of its own.
// CHECK-NOT:     outs(%[[E0]] :
// CHECK:         %[[B:.*]] = linalg.generic {{.*}} ins(%[[A]] : {{.*}}) outs(
// A reshaped result is written before it is reshaped.
// CHECK:         %[[V:.*]] = memref.collapse_shape %[[Y]]
// CHECK:         bufferization.materialize_in_destination %[[B]] in restrict writable %[[V]]
// CHECK:         return
func.func @main(%x: tensor<4xf32> {dlc.name = "x"}) -> (tensor<2x2xf32> {dlc.name = "y"}) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = arith.negf %in : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%0 : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = math.exp %in : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %2 = tensor.expand_shape %1 [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  return %2 : tensor<2x2xf32>
}

// Two loops that begin with the same zeros write to buffers of their own: with
// a shared one, the first result was lost to the second.
// CHECK-LABEL: func.func @shared_by_loops
// CHECK: %[[FIRST:.*]] = linalg.fill
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[FIRST]])
// CHECK: %[[SECOND:.*]] = linalg.fill
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[SECOND]])
func.func @shared_by_loops(%x: tensor<4xi32>) -> (tensor<8xi32>, tensor<8xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0 : i32
  %empty = tensor.empty() : tensor<8xi32>
  %fill = linalg.fill ins(%zero : i32) outs(%empty : tensor<8xi32>) -> tensor<8xi32>
  %a = scf.for %i = %c0 to %c4 step %c1 iter_args(%state = %fill) -> tensor<8xi32> {
    %v = tensor.extract %x[%i] : tensor<4xi32>
    %next = tensor.insert %v into %state[%i] : tensor<8xi32>
    scf.yield %next : tensor<8xi32>
  }
  %b = scf.for %i = %c0 to %c4 step %c1 iter_args(%state = %fill) -> tensor<8xi32> {
    %v = tensor.extract %x[%i] : tensor<4xi32>
    %at = arith.addi %i, %c1 : index
    %next = tensor.insert %v into %state[%at] : tensor<8xi32>
    scf.yield %next : tensor<8xi32>
  }
  return %a, %b : tensor<8xi32>, tensor<8xi32>
}
