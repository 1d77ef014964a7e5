// RUN: dlc-opt %s --convert-dlc-to-linalg --canonicalize | FileCheck %s

// Rows are where blocks begin in a row of the left operand, whose rows are 8
// apart.
// CHECK-DAG: #[[VALUES:.*]] = affine_map<(d0, d1, d2, d3) -> (d1 floordiv 4, d2, d3, d1 mod 4)>
// CHECK-DAG: #[[TABLE:.*]] = affine_map<(d0, d1, d2, d3) -> (d1 floordiv 4, d2)>
// CHECK-DAG: #[[Y:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
// CHECK-LABEL: func.func @matmul(
// CHECK-DAG:     %[[ROWS:.*]] = arith.constant dense<{{\[\[}}2], [6]]> : tensor<2x1xi32>
// CHECK-DAG:     %[[FLAT:.*]] = tensor.collapse_shape %arg0 {{\[\[}}0, 1]] : tensor<3x8xf32> into tensor<24xf32>
// CHECK:         linalg.generic {indexing_maps = [#[[VALUES]], #[[TABLE]], #[[Y]]], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%arg1, %[[ROWS]] :
// CHECK:         ^bb0(%[[V:.*]]: f32, %[[I:.*]]: i32, %[[SUM:.*]]: f32):
// CHECK:           %[[START:.*]] = arith.index_cast %[[I]]
// CHECK:           %[[M:.*]] = linalg.index 0
// CHECK:           %[[ROW:.*]] = arith.muli %[[M]], %c8
// CHECK:           %[[A:.*]] = arith.addi %[[START]], %[[ROW]]
// CHECK:           %[[G:.*]] = linalg.index 3
// CHECK:           %[[AT:.*]] = arith.addi %[[A]], %[[G]]
// CHECK:           %[[X:.*]] = tensor.extract %[[FLAT]][%[[AT]]]
// CHECK:           %[[P:.*]] = arith.mulf %[[X]], %[[V]]
// CHECK:           arith.addf %[[SUM]], %[[P]]
func.func @matmul(%a: tensor<3x8xf32>, %values: tensor<2x1x2x4xf32>) -> tensor<3x6xf32> {
  %rows = dlc.constant dense<[[2], [6]]> : tensor<2x1xi32>
  %y = dlc.sparse_matmul %a, %values, %rows {columns = 6 : i64} : (tensor<3x8xf32>, tensor<2x1x2x4xf32>, tensor<2x1xi32>) -> tensor<3x6xf32>
  return %y : tensor<3x6xf32>
}

// Channel 6 is position 2 in block 1, which lies 5 * 4 elements on.
// CHECK-LABEL: func.func @conv(
// CHECK-DAG:     arith.constant dense<{{\[\[}}0, 22]]> : tensor<1x2xi32>
// CHECK-DAG:     tensor.collapse_shape %arg0 {{.*}} into tensor<40xf32>
func.func @conv(%x: tensor<1x2x5x4xf32>, %values: tensor<1x2x2x4xf32>) -> tensor<1x1x3x4xf32> {
  %channels = dlc.constant dense<[[0, 6]]> : tensor<1x2xi32>
  %y = dlc.sparse_conv %x, %values, %channels {strides = array<i64: 2>} : (tensor<1x2x5x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2xi32>) -> tensor<1x1x3x4xf32>
  return %y : tensor<1x1x3x4xf32>
}
