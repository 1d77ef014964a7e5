// RUN: dlc-opt %s --dlc-shrink-fills | FileCheck %s

// The border of a padded buffer: rows before and behind, then columns of the
// rows between. No two strips overlap.
// CHECK-LABEL: func.func @pad(
// CHECK-NOT:     linalg.fill
// CHECK:         %[[TOP:.*]] = memref.subview %[[A:.*]][0, 0, 0, 0] [2, 1, 20, 16] [1, 1, 1, 1]
// CHECK-NEXT:    linalg.fill ins(%[[Z:.*]] : f32) outs(%[[TOP]]
// CHECK-NEXT:    %[[BOTTOM:.*]] = memref.subview %[[A]][0, 18, 0, 0] [2, 2, 20, 16] [1, 1, 1, 1]
// CHECK-NEXT:    linalg.fill ins(%[[Z]] : f32) outs(%[[BOTTOM]]
// CHECK-NEXT:    %[[LEFT:.*]] = memref.subview %[[A]][0, 1, 0, 0] [2, 17, 1, 16] [1, 1, 1, 1]
// CHECK-NEXT:    linalg.fill ins(%[[Z]] : f32) outs(%[[LEFT]]
// CHECK-NEXT:    %[[RIGHT:.*]] = memref.subview %[[A]][0, 1, 18, 0] [2, 17, 2, 16] [1, 1, 1, 1]
// CHECK-NEXT:    linalg.fill ins(%[[Z]] : f32) outs(%[[RIGHT]]
// CHECK-NOT:     linalg.fill
// CHECK:         linalg.generic
func.func @pad(%x: memref<2x17x17x16xf32>, %y: memref<2x20x20x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %a = memref.alloc() : memref<2x20x20x16xf32>
  linalg.fill ins(%zero : f32) outs(%a : memref<2x20x20x16xf32>)
  %m = memref.subview %a[0, 1, 1, 0] [2, 17, 17, 16] [1, 1, 1, 1] : memref<2x20x20x16xf32> to memref<2x17x17x16xf32, strided<[6400, 320, 16, 1], offset: 336>>
  linalg.exp ins(%x : memref<2x17x17x16xf32>) outs(%m : memref<2x17x17x16xf32, strided<[6400, 320, 16, 1], offset: 336>>)
  linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%a : memref<2x20x20x16xf32>) outs(%y : memref<2x20x20x16xf32>) {
  ^bb0(%e: f32, %o: f32):
    linalg.yield %e : f32
  }
  return
}

// Padding behind channels, and two writers: one by a copy, one that starts its
// accumulators itself. The caller's buffer is as good as one of the function.
// CHECK-LABEL: func.func @concat(
// CHECK-NOT:     linalg.fill
// CHECK:         memref.subview %arg2[40, 0] [8, 16]
// CHECK-NEXT:    linalg.fill
// CHECK:         memref.copy
// CHECK:         linalg.fill
// CHECK:         linalg.matmul
func.func @concat(%x: memref<16x16xf32>, %w: memref<24x8xf32>, %y: memref<48x16xf32>, %v: memref<8x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  linalg.fill ins(%one : f32) outs(%y : memref<48x16xf32>)
  %0 = memref.subview %y[0, 0] [16, 16] [1, 1] : memref<48x16xf32> to memref<16x16xf32, strided<[16, 1]>>
  memref.copy %x, %0 : memref<16x16xf32> to memref<16x16xf32, strided<[16, 1]>>
  %1 = memref.subview %y[16, 0] [24, 16] [1, 1] : memref<48x16xf32> to memref<24x16xf32, strided<[16, 1], offset: 256>>
  linalg.fill ins(%zero : f32) outs(%1 : memref<24x16xf32, strided<[16, 1], offset: 256>>)
  linalg.matmul ins(%w, %v : memref<24x8xf32>, memref<8x16xf32>) outs(%1 : memref<24x16xf32, strided<[16, 1], offset: 256>>)
  return
}

// Nothing is left of it.
// CHECK-LABEL: func.func @overwritten(
// CHECK-NOT:     linalg.fill
// CHECK:         memref.copy
func.func @overwritten(%x: memref<64xf32>, %y: memref<64xf32>) {
  %one = arith.constant 1.0 : f32
  linalg.fill ins(%one : f32) outs(%y : memref<64xf32>)
  memref.copy %x, %y : memref<64xf32> to memref<64xf32>
  return
}

// Read before it is written, by an op and inside another's body.
// CHECK-LABEL: func.func @read(
// CHECK-COUNT-2: linalg.fill {{.*}} : memref<64x64xf32>)
// CHECK-NOT:     linalg.fill
func.func @read(%x: memref<60x64xf32>, %y: memref<60x64xf32>, %z: memref<60x64xf32>) {
  %zero = arith.constant 0.0 : f32
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<64x64xf32>
  linalg.fill ins(%zero : f32) outs(%a : memref<64x64xf32>)
  %m = memref.subview %a[2, 0] [60, 64] [1, 1] : memref<64x64xf32> to memref<60x64xf32, strided<[64, 1], offset: 128>>
  linalg.add ins(%x, %m : memref<60x64xf32>, memref<60x64xf32, strided<[64, 1], offset: 128>>) outs(%m : memref<60x64xf32, strided<[64, 1], offset: 128>>)
  memref.copy %m, %y : memref<60x64xf32, strided<[64, 1], offset: 128>> to memref<60x64xf32>

  %b = memref.alloc() : memref<64x64xf32>
  linalg.fill ins(%zero : f32) outs(%b : memref<64x64xf32>)
  %n = memref.subview %b[2, 0] [60, 64] [1, 1] : memref<64x64xf32> to memref<60x64xf32, strided<[64, 1], offset: 128>>
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%n : memref<60x64xf32, strided<[64, 1], offset: 128>>) {
  ^bb0(%o: f32):
    %e = memref.load %b[%c1, %c1] : memref<64x64xf32>
    linalg.yield %e : f32
  }
  memref.copy %n, %z : memref<60x64xf32, strided<[64, 1], offset: 128>> to memref<60x64xf32>
  return
}

// Accumulators read what they add to.
// CHECK-LABEL: func.func @accumulate(
// CHECK:         linalg.fill {{.*}} : memref<24x16xf32>)
func.func @accumulate(%w: memref<20x8xf32>, %v: memref<8x16xf32>, %y: memref<24x16xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%y : memref<24x16xf32>)
  %0 = memref.subview %y[0, 0] [20, 16] [1, 1] : memref<24x16xf32> to memref<20x16xf32, strided<[16, 1]>>
  linalg.matmul ins(%w, %v : memref<20x8xf32>, memref<8x16xf32>) outs(%0 : memref<20x16xf32, strided<[16, 1]>>)
  return
}

// Elements with gaps between are no box; a border as large as the middle, or of
// columns that touch every line, isn't worth strips.
// CHECK-LABEL: func.func @whole(
// CHECK-COUNT-3: linalg.fill {{.*}}strided<[
// CHECK-NOT:     linalg.fill {{.*}}strided<[
func.func @whole(%x: memref<32x32xf32>, %y: memref<3x64x64xf32>, %n: memref<64x14xf32>, %z: memref<64x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %0 = memref.subview %y[0, 0, 0] [1, 64, 64] [1, 1, 1] : memref<3x64x64xf32> to memref<64x64xf32, strided<[64, 1]>>
  linalg.fill ins(%zero : f32) outs(%0 : memref<64x64xf32, strided<[64, 1]>>)
  %1 = memref.subview %0[0, 0] [32, 32] [2, 2] : memref<64x64xf32, strided<[64, 1]>> to memref<32x32xf32, strided<[128, 2]>>
  memref.copy %x, %1 : memref<32x32xf32> to memref<32x32xf32, strided<[128, 2]>>

  %2 = memref.subview %y[1, 0, 0] [1, 64, 64] [1, 1, 1] : memref<3x64x64xf32> to memref<64x64xf32, strided<[64, 1], offset: 4096>>
  linalg.fill ins(%zero : f32) outs(%2 : memref<64x64xf32, strided<[64, 1], offset: 4096>>)
  %3 = memref.subview %2[16, 16] [32, 32] [1, 1] : memref<64x64xf32, strided<[64, 1], offset: 4096>> to memref<32x32xf32, strided<[64, 1], offset: 5136>>
  memref.copy %x, %3 : memref<32x32xf32> to memref<32x32xf32, strided<[64, 1], offset: 5136>>

  %4 = memref.subview %z[0, 0] [64, 16] [1, 1] : memref<64x16xf32> to memref<64x16xf32, strided<[16, 1]>>
  linalg.fill ins(%zero : f32) outs(%4 : memref<64x16xf32, strided<[16, 1]>>)
  %5 = memref.subview %z[0, 1] [64, 14] [1, 1] : memref<64x16xf32> to memref<64x14xf32, strided<[16, 1], offset: 1>>
  memref.copy %n, %5 : memref<64x14xf32> to memref<64x14xf32, strided<[16, 1], offset: 1>>
  return
}

// A buffer that also goes by a name that isn't a view of it.
// CHECK-LABEL: func.func @aliased(
// CHECK:         linalg.fill {{.*}} : memref<64xf32>)
func.func @aliased(%c: i1, %x: memref<60xf32>, %y: memref<64xf32>) {
  %zero = arith.constant 0.0 : f32
  %a = memref.alloc() : memref<64xf32>
  %s = arith.select %c, %a, %y : memref<64xf32>
  linalg.fill ins(%zero : f32) outs(%a : memref<64xf32>)
  memref.copy %s, %y : memref<64xf32> to memref<64xf32>
  %m = memref.subview %a[0] [60] [1] : memref<64xf32> to memref<60xf32, strided<[1]>>
  memref.copy %x, %m : memref<60xf32> to memref<60xf32, strided<[1]>>
  return
}
