// RUN: dlc-opt %s --split-input-file --dlc-plan-launches --verify-diagnostics | FileCheck %s

// What @main did is data: the arena with its buffers, then inputs and outputs;
// parameters are places in the arena or in the weights.

// CHECK-LABEL: module
// CHECK-SAME: dlc.arena_size = 1024
// CHECK-SAME: dlc.argument_offsets = array<i64: 512, 768>
// CHECK-SAME: dlc.launches = [
// CHECK-SAME: {kernel = "scale", offsets = array<i64: 512, 64, 0>, weights = array<i64: 0, 1, 0>}
// CHECK-SAME: {kernel = "half", offsets = array<i64: 4, 256>, weights = array<i64: 0, 0>}
// CHECK-SAME: {kernel = "inplace", offsets = array<i64: 256, 256>, weights = array<i64: 0, 0>}
// CHECK-SAME: {kernel = "scale", offsets = array<i64: 256, 0, 768>, weights = array<i64: 0, 1, 0>}
// CHECK-SAME: dlc.weights_size = 128
// CHECK-NOT: @main
// CHECK: func.func @scale(
// CHECK-SAME: {llvm.align = 16 : i64, llvm.noalias}
// CHECK: func.func @half(%{{.*}}: memref<{{.*}}> {llvm.align = 4 : i64, llvm.noalias}
// Two views of one buffer overlap.
// CHECK: func.func @inplace(
// CHECK-NOT: llvm.noalias
// CHECK: return
module {
  memref.global "private" constant @a : memref<2xf32> = dense<[1.0, 2.0]>
  memref.global "private" constant @b : memref<2xf32> = dense<[3.0, 4.0]>
  func.func @main(%x: memref<64xf32>, %y: memref<64xf32>) {
    %b = memref.get_global @b : memref<2xf32>
    %a = memref.get_global @a : memref<2xf32>
    %0 = memref.alloc() : memref<64xf32>
    %1 = memref.alloc() : memref<64xf32>
    call @scale(%x, %a, %0) : (memref<64xf32>, memref<2xf32>, memref<64xf32>) -> ()
    %2 = memref.subview %0[1] [63] [1] : memref<64xf32> to memref<63xf32, strided<[1], offset: 1>>
    %3 = memref.cast %2 : memref<63xf32, strided<[1], offset: 1>> to memref<63xf32, strided<[1], offset: ?>>
    call @half(%3, %1) : (memref<63xf32, strided<[1], offset: ?>>, memref<64xf32>) -> ()
    %4 = memref.expand_shape %1 [[0, 1]] output_shape [8, 8] : memref<64xf32> into memref<8x8xf32>
    call @inplace(%1, %4) : (memref<64xf32>, memref<8x8xf32>) -> ()
    call @scale(%1, %b, %y) : (memref<64xf32>, memref<2xf32>, memref<64xf32>) -> ()
    return
  }
  func.func private @scale(%a: memref<64xf32>, %b: memref<2xf32>, %c: memref<64xf32>) attributes {dlc.kernel} {
    return
  }
  func.func private @half(%a: memref<63xf32, strided<[1], offset: ?>>, %b: memref<64xf32>) attributes {dlc.kernel} {
    return
  }
  func.func private @inplace(%a: memref<64xf32>, %b: memref<8x8xf32>) attributes {dlc.kernel} {
    return
  }
}

// -----

module {
  func.func @main(%x: memref<4xf32>, %y: memref<4xf32>) {
    %c0 = arith.constant 0 : index
    // expected-error @below {{can't run on a GPU: it is left outside kernels}}
    %0 = memref.load %x[%c0] : memref<4xf32>
    memref.store %0, %y[%c0] : memref<4xf32>
    return
  }
}

// -----

module {
  func.func @main(%x: memref<4xf32>, %i: memref<1xindex>) {
    %c1 = arith.constant 1.0 : f32
    // expected-error @below {{an operand of a kernel of type 'f32' has no place known at compile time}}
    call @k(%x, %c1) : (memref<4xf32>, f32) -> ()
    return
  }
  func.func private @k(%a: memref<4xf32>, %b: f32) attributes {dlc.kernel} {
    return
  }
}

// -----

// expected-error @below {{needs a function @main of one block}}
module {
}

// -----

module {
  func.func @main(%x: memref<4xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    // expected-error @below {{is a loop or a branch, which a list of launches on a GPU can't hold: compile for a CPU}}
    scf.for %i = %c0 to %c4 step %c1 {
      func.call @k(%x) : (memref<4xf32>) -> ()
    }
    return
  }
  func.func private @k(%a: memref<4xf32>) attributes {dlc.kernel} {
    return
  }
}
