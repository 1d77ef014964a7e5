// RUN: dlc-opt %s --split-input-file --dlc-form-kernels | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#a = affine_map<(d0, d1, d2) -> (d0, d2)>
#b = affine_map<(d0, d1, d2) -> (d2, d1)>
#c = affine_map<(d0, d1, d2) -> (d0, d1)>

// A product, the fill it starts from and the activation after it are one kernel;
// what the product alone writes moves inside. The second, equal product calls
// the same kernel.
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[X:.*]]: memref<4x4xf32>, %[[W:.*]]: memref<4x4xf32>, %[[Y:.*]]: memref<4x4xf32>
// CHECK-NEXT:    %[[T:.*]] = memref.alloc() : memref<4x4xf32>
// CHECK-NEXT:    call @k0_MatMul(%[[X]], %[[W]], %[[T]])
// CHECK-NEXT:    call @k0_MatMul(%[[T]], %[[W]], %[[Y]])
// CHECK-NEXT:    return
// CHECK:       func.func private @k0_MatMul(
// CHECK-SAME:    attributes {dlc.kernel}
// CHECK:         memref.alloc
// CHECK:         linalg.fill
// CHECK:         linalg.generic
// CHECK:         linalg.generic
// CHECK:           arith.maximumf
// CHECK-NOT:   func.func
func.func @main(%x: memref<4x4xf32>, %w: memref<4x4xf32>, %y: memref<4x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %p0 = memref.alloc() : memref<4x4xf32>
  %r0 = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%zero : f32) outs(%p0 : memref<4x4xf32>)
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<4x4xf32>, memref<4x4xf32>) outs(%p0 : memref<4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  } loc("MatMul:first")
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%p0 : memref<4x4xf32>) outs(%r0 : memref<4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = arith.maximumf %in, %zero : f32
    linalg.yield %r : f32
  }
  %p1 = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%zero : f32) outs(%p1 : memref<4x4xf32>)
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%r0, %w : memref<4x4xf32>, memref<4x4xf32>) outs(%p1 : memref<4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  } loc("MatMul:second")
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%p1 : memref<4x4xf32>) outs(%y : memref<4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = arith.maximumf %in, %zero : f32
    linalg.yield %r : f32
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>
#in = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// A result with two readers is written to memory: no epilogue.
// CHECK-LABEL: func.func @main(
// CHECK:         call @k0_kernel
// CHECK:         call @k1_kernel
// CHECK:         call @k2_kernel
func.func @main(%x: memref<4x8xf32>, %y: memref<4xf32>, %z: memref<4xf32>) {
  %zero = arith.constant 0.0 : f32
  %s = memref.alloc() : memref<4xf32>
  linalg.fill ins(%zero : f32) outs(%s : memref<4xf32>)
  linalg.generic {indexing_maps = [#in, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<4x8xf32>) outs(%s : memref<4xf32>) {
  ^bb0(%a: f32, %out: f32):
    %r = arith.addf %out, %a : f32
    linalg.yield %r : f32
  }
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%s : memref<4xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = arith.negf %in : f32
    linalg.yield %r : f32
  }
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%s : memref<4xf32>) outs(%z : memref<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = math.exp %in : f32
    linalg.yield %r : f32
  }
  return
}

// -----

// Views are passed with any offset; a copy is a kernel, a copy onto itself is
// nothing.
// CHECK-LABEL: func.func @main(
// CHECK:         %[[V:.*]] = memref.subview
// CHECK:         %[[C:.*]] = memref.cast %[[V]] : memref<4xf32, strided<[1], offset: 2>> to memref<4xf32, strided<[1], offset: ?>>
// CHECK:         call @k0_kernel(%{{.*}}, %[[C]])
// CHECK-NEXT:    return
func.func @main(%x: memref<4xf32>, %y: memref<8xf32>) {
  %v = memref.subview %y[2] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1], offset: 2>>
  memref.copy %x, %v : memref<4xf32> to memref<4xf32, strided<[1], offset: 2>>
  memref.copy %v, %v : memref<4xf32, strided<[1], offset: 2>> to memref<4xf32, strided<[1], offset: 2>>
  return
}

// -----

#id = affine_map<(d0) -> (d0)>
#in = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// The last op overwrites what the reduction reads: it has to wait for all of it.
// CHECK-LABEL: func.func @main(
// CHECK:         call @k0_kernel
// CHECK:         call @k1_kernel
func.func @main(%x: memref<8x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %s = memref.alloc() : memref<8xf32>
  %v = memref.subview %x[0, 0] [1, 8] [1, 1] : memref<8x8xf32> to memref<8xf32, strided<[1]>>
  linalg.fill ins(%zero : f32) outs(%s : memref<8xf32>)
  linalg.generic {indexing_maps = [#in, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<8x8xf32>) outs(%s : memref<8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %r = arith.addf %out, %a : f32
    linalg.yield %r : f32
  }
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%s : memref<8xf32>) outs(%v : memref<8xf32, strided<[1]>>) {
  ^bb0(%in: f32, %out: f32):
    %r = arith.negf %in : f32
    linalg.yield %r : f32
  }
  return
}

// Fills of one buffer in a row are one kernel; another buffer's is another.
// CHECK-LABEL: func.func @borders(
// CHECK:         call @[[BORDER:.*]](%{{.*}}, %{{.*}}) {
// CHECK:         call @[[OTHER:.*]](%{{.*}}) {
// CHECK-NOT:     call
// CHECK:       func.func private @[[BORDER]](
// CHECK-COUNT-2: linalg.generic
// CHECK:       func.func private @[[OTHER]](
func.func @borders(%x: memref<8x4xf32>, %y: memref<8x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %top = memref.subview %x[0, 0] [2, 4] [1, 1] : memref<8x4xf32> to memref<2x4xf32, strided<[4, 1]>>
  linalg.fill ins(%zero : f32) outs(%top : memref<2x4xf32, strided<[4, 1]>>)
  %bottom = memref.subview %x[7, 0] [1, 4] [1, 1] : memref<8x4xf32> to memref<1x4xf32, strided<[4, 1], offset: 28>>
  linalg.fill ins(%zero : f32) outs(%bottom : memref<1x4xf32, strided<[4, 1], offset: 28>>)
  linalg.fill ins(%zero : f32) outs(%y : memref<8x4xf32>)
  return
}

// -----

// A product of one part of a buffer whose activation goes to another part of it
// is one kernel; one that goes where the product still reads is not.
// CHECK-LABEL: func.func @parts(
// CHECK:         call @[[PART:.*]](%{{.*}}) {
// CHECK:         call @[[PRODUCT:.*]](%{{.*}}) {
// CHECK:         call @[[RELU:.*]](%{{.*}}) {
// CHECK-NOT:     call
// CHECK:       func.func private @[[PART]](
// CHECK:         arith.mulf
// CHECK:         arith.maximumf
// CHECK:       func.func private @[[PRODUCT]](
func.func @parts(%x: memref<12x4xf32>, %w: memref<4x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %x0 = memref.subview %x[0, 0] [4, 4] [1, 1] : memref<12x4xf32> to memref<4x4xf32, strided<[4, 1]>>
  %x1 = memref.subview %x[4, 0] [4, 4] [1, 1] : memref<12x4xf32> to memref<4x4xf32, strided<[4, 1], offset: 16>>
  %x2 = memref.subview %x[7, 0] [4, 4] [1, 1] : memref<12x4xf32> to memref<4x4xf32, strided<[4, 1], offset: 28>>
  %p = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%zero : f32) outs(%p : memref<4x4xf32>)
  linalg.matmul ins(%x0, %w : memref<4x4xf32, strided<[4, 1]>>, memref<4x4xf32>) outs(%p : memref<4x4xf32>)
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%p : memref<4x4xf32>) outs(%x1 : memref<4x4xf32, strided<[4, 1], offset: 16>>) {
  ^bb0(%e: f32, %o: f32):
    %r = arith.maximumf %e, %zero : f32
    linalg.yield %r : f32
  }
  %q = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%zero : f32) outs(%q : memref<4x4xf32>)
  linalg.matmul ins(%x1, %w : memref<4x4xf32, strided<[4, 1], offset: 16>>, memref<4x4xf32>) outs(%q : memref<4x4xf32>)
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%q : memref<4x4xf32>) outs(%x2 : memref<4x4xf32, strided<[4, 1], offset: 28>>) {
  ^bb0(%e: f32, %o: f32):
    %r = arith.maximumf %e, %zero : f32
    linalg.yield %r : f32
  }
  return
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#a = affine_map<(d0, d1, d2) -> (d0, d2)>
#b = affine_map<(d0, d1, d2) -> (d2, d1)>
#c = affine_map<(d0, d1, d2) -> (d0, d1)>

// The sizes that a kernel's shapes are made of are its last arguments: those it
// needs, and their ranges. Inside, its operands have shapes made of these, and
// its private buffer too. Floating-point operations are those at likely sizes.
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<?x4xf32>
// CHECK-SAME:    %[[W:[a-z0-9]+]]: memref<4x8xf32>
// CHECK-SAME:    %[[Y:[a-z0-9]+]]: memref<?x8xf32>
// CHECK-SAME:    %[[N:[a-z0-9]+]]: index {{{.*}}dlc.symbol = "n"
// CHECK-SAME:    %[[M:[a-z0-9]+]]: index {{{.*}}dlc.symbol = "m"
// CHECK-NEXT:    call @k0_MatMul(%[[X]], %[[W]], %[[Y]], %[[M]]) {dlc.flops = 1152 : i64}
// CHECK-NEXT:    return
// CHECK:       func.func private @k0_MatMul(
// CHECK-SAME:    %[[M:[a-z0-9]+]]: index {dlc.range = array<i64: 1, 64, 16>}) attributes {dlc.kernel}
// CHECK:         memref.reinterpret_cast %{{.*}} to offset: [0], sizes: [%[[M]], 4], strides: [4, 1]
// CHECK:         memref.reinterpret_cast %{{.*}} to offset: [0], sizes: [%[[M]], 8], strides: [8, 1]
// CHECK:         memref.alloc(%[[M]]) : memref<?x8xf32>
func.func @main(%x: memref<?x4xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s1, 4)>}, %w: memref<4x8xf32>, %y: memref<?x8xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s1, 8)>},
                %n: index {dlc.symbol = "n", dlc.range = array<i64: 1, 100, 3>}, %m: index {dlc.symbol = "m", dlc.range = array<i64: 1, 64, 16>}) {
  %zero = arith.constant 0.0 : f32
  %p = memref.alloc(%m) : memref<?x8xf32>
  linalg.fill ins(%zero : f32) outs(%p : memref<?x8xf32>)
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x4xf32>, memref<4x8xf32>) outs(%p : memref<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %t = arith.mulf %a, %b : f32
    %r = arith.addf %out, %t : f32
    linalg.yield %r : f32
  } loc("MatMul:first")
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%p : memref<?x8xf32>) outs(%y : memref<?x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = arith.maximumf %in, %zero : f32
    linalg.yield %r : f32
  }
  return
}

// -----

// Kernels that differ in the names of their sizes alone are one; a view begins
// anywhere.
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[N:[a-z0-9]+]]: index {{{.*}}dlc.symbol = "n"
// CHECK-SAME:    %[[M:[a-z0-9]+]]: index {{{.*}}dlc.symbol = "m"
// CHECK:         call @k0_kernel(%{{.*}}, %{{.*}}, %[[N]])
// CHECK:         call @k0_kernel(%{{.*}}, %{{.*}}, %[[M]])
// CHECK:       func.func private @k0_kernel(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<?xf32, strided<[1], offset: ?>>
// CHECK:         %[[SIZE:.+]] = arith.muli %{{.*}}, %c4
// CHECK:         %{{.*}}, %[[OFFSET:.+]], %{{.*}}, %{{.*}} = memref.extract_strided_metadata %[[X]]
// CHECK:         memref.reinterpret_cast %[[X]] to offset: [%[[OFFSET]]], sizes: [%[[SIZE]]], strides: [1]
// CHECK-NOT:   func.func
func.func @main(%x: memref<?xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0 * 8 + s1 * 4)>}, %y: memref<?xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0 * 8 + s1 * 4)>},
                %n: index {dlc.symbol = "n", dlc.range = array<i64: 1, 9, 3>}, %m: index {dlc.symbol = "m", dlc.range = array<i64: 1, 9, 3>}) {
  %n4 = affine.apply affine_map<(d0) -> (d0 * 4)>(%n)
  %m4 = affine.apply affine_map<(d0) -> (d0 * 4)>(%m)
  %x0 = memref.subview %x[%n4] [%n4] [1] : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
  %y0 = memref.subview %y[%m4] [%n4] [1] : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
  memref.copy %x0, %y0 : memref<?xf32, strided<[1], offset: ?>> to memref<?xf32, strided<[1], offset: ?>>
  %x1 = memref.subview %x[%n4] [%m4] [1] : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
  %y1 = memref.subview %y[%n4] [%m4] [1] : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
  memref.copy %x1, %y1 : memref<?xf32, strided<[1], offset: ?>> to memref<?xf32, strided<[1], offset: ?>>
  return
}

// -----

// A buffer of a loop is allocated at the beginning; the loop's bound is computed
// inside the kernel.
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[N:[a-z0-9]+]]: index
// CHECK:         memref.alloc(%{{.*}}) : memref<?xf32>
// CHECK:         call @k0_kernel(
// CHECK-SAME:      %[[N]])
// CHECK:       func.func private @k0_kernel(
// CHECK:         arith.addi
// CHECK:         scf.for
func.func @main(%x: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %n: index {dlc.symbol = "n", dlc.range = array<i64: 1, 9, 3>}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %end = arith.addi %n, %c1 : index
  scf.for %i = %c0 to %end step %c1 {
    %b = memref.alloc(%end) : memref<?xf32>
    %e = memref.load %x[%c0] : memref<?xf32>
    memref.store %e, %b[%i] : memref<?xf32>
  }
  return
}

// -----

// A loop with work of its own stays; its kernels are called in it. The position
// of the loop is an integer to a kernel, since index arguments are sizes. A fill
// outside isn't where the sums of each step begin.
// CHECK-LABEL: func.func @main(
// CHECK:         call @k0_kernel(
// CHECK:         scf.for %[[I:.*]] =
// CHECK:           %[[ROW:.*]] = memref.subview
// CHECK:           func.call @k1_kernel(%[[ROW]], %[[SUM:[a-z0-9]+]])
// CHECK:           %[[POSITION:.*]] = arith.index_cast %[[I]] : index to i64
// CHECK:           func.call @k2_kernel(%[[SUM]], %[[POSITION]])
// CHECK:         }
// CHECK:       func.func private @k1_kernel(%{{.*}}: memref<4xf32, strided<[1], offset: ?>>, %{{.*}}: memref<f32>)
// CHECK-NOT:     fill
// CHECK:       func.func private @k2_kernel(%{{.*}}: memref<f32>, %[[P:[a-z0-9]+]]: i64)
// CHECK:         arith.index_cast %[[P]] : i64 to index
func.func @main(%x: memref<8x4xf32>, %sum: memref<f32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%sum : memref<f32>)
  scf.for %i = %c0 to %c8 step %c1 {
    %row = memref.subview %x[%i, 0] [1, 4] [1, 1] : memref<8x4xf32> to memref<4xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]} ins(%row : memref<4xf32, strided<[1], offset: ?>>) outs(%sum : memref<f32>) {
    ^bb0(%in: f32, %out: f32):
      %s = arith.addf %in, %out : f32
      linalg.yield %s : f32
    }
    linalg.generic {indexing_maps = [affine_map<() -> ()>], iterator_types = []} outs(%sum : memref<f32>) {
    ^bb0(%out: f32):
      %n = arith.index_cast %i : index to i64
      %f = arith.sitofp %n : i64 to f32
      %s = arith.mulf %f, %out : f32
      linalg.yield %s : f32
    }
  }
  return
}

// -----

// What is written element by element is one kernel, in a branch too; scalars
// that decide stay outside.
// CHECK-LABEL: func.func @main(
// CHECK:         %[[P:.*]] = memref.load
// CHECK:         scf.if %[[P]] {
// CHECK:           func.call @k0_kernel(
// CHECK:         } else {
// CHECK:           func.call @k1_kernel(
// CHECK:         }
// CHECK:       func.func private @k0_kernel(
// CHECK:         scf.for
// CHECK:           memref.store
// CHECK:       func.func private @k1_kernel(
// CHECK:         linalg.generic
func.func @main(%c: memref<i1>, %x: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f32
  %p = memref.load %c[] : memref<i1>
  scf.if %p {
    scf.for %i = %c0 to %c4 step %c1 {
      memref.store %zero, %x[%i] : memref<4xf32>
    }
  } else {
    linalg.fill ins(%zero : f32) outs(%x : memref<4xf32>)
  }
  return
}

// -----

// A reduction doesn't take an epilogue past a loop that writes its input.
// CHECK-LABEL: func.func @main(
// CHECK:         call @k0_kernel
// CHECK:         scf.for
// CHECK:           func.call @k1_kernel
// CHECK:         call @k2_kernel
func.func @main(%x: memref<4x4xf32>, %y: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f32
  %sums = memref.alloc() : memref<4xf32>
  linalg.fill ins(%zero : f32) outs(%sums : memref<4xf32>)
  linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : memref<4x4xf32>) outs(%sums : memref<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = arith.addf %in, %out : f32
    linalg.yield %s : f32
  }
  scf.for %i = %c0 to %c4 step %c1 {
    %row = memref.subview %x[%i, 0] [1, 4] [1, 1] : memref<4x4xf32> to memref<4xf32, strided<[1], offset: ?>>
    linalg.fill ins(%zero : f32) outs(%row : memref<4xf32, strided<[1], offset: ?>>)
  }
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%sums : memref<4xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = arith.maximumf %in, %zero : f32
    linalg.yield %r : f32
  }
  return
}
