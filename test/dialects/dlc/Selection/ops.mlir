// RUN: dlc-opt %s | dlc-opt | FileCheck %s

module attributes {dlc.symbols = [
    #dlc.symbol<"n", 0 to 8, likely 4>,
    #dlc.symbol<"found", 0 to 24, likely 6, most #dlc.dims<s0 * 3>>]} {

// CHECK: #dlc.symbol<"found", 0 to 24, likely 6, most #dlc.dims<s0 * 3>>

// CHECK-LABEL: @nonzero
// CHECK: dlc.define_size %{{.*}} {symbol = 1 : i64} : (tensor<i64>) -> ()
// CHECK: dlc.nonzero %{{.*}} : (tensor<?x3xf32, #dlc.dims<s0, 3>>) -> tensor<2x?xi64, #dlc.dims<2, s1>>
func.func @nonzero(%x: tensor<?x3xf32, #dlc.dims<s0, 3>>, %n: tensor<i64>)
    -> tensor<2x?xi64, #dlc.dims<2, s1>> {
  dlc.define_size %n {symbol = 1 : i64} : (tensor<i64>) -> ()
  %y = dlc.nonzero %x : (tensor<?x3xf32, #dlc.dims<s0, 3>>)
    -> tensor<2x?xi64, #dlc.dims<2, s1>>
  return %y : tensor<2x?xi64, #dlc.dims<2, s1>>
}

// The k of a selection may be a size, too.

// CHECK-LABEL: @topk
// CHECK: dlc.topk %{{.*}} {axis = 0 : i64, k = 0 : i64, open = #dlc.dims<s0>}
// CHECK-SAME: -> (tensor<?x2xf32, #dlc.dims<s0, 2>>, tensor<?x2xi64, #dlc.dims<s0, 2>>)
func.func @topk(%x: tensor<9x2xf32>) -> tensor<?x2xi64, #dlc.dims<s0, 2>> {
  %v, %i = dlc.topk %x {axis = 0 : i64, k = 0 : i64, open = #dlc.dims<s0>}
    : (tensor<9x2xf32>) -> (tensor<?x2xf32, #dlc.dims<s0, 2>>,
                            tensor<?x2xi64, #dlc.dims<s0, 2>>)
  return %i : tensor<?x2xi64, #dlc.dims<s0, 2>>
}

// CHECK-LABEL: @suppress
// CHECK: dlc.non_max_suppression %{{.*}} {center}
func.func @suppress(%b: tensor<1x6x4xf32>, %s: tensor<1x2x6xf32>,
                    %most: tensor<i64>, %t: tensor<f32>)
    -> (tensor<12x3xi64>, tensor<i64>) {
  %y, %n = dlc.non_max_suppression %b, %s, %most, %t, %t {center}
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<i64>, tensor<f32>,
       tensor<f32>) -> (tensor<12x3xi64>, tensor<i64>)
  return %y, %n : tensor<12x3xi64>, tensor<i64>
}

// CHECK-LABEL: @unique
// CHECK: dlc.unique %{{.*}} {sorted} : (tensor<5x2xi32>) -> (tensor<5xi64>, tensor<5xi64>, tensor<5xi64>, tensor<i64>)
func.func @unique(%x: tensor<5x2xi32>) -> tensor<i64> {
  %f, %i, %c, %n = dlc.unique %x {sorted} : (tensor<5x2xi32>)
    -> (tensor<5xi64>, tensor<5xi64>, tensor<5xi64>, tensor<i64>)
  return %n : tensor<i64>
}

}
