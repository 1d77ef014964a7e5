// RUN: dlc-opt %s --split-input-file --dlc-select-strategy --dlc-vectorize-kernels --canonicalize --cse --verify-diagnostics | FileCheck %s

// A load whose address is linear but for an element of another input is an
// input like any other: dimensions merge (3 x 4 positions are 12), the tile
// loads the element of the table once.
#values = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d3)>
#table = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4)>
#y = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
// CHECK-LABEL: func.func @gather(
// CHECK-SAME:    %[[X:.*]]: memref<96xf32>,
// CHECK:         %[[TABLE:.*]] = memref.reinterpret_cast {{.*}} to memref<24xi32>
// CHECK:         scf.for %[[J:.*]] = %c0 to %c12 step %c4 iter_args
// CHECK:           memref.load %[[TABLE]]
// CHECK-NOT:       memref.load %[[TABLE]]
// CHECK:           memref.load {{.*}} : memref<96xf32>
// CHECK-NOT:       linalg.index
// CHECK-COUNT-12:  llvm.intr.fmuladd
// CHECK:           scf.yield
func.func @gather(%x: memref<96xf32>, %values: memref<2x12x16xf32>, %offsets: memref<2x12xi32>, %y: memref<2x3x4x16xf32>) attributes {dlc.kernel} {
  %c32 = arith.constant 32 : index
  %c8 = arith.constant 8 : index
  linalg.generic {indexing_maps = [#values, #table, #y], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%values, %offsets : memref<2x12x16xf32>, memref<2x12xi32>) outs(%y : memref<2x3x4x16xf32>) {
  ^bb0(%v: f32, %offset: i32, %sum: f32):
    %0 = arith.index_cast %offset : i32 to index
    %1 = linalg.index 1 : index
    %2 = arith.muli %1, %c32 : index
    %3 = arith.addi %0, %2 : index
    %4 = linalg.index 2 : index
    %5 = arith.muli %4, %c8 : index
    %6 = arith.addi %3, %5 : index
    %e = memref.load %x[%6] : memref<96xf32>
    %p = arith.mulf %e, %v : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// Vectors along what the table varies along would need an index for each lane.
#vec = affine_map<(d0, d1) -> (d0, d1)>
#out = affine_map<(d0, d1) -> (d0)>
func.func @lanes(%x: memref<96xf32>, %offsets: memref<4x16xi32>, %y: memref<4xf32>) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.strategy' doesn't fit a nest of 2 dimensions}}
  linalg.generic {indexing_maps = [#vec, #out], iterator_types = ["parallel", "reduction"]} ins(%offsets : memref<4x16xi32>) outs(%y : memref<4xf32>)
      attrs = {dlc.strategy = [{lanes = 16, order = array<i64: 0>, tile = array<i64: 1, 16>, vector_dim = 1}]} {
  ^bb0(%offset: i32, %sum: f32):
    %0 = arith.index_cast %offset : i32 to index
    %e = memref.load %x[%0] : memref<96xf32>
    %s = arith.addf %sum, %e : f32
    linalg.yield %s : f32
  }
  return
}
