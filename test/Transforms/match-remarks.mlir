// RUN: dlc-opt %s --dlc-assign-layout=remarks -o /dev/null 2>&1 | FileCheck %s --check-prefix=LAYOUT
// RUN: dlc-opt %s --dlc-form-integer-ops=remarks -o /dev/null 2>&1 | FileCheck %s --check-prefix=INTEGER
// RUN: dlc-opt %s --dlc-assign-layout -o /dev/null 2>&1 | count 0

// What patterns leave alone says why; what they change, or make, doesn't.
// INTEGER-COUNT-4: remark: dlc.{{conv|matmul}} stays as it is: the {{filter isn't|weights aren't}} a dequantized constant
// INTEGER-NOT:     remark

// LAYOUT:     remark: dlc.conv stays as it is: its filter isn't constant
// LAYOUT-NEXT: %0 =
// LAYOUT:     remark: dlc.conv stays as it is: blocks would be more than half filling, or there are groups
// LAYOUT-NEXT: %1 =
// LAYOUT:     remark: dlc.matmul stays as it is: packing costs more than it saves
// LAYOUT-NEXT: %3 =
// LAYOUT-NOT: remark
func.func @main(%x: tensor<1x16x4x4xf32>, %w: tensor<16x16x1x1xf32>, %a: tensor<4x8xf32>, %b: tensor<8x3xf32>)
    -> (tensor<1x16x4x4xf32>, tensor<1x3x4x4xf32>, tensor<1x16x4x4xf32>, tensor<4x3xf32>) {
  %few = dlc.constant dense<0.5> : tensor<3x16x1x1xf32>
  %many = dlc.constant dense<0.5> : tensor<16x16x1x1xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32>
  %1 = dlc.conv %x, %few {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<3x16x1x1xf32>) -> tensor<1x3x4x4xf32>
  %2 = dlc.conv %x, %many {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32>
  %3 = dlc.matmul %a, %b : (tensor<4x8xf32>, tensor<8x3xf32>) -> tensor<4x3xf32>
  return %0, %1, %2, %3 : tensor<1x16x4x4xf32>, tensor<1x3x4x4xf32>, tensor<1x16x4x4xf32>, tensor<4x3xf32>
}
