// Tensors that loops carry and branches yield get buffers of their own.
// RUN: dlc-opt %s --split-input-file --dlc-bind-control-flow --mlir-print-local-scope | FileCheck %s
// RUN: dlc-opt %s --split-input-file --dlc-linalg-to-kernels --mlir-print-local-scope | FileCheck %s --check-prefix=KERNELS

// What is read goes first. The results are in the caller's buffers from the
// beginning.
// CHECK-LABEL: func @fibonacci(
// CHECK: %[[E0:.*]] = tensor.empty() : tensor<8xf32>
// CHECK: %[[I0:.*]] = linalg.copy ins(%{{.*}}) outs(%[[E0]]
// CHECK: %[[E1:.*]] = tensor.empty() : tensor<8xf32>
// CHECK: %[[I1:.*]] = linalg.copy ins(%{{.*}}) outs(%[[E1]]
// CHECK: scf.for {{.*}} iter_args(%[[A:.*]] = %[[I0]], %[[B:.*]] = %[[I1]])
// CHECK: %[[SUM:.*]] = linalg.generic
// CHECK: %[[FIRST:.*]] = bufferization.materialize_in_destination %[[B]] in %[[A]]
// CHECK: %[[SECOND:.*]] = bufferization.materialize_in_destination %[[SUM]] in %[[B]]
// CHECK: scf.yield %[[FIRST]], %[[SECOND]]
// KERNELS-LABEL: func @fibonacci(
// KERNELS-SAME: %[[X:[^:]*]]: memref<8xf32>, %[[Y:[^:]*]]: memref<8xf32>, %[[A:[^:]*]]: memref<8xf32>, %[[B:[^:]*]]: memref<8xf32>)
// KERNELS: call @k0_kernel(%[[X]], %[[A]])
// KERNELS: call @k0_kernel(%[[Y]], %[[B]])
// KERNELS: scf.for
// KERNELS-NEXT: %[[SUM:.*]] = memref.alloc
// KERNELS-NEXT: func.call @k1_kernel(%[[A]], %[[B]], %[[SUM]])
// KERNELS-NEXT: func.call @k0_kernel(%[[B]], %[[A]])
// KERNELS-NEXT: func.call @k0_kernel(%[[SUM]], %[[B]])
func.func @fibonacci(%x: tensor<8xf32>, %y: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 7 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x, %b = %y) -> (tensor<8xf32>, tensor<8xf32>) {
    %empty = tensor.empty() : tensor<8xf32>
    %sum = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a, %b : tensor<8xf32>, tensor<8xf32>) outs(%empty : tensor<8xf32>) {
    ^bb0(%p: f32, %q: f32, %o: f32):
      %s = arith.addf %p, %q : f32
      linalg.yield %s : f32
    } -> tensor<8xf32>
    scf.yield %b, %sum : tensor<8xf32>, tensor<8xf32>
  }
  return %r#0, %r#1 : tensor<8xf32>, tensor<8xf32>
}

// -----

// Two that change places wait for each other: one steps aside.
// CHECK-LABEL: func @swap(
// CHECK: scf.for {{.*}} iter_args(%[[A:.*]] = %{{.*}}, %[[B:.*]] = %{{.*}})
// CHECK: %[[ASIDE:.*]] = bufferization.alloc_tensor() copy(%[[B]])
// CHECK: %[[SECOND:.*]] = bufferization.materialize_in_destination %[[A]] in %[[B]]
// CHECK: %[[FIRST:.*]] = bufferization.materialize_in_destination %[[ASIDE]] in %[[A]]
// CHECK: scf.yield %[[FIRST]], %[[SECOND]]
// KERNELS-LABEL: func @swap(
func.func @swap(%x: tensor<8xf32>, %y: tensor<8xf32>, %n: index) -> (tensor<8xf32>, tensor<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x, %b = %y) -> (tensor<8xf32>, tensor<8xf32>) {
    scf.yield %b, %a : tensor<8xf32>, tensor<8xf32>
  }
  return %r#0, %r#1 : tensor<8xf32>, tensor<8xf32>
}

// -----

// Rows go straight where they belong, through nested loops. A constant that a
// loop begins with is a fill.
// CHECK-LABEL: func @rows(
// CHECK: %[[INIT:.*]] = linalg.fill
// CHECK: %[[R:.*]] = scf.for {{.*}} iter_args(%[[A:.*]] = %[[INIT]])
// CHECK: %[[INNER:.*]] = scf.for {{.*}} iter_args(%[[B:.*]] = %[[A]])
// CHECK: %[[NEW:.*]] = tensor.insert_slice
// CHECK: %[[PUT:.*]] = bufferization.materialize_in_destination %[[NEW]] in %[[B]]
// CHECK: scf.yield %[[PUT]]
// CHECK: scf.yield %[[INNER]]
// KERNELS-LABEL: func @rows(
// KERNELS-SAME: %[[X:[^:]*]]: memref<3xf32>, %[[Y:[^:]*]]: memref<4x5x3xf32>)
// KERNELS-NOT: alloc
// KERNELS: call @k0_kernel(%[[Y]])
// KERNELS: scf.for %[[I:.*]] =
// KERNELS: scf.for %[[J:.*]] =
// KERNELS-NEXT: %[[ROW:.*]] = memref.subview %[[Y]][%[[I]], %[[J]], 0] [1, 1, 3] [1, 1, 1]
// KERNELS-NEXT: func.call @k1_kernel(%[[X]], %[[ROW]])
// KERNELS-NEXT: {{^ *}}}
func.func @rows(%x: tensor<3xf32>) -> tensor<4x5x3xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %begin = arith.constant dense<1.0> : tensor<4x5x3xf32>
  %r = scf.for %i = %c0 to %c4 step %c1 iter_args(%a = %begin) -> tensor<4x5x3xf32> {
    %s = scf.for %j = %c0 to %c5 step %c1 iter_args(%b = %a) -> tensor<4x5x3xf32> {
      %empty = tensor.empty() : tensor<3xf32>
      %row = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<3xf32>) outs(%empty : tensor<3xf32>) {
      ^bb0(%p: f32, %o: f32):
        %e = math.exp %p : f32
        linalg.yield %e : f32
      } -> tensor<3xf32>
      %new = tensor.insert_slice %row into %b[%i, %j, 0] [1, 1, 3] [1, 1, 1] : tensor<3xf32> into tensor<4x5x3xf32>
      scf.yield %new : tensor<4x5x3xf32>
    }
    scf.yield %s : tensor<4x5x3xf32>
  }
  return %r : tensor<4x5x3xf32>
}

// -----

// The inner loop works on a copy, since what it begins with is still read.
// CHECK-LABEL: func @still_read(
// CHECK: scf.for {{.*}} iter_args(%[[A:.*]] =
// CHECK: %[[COPY:.*]] = bufferization.alloc_tensor() copy(%[[A]])
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[COPY]])
// CHECK: bufferization.materialize_in_destination %{{.*}} in %[[A]]
// KERNELS-LABEL: func @still_read(
func.func @still_read(%x: tensor<8xf32>, %n: index) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> tensor<8xf32> {
    %s = scf.for %j = %c0 to %n step %c1 iter_args(%b = %a) -> tensor<8xf32> {
      %half = tensor.extract_slice %a[4] [4] [1] : tensor<8xf32> to tensor<4xf32>
      %new = tensor.insert_slice %half into %b[0] [4] [1] : tensor<4xf32> into tensor<8xf32>
      scf.yield %new : tensor<8xf32>
    }
    scf.yield %s : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// -----

// Both blocks of a while get the same tensors in the same places, then scalars;
// what isn't carried but passed on gets a place, too.
// CHECK-LABEL: func @while(
// CHECK: %[[I0:.*]] = bufferization.alloc_tensor() copy(
// CHECK: %[[I1:.*]] = bufferization.alloc_tensor() copy(
// CHECK: %[[I2:.*]] = bufferization.alloc_tensor() : tensor<4xf32>
// CHECK: %[[R:.*]]:4 = scf.while (%[[A:.*]] = %[[I0]], %[[B:.*]] = %[[I1]], %[[C:.*]] = %[[I2]], %[[K:.*]] = %{{.*}})
// CHECK: %[[PASSED:.*]] = bufferization.materialize_in_destination %{{.*}} in %[[C]] : (tensor<4xf32>
// CHECK: scf.condition(%{{.*}}) %[[A]], %[[B]], %[[PASSED]], %[[K]]
// CHECK: ^bb0(%[[A2:.*]]: tensor<8xf32>, %[[B2:.*]]: tensor<8xf32>, %[[C2:.*]]: tensor<4xf32>, %{{.*}}: index):
// CHECK: %[[P:.*]] = bufferization.materialize_in_destination %[[B2]] in %[[A2]]
// CHECK: scf.yield %[[P]], %[[B2]], %[[C2]], %{{.*}}
// CHECK: return %[[R]]#1, %[[R]]#2
// KERNELS-LABEL: func @while(
// KERNELS: scf.while (%{{.*}} = %{{.*}}) : (index) -> index
func.func @while(%x: tensor<8xf32>, %y: tensor<8xf32>, %n: index) -> (tensor<8xf32>, tensor<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:3 = scf.while (%k = %c0, %a = %x, %b = %y) : (index, tensor<8xf32>, tensor<8xf32>) -> (tensor<8xf32>, index, tensor<4xf32>) {
    %half = tensor.extract_slice %a[4] [4] [1] : tensor<8xf32> to tensor<4xf32>
    %more = arith.cmpi ult, %k, %n : index
    scf.condition(%more) %b, %k, %half : tensor<8xf32>, index, tensor<4xf32>
  } do {
  ^bb0(%b: tensor<8xf32>, %k: index, %half: tensor<4xf32>):
    %next = arith.addi %k, %c1 : index
    scf.yield %next, %b, %b : index, tensor<8xf32>, tensor<8xf32>
  }
  return %r#0, %r#2 : tensor<8xf32>, tensor<4xf32>
}

// -----

// Both ways of a branch write to one tensor, those of a branch inside to the
// same. A choice between tensors is a branch.
// CHECK-LABEL: func @branches(
// CHECK: %[[D:.*]] = bufferization.alloc_tensor() : tensor<8xf32>
// CHECK: scf.if
// CHECK: %[[INNER:.*]] = scf.if
// CHECK: materialize_in_destination %{{.*}} in %[[D]]
// CHECK: else
// CHECK: materialize_in_destination %{{.*}} in %[[D]]
// CHECK: scf.yield %[[INNER]]
// CHECK: else
// CHECK: materialize_in_destination %{{.*}} in %[[D]]
// CHECK: bufferization.alloc_tensor() : tensor<8xf32>
// CHECK: scf.if
// CHECK-NOT: arith.select
// CHECK: return
// In kernels that is the caller's buffer.
// KERNELS-LABEL: func @branches(
// KERNELS-SAME: %[[X:[^:]*]]: memref<8xf32>, %[[Y:[^:]*]]: memref<8xf32>, %[[R:[^:]*]]: memref<8xf32>, %[[T:[^:]*]]: memref<8xf32>,
// KERNELS-NOT: alloc
// KERNELS: scf.if
// KERNELS: scf.if
// KERNELS: call @{{.*}}(%[[X]], %[[R]])
// KERNELS: else
// KERNELS: , %[[R]])
// KERNELS: call @{{.*}}(%[[X]], %[[T]])
// KERNELS: else
// KERNELS: call @{{.*}}(%[[Y]], %[[R]])
// KERNELS: call @{{.*}}(%[[Y]], %[[T]])
func.func @branches(%x: tensor<8xf32>, %y: tensor<8xf32>, %n: index) -> (tensor<8xf32>, tensor<8xf32>) {
  %c1 = arith.constant 1 : index
  %zero = arith.constant dense<0.0> : tensor<8xf32>
  %p = arith.cmpi ult, %n, %c1 : index
  %q = arith.cmpi ugt, %n, %c1 : index
  %r = scf.if %p -> tensor<8xf32> {
    %s = scf.if %q -> tensor<8xf32> {
      scf.yield %x : tensor<8xf32>
    } else {
      scf.yield %zero : tensor<8xf32>
    }
    scf.yield %s : tensor<8xf32>
  } else {
    scf.yield %y : tensor<8xf32>
  }
  %t = arith.select %p, %x, %y : tensor<8xf32>
  return %r, %t : tensor<8xf32>, tensor<8xf32>
}

// -----

// Open sizes are known where the function begins.
// CHECK-LABEL: func @open(
// CHECK-SAME: %[[N:[^:]*]]: index {dlc.range
// CHECK: bufferization.alloc_tensor(%[[N]]) : tensor<?xf32>
// KERNELS-LABEL: func @open(
func.func @open(%x: tensor<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %y: tensor<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %n: index {dlc.range = array<i64: 1, 8, 4>, dlc.symbol = "n"}) -> (tensor<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}) {
  %c1 = arith.constant 1 : index
  %p = arith.cmpi ult, %n, %c1 : index
  %r = scf.if %p -> tensor<?xf32> {
    scf.yield %x : tensor<?xf32>
  } else {
    scf.yield %y : tensor<?xf32>
  }
  return %r : tensor<?xf32>
}

// What is read after a loop that begins with it stays: the loop begins with a
// copy, even if the other reader is only the function's end.
// CHECK-LABEL: func @begins_with_a_result(
// CHECK: %[[A:.*]] = linalg.copy
// CHECK: %[[COPY:.*]] = bufferization.alloc_tensor() copy(%[[A]])
// CHECK: %[[LOOP:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %[[COPY]])
// CHECK: return %[[LOOP]], %[[A]]
func.func @begins_with_a_result(%x: tensor<8xf32>, %n: index) -> (tensor<8xf32>, tensor<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %e = tensor.empty() : tensor<8xf32>
  %a = linalg.copy ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %a) -> (tensor<8xf32>) {
    %part = tensor.extract_slice %x[%i] [1] [1] : tensor<8xf32> to tensor<1xf32>
    %t = tensor.insert_slice %part into %s[0] [1] [1] : tensor<1xf32> into tensor<8xf32>
    scf.yield %t : tensor<8xf32>
  }
  return %r, %a : tensor<8xf32>, tensor<8xf32>
}

// An inner loop that makes all of what the outer one carries begins there.
// CHECK-LABEL: func @makes_all(
// CHECK: scf.for {{.*}} iter_args(%[[S:.*]] = %{{.*}})
// CHECK: %[[INNER:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %[[S]])
// CHECK: scf.yield %[[INNER]]
func.func @makes_all(%x: tensor<8xf32>, %n: index) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %e = tensor.empty() : tensor<8xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> (tensor<8xf32>) {
    %part = tensor.extract_slice %x[%i] [1] [1] : tensor<8xf32> to tensor<1xf32>
    %all = scf.for %j = %c0 to %n step %c1 iter_args(%t = %e) -> (tensor<8xf32>) {
      %u = tensor.insert_slice %part into %t[%j] [1] [1] : tensor<1xf32> into tensor<8xf32>
      scf.yield %u : tensor<8xf32>
    }
    scf.yield %all : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// What was made before the outer loop can't begin with what that carries.
// CHECK-LABEL: func @made_before(
// CHECK: %[[E:.*]] = bufferization.alloc_tensor()
// CHECK: %[[MADE:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %[[E]])
// CHECK: scf.for {{.*}} iter_args(%[[S:.*]] = %{{.*}})
// CHECK: %[[PUT:.*]] = bufferization.materialize_in_destination %[[MADE]] in %[[S]]
// CHECK: scf.yield %[[PUT]]
func.func @made_before(%x: tensor<8xf32>, %n: index) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %e = tensor.empty() : tensor<8xf32>
  %made = scf.for %j = %c0 to %n step %c1 iter_args(%t = %e) -> (tensor<8xf32>) {
    %part = tensor.extract_slice %x[%j] [1] [1] : tensor<8xf32> to tensor<1xf32>
    %u = tensor.insert_slice %part into %t[%j] [1] [1] : tensor<1xf32> into tensor<8xf32>
    scf.yield %u : tensor<8xf32>
  }
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> (tensor<8xf32>) {
    scf.yield %made : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// -----

// What goes to two places is computed in neither, but copied to both.
// CHECK-LABEL: func @twice(
// CHECK: scf.for {{.*}} iter_args(%[[A:.*]] = %{{.*}}, %[[B:.*]] = %{{.*}})
// CHECK: %[[OWN:.*]] = bufferization.alloc_tensor()
// CHECK: %[[NEG:.*]] = linalg.generic {{.*}} outs(%[[OWN]]
// CHECK: bufferization.materialize_in_destination %[[NEG]] in %[[A]]
// CHECK: bufferization.materialize_in_destination %[[NEG]] in %[[B]]
// KERNELS-LABEL: func @twice(
// KERNELS: scf.for
// KERNELS-NEXT: %[[OWN:.*]] = memref.alloc
// KERNELS-NEXT: func.call @k1_kernel(%[[A:.*]], %[[OWN]])
// KERNELS-NEXT: func.call @k0_kernel(%[[OWN]], %[[A]])
// KERNELS-NEXT: func.call @k0_kernel(%[[OWN]], %{{.*}})
func.func @twice(%x: tensor<8xf32>, %y: tensor<8xf32>, %n: index) -> (tensor<8xf32>, tensor<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x, %b = %y) -> (tensor<8xf32>, tensor<8xf32>) {
    %empty = tensor.empty() : tensor<8xf32>
    %neg = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%a : tensor<8xf32>) outs(%empty : tensor<8xf32>) {
    ^bb0(%p: f32, %o: f32):
      %s = arith.negf %p : f32
      linalg.yield %s : f32
    } -> tensor<8xf32>
    scf.yield %neg, %neg : tensor<8xf32>, tensor<8xf32>
  }
  return %r#0, %r#1 : tensor<8xf32>, tensor<8xf32>
}

// -----

// Nor is what a branch passes on computed where the other one writes, while it
// is still read.
// CHECK-LABEL: func @passed_on(
// CHECK: %[[OWN:.*]] = bufferization.alloc_tensor()
// CHECK: %[[NEG:.*]] = linalg.generic {{.*}} outs(%[[OWN]]
// CHECK: scf.if
// CHECK: bufferization.materialize_in_destination %[[NEG]] in
// KERNELS-LABEL: func @passed_on(
func.func @passed_on(%x: tensor<8xf32>, %flag: tensor<i1>) -> (tensor<8xf32>, tensor<8xf32>) {
  %c = tensor.extract %flag[] : tensor<i1>
  %e0 = tensor.empty() : tensor<8xf32>
  %neg = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%e0 : tensor<8xf32>) {
  ^bb0(%p: f32, %o: f32):
    %s = arith.negf %p : f32
    linalg.yield %s : f32
  } -> tensor<8xf32>
  %r = scf.if %c -> (tensor<8xf32>) {
    %e1 = tensor.empty() : tensor<8xf32>
    %sum = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%neg : tensor<8xf32>) outs(%e1 : tensor<8xf32>) {
    ^bb0(%p: f32, %o: f32):
      %s = arith.addf %p, %p : f32
      linalg.yield %s : f32
    } -> tensor<8xf32>
    scf.yield %sum : tensor<8xf32>
  } else {
    scf.yield %neg : tensor<8xf32>
  }
  %e2 = tensor.empty() : tensor<8xf32>
  %product = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%neg, %r : tensor<8xf32>, tensor<8xf32>) outs(%e2 : tensor<8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.mulf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<8xf32>
  return %r, %product : tensor<8xf32>, tensor<8xf32>
}

// -----

// A loop inside doesn't begin in the same place twice.
// CHECK-LABEL: func @begins_once(
// CHECK: scf.for {{.*}} iter_args(%[[S:.*]] = %{{.*}})
// CHECK: %[[OWN:.*]] = bufferization.alloc_tensor()
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[S]], %{{.*}} = %[[OWN]])
// KERNELS-LABEL: func @begins_once(
func.func @begins_once(%x: tensor<8xf32>, %n: index) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %e = tensor.empty() : tensor<8xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> (tensor<8xf32>) {
    %all:2 = scf.for %j = %c0 to %n step %c1 iter_args(%t = %s, %u = %e) -> (tensor<8xf32>, tensor<8xf32>) {
      %part = tensor.extract_slice %t[%j] [1] [1] : tensor<8xf32> to tensor<1xf32>
      %v = tensor.insert_slice %part into %u[%j] [1] [1] : tensor<1xf32> into tensor<8xf32>
      %w = tensor.insert_slice %part into %t[0] [1] [1] : tensor<1xf32> into tensor<8xf32>
      scf.yield %w, %v : tensor<8xf32>, tensor<8xf32>
    }
    scf.yield %all#1 : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}
