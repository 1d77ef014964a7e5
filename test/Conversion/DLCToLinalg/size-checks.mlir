// RUN: dlc-opt %s --convert-dlc-to-linalg --canonicalize --cse --mlir-print-local-scope | FileCheck %s

// What ops demand of open sizes and can't be proved is checked when the model
// runs; what one size alone decides makes its bounds narrower.

// CHECK: dlc.checks = [
// CHECK-SAME: {expr = affine_map<()[s0, s1, s2] -> (s0 - s1 - 1)>, kind = "at_least", text = "Gather:other: index columns is out of range for dimension 1 of x, which has rows elements"}
// CHECK-SAME: {expr = affine_map<()[s0, s1, s2] -> ((s0 floordiv 2) * -2 + s0)>, kind = "equal", text = "Split:halves: rows must be a multiple of 2"}
// CHECK-SAME: {expr = affine_map<()[s0, s1, s2] -> (s2 - 1)>, kind = "equal", text = "Squeeze:one: one must be 1"}
// CHECK-SAME: {expr = affine_map<()[s0, s1, s2] -> (s0 - s1)>, kind = "at_least", text = "Pad:computed: an amount to pad by that is computed must not be negative: rows - columns"}
// CHECK-SAME: {expr = affine_map<()[s0, s1, s2] -> (s0 * 2 - s1 + 1)>, kind = "at_least", text = "Pad:computed: dimension 0 of the result would have the size rows * 2 - columns + 1"}]
// The last index is -7, a tuple's -3.
// CHECK-SAME: dlc.symbols = [#dlc.symbol<"rows", 7 to 16, likely 8>, #dlc.symbol<"columns", 3 to 512, likely 128>, #dlc.symbol<"one", 1 to 4, likely 1>]
module attributes {dlc.symbols = [#dlc.symbol<"rows", 1 to 16, likely 8>,
                                  #dlc.symbol<"columns", 1 to 512, likely 128>,
                                  #dlc.symbol<"one", 1 to 4, likely 1>]} {
  func.func @positions(%x: tensor<3x?xf32, #dlc.dims<3, s0>>, %y: tensor<2x?xf32, #dlc.dims<2, s1>>, %u: tensor<2xf32>)
      -> (tensor<3x4xf32>, tensor<3x1xf32>, tensor<3x2xf32>, tensor<2x?xf32, #dlc.dims<2, s1>>) {
    %numbers = dlc.constant dense<[0, 5, -7, -2]> : tensor<4xi64>
    %0 = dlc.gather %x, %numbers {axis = 1 : i64} : (tensor<3x?xf32, #dlc.dims<3, s0>>, tensor<4xi64>) -> tensor<3x4xf32> loc(#front)
    %size = dlc.sizes {values = #dlc.dims<s1>} : () -> tensor<1xi64>
    %1 = dlc.gather %x, %size {axis = 1 : i64} : (tensor<3x?xf32, #dlc.dims<3, s0>>, tensor<1xi64>) -> tensor<3x1xf32> loc(#other)
    %last = dlc.sizes {values = #dlc.dims<s0 - 1, 0>} : () -> tensor<2xi64>
    %2 = dlc.gather %x, %last {axis = 1 : i64} : (tensor<3x?xf32, #dlc.dims<3, s0>>, tensor<2xi64>) -> tensor<3x2xf32> loc(#last)
    %tuples = dlc.constant dense<[[1, 0], [-2, -3]]> : tensor<2x2xi64>
    %3 = dlc.scatter_nd %y, %tuples, %u : (tensor<2x?xf32, #dlc.dims<2, s1>>, tensor<2x2xi64>, tensor<2xf32>) -> tensor<2x?xf32, #dlc.dims<2, s1>> loc(#tuples)
    return %0, %1, %2, %3 : tensor<3x4xf32>, tensor<3x1xf32>, tensor<3x2xf32>, tensor<2x?xf32, #dlc.dims<2, s1>>
  }

  // CHECK-LABEL: func.func @sizes(
  // CHECK-SAME: %[[X:.*]]: tensor<?x4xf32> {{{.*}}}, %[[Y:.*]]: tensor<?x4xf32>
  // CHECK: %[[ONE:.*]] = tensor.cast %[[Y]] : tensor<?x4xf32> to tensor<1x4xf32>
  // CHECK: return %[[X]], %[[ONE]]
  func.func @sizes(%x: tensor<?x4xf32, #dlc.dims<s0, 4>>, %y: tensor<?x4xf32, #dlc.dims<s2, 4>>)
      -> (tensor<?x4xf32, #dlc.dims<(s0 floordiv 2) * 2, 4>>, tensor<1x4xf32>) {
    %0 = dlc.check_sizes %x : (tensor<?x4xf32, #dlc.dims<s0, 4>>) -> tensor<?x4xf32, #dlc.dims<(s0 floordiv 2) * 2, 4>> loc(#halves)
    %1 = dlc.check_sizes %y : (tensor<?x4xf32, #dlc.dims<s2, 4>>) -> tensor<1x4xf32> loc(#one)
    return %0, %1 : tensor<?x4xf32, #dlc.dims<(s0 floordiv 2) * 2, 4>>, tensor<1x4xf32>
  }

  // CHECK-LABEL: func.func @pads(
  // CHECK-SAME: %[[X:.*]]: tensor<?xf32>
  // CHECK-SAME: %[[R:[a-z0-9]*]]: index {dlc.range = array<i64: 7, 16, 8>, dlc.symbol = "rows"}, %[[C:[a-z0-9]*]]: index
  // CHECK: tensor.extract_slice %[[X]][5]
  // CHECK: %[[AMOUNT:.*]] = arith.subi %[[R]], %[[C]]
  // CHECK: tensor.pad %[[X]] low[1] high[%[[AMOUNT]]]
  func.func @pads(%x: tensor<?xf32, #dlc.dims<s0>>)
      -> (tensor<?xf32, #dlc.dims<s0>>, tensor<?xf32, #dlc.dims<2 * s0 - s1 + 1>>) {
    %0 = dlc.pad %x {pads = array<i64: -5, 5>} : (tensor<?xf32, #dlc.dims<s0>>) -> tensor<?xf32, #dlc.dims<s0>> loc(#crop)
    %1 = dlc.pad %x {pads = array<i64: 1, -9223372036854775808>, open = #dlc.dims<1, s0 - s1>}
       : (tensor<?xf32, #dlc.dims<s0>>) -> tensor<?xf32, #dlc.dims<2 * s0 - s1 + 1>> loc(#computed)
    return %0, %1 : tensor<?xf32, #dlc.dims<s0>>, tensor<?xf32, #dlc.dims<2 * s0 - s1 + 1>>
  }
}

#front = loc("Gather:front")
#other = loc("Gather:other")
#last = loc("Gather:last")
#tuples = loc("ScatterND:tuples")
#halves = loc("Split:halves")
#one = loc("Squeeze:one")
#crop = loc("Pad:crop")
#computed = loc("Pad:computed")
