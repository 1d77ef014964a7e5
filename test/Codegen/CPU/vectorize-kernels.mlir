// RUN: dlc-opt %s --dlc-vectorize-kernels --canonicalize --cse | FileCheck %s

#vec = affine_map<(d0) -> (d0)>
#id = affine_map<(d0, d1) -> (d0, d1)>
#tr = affine_map<(d0, d1) -> (d1, d0)>
#a = affine_map<(d0, d1, d2) -> (d0, d2)>
#b = affine_map<(d0, d1, d2) -> (d2, d1)>
#c = affine_map<(d0, d1, d2) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#panel = affine_map<(d0, d1, d2) -> (d1 floordiv 4, d2, d1 mod 4)>

// Whole vectors, then one under a mask.
// CHECK-LABEL: func.func @masked_remainder(
// CHECK:         scf.for {{.*}} to %c8 step %c4
// CHECK:           vector.load
// CHECK:           math.absf {{.*}} : vector<4xf32>
// CHECK:           vector.store
// CHECK:         %[[M:.*]] = vector.constant_mask [2] : vector<4xi1>
// CHECK:         vector.maskedload {{.*}}[%c8], %[[M]]
// CHECK:         vector.maskedstore {{.*}}[%c8], %[[M]]
func.func @masked_remainder(%x: memref<10xf32>, %y: memref<10xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<10xf32>) outs(%y : memref<10xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tile = array<i64: 4>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    %r = math.absf %in : f32
    linalg.yield %r : f32
  }
  return
}

// Four steps of the reduction in each iteration, the two that are left after
// the loop. Loads stay in their step.
// CHECK-LABEL: func.func @steps(
// CHECK:         %[[R:[0-9]+]] = scf.for %[[K:.*]] = %c0 to %c8 step %c4 iter_args
// CHECK:           memref.load {{.*}}[%[[K]]]
// CHECK:           llvm.intr.fmuladd
// CHECK-NEXT:      llvm.fence syncscope("singlethread") acq_rel
// CHECK:           memref.load
// CHECK:           llvm.intr.fmuladd
// CHECK:           llvm.fence
// CHECK:           llvm.intr.fmuladd
// CHECK:           llvm.fence
// CHECK:           llvm.intr.fmuladd
// CHECK-NEXT:      scf.yield
// CHECK:         memref.load {{.*}}[%c8]
// CHECK:         llvm.intr.fmuladd({{.*}}, %[[R]])
// CHECK:         llvm.fence
// CHECK:         memref.load {{.*}}[%c9]
// CHECK:         %[[S:.*]] = llvm.intr.fmuladd
// CHECK-NOT:     fmuladd
// CHECK:         vector.store %[[S]]
func.func @steps(%a: memref<1x10xf32>, %b: memref<10x4xf32>, %y: memref<1x4xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : memref<1x10xf32>, memref<10x4xf32>) outs(%y : memref<1x4xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tile = array<i64: 4, 4>, vector_dim = 0}]} {
  ^bb0(%x: f32, %w: f32, %out: f32):
    %m = arith.mulf %x, %w : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  }
  return
}

// A 2 x 8 tile of accumulators goes round the reduction in registers, starts at
// the fill's value and meets the epilogue before the one store per vector.
// CHECK-LABEL: func.func @epilogue(
// CHECK-SAME:    %{{.*}}: memref<2x16xf32>, %{{.*}}: memref<16x8xf32>, %{{.*}}: memref<2x8xf32>, %[[Y:.*]]: memref<2x8xf32>)
// CHECK-NOT:     memref.alloc
// CHECK-NOT:     linalg
// CHECK:         %[[R:.*]]:4 = scf.for {{.*}} iter_args({{.*}}) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>)
// Every operand of the tile is loaded once.
// CHECK:           memref.load
// CHECK:           vector.load
// CHECK:           vector.broadcast
// CHECK:           llvm.intr.fmuladd
// CHECK:           vector.load
// CHECK:           llvm.intr.fmuladd
// CHECK-NOT:       vector.load
// CHECK:           memref.load
// CHECK-NOT:       load
// CHECK-COUNT-2:   llvm.intr.fmuladd
// CHECK:           scf.yield
// CHECK:         arith.addf %[[R]]#0
// CHECK:         vector.store
// CHECK-COUNT-3: vector.store
// CHECK-NOT:     vector.store
func.func @epilogue(%a: memref<2x16xf32>, %b: memref<16x8xf32>, %d: memref<2x8xf32>, %y: memref<2x8xf32>) attributes {dlc.kernel} {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc() : memref<2x8xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<2x8xf32>)
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : memref<2x16xf32>, memref<16x8xf32>) outs(%t : memref<2x8xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0, 1>, tile = array<i64: 2, 8, 1>, vector_dim = 1}]} {
  ^bb0(%x: f32, %w: f32, %out: f32):
    %m = arith.mulf %x, %w : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  }
  linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%t, %d : memref<2x8xf32>, memref<2x8xf32>) outs(%y : memref<2x8xf32>) {
  ^bb0(%p: f32, %q: f32, %out: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  }
  return
}

// Lanes hold partial sums; those beyond the end keep theirs. What was in the
// output is added once.
// CHECK-LABEL: func.func @vector_reduction(
// CHECK:         %[[R:.*]] = scf.for {{.*}} -> (vector<4xf32>)
// CHECK:         vector.maskedload
// CHECK:         %[[S:.*]] = arith.select
// CHECK:         %[[OLD:.*]] = memref.load
// CHECK:         %[[SUM:.*]] = vector.reduction <add>, %[[S]] fastmath<reassoc>
// CHECK:         arith.addf %[[SUM]], %[[OLD]]
func.func @vector_reduction(%x: memref<1x10xf32>, %y: memref<1xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<1x10xf32>) outs(%y : memref<1xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64>, tile = array<i64: 4>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    %r = arith.addf %out, %in : f32
    linalg.yield %r : f32
  }
  return
}

// A strided operand is read lane by lane.
// CHECK-LABEL: func.func @transpose(
// CHECK-COUNT-4: memref.load
// CHECK:         vector.from_elements
// CHECK:         vector.store
func.func @transpose(%x: memref<4x4xf32>, %y: memref<4x4xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#tr, #id], iterator_types = ["parallel", "parallel"]} ins(%x : memref<4x4xf32>) outs(%y : memref<4x4xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0, 1>, tile = array<i64: 1, 4>, vector_dim = 1}]} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// Booleans are bytes in memory and masks in registers; any byte but 0 is true.
// CHECK-LABEL: func.func @booleans(
// CHECK:         vector.load {{.*}} : memref<4xi8>, vector<4xi8>
// CHECK:         arith.cmpi ne
// CHECK:         arith.xori {{.*}} : vector<4xi1>
// CHECK:         arith.extui {{.*}} : vector<4xi1> to vector<4xi8>
// CHECK:         vector.store {{.*}} : memref<4xi8>, vector<4xi8>
func.func @booleans(%x: memref<4xi1>, %y: memref<4xi1>) attributes {dlc.kernel} {
  %true = arith.constant true
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<4xi1>) outs(%y : memref<4xi1>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tile = array<i64: 4>, vector_dim = 0}]} {
  ^bb0(%in: i1, %out: i1):
    %r = arith.xori %in, %true : i1
    linalg.yield %r : i1
  }
  return
}

// Positions along the vector dimension are a vector; a gather runs per lane.
// CHECK-LABEL: func.func @gather(
// CHECK:         vector.load {{.*}} : memref<4xindex>, vector<4xindex>
// CHECK-COUNT-4: memref.load
// CHECK:         vector.from_elements
func.func @gather(%i: memref<4xindex>, %x: memref<9xf32>, %y: memref<4xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%i : memref<4xindex>) outs(%y : memref<4xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tile = array<i64: 4>, vector_dim = 0}]} {
  ^bb0(%in: index, %out: f32):
    %r = memref.load %x[%in] : memref<9xf32>
    linalg.yield %r : f32
  }
  return
}

// Panels of columns: whole ones, and a nest of its own for the last, partly
// filled one.
// CHECK-LABEL: func.func @panels(
// CHECK:         vector.load {{.*}} : memref<32xf32>, vector<4xf32>
// CHECK:         vector.store
// CHECK:         vector.maskedload {{.*}} : memref<32xf32>
// CHECK:         vector.maskedstore
func.func @panels(%a: memref<1x4xf32>, %b: memref<2x4x4xf32>, %y: memref<1x6xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #panel, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : memref<1x4xf32>, memref<2x4x4xf32>) outs(%y : memref<1x6xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 1>, tile = array<i64: 1, 4>, vector_dim = 1},
                               {lanes = 4, order = array<i64: 1>, tile = array<i64: 1, 4>, vector_dim = 1}]} {
  ^bb0(%x: f32, %w: f32, %out: f32):
    %m = arith.mulf %x, %w : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  }
  return
}

// Nothing to do for an empty box, but an empty reduction yields what it starts
// from.
// CHECK-LABEL: func.func @empty_reduction(
// CHECK:         memref.store %cst
func.func @empty_reduction(%x: memref<1x0xf32>, %y: memref<1xf32>) attributes {dlc.kernel} {
  %one = arith.constant 1.0 : f32
  linalg.fill ins(%one : f32) outs(%y : memref<1xf32>)
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<1x0xf32>) outs(%y : memref<1xf32>)
      attrs = {dlc.strategy = [{lanes = 1, order = array<i64>, tile = array<i64: 1>, vector_dim = -1}]} {
  ^bb0(%in: f32, %out: f32):
    %r = arith.mulf %out, %in : f32
    linalg.yield %r : f32
  }
  return
}

// Rows go in blocks of 8, the panels inside; the last two rows have no block of
// their own. Each tile fetches its share of the next panel.
// CHECK-LABEL: func.func @blocks(
// CHECK:         scf.for %[[BLOCK:.*]] = %c0 to %c16 step %c8 {
// CHECK:           scf.for %[[PANEL:.*]] = %c0 to %c3 step %c1 {
// CHECK:             %[[END:.*]] = arith.addi %[[BLOCK]], %c8
// CHECK:             %[[UPPER:.*]] = arith.minsi %[[END]], %c16
// CHECK:             scf.for %[[ROW:.*]] = %[[BLOCK]] to %[[UPPER]] step %c4 {
// CHECK:               arith.subi %[[ROW]], %[[BLOCK]]
// CHECK:               scf.for {{.*}} to %c32 step %c16
// CHECK-COUNT-2:         memref.prefetch {{.*}}, read, locality<2>, data : memref<384xf32>
// CHECK-NOT:             memref.prefetch
// CHECK:                 scf.for {{.*}} step %c1
// CHECK-COUNT-4:           llvm.intr.fmuladd
// CHECK-NOT:               llvm.intr.fmuladd
// CHECK:         scf.for %{{.*}} = %c0 to %c3 step %c1 {
// CHECK:           scf.for {{.*}} to %c32 step %c16
// CHECK-COUNT-4:     memref.prefetch
func.func @blocks(%a: memref<18x32xf32>, %b: memref<3x32x4xf32>, %y: memref<18x12xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #panel, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : memref<18x32xf32>, memref<3x32x4xf32>) outs(%y : memref<18x12xf32>)
      attrs = {dlc.strategy = [{block = array<i64: 8, 0, 0, 0>, lanes = 4, order = array<i64: 0, 1, 3, 0>, prefetch = 1, tile = array<i64: 4, 1, 1, 4>, vector_dim = 3}]} {
  ^bb0(%x: f32, %w: f32, %out: f32):
    %m = arith.mulf %x, %w : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  }
  return
}

// Lanes that aren't active load what the last active one does: their own places
// may lie outside of the buffer.
// CHECK-LABEL: func.func private @reversed(
// CHECK:         %[[LAST:.+]] = arith.constant dense<2> : vector<4xindex>
// CHECK:         %[[STEP:.+]] = vector.step
// CHECK:         %[[PLACES:.+]] = arith.minsi %[[STEP]], %[[LAST]]
// CHECK:         arith.subi %[[LAST]], %[[PLACES]]
// CHECK-COUNT-4: memref.load
// CHECK:         vector.maskedstore
func.func private @reversed(%x: memref<3xf32>, %y: memref<3xf32>) attributes {dlc.kernel} {
  %c2 = arith.constant 2 : index
  linalg.generic {indexing_maps = [#vec], iterator_types = ["parallel"]} outs(%y : memref<3xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tile = array<i64: 4>, vector_dim = 0}]} {
  ^bb0(%out: f32):
    %0 = linalg.index 0 : index
    %1 = arith.subi %c2, %0 : index
    %2 = memref.load %x[%1] : memref<3xf32>
    linalg.yield %2 : f32
  }
  return
}
