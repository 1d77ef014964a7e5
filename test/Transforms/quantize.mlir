// RUN: dlc-opt %s --dlc-quantize --split-input-file | FileCheck %s

// An input of both signs, weights per channel, a bias that stays, a result that
// stays. [-1, 4.1] in 255 steps of 0.02: zero is 50.
// CHECK-LABEL: @conv
// CHECK-NOT: dlc.range
// CHECK-DAG: %[[S:.*]] = dlc.constant dense<2.000000e-02> : tensor<f32>
// CHECK-DAG: %[[Z:.*]] = dlc.constant dense<50> : tensor<ui8>
// CHECK: %[[Q:.*]] = dlc.quantize %arg0, %[[S]], %[[Z]] {{.*}} -> tensor<1x2x2x2xui8>
// CHECK: %[[D:.*]] = dlc.dequantize %[[Q]], %[[S]], %[[Z]]
// CHECK: %[[W:.*]] = dlc.constant dense<{{.*}}127{{.*}}-64{{.*}}0{{.*}}0{{.*}}> : tensor<2x2x1x1xi8>
// CHECK: %[[WS:.*]] = dlc.constant dense<1.000000e+00> : tensor<2xf32>
// CHECK: %[[WD:.*]] = dlc.dequantize %[[W]], %[[WS]], %{{.*}} {axis = 0 : i64} : (tensor<2x2x1x1xi8>, tensor<2xf32>, tensor<2xi8>)
// CHECK: %[[Y:.*]] = dlc.conv %[[D]], %[[WD]], bias = %{{.*}}
// CHECK: return %[[Y]]
func.func @conv(%x: tensor<1x2x2x2xf32> {dlc.range = array<f64: -1.0, 4.1>}) -> tensor<1x2x2x2xf32> {
  %w = dlc.constant dense<[[[[127.0]], [[-64.25]]], [[[0.0]], [[0.0]]]]> : tensor<2x2x1x1xf32>
  %b = dlc.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %0 = dlc.conv %x, %w, bias = %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x2x2xf32>, tensor<2x2x1x1xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  return %0 : tensor<1x2x2x2xf32>
}

// -----

// A product by the transposed matrix has its channels in dimension 0. A range
// above zero is widened to it.
// CHECK-LABEL: @products
// CHECK: dlc.constant dense<0.00784313772> : tensor<f32>
// CHECK: dlc.constant dense<0> : tensor<ui8>
// CHECK: dlc.dequantize {{.*}} {axis = 0 : i64} : (tensor<3x4xi8>, tensor<3xf32>, tensor<3xi8>)
// CHECK: dlc.matmul {{.*}} {transpose_b}
// CHECK: dlc.dequantize {{.*}} : (tensor<3x5xi8>, tensor<5xf32>, tensor<5xi8>)
func.func @products(%x: tensor<1x4xf32> {dlc.range = array<f64: 1.0, 2.0>}) -> tensor<1x5xf32> {
  %w = dlc.constant dense<0.5> : tensor<3x4xf32>
  %v = dlc.constant dense<0.25> : tensor<3x5xf32>
  %0 = dlc.matmul %x, %w {transpose_b, dlc.range = array<f64: 0.0, 1.0>} : (tensor<1x4xf32>, tensor<3x4xf32>) -> tensor<1x3xf32>
  %1 = dlc.matmul %0, %v : (tensor<1x3xf32>, tensor<3x5xf32>) -> tensor<1x5xf32>
  return %1 : tensor<1x5xf32>
}

// -----

// In a residual block the second convolution does the sum: its own result is
// not quantized, the other operand is. The pool shares its operand's scale.
// CHECK-LABEL: @residual
// CHECK: %[[XD:.*]] = dlc.dequantize
// CHECK: %[[A:.*]] = dlc.conv %[[XD]]
// CHECK: %[[R:.*]] = dlc.relu %[[A]]
// CHECK: %[[AD:.*]] = dlc.dequantize
// CHECK: %[[B:.*]] = dlc.conv %[[AD]]
// CHECK: %[[SUM:.*]] = dlc.add %[[B]], %[[XD]]
// CHECK: %[[S:.*]] = dlc.constant dense<0.0313725509> : tensor<f32>
// CHECK: dlc.quantize %[[SUM]], %[[S]]
// CHECK: %[[P:.*]] = dlc.max_pool
// CHECK: %[[T:.*]] = dlc.constant dense<0.0313725509> : tensor<f32>
// CHECK: dlc.quantize %[[P]], %[[T]]
// CHECK: dlc.conv
func.func @residual(%x: tensor<1x2x4x4xf32> {dlc.range = array<f64: 0.0, 2.0>}) -> tensor<1x2x2x2xf32> {
  %w = dlc.constant dense<0.5> : tensor<2x2x1x1xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = dlc.relu %0 {dlc.range = array<f64: 0.0, 4.0>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %2 = dlc.conv %1, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %3 = dlc.add %2, %x {dlc.range = array<f64: 0.0, 8.0>} : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %4 = dlc.max_pool %3 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %5 = dlc.conv %4, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x2x2xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x2x2xf32>
  return %5 : tensor<1x2x2x2xf32>
}

// -----

// All that a concatenation joins has one scale: that of the union, [-4, 6.2].
// CHECK-LABEL: @concat
// CHECK: dlc.relu
// CHECK: dlc.constant dense<4.000000e-02> : tensor<f32>
// CHECK: dlc.constant dense<100> : tensor<ui8>
// CHECK: dlc.conv
// CHECK: dlc.constant dense<4.000000e-02> : tensor<f32>
// CHECK: dlc.constant dense<100> : tensor<ui8>
// CHECK: dlc.concat
// CHECK: dlc.constant dense<4.000000e-02> : tensor<f32>
// CHECK: dlc.constant dense<100> : tensor<ui8>
func.func @concat(%x: tensor<1x2x2x2xf32> {dlc.range = array<f64: 0.0, 2.0>}) -> tensor<1x1x2x2xf32> {
  %w = dlc.constant dense<0.5> : tensor<2x2x1x1xf32>
  %v = dlc.constant dense<0.5> : tensor<1x4x1x1xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x2x2xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x2x2xf32>
  %1 = dlc.relu %0 {dlc.range = array<f64: 0.0, 6.2>} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %2 = dlc.conv %x, %w {dlc.range = array<f64: -4.0, 1.0>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x2x2xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x2x2xf32>
  %3 = dlc.concat %1, %2 {axis = 1 : i64} : (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x4x2x2xf32>
  %4 = dlc.conv %3, %v {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x4x2x2xf32>, tensor<1x4x1x1xf32>) -> tensor<1x1x2x2xf32>
  return %4 : tensor<1x1x2x2xf32>
}

// -----

// Without a (finite) range, and without constant weights, nothing happens.
// CHECK-LABEL: @left
// CHECK-NOT: quantize
func.func @left(%x: tensor<1x4xf32>, %y: tensor<4x4xf32> {dlc.range = array<f64: 0.0, 0x7FF0000000000000>}) -> tensor<4x1xf32> {
  %w = dlc.constant dense<0.5> : tensor<4x4xf32>
  %v = dlc.constant dense<0.5> : tensor<4x1xf32>
  %0 = dlc.matmul %x, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  %1 = dlc.matmul %y, %v : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x1xf32>
  %2 = dlc.matmul %y, %1 : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x1xf32>
  return %2 : tensor<4x1xf32>
}
