// Gathers at known, evenly spaced positions are slices, as is what lies at a
// known position.
// RUN: dlc-opt %s --canonicalize | FileCheck %s
// RUN: dlc-opt %s --loop-invariant-code-motion | FileCheck %s --check-prefix=LICM

// CHECK-LABEL: func @one_position(
// CHECK-NEXT: %[[S:.*]] = dlc.slice %{{.*}} {sizes = array<i64: 2, 1, 4>, starts = array<i64: 0, 2, 0>, steps = array<i64: 1, 1, 1>}
// CHECK-NEXT: dlc.reshape %[[S]] : (tensor<2x1x4xf32>) -> tensor<2x4xf32>
func.func @one_position(%x: tensor<2x3x4xf32>) -> tensor<2x4xf32> {
  %i = dlc.constant dense<-1> : tensor<i64>
  %y = dlc.gather %x, %i {axis = 1 : i64} : (tensor<2x3x4xf32>, tensor<i64>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// CHECK-LABEL: func @every_other(
// CHECK-NEXT: dlc.slice %{{.*}} {sizes = array<i64: 3>, starts = array<i64: 1>, steps = array<i64: 2>}
// CHECK-NEXT: return
func.func @every_other(%x: tensor<6xf32>) -> tensor<3xf32> {
  %i = dlc.constant dense<[1, 3, 5]> : tensor<3xi64>
  %y = dlc.gather %x, %i {axis = 0 : i64} : (tensor<6xf32>, tensor<3xi64>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// Uneven, repeated, and unknown positions.
// CHECK-LABEL: func @gathers(
// CHECK-COUNT-3: dlc.gather
func.func @gathers(%x: tensor<6xf32>, %k: tensor<2xi64>) -> (tensor<3xf32>, tensor<2xf32>, tensor<2xf32>) {
  %i = dlc.constant dense<[1, 3, 4]> : tensor<3xi64>
  %j = dlc.constant dense<1> : tensor<2xi64>
  %0 = dlc.gather %x, %i {axis = 0 : i64} : (tensor<6xf32>, tensor<3xi64>) -> tensor<3xf32>
  %1 = dlc.gather %x, %j {axis = 0 : i64} : (tensor<6xf32>, tensor<2xi64>) -> tensor<2xf32>
  %2 = dlc.gather %x, %k {axis = 0 : i64} : (tensor<6xf32>, tensor<2xi64>) -> tensor<2xf32>
  return %0, %1, %2 : tensor<3xf32>, tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func @slice_at_constant(
// CHECK-NEXT: %[[S:.*]] = dlc.slice %{{.*}} {sizes = array<i64: 1, 3>, starts = array<i64: 4, 0>, steps = array<i64: 1, 1>}
// CHECK-NEXT: dlc.reshape %[[S]] : (tensor<1x3xf32>) -> tensor<3xf32>
func.func @slice_at_constant(%x: tensor<5x3xf32>) -> tensor<3xf32> {
  %i = arith.constant 4 : index
  %y = dlc.slice_at %x, %i {axis = 0 : i64} : (tensor<5x3xf32>, index) -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// There is but one position.
// CHECK-LABEL: func @at_the_only_position(
// CHECK-DAG: dlc.reshape %{{.*}} : (tensor<1x3xf32>) -> tensor<3xf32>
// CHECK-DAG: dlc.reshape %{{.*}} : (tensor<3xf32>) -> tensor<1x3xf32>
// CHECK: return
func.func @at_the_only_position(%x: tensor<1x3xf32>, %v: tensor<3xf32>, %i: index) -> (tensor<3xf32>, tensor<1x3xf32>) {
  %0 = dlc.slice_at %x, %i {axis = 0 : i64} : (tensor<1x3xf32>, index) -> tensor<3xf32>
  %1 = dlc.insert_at %v, %x, %i {axis = 0 : i64} : (tensor<3xf32>, tensor<1x3xf32>, index) -> tensor<1x3xf32>
  return %0, %1 : tensor<3xf32>, tensor<1x3xf32>
}

// Positions out of reach, or of a dimension of any size.
// CHECK-LABEL: func @slices_at(
// CHECK-COUNT-2: dlc.slice_at
func.func @slices_at(%x: tensor<5xf32>, %y: tensor<?xf32, #dlc.dims<s0>>) -> (tensor<f32>, tensor<f32>) {
  %i = arith.constant 5 : index
  %0 = dlc.slice_at %x, %i {axis = 0 : i64} : (tensor<5xf32>, index) -> tensor<f32>
  %1 = dlc.slice_at %y, %i {axis = 0 : i64} : (tensor<?xf32, #dlc.dims<s0>>, index) -> tensor<f32>
  return %0, %1 : tensor<f32>, tensor<f32>
}

// CHECK-LABEL: func @slice_at_inserted(
// CHECK-SAME: %[[V:.*]]: tensor<3xf32>,
// CHECK: %[[OTHER:.*]] = dlc.slice_at
// CHECK: return %[[V]], %[[OTHER]]
func.func @slice_at_inserted(%v: tensor<3xf32>, %x: tensor<3x3xf32>, %i: index, %j: index) -> (tensor<3xf32>, tensor<3xf32>) {
  %0 = dlc.insert_at %v, %x, %i {axis = 0 : i64} : (tensor<3xf32>, tensor<3x3xf32>, index) -> tensor<3x3xf32>
  %1 = dlc.slice_at %0, %i {axis = 0 : i64} : (tensor<3x3xf32>, index) -> tensor<3xf32>
  %2 = dlc.slice_at %0, %i {axis = 1 : i64} : (tensor<3x3xf32>, index) -> tensor<3xf32>
  return %1, %2 : tensor<3xf32>, tensor<3xf32>
}

// Not where it might never be reached.
// CHECK-LABEL: func @stays_in_its_branch(
// LICM-LABEL: func @stays_in_its_branch(
// LICM: scf.for
// LICM: dlc.slice_at
func.func @stays_in_its_branch(%x: tensor<5x3xf32>, %i: index, %n: index) -> tensor<3xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = dlc.constant dense<0.0> : tensor<3xf32>
  %y = scf.for %j = %c0 to %n step %c1 iter_args(%a = %zero) -> tensor<3xf32> {
    %s = dlc.slice_at %x, %i {axis = 0 : i64} : (tensor<5x3xf32>, index) -> tensor<3xf32>
    %b = dlc.add %s, %a : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    scf.yield %b : tensor<3xf32>
  }
  return %y : tensor<3xf32>
}
