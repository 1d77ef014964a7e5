// RUN: dlc-opt %s --convert-dlc-to-linalg | FileCheck %s

// A loop over all elements; NaN ends up at the bound before the cast.
// CHECK-LABEL: func @histogram
// CHECK: %[[ZEROS:.*]] = linalg.fill
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[ZEROS]])
// CHECK: scf.for
// CHECK: arith.subf
// CHECK: arith.mulf
// CHECK: arith.maxnumf
// CHECK: arith.minnumf
// CHECK: arith.fptosi
// CHECK: tensor.insert
func.func @histogram(%x: tensor<2x4xf32>) -> tensor<16xi32> {
  %y = dlc.histogram %x {low = 1.0 : f64, high = 6.0 : f64} : (tensor<2x4xf32>) -> tensor<16xi32>
  return %y : tensor<16xi32>
}
