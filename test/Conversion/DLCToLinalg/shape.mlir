// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func @reshape
// CHECK: tensor.collapse_shape %{{.*}} {{\[}}[0, 1], [2]] : tensor<2x3x4xf32> into tensor<6x4xf32>
// CHECK: tensor.collapse_shape %{{.*}} : tensor<6x4xf32> into tensor<24xf32>
// CHECK: tensor.expand_shape %{{.*}} : tensor<24xf32> into tensor<8x3xf32>
func.func @reshape(%x: tensor<2x3x4xf32>) -> tensor<8x3xf32> {
  %a = dlc.reshape %x : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  %y = dlc.reshape %a : (tensor<6x4xf32>) -> tensor<8x3xf32>
  return %y : tensor<8x3xf32>
}

// CHECK-LABEL: func @transpose
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2) -> (d2, d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func @transpose(%x: tensor<2x3x4xf32>) -> tensor<3x4x2xf32> {
  %y = dlc.transpose %x {perm = array<i64: 1, 2, 0>} : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
  return %y : tensor<3x4x2xf32>
}

// Only a dimension of size 1 moves.
// CHECK-LABEL: func @transpose_unit
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @transpose_unit(%x: tensor<1x3x4xf32>) -> tensor<3x1x4xf32> {
  %y = dlc.transpose %x {perm = array<i64: 1, 0, 2>} : (tensor<1x3x4xf32>) -> tensor<3x1x4xf32>
  return %y : tensor<3x1x4xf32>
}

// CHECK-LABEL: func @expand_and_tile
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1) -> (d0, 0)>
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK: tensor.collapse_shape %{{.*}} : tensor<2x3x4xf32> into tensor<6x4xf32>
func.func @expand_and_tile(%x: tensor<3x1xf32>) -> tensor<6x4xf32> {
  %e = dlc.expand %x : (tensor<3x1xf32>) -> tensor<3x4xf32>
  %y = dlc.tile %e {repeats = array<i64: 2, 1>} : (tensor<3x4xf32>) -> tensor<6x4xf32>
  return %y : tensor<6x4xf32>
}

// CHECK-LABEL: func @concat
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<1x8xf32>
// CHECK: %[[FIRST:.*]] = tensor.insert_slice %{{.*}} into %[[EMPTY]][0, 0] [1, 3] [1, 1]
// CHECK: tensor.insert_slice %{{.*}} into %[[FIRST]][0, 3] [1, 5] [1, 1]
func.func @concat(%a: tensor<1x3xf32>, %b: tensor<1x5xf32>) -> tensor<1x8xf32> {
  %y = dlc.concat %a, %b {axis = 1 : i64} : (tensor<1x3xf32>, tensor<1x5xf32>) -> tensor<1x8xf32>
  return %y : tensor<1x8xf32>
}

// CHECK-LABEL: func @slice
// CHECK: %[[SLICE:.*]] = tensor.extract_slice %{{.*}}[0, 1] [2, 4] [1, 2]
// CHECK: linalg.generic
// CHECK: tensor.extract %[[SLICE]]
func.func @slice(%x: tensor<2x10xf32>) -> tensor<2x2xf32> {
  %a = dlc.slice %x {starts = array<i64: 0, 1>, sizes = array<i64: 2, 4>, steps = array<i64: 1, 2>}
     : (tensor<2x10xf32>) -> tensor<2x4xf32>
  %y = dlc.slice %a {starts = array<i64: 0, 3>, sizes = array<i64: 2, 2>, steps = array<i64: 1, -2>}
     : (tensor<2x4xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// CHECK-LABEL: func @pad
// CHECK: %[[VALUE:.*]] = arith.constant 7.000000e+00 : f32
// CHECK: tensor.pad %{{.*}} low[0, 1] high[0, 0]
// CHECK: tensor.yield %[[VALUE]]
func.func @pad(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = dlc.constant dense<7.0> : tensor<f32>
  %y = dlc.pad %x, %c {pads = array<i64: 0, 1, 0, -1>} : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK-LABEL: func @pad_reflect
// CHECK: linalg.generic
// CHECK: arith.remsi
// CHECK: tensor.extract
func.func @pad_reflect(%x: tensor<2x3xf32>) -> tensor<2x5xf32> {
  %y = dlc.pad %x {pads = array<i64: 0, 1, 0, 1>, mode = #dlc.pad_mode<reflect>}
     : (tensor<2x3xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// CHECK-LABEL: func @pack_and_unpack
// CHECK: tensor.expand_shape %{{.*}} : tensor<1x8x3xf32> into tensor<1x2x4x3xf32>
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
// CHECK: linalg.generic
// CHECK: tensor.collapse_shape %{{.*}} : tensor<1x2x4x3xf32> into tensor<1x8x3xf32>
func.func @pack_and_unpack(%x: tensor<1x8x3xf32>) -> tensor<1x8x3xf32> {
  %p = dlc.pack %x {axis = 1 : i64, block = 4 : i64} : (tensor<1x8x3xf32>) -> tensor<1x2x3x4xf32>
  %y = dlc.unpack %p {axis = 1 : i64} : (tensor<1x2x3x4xf32>) -> tensor<1x8x3xf32>
  return %y : tensor<1x8x3xf32>
}

// CHECK-LABEL: func @append
// CHECK-SAME: %[[BUFFER:.*]]: tensor<2x8x4xf32>, %[[ROWS:.*]]: tensor<2x3x4xf32>
// CHECK: tensor.insert_slice %[[ROWS]] into %[[BUFFER]][0, 5, 0] [2, 3, 4] [1, 1, 1]
func.func @append(%x: tensor<2x8x4xf32>, %rows: tensor<2x3x4xf32>) -> tensor<2x8x4xf32> {
  %0 = dlc.append %x, %rows {axis = 1 : i64, position = #dlc.dims<5>} : (tensor<2x8x4xf32>, tensor<2x3x4xf32>) -> tensor<2x8x4xf32>
  return %0 : tensor<2x8x4xf32>
}

// Each input goes to its steps of one tensor.
// CHECK-LABEL: func @interleave(
// CHECK: %[[ALL:.*]] = tensor.empty() : tensor<1x6x8xf32>
// CHECK: %[[A:.*]] = tensor.insert_slice %arg0 into %[[ALL]][0, 0, 0] [1, 3, 4] [1, 2, 2]
// CHECK: %[[B:.*]] = tensor.insert_slice %arg1 into %[[A]][0, 0, 1] [1, 3, 4] [1, 2, 2]
// CHECK: %[[C:.*]] = tensor.insert_slice %arg2 into %[[B]][0, 1, 0] [1, 3, 4] [1, 2, 2]
// CHECK: tensor.insert_slice %arg3 into %[[C]][0, 1, 1] [1, 3, 4] [1, 2, 2]
func.func @interleave(%a: tensor<1x3x4xf32>, %b: tensor<1x3x4xf32>, %c: tensor<1x3x4xf32>, %d: tensor<1x3x4xf32>) -> tensor<1x6x8xf32> {
  %y = dlc.interleave %a, %b, %c, %d {factors = array<i64: 1, 2, 2>} : (tensor<1x3x4xf32>, tensor<1x3x4xf32>, tensor<1x3x4xf32>, tensor<1x3x4xf32>) -> tensor<1x6x8xf32>
  return %y : tensor<1x6x8xf32>
}
