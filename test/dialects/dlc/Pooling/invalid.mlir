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

// -----

func.func @roi_samples(%x: tensor<1x8x9x9xf32>, %r: tensor<4x4xf32>, %i: tensor<4xi64>) {
  // expected-error @+1 {{takes 5000 samples along an axis, at most 4096 are possible}}
  %0 = dlc.roi_align %x, %r, %i {scale = 1.0 : f64, offset = 0.5 : f64, min_size = 0.0 : f64, sampling = 5000 : i64, mode = #dlc.roi_mode<avg>} : (tensor<1x8x9x9xf32>, tensor<4x4xf32>, tensor<4xi64>) -> tensor<4x8x2x3xf32>
  return
}

// -----

func.func @roi_count(%x: tensor<1x8x9x9xf32>, %r: tensor<4x4xf32>, %i: tensor<3xi64>) {
  // expected-error @+1 {{images has the shape 3, expected 4}}
  %0 = dlc.roi_align %x, %r, %i {scale = 1.0 : f64, offset = 0.5 : f64, min_size = 0.0 : f64, sampling = 0 : i64, mode = #dlc.roi_mode<max>} : (tensor<1x8x9x9xf32>, tensor<4x4xf32>, tensor<3xi64>) -> tensor<4x8x2x3xf32>
  return
}

// -----

func.func @roi_numbers(%x: tensor<1x8x9x9xf32>, %r: tensor<4x4xf32>) {
  // expected-error @+1 {{rois has the shape 4x4, expected 4x5}}
  %0 = dlc.max_roi_pool %x, %r {scale = 0.5 : f64} : (tensor<1x8x9x9xf32>, tensor<4x4xf32>) -> tensor<4x8x2x3xf32>
  return
}

// -----

func.func @roi_cells(%x: tensor<1x8x9x9xf32>, %r: tensor<4x5xf32>) {
  // expected-error @+1 {{needs a positive number of rows and columns}}
  %0 = dlc.max_roi_pool %x, %r {scale = 0.5 : f64} : (tensor<1x8x9x9xf32>, tensor<4x5xf32>) -> tensor<4x8x0x3xf32>
  return
}
