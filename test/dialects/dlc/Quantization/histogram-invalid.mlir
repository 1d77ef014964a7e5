// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @bins(%x: tensor<1x4xf32>) {
  // expected-error @below {{the number of bins must be known and positive}}
  %y = dlc.histogram %x {low = 0.0 : f64, high = 6.0 : f64} : (tensor<1x4xf32>) -> tensor<?xi32>
  return
}

// -----

func.func @range(%x: tensor<1x4xf32>) {
  // expected-error @below {{`low` must be less than `high`}}
  %y = dlc.histogram %x {low = 6.0 : f64, high = 6.0 : f64} : (tensor<1x4xf32>) -> tensor<4xi32>
  return
}
