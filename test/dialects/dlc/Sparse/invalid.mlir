// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @panels(%a: tensor<1x64xf32>, %values: tensor<2x4x8x16xf32>, %rows: tensor<2x4xi32>) {
  // expected-error @+2 {{values has 2 panels, expected 3 for 33 columns}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.sparse_matmul %a, %values, %rows {columns = 33 : i64} : (tensor<1x64xf32>, tensor<2x4x8x16xf32>, tensor<2x4xi32>) -> tensor<1x33xf32>
  return
}

// -----

func.func @table(%a: tensor<1x64xf32>, %values: tensor<2x4x8x16xf32>, %rows: tensor<2x3xi32>) {
  // expected-error @+2 {{rows has the shape 2x3, expected 2x4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.sparse_matmul %a, %values, %rows {columns = 32 : i64} : (tensor<1x64xf32>, tensor<2x4x8x16xf32>, tensor<2x3xi32>) -> tensor<1x32xf32>
  return
}

// -----

func.func @scalar(%a: tensor<f32>, %values: tensor<2x4x8x16xf32>, %rows: tensor<2x4xi32>) {
  // expected-error @+2 {{a is a scalar}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.sparse_matmul %a, %values, %rows {columns = 32 : i64} : (tensor<f32>, tensor<2x4x8x16xf32>, tensor<2x4xi32>) -> tensor<32xf32>
  return
}

// -----

func.func @dynamic(%a: tensor<1x64xf32>, %values: tensor<2x?x8x16xf32>, %rows: tensor<2x4xi32>) {
  // expected-error @+2 {{values has the shape 2x?x8x16, expected positive sizes}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.sparse_matmul %a, %values, %rows {columns = 32 : i64} : (tensor<1x64xf32>, tensor<2x?x8x16xf32>, tensor<2x4xi32>) -> tensor<1x32xf32>
  return
}

// -----

func.func @block(%x: tensor<1x4x7x12xf32>, %values: tensor<2x4x8x16xf32>, %channels: tensor<2x4xi32>) {
  // expected-error @+2 {{blocks of 8 input channels don't divide 12}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.sparse_conv %x, %values, %channels {strides = array<i64: 1>} : (tensor<1x4x7x12xf32>, tensor<2x4x8x16xf32>, tensor<2x4xi32>) -> tensor<1x2x7x16xf32>
  return
}

// -----

func.func @rank(%x: tensor<1x4x7x16xf32>, %values: tensor<2x4x8x16xf32>, %channels: tensor<2x4xi32>) {
  // expected-error @+2 {{x has rank 4, expected 5}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.sparse_conv %x, %values, %channels {strides = array<i64: 1, 1>} : (tensor<1x4x7x16xf32>, tensor<2x4x8x16xf32>, tensor<2x4xi32>) -> tensor<1x2x7x16xf32>
  return
}
