// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: rm -f %t.onnx
// RUN: not dlc compile %s -o %t.onnx 2>&1 | FileCheck %s
// RUN: not ls %t.onnx

// Everything that ONNX can't say is named, and nothing is written.

func.func @main(%x: tensor<1x16x4x4xf32>, %i: tensor<2x2xi8>) -> (tensor<1x2x4x4x8xf32>, tensor<2x2xi8>) {
  // CHECK: error: Conv:first: ONNX has no spelling for dlc.pack; export the graph before it is lowered
  %y = dlc.pack %x {axis = 1 : i64, block = 8 : i64} : (tensor<1x16x4x4xf32>) -> tensor<1x2x4x4x8xf32> loc("Conv:first")
  // CHECK: error: MatMul:second: ONNX has no matrix product of integers below 32 bits
  %z = dlc.matmul %i, %i : (tensor<2x2xi8>, tensor<2x2xi8>) -> tensor<2x2xi8> loc("MatMul:second")
  return %y, %z : tensor<1x2x4x4x8xf32>, tensor<2x2xi8>
}
