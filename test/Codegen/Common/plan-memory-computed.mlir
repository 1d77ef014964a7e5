// RUN: dlc-opt %s --dlc-plan-memory | FileCheck %s

// The buffer of 4 * found bytes has the place of the largest size; @main stores
// what it finds, which check failed, and the shape of its result.
// The array: n, dimensions of both arguments (1 + 1), the arena's size, the
// check, found, those dimensions once more.

// CHECK: module attributes {dlc.arena_size = 1024 : i64, dlc.checks = [{text = "too many"}], dlc.num_sizes = 8 : i64
// CHECK-LABEL: func.func @main
// CHECK-SAME: %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %[[SIZES:.*]]: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr)
// CHECK: %[[SLOT:.*]] = llvm.getelementptr inbounds %[[SIZES]][5]
// CHECK: llvm.store %[[FOUND:.*]], %[[SLOT]]
// CHECK: %[[CODE:.*]] = arith.select %{{.*}}, %c-1_i64, %c0_i64
// CHECK: %[[CHECK:.*]] = llvm.getelementptr inbounds %[[SIZES]][4]
// CHECK: llvm.store %[[CODE]], %[[CHECK]]
// CHECK: cf.assert
// CHECK: call @k
// CHECK: %[[RESULT:.*]] = llvm.getelementptr inbounds %[[SIZES]][7]
// CHECK: llvm.store %{{.*}}, %[[RESULT]]
// CHECK-NOT: define_size
func.func private @k(memref<?xf32>, memref<?xf32>, memref<?xf32>, index)
    attributes {dlc.kernel}
func.func private @define_size(i64) -> index
func.func @main(%x: memref<?xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0)>},
                %y: memref<?xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s1)>},
                %n: index {dlc.symbol = "n", dlc.range = array<i64: 1, 256, 16>})
    attributes {dlc.computes_sizes} {
  %wide = arith.index_cast %n : index to i64
  %found = call @define_size(%wide) {dlc.number = 1 : i64, dlc.symbol = "found",
    dlc.range = array<i64: 0, 256, 16>,
    dlc.most = affine_map<()[s0, s1] -> (s0)>} : (i64) -> index
  %fits = arith.cmpi sle, %found, %n : index
  cf.assert %fits, "too many"
  %b = memref.alloc(%found) : memref<?xf32>
  call @k(%x, %b, %y, %found)
    : (memref<?xf32>, memref<?xf32>, memref<?xf32>, index) -> ()
  return
}
