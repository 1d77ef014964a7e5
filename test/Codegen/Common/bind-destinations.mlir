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

// What becomes a part of another tensor, padded or not, is assembled there, at
// every level.
// CHECK-LABEL: func.func @nested
// CHECK:         %[[E:.*]] = tensor.empty() : tensor<20xf32>
// CHECK:         %[[WHOLE:.*]] = linalg.fill ins(%{{.*}}) outs(%[[E]] :
// CHECK:         %[[OUTER:.*]] = tensor.extract_slice %[[WHOLE]][1] [12] [1]
// CHECK:         %[[INNER:.*]] = tensor.extract_slice %[[OUTER]][0] [8] [1]
// CHECK:         %[[A:.*]] = tensor.insert_slice %{{.*}} into %[[INNER]][0] [4] [1]
// CHECK:         %[[B:.*]] = tensor.insert_slice %{{.*}} into %[[A]][4] [4] [1]
// CHECK:         %[[C:.*]] = tensor.insert_slice %[[B]] into %[[OUTER]][0] [8] [1]
// CHECK:         %[[D:.*]] = tensor.insert_slice %{{.*}} into %[[C]][8] [4] [1]
// CHECK:         tensor.insert_slice %[[D]] into %[[WHOLE]][1] [12] [1]
func.func @nested(%x: tensor<4xf32>) -> tensor<20xf32> {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<8xf32>
  %a = tensor.insert_slice %x into %e0[0] [4] [1] : tensor<4xf32> into tensor<8xf32>
  %b = tensor.insert_slice %x into %a[4] [4] [1] : tensor<4xf32> into tensor<8xf32>
  %e1 = tensor.empty() : tensor<12xf32>
  %c = tensor.insert_slice %b into %e1[0] [8] [1] : tensor<8xf32> into tensor<12xf32>
  %d = tensor.insert_slice %x into %c[8] [4] [1] : tensor<4xf32> into tensor<12xf32>
  %e2 = tensor.empty() : tensor<20xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e2 : tensor<20xf32>) -> tensor<20xf32>
  %y = tensor.insert_slice %d into %f[1] [12] [1] : tensor<12xf32> into tensor<20xf32>
  return %y : tensor<20xf32>
}

// Not where the whole isn't there before its part: a fill with a value that is
// computed later, a concatenation that begins with something else.
// CHECK-LABEL: func.func @too_late
// CHECK-NOT:     extract_slice
func.func @too_late(%x: tensor<4xf32>) -> (tensor<20xf32>, tensor<12xf32>) {
  %e0 = tensor.empty() : tensor<4xf32>
  %a = tensor.insert_slice %x into %e0[0] [4] [1] : tensor<4xf32> into tensor<4xf32>
  %c0 = arith.constant 0 : index
  %v = tensor.extract %a[%c0] : tensor<4xf32>
  %e1 = tensor.empty() : tensor<20xf32>
  %f = linalg.fill ins(%v : f32) outs(%e1 : tensor<20xf32>) -> tensor<20xf32>
  %y = tensor.insert_slice %a into %f[1] [4] [1] : tensor<4xf32> into tensor<20xf32>
  %e2 = tensor.empty() : tensor<8xf32>
  %b = tensor.insert_slice %x into %e2[0] [4] [1] : tensor<4xf32> into tensor<8xf32>
  %e3 = tensor.empty() : tensor<12xf32>
  %c = tensor.insert_slice %x into %e3[8] [4] [1] : tensor<4xf32> into tensor<12xf32>
  %z = tensor.insert_slice %b into %c[0] [8] [1] : tensor<8xf32> into tensor<12xf32>
  return %y, %z : tensor<20xf32>, tensor<12xf32>
}

// Sizes stay the last arguments; what is made of them is computed first.
// CHECK-LABEL: func.func @open(
// CHECK-SAME:    %[[X:.*]]: memref<?x4xf32> {dlc.sizes = affine_map<()[s0] -> (s0, 4)>}, %[[Y:.*]]: memref<?xf32> {dlc.name = "y"}, %[[N:.*]]: index {dlc.symbol = "n"})
// CHECK:         affine.apply #{{.*}}()[%[[N]]]
// CHECK:         %[[INIT:.*]] = tensor.empty(%[[N]]) : tensor<?x4xf32>
// CHECK:         %[[A:.*]] = linalg.generic {{.*}} outs(%[[INIT]] : tensor<?x4xf32>)
// CHECK:         %[[V:.*]] = memref.expand_shape %[[Y]] {{\[\[}}0, 1]] output_shape [%[[N]], 4]
// CHECK:         bufferization.materialize_in_destination %[[A]] in restrict writable %[[V]]
#pair = affine_map<(d0, d1) -> (d0, d1)>
func.func @open(%x: tensor<?x4xf32> {dlc.sizes = affine_map<()[s0] -> (s0, 4)>}, %n: index {dlc.symbol = "n"}) -> (tensor<?xf32> {dlc.name = "y"}) {
  %c0 = arith.constant 0 : index
  %d = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%d) : tensor<?x4xf32>
  %0 = linalg.generic {indexing_maps = [#pair, #pair], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = arith.negf %in : f32
    linalg.yield %r : f32
  } -> tensor<?x4xf32>
  %s = affine.apply affine_map<()[s0] -> (s0 * 4)>()[%n]
  %1 = tensor.collapse_shape %0 [[0, 1]] : tensor<?x4xf32> into tensor<?xf32>
  %2 = tensor.empty(%s) : tensor<?xf32>
  return %1 : tensor<?xf32>
}

// A part of open size of another tensor is assembled there.
// CHECK-LABEL: func.func @parts(
// CHECK:         %[[WHOLE:.*]] = tensor.empty(%{{.*}}) : tensor<?xf32>
// CHECK:         %[[PART:.*]] = tensor.extract_slice %[[WHOLE]]
// CHECK:         tensor.insert_slice %{{.*}} into %[[PART]]
// CHECK:         tensor.insert_slice %{{.*}} into %[[WHOLE]]
func.func @parts(%x: tensor<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %n: index {dlc.symbol = "n"}) -> tensor<?xf32> {
  %two = affine.apply affine_map<()[s0] -> (s0 * 2)>()[%n]
  %e = tensor.empty(%two) : tensor<?xf32>
  %a = tensor.insert_slice %x into %e[0] [%n] [1] : tensor<?xf32> into tensor<?xf32>
  %b = tensor.insert_slice %x into %a[%n] [%n] [1] : tensor<?xf32> into tensor<?xf32>
  %three = affine.apply affine_map<()[s0] -> (s0 * 3)>()[%n]
  %w = tensor.empty(%three) : tensor<?xf32>
  %c = tensor.insert_slice %b into %w[%n] [%two] [1] : tensor<?xf32> into tensor<?xf32>
  %d = tensor.insert_slice %x into %c[0] [%n] [1] : tensor<?xf32> into tensor<?xf32>
  return %d : tensor<?xf32>
}

// A state is one argument, behind the outputs; what it becomes is written when
// all has been read, and by way of a copy where it is what another one was.
// CHECK-LABEL: func.func @states(
// CHECK-SAME:    %[[X:.*]]: memref<4xf32> {dlc.name = "x"}, %[[Y:[^:]*]]: memref<4xf32>
// CHECK-SAME:    %[[A:[^:]*]]: memref<4xf32> {dlc.state = {result = 0 : i64}},
// CHECK-SAME:    %[[B:[^:]*]]: memref<4xf32> {dlc.state = {result = 2 : i64}})
// CHECK-DAG:     %[[OLD_A:.*]] = bufferization.to_tensor %[[A]] restrict writable
// CHECK-DAG:     %[[OLD_B:.*]] = bufferization.to_tensor %[[B]] restrict writable
// CHECK:         %[[SUM:.*]] = linalg.add
// CHECK:         bufferization.materialize_in_destination %[[OLD_A]] in restrict writable %[[Y]]
// CHECK:         %[[COPY:.*]] = bufferization.alloc_tensor() copy(%[[OLD_B]])
// CHECK:         %[[NEXT_A:.*]] = bufferization.to_buffer %[[COPY]] read_only
// CHECK:         %[[NEXT_B:.*]] = bufferization.to_buffer %[[SUM]] read_only
// CHECK:         memref.copy %[[NEXT_A]], %[[A]]
// CHECK-NEXT:    memref.copy %[[NEXT_B]], %[[B]]
// CHECK-NEXT:    return
func.func @states(%a: tensor<4xf32> {dlc.state = {result = 0 : i64}}, %x: tensor<4xf32> {dlc.name = "x"}, %b: tensor<4xf32> {dlc.state = {result = 2 : i64}})
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.add ins(%a, %x : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %b, %a, %0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
