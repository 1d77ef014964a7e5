// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// Sizes are expressions of the module's symbols, in one normal form.

// CHECK: module attributes {dlc.symbols = [#dlc.symbol<"batch", 1 to 16, likely 1>, #dlc.symbol<"sequence", 1 to 512, likely 128>]}
module attributes {dlc.symbols = [#dlc.symbol<"batch", 1 to 16, likely 1>,
                                  #dlc.symbol<"sequence", 1 to 512, likely 128>]} {
  // CHECK-LABEL: @normal_form
  // CHECK-SAME: tensor<?x?x?xf32, #dlc.dims<s0 * s1, s1 * 2 + 2, (s1 + 1) floordiv 2>>
  func.func @normal_form(%x: tensor<?x?x?xf32, #dlc.dims<s1 * s0, 2 * (s1 + 1), (2 * s1 + 2) floordiv 4>>) {
    return
  }

  // Remainders and divisions of the same cancel out.
  // CHECK-LABEL: @remainders
  // CHECK-SAME: tensor<?x?x?xf32, #dlc.dims<s1 + 1, (s1 floordiv 3) * -3 + s1, (s1 + 1) floordiv 2>>
  func.func @remainders(%x: tensor<?x?x?xf32, #dlc.dims<(s1 + 1) mod 2 + 2 * ((s1 + 1) floordiv 2), s1 mod 3, (s1 + 1 - (s1 + 1) mod 2) floordiv 2>>) {
    return
  }

  // CHECK-LABEL: @ops
  func.func @ops(%x: tensor<?x?x8xf32, #dlc.dims<s0, s1, 8>>, %y: tensor<?x1xf32, #dlc.dims<s1, 1>>)
      -> (tensor<?x8xf32, #dlc.dims<s0 * s1, 8>>, tensor<?x?x16xf32, #dlc.dims<s0, s1, 16>>) {
    // CHECK: dlc.add {{.*}} -> tensor<?x?x8xf32, #dlc.dims<s0, s1, 8>>
    %0 = dlc.add %x, %y : (tensor<?x?x8xf32, #dlc.dims<s0, s1, 8>>, tensor<?x1xf32, #dlc.dims<s1, 1>>) -> tensor<?x?x8xf32, #dlc.dims<s0, s1, 8>>
    // CHECK: dlc.concat {{.*}} -> tensor<?x?x16xf32, #dlc.dims<s0, s1, 16>>
    %1 = dlc.concat %0, %0 {axis = 2 : i64} : (tensor<?x?x8xf32, #dlc.dims<s0, s1, 8>>, tensor<?x?x8xf32, #dlc.dims<s0, s1, 8>>) -> tensor<?x?x16xf32, #dlc.dims<s0, s1, 16>>
    // CHECK: dlc.slice {{.*}} {open = #dlc.dims<0, s1 - 1, 0, s0, 1, 8>
    %2 = dlc.slice %x {starts = array<i64: 0, -9223372036854775808, 0>, sizes = array<i64: -9223372036854775808, 1, 8>, steps = array<i64: 1, 1, 1>, open = #dlc.dims<0, s1 - 1, 0, s0, 1, 8>}
       : (tensor<?x?x8xf32, #dlc.dims<s0, s1, 8>>) -> tensor<?x1x8xf32, #dlc.dims<s0, 1, 8>>
    // CHECK: dlc.sizes {values = #dlc.dims<s0, s1 + 1>} : () -> tensor<2xi64>
    %3 = dlc.sizes {values = #dlc.dims<s0, s1 + 1>} : () -> tensor<2xi64>
    // CHECK: dlc.range {{.*}} -> tensor<?xi64, #dlc.dims<s1>>
    %one = dlc.constant dense<1> : tensor<i64>
    %4 = dlc.range %one, %one : (tensor<i64>, tensor<i64>) -> tensor<?xi64, #dlc.dims<s1>>
    %5 = dlc.reshape %0 : (tensor<?x?x8xf32, #dlc.dims<s0, s1, 8>>) -> tensor<?x8xf32, #dlc.dims<s0 * s1, 8>>
    %6 = dlc.transpose %5 {perm = array<i64: 0, 1>} : (tensor<?x8xf32, #dlc.dims<s0 * s1, 8>>) -> tensor<?x8xf32, #dlc.dims<s0 * s1, 8>>
    %7 = dlc.expand %6 : (tensor<?x8xf32, #dlc.dims<s0 * s1, 8>>) -> tensor<?x8xf32, #dlc.dims<s0 * s1, 8>>
    return %7, %1 : tensor<?x8xf32, #dlc.dims<s0 * s1, 8>>, tensor<?x?x16xf32, #dlc.dims<s0, s1, 16>>
  }
}
