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
// CHECK:         dlc.strategy = [{lanes = 16 : i64, order = array<i64: 1, 0>, split_dim = 0 : i64, tile = array<i64: 14, 32, 4>, vector_dim = 1 : i64}]
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

#panels = affine_map<(d0, d1, d2) -> (d1 floordiv 16, d2, d1 mod 16)>

// Rows a page apart share the sets of the first-level cache: a tile takes no
// more of them than it has ways. All rows don't stay in the second-level cache,
// so they go in blocks, and the panels of columns that come next are fetched
// ahead.
// CHECK-LABEL: func.func @large_matmul(
// CHECK:         dlc.strategy = [{block = array<i64: 256, 0, 0, 0>, lanes = 16 : i64, order = array<i64: 0, 1, 3, 0>, prefetch = 1 : i64, split_dim = 1 : i64, tile = array<i64: 8, 3, 4, 16>, vector_dim = 3 : i64}]
func.func @large_matmul(%a: memref<1024x1024xf32>, %b: memref<64x1024x16xf32>, %c: memref<1024x1024xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #panels, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : memref<1024x1024xf32>, memref<64x1024x16xf32>) outs(%c : memref<1024x1024xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %m = arith.mulf %x, %y : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  }
  return
}

#conv_in = affine_map<(n, o, h, w, ol, c, kh, kw, cl) -> (n, c, h + kh, w + kw, cl)>
#conv_filter = affine_map<(n, o, h, w, ol, c, kh, kw, cl) -> (o, c, kh, kw, cl, ol)>
#conv_out = affine_map<(n, o, h, w, ol, c, kh, kw, cl) -> (n, o, h, w, ol)>

// Rows of 7 are short: a tile takes two of them, whole.
// CHECK-LABEL: func.func @short_rows(
// CHECK:         prefetch = 1 : i64, split_dim = 0 : i64, tile = array<i64: 2, 2, 7, 16, 1, 1, 4>
func.func @short_rows(%x: memref<1x32x9x9x16xf32>, %w: memref<32x32x3x3x16x16xf32>, %y: memref<1x32x7x7x16xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#conv_in, #conv_filter, #conv_out], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction", "reduction"]} ins(%x, %w : memref<1x32x9x9x16xf32>, memref<32x32x3x3x16x16xf32>) outs(%y : memref<1x32x7x7x16xf32>) {
  ^bb0(%a0: f32, %b0: f32, %out: f32):
    %m = arith.mulf %a0, %b0 : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  }
  return
}

#rows = affine_map<(p, k, n) -> (k, p, n)>
#panels_first = affine_map<(p, k, n) -> (p, k, n)>

// The vectors of four panels are neighbours in a row.
// CHECK-LABEL: func.func @pack_columns(
// CHECK:         dlc.strategy = [{lanes = 16 : i64, order = array<i64: 0, 1, 2>, split_dim = 0 : i64, tile = array<i64: 4, 1, 16>, vector_dim = 2 : i64}]
func.func @pack_columns(%x: memref<1024x64x16xf32>, %y: memref<64x1024x16xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#rows, #panels_first], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x : memref<1024x64x16xf32>) outs(%y : memref<64x1024x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}
