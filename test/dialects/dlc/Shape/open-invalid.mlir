// RUN: dlc-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{'dlc.symbols' must be an array of at most 256 symbols}}
module attributes {dlc.symbols = "batch"} {}

// -----

// expected-error @below {{'dlc.symbols' has an entry that is no symbol with 0 <= least <= likely <= largest size: "batch"}}
module attributes {dlc.symbols = ["batch"]} {}

// -----

// expected-error @below {{'dlc.symbols' has an entry that is no symbol with 0 <= least <= likely <= largest size: #dlc.symbol<"n", 1 to 4, likely 8>}}
module attributes {dlc.symbols = [#dlc.symbol<"n", 1 to 4, likely 8>]} {}

// -----

// Sizes that differ by a number never agree.
func.func @add(%x: tensor<?xf32, #dlc.dims<s0>>, %y: tensor<?xf32, #dlc.dims<s0 + 1>>) {
  // expected-error @+2 {{the shapes s0 and s0 + 1 don't broadcast: s0 against s0 + 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.add %x, %y : (tensor<?xf32, #dlc.dims<s0>>, tensor<?xf32, #dlc.dims<s0 + 1>>) -> tensor<?xf32, #dlc.dims<s0>>
  return
}

// -----

func.func @reshape(%x: tensor<?x4xf32, #dlc.dims<s0, 4>>) {
  // expected-error @below {{the operand has s0 * 4 elements, the result s0 * 4 + 4}}
  %0 = dlc.reshape %x : (tensor<?x4xf32, #dlc.dims<s0, 4>>) -> tensor<?x4xf32, #dlc.dims<s0 + 1, 4>>
  return
}

// -----

func.func @slice(%x: tensor<?xf32, #dlc.dims<s0>>) {
  // expected-error @+2 {{the slice leaves dimension 0 of s0 elements: start 1, size s0, step 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.slice %x {starts = array<i64: 1>, sizes = array<i64: -9223372036854775808>, steps = array<i64: 1>, open = #dlc.dims<1, s0>}
     : (tensor<?xf32, #dlc.dims<s0>>) -> tensor<?xf32, #dlc.dims<s0>>
  return
}

// -----

func.func @sizes() {
  // expected-error @below {{there must be one expression per element}}
  %0 = dlc.sizes {values = #dlc.dims<s0>} : () -> tensor<2xi64>
  return
}

// -----

func.func @pack(%x: tensor<1x?x4xf32, #dlc.dims<1, s0, 4>>) {
  // expected-error @+2 {{dimension 1 is open: s0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.pack %x {axis = 1 : i64, block = 4 : i64} : (tensor<1x?x4xf32, #dlc.dims<1, s0, 4>>) -> tensor<1x?x4x4xf32>
  return
}

// -----

func.func @check_sizes(%x: tensor<?x4xf32, #dlc.dims<s0, 4>>) {
  // expected-error @below {{x has the shape s0 x 4, expected 1 x s0 x 4}}
  %0 = dlc.check_sizes %x : (tensor<?x4xf32, #dlc.dims<s0, 4>>) -> tensor<1x?x4xf32, #dlc.dims<1, s0, 4>>
  return
}

// -----

func.func @check_sizes(%x: tensor<?x4xf32, #dlc.dims<s0, 4>>) {
  // expected-error @below {{x has the shape s0 x 4, expected s0 + 1 x 4}}
  %0 = dlc.check_sizes %x : (tensor<?x4xf32, #dlc.dims<s0, 4>>) -> tensor<?x4xf32, #dlc.dims<s0 + 1, 4>>
  return
}

// -----

func.func @pad(%x: tensor<?xf32, #dlc.dims<s0>>) {
  // expected-error @+2 {{open has 1 elements, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.pad %x {pads = array<i64: 0, 0>, open = #dlc.dims<s0>} : (tensor<?xf32, #dlc.dims<s0>>) -> tensor<?xf32, #dlc.dims<s0>>
  return
}
