// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @matmul(%a: tensor<f32>, %b: tensor<2xf32>) {
  // expected-error @+2 {{a factor is a scalar}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.matmul %a, %b : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @matmul(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) {
  // expected-error @+2 {{the shapes 2x3 and 4x5 don't multiply: 3 against 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.matmul %a, %b : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @matmul(%a: tensor<3xf32>, %b: tensor<3x5xf32>) {
  // expected-error @+2 {{a vector can't be transposed}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.matmul %a, %b {transpose_a} : (tensor<3xf32>, tensor<3x5xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @matmul(%a: tensor<2x4x3xf32>, %b: tensor<5x3x6xf32>) {
  // expected-error @+2 {{the shapes 2 and 5 don't broadcast: 2 against 5}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.matmul %a, %b : (tensor<2x4x3xf32>, tensor<5x3x6xf32>) -> tensor<5x4x6xf32>
  return
}

// -----

func.func @matmul(%a: tensor<4x3xf32>, %b: tensor<3x6xf32>) {
  // expected-error @+2 {{inferred type(s) 'tensor<4x6xf32>' are incompatible with return type(s) of operation 'tensor<4x5xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.matmul %a, %b : (tensor<4x3xf32>, tensor<3x6xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @matmul(%a: tensor<4x3xf32>, %b: tensor<3x6xf64>) {
  // expected-error @+2 {{a and b must have one element type, got 'f32' and 'f64'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.matmul %a, %b : (tensor<4x3xf32>, tensor<3x6xf64>) -> tensor<4x6xf32>
  return
}

// -----

func.func @packed_matmul(%a: tensor<1x8xf32>, %b: tensor<2x8x16xf32>) {
  // expected-error @+2 {{b has 2 panels of 16 columns, expected 3 for 40 columns}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.packed_matmul %a, %b {columns = 40 : i64} : (tensor<1x8xf32>, tensor<2x8x16xf32>) -> tensor<1x40xf32>
  return
}

// -----

func.func @packed_matmul(%a: tensor<1x8xf32>, %b: tensor<3x9x16xf32>) {
  // expected-error @+2 {{a has 8 columns, but b has 9 rows}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.packed_matmul %a, %b {columns = 40 : i64} : (tensor<1x8xf32>, tensor<3x9x16xf32>) -> tensor<1x40xf32>
  return
}

// -----

func.func @packed_matmul(%a: tensor<2x5x8xf32>, %b: tensor<4x3x8x16xf32>) {
  // expected-error @+2 {{b has 4 matrices along dimension 0, a has 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.packed_matmul %a, %b {columns = 40 : i64} : (tensor<2x5x8xf32>, tensor<4x3x8x16xf32>) -> tensor<2x5x40xf32>
  return
}

// -----

func.func @packed_matmul(%a: tensor<2x5x8xf32>, %b: tensor<8x16xf32>) {
  // expected-error @+2 {{b has rank 2, expected 3 or 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.packed_matmul %a, %b {columns = 40 : i64} : (tensor<2x5x8xf32>, tensor<8x16xf32>) -> tensor<2x5x40xf32>
  return
}

// -----

func.func @packed_matmul(%a: tensor<8xf32>, %b: tensor<3x8x16xf32>) {
  // expected-error @+2 {{a has rank 1, expected at least 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.packed_matmul %a, %b {columns = 40 : i64} : (tensor<8xf32>, tensor<3x8x16xf32>) -> tensor<40xf32>
  return
}

// -----

func.func @packed_matmul(%a: tensor<1x8xf32>, %b: tensor<3x8x16xf32>) {
  // expected-error @+1 {{attribute 'columns' failed to satisfy constraint}}
  %0 = dlc.packed_matmul %a, %b {columns = 0 : i64} : (tensor<1x8xf32>, tensor<3x8x16xf32>) -> tensor<1x40xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x3x3x3xf32>) {
  // expected-error @+2 {{x has 4 channels, but the filter is for 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x3x3x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+2 {{4 channels don't split into 3 groups}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>, group = 3 : i64} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x8x8x8xf32>, %w: tensor<6x2x3x3xf32>) {
  // expected-error @+2 {{6 outputs don't split into 4 groups}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>, group = 4 : i64} : (tensor<1x8x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+2 {{pads has 2 elements, expected 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+2 {{pads has the element -1, expected at least 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, -1, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+2 {{strides has the element 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 0>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+2 {{dilations has 1 elements, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+2 {{the size 2 * 9223372036854775807 doesn't fit 64 bits}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 9223372036854775807, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+2 {{the size 8 + 9223372036854775807 doesn't fit 64 bits}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 9223372036854775807, 0, 9223372036854775807, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x9x3xf32>) {
  // expected-error @+2 {{the window spans 9 elements of spatial dimension 0, but the padded input has 8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x9x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+2 {{x has rank 3, expected 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @+2 {{filter has rank 3, expected 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x0x3xf32>) {
  // expected-error @+2 {{the kernel has the size 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x0x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+2 {{there must be at least one spatial dimension}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64>, pads = array<i64>, strides = array<i64>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<5xf32>) {
  // expected-error @+2 {{bias has the shape 5, expected 6}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w, bias = %b {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>, tensor<5xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<6xf64>) {
  // expected-error @+2 {{x and bias must have one element type, got 'f32' and 'f64'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w, bias = %b {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>, tensor<6xf64>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf16>) {
  // expected-error @+2 {{x and filter must have one element type, got 'f32' and 'f16'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf16>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x1x8x8x4xf32>, %w: tensor<6x1x3x3x4xf32>) {
  // expected-error @+2 {{input_block needs output_block}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>, input_block = 4 : i64} : (tensor<1x1x8x8x4xf32>, tensor<6x1x3x3x4xf32>) -> tensor<?x?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<3x4x3x3x4xf32>) {
  // expected-error @+2 {{the filter's blocks are 4, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>, output_block = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<3x4x3x3x4xf32>) -> tensor<?x?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<3x2x3x3x2xf32>) {
  // expected-error @+2 {{a blocked convolution of 2 groups needs the same block on both sides}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>, output_block = 2 : i64, group = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<3x2x3x3x2xf32>) -> tensor<?x?x?x?x?xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x1x8x8x2xf32>, %w: tensor<3x1x3x3x4x2xf32>) {
  // expected-error @+2 {{the input's block is 2, expected 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>, input_block = 4 : i64, output_block = 2 : i64} : (tensor<1x1x8x8x2xf32>, tensor<3x1x3x3x4x2xf32>) -> tensor<?x?x?x?x?xf32>
  return
}

// -----

func.func @conv_transpose(%x: tensor<1x4x8x8xf32>, %w: tensor<3x8x2x2xf32>) {
  // expected-error @+2 {{x has 4 channels, but the filter is for 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv_transpose %x, %w {dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 0>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>, tensor<3x8x2x2xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv_transpose(%x: tensor<1x4x8x8xf32>, %w: tensor<4x8x2x2xf32>) {
  // expected-error @+2 {{4 channels don't split into 3 groups}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv_transpose %x, %w {dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 0>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>, group = 3 : i64} : (tensor<1x4x8x8xf32>, tensor<4x8x2x2xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv_transpose(%x: tensor<1x4x8x8xf32>, %w: tensor<4x8x2x2xf32>) {
  // expected-error @+2 {{output_padding has 1 elements, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv_transpose %x, %w {dilations = array<i64: 1, 1>, output_padding = array<i64: 0>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>, tensor<4x8x2x2xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv_transpose(%x: tensor<1x4x8x8xf32>, %w: tensor<4x8x2x2xf32>) {
  // expected-error @+2 {{spatial dimension 0 of the result would have the size 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv_transpose %x, %w {dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 0>, pads = array<i64: 8, 0, 8, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>, tensor<4x8x2x2xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv_transpose(%x: tensor<1x4x8x8xf32>, %w: tensor<4x8x2x2xf32>) {
  // expected-error @+2 {{the size 7 * 9223372036854775807 doesn't fit 64 bits}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv_transpose %x, %w {dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 0>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 9223372036854775807, 2>} : (tensor<1x4x8x8xf32>, tensor<4x8x2x2xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @conv_blocked_groups(%x: tensor<1x2x8x8x4xf32>, %w: tensor<2x2x3x3x4xf32>) {
  // expected-error @+2 {{a blocked convolution is depthwise or has one group, got 4 groups}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>, input_block = 4 : i64, output_block = 4 : i64, group = 4 : i64} : (tensor<1x2x8x8x4xf32>, tensor<2x2x3x3x4xf32>) -> tensor<?x?x?x?x?xf32>
  return
}

// -----

func.func @attention_sizes(%q: tensor<2x6x3x4xf32>, %k: tensor<2x5x3x8xf32>, %v: tensor<2x5x3x8xf32>) {
  // expected-error @+2 {{k has the shape 2x5x3x8, expected 2x?x3x4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.attention %q, %k, %v : (tensor<2x6x3x4xf32>, tensor<2x5x3x8xf32>, tensor<2x5x3x8xf32>) -> tensor<2x6x3x8xf32>
  return
}

// -----

func.func @attention_values(%q: tensor<2x6x3x4xf32>, %k: tensor<2x5x3x4xf32>, %v: tensor<2x6x3x8xf32>) {
  // expected-error @+2 {{v has the shape 2x6x3x8, expected 2x5x3x?}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.attention %q, %k, %v : (tensor<2x6x3x4xf32>, tensor<2x5x3x4xf32>, tensor<2x6x3x8xf32>) -> tensor<2x6x3x8xf32>
  return
}

// -----

func.func @attention_mask(%q: tensor<2x6x3x4xf32>, %k: tensor<2x5x3x4xf32>, %m: tensor<4x1x6x5xf32>) {
  // expected-error @+2 {{don't broadcast}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.attention %q, %k, %k, mask = %m : (tensor<2x6x3x4xf32>, tensor<2x5x3x4xf32>, tensor<2x5x3x4xf32>, tensor<4x1x6x5xf32>) -> tensor<2x6x3x4xf32>
  return
}

// -----

func.func @conv_dot(%x: tensor<1x2x8x8x16xui8>, %w: tensor<1x2x1x1x5x16x3xi8>) {
  // expected-error @+2 {{dot is 3, expected a divisor of input_block, which is 16}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>, input_block = 16 : i64, output_block = 16 : i64, dot = 3 : i64} : (tensor<1x2x8x8x16xui8>, tensor<1x2x1x1x5x16x3xi8>) -> tensor<?x?x?x?x?xi32>
  return
}

// -----

func.func @conv_dot_depthwise(%x: tensor<1x1x8x8x16xui8>, %w: tensor<1x1x3x3x16xi8>) {
  // expected-error @+2 {{a convolution of 16 groups sums no neighbouring channels, but dot is 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>, input_block = 16 : i64, output_block = 16 : i64, group = 16 : i64, dot = 4 : i64} : (tensor<1x1x8x8x16xui8>, tensor<1x1x3x3x16xi8>) -> tensor<?x?x?x?x?xi32>
  return
}

// -----

func.func @integer_bias(%x: tensor<1x4x8x8xui8>, %w: tensor<8x4x1x1xi8>, %b: tensor<8xf32>) {
  // expected-error @+2 {{x and bias must have one element type, got 'i32' and 'f32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.conv %x, %w, bias = %b {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xui8>, tensor<8x4x1x1xi8>, tensor<8xf32>) -> tensor<?x?x?x?xi32>
  return
}

// -----

func.func @panel_groups(%a: tensor<3x10xui8>, %b: tensor<1x3x16x4xi8>) {
  // expected-error @+2 {{a has 10 columns, but b has 12 rows}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.packed_matmul %a, %b {columns = 5 : i64} : (tensor<3x10xui8>, tensor<1x3x16x4xi8>) -> tensor<3x5xi32>
  return
}

// -----

// Eight heads can't share three.
func.func @attention_shared(%q: tensor<2x6x8x4xf32>, %k: tensor<2x3x5x4xf32>, %v: tensor<2x3x5x4xf32>) {
  // expected-error @below {{k has the shape 2x5x3x4, expected 2x?x8x4}}
  // expected-error @below {{failed to infer returned types}}
  %0 = dlc.attention %q, %k, %v {heads_first} : (tensor<2x6x8x4xf32>, tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x6x8x4xf32>
  return
}
