// Panels of weights side by side, where a product has one row.
// RUN: dlc-opt %s --dlc-widen-panels --cse --mlir-print-local-scope | FileCheck %s

// Two panels of two columns, one of four: row by row.
// CHECK-LABEL: func @one_row(
// CHECK: %[[W:.*]] = dlc.constant dense<{{\[\[}}[1.000000e+00, 2.000000e+00, 7.000000e+00, 8.000000e+00], [3.000000e+00, 4.000000e+00, 9.000000e+00, 1.000000e+01], [5.000000e+00, 6.000000e+00, 1.100000e+01, 0.000000e+00]]]> : tensor<1x3x4xf32>
// CHECK: dlc.packed_matmul %{{.*}}, %[[W]] {columns = 3 : i64} : (tensor<1x3xf32>, tensor<1x3x4xf32>) -> tensor<1x3xf32>
func.func @one_row(%x: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %w = dlc.constant dense<[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0], [9.0, 10.0], [11.0, 0.0]]]> : tensor<2x3x2xf32>
  %y = dlc.packed_matmul %x, %w {columns = 3 : i64} : (tensor<1x3xf32>, tensor<2x3x2xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// Four at most; of 31 the last ones are filled up.
// CHECK-LABEL: func @many(
// CHECK: (tensor<1x1x2xf32>, tensor<8x2x4xf32>) -> tensor<1x1x31xf32>
func.func @many(%x: tensor<1x1x2xf32>) -> tensor<1x1x31xf32> {
  %w = dlc.constant dense_resource<panels> : tensor<31x2x1xf32>
  %y = dlc.packed_matmul %x, %w {columns = 31 : i64} : (tensor<1x1x2xf32>, tensor<31x2x1xf32>) -> tensor<1x1x31xf32>
  return %y : tensor<1x1x31xf32>
}

// More rows, weights that are computed, too few panels, too much filling.
// CHECK-LABEL: func @stay(
// CHECK: tensor<2x2x2xf32>) -> tensor<2x4xf32>
// CHECK: tensor<2x2x2xf32>) -> tensor<1x4xf32>
// CHECK: tensor<1x2x2xf32>) -> tensor<1x2xf32>
// CHECK: tensor<3x2x1xf32>) -> tensor<1x3xf32>
func.func @stay(%x: tensor<2x2xf32>, %z: tensor<1x2xf32>, %v: tensor<2x2x2xf32>) -> (tensor<2x4xf32>, tensor<1x4xf32>, tensor<1x2xf32>, tensor<1x3xf32>) {
  %w = dlc.constant dense<[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]> : tensor<2x2x2xf32>
  %u = dlc.constant dense<[[[1.0, 2.0], [3.0, 4.0]]]> : tensor<1x2x2xf32>
  %t = dlc.constant dense<[[[1.0], [2.0]], [[3.0], [4.0]], [[5.0], [6.0]]]> : tensor<3x2x1xf32>
  %0 = dlc.packed_matmul %x, %w {columns = 4 : i64} : (tensor<2x2xf32>, tensor<2x2x2xf32>) -> tensor<2x4xf32>
  %1 = dlc.packed_matmul %z, %v {columns = 4 : i64} : (tensor<1x2xf32>, tensor<2x2x2xf32>) -> tensor<1x4xf32>
  %2 = dlc.packed_matmul %z, %u {columns = 2 : i64} : (tensor<1x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2xf32>
  %3 = dlc.packed_matmul %z, %t {columns = 3 : i64} : (tensor<1x2xf32>, tensor<3x2x1xf32>) -> tensor<1x3xf32>
  return %0, %1, %2, %3 : tensor<2x4xf32>, tensor<1x4xf32>, tensor<1x2xf32>, tensor<1x3xf32>
}

{-#
  dialect_resources: {
    builtin: {
      panels: "0x04000000000000000000803F0000004000004040000080400000A0400000C0400000E0400000004100001041000020410000304100004041000050410000604100007041000080410000884100009041000098410000A0410000A8410000B0410000B8410000C0410000C8410000D0410000D8410000E0410000E8410000F0410000F84100000042000004420000084200000C4200001042000014420000184200001C4200002042000024420000284200002C4200003042000034420000384200003C4200004042000044420000484200004C4200005042000054420000584200005C4200006042000064420000684200006C420000704200007442"
    }
  }
#-}
