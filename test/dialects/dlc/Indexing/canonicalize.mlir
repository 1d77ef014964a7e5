// Gathers at known, evenly spaced positions are slices.
// RUN: dlc-opt %s --canonicalize | FileCheck %s

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
