// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @reduce_sum(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{axis 2 is out of range for rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.reduce_sum %x {axes = array<i64: 2>} : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @reduce_max(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{axes must be sorted and distinct: 1 stands before 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.reduce_max %x {axes = array<i64: 1, 0>} : (tensor<4x8xf32>) -> tensor<f32>
  return
}

// -----

func.func @reduce_min(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{axes must be sorted and distinct: 1 stands before 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.reduce_min %x {axes = array<i64: 1, 1>} : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @reduce_mean(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{axis -1 is out of range for rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.reduce_mean %x {axes = array<i64: -1>} : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @reduce_prod(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{inferred type(s) 'tensor<4x1xf32>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.reduce_prod %x {axes = array<i64: 1>, keepdims} : (tensor<4x8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @argmax(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{axis 2 is out of range for rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.argmax %x {axis = 2 : i64} : (tensor<4x8xf32>) -> tensor<4xi64>
  return
}

// -----

func.func @argmin(%x: tensor<4x0xf32>) {
  // expected-error @+2 {{dimension 1 of x has no elements to search}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.argmin %x {axis = 1 : i64} : (tensor<4x0xf32>) -> tensor<4xi64>
  return
}

// -----

func.func @argmax(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{result #0 must be ranked tensor of 64-bit signless integer values}}
  %0 = dlc.argmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xi32>
  return
}

// -----

func.func @softmax(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{axis -1 is out of range for rank 2}}
  %0 = dlc.softmax %x {axis = -1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @log_softmax(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{axis -1 is out of range for rank 2}}
  %0 = dlc.log_softmax %x {axis = -1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @hardmax(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{axis -1 is out of range for rank 2}}
  %0 = dlc.hardmax %x {axis = -1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @cumsum(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{axis -1 is out of range for rank 2}}
  %0 = dlc.cumsum %x {axis = -1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @det(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{x has matrices of 3 x 4, expected squares}}
  %0 = dlc.det %x : (tensor<2x3x4xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @det(%x: tensor<3xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{x has no matrices}}
  %0 = dlc.det %x : (tensor<3xf32>) -> tensor<f32>
  return
}
