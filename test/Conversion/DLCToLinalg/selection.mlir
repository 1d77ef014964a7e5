// RUN: dlc-opt %s --convert-dlc-to-linalg | FileCheck %s

// Of each row: the first k as they come, made a heap; each other one that is
// better than its worst takes the place of that; the heap is taken apart. NaN is
// above all numbers.
// CHECK-LABEL: func @topk
// CHECK: %[[RESULT:.*]]:2 = scf.for
// CHECK: scf.for
// CHECK: scf.for
// CHECK: scf.while
// CHECK: scf.for
// CHECK: arith.cmpf ugt
// CHECK: arith.cmpf ord
// CHECK: scf.if
// CHECK: scf.while
// CHECK: scf.for
// CHECK: scf.while
// CHECK: return %[[RESULT]]#0, %[[RESULT]]#1
func.func @topk(%x: tensor<3x4xf32>) -> (tensor<3x2xf32>, tensor<3x2xi64>) {
  %v, %i = dlc.topk %x {axis = 1 : i64, k = 2 : i64, largest}
     : (tensor<3x4xf32>) -> (tensor<3x2xf32>, tensor<3x2xi64>)
  return %v, %i : tensor<3x2xf32>, tensor<3x2xi64>
}

// Columns are written behind each other.
// CHECK-LABEL: func @nonzero
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %c0
// CHECK: scf.for
// CHECK: scf.if
// CHECK: tensor.insert
// CHECK: tensor.insert
// CHECK: scf.yield
// CHECK: else
// CHECK-NOT: tensor.insert
// CHECK: return
func.func @nonzero(%x: tensor<3x4xi1>) -> tensor<2x5xi64> {
  %y = dlc.nonzero %x : (tensor<3x4xi1>) -> tensor<2x5xi64>
  return %y : tensor<2x5xi64>
}

// For each class: candidates are collected, sorted by merging runs, and compared
// with those that were kept, up to the first that they overlap.
// CHECK-LABEL: func @suppress
// CHECK: %[[RESULT:.*]]:5 = scf.for
// CHECK: scf.for
// CHECK: scf.for
// CHECK: scf.if
// CHECK: math.ctlz
// CHECK: scf.for
// CHECK: scf.for
// CHECK: scf.while
// CHECK: arith.divf
// CHECK: return %[[RESULT]]#0, %[[RESULT]]#1
func.func @suppress(%b: tensor<1x6x4xf32>, %s: tensor<1x2x6xf32>,
                    %most: tensor<i64>, %t: tensor<f32>)
    -> (tensor<12x3xi64>, tensor<i64>) {
  %y, %n = dlc.non_max_suppression %b, %s, %most, %t, %t
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<i64>, tensor<f32>,
       tensor<f32>) -> (tensor<12x3xi64>, tensor<i64>)
  return %y, %n : tensor<12x3xi64>, tensor<i64>
}

// Rows are compared element by element; without an order, groups get their
// numbers once more.
// CHECK-LABEL: func @unique
// CHECK: math.ctlz
// CHECK: scf.for
// CHECK: scf.while
// CHECK: scf.for
// CHECK: scf.while
// CHECK: scf.if
// CHECK: scf.for
// CHECK-NOT: scf.while
// CHECK: return
func.func @unique(%x: tensor<5x2xf32>)
    -> (tensor<5xi64>, tensor<5xi64>, tensor<5xi64>, tensor<i64>) {
  %f, %i, %c, %n = dlc.unique %x : (tensor<5x2xf32>)
    -> (tensor<5xi64>, tensor<5xi64>, tensor<5xi64>, tensor<i64>)
  return %f, %i, %c, %n : tensor<5xi64>, tensor<5xi64>, tensor<5xi64>, tensor<i64>
}
