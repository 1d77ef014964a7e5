// Transpositions move towards the results and vanish where they can.
// RUN: dlc-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @units_only(
// CHECK-NEXT: dlc.reshape %{{.*}} : (tensor<1x3x1x4xf32>) -> tensor<3x1x4x1xf32>
// CHECK-NEXT: return
func.func @units_only(%x: tensor<1x3x1x4xf32>) -> tensor<3x1x4x1xf32> {
  %y = dlc.transpose %x {perm = array<i64: 1, 0, 3, 2>} : (tensor<1x3x1x4xf32>) -> tensor<3x1x4x1xf32>
  return %y : tensor<3x1x4x1xf32>
}

// An unknown size may be more than one.
// CHECK-LABEL: func @perhaps_more(
// CHECK-NEXT: dlc.transpose
func.func @perhaps_more(%x: tensor<?x3xf32>) -> tensor<3x?xf32> {
  %y = dlc.transpose %x {perm = array<i64: 1, 0>} : (tensor<?x3xf32>) -> tensor<3x?xf32>
  return %y : tensor<3x?xf32>
}

// CHECK-LABEL: func @elementwise(
// CHECK-SAME: %[[X:.*]]: tensor<1x2x3xf32>, %[[S:.*]]: tensor<1xf32>)
// CHECK-DAG: %[[C:.*]] = dlc.constant dense<{{.*}}> : tensor<1x2x1xf32>
// CHECK: %[[RELU:.*]] = dlc.relu %[[X]] : (tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
// CHECK: %[[SUM:.*]] = dlc.add %[[RELU]], %[[C]]
// CHECK: %[[Y:.*]] = dlc.mul %[[SUM]], %[[S]] : (tensor<1x2x3xf32>, tensor<1xf32>)
// CHECK-NEXT: return %[[Y]]
func.func @elementwise(%x: tensor<1x2x3xf32>, %s: tensor<1xf32>) -> tensor<1x2x3xf32> {
  %c = dlc.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = dlc.transpose %x {perm = array<i64: 0, 2, 1>} : (tensor<1x2x3xf32>) -> tensor<1x3x2xf32>
  %1 = dlc.relu %0 : (tensor<1x3x2xf32>) -> tensor<1x3x2xf32>
  %2 = dlc.add %1, %c : (tensor<1x3x2xf32>, tensor<2xf32>) -> tensor<1x3x2xf32>
  %3 = dlc.mul %2, %s : (tensor<1x3x2xf32>, tensor<1xf32>) -> tensor<1x3x2xf32>
  %4 = dlc.transpose %3 {perm = array<i64: 0, 2, 1>} : (tensor<1x3x2xf32>) -> tensor<1x2x3xf32>
  return %4 : tensor<1x2x3xf32>
}

// Operands transposed alike; the type may change.
// CHECK-LABEL: func @two_operands(
// CHECK-NEXT: %[[L:.*]] = dlc.less %{{.*}}, %{{.*}} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
// CHECK-NEXT: dlc.transpose %[[L]] {{.*}} -> tensor<3x2xi1>
func.func @two_operands(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) -> tensor<3x2xi1> {
  %0 = dlc.transpose %a {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = dlc.transpose %b {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %2 = dlc.less %0, %1 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xi1>
  return %2 : tensor<3x2xi1>
}

// An operand that isn't transposed, one that is broadcast, a transposition that
// something else reads.
// CHECK-LABEL: func @stays(
func.func @stays(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>, %c: tensor<2x1xf32>)
    -> (tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>) {
  // CHECK: dlc.add
  // CHECK: dlc.mul
  // CHECK: dlc.relu
  // CHECK-NEXT: return
  %0 = dlc.transpose %a {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = dlc.add %0, %b : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %2 = dlc.transpose %c {perm = array<i64: 1, 0>} : (tensor<2x1xf32>) -> tensor<1x2xf32>
  %3 = dlc.mul %2, %b : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %4 = dlc.relu %0 : (tensor<3x2xf32>) -> tensor<3x2xf32>
  return %0, %1, %3, %4 : tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>
}

// CHECK-LABEL: func @slice(
// CHECK-NEXT: %[[S:.*]] = dlc.slice %{{.*}} {sizes = array<i64: 2, 1, 2>, starts = array<i64: 0, 2, 1>, steps = array<i64: 1, 1, 2>} : (tensor<2x3x4xf32>) -> tensor<2x1x2xf32>
// CHECK-NEXT: dlc.transpose %[[S]] {perm = array<i64: 2, 0, 1>}
func.func @slice(%x: tensor<2x3x4xf32>) -> tensor<2x2x1xf32> {
  %0 = dlc.transpose %x {perm = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %1 = dlc.slice %0 {starts = array<i64: 1, 0, 2>, sizes = array<i64: 2, 2, 1>, steps = array<i64: 2, 1, 1>} : (tensor<4x2x3xf32>) -> tensor<2x2x1xf32>
  return %1 : tensor<2x2x1xf32>
}

// CHECK-LABEL: func @reshape_of_units(
// CHECK-NEXT: %[[R:.*]] = dlc.reshape %{{.*}} : (tensor<2x1x3x4xf32>) -> tensor<2x3x4x1xf32>
// CHECK-NEXT: dlc.transpose %[[R]] {perm = array<i64: 2, 3, 0, 1>} : (tensor<2x3x4x1xf32>) -> tensor<4x1x2x3xf32>
func.func @reshape_of_units(%x: tensor<2x1x3x4xf32>) -> tensor<4x1x2x3xf32> {
  %0 = dlc.transpose %x {perm = array<i64: 1, 3, 0, 2>} : (tensor<2x1x3x4xf32>) -> tensor<1x4x2x3xf32>
  %1 = dlc.reshape %0 : (tensor<1x4x2x3xf32>) -> tensor<4x1x2x3xf32>
  return %1 : tensor<4x1x2x3xf32>
}

// Dimensions merge: elements must move first.
// CHECK-LABEL: func @merging_reshape(
// CHECK-NEXT: dlc.transpose
// CHECK-NEXT: dlc.reshape
func.func @merging_reshape(%x: tensor<2x3x4xf32>) -> tensor<8x3xf32> {
  %0 = dlc.transpose %x {perm = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %1 = dlc.reshape %0 : (tensor<4x2x3xf32>) -> tensor<8x3xf32>
  return %1 : tensor<8x3xf32>
}

// A transposition doesn't move into a loop with what is computed there.
// CHECK-LABEL: func @transposed_outside(
// CHECK: dlc.transpose
// CHECK: scf.for
// CHECK-NOT: dlc.transpose
// CHECK: return
func.func @transposed_outside(%x: tensor<2x3xf32>, %y: tensor<3x2xf32>, %n: index) -> tensor<3x2xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %t = dlc.transpose %x {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %y) -> tensor<3x2xf32> {
    %c = dlc.constant dense<2.0> : tensor<f32>
    %s = dlc.mul %t, %c : (tensor<3x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %b = dlc.sub %a, %s : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    scf.yield %b : tensor<3x2xf32>
  }
  return %r : tensor<3x2xf32>
}
