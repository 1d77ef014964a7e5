// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: dlc compile %s -o %t.onnx -q
// RUN: dlc compile %t.onnx -o - --emit=dlc | FileCheck %s

// What is written and read again is what it was.

// CHECK: @main(%[[X:.*]]: tensor<2x3x6x6xf32> {dlc.name = "image"}, %[[W:.*]]: tensor<4x3x3x3xf32> {dlc.name = "w"}, %[[I:.*]]: tensor<2xi64> {dlc.name = "ids"}, %[[M:.*]]: tensor<8x6xf32> {dlc.name = "m"})
func.func @main(%x: tensor<2x3x6x6xf32> {dlc.name = "image"},
                %w: tensor<4x3x3x3xf32> {dlc.name = "w"},
                %i: tensor<2xi64> {dlc.name = "ids"},
                %m: tensor<8x6xf32> {dlc.name = "m"})
    -> (tensor<2x4x3x3xf32> {dlc.name = "conv"},
        tensor<2x3x6x8xf32> {dlc.name = "product"},
        tensor<6x6xf32> {dlc.name = "gemm"},
        tensor<2x3x3x3xf32> {dlc.name = "slice"},
        tensor<2x3x8x6xf32> {dlc.name = "padded"},
        tensor<2x3x12x6xf32> {dlc.name = "resized"},
        tensor<2x3x6xf32> {dlc.name = "sum"},
        tensor<2x3x6x6xi64> {dlc.name = "running"},
        tensor<2x5xf32> {dlc.name = "onehot"},
        tensor<2x3x6x2xf32> {dlc.name = "top"},
        tensor<2x3x6x2xi64> {dlc.name = "where"},
        tensor<2x3x6x6xf32> {dlc.name = "image_too"},
        tensor<2x3x6x6xf32> {dlc.name = "swished"},
        tensor<2x3x6x6xf32> {dlc.name = "triangle"},
        tensor<2xf32> {dlc.name = "constant"}) {
  // CHECK-DAG: %[[CONV:.*]] = dlc.conv %[[X]], %[[W]] {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 0>, strides = array<i64: 2, 2>} : {{.*}} -> tensor<2x4x3x3xf32>
  %conv = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 0>, strides = array<i64: 2, 2>} : (tensor<2x3x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<2x4x3x3xf32>
  // A matrix of higher rank is transposed by an op of its own.
  // CHECK-DAG: %[[T:.*]] = dlc.transpose %[[M]] {perm = array<i64: 1, 0>}
  // CHECK-DAG: %[[PRODUCT:.*]] = dlc.matmul %[[X]], %[[T]] : (tensor<2x3x6x6xf32>, tensor<6x8xf32>)
  %product = dlc.matmul %x, %m {transpose_b} : (tensor<2x3x6x6xf32>, tensor<8x6xf32>) -> tensor<2x3x6x8xf32>
  // CHECK-DAG: %[[GEMM:.*]] = dlc.matmul %[[M]], %[[M]] {transpose_a}
  %gemm = dlc.matmul %m, %m {transpose_a} : (tensor<8x6xf32>, tensor<8x6xf32>) -> tensor<6x6xf32>
  // CHECK-DAG: %[[SLICE:.*]] = dlc.slice %[[X]] {sizes = array<i64: 2, 3, 3, 3>, starts = array<i64: 0, 2, 5, 1>, steps = array<i64: 1, -1, -2, 2>}
  %slice = dlc.slice %x {starts = array<i64: 0, 2, 5, 1>, sizes = array<i64: 2, 3, 3, 3>, steps = array<i64: 1, -1, -2, 2>} : (tensor<2x3x6x6xf32>) -> tensor<2x3x3x3xf32>
  // CHECK-DAG: %[[PADDED:.*]] = dlc.pad %[[X]] {mode = #dlc.pad_mode<reflect>, pads = array<i64: 0, 0, 1, 0, 0, 0, 1, 0>}
  %padded = dlc.pad %x {mode = #dlc.pad_mode<reflect>, pads = array<i64: 0, 0, 1, 0, 0, 0, 1, 0>} : (tensor<2x3x6x6xf32>) -> tensor<2x3x8x6xf32>
  // CHECK-DAG: %[[RESIZED:.*]] = dlc.resize %[[X]] {{{.*}}exclude_outside{{.*}}mode = #dlc.resize_mode<cubic>, scales = array<f64: 1.000000e+00, 1.000000e+00, 2.000000e+00, 1.000000e+00>}
  %resized = dlc.resize %x {scales = array<f64: 1.0, 1.0, 2.0, 1.0>, mode = #dlc.resize_mode<cubic>, coordinates = #dlc.resize_coordinates<align_corners>, cubic_coefficient = -0.5, exclude_outside} : (tensor<2x3x6x6xf32>) -> tensor<2x3x12x6xf32>
  // CHECK-DAG: %[[SUM:.*]] = dlc.reduce_sum %[[X]] {axes = array<i64: 2>}
  %sum = dlc.reduce_sum %x {axes = array<i64: 2>} : (tensor<2x3x6x6xf32>) -> tensor<2x3x6xf32>
  // CHECK-DAG: %[[CAST:.*]] = dlc.cast %[[X]] : (tensor<2x3x6x6xf32>) -> tensor<2x3x6x6xi64>
  %cast = dlc.cast %x : (tensor<2x3x6x6xf32>) -> tensor<2x3x6x6xi64>
  // CHECK-DAG: %[[RUNNING:.*]] = dlc.cumsum %[[CAST]] {axis = 3 : i64, exclusive, reverse}
  %running = dlc.cumsum %cast {axis = 3 : i64, exclusive, reverse} : (tensor<2x3x6x6xi64>) -> tensor<2x3x6x6xi64>
  %on = dlc.constant dense<2.0> : tensor<f32>
  %off = dlc.constant dense<-1.0> : tensor<f32>
  // CHECK-DAG: %[[ONEHOT:.*]] = dlc.one_hot %[[I]], {{.*}} {axis = 1 : i64}
  %onehot = dlc.one_hot %i, %on, %off {axis = 1 : i64} : (tensor<2xi64>, tensor<f32>, tensor<f32>) -> tensor<2x5xf32>
  // CHECK-DAG: %[[TOP:.*]], %[[WHERE:.*]] = dlc.topk %[[X]] {axis = 3 : i64, k = 2 : i64}
  %top, %where = dlc.topk %x {axis = 3 : i64, k = 2 : i64} : (tensor<2x3x6x6xf32>) -> (tensor<2x3x6x2xf32>, tensor<2x3x6x2xi64>)
  // CHECK-DAG: %[[ALPHA:.*]] = dlc.constant dense<2.500000e+00> : tensor<f32>
  // CHECK-DAG: %[[SCALED:.*]] = dlc.mul %[[X]], %[[ALPHA]]
  // CHECK-DAG: %[[GATE:.*]] = dlc.sigmoid %[[SCALED]]
  // CHECK-DAG: %[[SWISHED:.*]] = dlc.mul %[[X]], %[[GATE]]
  %swished = dlc.swish %x {alpha = 2.5 : f64} : (tensor<2x3x6x6xf32>) -> tensor<2x3x6x6xf32>
  // CHECK-DAG: %[[TRIANGLE:.*]] = dlc.trilu %[[X]] {k = -1 : i64}
  %triangle = dlc.trilu %x {k = -1 : i64} : (tensor<2x3x6x6xf32>) -> tensor<2x3x6x6xf32>
  // CHECK-DAG: %[[CONSTANT:.*]] = dlc.constant dense<[1.500000e+00, -2.000000e+00]> : tensor<2xf32>
  %constant = dlc.constant dense<[1.5, -2.0]> : tensor<2xf32>
  // CHECK: return %[[CONV]], %[[PRODUCT]], %[[GEMM]], %[[SLICE]], %[[PADDED]], %[[RESIZED]], %[[SUM]], %[[RUNNING]], %[[ONEHOT]], %[[TOP]], %[[WHERE]], %[[X]], %[[SWISHED]], %[[TRIANGLE]], %[[CONSTANT]]
  return %conv, %product, %gemm, %slice, %padded, %resized, %sum, %running, %onehot, %top, %where, %x, %swished, %triangle, %constant : tensor<2x4x3x3xf32>, tensor<2x3x6x8xf32>, tensor<6x6xf32>, tensor<2x3x3x3xf32>, tensor<2x3x8x6xf32>, tensor<2x3x12x6xf32>, tensor<2x3x6xf32>, tensor<2x3x6x6xi64>, tensor<2x5xf32>, tensor<2x3x6x2xf32>, tensor<2x3x6x2xi64>, tensor<2x3x6x6xf32>, tensor<2x3x6x6xf32>, tensor<2x3x6x6xf32>, tensor<2xf32>
}
