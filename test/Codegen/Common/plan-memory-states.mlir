// RUN: dlc-opt %s --dlc-plan-memory --cse --canonicalize | FileCheck %s

// States lie first in the arena, here %kept, of 48 bytes, and %rows behind it. In
// the array of sizes: two symbols, two dimensions of %x, one of %kept, two of
// %rows, the arena's size (7), three numbers of each state (8 and 11), the offset of %a.
// CHECK: module attributes {dlc.arena_size = 8256 : i64, dlc.num_sizes = 15 : i64
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[ARENA:.*]]: !llvm.ptr, %{{.*}}: !llvm.ptr, %[[SIZES:.*]]: !llvm.ptr, %{{[^:]*}}: !llvm.ptr)
// CHECK:         llvm.getelementptr %[[ARENA]][64]
// CHECK-LABEL: func.func @prepare(
// CHECK-SAME:    %[[SIZES:.*]]: !llvm.ptr) -> i64
// CHECK-DAG:     %[[N:.*]] = llvm.load %[[SIZES]]
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-DAG:     %[[SIXTY_FOUR:.*]] = arith.constant 64 : i64
// CHECK:         %[[AT:.*]] = llvm.getelementptr inbounds %[[SIZES]][8]
// CHECK:         llvm.store %[[ZERO]], %[[AT]]
// CHECK:         %[[AT1:.*]] = llvm.getelementptr inbounds %[[SIZES]][11]
// CHECK:         llvm.store %[[SIXTY_FOUR]], %[[AT1]]
// CHECK:         %[[NEXT:.*]] = arith.addi %{{.*}}, %c1
// CHECK:         %[[NEXTI:.*]] = arith.index_cast %[[NEXT]]
// CHECK:         %[[AT2:.*]] = llvm.getelementptr inbounds %[[SIZES]][13]
// CHECK:         llvm.store %[[NEXTI]], %[[AT2]]
func.func private @k(memref<?x4xf32>, memref<12xf32>, memref<?x4xf32>)
func.func @main(
    %x: memref<?x4xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0, 4)>},
    %kept: memref<12xf32> {dlc.state = {result = 0 : i64}},
    %rows: memref<?x4xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s1, 4)>,
        dlc.state = {result = 1 : i64, axis = 0 : i64, lengths = affine_map<()[s0, s1] -> (s0, s0 + 1, s1)>}},
    %n: index {dlc.symbol = "n", dlc.range = array<i64: 0, 256, 10>},
    %r: index {dlc.symbol = "room", dlc.range = array<i64: 0, 256, 256>}) {
  %a = memref.alloc(%n) : memref<?x4xf32>
  call @k(%a, %kept, %rows) : (memref<?x4xf32>, memref<12xf32>, memref<?x4xf32>) -> ()
  call @k(%a, %kept, %x) : (memref<?x4xf32>, memref<12xf32>, memref<?x4xf32>) -> ()
  return
}
