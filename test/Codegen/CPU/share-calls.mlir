// RUN: dlc-opt %s --dlc-share-calls | FileCheck %s

// What the kernel makes use of travels in one array; both calls share it, and
// the function that takes it apart.
// CHECK: llvm.func @dlc_rt_parallel(!llvm.ptr, !llvm.ptr, !llvm.ptr, i64)
// CHECK-LABEL: llvm.func private @k_chunks(
// CHECK-SAME:    %[[ARGUMENTS:.*]]: !llvm.ptr, %[[BEGIN:.*]]: i64, %[[END:.*]]: i64)
// CHECK:         %[[Y:.*]] = llvm.load
// CHECK-SAME:      -> !llvm.ptr
// CHECK:         llvm.getelementptr %[[ARGUMENTS]][1]
// CHECK:         %[[F:.*]] = llvm.load {{.*}} -> f32
// CHECK:         %[[NONE:.*]] = llvm.mlir.poison : !llvm.ptr
// CHECK:         llvm.call @k(%[[NONE]], %[[Y]], %[[F]], %[[BEGIN]], %[[END]])
llvm.func internal @k(%x: !llvm.ptr, %y: !llvm.ptr, %f: f32, %begin: i64, %end: i64) {
  llvm.store %f, %y : f32, !llvm.ptr
  llvm.return
}
llvm.func internal @plain(%x: !llvm.ptr) {
  llvm.return
}

// CHECK-LABEL: llvm.func @main(
// CHECK-SAME:    %[[ARENA:[a-z0-9]+]]: !llvm.ptr
// CHECK:         %[[TWO:.*]] = llvm.mlir.constant(2 : i64)
// CHECK:         %[[ARRAY:.*]] = llvm.alloca %[[TWO]] x i64
// CHECK-NOT:     llvm.alloca
// CHECK:         %[[CHUNKS:.*]] = llvm.mlir.constant(8 : i64)
// CHECK:         llvm.store %{{.*}}, %{{.*}} : !llvm.ptr, !llvm.ptr
// CHECK:         llvm.store %{{.*}}, %{{.*}} : f32, !llvm.ptr
// CHECK:         %[[FUNCTION:.*]] = llvm.mlir.addressof @k_chunks
// CHECK:         llvm.call @dlc_rt_parallel(%[[ARENA]], %[[FUNCTION]], %[[ARRAY]], %[[CHUNKS]])
// CHECK:         llvm.call @plain
// CHECK:         llvm.call @dlc_rt_parallel
llvm.func @main(%arena: !llvm.ptr, %weights: !llvm.ptr, %f: f32) {
  %c0 = llvm.mlir.constant(0 : i64) : i64
  %c8 = llvm.mlir.constant(8 : i64) : i64
  llvm.call @k(%arena, %weights, %f, %c0, %c8) {dlc.chunks = 8 : i64} : (!llvm.ptr, !llvm.ptr, f32, i64, i64) -> ()
  llvm.call @plain(%arena) : (!llvm.ptr) -> ()
  llvm.call @k(%weights, %arena, %f, %c0, %c8) {dlc.chunks = 8 : i64} : (!llvm.ptr, !llvm.ptr, f32, i64, i64) -> ()
  llvm.return
}
