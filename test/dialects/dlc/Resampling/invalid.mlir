// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @resize(%x: tensor<1x1x2x2xf32>) {
  // expected-error @+1 {{scales has 1 elements, expected 4}}
  %0 = dlc.resize %x {scales = array<f64: 2.0>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  return
}

// -----

func.func @resize(%x: tensor<2x2xf32>) {
  // expected-error @+1 {{scales has the element -1.000000e+00, expected a positive number or 0}}
  %0 = dlc.resize %x {scales = array<f64: 2.0, -1.0>} : (tensor<2x2xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @resize(%x: tensor<2x2xf32>) {
  // expected-error @+1 {{y has rank 1, expected 2}}
  %0 = dlc.resize %x {scales = array<f64: 2.0, 2.0>} : (tensor<2x2xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @resize(%x: tensor<2x2xf32>) {
  // expected-error @+1 {{x and y must have one element type, got 'f32' and 'i32'}}
  %0 = dlc.resize %x {scales = array<f64: 2.0, 2.0>} : (tensor<2x2xf32>) -> tensor<4x4xi32>
  return
}

// -----

func.func @resize(%x: tensor<2x0xf32>) {
  // expected-error @+1 {{dimension 1 of x has no elements to resize from}}
  %0 = dlc.resize %x {scales = array<f64: 2.0, 2.0>} : (tensor<2x0xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @resize(%x: tensor<2x2xf32>) {
  // expected-error @+1 {{roi has 0 elements, expected 4}}
  %0 = dlc.resize %x {scales = array<f64: 2.0, 2.0>, coordinates = #dlc.resize_coordinates<tf_crop_and_resize>} : (tensor<2x2xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @roi(%x: tensor<4xf32>) {
  // expected-error @below {{roi has the element nan, expected a finite number}}
  %y = dlc.resize %x {scales = array<f64: 2.0>, roi = array<f64: 0.0, 0x7FF8000000000000>, coordinates = #dlc.resize_coordinates<tf_crop_and_resize>} : (tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @open_antialias(%x: tensor<?xf32, #dlc.dims<s0>>) {
  // expected-error @+1 {{needs known sizes for antialias, dimension 0 is resized from s0 to 4}}
  %0 = dlc.resize %x {antialias, mode = #dlc.resize_mode<linear>, scales = array<f64: 0.0>} : (tensor<?xf32, #dlc.dims<s0>>) -> tensor<4xf32>
  return
}

// -----

func.func @sample_integers(%x: tensor<1x8x4x4xi32>, %c: tensor<1x3x2xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{only floating-point numbers are interpolated}}
  %0 = dlc.sample %x, %c {mode = #dlc.resize_mode<linear>, padding = #dlc.sample_padding<zeros>} : (tensor<1x8x4x4xi32>, tensor<1x3x2xf32>) -> tensor<1x8x3xi32>
  return
}

// -----

func.func @sample_coordinates(%x: tensor<1x8x4x4xf32>, %c: tensor<1x3x3xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{a point has 3 coordinates, expected 2}}
  %0 = dlc.sample %x, %c {mode = #dlc.resize_mode<linear>, padding = #dlc.sample_padding<zeros>} : (tensor<1x8x4x4xf32>, tensor<1x3x3xf32>) -> tensor<1x8x3xf32>
  return
}

// -----

func.func @sample_images(%x: tensor<1x8x4x4xf32>, %c: tensor<2x3x2xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{coordinates are for 2 images, there are 1}}
  %0 = dlc.sample %x, %c {mode = #dlc.resize_mode<linear>, padding = #dlc.sample_padding<zeros>} : (tensor<1x8x4x4xf32>, tensor<2x3x2xf32>) -> tensor<1x8x3xf32>
  return
}

// -----

func.func @sample_nothing(%x: tensor<1x8x0x4xf32>, %c: tensor<1x3x2xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{x has no elements to sample}}
  %0 = dlc.sample %x, %c {mode = #dlc.resize_mode<linear>, padding = #dlc.sample_padding<zeros>} : (tensor<1x8x0x4xf32>, tensor<1x3x2xf32>) -> tensor<1x8x3xf32>
  return
}
