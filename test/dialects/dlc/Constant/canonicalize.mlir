// Sizes as numbers of the program.
// RUN: dlc-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @known(
// CHECK: %[[C:.*]] = arith.constant 7 : index
// CHECK-NEXT: return %[[C]]
func.func @known() -> index {
  %0 = dlc.size {value = #dlc.dims<7>} : () -> index
  return %0 : index
}

// CHECK-LABEL: func @extracted(
// CHECK-NEXT: %[[SIZE:.*]] = dlc.size {value = #dlc.dims<s1 + 1>} : () -> index
// CHECK-NEXT: arith.index_cast %[[SIZE]] : index to i64
// CHECK-NEXT: return
func.func @extracted() -> i64 {
  %c1 = arith.constant 1 : index
  %sizes = dlc.sizes {values = #dlc.dims<s0, s1 + 1>} : () -> tensor<2xi64>
  %0 = tensor.extract %sizes[%c1] : tensor<2xi64>
  return %0 : i64
}

// A trip count that came by way of a tensor of i64.
// CHECK-LABEL: func @trip_count(
// CHECK-NEXT: %[[SIZE:.*]] = dlc.size {value = #dlc.dims<s0>} : () -> index
// CHECK-NEXT: return %[[SIZE]]
func.func @trip_count() -> index {
  %sizes = dlc.sizes {values = #dlc.dims<s0>} : () -> tensor<i64>
  %0 = tensor.extract %sizes[] : tensor<i64>
  %1 = arith.index_cast %0 : i64 to index
  return %1 : index
}

// CHECK-LABEL: func @not_known_which(
// CHECK: tensor.extract
func.func @not_known_which(%i: index) -> i64 {
  %sizes = dlc.sizes {values = #dlc.dims<s0, s1>} : () -> tensor<2xi64>
  %0 = tensor.extract %sizes[%i] : tensor<2xi64>
  return %0 : i64
}
