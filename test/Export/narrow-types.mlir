// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: dlc compile %s -o %t.onnx -q
// RUN: dlc compile %t.onnx -o - --emit=dlc | FileCheck %s

// Types of 8 bits and fewer, packed constants among them, are read as they were
// written, with the opset that they need.
// RUN: %python %S/Inputs/names.py %t.onnx | FileCheck %s --check-prefix=OPSET
// OPSET: ir_version 13 opset 28
// OPSET: initializer {{.*}} 2 bytes

// CHECK: @main(%[[X:.*]]: tensor<2x6xf32> {dlc.name = "x"}, %[[Q:.*]]: tensor<2x6xi4> {dlc.name = "q"}, %[[I:.*]]: tensor<2x6xi8> {dlc.name = "i"})
func.func @main(%x: tensor<2x6xf32> {dlc.name = "x"},
                %q: tensor<2x6xi4> {dlc.name = "q"},
                %i: tensor<2x6xi8> {dlc.name = "i"})
    -> (tensor<2x6xf8E4M3FN> {dlc.name = "f8"},
        tensor<2x6xf8E8M0FNU> {dlc.name = "power"},
        tensor<2x6xf16> {dlc.name = "half"},
        tensor<2x6xf4E2M1FN> {dlc.name = "bits"},
        tensor<2x6xi8> {dlc.name = "shifted"},
        tensor<5xi2> {dlc.name = "constant"}) {
  // CHECK-DAG: dlc.constant dense<[-2, 1, 0, -1, 1]> : tensor<5xi2>
  %c = dlc.constant dense<[-2, 1, 0, -1, 1]> : tensor<5xi2>
  // CHECK-DAG: dlc.cast %[[X]] {saturate = false} : (tensor<2x6xf32>) -> tensor<2x6xf8E4M3FN>
  %0 = dlc.cast %x {saturate = false} : (tensor<2x6xf32>) -> tensor<2x6xf8E4M3FN>
  // CHECK-DAG: dlc.cast %[[X]] {round_mode = #dlc.round_mode<down>} : (tensor<2x6xf32>) -> tensor<2x6xf8E8M0FNU>
  %1 = dlc.cast %x {round_mode = #dlc.round_mode<down>} : (tensor<2x6xf32>) -> tensor<2x6xf8E8M0FNU>
  %s = dlc.constant dense<0.5> : tensor<2x2xf32>
  %z = dlc.constant dense<0> : tensor<2x2xi4>
  // CHECK-DAG: dlc.dequantize %[[Q]], {{.*}} {block_size = 3 : i64} : {{.*}} -> tensor<2x6xf16>
  %2 = dlc.dequantize %q, %s, %z {block_size = 3 : i64} : (tensor<2x6xi4>, tensor<2x2xf32>, tensor<2x2xi4>) -> tensor<2x6xf16>
  // CHECK-DAG: dlc.bit_cast %[[Q]]
  %3 = dlc.bit_cast %q : (tensor<2x6xi4>) -> tensor<2x6xf4E2M1FN>
  // CHECK-DAG: dlc.bit_shift %[[I]], %[[I]]
  %4 = dlc.bit_shift %i, %i : (tensor<2x6xi8>, tensor<2x6xi8>) -> tensor<2x6xi8>
  return %0, %1, %2, %3, %4, %c : tensor<2x6xf8E4M3FN>, tensor<2x6xf8E8M0FNU>, tensor<2x6xf16>, tensor<2x6xf4E2M1FN>, tensor<2x6xi8>, tensor<5xi2>
}
