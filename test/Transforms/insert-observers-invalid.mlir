// RUN: dlc-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(func.func(dlc-insert-observers{bins=64}))'

// expected-error @below {{a histogram needs a range, as dlc.range}}
func.func @main(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = dlc.constant dense<0.5> : tensor<4x2xf32>
  %0 = dlc.matmul %x, %w : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

func.func @main(%x: tensor<4xf32>, %n: index) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @below {{is a loop or a branch, which quantization doesn't take; 'dlc compile' does}}
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> tensor<4xf32> {
    %b = dlc.exp %a : (tensor<4xf32>) -> tensor<4xf32>
    scf.yield %b : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}
