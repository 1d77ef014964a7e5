// RUN: not dlc-opt %s --dlc-prune-channels="sparsity=1" 2>&1 | FileCheck %s --check-prefix=SPARSITY
// RUN: not dlc-opt %s --dlc-prune-channels="importance=max" 2>&1 | FileCheck %s --check-prefix=IMPORTANCE
// RUN: not dlc-opt %s --dlc-prune-channels="multiple=0" 2>&1 | FileCheck %s --check-prefix=MULTIPLE
// RUN: not dlc-opt %s --dlc-prune-channels 2>&1 | FileCheck %s

// SPARSITY: error: sparsity is 1, expected at least 0 and less than 1
// IMPORTANCE: error: importance 'max': expected l1 or l2
// MULTIPLE: error: multiple is 0, expected at least 1

// Weights used twice or not constant, what isn't zero for zero, ops that need
// all channels, groups, outputs: every layer keeps its channels and says why.
// CHECK: error: nothing can be pruned
// CHECK: note: dlc.matmul: another op shares its weights
// CHECK: note: dlc.matmul: another op shares its weights
// CHECK: note: dlc.matmul: its weights aren't constant
// CHECK: note: dlc.matmul: dlc.matmul reads what isn't zero for a zero channel
// CHECK: note: dlc.matmul: dlc.softmax needs all of its channels
// CHECK: note: dlc.matmul: dlc.add meets channels that stay
// CHECK: note: dlc.conv: it has 2 groups
// CHECK: note: dlc.matmul: its channels are an output of the model
func.func @all(%x: tensor<1x2xf32>, %argument: tensor<2x2xf32>, %image: tensor<1x4x3xf32>) -> (tensor<1x2xf32>, tensor<1x4x3xf32>) {
  %shared = dlc.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %w1 = dlc.constant dense<[[1.0, 2.0], [3.0, 5.0]]> : tensor<2x2xf32>
  %w2 = dlc.constant dense<[[1.0, 2.0], [3.0, 6.0]]> : tensor<2x2xf32>
  %w3 = dlc.constant dense<[[1.0, 2.0], [3.0, 7.0]]> : tensor<2x2xf32>
  %w4 = dlc.constant dense<[[1.0, 2.0], [3.0, 8.0]]> : tensor<2x2xf32>
  %w5 = dlc.constant dense<0.5> : tensor<4x2x1xf32>
  %0 = dlc.matmul %x, %shared : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = dlc.matmul %0, %shared : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %2 = dlc.matmul %1, %argument : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %3 = dlc.matmul %2, %w1 : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %4 = dlc.sigmoid %3 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %5 = dlc.matmul %4, %w2 : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %6 = dlc.softmax %5 {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %7 = dlc.matmul %6, %w3 : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %8 = dlc.add %7, %x : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %9 = dlc.conv %image, %w5 {group = 2 : i64, strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x4x3xf32>, tensor<4x2x1xf32>) -> tensor<1x4x3xf32>
  %10 = dlc.matmul %8, %w4 : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %10, %9 : tensor<1x2xf32>, tensor<1x4x3xf32>
}

// -----

func.func @main(%x: tensor<4xf32>, %n: index) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @below {{is a loop or a branch, which pruning doesn't take; 'dlc compile' does}}
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> tensor<4xf32> {
    %b = dlc.exp %a : (tensor<4xf32>) -> tensor<4xf32>
    scf.yield %b : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}
