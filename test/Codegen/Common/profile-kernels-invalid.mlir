// RUN: dlc-opt %s --dlc-profile-kernels --verify-diagnostics

// expected-error @below {{needs a function @main whose memory is planned}}
module {
  func.func @main(%arena: !llvm.ptr, %weights: !llvm.ptr) {
    return
  }
}
