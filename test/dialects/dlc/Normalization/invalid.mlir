// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @batch_norm(%x: tensor<8xf32>, %p: tensor<8xf32>) {
  // expected-error @+1 {{x has rank 1, expected at least 2}}
  %0 = dlc.batch_norm %x, %p, %p, %p, %p : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @batch_norm(%x: tensor<1x8xf32>, %p: tensor<8xf32>, %q: tensor<4xf32>) {
  // expected-error @+1 {{mean has the shape 4, expected 8}}
  %0 = dlc.batch_norm %x, %p, %p, %q, %p : (tensor<1x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<4xf32>, tensor<8xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @layer_norm(%a: tensor<2x8xf32>, %b: tensor<8xf32>) {
  // expected-error @+1 {{axis 2 is out of range for rank 2}}
  %0 = dlc.layer_norm %a, %b {axis = 2 : i64} : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @layer_norm(%a: tensor<2x8xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{the shapes 2x8 and 4 don't broadcast: 8 against 4}}
  %0 = dlc.layer_norm %a, %b {axis = 1 : i64} : (tensor<2x8xf32>, tensor<4xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @layer_norm(%x: tensor<1x8xf32>, %p: tensor<8xf32>, %q: tensor<3x8xf32>) {
  // expected-error @+1 {{bias broadcast to x has the shape 3x8, expected 1x8}}
  %0 = dlc.layer_norm %x, %p, bias = %q {axis = 1 : i64} : (tensor<1x8xf32>, tensor<8xf32>, tensor<3x8xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @lrn(%x: tensor<8xf32>) {
  // expected-error @+1 {{x has rank 1, expected at least 2}}
  %0 = dlc.lrn %x {size = 5 : i64} : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @lrn(%x: tensor<1x8xf32>) {
  // expected-error @+1 {{attribute 'size' failed to satisfy constraint}}
  %0 = dlc.lrn %x {size = 0 : i64} : (tensor<1x8xf32>) -> tensor<1x8xf32>
  return
}
