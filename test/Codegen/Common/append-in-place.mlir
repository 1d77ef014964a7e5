// RUN: dlc-opt %s -pass-pipeline="builtin.module(dlc-to-linalg,dlc-linalg-to-kernels)" | FileCheck %s --implicit-check-not="alloc({{.*}}x2x?x64xf32>"

// A step of a decoder's attention. New keys and values are written behind those
// that are there (of which nothing is copied: no buffer is as large), and what
// attention reads are views of the states. Heads are transposed into the state
// itself.
//
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[Q:.*]]: memref<1x?x4x64xf32>
// CHECK-SAME:    %[[K:[^:]*]]: memref<1x2x?x64xf32> {dlc.sizes
// CHECK-SAME:    %[[V:[^:]*]]: memref<1x2x?x64xf32> {dlc.sizes
// CHECK-SAME:    %[[NEW:[^:]*]]: index {dlc.range{{[^%]*}}, %[[PAST:[^:]*]]: index
// CHECK-NOT:     memref.copy
// CHECK:         %[[ROWS:.*]] = memref.subview %[[K]][0, 0, %[[PAST]], 0] [1, 2, %[[NEW]], 64]
// CHECK:         call @[[TRANSPOSE:.*]](%{{.*}}, %[[ROWS]], %[[NEW]], %{{.*}})
// CHECK:         %[[ROWS:.*]] = memref.subview %[[V]][0, 0, %[[PAST]], 0] [1, 2, %[[NEW]], 64]
// CHECK:         call @[[TRANSPOSE]](%{{.*}}, %[[ROWS]], %[[NEW]], %{{.*}})
// CHECK:         %[[KEYS:.*]] = memref.subview %[[K]][0, 0, 0, 0] [1, 2, %[[ALL:.*]], 64]
// CHECK:         %[[VALUES:.*]] = memref.subview %[[V]][0, 0, 0, 0] [1, 2, %[[ALL]], 64]
// CHECK:         call @{{.*}}(%{{.*}}, %[[KEYS]], %{{.*}})
// CHECK:         call @{{.*}}(%{{.*}}, %[[VALUES]], %{{.*}})
// CHECK-NOT:     memref.copy
// CHECK:         return
module attributes {dlc.symbols = [#dlc.symbol<"new", 1 to 64, likely 1>, #dlc.symbol<"past", 0 to 1024, likely 512>, #dlc.symbol<"room for past", 0 to 1024, likely 1024>]} {
  func.func @main(%q: tensor<1x?x4x64xf32, #dlc.dims<1, s0, 4, 64>>, %new_k: tensor<1x?x2x64xf32, #dlc.dims<1, s0, 2, 64>>, %new_v: tensor<1x?x2x64xf32, #dlc.dims<1, s0, 2, 64>>,
                  %k: tensor<1x2x?x64xf32, #dlc.dims<1, 2, s2, 64>> {dlc.state = {result = 1 : i64, axis = 2 : i64, lengths = affine_map<()[s0, s1, s2] -> (s1, s1 + s0, s2)>}},
                  %v: tensor<1x2x?x64xf32, #dlc.dims<1, 2, s2, 64>> {dlc.state = {result = 2 : i64, axis = 2 : i64, lengths = affine_map<()[s0, s1, s2] -> (s1, s1 + s0, s2)>}})
      -> (tensor<1x?x4x64xf32, #dlc.dims<1, s0, 4, 64>>, tensor<1x2x?x64xf32, #dlc.dims<1, 2, s2, 64>>, tensor<1x2x?x64xf32, #dlc.dims<1, 2, s2, 64>>) {
    %0 = dlc.transpose %new_k {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x?x2x64xf32, #dlc.dims<1, s0, 2, 64>>) -> tensor<1x2x?x64xf32, #dlc.dims<1, 2, s0, 64>>
    %1 = dlc.transpose %new_v {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x?x2x64xf32, #dlc.dims<1, s0, 2, 64>>) -> tensor<1x2x?x64xf32, #dlc.dims<1, 2, s0, 64>>
    %2 = dlc.append %k, %0 {axis = 2 : i64, position = #dlc.dims<s1>} : (tensor<1x2x?x64xf32, #dlc.dims<1, 2, s2, 64>>, tensor<1x2x?x64xf32, #dlc.dims<1, 2, s0, 64>>) -> tensor<1x2x?x64xf32, #dlc.dims<1, 2, s2, 64>>
    %3 = dlc.append %v, %1 {axis = 2 : i64, position = #dlc.dims<s1>} : (tensor<1x2x?x64xf32, #dlc.dims<1, 2, s2, 64>>, tensor<1x2x?x64xf32, #dlc.dims<1, 2, s0, 64>>) -> tensor<1x2x?x64xf32, #dlc.dims<1, 2, s2, 64>>
    %4 = dlc.slice %2 {open = #dlc.dims<0, 0, 0, 0, 1, 2, s0 + s1, 64>, sizes = array<i64: 1, 2, -9223372036854775808, 64>, starts = array<i64: 0, 0, 0, 0>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x2x?x64xf32, #dlc.dims<1, 2, s2, 64>>) -> tensor<1x2x?x64xf32, #dlc.dims<1, 2, s0 + s1, 64>>
    %5 = dlc.slice %3 {open = #dlc.dims<0, 0, 0, 0, 1, 2, s0 + s1, 64>, sizes = array<i64: 1, 2, -9223372036854775808, 64>, starts = array<i64: 0, 0, 0, 0>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x2x?x64xf32, #dlc.dims<1, 2, s2, 64>>) -> tensor<1x2x?x64xf32, #dlc.dims<1, 2, s0 + s1, 64>>
    %y = dlc.attention %q, %4, %5 {heads_first, scale = 0.125 : f64} : (tensor<1x?x4x64xf32, #dlc.dims<1, s0, 4, 64>>, tensor<1x2x?x64xf32, #dlc.dims<1, 2, s0 + s1, 64>>, tensor<1x2x?x64xf32, #dlc.dims<1, 2, s0 + s1, 64>>) -> tensor<1x?x4x64xf32, #dlc.dims<1, s0, 4, 64>>
    return %y, %2, %3 : tensor<1x?x4x64xf32, #dlc.dims<1, s0, 4, 64>>, tensor<1x2x?x64xf32, #dlc.dims<1, 2, s2, 64>>, tensor<1x2x?x64xf32, #dlc.dims<1, 2, s2, 64>>
  }
}
