// Constant factors and terms per channel move into the convolution before them.
// RUN: dlc-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @factor_and_term(
// CHECK-SAME: %[[X:.*]]: tensor<1x1x4x4xf32>
func.func @factor_and_term(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x3x4xf32> {
  %w = dlc.constant dense<[[[[1.0], [2.0]]], [[[3.0], [4.0]]]]> : tensor<2x1x2x1xf32>
  %b = dlc.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %factor = dlc.constant dense<[[[10.0]], [[100.0]]]> : tensor<2x1x1xf32>
  %term = dlc.constant dense<5.0> : tensor<f32>
  %minus = dlc.constant dense<[[[[1.0]], [[2.0]]]]> : tensor<1x2x1x1xf32>
  // CHECK-DAG: %[[W:.*]] = dlc.constant dense<{{\[\[\[\[}}1.000000e+01], [2.000000e+01]]], {{\[\[\[}}3.000000e+02], [4.000000e+02]]]]> : tensor<2x1x2x1xf32>
  // CHECK-DAG: %[[B:.*]] = dlc.constant dense<[1.400000e+01, 2.030000e+02]> : tensor<2xf32>
  // CHECK: %[[Y:.*]] = dlc.conv %[[X]], %[[W]], bias = %[[B]]
  // CHECK-NEXT: return %[[Y]]
  %y = dlc.conv %x, %w, bias = %b {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<2x1x2x1xf32>, tensor<2xf32>) -> tensor<1x2x3x4xf32>
  %0 = dlc.mul %y, %factor : (tensor<1x2x3x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x3x4xf32>
  %1 = dlc.add %0, %term : (tensor<1x2x3x4xf32>, tensor<f32>) -> tensor<1x2x3x4xf32>
  %2 = dlc.sub %1, %minus : (tensor<1x2x3x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x3x4xf32>
  return %2 : tensor<1x2x3x4xf32>
}

// A term makes a bias where there is none; a factor alone doesn't.
// CHECK-LABEL: func @without_bias(
func.func @without_bias(%x: tensor<?x2x4xf32>) -> (tensor<?x2x4xf32>, tensor<?x2x4xf32>) {
  %w = dlc.constant dense<1.0> : tensor<2x1x1xf32>
  %c = dlc.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  // CHECK-DAG: %[[B:.*]] = dlc.constant dense<[2.000000e+00, 3.000000e+00]> : tensor<2xf32>
  // CHECK-DAG: %[[F:.*]] = dlc.constant dense<{{\[\[\[}}2.000000e+00]], {{\[\[}}3.000000e+00]]]> : tensor<2x1x1xf32>
  // CHECK: dlc.conv %{{.*}}, %{{.*}}, bias = %[[B]] {{.*}}group = 2
  %y = dlc.conv %x, %w {dilations = array<i64: 1>, group = 2 : i64, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<?x2x4xf32>, tensor<2x1x1xf32>) -> tensor<?x2x4xf32>
  %0 = dlc.add %y, %c : (tensor<?x2x4xf32>, tensor<2x1xf32>) -> tensor<?x2x4xf32>
  // CHECK: dlc.conv %{{.*}}, %[[F]] {
  %z = dlc.conv %x, %w {dilations = array<i64: 1>, group = 2 : i64, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<?x2x4xf32>, tensor<2x1x1xf32>) -> tensor<?x2x4xf32>
  %1 = dlc.mul %z, %c : (tensor<?x2x4xf32>, tensor<2x1xf32>) -> tensor<?x2x4xf32>
  return %0, %1 : tensor<?x2x4xf32>, tensor<?x2x4xf32>
}

// CHECK-LABEL: func @left_alone(
func.func @left_alone(%x: tensor<1x2x4xf32>, %w: tensor<2x2x1xf32>) -> (tensor<1x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>) {
  %k = dlc.constant dense<1.0> : tensor<2x2x1xf32>
  %c = dlc.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %space = dlc.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  // The filter isn't constant.
  // CHECK: dlc.mul
  %y = dlc.conv %x, %w {dilations = array<i64: 1>, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x2x4xf32>, tensor<2x2x1xf32>) -> tensor<1x2x4xf32>
  %0 = dlc.mul %y, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  // The factor differs within a channel.
  // CHECK: dlc.mul
  %z = dlc.conv %x, %k {dilations = array<i64: 1>, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x2x4xf32>, tensor<2x2x1xf32>) -> tensor<1x2x4xf32>
  %1 = dlc.mul %z, %space : (tensor<1x2x4xf32>, tensor<4xf32>) -> tensor<1x2x4xf32>
  // Something else reads the convolution.
  // CHECK: dlc.mul
  %v = dlc.conv %x, %k {dilations = array<i64: 2>, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x2x4xf32>, tensor<2x2x1xf32>) -> tensor<1x2x4xf32>
  %2 = dlc.mul %v, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  return %0, %1, %2, %v : tensor<1x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>
}

// CHECK-LABEL: func @padding(
// CHECK-SAME: %[[X:.*]]: tensor<1x2x4x5xf32>
func.func @padding(%x: tensor<1x2x4x5xf32>, %w: tensor<2x2x3x3xf32>) -> tensor<1x2x6x8xf32> {
  %zero = dlc.constant dense<0.0> : tensor<f32>
  %p = dlc.pad %x, %zero {pads = array<i64: 0, 0, 1, 0, 0, 0, 2, 3>} : (tensor<1x2x4x5xf32>, tensor<f32>) -> tensor<1x2x7x8xf32>
  // CHECK-NEXT: dlc.conv %[[X]], %{{.*}} {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 3, 4>, strides = array<i64: 1, 1>} : (tensor<1x2x4x5xf32>, tensor<2x2x3x3xf32>) -> tensor<1x2x6x8xf32>
  %y = dlc.conv %p, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 1, 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x2x7x8xf32>, tensor<2x2x3x3xf32>) -> tensor<1x2x6x8xf32>
  return %y : tensor<1x2x6x8xf32>
}

// CHECK-LABEL: func @padding_left_alone(
func.func @padding_left_alone(%x: tensor<1x1x4xf32>, %w: tensor<2x2x3xf32>, %v: tensor<2x1x3xf32>) -> (tensor<1x2x2xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>) {
  // Channels are padded.
  // CHECK: dlc.pad
  %p = dlc.pad %x {pads = array<i64: 0, 1, 0, 0, 0, 0>} : (tensor<1x1x4xf32>) -> tensor<1x2x4xf32>
  %0 = dlc.conv %p, %w {dilations = array<i64: 1>, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x2x4xf32>, tensor<2x2x3xf32>) -> tensor<1x2x2xf32>
  // Not with zeros.
  // CHECK: dlc.pad
  %one = dlc.constant dense<1.0> : tensor<f32>
  %q = dlc.pad %x, %one {pads = array<i64: 0, 0, 1, 0, 0, 1>} : (tensor<1x1x4xf32>, tensor<f32>) -> tensor<1x1x6xf32>
  %1 = dlc.conv %q, %v {dilations = array<i64: 1>, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x1x6xf32>, tensor<2x1x3xf32>) -> tensor<1x2x4xf32>
  // CHECK: dlc.pad
  %r = dlc.pad %x {mode = #dlc.pad_mode<edge>, pads = array<i64: 0, 0, 1, 0, 0, 1>} : (tensor<1x1x4xf32>) -> tensor<1x1x6xf32>
  %2 = dlc.conv %r, %v {dilations = array<i64: 1>, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x1x6xf32>, tensor<2x1x3xf32>) -> tensor<1x2x4xf32>
  return %0, %1, %2 : tensor<1x2x2xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>
}

// Transposed factors become flags; two transpositions none.
// CHECK-LABEL: func @transposed_factors(
// CHECK-SAME: %[[A:.*]]: tensor<2x4x3xf32>, %[[B:.*]]: tensor<2x4x5xf32>)
// CHECK-NEXT: dlc.matmul %[[A]], %[[B]] {transpose_a} : (tensor<2x4x3xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
func.func @transposed_factors(%a: tensor<2x4x3xf32>, %b: tensor<2x4x5xf32>) -> tensor<2x3x5xf32> {
  %0 = dlc.transpose %a {perm = array<i64: 0, 2, 1>} : (tensor<2x4x3xf32>) -> tensor<2x3x4xf32>
  %1 = dlc.transpose %b {perm = array<i64: 0, 2, 1>} : (tensor<2x4x5xf32>) -> tensor<2x5x4xf32>
  %2 = dlc.matmul %0, %1 {transpose_b} : (tensor<2x3x4xf32>, tensor<2x5x4xf32>) -> tensor<2x3x5xf32>
  return %2 : tensor<2x3x5xf32>
}

// Batches move.
// CHECK-LABEL: func @transposed_batches(
// CHECK: dlc.transpose
func.func @transposed_batches(%a: tensor<3x2x4xf32>, %b: tensor<2x4x5xf32>) -> tensor<2x3x5xf32> {
  %0 = dlc.transpose %a {perm = array<i64: 1, 0, 2>} : (tensor<3x2x4xf32>) -> tensor<2x3x4xf32>
  %1 = dlc.matmul %0, %b : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
  return %1 : tensor<2x3x5xf32>
}

// A convolution doesn't move into a loop with its bias.
// CHECK-LABEL: func @conv_outside(
// CHECK: dlc.conv
// CHECK: scf.for
// CHECK: dlc.add
// CHECK-NOT: dlc.conv
// CHECK: return
func.func @conv_outside(%x: tensor<1x2x4x4xf32>, %y: tensor<1x1x4x4xf32>, %n: index) -> tensor<1x1x4x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %f = dlc.constant dense<1.0> : tensor<1x2x1x1xf32>
  %bias = dlc.constant dense<2.0> : tensor<1x1x1x1xf32>
  %c = dlc.conv %x, %f {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x4x4xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %y) -> tensor<1x1x4x4xf32> {
    %b = dlc.add %c, %bias : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
    %d = dlc.mul %a, %b : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
    scf.yield %d : tensor<1x1x4x4xf32>
  }
  return %r : tensor<1x1x4x4xf32>
}
