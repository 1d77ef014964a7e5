// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: dlc compile %s -o %t.onnx -q
// RUN: dlc compile %t.onnx -o - --emit=dlc | FileCheck %s

// Open dimensions keep their names; a reshape with several only loses or gains
// sizes of 1.

// CHECK: @main(%[[X:.*]]: tensor<?x1x?x4xf32, #dlc.dims<s0, 1, s1, 4>> {dlc.dim_names = ["batch", "", "length", ""], dlc.name = "x"})
// CHECK-SAME: tensor<?x?x1x4xf32, #dlc.dims<s0, s1, 1, 4>> {dlc.dim_names = ["batch", "length", "", ""], dlc.name = "y"}
func.func @main(%x: tensor<?x1x?x4xf32> {dlc.name = "x", dlc.dim_names = ["batch", "", "length", ""]})
    -> (tensor<?x?x1x4xf32> {dlc.name = "y", dlc.dim_names = ["batch", "length", "", ""]}) {
  // CHECK: %[[Z:.*]] = dlc.reshape %[[X]] : (tensor<?x1x?x4xf32, #dlc.dims<s0, 1, s1, 4>>) -> tensor<?x?x1x4xf32, #dlc.dims<s0, s1, 1, 4>>
  %y = dlc.reshape %x : (tensor<?x1x?x4xf32>) -> tensor<?x?x1x4xf32>
  // CHECK: return %[[Z]]
  return %y : tensor<?x?x1x4xf32>
}
