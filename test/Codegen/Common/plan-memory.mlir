// RUN: dlc-opt %s --split-input-file --dlc-plan-memory | FileCheck %s

// %a and %c don't live together: the arena holds two buffers of three.
// CHECK: module attributes {dlc.arena_size = 512 : i64, dlc.weights = [{offset = 0 : i64, value = dense<{{.*}}> : tensor<3xf32>}, {offset = 64 : i64, value = dense<true> : tensor<2xi1>}], dlc.weights_size = 128 : i64}
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[ARENA:.*]]: !llvm.ptr, %[[WEIGHTS:.*]]: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr)
// CHECK-NOT:     memref.alloc
// CHECK-DAG:     %[[O:.*]] = llvm.mlir.constant(256 : i64)
// CHECK:         llvm.getelementptr %[[ARENA]][%[[O]]]
// CHECK-NOT:     memref.get_global
// CHECK-NOT:   memref.global
memref.global "private" constant @w : memref<3xf32> = dense<[1.0, 2.0, 3.0]>
memref.global "private" constant @m : memref<2xi1> = dense<true>
func.func private @k(memref<64xf32>, memref<64xf32>)
func.func private @use(memref<3xf32>, memref<2xi1>)
func.func @main(%x: memref<64xf32>, %y: memref<64xf32>) {
  %w = memref.get_global @w : memref<3xf32>
  %m = memref.get_global @m : memref<2xi1>
  call @use(%w, %m) : (memref<3xf32>, memref<2xi1>) -> ()
  %a = memref.alloc() : memref<64xf32>
  %b = memref.alloc() : memref<64xf32>
  %c = memref.alloc() : memref<64xf32>
  call @k(%x, %a) : (memref<64xf32>, memref<64xf32>) -> ()
  call @k(%a, %b) : (memref<64xf32>, memref<64xf32>) -> ()
  call @k(%b, %c) : (memref<64xf32>, memref<64xf32>) -> ()
  call @k(%c, %y) : (memref<64xf32>, memref<64xf32>) -> ()
  return
}

// -----

// A view keeps its buffer alive.
// CHECK: dlc.arena_size = 768
func.func private @k(memref<64xf32>, memref<64xf32>)
func.func private @v(memref<8x8xf32>, memref<64xf32>)
func.func @main(%x: memref<64xf32>, %y: memref<64xf32>) {
  %a = memref.alloc() : memref<64xf32>
  %b = memref.alloc() : memref<64xf32>
  %c = memref.alloc() : memref<64xf32>
  %e = memref.expand_shape %a [[0, 1]] output_shape [8, 8] : memref<64xf32> into memref<8x8xf32>
  call @k(%x, %a) : (memref<64xf32>, memref<64xf32>) -> ()
  call @k(%x, %b) : (memref<64xf32>, memref<64xf32>) -> ()
  call @k(%b, %c) : (memref<64xf32>, memref<64xf32>) -> ()
  call @v(%e, %c) : (memref<8x8xf32>, memref<64xf32>) -> ()
  call @k(%c, %y) : (memref<64xf32>, memref<64xf32>) -> ()
  return
}

// -----

// What a loop uses lives as long as the loop, even if the loop uses it last at
// its beginning; what it allocates lives within an iteration. %state, and one of
// %a and %b, need room.
// CHECK: module attributes {dlc.arena_size = 512 : i64, dlc.weights = {{.*}}, dlc.weights_size = 256 : i64}
// CHECK:       func.func @main(
// CHECK:         scf.for
// CHECK-NOT:       memref.alloc
// CHECK-NOT:       memref.get_global
// CHECK:         return
memref.global "private" constant @w : memref<64xf32> = dense<2.0>
func.func private @k(memref<64xf32>, memref<64xf32>)
func.func @main(%x: memref<64xf32>, %y: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %state = memref.alloc() : memref<64xf32>
  func.call @k(%x, %state) : (memref<64xf32>, memref<64xf32>) -> ()
  scf.for %i = %c0 to %c4 step %c1 {
    func.call @k(%state, %y) : (memref<64xf32>, memref<64xf32>) -> ()
    %a = memref.alloc() : memref<64xf32>
    func.call @k(%x, %a) : (memref<64xf32>, memref<64xf32>) -> ()
    func.call @k(%a, %y) : (memref<64xf32>, memref<64xf32>) -> ()
    %w = memref.get_global @w : memref<64xf32>
    %b = memref.alloc() : memref<64xf32>
    func.call @k(%w, %b) : (memref<64xf32>, memref<64xf32>) -> ()
    func.call @k(%b, %y) : (memref<64xf32>, memref<64xf32>) -> ()
  }
  return
}

// -----

// The two ways of a branch share memory.
// CHECK: module attributes {dlc.arena_size = 256
func.func private @k(memref<64xf32>, memref<64xf32>)
func.func @main(%x: memref<64xf32>, %y: memref<64xf32>, %c: memref<i1>) {
  %p = memref.load %c[] : memref<i1>
  scf.if %p {
    %a = memref.alloc() : memref<64xf32>
    func.call @k(%x, %a) : (memref<64xf32>, memref<64xf32>) -> ()
    func.call @k(%a, %y) : (memref<64xf32>, memref<64xf32>) -> ()
  } else {
    %b = memref.alloc() : memref<64xf32>
    func.call @k(%x, %b) : (memref<64xf32>, memref<64xf32>) -> ()
    func.call @k(%b, %y) : (memref<64xf32>, memref<64xf32>) -> ()
  }
  return
}
