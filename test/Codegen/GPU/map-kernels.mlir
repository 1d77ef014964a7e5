// RUN: dlc-opt %s --split-input-file --dlc-map-kernels-to-gpu --verify-diagnostics | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// A thread for each of 15 points, the last block not full.
// CHECK-LABEL: func.func @point(
// CHECK-SAME: %[[X:.*]]: !llvm.ptr, %[[Y:.*]]: !llvm.ptr
// CHECK-SAME: dlc.block = 32 : i32, dlc.grid = array<i32: 1, 1, 1>
// CHECK-DAG: %[[BLOCK:.*]] = nvvm.read.ptx.sreg.ctaid.x
// CHECK-DAG: %[[THREAD:.*]] = nvvm.read.ptx.sreg.tid.x
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %{{.*}}, %{{.*}} : i32
// CHECK: scf.if %[[INSIDE]]
// CHECK: %[[FROM:.*]] = llvm.getelementptr %[[X]]
// CHECK: %[[V:.*]] = llvm.load %[[FROM]]
// CHECK: %[[R:.*]] = arith.negf %[[V]]
// CHECK: %[[TO:.*]] = llvm.getelementptr %[[Y]]
// CHECK: llvm.store %[[R]], %[[TO]]
func.func @point(%x: memref<3x5xf32>, %y: memref<3x5xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<3x5xf32>) outs(%y : memref<3x5xf32>)
      attrs = {dlc.gpu_strategy = {kind = "point", threads = 32 : i64}} {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.negf %a : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// A warp for each point, four warps in a block; sums start from what the result
// held, which one lane adds.
// CHECK-LABEL: func.func @warp(
// CHECK-SAME: dlc.block = 128 : i32, dlc.grid = array<i32: 2, 1, 1>
// CHECK-NOT: nvvm.barrier
// CHECK: scf.for
// CHECK-COUNT-5: nvvm.shfl.sync bfly
// CHECK-NOT: nvvm.shfl
// CHECK: scf.if
// CHECK: llvm.load
// CHECK: arith.addf
// CHECK: llvm.store
func.func @warp(%x: memref<8x100xf32>, %y: memref<8xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<8x100xf32>) outs(%y : memref<8xf32>)
      attrs = {dlc.gpu_strategy = {kind = "reduce", threads = 32 : i64}} {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// A block for each point; warps meet in shared memory. 64-bit values take two
// shuffles for each of the five steps.
// CHECK: llvm.mlir.global internal @[[SHARED:.*]]() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<4 x f64>
// CHECK-LABEL: func.func @block(
// CHECK-SAME: dlc.block = 128 : i32, dlc.grid = array<i32: 2, 1, 1>
// CHECK-COUNT-10: nvvm.shfl.sync bfly
// CHECK: llvm.mlir.addressof @[[SHARED]]
// CHECK: nvvm.barrier0
// CHECK-COUNT-4: llvm.load
func.func @block(%x: memref<2x1000xf64>, %y: memref<2xf64>) attributes {dlc.kernel} {
  %zero = arith.constant 0.0 : f64
  linalg.fill ins(%zero : f64) outs(%y : memref<2xf64>)
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<2x1000xf64>) outs(%y : memref<2xf64>)
      attrs = {dlc.gpu_strategy = {kind = "reduce", threads = 128 : i64}} {
  ^bb0(%a: f64, %b: f64):
    %0 = arith.addf %a, %b : f64
    linalg.yield %0 : f64
  }
  return
}

// -----

// Two arrays in shared memory, two barriers for each step, the loads of the next
// step between them, the bias and the activation on what threads hold.
// CHECK-COUNT-2: llvm.mlir.global internal @{{.*}}() {addr_space = 3 : i32, alignment = 16 : i64}
// CHECK-LABEL: func.func @tile(
// CHECK-SAME: dlc.block = 256 : i32, dlc.grid = array<i32: 2, 2, 1>
// CHECK-COUNT-8: llvm.load {{.*}} : !llvm.ptr -> f32
// CHECK: scf.for
// CHECK: nvvm.barrier0
// CHECK-COUNT-8: llvm.store {{.*}} !llvm.ptr<3>
// CHECK-COUNT-8: llvm.load {{.*}} : !llvm.ptr -> f32
// CHECK: nvvm.barrier0
// CHECK: llvm.load {{.*}} {alignment = 16 : i64} : !llvm.ptr<3> -> vector<4xf32>
// CHECK: llvm.intr.fmuladd
// CHECK: scf.yield
// CHECK-NOT: nvvm.barrier0
// CHECK: arith.maximumf
// CHECK: llvm.getelementptr
// CHECK-NEXT: llvm.store
func.func @tile(%x: memref<100x70xf32>, %w: memref<70x80xf32>, %bias: memref<80xf32>, %y: memref<100x80xf32>) attributes {dlc.kernel} {
  %zero = arith.constant 0.0 : f32
  %sum = memref.alloc() : memref<100x80xf32>
  linalg.fill ins(%zero : f32) outs(%sum : memref<100x80xf32>)
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<100x70xf32>, memref<70x80xf32>) outs(%sum : memref<100x80xf32>)
      attrs = {dlc.gpu_strategy = {kind = "tile", tile = array<i64: 64, 64, 16>}} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    linalg.yield %1 : f32
  }
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%sum, %bias : memref<100x80xf32>, memref<80xf32>) outs(%y : memref<100x80xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.addf %a, %b : f32
    %1 = arith.maximumf %0, %zero : f32
    linalg.yield %1 : f32
  }
  return
}

// -----

// Two steps are on their way before the first product; each step waits for its
// own copies, meets one barrier, and begins the copies of two steps later.
// CHECK-COUNT-2: llvm.mlir.global internal @{{.*}}() {addr_space = 3 : i32, alignment = 128 : i64} : !llvm.array<6144 x f16>
// CHECK-LABEL: func.func @mma(
// CHECK-SAME: dlc.block = 128 : i32, dlc.grid = array<i32: 1, 2, 1>
// CHECK-COUNT-4: nvvm.cp.async.shared.global {{.*}}, 16, cache = cg
// CHECK: nvvm.cp.async.commit.group
// CHECK-COUNT-4: nvvm.cp.async.shared.global
// CHECK: nvvm.cp.async.commit.group
// CHECK: scf.for
// CHECK: nvvm.cp.async.wait.group 1
// CHECK-NEXT: nvvm.barrier0
// CHECK-COUNT-4: nvvm.cp.async.shared.global
// CHECK: nvvm.cp.async.commit.group
// CHECK-COUNT-2: nvvm.ldmatrix {{.*}}layout = #nvvm.mma_layout<row>
// CHECK-COUNT-2: nvvm.ldmatrix {{.*}}layout = #nvvm.mma_layout<col>
// CHECK-COUNT-8: nvvm.mma.sync
// CHECK-COUNT-8: nvvm.mma.sync
// CHECK-NOT: nvvm.mma.sync
// CHECK: scf.yield
// CHECK: nvvm.cp.async.wait.group 0
// CHECK: arith.truncf
func.func @mma(%x: memref<128x64xf16> {llvm.align = 16 : i64}, %w: memref<64x48xf16> {llvm.align = 16 : i64},
               %y: memref<128x48xf16> {llvm.align = 16 : i64}) attributes {dlc.kernel} {
  %zero = arith.constant 0.0 : f32
  %sum = memref.alloc() : memref<128x48xf32>
  linalg.fill ins(%zero : f32) outs(%sum : memref<128x48xf32>)
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<128x64xf16>, memref<64x48xf16>) outs(%sum : memref<128x48xf32>)
      attrs = {dlc.gpu_strategy = {kind = "mma", tile = array<i64: 64, 64, 32>}} {
  ^bb0(%a: f16, %b: f16, %c: f32):
    %0 = arith.extf %a : f16 to f32
    %1 = arith.extf %b : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %c, %2 : f32
    linalg.yield %3 : f32
  }
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
      ins(%sum : memref<128x48xf32>) outs(%y : memref<128x48xf16>) {
  ^bb0(%a: f32, %b: f16):
    %0 = arith.truncf %a : f32 to f16
    linalg.yield %0 : f16
  }
  return
}

// -----

func.func @mma_unaligned(%x: memref<128x64xf16>, %w: memref<64x48xf16>, %y: memref<128x48xf32>) attributes {dlc.kernel} {
  // expected-error @below {{'mma' needs parameters aligned to 16 bytes}}
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<128x64xf16>, memref<64x48xf16>) outs(%y : memref<128x48xf32>)
      attrs = {dlc.gpu_strategy = {kind = "mma", tile = array<i64: 64, 64, 32>}} {
  ^bb0(%a: f16, %b: f16, %c: f32):
    %0 = arith.extf %a : f16 to f32
    %1 = arith.extf %b : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %c, %2 : f32
    linalg.yield %3 : f32
  }
  return
}

// -----

// Loops of its own: one thread.
// CHECK-LABEL: func.func @loops(
// CHECK-SAME: dlc.block = 1 : i32, dlc.grid = array<i32: 1, 1, 1>
// CHECK: scf.for
func.func @loops(%x: memref<8xf32>, %y: memref<8xf32, strided<[1], offset: ?>>) attributes {dlc.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    %0 = memref.load %x[%i] : memref<8xf32>
    memref.store %0, %y[%i] : memref<8xf32, strided<[1], offset: ?>>
  }
  return
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

func.func @no_strategy(%x: memref<3x5xf32>, %y: memref<3x5xf32>) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.gpu_strategy' needs a 'kind': point, reduce, tile or mma}}
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<3x5xf32>) outs(%y : memref<3x5xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  }
  return
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

func.func @no_product(%x: memref<3x5xf32>, %y: memref<3x5xf32>) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.gpu_strategy' doesn't fit a nest of 1 dimensions}}
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<3x5xf32>) outs(%y : memref<3x5xf32>)
      attrs = {dlc.gpu_strategy = {kind = "tile", tile = array<i64: 64, 64, 16>}} {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  }
  return
}

// -----

#big = affine_map<(d0, d1) -> (d0, d1)>

func.func @large(%x: memref<65536x65536xi8>, %y: memref<65536x65536xi8>) attributes {dlc.kernel} {
  // expected-error @below {{has more than 2^31 elements, which GPU kernels can't address}}
  linalg.generic {indexing_maps = [#big, #big], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<65536x65536xi8>) outs(%y : memref<65536x65536xi8>)
      attrs = {dlc.gpu_strategy = {kind = "point", threads = 256 : i64}} {
  ^bb0(%a: i8, %b: i8):
    linalg.yield %a : i8
  }
  return
}

// -----

func.func @allocates(%x: memref<8xf32>) attributes {dlc.kernel} {
  %c0 = arith.constant 0 : index
  // expected-error @below {{a kernel on a GPU can't allocate memory}}
  %0 = memref.alloc() : memref<8xf32>
  %1 = memref.load %x[%c0] : memref<8xf32>
  memref.store %1, %0[%c0] : memref<8xf32>
  return
}
