// RUN: dlc-opt %s --dlc-select-gpu-strategy | FileCheck %s --check-prefixes=CHECK,SM80
// RUN: dlc-opt %s --dlc-select-gpu-strategy=arch=75 | FileCheck %s --check-prefixes=CHECK,SM75

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#column = affine_map<(d0, d1) -> (d1)>
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

// CHECK-LABEL: @elementwise
// CHECK: dlc.gpu_strategy = {kind = "point", threads = 256 : i64}
func.func @elementwise(%x: memref<3x5xf32>, %y: memref<3x5xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<3x5xf32>) outs(%y : memref<3x5xf32>) {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.negf %a : f32
    linalg.yield %0 : f32
  }
  return
}

// Rows are contiguous: a warp reads 32 elements side by side.
// CHECK-LABEL: @sum_rows
// CHECK: dlc.gpu_strategy = {kind = "reduce", threads = 32 : i64}
func.func @sum_rows(%x: memref<1000x128xf32>, %y: memref<1000xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<1000x128xf32>) outs(%y : memref<1000xf32>) {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}

// Threads side by side read side by side as it is.
// CHECK-LABEL: @sum_columns
// CHECK: dlc.gpu_strategy = {kind = "point", threads = 256 : i64}
func.func @sum_columns(%x: memref<128x1000xf32>, %y: memref<1000xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<128x1000xf32>) outs(%y : memref<1000xf32>) {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}

// Few points, much to reduce: a block for each.
// CHECK-LABEL: @maximum
// CHECK: dlc.gpu_strategy = {kind = "reduce", threads = 256 : i64}
func.func @maximum(%x: memref<4x5000xf32>, %y: memref<4xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<4x5000xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.maximumf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}

// Few blocks: small ones.
// CHECK-LABEL: @matmul
// CHECK: dlc.gpu_strategy = {kind = "tile", tile = array<i64: 16, 16, 16>}
func.func @matmul(%x: memref<100x70xf32>, %w: memref<70x30xf32>, %y: memref<100x30xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<100x70xf32>, memref<70x30xf32>) outs(%y : memref<100x30xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// Enough blocks: each as large as registers allow.
// CHECK-LABEL: @large
// CHECK: dlc.gpu_strategy = {kind = "tile", tile = array<i64: 64, 128, 16>}
func.func @large(%x: memref<1024x70xf32>, %w: memref<70x1024xf32>, %y: memref<1024x1024xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<1024x70xf32>, memref<70x1024xf32>) outs(%y : memref<1024x1024xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// A long sum in few blocks: more is loaded at each step.
// CHECK-LABEL: @deep
// CHECK: dlc.gpu_strategy = {kind = "tile", tile = array<i64: 32, 16, 32>}
func.func @deep(%x: memref<128x3072xf32>, %w: memref<3072x768xf32>, %y: memref<128x768xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<128x3072xf32>, memref<3072x768xf32>) outs(%y : memref<128x768xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// A convolution is a matrix product whose columns are the pixels.
// CHECK-LABEL: @conv
// CHECK: dlc.gpu_strategy = {kind = "tile", tile = array<i64: 16, 16, 16>}
func.func @conv(%x: memref<1x3x18x18xf32>, %w: memref<10x3x3x3xf32>, %y: memref<1x10x16x16xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [
      affine_map<(n, o, h, w, c, i, j) -> (n, c, h + i, w + j)>,
      affine_map<(n, o, h, w, c, i, j) -> (o, c, i, j)>,
      affine_map<(n, o, h, w, c, i, j) -> (n, o, h, w)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %w : memref<1x3x18x18xf32>, memref<10x3x3x3xf32>) outs(%y : memref<1x10x16x16xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// Tensor cores since 8.0.
// CHECK-LABEL: @half
// SM80: dlc.gpu_strategy = {kind = "mma", tile = array<i64: 64, 64, 32>}
// SM75: dlc.gpu_strategy = {kind = "tile", tile = array<i64: 16, 16, 16>}
func.func @half(%x: memref<128x64xf16> {llvm.align = 16 : i64}, %w: memref<64x48xf16> {llvm.align = 16 : i64},
                %y: memref<128x48xf32> {llvm.align = 16 : i64}) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<128x64xf16>, memref<64x48xf16>) outs(%y : memref<128x48xf32>) {
  ^bb0(%a: f16, %b: f16, %c: f32):
    %0 = arith.extf %a : f16 to f32
    %1 = arith.extf %b : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %c, %2 : f32
    linalg.yield %3 : f32
  }
  return
}

// Pieces of 16 bytes would be cut at the end of rows of 50.
// CHECK-LABEL: @half_odd
// CHECK: dlc.gpu_strategy = {kind = "tile", tile = array<i64: 16, 16, 16>}
func.func @half_odd(%x: memref<128x64xf16> {llvm.align = 16 : i64}, %w: memref<64x50xf16> {llvm.align = 16 : i64},
                    %y: memref<128x50xf32> {llvm.align = 16 : i64}) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<128x64xf16>, memref<64x50xf16>) outs(%y : memref<128x50xf32>) {
  ^bb0(%a: f16, %b: f16, %c: f32):
    %0 = arith.extf %a : f16 to f32
    %1 = arith.extf %b : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %c, %2 : f32
    linalg.yield %3 : f32
  }
  return
}

// Nothing is known of where the buffers begin.
// CHECK-LABEL: @half_unaligned
// CHECK: dlc.gpu_strategy = {kind = "tile", tile = array<i64: 16, 16, 16>}
func.func @half_unaligned(%x: memref<128x64xf16>, %w: memref<64x48xf16>, %y: memref<128x48xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<128x64xf16>, memref<64x48xf16>) outs(%y : memref<128x48xf32>) {
  ^bb0(%a: f16, %b: f16, %c: f32):
    %0 = arith.extf %a : f16 to f32
    %1 = arith.extf %b : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %c, %2 : f32
    linalg.yield %3 : f32
  }
  return
}

// What is written by hand stays.
// CHECK-LABEL: @by_hand
// CHECK: dlc.gpu_strategy = {kind = "point", threads = 64 : i64}
func.func @by_hand(%x: memref<128xf32>, %y: memref<f32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
      ins(%x : memref<128xf32>) outs(%y : memref<f32>)
      attrs = {dlc.gpu_strategy = {kind = "point", threads = 64 : i64}} {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}

// Not a kernel.
// CHECK-LABEL: @host
// CHECK-NOT: dlc.gpu_strategy
func.func @host(%x: memref<3x5xf32>, %y: memref<3x5xf32>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<3x5xf32>) outs(%y : memref<3x5xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  }
  return
}
