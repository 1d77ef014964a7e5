// Constants move through shape changes; changes that undo each other fall away.
// RUN: dlc-opt %s --canonicalize --split-input-file | FileCheck %s

// What exporters write to flatten a batch: Shape, Gather, Concat, Reshape.
// CHECK-LABEL: func @shape_arithmetic(
func.func @shape_arithmetic() -> tensor<3xi64> {
  %shape = dlc.constant dense<[8, 3, 4, 5]> : tensor<4xi64>
  %zero = dlc.constant dense<0> : tensor<i64>
  %one = dlc.constant dense<[1]> : tensor<1xi64>
  %minus = dlc.constant dense<-1> : tensor<1x1xi64>
  %batch = dlc.gather %shape, %zero {axis = 0 : i64} : (tensor<4xi64>, tensor<i64>) -> tensor<i64>
  %batch1 = dlc.reshape %batch : (tensor<i64>) -> tensor<1xi64>
  %rest = dlc.slice %shape {starts = array<i64: 2>, sizes = array<i64: 2>, steps = array<i64: 1>} : (tensor<4xi64>) -> tensor<2xi64>
  %size = dlc.reduce_prod %rest {axes = array<i64: 0>, keepdims} : (tensor<2xi64>) -> tensor<1xi64>
  %minus1 = dlc.reshape %minus : (tensor<1x1xi64>) -> tensor<1xi64>
  // CHECK-NEXT: %[[SHAPE:.*]] = dlc.constant dense<[8, 20, -1]> : tensor<3xi64>
  %all = dlc.concat %batch1, %size, %minus1 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  // CHECK-NEXT: return %[[SHAPE]]
  return %all : tensor<3xi64>
}

// -----

// CHECK-LABEL: func @moves(
func.func @moves() -> (tensor<3x2xi32>, tensor<2x2x3xi32>, tensor<2x4xi32>, tensor<2x2xi32>, tensor<4x3xi32>, tensor<4x6xi32>, tensor<0x3xi32>) {
  %x = dlc.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %y = dlc.constant dense<[[7], [8]]> : tensor<2x1xi32>
  %i = dlc.constant dense<[1, -2, -1, 0]> : tensor<4xi64>
  // CHECK-DAG: %[[T:.*]] = dlc.constant dense<{{\[\[}}1, 4], [2, 5], [3, 6]]> : tensor<3x2xi32>
  %0 = dlc.transpose %x {perm = array<i64: 1, 0>} : (tensor<2x3xi32>) -> tensor<3x2xi32>
  // CHECK-DAG: %[[E:.*]] = dlc.constant dense<{{\[\[\[}}1, 2, 3], [4, 5, 6]], {{\[\[}}1, 2, 3], [4, 5, 6]]]> : tensor<2x2x3xi32>
  %1 = dlc.expand %x : (tensor<2x3xi32>) -> tensor<2x2x3xi32>
  // CHECK-DAG: %[[C:.*]] = dlc.constant dense<{{\[\[}}1, 2, 3, 7], [4, 5, 6, 8]]> : tensor<2x4xi32>
  %2 = dlc.concat %x, %y {axis = 1 : i64} : (tensor<2x3xi32>, tensor<2x1xi32>) -> tensor<2x4xi32>
  // CHECK-DAG: %[[S:.*]] = dlc.constant dense<{{\[\[}}6, 4], [3, 1]]> : tensor<2x2xi32>
  %3 = dlc.slice %x {starts = array<i64: 1, 2>, sizes = array<i64: 2, 2>, steps = array<i64: -1, -2>} : (tensor<2x3xi32>) -> tensor<2x2xi32>
  // CHECK-DAG: %[[G:.*]] = dlc.constant dense<{{\[\[}}4, 5, 6], [1, 2, 3], [4, 5, 6], [1, 2, 3]]> : tensor<4x3xi32>
  %4 = dlc.gather %x, %i {axis = 0 : i64} : (tensor<2x3xi32>, tensor<4xi64>) -> tensor<4x3xi32>
  // CHECK-DAG: %[[R:.*]] = dlc.constant dense<{{\[\[}}1, 2, 3, 1, 2, 3], [4, 5, 6, 4, 5, 6], [1, 2, 3, 1, 2, 3], [4, 5, 6, 4, 5, 6]]> : tensor<4x6xi32>
  %5 = dlc.tile %x {repeats = array<i64: 2, 2>} : (tensor<2x3xi32>) -> tensor<4x6xi32>
  // CHECK-DAG: %[[Z:.*]] = dlc.constant dense<> : tensor<0x3xi32>
  %6 = dlc.slice %x {starts = array<i64: 0, 0>, sizes = array<i64: 0, 3>, steps = array<i64: 1, 1>} : (tensor<2x3xi32>) -> tensor<0x3xi32>
  // CHECK: return %[[T]], %[[E]], %[[C]], %[[S]], %[[G]], %[[R]], %[[Z]]
  return %0, %1, %2, %3, %4, %5, %6 : tensor<3x2xi32>, tensor<2x2x3xi32>, tensor<2x4xi32>, tensor<2x2xi32>, tensor<4x3xi32>, tensor<4x6xi32>, tensor<0x3xi32>
}

// -----

// CHECK-LABEL: func @booleans_and_empties(
func.func @booleans_and_empties() -> (tensor<3x3xi1>, tensor<2xi64>) {
  %b = dlc.constant dense<[[true, false, true]]> : tensor<1x3xi1>
  %c = dlc.constant dense<[[true, true, false], [false, false, true]]> : tensor<2x3xi1>
  %e = dlc.constant dense<> : tensor<0xi64>
  %s = dlc.constant dense<5> : tensor<2xi64>
  // CHECK-DAG: %[[B:.*]] = dlc.constant dense<{{\[\[}}true, false, true], [true, true, false], [false, false, true]]> : tensor<3x3xi1>
  %0 = dlc.concat %b, %c {axis = 0 : i64} : (tensor<1x3xi1>, tensor<2x3xi1>) -> tensor<3x3xi1>
  // CHECK-DAG: %[[S:.*]] = dlc.constant dense<5> : tensor<2xi64>
  %1 = dlc.concat %e, %s {axis = 0 : i64} : (tensor<0xi64>, tensor<2xi64>) -> tensor<2xi64>
  // CHECK: return %[[B]], %[[S]]
  return %0, %1 : tensor<3x3xi1>, tensor<2xi64>
}

// -----

// CHECK-LABEL: func @blocks(
func.func @blocks() -> (tensor<2x2x2xi32>, tensor<4x2xi32>) {
  %x = dlc.constant dense<[[1, 2], [3, 4], [5, 6], [7, 8]]> : tensor<4x2xi32>
  %y = dlc.constant dense<[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]> : tensor<2x2x2xi32>
  // CHECK-DAG: %[[P:.*]] = dlc.constant dense<{{\[\[\[}}1, 3], [2, 4]], {{\[\[}}5, 7], [6, 8]]]> : tensor<2x2x2xi32>
  %0 = dlc.pack %x {axis = 0 : i64, block = 2 : i64} : (tensor<4x2xi32>) -> tensor<2x2x2xi32>
  // CHECK-DAG: %[[U:.*]] = dlc.constant dense<{{\[\[}}1, 3], [2, 4], [5, 7], [6, 8]]> : tensor<4x2xi32>
  %1 = dlc.unpack %y {axis = 0 : i64} : (tensor<2x2x2xi32>) -> tensor<4x2xi32>
  // CHECK: return %[[P]], %[[U]]
  return %0, %1 : tensor<2x2x2xi32>, tensor<4x2xi32>
}

// -----

// CHECK-LABEL: func @identities(
// CHECK-SAME: %[[X:.*]]: tensor<4x6xf32>
func.func @identities(%x: tensor<4x6xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>) {
  %0 = dlc.reshape %x : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %r = dlc.reshape %x : (tensor<4x6xf32>) -> tensor<24xf32>
  %1 = dlc.reshape %r : (tensor<24xf32>) -> tensor<4x6xf32>
  %t = dlc.transpose %x {perm = array<i64: 1, 0>} : (tensor<4x6xf32>) -> tensor<6x4xf32>
  %2 = dlc.transpose %t {perm = array<i64: 1, 0>} : (tensor<6x4xf32>) -> tensor<4x6xf32>
  %3 = dlc.expand %x : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %4 = dlc.concat %x {axis = 0 : i64} : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %5 = dlc.slice %x {starts = array<i64: 0, 0>, sizes = array<i64: 4, 6>, steps = array<i64: 1, 1>} : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %6 = dlc.tile %x {repeats = array<i64: 1, 1>} : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %p = dlc.pack %x {axis = 0 : i64, block = 2 : i64} : (tensor<4x6xf32>) -> tensor<2x6x2xf32>
  %7 = dlc.unpack %p {axis = 0 : i64} : (tensor<2x6x2xf32>) -> tensor<4x6xf32>
  // CHECK-NEXT: return %[[X]], %[[X]], %[[X]], %[[X]], %[[X]], %[[X]], %[[X]], %[[X]]
  return %0, %1, %2, %3, %4, %5, %6, %7 : tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>
}

// -----

// CHECK-LABEL: func @compositions(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>, %[[B:.*]]: tensor<2x6x2xf32>
func.func @compositions(%x: tensor<2x3x4xf32>, %b: tensor<2x6x2xf32>) -> (tensor<4x6xf32>, tensor<4x3x2xf32>, tensor<2x6x2xf32>, tensor<1x12x4xf32>) {
  %r = dlc.reshape %x : (tensor<2x3x4xf32>) -> tensor<24xf32>
  // CHECK: %[[R:.*]] = dlc.reshape %[[X]] : (tensor<2x3x4xf32>) -> tensor<4x6xf32>
  %0 = dlc.reshape %r : (tensor<24xf32>) -> tensor<4x6xf32>
  %t = dlc.transpose %x {perm = array<i64: 1, 2, 0>} : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
  // CHECK: %[[T:.*]] = dlc.transpose %[[X]] {perm = array<i64: 2, 1, 0>} : (tensor<2x3x4xf32>) -> tensor<4x3x2xf32>
  %1 = dlc.transpose %t {perm = array<i64: 1, 0, 2>} : (tensor<3x4x2xf32>) -> tensor<4x3x2xf32>
  %u = dlc.unpack %b {axis = 0 : i64} : (tensor<2x6x2xf32>) -> tensor<4x6xf32>
  %2 = dlc.pack %u {axis = 0 : i64, block = 2 : i64} : (tensor<4x6xf32>) -> tensor<2x6x2xf32>
  // Another block: both stay.
  // CHECK: dlc.unpack
  // CHECK: %[[P:.*]] = dlc.pack
  %3 = dlc.pack %u {axis = 0 : i64, block = 4 : i64} : (tensor<4x6xf32>) -> tensor<1x6x4xf32>
  %4 = dlc.reshape %3 : (tensor<1x6x4xf32>) -> tensor<24xf32>
  %5 = dlc.expand %4 : (tensor<24xf32>) -> tensor<2x24xf32>
  %6 = dlc.reshape %5 : (tensor<2x24xf32>) -> tensor<1x12x4xf32>
  // CHECK: return %[[R]], %[[T]], %[[B]]
  return %0, %1, %2, %6 : tensor<4x6xf32>, tensor<4x3x2xf32>, tensor<2x6x2xf32>, tensor<1x12x4xf32>
}

// -----

// A resource is retyped, not copied; moved, it becomes another one, or `dense`
// where it is small.
// CHECK-LABEL: func @resources(
func.func @resources() -> (tensor<2x3xi16>, tensor<2x3xi16>, tensor<1x6xi16>) {
  %w = dlc.constant dense_resource<w> : tensor<3x2xi16>
  // CHECK-DAG: %[[R:.*]] = dlc.constant dense_resource<w> : tensor<2x3xi16>
  %0 = dlc.reshape %w : (tensor<3x2xi16>) -> tensor<2x3xi16>
  // CHECK-DAG: %[[T:.*]] = dlc.constant dense<{{\[\[}}1, 3, 5], [2, 4, 6]]> : tensor<2x3xi16>
  %1 = dlc.transpose %w {perm = array<i64: 1, 0>} : (tensor<3x2xi16>) -> tensor<2x3xi16>
  // CHECK-DAG: %[[Q:.*]] = dlc.constant dense_resource<w> : tensor<1x6xi16>
  %2 = dlc.reshape %0 : (tensor<2x3xi16>) -> tensor<1x6xi16>
  // CHECK: return %[[R]], %[[T]], %[[Q]]
  return %0, %1, %2 : tensor<2x3xi16>, tensor<2x3xi16>, tensor<1x6xi16>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x02000000010002000300040005000600"
    }
  }
#-}

// -----

// What takes more than 1 KiB becomes a resource.
// CHECK-LABEL: func @becomes_a_resource(
func.func @becomes_a_resource() -> tensor<129x2xi32> {
  %x = dlc.constant dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi32>
  // CHECK: dlc.constant dense_resource<folded> : tensor<129x2xi32>
  %0 = dlc.tile %x {repeats = array<i64: 43, 1>} : (tensor<3x2xi32>) -> tensor<129x2xi32>
  return %0 : tensor<129x2xi32>
}

// -----

// Bytes that were left out, or don't fit the type, don't fold.
// CHECK-LABEL: func @elided(
func.func @elided() -> tensor<2x3xi16> {
  %w = dlc.constant dense_resource<__elided__> : tensor<3x2xi16>
  // CHECK: dlc.transpose
  %0 = dlc.transpose %w {perm = array<i64: 1, 0>} : (tensor<3x2xi16>) -> tensor<2x3xi16>
  return %0 : tensor<2x3xi16>
}
