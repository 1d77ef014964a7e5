// RUN: dlc-opt %s --split-input-file --dlc-profile-kernels --mlir-print-debuginfo --mlir-use-nameloc-as-prefix | FileCheck %s

// The runtime is told which call begins, and when the last one has ended; the
// times lie at the end of the arena. Other calls aren't kernels.
// CHECK: module attributes {dlc.arena_size = 192 : i64, dlc.profile = {calls = [
// CHECK-SAME: {flops = 8 : i64, kernel = "k0_Conv", nodes = ["Conv:a", "Relu:b"]},
// CHECK-SAME: {flops = 0 : i64, kernel = "k0_Conv", nodes = []}
// CHECK-SAME: ], offset = 128 : i64}}
// CHECK-DAG: func.func private @dlc_rt_start_times(!llvm.ptr, i64)
// CHECK-DAG: func.func private @dlc_rt_stamp(!llvm.ptr, i64)
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[ARENA:[a-z0-9]+]]: !llvm.ptr
// CHECK:         %[[OFFSET:.*]] = llvm.mlir.constant(128 : i64)
// CHECK:         %[[TIMES:.*]] = llvm.getelementptr %[[ARENA]][%[[OFFSET]]]
// CHECK:         %[[COUNT:.*]] = llvm.mlir.constant(2 : i64)
// CHECK:         call @dlc_rt_start_times(%[[TIMES]], %[[COUNT]])
// CHECK:         call @other
// CHECK:         %[[FIRST:.*]] = llvm.mlir.constant(0 : i64)
// CHECK:         call @dlc_rt_stamp(%[[TIMES]], %[[FIRST]])
// CHECK-NEXT:    call @k0_Conv
// CHECK:         %[[SECOND:.*]] = llvm.mlir.constant(1 : i64)
// CHECK:         call @dlc_rt_stamp(%[[TIMES]], %[[SECOND]])
// CHECK-NEXT:    call @k0_Conv
// CHECK:         %[[END:.*]] = llvm.mlir.constant(2 : i64)
// CHECK:         call @dlc_rt_stamp(%[[TIMES]], %[[END]])
// CHECK-NEXT:    return
module attributes {dlc.arena_size = 128 : i64} {
  func.func private @other()
  func.func private @k0_Conv() attributes {dlc.kernel} {
    return
  }
  func.func @main(%arena: !llvm.ptr, %weights: !llvm.ptr) {
    call @other() : () -> ()
    call @k0_Conv() {dlc.flops = 8 : i64} : () -> () loc(fused["Conv:a", fused["Conv:a", "Relu:b"]])
    call @k0_Conv() : () -> ()
    return
  }
}

// -----

// In a loop each run is told; the loop's end ends the last one.
// CHECK-LABEL: func.func @main(
// CHECK:         scf.for
// CHECK:           call @dlc_rt_stamp
// CHECK-NEXT:      call @k0_Conv
// CHECK:         }
// CHECK:         call @dlc_rt_stamp
// CHECK-NEXT:    return
module attributes {dlc.arena_size = 128 : i64} {
  func.func private @k0_Conv() attributes {dlc.kernel} {
    return
  }
  func.func @main(%arena: !llvm.ptr, %weights: !llvm.ptr) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    scf.for %i = %c0 to %c4 step %c1 {
      func.call @k0_Conv() : () -> ()
    }
    return
  }
}

// -----

// With open sizes: at the end of the array of sizes.
// CHECK: module attributes {dlc.arena_size = 128 : i64, dlc.num_sizes = 9 : i64, dlc.profile = {{.*}}offset = 40 : i64}}
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %{{[a-z0-9]+}}: !llvm.ptr loc({{.*}}), %{{[a-z0-9]+}}: !llvm.ptr loc({{.*}}), %[[SIZES:[a-z0-9]+]]: !llvm.ptr
// CHECK:         %[[OFFSET:.*]] = llvm.mlir.constant(40 : i64)
// CHECK:         %[[TIMES:.*]] = llvm.getelementptr %[[SIZES]][%[[OFFSET]]]
// CHECK:         call @dlc_rt_start_times(%[[TIMES]],
// CHECK:         call @dlc_rt_stamp(%[[TIMES]],
// CHECK-NEXT:    call @k0_Conv
module attributes {dlc.arena_size = 128 : i64, dlc.num_sizes = 5 : i64} {
  func.func private @k0_Conv() attributes {dlc.kernel} {
    return
  }
  func.func @main(%arena: !llvm.ptr, %weights: !llvm.ptr, %sizes: !llvm.ptr) {
    call @k0_Conv() : () -> ()
    return
  }
}
