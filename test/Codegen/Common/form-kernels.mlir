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
