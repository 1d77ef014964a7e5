// RUN: dlc-opt %s --dlc-split-kernels | FileCheck %s
// RUN: dlc-opt %s --pass-pipeline='builtin.module(dlc-split-kernels,func.func(dlc-vectorize-kernels,canonicalize))' | FileCheck %s --check-prefix=LOOPS

#id = affine_map<(d0) -> (d0)>

// The range of chunks comes behind the symbols.
// CHECK-LABEL: func.func private @split(
// CHECK-SAME:    %{{[a-z0-9]+}}: index, %{{[a-z0-9]+}}: index, %{{[a-z0-9]+}}: index) attributes {dlc.chunks, dlc.kernel}

// Below 1000 points, a chunk is all tiles. The last tile takes in what follows
// the full ones.
// LOOPS-LABEL: func.func private @split(
// LOOPS-SAME:    %[[N:[a-z0-9]+]]: index, %[[BEGIN:[a-z0-9]+]]: index, %[[END:[a-z0-9]+]]: index)
// LOOPS:         %[[SUM:.+]] = arith.addi %[[N]], %c31
// LOOPS:         %[[TILES:.+]] = arith.divui %[[SUM]], %c32
// LOOPS:         %[[SHARED:.+]] = arith.cmpi sge, %[[N]], %c1000
// LOOPS:         %[[PER:.+]] = arith.select %[[SHARED]], %c1, %[[TILES]]
// LOOPS:         arith.muli %[[BEGIN]], %[[PER]]
// LOOPS:         arith.muli %[[END]], %[[PER]]
// LOOPS:         scf.for {{.*}} step %c32
// LOOPS:         scf.if
// LOOPS:           scf.for {{.*}} to %[[N]] step %c16
// LOOPS:             vector.maskedstore
func.func private @split(%x: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %y: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %n: index) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<?xf32>) outs(%y : memref<?xf32>)
      attrs = {dlc.strategy = [{lanes = 16, order = array<i64: 0>, split_dim = 0, split_points = 1000, tail = [array<i64: 16>], tile = array<i64: 32>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    %r = arith.negf %in : f32
    linalg.yield %r : f32
  }
  return
}

// The caller says how many chunks there are.
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[N:[a-z0-9]+]]: index)
// CHECK:         %[[SUM:.+]] = arith.addi %[[N]], %c31
// CHECK:         %[[TILES:.+]] = arith.divui %[[SUM]], %c32
// CHECK:         %[[SHARED:.+]] = arith.cmpi sge, %[[N]], %c1000
// CHECK:         %[[CHUNKS:.+]] = arith.select %[[SHARED]], %[[TILES]], %c1
// CHECK:         call @split(%{{.*}}, %{{.*}}, %[[N]], %c0{{.*}}, %[[CHUNKS]]) {dlc.chunks}
func.func @main(%x: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %y: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %n: index) {
  call @split(%x, %y, %n) : (memref<?xf32>, memref<?xf32>, index) -> ()
  return
}
