// RUN: dlc-opt %s --split-input-file --dlc-vectorize-kernels --cse --loop-invariant-code-motion | FileCheck %s

#id = affine_map<(d0) -> (d0)>

// Along vectors, full tiles are followed by masked vectors.
// CHECK-LABEL: func.func private @vector(
// CHECK-SAME:    %[[N:[a-z0-9]+]]: index
// CHECK:         %[[TILES:.+]] = arith.divui %[[N]], %c8
// CHECK:         %[[FULL:.+]] = arith.muli %[[TILES]], %c8
// CHECK:         scf.for %{{.*}} = %c0{{.*}} to %[[FULL]] step %c8
// CHECK-COUNT-2:   vector.load
// CHECK:         scf.for %[[I:.+]] = %[[FULL]] to %[[N]] step %c4
// CHECK:           %[[LEFT:.+]] = arith.subi %[[N]], %[[I]]
// CHECK:           %[[LANES:.+]] = arith.minsi %[[LEFT]], %c4
// CHECK:           %[[MASK:.+]] = vector.create_mask %[[LANES]] : vector<4xi1>
// CHECK:           vector.maskedload %{{.*}}[%[[I]]], %[[MASK]]
// CHECK:           vector.maskedstore %{{.*}}[%[[I]]], %[[MASK]]
func.func private @vector(%x: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %y: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %n: index) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<?xf32>) outs(%y : memref<?xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tile = array<i64: 8>, vector_dim = 0, tail = [array<i64: 4>]}]} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>

// Where the size is a multiple of the tile whatever the symbol, nothing follows.
// CHECK-LABEL: func.func private @multiple(
// CHECK:         scf.for
// CHECK-NOT:     scf.for
// CHECK-NOT:     mask
func.func private @multiple(%x: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0 * 16)>}, %y: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0 * 16)>}, %n: index) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<?xf32>) outs(%y : memref<?xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tile = array<i64: 8>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

#x = affine_map<(d0, d1) -> (d0, d1)>
#y = affine_map<(d0, d1) -> (d0)>

// Rows by four, then two, then one; steps of the reduction one by one. Strides
// are values.
// CHECK-LABEL: func.func private @rows(
// CHECK-SAME:    %[[N:[a-z0-9]+]]: index, %[[M:[a-z0-9]+]]: index
// CHECK:         %[[FOURS:.+]] = arith.divui %[[N]], %c4
// CHECK:         %[[FULL:.+]] = arith.muli %[[FOURS]], %c4
// CHECK:         scf.for %[[I:.+]] = %c0{{.*}} to %[[FULL]] step %c4
// CHECK:           arith.muli %[[I]], %[[M]]
// CHECK:           scf.for {{.*}} step %c2
// CHECK:             llvm.fence
// CHECK:           scf.for {{.*}} to %[[M]] step %c1
// CHECK-COUNT-4:   memref.store
// CHECK:         scf.for %{{.*}} = %[[FULL]] to %{{.*}} step %c2
// CHECK:         scf.for %{{.*}} to %[[N]] step %c1
func.func private @rows(%x: memref<?x?xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0, s1)>}, %y: memref<?xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0)>}, %n: index, %m: index) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#x, #y], iterator_types = ["parallel", "reduction"]} ins(%x : memref<?x?xf32>) outs(%y : memref<?xf32>)
      attrs = {dlc.strategy = [{lanes = 1, order = array<i64: 0>, tile = array<i64: 4, 2>, vector_dim = -1, tail = [array<i64: 2, 1>, array<i64: 1>]}]} {
  ^bb0(%in: f32, %out: f32):
    %r = arith.addf %in, %out : f32
    linalg.yield %r : f32
  }
  return
}

// -----

#x = affine_map<(d0, d1) -> (d0, d1)>
#y = affine_map<(d0, d1) -> (d0)>

// Vectors along the reduction: of the last one, lanes beyond the end keep what
// they had.
// CHECK-LABEL: func.func private @lanes(
// CHECK:         vector.create_mask
// CHECK:         vector.maskedload
// CHECK:         arith.addf
// CHECK:         arith.select
// CHECK:         vector.reduction
func.func private @lanes(%x: memref<?x?xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0, s1)>}, %y: memref<?xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0)>}, %n: index, %m: index) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#x, #y], iterator_types = ["parallel", "reduction"]} ins(%x : memref<?x?xf32>) outs(%y : memref<?xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tile = array<i64: 1, 4>, vector_dim = 1, tail = [array<i64>, array<i64: 4>]}]} {
  ^bb0(%in: f32, %out: f32):
    %r = arith.addf %in, %out : f32
    linalg.yield %r : f32
  }
  return
}
