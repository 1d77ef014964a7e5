// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: @rnn
// CHECK: dlc.rnn %{{.*}}, %{{.*}}, %{{.*}} {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.000000e+00>, betas = array<f64: 0.000000e+00>, direction = #dlc.direction<forward>} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
func.func @rnn(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>) -> tensor<5x1x2x4xf32> {
  %y, %h = dlc.rnn %x, %w, %r {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return %y : tensor<5x1x2x4xf32>
}

// CHECK-LABEL: @gru
// CHECK: dlc.gru %{{.*}}, %{{.*}}, %{{.*}} bias(%{{.*}}) lengths(%{{.*}}) initial_h(%{{.*}}) {
// CHECK-SAME: clip = 5.000000e-01 : f64
// CHECK-SAME: linear_before_reset
func.func @gru(%x: tensor<5x2x3xf32>, %w: tensor<2x12x3xf32>, %r: tensor<2x12x4xf32>, %b: tensor<2x24xf32>, %n: tensor<2xi32>, %h: tensor<2x2x4xf32>) -> tensor<5x2x2x4xf32> {
  %y, %yh = dlc.gru %x, %w, %r bias(%b) lengths(%n) initial_h(%h) {
      activations = [#dlc.activation<sigmoid>, #dlc.activation<tanh>, #dlc.activation<hard_sigmoid>, #dlc.activation<softsign>],
      alphas = array<f64: 0.0, 0.0, 0.2, 0.0>, betas = array<f64: 0.0, 0.0, 0.5, 0.0>,
      direction = #dlc.direction<bidirectional>, clip = 0.5 : f64, linear_before_reset}
    : (tensor<5x2x3xf32>, tensor<2x12x3xf32>, tensor<2x12x4xf32>, tensor<2x24xf32>, tensor<2xi32>, tensor<2x2x4xf32>) -> (tensor<5x2x2x4xf32>, tensor<2x2x4xf32>)
  return %y : tensor<5x2x2x4xf32>
}

// CHECK-LABEL: @lstm
// CHECK: dlc.lstm %{{.*}}, %{{.*}}, %{{.*}} initial_c(%{{.*}}) peepholes(%{{.*}}) {
// CHECK-SAME: input_forget
// CHECK-SAME: -> (tensor<?x1x?x4xf32, #dlc.dims<s0, 1, s1, 4>>, tensor<1x?x4xf32, #dlc.dims<1, s1, 4>>, tensor<1x?x4xf32, #dlc.dims<1, s1, 4>>)
func.func @lstm(%x: tensor<?x?x3xf32, #dlc.dims<s0, s1, 3>>, %w: tensor<1x16x3xf32>, %r: tensor<1x16x4xf32>, %c: tensor<1x?x4xf32, #dlc.dims<1, s1, 4>>, %p: tensor<1x12xf32>) -> tensor<1x?x4xf32, #dlc.dims<1, s1, 4>> {
  %y, %h, %yc = dlc.lstm %x, %w, %r initial_c(%c) peepholes(%p) {
      activations = [#dlc.activation<sigmoid>, #dlc.activation<tanh>, #dlc.activation<tanh>],
      alphas = array<f64: 0.0, 0.0, 0.0>, betas = array<f64: 0.0, 0.0, 0.0>,
      direction = #dlc.direction<reverse>, input_forget}
    : (tensor<?x?x3xf32, #dlc.dims<s0, s1, 3>>, tensor<1x16x3xf32>, tensor<1x16x4xf32>, tensor<1x?x4xf32, #dlc.dims<1, s1, 4>>, tensor<1x12xf32>)
      -> (tensor<?x1x?x4xf32, #dlc.dims<s0, 1, s1, 4>>, tensor<1x?x4xf32, #dlc.dims<1, s1, 4>>, tensor<1x?x4xf32, #dlc.dims<1, s1, 4>>)
  return %yc : tensor<1x?x4xf32, #dlc.dims<1, s1, 4>>
}
