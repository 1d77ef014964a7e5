// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @reshape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{the operand has 6 elements, the result 5}}
  %0 = dlc.reshape %x : (tensor<2x3xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @reshape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{x and y must have one element type, got 'f32' and 'i32'}}
  %0 = dlc.reshape %x : (tensor<2x3xf32>) -> tensor<6xi32>
  return
}

// -----

func.func @reshape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{the result has a dynamic dimension, the operand none}}
  %0 = dlc.reshape %x : (tensor<2x3xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @reshape(%x: tensor<?x3xf32>) {
  // expected-error @+1 {{the result has 2 dynamic dimensions, at most one can be}}
  %0 = dlc.reshape %x : (tensor<?x3xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @reshape(%x: tensor<1099511627776x1099511627776xf32>) {
  // expected-error @+1 {{a shape has too many elements to count}}
  %0 = dlc.reshape %x : (tensor<1099511627776x1099511627776xf32>) -> tensor<6xf32>
  return
}

// -----

func.func @transpose(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{perm has 1 elements, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.transpose %x {perm = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @transpose(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{perm names dimension 0 twice}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.transpose %x {perm = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @transpose(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{perm's element -1 is out of range for rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.transpose %x {perm = array<i64: 0, -1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @expand(%x: tensor<3x1xf32>) {
  // expected-error @+1 {{the shapes 3x1 and 2x4x4 don't broadcast: 3 against 4}}
  %0 = dlc.expand %x : (tensor<3x1xf32>) -> tensor<2x4x4xf32>
  return
}

// -----

func.func @expand(%x: tensor<3x4xf32>) {
  // expected-error @+1 {{x broadcast to y has the shape 3x4, expected 3x1}}
  %0 = dlc.expand %x : (tensor<3x4xf32>) -> tensor<3x1xf32>
  return
}

// -----

func.func @interleave(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{there are 2 inputs, but the factors say otherwise}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.interleave %a, %a {factors = array<i64: 2, 2>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x6xf32>
  return
}

// -----

func.func @interleave(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{factors has 1 elements, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.interleave %a, %a {factors = array<i64: 2>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @interleave(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{factors has the element 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.interleave %a, %a {factors = array<i64: 0, 2>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<0x6xf32>
  return
}

// -----

func.func @interleave(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  // expected-error @+2 {{an input has the shape 2x4, expected 2x3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.interleave %a, %b {factors = array<i64: 1, 2>} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x6xf32>
  return
}

// -----

func.func @concat() {
  // expected-error @+1 {{expected 1 or more operands, but found 0}}
  %0 = dlc.concat {axis = 0 : i64} : () -> tensor<0xf32>
  return
}

// -----

func.func @concat(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  // expected-error @+2 {{the shapes 2x3 and 2x4 differ beyond axis 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.concat %a, %b {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @concat(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+2 {{an input has rank 1, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.concat %a, %b {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @concat(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) {
  // expected-error @+2 {{axis 2 is out of range for rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.concat %a, %b {axis = 2 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @concat(%a: tensor<9223372036854775807xi8>, %b: tensor<9223372036854775807xi8>) {
  // expected-error @+2 {{the size 9223372036854775807 + 9223372036854775807 doesn't fit 64 bits}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.concat %a, %b {axis = 0 : i64} : (tensor<9223372036854775807xi8>, tensor<9223372036854775807xi8>) -> tensor<?xi8>
  return
}

// -----

func.func @slice(%x: tensor<10xf32>) {
  // expected-error @+2 {{the slice leaves dimension 0 of 10 elements: start 6, size 5, step 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.slice %x {sizes = array<i64: 5>, starts = array<i64: 6>, steps = array<i64: 1>} : (tensor<10xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @slice(%x: tensor<10xf32>) {
  // expected-error @+2 {{the slice leaves dimension 0 of 10 elements: start 9, size 6, step -2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.slice %x {sizes = array<i64: 6>, starts = array<i64: 9>, steps = array<i64: -2>} : (tensor<10xf32>) -> tensor<6xf32>
  return
}

// -----

func.func @slice(%x: tensor<10xf32>) {
  // expected-error @+2 {{the step of dimension 0 is 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.slice %x {sizes = array<i64: 1>, starts = array<i64: 9>, steps = array<i64: 0>} : (tensor<10xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @slice(%x: tensor<10xf32>) {
  // expected-error @+2 {{sizes has the element -1, expected at least 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.slice %x {sizes = array<i64: -1>, starts = array<i64: 9>, steps = array<i64: 1>} : (tensor<10xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @slice(%x: tensor<10xf32>) {
  // expected-error @+2 {{the slice leaves dimension 0 of 10 elements: start 1, size 3, step 9223372036854775807}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.slice %x {sizes = array<i64: 3>, starts = array<i64: 1>, steps = array<i64: 9223372036854775807>} : (tensor<10xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @slice(%x: tensor<10xf32>) {
  // expected-error @+2 {{sizes has 2 elements, expected 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.slice %x {sizes = array<i64: 1, 1>, starts = array<i64: 0>, steps = array<i64: 1>} : (tensor<10xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @pad(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{pads has 2 elements, expected 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.pad %x {pads = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @pad(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{more elements are taken away than dimension 0 has: 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.pad %x {pads = array<i64: -2, 0, -1, 0>} : (tensor<2x3xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @pad(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{mode reflect can pad 3 elements by at most 2, got 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.pad %x {pads = array<i64: 0, 3, 0, 0>, mode = #dlc.pad_mode<reflect>} : (tensor<2x3xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @pad(%x: tensor<2x0xf32>) {
  // expected-error @+2 {{mode edge can pad 0 elements by at most 0, got 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.pad %x {pads = array<i64: 0, 1, 0, 0>, mode = #dlc.pad_mode<edge>} : (tensor<2x0xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @pad(%a: tensor<2xf32>, %b: tensor<1xf32>) {
  // expected-error @+2 {{value has the shape 1, expected scalar}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.pad %a, %b {pads = array<i64: 1, 1>} : (tensor<2xf32>, tensor<1xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @pad(%a: tensor<2xf32>, %b: tensor<i32>) {
  // expected-error @+2 {{x and value must have one element type, got 'f32' and 'i32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.pad %a, %b {pads = array<i64: 1, 1>} : (tensor<2xf32>, tensor<i32>) -> tensor<4xf32>
  return
}

// -----

func.func @pad(%x: tensor<2xf32>) {
  // expected-error @+2 {{the size 2 + 9223372036854775807 doesn't fit 64 bits}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.pad %x {pads = array<i64: 9223372036854775807, 1>} : (tensor<2xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @tile(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{repeats has 1 elements, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.tile %x {repeats = array<i64: 2>} : (tensor<2x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @tile(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{repeats has the element -1, expected at least 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.tile %x {repeats = array<i64: 2, -1>} : (tensor<2x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @tile(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{the size 2 * 9223372036854775807 doesn't fit 64 bits}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.tile %x {repeats = array<i64: 9223372036854775807, 1>} : (tensor<2x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @tile(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{the result is too large: 2199023255552x3298534883328}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.tile %x {repeats = array<i64: 1099511627776, 1099511627776>} : (tensor<2x3xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @pack(%x: tensor<1x60xf32>) {
  // expected-error @+2 {{dimension 1 has 60 elements, expected a multiple of 16}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.pack %x {axis = 1 : i64, block = 16 : i64} : (tensor<1x60xf32>) -> tensor<1x4x16xf32>
  return
}

// -----

func.func @pack(%x: tensor<1x64xf32>) {
  // expected-error @+2 {{axis 2 is out of range for rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.pack %x {axis = 2 : i64, block = 16 : i64} : (tensor<1x64xf32>) -> tensor<1x4x16xf32>
  return
}

// -----

func.func @pack(%x: tensor<1x64xf32>) {
  // expected-error @+1 {{attribute 'block' failed to satisfy constraint}}
  %0 = dlc.pack %x {axis = 1 : i64, block = 0 : i64} : (tensor<1x64xf32>) -> tensor<1x4x16xf32>
  return
}

// -----

func.func @unpack(%x: tensor<1x4x16xf32>) {
  // expected-error @+2 {{axis 2 is out of range for rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.unpack %x {axis = 2 : i64} : (tensor<1x4x16xf32>) -> tensor<1x64xf32>
  return
}

// -----

func.func @unpack(%x: tensor<f32>) {
  // expected-error @+2 {{axis 0 is out of range for rank 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.unpack %x {axis = 0 : i64} : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @append_room(%x: tensor<2x8x4xf32>, %rows: tensor<2x3x4xf32>) {
  // expected-error @below {{9 positions don't fit 8}}
  // expected-error @below {{failed to infer returned types}}
  %0 = dlc.append %x, %rows {axis = 1 : i64, position = #dlc.dims<6>} : (tensor<2x8x4xf32>, tensor<2x3x4xf32>) -> tensor<2x8x4xf32>
  return
}

// -----

func.func @append_shape(%x: tensor<2x8x4xf32>, %rows: tensor<1x3x4xf32>) {
  // expected-error @below {{rows has the shape 1x3x4, expected 2x3x4}}
  // expected-error @below {{failed to infer returned types}}
  %0 = dlc.append %x, %rows {axis = 1 : i64, position = #dlc.dims<0>} : (tensor<2x8x4xf32>, tensor<1x3x4xf32>) -> tensor<2x8x4xf32>
  return
}

// -----

func.func @append_axis(%x: tensor<2x8x4xf32>, %rows: tensor<2x3x4xf32>) {
  // expected-error @below {{axis 3 is out of range for rank 3}}
  // expected-error @below {{failed to infer returned types}}
  %0 = dlc.append %x, %rows {axis = 3 : i64, position = #dlc.dims<0>} : (tensor<2x8x4xf32>, tensor<2x3x4xf32>) -> tensor<2x8x4xf32>
  return
}

// -----

func.func @append_position(%x: tensor<2x8x4xf32>, %rows: tensor<2x3x4xf32>) {
  // expected-error @below {{position has 2 elements, expected 1}}
  // expected-error @below {{failed to infer returned types}}
  %0 = dlc.append %x, %rows {axis = 1 : i64, position = #dlc.dims<0, 1>} : (tensor<2x8x4xf32>, tensor<2x3x4xf32>) -> tensor<2x8x4xf32>
  return
}
