// RUN: dlc-opt %s --split-input-file --dlc-profile-kernels --mlir-print-debuginfo --mlir-use-nameloc-as-prefix | FileCheck %s

// The clock is read before each kernel and after the last one, into a buffer at
// the end of the arena; other calls aren't kernels.
// CHECK: module attributes {dlc.arena_size = 192 : i64, dlc.profile = {calls = [
// CHECK-SAME: {flops = 8 : i64, kernel = "k0_Conv", nodes = ["Conv:a", "Relu:b"]},
// CHECK-SAME: {flops = 0 : i64, kernel = "k0_Conv", nodes = []}
// CHECK-SAME: ], offset = 128 : i64}}
// CHECK: func.func private @dlc_rt_stamp(!llvm.ptr)
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[ARENA:[a-z0-9]+]]: !llvm.ptr
// CHECK:         call @other
// CHECK:         %[[O0:.*]] = llvm.mlir.constant(128 : i64)
// CHECK:         %[[P0:.*]] = llvm.getelementptr %[[ARENA]][%[[O0]]]
// CHECK:         call @dlc_rt_stamp(%[[P0]])
// CHECK-NEXT:    call @k0_Conv
// CHECK:         llvm.mlir.constant(136 : i64)
// CHECK:         call @dlc_rt_stamp
// CHECK-NEXT:    call @k0_Conv
// CHECK:         llvm.mlir.constant(144 : i64)
// CHECK:         call @dlc_rt_stamp
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

// With open sizes: at the end of the array of sizes.
// CHECK: module attributes {dlc.arena_size = 128 : i64, dlc.num_sizes = 7 : i64, dlc.profile = {{.*}}offset = 40 : i64}}
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %{{[a-z0-9]+}}: !llvm.ptr loc({{.*}}), %{{[a-z0-9]+}}: !llvm.ptr loc({{.*}}), %[[SIZES:[a-z0-9]+]]: !llvm.ptr
// CHECK:         %[[O0:.*]] = llvm.mlir.constant(40 : i64)
// CHECK:         %[[P0:.*]] = llvm.getelementptr %[[SIZES]][%[[O0]]]
// CHECK:         call @dlc_rt_stamp(%[[P0]])
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
