// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @quantize(%a: tensor<1x8xf32>, %b: tensor<4xf32>, %c: tensor<4xi8>) {
  // expected-error @+1 {{scale has the shape 4, expected 8}}
  %0 = dlc.quantize %a, %b, %c : (tensor<1x8xf32>, tensor<4xf32>, tensor<4xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @quantize(%a: tensor<1x8xf32>, %b: tensor<8xf32>, %c: tensor<i8>) {
  // expected-error @+1 {{zero_point has the shape scalar, expected 8}}
  %0 = dlc.quantize %a, %b, %c : (tensor<1x8xf32>, tensor<8xf32>, tensor<i8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @quantize(%a: tensor<1x8xf32>, %b: tensor<8xf32>, %c: tensor<8xi8>) {
  // expected-error @+1 {{zero_point and y must have one element type, got 'i8' and 'ui8'}}
  %0 = dlc.quantize %a, %b, %c : (tensor<1x8xf32>, tensor<8xf32>, tensor<8xi8>) -> tensor<1x8xui8>
  return
}

// -----

func.func @quantize(%a: tensor<1x8xf32>, %b: tensor<1x8xf32>, %c: tensor<1x8xi8>) {
  // expected-error @+1 {{scale has rank 2, expected a scalar or a vector}}
  %0 = dlc.quantize %a, %b, %c : (tensor<1x8xf32>, tensor<1x8xf32>, tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @dequantize(%a: tensor<1x8xi8>, %b: tensor<8xf32>, %c: tensor<8xi8>) {
  // expected-error @+1 {{axis 2 is out of range for rank 2}}
  %0 = dlc.dequantize %a, %b, %c {axis = 2 : i64} : (tensor<1x8xi8>, tensor<8xf32>, tensor<8xi8>) -> tensor<1x8xf32>
  return
}

// -----

func.func @dequantize(%a: tensor<1x8xi8>, %b: tensor<8xf32>, %c: tensor<8xui8>) {
  // expected-error @+1 {{zero_point and x must have one element type, got 'ui8' and 'i8'}}
  %0 = dlc.dequantize %a, %b, %c : (tensor<1x8xi8>, tensor<8xf32>, tensor<8xui8>) -> tensor<1x8xf32>
  return
}

// -----

func.func @blocks(%x: tensor<1x8xi4>, %s: tensor<1x4xf32>, %z: tensor<1x4xi4>) {
  // expected-error @+1 {{scale has the shape 1x4, expected 1x3}}
  %y = dlc.dequantize %x, %s, %z {block_size = 3 : i64} : (tensor<1x8xi4>, tensor<1x4xf32>, tensor<1x4xi4>) -> tensor<1x8xf32>
  return
}

// -----

func.func @blocks(%x: tensor<1x8xi4>, %s: tensor<1x4xf32>, %z: tensor<1x4xi4>) {
  // expected-error @+1 {{block_size is negative}}
  %y = dlc.dequantize %x, %s, %z {block_size = -2 : i64} : (tensor<1x8xi4>, tensor<1x4xf32>, tensor<1x4xi4>) -> tensor<1x8xf32>
  return
}

// -----

func.func @blocks(%x: tensor<8xi4>, %s: tensor<f32>, %z: tensor<i4>) {
  // expected-error @+1 {{axis 1 is out of range for rank 1}}
  %y = dlc.dequantize %x, %s, %z {block_size = 2 : i64} : (tensor<8xi4>, tensor<f32>, tensor<i4>) -> tensor<8xf32>
  return
}
