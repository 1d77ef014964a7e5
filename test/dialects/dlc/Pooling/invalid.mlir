// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @max_pool(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{the window spans 9 elements of spatial dimension 0, but the padded input has 8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 9, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @max_pool(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{kernel has the element 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 0, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @max_pool(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{strides has 2 elements, expected 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @max_pool(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{strides has the element 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 0, 1>} : (tensor<1x4x8x8xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @max_pool(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{dilations has the element 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.max_pool %x {dilations = array<i64: 0, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @max_pool(%x: tensor<1x4x8xf32>) {
  // expected-error @+2 {{x has rank 3, expected 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @max_pool(%x: tensor<1x1x8x8x4xf32>) {
  // expected-error @+2 {{the input's block is 4, expected 8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>, block = 8 : i64} : (tensor<1x1x8x8x4xf32>) -> tensor<?x?x?x?x?xf32>
  return
}

// -----

func.func @max_pool(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{inferred type(s) 'tensor<1x4x6x6xf32>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x5x6xf32>
  return
}

// -----

func.func @avg_pool(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{pads has 1 elements, expected 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.avg_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<?x?x?x?xf32>
  return
}
