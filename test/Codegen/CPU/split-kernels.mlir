// RUN: dlc-opt %s --dlc-split-kernels | FileCheck %s
// RUN: dlc-opt %s --pass-pipeline='builtin.module(dlc-split-kernels,func.func(dlc-vectorize-kernels,canonicalize))' | FileCheck %s --check-prefix=LOOPS

#id = affine_map<(d0) -> (d0)>

// 100 elements in tiles of 32: three full ones and a rest.
// CHECK-LABEL: func.func private @split(
// CHECK-SAME:    %{{.*}}: memref<100xf32>, %{{.*}}: memref<100xf32>, %{{.*}}: index, %{{.*}}: index)
// CHECK-SAME:    dlc.chunks = 4 : i64

// Full tiles of the range, then the rest if the range reaches it.
// LOOPS-LABEL: func.func private @split(
// LOOPS-SAME:    %{{.*}}: memref<100xf32>, %{{.*}}: memref<100xf32>, %[[BEGIN:.*]]: index, %[[END:.*]]: index)
// LOOPS-DAG:     %[[C3:.*]] = arith.constant 3 : index
// LOOPS-DAG:     %[[C4:.*]] = arith.constant 4 : index
// LOOPS-DAG:     %[[C32:.*]] = arith.constant 32 : index
// LOOPS:         arith.minsi %{{.*}}, %[[C3]]
// LOOPS:         %[[FROM:.*]] = arith.muli %{{.*}}, %[[C32]]
// LOOPS:         %[[TO:.*]] = arith.muli %{{.*}}, %[[C32]]
// LOOPS:         scf.for %{{.*}} = %[[FROM]] to %[[TO]] step %[[C32]]
// LOOPS:         arith.cmpi eq, %{{.*}}, %[[C4]]
// LOOPS:         scf.if
// LOOPS:           vector.maskedstore
func.func private @split(%x: memref<100xf32>, %y: memref<100xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<100xf32>) outs(%y : memref<100xf32>) attrs = {dlc.strategy = [{lanes = 16 : i64, order = array<i64: 0>, split_dim = 0 : i64, tile = array<i64: 32>, vector_dim = 0 : i64}]} {
  ^bb0(%in: f32, %out: f32):
    %r = arith.negf %in : f32
    linalg.yield %r : f32
  }
  return
}

// CHECK-LABEL: func.func private @whole(
// CHECK-SAME:    %{{.*}}: memref<100xf32>, %{{.*}}: memref<100xf32>) attributes {dlc.kernel} {
func.func private @whole(%x: memref<100xf32>, %y: memref<100xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<100xf32>) outs(%y : memref<100xf32>) attrs = {dlc.strategy = [{lanes = 16 : i64, order = array<i64: 0>, tile = array<i64: 32>, vector_dim = 0 : i64}]} {
  ^bb0(%in: f32, %out: f32):
    %r = arith.negf %in : f32
    linalg.yield %r : f32
  }
  return
}

// The second op reads what the first has written: no part may run ahead.
// CHECK-LABEL: func.func private @two(
// CHECK-SAME:    %{{.*}}: memref<100xf32>) attributes {dlc.kernel} {
func.func private @two(%x: memref<100xf32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%x : memref<100xf32>) attrs = {dlc.strategy = [{lanes = 16 : i64, order = array<i64: 0>, split_dim = 0 : i64, tile = array<i64: 32>, vector_dim = 0 : i64}]} {
  ^bb0(%out: f32):
    %r = arith.negf %out : f32
    linalg.yield %r : f32
  }
  linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%x : memref<100xf32>) attrs = {dlc.strategy = [{lanes = 16 : i64, order = array<i64: 0>, split_dim = 0 : i64, tile = array<i64: 32>, vector_dim = 0 : i64}]} {
  ^bb0(%out: f32):
    %r = arith.negf %out : f32
    linalg.yield %r : f32
  }
  return
}

// CHECK-LABEL: func.func @main(
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK:         call @split(%{{.*}}, %{{.*}}, %[[C0]], %[[C4]]) {dlc.chunks = 4 : i64}
// CHECK:         call @whole(%{{.*}}, %{{.*}}) : (
// CHECK:         call @two(%{{.*}}) : (
func.func @main(%x: memref<100xf32>, %y: memref<100xf32>) {
  call @split(%x, %y) : (memref<100xf32>, memref<100xf32>) -> ()
  call @whole(%x, %y) : (memref<100xf32>, memref<100xf32>) -> ()
  call @two(%y) : (memref<100xf32>) -> ()
  return
}
