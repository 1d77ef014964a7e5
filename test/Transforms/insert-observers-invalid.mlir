// RUN: dlc-opt %s --verify-diagnostics --pass-pipeline='builtin.module(func.func(dlc-insert-observers{bins=64}))'

// expected-error @below {{a histogram needs a range, as dlc.range}}
func.func @main(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = dlc.constant dense<0.5> : tensor<4x2xf32>
  %0 = dlc.matmul %x, %w : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
