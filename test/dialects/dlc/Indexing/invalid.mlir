// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @gather(%a: tensor<4x8xf32>, %b: tensor<2xi64>) {
  // expected-error @+2 {{axis 2 is out of range for rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather %a, %b {axis = 2 : i64} : (tensor<4x8xf32>, tensor<2xi64>) -> tensor<2x8xf32>
  return
}

// -----

func.func @gather(%a: tensor<0x8xf32>, %b: tensor<2xi64>) {
  // expected-error @+2 {{dimension 0 of x has no elements to gather}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather %a, %b {axis = 0 : i64} : (tensor<0x8xf32>, tensor<2xi64>) -> tensor<2x8xf32>
  return
}

// -----

func.func @gather(%a: tensor<4x8xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{operand #1 must be ranked tensor of}}
  %0 = dlc.gather %a, %b {axis = 0 : i64} : (tensor<4x8xf32>, tensor<2xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @gather_elements(%a: tensor<3x4xf32>, %b: tensor<3xi64>) {
  // expected-error @+2 {{indices has rank 1, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather_elements %a, %b {axis = 1 : i64} : (tensor<3x4xf32>, tensor<3xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @gather_elements(%a: tensor<3x4xf32>, %b: tensor<5x2xi64>) {
  // expected-error @+2 {{indices has the shape 5x2, which doesn't fit x of shape 3x4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather_elements %a, %b {axis = 1 : i64} : (tensor<3x4xf32>, tensor<5x2xi64>) -> tensor<5x2xf32>
  return
}

// -----

func.func @gather_nd(%a: tensor<2x3xf32>, %b: tensor<5x3xi64>) {
  // expected-error @+2 {{indices holds tuples of 3, but x has 2 dimensions to address}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather_nd %a, %b : (tensor<2x3xf32>, tensor<5x3xi64>) -> tensor<5xf32>
  return
}

// -----

func.func @gather_nd(%a: tensor<2x3xf32>, %b: tensor<5x?xi64>) {
  // expected-error @+2 {{the last dimension of indices must be static}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather_nd %a, %b : (tensor<2x3xf32>, tensor<5x?xi64>) -> tensor<5xf32>
  return
}

// -----

func.func @gather_nd(%a: tensor<2x3xf32>, %b: tensor<5x1xi64>) {
  // expected-error @+2 {{batch_dims 2 is out of range for ranks 2 and 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather_nd %a, %b {batch_dims = 2 : i64} : (tensor<2x3xf32>, tensor<5x1xi64>) -> tensor<5xf32>
  return
}

// -----

func.func @gather_nd(%a: tensor<2x3xf32>, %b: tensor<5x1xi64>) {
  // expected-error @+2 {{indices' batch has the shape 5, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather_nd %a, %b {batch_dims = 1 : i64} : (tensor<2x3xf32>, tensor<5x1xi64>) -> tensor<5xf32>
  return
}

// -----

func.func @gather_nd(%a: tensor<f32>, %b: tensor<5x1xi64>) {
  // expected-error @+2 {{x and indices can't be scalars}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather_nd %a, %b : (tensor<f32>, tensor<5x1xi64>) -> tensor<5xf32>
  return
}

// -----

func.func @scatter_elements(%a: tensor<1x5xf32>, %b: tensor<1x2xi64>, %c: tensor<1x3xf32>) {
  // expected-error @+1 {{updates has the shape 1x3, expected 1x2}}
  %0 = dlc.scatter_elements %a, %b, %c {axis = 1 : i64} : (tensor<1x5xf32>, tensor<1x2xi64>, tensor<1x3xf32>) -> tensor<1x5xf32>
  return
}

// -----

func.func @scatter_elements(%a: tensor<1x5xf32>, %b: tensor<2x2xi64>, %c: tensor<2x2xf32>) {
  // expected-error @+1 {{indices has the shape 2x2, which doesn't fit x of shape 1x5}}
  %0 = dlc.scatter_elements %a, %b, %c {axis = 1 : i64} : (tensor<1x5xf32>, tensor<2x2xi64>, tensor<2x2xf32>) -> tensor<1x5xf32>
  return
}

// -----

func.func @scatter_elements(%a: tensor<1x5xi1>, %b: tensor<1x2xi64>, %c: tensor<1x2xi1>) {
  // expected-error @+1 {{mode add needs numbers to compute with, got 'i1'}}
  %0 = dlc.scatter_elements %a, %b, %c {axis = 1 : i64, mode = #dlc.scatter_mode<add>} : (tensor<1x5xi1>, tensor<1x2xi64>, tensor<1x2xi1>) -> tensor<1x5xi1>
  return
}

// -----

func.func @scatter_elements(%a: tensor<1x5xf32>, %b: tensor<1x2xi64>, %c: tensor<1x2xf64>) {
  // expected-error @+1 {{x and updates must have one element type, got 'f32' and 'f64'}}
  %0 = dlc.scatter_elements %a, %b, %c {axis = 1 : i64} : (tensor<1x5xf32>, tensor<1x2xi64>, tensor<1x2xf64>) -> tensor<1x5xf32>
  return
}

// -----

func.func @scatter_nd(%a: tensor<8xf32>, %b: tensor<4x2xi64>, %c: tensor<4xf32>) {
  // expected-error @+1 {{indices holds tuples of 2, but x has rank 1}}
  %0 = dlc.scatter_nd %a, %b, %c : (tensor<8xf32>, tensor<4x2xi64>, tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @scatter_nd(%a: tensor<8xf32>, %b: tensor<4x1xi64>, %c: tensor<5xf32>) {
  // expected-error @+1 {{updates has the shape 5, expected 4}}
  %0 = dlc.scatter_nd %a, %b, %c : (tensor<8xf32>, tensor<4x1xi64>, tensor<5xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @scatter_nd(%a: tensor<8xf32>, %b: tensor<i64>, %c: tensor<f32>) {
  // expected-error @+1 {{indices can't be a scalar}}
  %0 = dlc.scatter_nd %a, %b, %c : (tensor<8xf32>, tensor<i64>, tensor<f32>) -> tensor<8xf32>
  return
}

// -----

func.func @scatter_nd(%a: tensor<8xf32>, %b: tensor<4x?xi64>, %c: tensor<4xf32>) {
  // expected-error @+1 {{the last dimension of indices must be static}}
  %0 = dlc.scatter_nd %a, %b, %c : (tensor<8xf32>, tensor<4x?xi64>, tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @one_hot(%a: tensor<3xi64>, %b: tensor<f32>, %c: tensor<1xf32>) {
  // expected-error @+1 {{off has the shape 1, expected scalar}}
  %0 = dlc.one_hot %a, %b, %c {axis = 1 : i64} : (tensor<3xi64>, tensor<f32>, tensor<1xf32>) -> tensor<3x10xf32>
  return
}

// -----

func.func @one_hot(%a: tensor<3xi64>, %b: tensor<f32>, %c: tensor<f32>) {
  // expected-error @+1 {{y has rank 1, expected 2}}
  %0 = dlc.one_hot %a, %b, %c {axis = 1 : i64} : (tensor<3xi64>, tensor<f32>, tensor<f32>) -> tensor<10xf32>
  return
}

// -----

func.func @one_hot(%a: tensor<3xi64>, %b: tensor<f32>, %c: tensor<f32>) {
  // expected-error @+1 {{y has the shape 4x10, expected 3x10}}
  %0 = dlc.one_hot %a, %b, %c {axis = 1 : i64} : (tensor<3xi64>, tensor<f32>, tensor<f32>) -> tensor<4x10xf32>
  return
}

// -----

func.func @one_hot(%a: tensor<3xi64>, %b: tensor<f32>, %c: tensor<f32>) {
  // expected-error @+1 {{axis 2 is out of range for rank 2}}
  %0 = dlc.one_hot %a, %b, %c {axis = 2 : i64} : (tensor<3xi64>, tensor<f32>, tensor<f32>) -> tensor<3x10xf32>
  return
}

// -----

func.func @trilu(%x: tensor<4xf32>) {
  // expected-error @+1 {{x has rank 1, expected at least 2}}
  %0 = dlc.trilu %x : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @topk(%x: tensor<3x4xf32>) {
  // expected-error @+2 {{k is 5, but dimension 1 of x has 4 elements}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = dlc.topk %x {axis = 1 : i64, k = 5 : i64} : (tensor<3x4xf32>) -> (tensor<3x5xf32>, tensor<3x5xi64>)
  return
}

// -----

func.func @topk(%x: tensor<3x4xf32>) {
  // expected-error @+2 {{axis 2 is out of range for rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = dlc.topk %x {axis = 2 : i64, k = 1 : i64} : (tensor<3x4xf32>) -> (tensor<3x1xf32>, tensor<3x1xi64>)
  return
}

// -----

func.func @topk(%x: tensor<3x4xf32>) {
  // expected-error @+2 {{are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = dlc.topk %x {axis = 1 : i64, k = 1 : i64} : (tensor<3x4xf32>) -> (tensor<3x1xf32>, tensor<3x2xi64>)
  return
}

// -----

func.func @gather(%x: tensor<2x5xf32>) {
  %i = dlc.constant dense<[0, 5, -5]> : tensor<3xi64>
  // expected-error @+2 {{index 5 is out of range for dimension 1 of x, which has 5 elements}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather %x, %i {axis = 1 : i64} : (tensor<2x5xf32>, tensor<3xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @gather(%x: tensor<2x5xf32>) {
  %i = dlc.constant dense<-3> : tensor<i32>
  // expected-error @+2 {{index -3 is out of range for dimension 0 of x, which has 2 elements}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather %x, %i {axis = 0 : i64} : (tensor<2x5xf32>, tensor<i32>) -> tensor<5xf32>
  return
}

// -----

// The last size plus one, whatever the size is.
func.func @gather(%x: tensor<?xf32, #dlc.dims<s0>>) {
  %i = dlc.sizes {values = #dlc.dims<s0>} : () -> tensor<1xi64>
  // expected-error @+2 {{index s0 is out of range for dimension 0 of x, which has s0 elements}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather %x, %i {axis = 0 : i64} : (tensor<?xf32, #dlc.dims<s0>>, tensor<1xi64>) -> tensor<1xf32>
  return
}

// -----

func.func @gather_elements(%x: tensor<2x5xf32>) {
  %i = dlc.constant dense<[[4, 5]]> : tensor<1x2xi64>
  // expected-error @+2 {{index 5 is out of range for dimension 1 of x}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather_elements %x, %i {axis = 1 : i64} : (tensor<2x5xf32>, tensor<1x2xi64>) -> tensor<1x2xf32>
  return
}

// -----

// Each place in a tuple has a dimension of its own.
func.func @gather_nd(%x: tensor<2x5xf32>) {
  %i = dlc.constant dense<[[1, 4], [-2, -5], [2, 0]]> : tensor<3x2xi64>
  // expected-error @+2 {{index 2 is out of range for dimension 0 of x}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather_nd %x, %i : (tensor<2x5xf32>, tensor<3x2xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @gather_nd(%x: tensor<2x5xf32>) {
  %i = dlc.constant dense<[[4], [-6]]> : tensor<2x1xi64>
  // expected-error @+2 {{index -6 is out of range for dimension 1 of x}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.gather_nd %x, %i {batch_dims = 1 : i64} : (tensor<2x5xf32>, tensor<2x1xi64>) -> tensor<2xf32>
  return
}

// -----

func.func @scatter_elements(%x: tensor<2x5xf32>, %u: tensor<1x2xf32>) {
  %i = dlc.constant dense<[[2, 0]]> : tensor<1x2xi64>
  // expected-error @+1 {{index 2 is out of range for dimension 0 of x}}
  %0 = dlc.scatter_elements %x, %i, %u {axis = 0 : i64} : (tensor<2x5xf32>, tensor<1x2xi64>, tensor<1x2xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @scatter_nd(%x: tensor<2x5xf32>, %u: tensor<1x5xf32>) {
  %i = dlc.constant dense<[[-3]]> : tensor<1x1xi64>
  // expected-error @+1 {{index -3 is out of range for dimension 0 of x}}
  %0 = dlc.scatter_nd %x, %i, %u : (tensor<2x5xf32>, tensor<1x1xi64>, tensor<1x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @slice_at(%x: tensor<5x3xf32>, %i: index) {
  // expected-error @+2 {{axis 2 is out of range for rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.slice_at %x, %i {axis = 2 : i64} : (tensor<5x3xf32>, index) -> tensor<5xf32>
  return
}

// -----

func.func @slice_at(%x: tensor<f32>, %i: index) {
  // expected-error @+2 {{axis 0 is out of range for rank 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.slice_at %x, %i {axis = 0 : i64} : (tensor<f32>, index) -> tensor<f32>
  return
}

// -----

func.func @insert_at(%v: tensor<4xf32>, %x: tensor<5x3xf32>, %i: index) {
  // expected-error @+1 {{value has the shape 4, expected 3}}
  %0 = dlc.insert_at %v, %x, %i {axis = 0 : i64} : (tensor<4xf32>, tensor<5x3xf32>, index) -> tensor<5x3xf32>
  return
}

// -----

func.func @insert_at(%v: tensor<3xf64>, %x: tensor<5x3xf32>, %i: index) {
  // expected-error @+1 {{value and dest must have one element type, got 'f64' and 'f32'}}
  %0 = dlc.insert_at %v, %x, %i {axis = 0 : i64} : (tensor<3xf64>, tensor<5x3xf32>, index) -> tensor<5x3xf32>
  return
}

// -----

func.func @insert_at(%v: tensor<3xf32>, %x: tensor<5x3xf32>, %i: index) {
  // expected-error @+1 {{axis -1 is out of range for rank 2}}
  %0 = dlc.insert_at %v, %x, %i {axis = -1 : i64} : (tensor<3xf32>, tensor<5x3xf32>, index) -> tensor<5x3xf32>
  return
}

// -----

func.func @scatter_narrow(%x: tensor<4xf8E5M2>, %i: tensor<2xi64>, %u: tensor<2xf8E5M2>) {
  // expected-error @+1 {{mode add needs numbers to compute with, got 'f8E5M2'}}
  %0 = dlc.scatter_elements %x, %i, %u {axis = 0 : i64, mode = #dlc.scatter_mode<add>} : (tensor<4xf8E5M2>, tensor<2xi64>, tensor<2xf8E5M2>) -> tensor<4xf8E5M2>
  return
}
