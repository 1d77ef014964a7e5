// RUN: dlc-opt %s --convert-dlc-to-linalg --split-input-file --verify-diagnostics

func.func @dynamic(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @below {{'dlc.relu' op has a dynamic dimension that is no expression of the model's open sizes: give the model's inputs their sizes}}
  %y = dlc.relu %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

func.func @table(%a: tensor<3x8xf32>, %values: tensor<1x1x2x4xf32>, %rows: tensor<1x1xi32>) -> tensor<3x4xf32> {
  // expected-error @+2 {{'dlc.sparse_matmul' op needs a constant table of blocks}}
  // expected-error @+1 {{failed to legalize}}
  %y = dlc.sparse_matmul %a, %values, %rows {columns = 4 : i64} : (tensor<3x8xf32>, tensor<1x1x2x4xf32>, tensor<1x1xi32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

func.func @outside(%a: tensor<3x8xf32>, %values: tensor<1x1x2x4xf32>) -> tensor<3x4xf32> {
  %rows = dlc.constant dense<8> : tensor<1x1xi32>
  // expected-error @+2 {{'dlc.sparse_matmul' op has a block of 2 that begins at 8, of 8}}
  // expected-error @+1 {{failed to legalize}}
  %y = dlc.sparse_matmul %a, %values, %rows {columns = 4 : i64} : (tensor<3x8xf32>, tensor<1x1x2x4xf32>, tensor<1x1xi32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

module attributes {dlc.symbols = [#dlc.symbol<"n", 1 to 16, likely 4>]} {
  func.func @beyond(%x: tensor<?xf32, #dlc.dims<s0>>) -> tensor<4xf32> {
    // expected-error @below {{no size within the bounds will do: the slice leaves dimension 0 of n elements: start 30, size 4, step 1}}
    %y = dlc.slice %x {starts = array<i64: 30>, sizes = array<i64: 4>, steps = array<i64: 1>} : (tensor<?xf32, #dlc.dims<s0>>) -> tensor<4xf32>
    return %y : tensor<4xf32>
  }
}

// -----

module attributes {dlc.symbols = [#dlc.symbol<"n", 1 to 16, likely 4>]} {
  func.func @fine_scale(%x: tensor<1x?xf32, #dlc.dims<1, s0>>) -> tensor<1x?xf32, #dlc.dims<1, s0 * 3000001>> {
    // expected-error @+2 {{the scale or region of dimension 1, s0, is no fraction of small numbers; give it a size}}
    // expected-error @+1 {{failed to legalize operation 'dlc.resize'}}
    %y = dlc.resize %x {scales = array<f64: 1.0, 3000001.0>, mode = #dlc.resize_mode<linear>, coordinates = #dlc.resize_coordinates<half_pixel>, nearest = #dlc.resize_nearest<floor>}
       : (tensor<1x?xf32, #dlc.dims<1, s0>>) -> tensor<1x?xf32, #dlc.dims<1, s0 * 3000001>>
    return %y : tensor<1x?xf32, #dlc.dims<1, s0 * 3000001>>
  }
}
