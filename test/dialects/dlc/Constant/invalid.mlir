// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @size() {
  // expected-error @+1 {{there must be one expression}}
  %0 = dlc.size {value = #dlc.dims<s0, 1>} : () -> index
  return
}

// -----

func.func @size() {
  // expected-error @+1 {{result #0 must be index}}
  %0 = dlc.size {value = #dlc.dims<s0>} : () -> i64
  return
}

// -----

func.func @constant() {
  // expected-error @+1 {{the value must be dense or dense_resource}}
  %0 = dlc.constant sparse<[[0]], [1.0]> : tensor<3xf32>
  return
}

// -----

func.func @constant() {
  // expected-error @+1 {{result #0 must be ranked tensor}}
  %0 = dlc.constant dense<1.0> : vector<3xf32>
  return
}

// -----

func.func @constant() {
  // expected-error @+1 {{the resource has 8 bytes, expected 12}}
  %0 = dlc.constant dense_resource<w> : tensor<3xf32>
  return
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F00000040"
    }
  }
#-}
