// Every op parses, verifies and prints back as it was written.
// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: func @matmul(
func.func @matmul(%a: tensor<8x4x16xf32>, %b: tensor<16x32xf32>, %t: tensor<32x16xf32>, %r: tensor<16xf32>) {
  // CHECK: dlc.matmul %{{.*}}, %{{.*}} : (tensor<8x4x16xf32>, tensor<16x32xf32>) -> tensor<8x4x32xf32>
  %0 = dlc.matmul %a, %b : (tensor<8x4x16xf32>, tensor<16x32xf32>) -> tensor<8x4x32xf32>
  // CHECK: dlc.matmul %{{.*}}, %{{.*}} {transpose_b} : (tensor<8x4x16xf32>, tensor<32x16xf32>) -> tensor<8x4x32xf32>
  %1 = dlc.matmul %a, %t {transpose_b} : (tensor<8x4x16xf32>, tensor<32x16xf32>) -> tensor<8x4x32xf32>
  // CHECK: dlc.matmul %{{.*}}, %{{.*}} {transpose_a} : (tensor<16x32xf32>, tensor<16x32xf32>) -> tensor<32x32xf32>
  %2 = dlc.matmul %b, %b {transpose_a} : (tensor<16x32xf32>, tensor<16x32xf32>) -> tensor<32x32xf32>
  // CHECK: dlc.matmul %{{.*}}, %{{.*}} : (tensor<16xf32>, tensor<16x32xf32>) -> tensor<32xf32>
  %3 = dlc.matmul %r, %b : (tensor<16xf32>, tensor<16x32xf32>) -> tensor<32xf32>
  // CHECK: dlc.matmul %{{.*}}, %{{.*}} : (tensor<8x4x16xf32>, tensor<16xf32>) -> tensor<8x4xf32>
  %4 = dlc.matmul %a, %r : (tensor<8x4x16xf32>, tensor<16xf32>) -> tensor<8x4xf32>
  // CHECK: dlc.matmul %{{.*}}, %{{.*}} : (tensor<16xf32>, tensor<16xf32>) -> tensor<f32>
  %5 = dlc.matmul %r, %r : (tensor<16xf32>, tensor<16xf32>) -> tensor<f32>
  return
}

// CHECK-LABEL: func @packed_matmul(
func.func @packed_matmul(%a: tensor<1x2048xf32>, %b: tensor<63x2048x16xf32>) {
  // CHECK: dlc.packed_matmul %{{.*}}, %{{.*}} {columns = 1000 : i64} : (tensor<1x2048xf32>, tensor<63x2048x16xf32>) -> tensor<1x1000xf32>
  %0 = dlc.packed_matmul %a, %b {columns = 1000 : i64} : (tensor<1x2048xf32>, tensor<63x2048x16xf32>) -> tensor<1x1000xf32>
  return
}

// CHECK-LABEL: func @packed_batch(
func.func @packed_batch(%a: tensor<2x?x8x64xf32>, %b: tensor<2x3x2x64x16xf32>) {
  // CHECK: dlc.packed_matmul %{{.*}}, %{{.*}} {columns = 30 : i64} : (tensor<2x?x8x64xf32>, tensor<2x3x2x64x16xf32>) -> tensor<2x?x8x30xf32>
  %0 = dlc.packed_matmul %a, %b {columns = 30 : i64} : (tensor<2x?x8x64xf32>, tensor<2x3x2x64x16xf32>) -> tensor<2x?x8x30xf32>
  return
}

// CHECK-LABEL: func @conv(
func.func @conv(%x: tensor<1x3x224x224xf32>, %w: tensor<64x3x7x7xf32>, %b: tensor<64xf32>) {
  // CHECK: dlc.conv %{{.*}}, %{{.*}}, bias = %{{.*}} {dilations = array<i64: 1, 1>, pads = array<i64: 3, 3, 3, 3>, strides = array<i64: 2, 2>} : (tensor<1x3x224x224xf32>, tensor<64x3x7x7xf32>, tensor<64xf32>) -> tensor<1x64x112x112xf32>
  %0 = dlc.conv %x, %w, bias = %b {dilations = array<i64: 1, 1>, pads = array<i64: 3, 3, 3, 3>, strides = array<i64: 2, 2>} : (tensor<1x3x224x224xf32>, tensor<64x3x7x7xf32>, tensor<64xf32>) -> tensor<1x64x112x112xf32>
  // CHECK: dlc.conv %{{.*}}, %{{.*}} {dilations = array<i64: 2, 1>, pads = array<i64: 0, 1, 2, 3>, strides = array<i64: 1, 3>} : (tensor<1x3x224x224xf32>, tensor<64x3x7x7xf32>) -> tensor<1x64x214x74xf32>
  %1 = dlc.conv %x, %w {dilations = array<i64: 2, 1>, pads = array<i64: 0, 1, 2, 3>, strides = array<i64: 1, 3>} : (tensor<1x3x224x224xf32>, tensor<64x3x7x7xf32>) -> tensor<1x64x214x74xf32>
  return
}

// CHECK-LABEL: func @conv_groups_1d_integers(
func.func @conv_groups_1d_integers(%x: tensor<?x8x10xi8>, %w: tensor<8x1x3xi8>) {
  // CHECK: dlc.conv %{{.*}}, %{{.*}} {dilations = array<i64: 1>, group = 8 : i64, pads = array<i64: 1, 1>, strides = array<i64: 1>} : (tensor<?x8x10xi8>, tensor<8x1x3xi8>) -> tensor<?x8x10xi8>
  %0 = dlc.conv %x, %w {dilations = array<i64: 1>, group = 8 : i64, pads = array<i64: 1, 1>, strides = array<i64: 1>} : (tensor<?x8x10xi8>, tensor<8x1x3xi8>) -> tensor<?x8x10xi8>
  return
}

// CHECK-LABEL: func @conv_blocked(
func.func @conv_blocked(%x: tensor<1x3x8x8xf32>, %xb: tensor<1x2x8x8x16xf32>, %w: tensor<4x3x3x3x8xf32>, %wb: tensor<4x2x3x3x16x8xf32>, %b: tensor<4x8xf32>) {
  // CHECK: dlc.conv %{{.*}}, %{{.*}}, bias = %{{.*}} {dilations = array<i64: 1, 1>, output_block = 8 : i64, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3x8xf32>, tensor<4x8xf32>) -> tensor<1x4x8x8x8xf32>
  %0 = dlc.conv %x, %w, bias = %b {dilations = array<i64: 1, 1>, output_block = 8 : i64, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3x8xf32>, tensor<4x8xf32>) -> tensor<1x4x8x8x8xf32>
  // CHECK: dlc.conv %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, input_block = 16 : i64, output_block = 8 : i64, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x2x8x8x16xf32>, tensor<4x2x3x3x16x8xf32>) -> tensor<1x4x8x8x8xf32>
  %1 = dlc.conv %xb, %wb {dilations = array<i64: 1, 1>, input_block = 16 : i64, output_block = 8 : i64, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x2x8x8x16xf32>, tensor<4x2x3x3x16x8xf32>) -> tensor<1x4x8x8x8xf32>
  return
}

// CHECK-LABEL: func @conv_transpose(
func.func @conv_transpose(%x: tensor<1x8x7x7xf32>, %w: tensor<8x4x2x2xf32>, %b: tensor<8xf32>) {
  // CHECK: dlc.conv_transpose %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 0>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x8x7x7xf32>, tensor<8x4x2x2xf32>) -> tensor<1x4x14x14xf32>
  %0 = dlc.conv_transpose %x, %w {dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 0>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x8x7x7xf32>, tensor<8x4x2x2xf32>) -> tensor<1x4x14x14xf32>
  // CHECK: dlc.conv_transpose %{{.*}}, %{{.*}}, bias = %{{.*}} {dilations = array<i64: 2, 2>, group = 2 : i64, output_padding = array<i64: 1, 0>, pads = array<i64: 1, 0, 0, 1>, strides = array<i64: 2, 2>} : (tensor<1x8x7x7xf32>, tensor<8x4x2x2xf32>, tensor<8xf32>) -> tensor<1x8x15x14xf32>
  %1 = dlc.conv_transpose %x, %w, bias = %b {dilations = array<i64: 2, 2>, group = 2 : i64, output_padding = array<i64: 1, 0>, pads = array<i64: 1, 0, 0, 1>, strides = array<i64: 2, 2>} : (tensor<1x8x7x7xf32>, tensor<8x4x2x2xf32>, tensor<8xf32>) -> tensor<1x8x15x14xf32>
  return
}

// CHECK-LABEL: @attention
func.func @attention(%q: tensor<2x6x3x4xf32>, %k: tensor<2x5x3x4xf32>, %v: tensor<2x5x3x8xf32>, %m: tensor<6x5xf32>) {
  // CHECK: dlc.attention %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x6x3x4xf32>, tensor<2x5x3x4xf32>, tensor<2x5x3x8xf32>) -> tensor<2x6x3x8xf32>
  %0 = dlc.attention %q, %k, %v : (tensor<2x6x3x4xf32>, tensor<2x5x3x4xf32>, tensor<2x5x3x8xf32>) -> tensor<2x6x3x8xf32>
  // CHECK: dlc.attention %{{.*}}, %{{.*}}, %{{.*}}, mask = %{{.*}} {scale = 5.000000e-01 : f64}
  %1 = dlc.attention %q, %k, %v, mask = %m {scale = 0.5 : f64} : (tensor<2x6x3x4xf32>, tensor<2x5x3x4xf32>, tensor<2x5x3x8xf32>, tensor<6x5xf32>) -> tensor<2x6x3x8xf32>
  // CHECK: dlc.attention %{{.*}}, %{{.*}}, %{{.*}} {softcap = 5.000000e+01 : f64}
  %2 = dlc.attention %q, %k, %v {softcap = 50.0 : f64} : (tensor<2x6x3x4xf32>, tensor<2x5x3x4xf32>, tensor<2x5x3x8xf32>) -> tensor<2x6x3x8xf32>
  return
}

// CHECK-LABEL: func @integer_sums(
func.func @integer_sums(%a: tensor<3x12xui8>, %b: tensor<12x5xi8>, %p: tensor<1x3x16x4xi8>, %x: tensor<1x2x8x8x16xui8>, %w: tensor<1x2x1x1x4x16x4xi8>, %bias: tensor<1x16xi32>) {
  // CHECK: dlc.matmul %{{.*}}, %{{.*}} : (tensor<3x12xui8>, tensor<12x5xi8>) -> tensor<3x5xi32>
  %0 = dlc.matmul %a, %b : (tensor<3x12xui8>, tensor<12x5xi8>) -> tensor<3x5xi32>
  // CHECK: dlc.packed_matmul %{{.*}}, %{{.*}} {columns = 5 : i64} : (tensor<3x12xui8>, tensor<1x3x16x4xi8>) -> tensor<3x5xi32>
  %1 = dlc.packed_matmul %a, %p {columns = 5 : i64} : (tensor<3x12xui8>, tensor<1x3x16x4xi8>) -> tensor<3x5xi32>
  // CHECK: dlc.conv %{{.*}}, %{{.*}}, bias = %{{.*}} {dilations = array<i64: 1, 1>, dot = 4 : i64, input_block = 16 : i64, output_block = 16 : i64
  // CHECK-SAME: -> tensor<1x1x8x8x16xi32>
  %2 = dlc.conv %x, %w, bias = %bias {dilations = array<i64: 1, 1>, dot = 4 : i64, input_block = 16 : i64, output_block = 16 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x2x8x8x16xui8>, tensor<1x2x1x1x4x16x4xi8>, tensor<1x16xi32>) -> tensor<1x1x8x8x16xi32>
  return
}

// CHECK-LABEL: @attention_heads_first
func.func @attention_heads_first(%q: tensor<2x6x8x4xf32>, %k: tensor<2x2x5x4xf32>, %v: tensor<2x2x5x3xf32>) {
  // CHECK: dlc.attention %{{.*}}, %{{.*}}, %{{.*}} {heads_first, zero_unseen}
  %0 = dlc.attention %q, %k, %v {heads_first, zero_unseen} : (tensor<2x6x8x4xf32>, tensor<2x2x5x4xf32>, tensor<2x2x5x3xf32>) -> tensor<2x6x8x3xf32>
  return
}
