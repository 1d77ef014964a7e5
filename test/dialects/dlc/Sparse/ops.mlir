// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s --mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func.func @ops(
// CHECK:         dlc.sparse_matmul %arg0, %arg1, %arg2 {columns = 20 : i64} : (tensor<2x?x64xf32>, tensor<2x4x8x16xf32>, tensor<2x4xi32>) -> tensor<2x?x20xf32>
// CHECK:         dlc.sparse_conv %arg3, %arg1, %arg2 {strides = array<i64: 2, 1>} : (tensor<1x4x7x?x16xf32>, tensor<2x4x8x16xf32>, tensor<2x4xi32>) -> tensor<1x2x4x?x16xf32>
func.func @ops(%a: tensor<2x?x64xf32>, %values: tensor<2x4x8x16xf32>, %starts: tensor<2x4xi32>, %x: tensor<1x4x7x?x16xf32>) {
  %0 = dlc.sparse_matmul %a, %values, %starts {columns = 20 : i64} : (tensor<2x?x64xf32>, tensor<2x4x8x16xf32>, tensor<2x4xi32>) -> tensor<2x?x20xf32>
  %1 = dlc.sparse_conv %x, %values, %starts {strides = array<i64: 2, 1>} : (tensor<1x4x7x?x16xf32>, tensor<2x4x8x16xf32>, tensor<2x4xi32>) -> tensor<1x2x4x?x16xf32>
  return
}
