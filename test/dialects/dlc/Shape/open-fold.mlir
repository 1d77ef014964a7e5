// RUN: dlc-opt %s --canonicalize | FileCheck %s

// Two shapes of the same type array may differ in what their sizes are.

module attributes {dlc.symbols = [#dlc.symbol<"a", 1 to 16, likely 1>, #dlc.symbol<"b", 1 to 16, likely 1>]} {
  // CHECK-LABEL: @swapped
  // CHECK: %[[Y:.*]] = dlc.reshape
  // CHECK: return %[[Y]]
  func.func @swapped(%x: tensor<?x?xf32, #dlc.dims<s0, s1>>) -> tensor<?x?xf32, #dlc.dims<s1, s0>> {
    %y = dlc.reshape %x : (tensor<?x?xf32, #dlc.dims<s0, s1>>) -> tensor<?x?xf32, #dlc.dims<s1, s0>>
    return %y : tensor<?x?xf32, #dlc.dims<s1, s0>>
  }

  // CHECK-LABEL: @back
  // CHECK-SAME: %[[X:.*]]: tensor
  // CHECK: return %[[X]]
  func.func @back(%x: tensor<?x?xf32, #dlc.dims<s0, s1>>) -> tensor<?x?xf32, #dlc.dims<s0, s1>> {
    %y = dlc.reshape %x : (tensor<?x?xf32, #dlc.dims<s0, s1>>) -> tensor<?xf32, #dlc.dims<s0 * s1>>
    %z = dlc.reshape %y : (tensor<?xf32, #dlc.dims<s0 * s1>>) -> tensor<?x?xf32, #dlc.dims<s0, s1>>
    return %z : tensor<?x?xf32, #dlc.dims<s0, s1>>
  }

  // Of `?` that nothing is known about, two of the same type may differ.
  // CHECK-LABEL: @unknown
  // CHECK: %[[Y:.*]] = dlc.reshape
  // CHECK: return %[[Y]]
  func.func @unknown(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
    %y = dlc.reshape %x : (tensor<?x?xf32>) -> tensor<?x?xf32>
    return %y : tensor<?x?xf32>
  }

  // A transposition moves the sizes with the elements.
  // CHECK-LABEL: @sink
  // CHECK: dlc.relu {{.*}} -> tensor<?x?xf32, #dlc.dims<s0, s1>>
  // CHECK: dlc.transpose {{.*}} -> tensor<?x?xf32, #dlc.dims<s1, s0>>
  func.func @sink(%x: tensor<?x?xf32, #dlc.dims<s0, s1>>) -> tensor<?x?xf32, #dlc.dims<s1, s0>> {
    %y = dlc.transpose %x {perm = array<i64: 1, 0>} : (tensor<?x?xf32, #dlc.dims<s0, s1>>) -> tensor<?x?xf32, #dlc.dims<s1, s0>>
    %z = dlc.relu %y : (tensor<?x?xf32, #dlc.dims<s1, s0>>) -> tensor<?x?xf32, #dlc.dims<s1, s0>>
    return %z : tensor<?x?xf32, #dlc.dims<s1, s0>>
  }
}
