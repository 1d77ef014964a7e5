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
