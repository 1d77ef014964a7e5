// Sampling at coordinates: a table of starts and weights for each point, then a
// sum over it of rows of channels.
// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func @linear
// CHECK: %[[TABLES:.*]]:2 = linalg.generic
// CHECK-SAME: (d0, d1, d2) -> (d0, d1, 0)
// CHECK-SAME: (d0, d1, d2) -> (d0, d1, 1)
// Nothing becomes an integer before it is in range.
// CHECK: arith.select
// CHECK: arith.fptosi
// CHECK: linalg.yield %{{.*}}, %{{.*}} : i32, f32
// Channels are made neighbours, with zeros behind them.
// CHECK: tensor.pad %{{.*}} low[0, 0, 0] high[0, 1, 0]
// CHECK: linalg.generic {{.*}}"reduction"
// CHECK-SAME: ins(%[[TABLES]]#0, %[[TABLES]]#1
// CHECK: tensor.extract %{{.*}}[%{{.*}}] : tensor<1032xf32>
func.func @linear(%x: tensor<2x4x8x16xf32>, %c: tensor<2x7x2xf32>) -> tensor<2x4x7xf32> {
  %y = dlc.sample %x, %c {mode = #dlc.resize_mode<linear>, padding = #dlc.sample_padding<zeros>}
     : (tensor<2x4x8x16xf32>, tensor<2x7x2xf32>) -> tensor<2x4x7xf32>
  return %y : tensor<2x4x7xf32>
}

// CHECK-LABEL: func @nearest
// CHECK: math.roundeven
// CHECK-NOT: "reduction"
// CHECK: tensor.extract %{{.*}} : tensor<2x4x128xi8>
func.func @nearest(%x: tensor<2x4x8x16xi8>, %c: tensor<2x7x2xf32>) -> tensor<2x4x7xi8> {
  %y = dlc.sample %x, %c {mode = #dlc.resize_mode<nearest>, padding = #dlc.sample_padding<border>}
     : (tensor<2x4x8x16xi8>, tensor<2x7x2xf32>) -> tensor<2x4x7xi8>
  return %y : tensor<2x4x7xi8>
}

// One pass for each dimension that changes; the last one between transpositions.
// CHECK-LABEL: func @antialias
// CHECK: linalg.generic {{.*}}"reduction"{{.*}} outs(%{{.*}} : tensor<3x9x32xf32>)
// CHECK: linalg.generic {{.*}}"reduction"{{.*}} outs(%{{.*}} : tensor<1x10x27xf32>)
func.func @antialias(%x: tensor<1x3x32x32xf32>) -> tensor<1x3x9x10xf32> {
  %y = dlc.resize %x {antialias, mode = #dlc.resize_mode<cubic>, scales = array<f64: 1.0, 1.0, 0.28125, 0.3125>}
     : (tensor<1x3x32x32xf32>) -> tensor<1x3x9x10xf32>
  return %y : tensor<1x3x9x10xf32>
}
