// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: dlc compile %s -o %t.onnx -q
// RUN: dlc compile %t.onnx -o - --emit=dlc | FileCheck %s

// Sizes are computed from the inputs' shapes: amounts of pads, what is checked,
// what is resized to. A scale of 0 is the ratio of the sizes.

module attributes {dlc.symbols = [#dlc.symbol<"rows", 1 to 16, likely 8>, #dlc.symbol<"wanted", 1 to 16, likely 8>]} {
  // CHECK: @main(%[[X:.*]]: tensor<?x3xf32, #dlc.dims<s0, 3>> {{.*}}, %[[Y:.*]]: tensor<?xf32
  func.func @main(%x: tensor<?x3xf32, #dlc.dims<s0, 3>> {dlc.name = "x", dlc.dim_names = ["rows", ""]},
                  %y: tensor<?xf32, #dlc.dims<s1>> {dlc.name = "y", dlc.dim_names = ["wanted"]})
      -> (tensor<?x3xf32, #dlc.dims<s0 + s1, 3>> {dlc.name = "padded"},
          tensor<1x3xf32> {dlc.name = "one"},
          tensor<?x3xf32, #dlc.dims<s1, 3>> {dlc.name = "resized"}) {
    // CHECK: dlc.pad %[[X]] {mode = #dlc.pad_mode<edge>, open = #dlc.dims<0, 0, s1, 0>
    %0 = dlc.pad %x {pads = array<i64: 0, 0, -9223372036854775808, 0>, open = #dlc.dims<0, 0, s1, 0>, mode = #dlc.pad_mode<edge>}
       : (tensor<?x3xf32, #dlc.dims<s0, 3>>) -> tensor<?x3xf32, #dlc.dims<s0 + s1, 3>>
    // CHECK: dlc.reshape %[[X]] : {{.*}} -> tensor<1x3xf32>
    %1 = dlc.check_sizes %x : (tensor<?x3xf32, #dlc.dims<s0, 3>>) -> tensor<1x3xf32>
    // CHECK: dlc.resize %[[X]] {{.*}}scales = array<f64: 0.000000e+00, 1.000000e+00>} : {{.*}} -> tensor<?x3xf32, #dlc.dims<s1, 3>>
    %2 = dlc.resize %x {scales = array<f64: 0.0, 1.0>, mode = #dlc.resize_mode<linear>}
       : (tensor<?x3xf32, #dlc.dims<s0, 3>>) -> tensor<?x3xf32, #dlc.dims<s1, 3>>
    return %0, %1, %2 : tensor<?x3xf32, #dlc.dims<s0 + s1, 3>>, tensor<1x3xf32>, tensor<?x3xf32, #dlc.dims<s1, 3>>
  }
}
