// RUN: dlc-opt %s --split-input-file --dlc-plan-memory --cse --canonicalize | FileCheck %s

// Sizes in elements of f32: %a has n, %b m. At the likely sizes %b is larger and
// lies at 0, %a behind it, and so it stays where %a is larger. %c doesn't live
// with %a: it lies behind %b alone.
//
// CHECK: module attributes {dlc.arena_size = 4544 : i64, dlc.num_sizes = 7 : i64
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[ARENA:.*]]: !llvm.ptr, %{{.*}}: !llvm.ptr, %[[SIZES:.*]]: !llvm.ptr, %[[X:.*]]: !llvm.ptr, %[[Y:.*]]: !llvm.ptr)
// CHECK-NOT:     memref.alloc
// CHECK:         %[[AT:.*]] = llvm.getelementptr inbounds %[[SIZES]][5]
// CHECK:         %[[OFFSET:.*]] = llvm.load %[[AT]]
// CHECK:         llvm.getelementptr %[[ARENA]][%[[OFFSET]]]
//
// CHECK-LABEL: func.func @prepare(
// CHECK-SAME:    %[[SIZES:.*]]: !llvm.ptr) -> i64
// The dimensions of %x and %y.
// CHECK:         %[[N:.*]] = llvm.load %[[SIZES]]
// CHECK:         %[[M1:.*]] = llvm.getelementptr inbounds %[[SIZES]][1]
// CHECK:         %[[M:.*]] = llvm.load %[[M1]]
// CHECK:         %[[X:.*]] = llvm.getelementptr inbounds %[[SIZES]][2]
// CHECK:         llvm.store %[[N]], %[[X]]
// CHECK:         %[[Y:.*]] = llvm.getelementptr inbounds %[[SIZES]][3]
// CHECK:         llvm.store %[[M]], %[[Y]]
// %a behind %b.
// CHECK:         %[[END:.*]] = arith.andi
// CHECK:         %[[ENDI:.*]] = arith.index_cast %[[END]]
// CHECK:         %[[A:.*]] = llvm.getelementptr inbounds %[[SIZES]][5]
// CHECK:         llvm.store %[[ENDI]], %[[A]]
// The arena ends with %a or %c.
// CHECK:         llvm.getelementptr inbounds %[[SIZES]][6]
// CHECK:         %[[SIZE:.*]] = arith.maxsi
// CHECK:         %[[SIZEI:.*]] = arith.index_cast %[[SIZE]]
// CHECK:         %[[AT:.*]] = llvm.getelementptr inbounds %[[SIZES]][4]
// CHECK:         llvm.store %[[SIZEI]], %[[AT]]
// CHECK:         return %c-1
func.func private @k(memref<?xf32>, memref<?xf32>)
func.func private @l(memref<16xf32>, memref<?xf32>)
func.func @main(
    %x: memref<?xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0)>},
    %y: memref<?xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s1)>},
    %n: index {dlc.symbol = "n", dlc.range = array<i64: 1, 1000, 10>},
    %m: index {dlc.symbol = "m", dlc.range = array<i64: 1, 125, 100>}) {
  %a = memref.alloc(%n) : memref<?xf32>
  %b = memref.alloc(%m) : memref<?xf32>
  %c = memref.alloc() : memref<16xf32>
  call @k(%x, %a) : (memref<?xf32>, memref<?xf32>) -> ()
  call @k(%a, %b) : (memref<?xf32>, memref<?xf32>) -> ()
  call @l(%c, %b) : (memref<16xf32>, memref<?xf32>) -> ()
  call @l(%c, %y) : (memref<16xf32>, memref<?xf32>) -> ()
  return
}

// -----

// A static buffer that is always the largest: what lies behind it has a constant
// place. Booleans take a byte each.
// CHECK: module attributes {dlc.arena_size = 4224 : i64, dlc.num_sizes = 3 : i64
// CHECK-LABEL: func.func @main(
// CHECK:         llvm.getelementptr %arg0[4096]
// CHECK-LABEL: func.func @prepare(
// CHECK-DAG:     %c4096 = arith.constant 4096 : index
// CHECK:         arith.addi %{{.*}}, %c4096
func.func private @k(memref<?xi1>, memref<?xi1>, memref<1024xf32>)
func.func @main(
    %x: memref<?xi1> {dlc.sizes = affine_map<()[s0] -> (s0)>},
    %n: index {dlc.symbol = "n", dlc.range = array<i64: 1, 100, 10>}) {
  %a = memref.alloc(%n) : memref<?xi1>
  %b = memref.alloc() : memref<1024xf32>
  call @k(%x, %a, %b) : (memref<?xi1>, memref<?xi1>, memref<1024xf32>) -> ()
  return
}

// -----

// Ranges have served their purpose.
// CHECK-LABEL: func.func private @kernel(
// CHECK-SAME:    %{{.*}}: memref<4xf32> {llvm.noalias}, %{{.*}}: index)
func.func private @kernel(%x: memref<4xf32> {llvm.noalias}, %n: index {dlc.range = array<i64: 1, 100, 10>}) attributes {dlc.kernel} {
  return
}
func.func @main(%n: index {dlc.symbol = "n", dlc.range = array<i64: 1, 100, 10>}) {
  return
}

// -----

// What must hold of the sizes: the first that doesn't is the result.
// CHECK-LABEL: func.func @prepare(
// CHECK-DAG:     %[[NONE:.*]] = arith.constant -1 : i64
// CHECK-DAG:     %[[SECOND:.*]] = arith.constant 1 : i64
// CHECK-DAG:     %[[FIRST:.*]] = arith.constant 0 : i64
// CHECK:         %[[HOLDS1:.*]] = arith.cmpi sge
// CHECK:         %[[R1:.*]] = arith.select %[[HOLDS1]], %[[NONE]], %[[SECOND]]
// CHECK:         %[[HOLDS0:.*]] = arith.cmpi eq
// CHECK:         %[[R0:.*]] = arith.select %[[HOLDS0]], %[[R1]], %[[FIRST]]
// CHECK:         return %[[R0]]
module attributes {dlc.checks = [
  {expr = affine_map<()[s0, s1] -> (s0 - s1 * 2)>, kind = "equal", text = "n is twice m"},
  {expr = affine_map<()[s0, s1] -> (s0 - 3)>, kind = "at_least", text = "n is at least 3"}
]} {
  func.func @main(
      %x: memref<?x?xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0, s1)>},
      %n: index {dlc.symbol = "n", dlc.range = array<i64: 1, 100, 10>},
      %m: index {dlc.symbol = "m", dlc.range = array<i64: 1, 100, 10>}) {
    return
  }
}
