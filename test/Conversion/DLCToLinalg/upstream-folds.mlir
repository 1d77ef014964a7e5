// RUN: dlc-opt %s --convert-dlc-to-linalg --canonicalize | FileCheck %s

// Upstream's canonicalizer takes steps for neighbours when it merges a
// tensor.pad into an insertion into a fill: there are none.
// CHECK-LABEL: func @pad_conv_transpose
// CHECK: tensor.pad %{{.*}} low[0, 0, 1, 2] high[0, 0, 1, 1]
// CHECK: tensor.insert_slice %{{.*}}[0, 0, 0, 0, 0, 0] [1, 1, 5, 1, 7, 1] [1, 1, 1, 1, 1, 1] : {{.*}} into tensor<1x1x5x2x7x2xf32>
func.func @pad_conv_transpose(%x: tensor<1x1x3x4xf32>, %w: tensor<1x1x1x1xf32>) -> tensor<1x1x9x13xf32> {
  %0 = dlc.pad %x {pads = array<i64: 0, 0, 1, 2, 0, 0, 1, 1>, mode = #dlc.pad_mode<constant>} : (tensor<1x1x3x4xf32>) -> tensor<1x1x5x7xf32>
  %y = dlc.conv_transpose %0, %w
         {strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>,
          dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 0>}
     : (tensor<1x1x5x7xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x9x13xf32>
  return %y : tensor<1x1x9x13xf32>
}

// Slices with steps keep their paddings apart.
// CHECK-LABEL: func @orthogonal_pads
// CHECK: tensor.extract_slice %{{.*}}[1, 0] [7, 16] [2, 1]
// CHECK: tensor.pad %{{.*}} low[0, 0] high[3, 0]
// CHECK: tensor.extract_slice %{{.*}}[0, 1] [10, 7] [1, 2]
// CHECK: tensor.pad %{{.*}} low[0, 0] high[0, 3]
func.func @orthogonal_pads(%x: tensor<16x16xf32>) -> tensor<10x10xf32> {
  %0 = dlc.slice %x {starts = array<i64: 1, 0>, sizes = array<i64: 7, 16>, steps = array<i64: 2, 1>} : (tensor<16x16xf32>) -> tensor<7x16xf32>
  %1 = dlc.pad %0 {pads = array<i64: 0, 0, 3, 0>, mode = #dlc.pad_mode<constant>} : (tensor<7x16xf32>) -> tensor<10x16xf32>
  %2 = dlc.slice %1 {starts = array<i64: 0, 1>, sizes = array<i64: 10, 7>, steps = array<i64: 1, 2>} : (tensor<10x16xf32>) -> tensor<10x7xf32>
  %3 = dlc.pad %2 {pads = array<i64: 0, 0, 0, 3>, mode = #dlc.pad_mode<constant>} : (tensor<10x7xf32>) -> tensor<10x10xf32>
  return %3 : tensor<10x10xf32>
}
