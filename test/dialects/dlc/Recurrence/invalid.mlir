// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @rank_of_x(%x: tensor<2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>) {
  // expected-error @below {{x has rank 2, expected 3}}
  // expected-error @below {{failed to infer returned types}}
  %0:2 = dlc.rnn %x, %w, %r {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>}
    : (tensor<2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @input_weights(%x: tensor<5x2x3xf32>, %w: tensor<1x4x5xf32>, %r: tensor<1x4x4xf32>) {
  // expected-error @below {{w has the shape 1x4x5, expected 1x4x3}}
  // expected-error @below {{failed to infer returned types}}
  %0:2 = dlc.rnn %x, %w, %r {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x4x5xf32>, tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @state_weights(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x5x4xf32>) {
  // expected-error @below {{r has the shape 1x5x4, expected 1x4x4}}
  // expected-error @below {{failed to infer returned types}}
  %0:2 = dlc.rnn %x, %w, %r {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x5x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @hidden_size(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x?xf32>) {
  // expected-error @below {{the hidden size, dimension 2 of r, is ?, expected at least 1}}
  // expected-error @below {{failed to infer returned types}}
  %0:2 = dlc.rnn %x, %w, %r {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x?xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @element_types(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf64>, %r: tensor<1x4x4xf32>) {
  // expected-error @below {{x and w must have one element type}}
  // expected-error @below {{failed to infer returned types}}
  %0:2 = dlc.rnn %x, %w, %r {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x4x3xf64>, tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @directions(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>) {
  // expected-error @below {{w has the shape 1x4x3, expected 2x4x3}}
  // expected-error @below {{failed to infer returned types}}
  %0:2 = dlc.rnn %x, %w, %r {activations = [#dlc.activation<tanh>, #dlc.activation<tanh>], alphas = array<f64: 0.0, 0.0>, betas = array<f64: 0.0, 0.0>, direction = #dlc.direction<bidirectional>}
    : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @bias(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>, %o0: tensor<1x4xf32>) {
  // expected-error @below {{bias has the shape 1x4, expected 1x8}}
  // expected-error @below {{failed to infer returned types}}
  %0:2 = dlc.rnn %x, %w, %r bias(%o0) {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, tensor<1x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @lengths(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>, %o0: tensor<3xi32>) {
  // expected-error @below {{lengths has the shape 3, expected 2}}
  // expected-error @below {{failed to infer returned types}}
  %0:2 = dlc.rnn %x, %w, %r lengths(%o0) {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, tensor<3xi32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @initial(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>, %o0: tensor<1x3x4xf32>) {
  // expected-error @below {{initial_h has the shape 1x3x4, expected 1x2x4}}
  // expected-error @below {{failed to infer returned types}}
  %0:2 = dlc.rnn %x, %w, %r initial_h(%o0) {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, tensor<1x3x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @functions(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>) {
  // expected-error @below {{activations has 2 elements, expected 1}}
  // expected-error @below {{failed to infer returned types}}
  %0:2 = dlc.rnn %x, %w, %r {activations = [#dlc.activation<tanh>, #dlc.activation<tanh>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @alphas(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>) {
  // expected-error @below {{alphas has 2 elements, expected 1}}
  // expected-error @below {{failed to infer returned types}}
  %0:2 = dlc.rnn %x, %w, %r {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.0, 1.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @clip(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>) {
  // expected-error @below {{clip is negative or not a number}}
  // expected-error @below {{failed to infer returned types}}
  %0:2 = dlc.rnn %x, %w, %r {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>, clip = -1.0 : f64}
    : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @peepholes(%x: tensor<5x2x3xf32>, %w: tensor<1x16x3xf32>, %r: tensor<1x16x4xf32>, %p: tensor<1x8xf32>) {
  // expected-error @below {{peepholes has the shape 1x8, expected 1x12}}
  // expected-error @below {{failed to infer returned types}}
  %0:3 = dlc.lstm %x, %w, %r peepholes(%p) {
      activations = [#dlc.activation<sigmoid>, #dlc.activation<tanh>, #dlc.activation<tanh>],
      alphas = array<f64: 0.0, 0.0, 0.0>, betas = array<f64: 0.0, 0.0, 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x16x3xf32>, tensor<1x16x4xf32>, tensor<1x8xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>)
  return
}
