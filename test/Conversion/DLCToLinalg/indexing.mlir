// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// An index is made valid before it is used.
// CHECK-LABEL: func @gather
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1) -> (d0)>
// CHECK: arith.index_cast %{{.*}} : i64 to index
// CHECK: arith.maxsi
// CHECK: %[[INDEX:.*]] = arith.minsi
// CHECK: tensor.extract %{{.*}}[%[[INDEX]], %{{.*}}]
func.func @gather(%x: tensor<100x8xf32>, %i: tensor<3xi64>) -> tensor<3x8xf32> {
  %y = dlc.gather %x, %i {axis = 0 : i64} : (tensor<100x8xf32>, tensor<3xi64>) -> tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}

// CHECK-LABEL: func @gather_constant
// CHECK: tensor.extract_slice %{{.*}}[99, 0] [1, 8] [1, 1]
// CHECK: tensor.collapse_shape
// CHECK-NOT: linalg.generic
func.func @gather_constant(%x: tensor<100x8xf32>) -> tensor<8xf32> {
  %i = dlc.constant dense<-1> : tensor<i64>
  %y = dlc.gather %x, %i {axis = 0 : i64} : (tensor<100x8xf32>, tensor<i64>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// CHECK-LABEL: func @gather_elements
// CHECK: linalg.generic
// CHECK: tensor.extract
func.func @gather_elements(%x: tensor<3x4xf32>, %i: tensor<3x2xi64>) -> tensor<3x2xf32> {
  %y = dlc.gather_elements %x, %i {axis = 1 : i64} : (tensor<3x4xf32>, tensor<3x2xi64>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// CHECK-LABEL: func @gather_nd
// CHECK: linalg.generic
// CHECK-COUNT-3: tensor.extract
func.func @gather_nd(%x: tensor<2x2x3xf32>, %i: tensor<5x2xi64>) -> tensor<5x3xf32> {
  %y = dlc.gather_nd %x, %i : (tensor<2x2x3xf32>, tensor<5x2xi64>) -> tensor<5x3xf32>
  return %y : tensor<5x3xf32>
}

// Updates land in order, on a copy.
// CHECK-LABEL: func @scatter_elements
// CHECK: %[[COPY:.*]] = linalg.generic
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[COPY]])
// CHECK: scf.for
// CHECK: arith.addf
// CHECK: tensor.insert
func.func @scatter_elements(%x: tensor<1x5xf32>, %i: tensor<1x2xi64>, %u: tensor<1x2xf32>) -> tensor<1x5xf32> {
  %y = dlc.scatter_elements %x, %i, %u {axis = 1 : i64, mode = #dlc.scatter_mode<add>}
     : (tensor<1x5xf32>, tensor<1x2xi64>, tensor<1x2xf32>) -> tensor<1x5xf32>
  return %y : tensor<1x5xf32>
}

// CHECK-LABEL: func @scatter_nd
// CHECK: scf.for
// CHECK: tensor.insert
func.func @scatter_nd(%x: tensor<8xf32>, %i: tensor<4x1xi64>, %u: tensor<4xf32>) -> tensor<8xf32> {
  %y = dlc.scatter_nd %x, %i, %u : (tensor<8xf32>, tensor<4x1xi64>, tensor<4xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// CHECK-LABEL: func @one_hot
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> ()>
// CHECK: linalg.index 1
func.func @one_hot(%i: tensor<3xi64>, %on: tensor<f32>, %off: tensor<f32>) -> tensor<3x10xf32> {
  %y = dlc.one_hot %i, %on, %off {axis = 1 : i64} : (tensor<3xi64>, tensor<f32>, tensor<f32>) -> tensor<3x10xf32>
  return %y : tensor<3x10xf32>
}

// CHECK-LABEL: func @trilu
// CHECK: linalg.index 0
// CHECK: linalg.index 1
// CHECK: arith.cmpi sle
func.func @trilu(%x: tensor<4x5xi64>) -> tensor<4x5xi64> {
  %y = dlc.trilu %x {k = 1 : i64, upper} : (tensor<4x5xi64>) -> tensor<4x5xi64>
  return %y : tensor<4x5xi64>
}
