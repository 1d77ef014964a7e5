// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @exp(%x: tensor<4xi32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of floating-point values}}
  %0 = dlc.exp %x : (tensor<4xi32>) -> tensor<4xi32>
  return
}

// -----

func.func @exp(%x: tensor<4xf32>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %0 = dlc.exp %x : (tensor<4xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @exp(%x: tensor<*xf32>) {
  // expected-error @+1 {{must be ranked tensor}}
  %0 = dlc.exp %x : (tensor<*xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @not(%x: tensor<4xi8>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 1-bit signless integer values}}
  %0 = dlc.not %x : (tensor<4xi8>) -> tensor<4xi8>
  return
}

// -----

func.func @elu(%x: tensor<4xf32>) {
  // expected-error @+1 {{attribute 'alpha' failed to satisfy constraint: 64-bit float attribute}}
  %0 = dlc.elu %x {alpha = 1.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @clip(%x: tensor<4xf32>, %l: tensor<1xf32>) {
  // expected-error @+2 {{low has the shape 1, expected scalar}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.clip %x low(%l) : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @clip(%x: tensor<4xf32>, %h: tensor<f64>) {
  // expected-error @+2 {{x and high must have one element type, got 'f32' and 'f64'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.clip %x high(%h) : (tensor<4xf32>, tensor<f64>) -> tensor<4xf32>
  return
}

// -----

func.func @cast(%x: tensor<4xf32>) {
  // expected-error @+1 {{requires the same shape for all operands and results}}
  %0 = dlc.cast %x : (tensor<4xf32>) -> tensor<5xi32>
  return
}

// -----

func.func @is_nan(%x: tensor<4xf32>) {
  // expected-error @+1 {{result #0 must be ranked tensor of 1-bit signless integer values}}
  %0 = dlc.is_nan %x : (tensor<4xf32>) -> tensor<4xi8>
  return
}

// -----

func.func @add(%a: tensor<2x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+2 {{the shapes 2x3 and 4 don't broadcast: 3 against 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.add %a, %b : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @add(%a: tensor<2x3xf32>, %b: tensor<3xf64>) {
  // expected-error @+1 {{requires the same element type for all operands}}
  %0 = dlc.add %a, %b : (tensor<2x3xf32>, tensor<3xf64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @mul(%a: tensor<2x3xf32>, %b: tensor<3xf32>) {
  // expected-error @+2 {{inferred type(s) 'tensor<2x3xf32>' are incompatible with return type(s) of operation 'tensor<3xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.mul %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @mul(%a: tensor<1099511627776x1xi8>, %b: tensor<1x1099511627776xi8>) {
  // expected-error @+2 {{the result is too large: 1099511627776x1099511627776}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.mul %a, %b : (tensor<1099511627776x1xi8>, tensor<1x1099511627776xi8>) -> tensor<?x?xi8>
  return
}

// -----

func.func @less(%a: tensor<2xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{result #0 must be ranked tensor of 1-bit signless integer values}}
  %0 = dlc.less %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @and(%a: tensor<2xi8>, %b: tensor<2xi8>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 1-bit signless integer values}}
  %0 = dlc.and %a, %b : (tensor<2xi8>, tensor<2xi8>) -> tensor<2xi8>
  return
}

// -----

func.func @bit_shift(%a: tensor<2xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of integer values}}
  %0 = dlc.bit_shift %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @pow(%a: tensor<2xf32>, %b: tensor<3xi64>) {
  // expected-error @+2 {{the shapes 2 and 3 don't broadcast: 2 against 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.pow %a, %b : (tensor<2xf32>, tensor<3xi64>) -> tensor<2xf32>
  return
}

// -----

func.func @where(%a: tensor<2xi1>, %b: tensor<2xf32>, %c: tensor<f64>) {
  // expected-error @+2 {{a and b must have one element type, got 'f32' and 'f64'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.where %a, %b, %c : (tensor<2xi1>, tensor<2xf32>, tensor<f64>) -> tensor<2xf32>
  return
}

// -----

func.func @where(%a: tensor<3xi1>, %b: tensor<2xf32>, %c: tensor<f32>) {
  // expected-error @+2 {{the shapes 3 and 2 don't broadcast: 3 against 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dlc.where %a, %b, %c : (tensor<3xi1>, tensor<2xf32>, tensor<f32>) -> tensor<3xf32>
  return
}

// -----

func.func @where(%a: tensor<2xi8>, %b: tensor<2xf32>, %c: tensor<f32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 1-bit signless integer values}}
  %0 = dlc.where %a, %b, %c : (tensor<2xi8>, tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  return
}
