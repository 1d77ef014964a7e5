// RUN: dlc-opt %s --convert-dlc-to-linalg --canonicalize --cse --mlir-print-local-scope | FileCheck %s

// Where a resize takes its elements from is computed, in integers, for each
// position along an open dimension.

module attributes {dlc.symbols = [#dlc.symbol<"rows", 1 to 40, likely 12>,
                                  #dlc.symbol<"wanted", 1 to 60, likely 24>]} {
  // The ratio of the sizes, a = wanted and b = rows: (2 * b * x + b - a) / (2 * a).
  // CHECK-LABEL: func.func @linear(
  // CHECK-SAME: %[[B:[a-z0-9]*]]: index {dlc.range = array<i64: 1, 40, 12>, dlc.symbol = "rows"}, %[[A:[a-z0-9]*]]: index
  // CHECK-DAG: %[[STEP:.*]] = arith.muli %[[B]], %c2
  // CHECK-DAG: %[[FIRST:.*]] = arith.subi %[[B]], %[[A]]
  // CHECK-DAG: %[[BELOW:.*]] = arith.muli %[[A]], %c2
  // CHECK: %[[LOW:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?xi64>)
  // CHECK: %[[X:.*]] = linalg.index 0
  // CHECK: %[[SCALED:.*]] = arith.muli %[[X]], %[[STEP]]
  // CHECK: %[[AT:.*]] = arith.addi %[[SCALED]], %[[FIRST]]
  // CHECK: arith.divsi %[[AT]], %[[BELOW]]
  // CHECK: %[[LOWWEIGHT:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?xf32>)
  // CHECK: arith.divf %{{.*}}, %{{.*}} : f64
  // CHECK: %[[HIGH:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?xi64>)
  // CHECK: %[[HIGHWEIGHT:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?xf32>)
  // CHECK: linalg.generic {{.*}} ins(%[[LOW]], %[[HIGH]], %[[LOWWEIGHT]], %[[HIGHWEIGHT]] :
  // CHECK-COUNT-2: tensor.extract
  func.func @linear(%x: tensor<2x?xf32, #dlc.dims<2, s0>>, %y: tensor<?xf32, #dlc.dims<s1>>) -> tensor<2x?xf32, #dlc.dims<2, s1>> {
    %0 = dlc.resize %x {scales = array<f64: 1.0, 0.0>, mode = #dlc.resize_mode<linear>}
       : (tensor<2x?xf32, #dlc.dims<2, s0>>) -> tensor<2x?xf32, #dlc.dims<2, s1>>
    return %0 : tensor<2x?xf32, #dlc.dims<2, s1>>
  }

  // Known dimensions keep their constants: two positions from the first, one
  // from the second element.
  // CHECK-LABEL: func.func @both(
  // CHECK-DAG: dense<[0, 0, 1]> : tensor<3xi64>
  // CHECK: %[[PLACES:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?xi64>)
  // CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[PLACES]] : tensor<3xi64>, tensor<?xi64>)
  func.func @both(%x: tensor<2x?xf32, #dlc.dims<2, s0>>) -> tensor<3x?xf32, #dlc.dims<3, (s0 * 3) floordiv 2>> {
    %0 = dlc.resize %x {scales = array<f64: 1.5, 1.5>, mode = #dlc.resize_mode<nearest>, coordinates = #dlc.resize_coordinates<asymmetric>, nearest = #dlc.resize_nearest<floor>}
       : (tensor<2x?xf32, #dlc.dims<2, s0>>) -> tensor<3x?xf32, #dlc.dims<3, (s0 * 3) floordiv 2>>
    return %0 : tensor<3x?xf32, #dlc.dims<3, (s0 * 3) floordiv 2>>
  }

  // A size that stays is one that isn't resized.
  // CHECK-LABEL: func.func @same(
  // CHECK-SAME: %[[X:[a-z0-9]*]]: tensor
  // CHECK: return %[[X]]
  func.func @same(%x: tensor<2x?xf32, #dlc.dims<2, s0>>) -> tensor<2x?xf32, #dlc.dims<2, s0>> {
    %0 = dlc.resize %x {scales = array<f64: 1.0, 0.0>, mode = #dlc.resize_mode<cubic>}
       : (tensor<2x?xf32, #dlc.dims<2, s0>>) -> tensor<2x?xf32, #dlc.dims<2, s0>>
    return %0 : tensor<2x?xf32, #dlc.dims<2, s0>>
  }

  // Unless only a part of it is taken.
  // CHECK-LABEL: func.func @part(
  // CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<?xi64>)
  // CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<?xi1>)
  func.func @part(%x: tensor<?xf32, #dlc.dims<s0>>) -> tensor<?xf32, #dlc.dims<s0>> {
    %0 = dlc.resize %x {scales = array<f64: 0.0>, roi = array<f64: 0.2, 1.2>, mode = #dlc.resize_mode<nearest>, coordinates = #dlc.resize_coordinates<tf_crop_and_resize>}
       : (tensor<?xf32, #dlc.dims<s0>>) -> tensor<?xf32, #dlc.dims<s0>>
    return %0 : tensor<?xf32, #dlc.dims<s0>>
  }
}
