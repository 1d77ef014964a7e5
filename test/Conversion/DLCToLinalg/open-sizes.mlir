// RUN: dlc-opt %s --convert-dlc-to-linalg --canonicalize --cse --mlir-print-local-scope | FileCheck %s

// Symbols become the last arguments; attributes say which sizes they make, and
// what must be checked when the model runs.

// CHECK: dlc.checks = [{expr = affine_map<()[s0, s1] -> (s0 - s1)>, kind = "equal", text = "Add:both: batch must be sequence"}, {expr = affine_map<()[s0, s1] -> (s0 - s1 * 2)>, kind = "at_least", text = "Slice:part: the slice leaves dimension 0 of batch elements: start 1, size sequence, step 2"},
// CHECK-SAME: {expr = affine_map<()[s0, s1] -> (((s0 floordiv 2) * s1) * -2 + s0 * s1)>, kind = "equal", text = "Reshape:pairs: batch * sequence must be ((batch / 2) * sequence) * 2"}]
module attributes {dlc.symbols = [#dlc.symbol<"batch", 1 to 16, likely 1>,
                                  #dlc.symbol<"sequence", 1 to 512, likely 128>]} {
  // CHECK-LABEL: func.func @checked(
  func.func @checked(%x: tensor<?xf32, #dlc.dims<s0>>, %y: tensor<?xf32, #dlc.dims<s1>>)
      -> (tensor<?xf32, #dlc.dims<s0>>, tensor<?xf32, #dlc.dims<s1>>) {
    %0 = dlc.add %x, %y : (tensor<?xf32, #dlc.dims<s0>>, tensor<?xf32, #dlc.dims<s1>>) -> tensor<?xf32, #dlc.dims<s0>> loc(#both)
    %1 = dlc.slice %x {starts = array<i64: 1>, sizes = array<i64: -9223372036854775808>, steps = array<i64: 2>, open = #dlc.dims<1, s1>}
       : (tensor<?xf32, #dlc.dims<s0>>) -> tensor<?xf32, #dlc.dims<s1>> loc(#part)
    return %0, %1 : tensor<?xf32, #dlc.dims<s0>>, tensor<?xf32, #dlc.dims<s1>>
  }

  // CHECK-LABEL: func.func @rows(
  // CHECK-SAME: %[[X:.*]]: tensor<?x?x8xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0, s1, 8)>}
  // CHECK-SAME: %[[B:.*]]: index {dlc.range = array<i64: 1, 16, 1>, dlc.symbol = "batch"}, %[[S:.*]]: index {dlc.range = array<i64: 1, 512, 128>, dlc.symbol = "sequence"})
  // CHECK-SAME: -> (tensor<?x8xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0 * s1, 8)>})
  // CHECK: tensor.collapse_shape %[[X]] {{\[}}[0, 1], [2]] : tensor<?x?x8xf32> into tensor<?x8xf32>
  // CHECK: %[[ROWS:.*]] = arith.muli %[[B]], %[[S]]
  // CHECK: tensor.empty(%[[ROWS]]) : tensor<?x8xf32>
  func.func @rows(%x: tensor<?x?x8xf32, #dlc.dims<s0, s1, 8>>) -> tensor<?x8xf32, #dlc.dims<s0 * s1, 8>> {
    %0 = dlc.reshape %x : (tensor<?x?x8xf32, #dlc.dims<s0, s1, 8>>) -> tensor<?x8xf32, #dlc.dims<s0 * s1, 8>>
    %1 = dlc.relu %0 : (tensor<?x8xf32, #dlc.dims<s0 * s1, 8>>) -> tensor<?x8xf32, #dlc.dims<s0 * s1, 8>>
    return %1 : tensor<?x8xf32, #dlc.dims<s0 * s1, 8>>
  }

  // Heads are split off in groups as small as they are.
  // CHECK-LABEL: func.func @heads(
  // CHECK: tensor.expand_shape %{{.*}} {{\[}}[0], [1], [2, 3]] output_shape [%{{.*}}, %{{.*}}, 2, 4] : tensor<?x?x8xf32> into tensor<?x?x2x4xf32>
  func.func @heads(%x: tensor<?x?x8xf32, #dlc.dims<s0, s1, 8>>) -> tensor<?x?x2x4xf32, #dlc.dims<s0, s1, 2, 4>> {
    %0 = dlc.reshape %x : (tensor<?x?x8xf32, #dlc.dims<s0, s1, 8>>) -> tensor<?x?x2x4xf32, #dlc.dims<s0, s1, 2, 4>>
    return %0 : tensor<?x?x2x4xf32, #dlc.dims<s0, s1, 2, 4>>
  }

  // A mean over an open dimension divides by its size.
  // CHECK-LABEL: func.func @mean(
  // CHECK-SAME: %[[S:[a-z0-9]*]]: index {dlc.range = array<i64: 1, 512, 128>
  // CHECK: %[[I:.*]] = arith.index_cast %[[S]] : index to i64
  // CHECK: %[[N:.*]] = arith.sitofp %[[I]] : i64 to f32
  // CHECK: arith.divf %{{.*}}, %[[N]]
  func.func @mean(%x: tensor<?x?xf32, #dlc.dims<s0, s1>>) -> tensor<?xf32, #dlc.dims<s0>> {
    %0 = dlc.reduce_mean %x {axes = array<i64: 1>} : (tensor<?x?xf32, #dlc.dims<s0, s1>>) -> tensor<?xf32, #dlc.dims<s0>>
    return %0 : tensor<?xf32, #dlc.dims<s0>>
  }

  // That rows come in pairs can't be proved.
  // CHECK-LABEL: func.func @pairs(
  func.func @pairs(%x: tensor<?x?xf32, #dlc.dims<s0, s1>>) -> tensor<?x2x?xf32, #dlc.dims<s0 floordiv 2, 2, s1>> {
    %0 = dlc.reshape %x : (tensor<?x?xf32, #dlc.dims<s0, s1>>) -> tensor<?x2x?xf32, #dlc.dims<s0 floordiv 2, 2, s1>> loc(#pairs)
    return %0 : tensor<?x2x?xf32, #dlc.dims<s0 floordiv 2, 2, s1>>
  }

  // Nearest neighbours repeat a whole number of times, whatever the size.
  // CHECK-LABEL: func.func @twice(
  // CHECK: linalg.generic {{.*}}affine_map<(d0, d1, d2) -> (d0, d1)>
  func.func @twice(%x: tensor<1x?xf32, #dlc.dims<1, s1>>) -> tensor<1x?xf32, #dlc.dims<1, s1 * 2>> {
    %0 = dlc.resize %x {scales = array<f64: 1.0, 2.0>, mode = #dlc.resize_mode<nearest>, coordinates = #dlc.resize_coordinates<asymmetric>, nearest = #dlc.resize_nearest<floor>}
       : (tensor<1x?xf32, #dlc.dims<1, s1>>) -> tensor<1x?xf32, #dlc.dims<1, s1 * 2>>
    return %0 : tensor<1x?xf32, #dlc.dims<1, s1 * 2>>
  }
}
#pairs = loc("Reshape:pairs")
#both = loc("Add:both")
#part = loc("Slice:part")
