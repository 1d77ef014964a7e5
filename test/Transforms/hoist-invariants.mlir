// RUN: dlc-opt %s --dlc-hoist-invariants | FileCheck %s

module attributes {dlc.symbols = [
    #dlc.symbol<"before", 0 to 9, likely 6, most #dlc.dims<9>>,
    #dlc.symbol<"inside", 0 to 9, likely 6, most #dlc.dims<9>>]} {

// What has the size that was found before the loop leaves it; what has the one
// that the loop finds stays, although no operand says so.

// CHECK-LABEL: @sizes
// CHECK: dlc.expand {{.*}} -> tensor<?xf32, #dlc.dims<s0>>
// CHECK: scf.for
// CHECK: dlc.define_size
// CHECK-NEXT: dlc.expand {{.*}} -> tensor<?xf32, #dlc.dims<s1>>
func.func @sizes(%c: tensor<f32>, %n: tensor<i64>, %x: tensor<f32>)
    -> tensor<f32> {
  %i0 = arith.constant 0 : index
  %i1 = arith.constant 1 : index
  %i5 = arith.constant 5 : index
  dlc.define_size %n {symbol = 0 : i64} : (tensor<i64>) -> ()
  %y = scf.for %i = %i0 to %i5 step %i1 iter_args(%s = %x) -> tensor<f32> {
    %m = dlc.neg %n : (tensor<i64>) -> tensor<i64>
    dlc.define_size %n {symbol = 1 : i64} : (tensor<i64>) -> ()
    %a = dlc.expand %c : (tensor<f32>) -> tensor<?xf32, #dlc.dims<s0>>
    %b = dlc.expand %c : (tensor<f32>) -> tensor<?xf32, #dlc.dims<s1>>
    %p = dlc.reduce_sum %a {axes = array<i64: 0>}
      : (tensor<?xf32, #dlc.dims<s0>>) -> tensor<f32>
    %q = dlc.reduce_sum %b {axes = array<i64: 0>}
      : (tensor<?xf32, #dlc.dims<s1>>) -> tensor<f32>
    %r = dlc.add %p, %q : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %t = dlc.add %r, %s : (tensor<f32>, tensor<f32>) -> tensor<f32>
    scf.yield %t : tensor<f32>
  }
  return %y : tensor<f32>
}

}
