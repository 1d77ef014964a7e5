// RUN: dlc-opt %s --split-input-file --convert-dlc-to-linalg | FileCheck %s

// Bounds lose the sizes that a relation about one symbol rules out; nothing is
// left to check then.

// A window of 10 needs 10 elements; the likely size moves along.
// CHECK-LABEL: module
// CHECK-NOT: dlc.checks
// CHECK-SAME: #dlc.symbol<"samples", 10 to 64, likely 10>
module attributes {dlc.symbols = [#dlc.symbol<"samples", 1 to 64, likely 4>]} {
  func.func @main(%x: tensor<1x2x?xf32, #dlc.dims<1, 2, s0>>, %w: tensor<3x2x10xf32>) -> tensor<1x3x?xf32, #dlc.dims<1, 3, (s0 - 10) floordiv 5 + 1>> {
    %0 = dlc.conv %x, %w {dilations = array<i64: 1>, pads = array<i64: 0, 0>, strides = array<i64: 5>} : (tensor<1x2x?xf32, #dlc.dims<1, 2, s0>>, tensor<3x2x10xf32>) -> tensor<1x3x?xf32, #dlc.dims<1, 3, (s0 - 10) floordiv 5 + 1>>
    return %0 : tensor<1x3x?xf32, #dlc.dims<1, 3, (s0 - 10) floordiv 5 + 1>>
  }
}

// -----

// A table has rows for 32 positions only.
// CHECK-LABEL: module
// CHECK-NOT: dlc.checks
// CHECK-SAME: #dlc.symbol<"sequence", 1 to 32, likely 32>
module attributes {dlc.symbols = [#dlc.symbol<"sequence", 1 to 512, likely 128>]} {
  func.func @main(%table: tensor<32x8xf32>, %x: tensor<?x8xf32, #dlc.dims<s0, 8>>) -> tensor<?x8xf32, #dlc.dims<s0, 8>> {
    %0 = dlc.slice %table {starts = array<i64: 0, 0>, sizes = array<i64: -9223372036854775808, 8>, steps = array<i64: 1, 1>, open = #dlc.dims<0, 0, s0, 8>} : (tensor<32x8xf32>) -> tensor<?x8xf32, #dlc.dims<s0, 8>>
    %1 = dlc.add %x, %0 : (tensor<?x8xf32, #dlc.dims<s0, 8>>, tensor<?x8xf32, #dlc.dims<s0, 8>>) -> tensor<?x8xf32, #dlc.dims<s0, 8>>
    return %1 : tensor<?x8xf32, #dlc.dims<s0, 8>>
  }
}
