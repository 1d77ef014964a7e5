// Recurrent layers as loops over their steps.
// RUN: dlc-opt %s --dlc-expand-recurrence --canonicalize --split-input-file | FileCheck %s

// One product of all steps before the loop, one of the state in it; the biases
// are added once.
// CHECK-LABEL: @rnn(
// CHECK-DAG: %[[ZEROS:.*]] = dlc.constant dense<0.000000e+00> : tensor<2x2xf32>
// CHECK-DAG: %[[W:.*]] = dlc.constant dense<{{\[\[}}1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00], [3.000000e+00, 6.000000e+00]]> : tensor<3x2xf32>
// CHECK-DAG: %[[R:.*]] = dlc.constant dense<{{\[\[}}1.000000e+00, 3.000000e+00], [2.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: %[[B:.*]] = dlc.constant dense<[4.000000e+00, 6.000000e+00]> : tensor<2xf32>
// CHECK: %[[PRODUCT:.*]] = dlc.matmul %arg0, %[[W]] : (tensor<5x2x3xf32>, tensor<3x2xf32>) -> tensor<5x2x2xf32>
// CHECK: %[[INPUTS:.*]] = dlc.add %[[PRODUCT]], %[[B]]
// CHECK: %[[EMPTY:.*]] = dlc.empty
// CHECK: %[[LOOP:.*]]:2 = scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[H:.*]] = %[[ZEROS]], %[[Y:.*]] = %[[EMPTY]])
// CHECK: %[[X:.*]] = dlc.slice_at %[[INPUTS]], %[[I]] {axis = 0 : i64}
// CHECK: %[[HR:.*]] = dlc.matmul %[[H]], %[[R]]
// CHECK: %[[SUM:.*]] = dlc.add %[[X]], %[[HR]]
// CHECK: %[[NEXT:.*]] = dlc.tanh %[[SUM]]
// CHECK: %[[ALL:.*]] = dlc.insert_at %[[NEXT]], %[[Y]], %[[I]] {axis = 0 : i64}
// CHECK: scf.yield %[[NEXT]], %[[ALL]]
// CHECK: dlc.reshape %[[LOOP]]#1 : (tensor<5x2x2xf32>) -> tensor<5x1x2x2xf32>
func.func @rnn(%x: tensor<5x2x3xf32>) -> (tensor<5x1x2x2xf32>, tensor<1x2x2xf32>) {
  %w = dlc.constant dense<[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]> : tensor<1x2x3xf32>
  %r = dlc.constant dense<[[[1.0, 2.0], [3.0, 4.0]]]> : tensor<1x2x2xf32>
  %b = dlc.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>
  %y, %h = dlc.rnn %x, %w, %r bias(%b) {activations = [#dlc.activation<tanh>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x2x3xf32>, tensor<1x2x2xf32>, tensor<1x4xf32>) -> (tensor<5x1x2x2xf32>, tensor<1x2x2xf32>)
  return %y, %h : tensor<5x1x2x2xf32>, tensor<1x2x2xf32>
}

// -----

// Lengths are masks, the reverse direction counts from the end; nothing reads
// the state after each step, so that none is kept.
// CHECK-LABEL: @lengths(
// CHECK: %[[RANGE:.*]] = dlc.range
// CHECK: %[[MASKS:.*]] = dlc.less
// CHECK-SAME: -> tensor<?x?x1xi1, #dlc.dims<s0, s1, 1>>
// CHECK: %[[STEPS:.*]] = dlc.size {value = #dlc.dims<s0>}
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %[[STEPS]] step %{{.*}} iter_args(%[[H:.*]] = %{{.*}}) -> (tensor<?x4xf32
// CHECK: %[[LAST:.*]] = arith.subi %[[STEPS]], %c1
// CHECK: %[[AT:.*]] = arith.subi %[[LAST]], %[[I]]
// CHECK: dlc.slice_at %{{.*}}, %[[AT]]
// CHECK: %[[NEXT:.*]] = dlc.relu
// CHECK: %[[MASK:.*]] = dlc.slice_at %[[MASKS]], %[[AT]]
// CHECK: %[[KEPT:.*]] = dlc.where %[[MASK]], %[[NEXT]], %[[H]]
// CHECK: scf.yield %[[KEPT]] :
module attributes {dlc.symbols = [#dlc.symbol<"steps", 1 to 16, likely 4>, #dlc.symbol<"batch", 1 to 16, likely 1>]} {
func.func @lengths(%x: tensor<?x?x3xf32, #dlc.dims<s0, s1, 3>>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>, %n: tensor<?xi32, #dlc.dims<s1>>) -> tensor<1x?x4xf32, #dlc.dims<1, s1, 4>> {
  %y, %h = dlc.rnn %x, %w, %r lengths(%n) {activations = [#dlc.activation<relu>], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, direction = #dlc.direction<reverse>}
    : (tensor<?x?x3xf32, #dlc.dims<s0, s1, 3>>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, tensor<?xi32, #dlc.dims<s1>>) -> (tensor<?x1x?x4xf32, #dlc.dims<s0, 1, s1, 4>>, tensor<1x?x4xf32, #dlc.dims<1, s1, 4>>)
  return %h : tensor<1x?x4xf32, #dlc.dims<1, s1, 4>>
}
}

// -----

// Of a GRU that resets the product, one product is enough; the other one needs
// the reset state.
// CHECK-LABEL: @gru(
// CHECK: scf.for
// CHECK-COUNT-1: dlc.matmul {{.*}} -> tensor<2x12xf32>
// CHECK-NOT: dlc.matmul
// CHECK: scf.yield
// CHECK: scf.for
// CHECK: dlc.matmul {{.*}} -> tensor<2x8xf32>
// CHECK: dlc.matmul {{.*}} -> tensor<2x4xf32>
// CHECK: scf.yield
func.func @gru(%x: tensor<5x2x3xf32>, %w: tensor<1x12x3xf32>, %r: tensor<1x12x4xf32>) -> (tensor<1x2x4xf32>, tensor<1x2x4xf32>) {
  %0, %1 = dlc.gru %x, %w, %r {activations = [#dlc.activation<sigmoid>, #dlc.activation<tanh>], alphas = array<f64: 0.0, 0.0>, betas = array<f64: 0.0, 0.0>, direction = #dlc.direction<forward>, linear_before_reset}
    : (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  %2, %3 = dlc.gru %x, %w, %r {activations = [#dlc.activation<sigmoid>, #dlc.activation<tanh>], alphas = array<f64: 0.0, 0.0>, betas = array<f64: 0.0, 0.0>, direction = #dlc.direction<forward>}
    : (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return %1, %3 : tensor<1x2x4xf32>, tensor<1x2x4xf32>
}

// -----

// Two directions are two loops, whose results are joined; sums are clipped, the
// cell state isn't.
// CHECK-LABEL: @lstm(
// CHECK: %[[FORWARD:.*]]:3 = scf.for
// CHECK-COUNT-4: dlc.clip
// CHECK-NOT: dlc.clip
// CHECK: scf.yield
// CHECK: %[[REVERSE:.*]]:3 = scf.for
// CHECK-COUNT-4: dlc.clip
// CHECK: scf.yield
// CHECK: dlc.concat {{.*}} {axis = 1 : i64} : (tensor<5x1x2x4xf32>, tensor<5x1x2x4xf32>) -> tensor<5x2x2x4xf32>
// CHECK: dlc.concat {{.*}} {axis = 0 : i64} : (tensor<1x2x4xf32>, tensor<1x2x4xf32>) -> tensor<2x2x4xf32>
// CHECK: dlc.concat {{.*}} {axis = 0 : i64} : (tensor<1x2x4xf32>, tensor<1x2x4xf32>) -> tensor<2x2x4xf32>
func.func @lstm(%x: tensor<5x2x3xf32>, %w: tensor<2x16x3xf32>, %r: tensor<2x16x4xf32>) -> (tensor<5x2x2x4xf32>, tensor<2x2x4xf32>, tensor<2x2x4xf32>) {
  %y, %h, %c = dlc.lstm %x, %w, %r {
      activations = [#dlc.activation<sigmoid>, #dlc.activation<tanh>, #dlc.activation<tanh>, #dlc.activation<sigmoid>, #dlc.activation<tanh>, #dlc.activation<tanh>],
      alphas = array<f64: 0.0, 0.0, 0.0, 0.0, 0.0, 0.0>, betas = array<f64: 0.0, 0.0, 0.0, 0.0, 0.0, 0.0>, direction = #dlc.direction<bidirectional>, clip = 3.0 : f64}
    : (tensor<5x2x3xf32>, tensor<2x16x3xf32>, tensor<2x16x4xf32>) -> (tensor<5x2x2x4xf32>, tensor<2x2x4xf32>, tensor<2x2x4xf32>)
  return %y, %h, %c : tensor<5x2x2x4xf32>, tensor<2x2x4xf32>, tensor<2x2x4xf32>
}
