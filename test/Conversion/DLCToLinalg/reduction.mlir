// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func @reduce_mean
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>
// CHECK-SAME: ["parallel", "reduction"]
// CHECK: arith.addf
// CHECK: arith.divf
// CHECK: tensor.expand_shape %{{.*}} output_shape [4, 1]
func.func @reduce_mean(%x: tensor<4x8xf32>) -> tensor<4x1xf32> {
  %y = dlc.reduce_mean %x {axes = array<i64: 1>, keepdims} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  return %y : tensor<4x1xf32>
}

// CHECK-LABEL: func @reduce_max
// CHECK: arith.constant 0xFF800000 : f32
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2) -> (d1)>
// CHECK: arith.maximumf
func.func @reduce_max(%x: tensor<4x8x2xf16>) -> tensor<8xf16> {
  %y = dlc.reduce_max %x {axes = array<i64: 0, 2>} : (tensor<4x8x2xf16>) -> tensor<8xf16>
  return %y : tensor<8xf16>
}

// CHECK-LABEL: func @reduce_min
// CHECK: arith.constant -1 : i8
// CHECK: arith.minui
func.func @reduce_min(%x: tensor<4x8xui8>) -> tensor<4xui8> {
  %y = dlc.reduce_min %x {axes = array<i64: 1>} : (tensor<4x8xui8>) -> tensor<4xui8>
  return %y : tensor<4xui8>
}

// The first maximum wins: a later one has to be greater, or the first NaN.
// CHECK-LABEL: func @argmax
// CHECK: %[[RESULT:.*]]:2 = linalg.generic
// CHECK-SAME: outs(%{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xi64>)
// CHECK: ^bb0(%[[X:.*]]: f32, %[[BEST:.*]]: f32, %[[AT:.*]]: i64):
// CHECK-DAG: %[[NEW:.*]] = arith.cmpf uno, %[[X]], %[[X]]
// CHECK-DAG: %[[OLD:.*]] = arith.cmpf uno, %[[BEST]], %[[BEST]]
// CHECK-DAG: %[[FIRST:.*]] = arith.select %[[OLD]], %false{{.*}}, %[[NEW]]
// CHECK-DAG: %[[MORE:.*]] = arith.cmpf olt, %[[BEST]], %[[X]]
// CHECK: %[[WINS:.*]] = arith.ori %[[MORE]], %[[FIRST]]
// CHECK: linalg.index 1
// CHECK: arith.select %[[WINS]]
// CHECK: return %[[RESULT]]#1
func.func @argmax(%x: tensor<4x8xf32>) -> tensor<4xi64> {
  %y = dlc.argmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xi64>
  return %y : tensor<4xi64>
}

// CHECK-LABEL: func @softmax
// CHECK: linalg.generic
// CHECK: arith.maximumf
// CHECK: linalg.generic
// CHECK: arith.subf
// CHECK: math.exp
// CHECK: linalg.generic
// CHECK: arith.addf
// CHECK: linalg.generic
// CHECK: arith.divf
func.func @softmax(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = dlc.softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @log_softmax
// CHECK: arith.maximumf
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: math.log
func.func @log_softmax(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = dlc.log_softmax %x {axis = 0 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @cumsum
// CHECK: scf.for
// CHECK: scf.for {{.*}} iter_args(%[[Y:.*]] = %{{.*}}, %[[SUM:.*]] = %{{.*}})
// CHECK: %[[NEXT:.*]] = arith.addi %[[SUM]]
// CHECK: tensor.insert %[[NEXT]] into %[[Y]]
func.func @cumsum(%x: tensor<4x8xi32>) -> tensor<4x8xi32> {
  %y = dlc.cumsum %x {axis = 1 : i64} : (tensor<4x8xi32>) -> tensor<4x8xi32>
  return %y : tensor<4x8xi32>
}

// CHECK-LABEL: func @cumprod
// CHECK: scf.for
// CHECK: arith.mulf
func.func @cumprod(%x: tensor<5xf32>) -> tensor<5xf32> {
  %0 = dlc.cumprod %x {axis = 0 : i64} : (tensor<5xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// The scratch matrix is one for all.
// CHECK-LABEL: func @det
// CHECK: tensor.empty() : tensor<3x3xf32>
// CHECK: scf.for
// CHECK: math.absf
// CHECK: arith.divf
func.func @det(%x: tensor<2x3x3xf32>) -> tensor<2xf32> {
  %0 = dlc.det %x : (tensor<2x3x3xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
