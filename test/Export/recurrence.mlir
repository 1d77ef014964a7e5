// RUN: dlc compile %s -o %t.onnx -q
// RUN: dlc compile %t.onnx -o - --emit=dlc | FileCheck %s

// Recurrent layers that are written and read again are what they were.

// CHECK: @main(%[[X:.*]]: tensor<5x2x3xf32> {{{.*}}}, %[[N:.*]]: tensor<2xi32> {{{.*}}}, %[[H:.*]]: tensor<2x2x4xf32> {{{.*}}}, %[[W:.*]]: tensor<2x12x3xf32> {{{.*}}}, %[[R:.*]]: tensor<2x12x4xf32> {{{.*}}}, %[[V:.*]]: tensor<1x16x3xf32> {{{.*}}}, %[[S:.*]]: tensor<1x16x4xf32> {{{.*}}}, %[[P:.*]]: tensor<1x12xf32>
func.func @main(%x: tensor<5x2x3xf32>, %n: tensor<2xi32>, %h: tensor<2x2x4xf32>, %w: tensor<2x12x3xf32>, %r: tensor<2x12x4xf32>, %v: tensor<1x16x3xf32>, %s: tensor<1x16x4xf32>, %p: tensor<1x12xf32>)
    -> (tensor<5x2x2x4xf32>, tensor<1x2x4xf32>) {
  // CHECK: dlc.gru %[[X]], %[[W]], %[[R]] lengths(%[[N]]) initial_h(%[[H]]) {activations = [#dlc.activation<sigmoid>, #dlc.activation<elu>, #dlc.activation<hard_sigmoid>, #dlc.activation<scaled_tanh>], alphas = array<f64: 0.000000e+00, 2.500000e-01, 5.000000e-01, 7.500000e-01>, betas = array<f64: 0.000000e+00, 0.000000e+00, 1.250000e-01, 2.500000e-01>, clip = 5.000000e-01 : f64, direction = #dlc.direction<bidirectional>, linear_before_reset}
  %y, %yh = dlc.gru %x, %w, %r lengths(%n) initial_h(%h) {
      activations = [#dlc.activation<sigmoid>, #dlc.activation<elu>, #dlc.activation<hard_sigmoid>, #dlc.activation<scaled_tanh>],
      alphas = array<f64: 0.0, 0.25, 0.5, 0.75>, betas = array<f64: 0.0, 0.0, 0.125, 0.25>,
      direction = #dlc.direction<bidirectional>, clip = 0.5 : f64, linear_before_reset}
    : (tensor<5x2x3xf32>, tensor<2x12x3xf32>, tensor<2x12x4xf32>, tensor<2xi32>, tensor<2x2x4xf32>) -> (tensor<5x2x2x4xf32>, tensor<2x2x4xf32>)
  // CHECK: dlc.lstm %[[X]], %[[V]], %[[S]] peepholes(%[[P]]) {activations = [#dlc.activation<sigmoid>, #dlc.activation<tanh>, #dlc.activation<tanh>], {{.*}} direction = #dlc.direction<reverse>, input_forget}
  %z, %zh, %zc = dlc.lstm %x, %v, %s peepholes(%p) {
      activations = [#dlc.activation<sigmoid>, #dlc.activation<tanh>, #dlc.activation<tanh>],
      alphas = array<f64: 0.0, 0.0, 0.0>, betas = array<f64: 0.0, 0.0, 0.0>,
      direction = #dlc.direction<reverse>, input_forget}
    : (tensor<5x2x3xf32>, tensor<1x16x3xf32>, tensor<1x16x4xf32>, tensor<1x12xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>)
  return %y, %zc : tensor<5x2x2x4xf32>, tensor<1x2x4xf32>
}
