// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// Padding is an op of its own, the bias an elementwise op after the sum.
// CHECK-LABEL: func @conv
// CHECK: %[[PADDED:.*]] = tensor.pad %{{.*}} low[0, 0, 1, 1] high[0, 0, 1, 1]
// CHECK: %[[FILL:.*]] = linalg.fill
// CHECK: %[[SUM:.*]] = linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d4, d2 * 2 + d5, d3 * 2 + d6)>
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d1, d4, d5, d6)>
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>
// CHECK-SAME: ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]
// CHECK-SAME: outs(%[[FILL]]
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: %[[EMPTY:.*]] = tensor.empty
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3) -> (d1)>
// CHECK-SAME: ins(%[[SUM]], %{{.*}} : tensor<1x4x4x4xf32>, tensor<4xf32>) outs(%[[EMPTY]]
func.func @conv(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>) -> tensor<1x4x4x4xf32> {
  %y = dlc.conv %x, %w, bias = %b
         {strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>,
          dilations = array<i64: 1, 1>}
     : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
  return %y : tensor<1x4x4x4xf32>
}

// One channel per group: no dimensions of size 1 remain.
// CHECK-LABEL: func @depthwise
// CHECK-NOT: tensor.pad
// CHECK: tensor.collapse_shape %{{.*}} : tensor<4x1x3x3xf32> into tensor<4x3x3xf32>
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2 + d4 * 2, d3 + d5)>
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4, d5) -> (d1, d4, d5)>
func.func @depthwise(%x: tensor<1x4x8x8xf32>, %w: tensor<4x1x3x3xf32>) -> tensor<1x4x4x6xf32> {
  %y = dlc.conv %x, %w
         {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
          dilations = array<i64: 2, 1>, group = 4 : i64}
     : (tensor<1x4x8x8xf32>, tensor<4x1x3x3xf32>) -> tensor<1x4x4x6xf32>
  return %y : tensor<1x4x4x6xf32>
}

// CHECK-LABEL: func @grouped
// CHECK-DAG: tensor.expand_shape %{{.*}} output_shape [1, 2, 2, 5, 5]
// CHECK-DAG: tensor.expand_shape %{{.*}} output_shape [2, 3, 2, 2, 2]
// CHECK: linalg.generic
// CHECK-SAME: -> (d0, d1, d5, d3 + d6, d4 + d7)>
// CHECK-SAME: -> (d1, d2, d5, d6, d7)>
// CHECK-SAME: -> (d0, d1, d2, d3, d4)>
// CHECK: tensor.collapse_shape %{{.*}} : tensor<1x2x3x4x4xf32> into tensor<1x6x4x4xf32>
func.func @grouped(%x: tensor<1x4x5x5xf32>, %w: tensor<6x2x2x2xf32>) -> tensor<1x6x4x4xf32> {
  %y = dlc.conv %x, %w
         {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
          dilations = array<i64: 1, 1>, group = 2 : i64}
     : (tensor<1x4x5x5xf32>, tensor<6x2x2x2xf32>) -> tensor<1x6x4x4xf32>
  return %y : tensor<1x6x4x4xf32>
}

// CHECK-LABEL: func @blocked
// CHECK: tensor.pad %{{.*}} low[0, 0, 1, 0, 0] high[0, 0, 1, 0, 0]
// CHECK: linalg.generic
// CHECK-SAME: -> (d0, d5, d2 + d6, d3 + d7, d8)>
// CHECK-SAME: -> (d1, d5, d6, d7, d8, d4)>
// CHECK-SAME: -> (d0, d1, d2, d3, d4)>
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4) -> (d1, d4)>
func.func @blocked(%x: tensor<1x2x6x8x4xf32>, %w: tensor<2x2x3x3x4x4xf32>, %b: tensor<2x4xf32>) -> tensor<1x2x6x6x4xf32> {
  %y = dlc.conv %x, %w, bias = %b
         {strides = array<i64: 1, 1>, pads = array<i64: 1, 0, 1, 0>,
          dilations = array<i64: 1, 1>, input_block = 4 : i64, output_block = 4 : i64}
     : (tensor<1x2x6x8x4xf32>, tensor<2x2x3x3x4x4xf32>, tensor<2x4xf32>) -> tensor<1x2x6x6x4xf32>
  return %y : tensor<1x2x6x6x4xf32>
}

// CHECK-LABEL: func @output_blocked
// CHECK: linalg.generic
// CHECK-SAME: -> (d0, d5, d2 + d6, d3 + d7)>
// CHECK-SAME: -> (d1, d5, d6, d7, d4)>
func.func @output_blocked(%x: tensor<1x3x8x8xf32>, %w: tensor<2x3x3x3x4xf32>) -> tensor<1x2x6x6x4xf32> {
  %y = dlc.conv %x, %w
         {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
          dilations = array<i64: 1, 1>, output_block = 4 : i64}
     : (tensor<1x3x8x8xf32>, tensor<2x3x3x3x4xf32>) -> tensor<1x2x6x6x4xf32>
  return %y : tensor<1x2x6x6x4xf32>
}

// Zeros go between the elements, and the filter is turned round.
// CHECK-LABEL: func @conv_transpose
// CHECK: %[[FILL:.*]] = linalg.fill ins(%{{.*}}) outs(%{{.*}} : tensor<1x2x4x2x4x2xf32>)
// CHECK: %[[X:.*]] = tensor.expand_shape %{{.*}} : tensor<1x2x3x3xf32> into tensor<1x2x3x1x3x1xf32>
// CHECK: %[[ZEROS:.*]] = tensor.insert_slice %[[X]] into %[[FILL]][0, 0, 0, 1, 0, 1] [1, 2, 3, 1, 3, 1] [1, 1, 1, 1, 1, 1]
// CHECK: %[[MERGED:.*]] = tensor.collapse_shape %[[ZEROS]] {{.*}} into tensor<1x2x8x8xf32>
// CHECK: tensor.extract_slice %[[MERGED]][0, 0, 0, 0] [1, 2, 7, 7] [1, 1, 1, 1]
// CHECK: linalg.generic
// CHECK: tensor.extract
// CHECK: linalg.generic
// CHECK-SAME: -> (d0, d4, d2 + d5, d3 + d6)>
func.func @conv_transpose(%x: tensor<1x2x3x3xf32>, %w: tensor<2x4x2x2xf32>) -> tensor<1x4x6x6xf32> {
  %y = dlc.conv_transpose %x, %w
         {strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>,
          dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 0>}
     : (tensor<1x2x3x3xf32>, tensor<2x4x2x2xf32>) -> tensor<1x4x6x6xf32>
  return %y : tensor<1x4x6x6xf32>
}

// Transposition and broadcasting are in the maps; f16 accumulates in f32.
// CHECK-LABEL: func @matmul
// CHECK-NOT: tensor.extract
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4) -> (d0, 0, d2, d4)>
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4) -> (d1, d3, d4)>
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
// CHECK-SAME: outs(%{{.*}} : tensor<2x3x4x6xf32>)
// CHECK: arith.extf
// CHECK: arith.truncf
func.func @matmul(%a: tensor<2x1x4x5xf16>, %b: tensor<3x6x5xf16>) -> tensor<2x3x4x6xf16> {
  %y = dlc.matmul %a, %b {transpose_b}
     : (tensor<2x1x4x5xf16>, tensor<3x6x5xf16>) -> tensor<2x3x4x6xf16>
  return %y : tensor<2x3x4x6xf16>
}

// CHECK-LABEL: func @dot
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>
func.func @dot(%a: tensor<5xi32>, %b: tensor<5xi32>) -> tensor<i32> {
  %y = dlc.matmul %a, %b : (tensor<5xi32>, tensor<5xi32>) -> tensor<i32>
  return %y : tensor<i32>
}

// CHECK-LABEL: func @packed_matmul
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2) -> (d1 floordiv 4, d2, d1 mod 4)>
func.func @packed_matmul(%a: tensor<2x7xf32>, %b: tensor<3x7x4xf32>) -> tensor<2x10xf32> {
  %y = dlc.packed_matmul %a, %b {columns = 10 : i64}
     : (tensor<2x7xf32>, tensor<3x7x4xf32>) -> tensor<2x10xf32>
  return %y : tensor<2x10xf32>
}

// CHECK-LABEL: func @packed_batch
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2, d3) -> (d0, d2 floordiv 4, d3, d2 mod 4)>
func.func @packed_batch(%a: tensor<5x2x7xf32>, %b: tensor<5x3x7x4xf32>) -> tensor<5x2x10xf32> {
  %y = dlc.packed_matmul %a, %b {columns = 10 : i64}
     : (tensor<5x2x7xf32>, tensor<5x3x7x4xf32>) -> tensor<5x2x10xf32>
  return %y : tensor<5x2x10xf32>
}

// Depthwise on blocks of channels: the position in the block is the innermost
// dimension of every operand, and no dimension is reduced but the kernel's.
// CHECK-LABEL: func.func @conv_blocked_depthwise(
// CHECK:         linalg.generic
// CHECK-SAME:      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]
// CHECK-SAME:      ins(%{{.*}}, %{{.*}} : tensor<1x2x6x6x16xf32>, tensor<2x1x3x3x16xf32>)
// CHECK-SAME:      outs(%{{.*}} : tensor<1x2x4x4x16xf32>)
func.func @conv_blocked_depthwise(%x: tensor<1x2x6x6x16xf32>, %w: tensor<2x1x3x3x16xf32>) -> tensor<1x2x4x4x16xf32> {
  %0 = dlc.conv %x, %w {group = 32 : i64, input_block = 16 : i64, output_block = 16 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x6x6x16xf32>, tensor<2x1x3x3x16xf32>) -> tensor<1x2x4x4x16xf32>
  return %0 : tensor<1x2x4x4x16xf32>
}
