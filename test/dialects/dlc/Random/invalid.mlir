// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @half() {
  // expected-error @+1 {{result #0 must be ranked tensor of 32-bit float or 64-bit float values}}
  %0 = dlc.random {seed = 7 : i32, distribution = #dlc.distribution<normal>} : () -> tensor<2x3xf16>
  return
}
