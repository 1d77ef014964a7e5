// RUN: dlc-opt %s --dlc-select-strategy | FileCheck %s
// RUN: dlc-opt %s --dlc-select-strategy='vector-bytes=32 vector-registers=16' | FileCheck %s --check-prefix=AVX2

#id = affine_map<(d0, d1) -> (d0, d1)>
#a = affine_map<(d0, d1, d2) -> (d0, d2)>
#b = affine_map<(d0, d1, d2) -> (d2, d1)>
#c = affine_map<(d0, d1, d2) -> (d0, d1)>
#in = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// Both dimensions walk as one: 4 vectors of 16 at a time.
// CHECK-LABEL: func.func @elementwise(
// CHECK:         dlc.strategy = [{lanes = 16 : i64, order = array<i64: 0>, tile = array<i64: 64>, vector_dim = 0 : i64}]
// AVX2-LABEL:  func.func @elementwise(
// AVX2:          dlc.strategy = [{lanes = 8 : i64, order = array<i64: 0>, tile = array<i64: 32>, vector_dim = 0 : i64}]
func.func @elementwise(%x: memref<64x64xf32>, %y: memref<64x64xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : memref<64x64xf32>) outs(%y : memref<64x64xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = arith.negf %in : f32
    linalg.yield %r : f32
  }
  return
}

// Vectors along the columns, the panel of columns kept while rows stream; the
// tile fits the registers, accumulators and operands. Six tiles of rows are
// shared among threads better than three of columns; the ops above aren't worth
// sharing.
// CHECK-LABEL: func.func @matmul(
// CHECK:         dlc.strategy = [{lanes = 16 : i64, order = array<i64: 1, 0>, split_dim = 0 : i64, tile = array<i64: 14, 32, 1>, vector_dim = 1 : i64}]
// AVX2-LABEL:  func.func @matmul(
// AVX2:          dlc.strategy = [{lanes = 8 : i64, order = array<i64: 1, 0>, split_dim = 0 : i64, tile = array<i64: 6, 16, 1>, vector_dim = 1 : i64}]
func.func @matmul(%a: memref<84x64xf32>, %b: memref<64x96xf32>, %c: memref<84x96xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : memref<84x64xf32>, memref<64x96xf32>) outs(%c : memref<84x96xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %m = arith.mulf %x, %y : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  }
  return
}

// Rows are contiguous: vectors run along the reduction.
// CHECK-LABEL: func.func @row_sum(
// CHECK:         vector_dim = 1 : i64
func.func @row_sum(%x: memref<8x256xf32>, %y: memref<8xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#in, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<8x256xf32>) outs(%y : memref<8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %r = arith.addf %out, %a : f32
    linalg.yield %r : f32
  }
  return
}

// A strategy given by hand stays.
// CHECK-LABEL: func.func @given(
// CHECK:         dlc.strategy = "mine"
func.func @given(%x: memref<64x64xf32>, %y: memref<64x64xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : memref<64x64xf32>) outs(%y : memref<64x64xf32>) attrs = {dlc.strategy = "mine"} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// What isn't a kernel isn't looked at.
// CHECK-LABEL: func.func @other(
// CHECK-NOT:     dlc.strategy
func.func @other(%x: memref<?xf32>, %v: f32) {
  linalg.fill ins(%v : f32) outs(%x : memref<?xf32>)
  return
}
