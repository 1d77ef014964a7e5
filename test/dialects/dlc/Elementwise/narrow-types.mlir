// Types of 8 bits and fewer: what converts to and from them, and that nothing is
// computed with them.
// RUN: dlc-opt %s --split-input-file --verify-diagnostics | dlc-opt --split-input-file | FileCheck %s

// CHECK-LABEL: @casts
// CHECK: dlc.cast %{{.*}} {saturate = false} : (tensor<4xf32>) -> tensor<4xf8E5M2>
// CHECK: dlc.cast %{{.*}} {round_mode = #dlc.round_mode<nearest>} : (tensor<4xf32>) -> tensor<4xf8E8M0FNU>
// CHECK: dlc.cast %{{.*}} : (tensor<4xf8E5M2>) -> tensor<4xui2>
// CHECK: dlc.bit_cast %{{.*}} : (tensor<4xf8E5M2>) -> tensor<4xi1>
func.func @casts(%x: tensor<4xf32>) -> (tensor<4xf8E8M0FNU>, tensor<4xui2>, tensor<4xi1>) {
  %0 = dlc.cast %x {saturate = false} : (tensor<4xf32>) -> tensor<4xf8E5M2>
  %1 = dlc.cast %x {round_mode = #dlc.round_mode<nearest>} : (tensor<4xf32>) -> tensor<4xf8E8M0FNU>
  %2 = dlc.cast %0 : (tensor<4xf8E5M2>) -> tensor<4xui2>
  %3 = dlc.bit_cast %0 : (tensor<4xf8E5M2>) -> tensor<4xi1>
  return %1, %2, %3 : tensor<4xf8E8M0FNU>, tensor<4xui2>, tensor<4xi1>
}

// -----

func.func @widths(%x: tensor<4xf32>) {
  // expected-error @below {{can't read elements of 32 bits as elements of 8 bits}}
  %y = dlc.bit_cast %x : (tensor<4xf32>) -> tensor<4xi1>
  return
}

// -----

func.func @computes(%x: tensor<4xf8E4M3FN>) {
  // expected-error @below {{operand #0 must be ranked tensor of floating-point or integer values, but got 'tensor<4xf8E4M3FN>'}}
  %y = dlc.add %x, %x : (tensor<4xf8E4M3FN>, tensor<4xf8E4M3FN>) -> tensor<4xf8E4M3FN>
  return
}

// -----

func.func @compares(%x: tensor<4xi4>) {
  // expected-error @below {{operand #0 must be ranked tensor of floating-point or integer values, but got 'tensor<4xi4>'}}
  %y = dlc.equal %x, %x : (tensor<4xi4>, tensor<4xi4>) -> tensor<4xi1>
  return
}

// -----

func.func @unknown(%x: tensor<4xf32>) {
  // expected-error @below {{result #0 must be ranked tensor of}}
  %y = dlc.cast %x : (tensor<4xf32>) -> tensor<4xf6E2M3FN>
  return
}
