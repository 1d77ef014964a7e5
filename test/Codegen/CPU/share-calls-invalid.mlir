// RUN: dlc-opt %s --split-input-file --dlc-share-calls --verify-diagnostics

llvm.func @k(i64, i64)
llvm.func @main(%arena: !llvm.ptr, %weights: !llvm.ptr) {
  %c0 = llvm.mlir.constant(0 : i64) : i64
  // expected-error @below {{isn't a call of a kernel that can be split}}
  llvm.call @k(%c0, %c0) {dlc.chunks = 8 : i64} : (i64, i64) -> ()
  llvm.return
}

// -----

llvm.func @use(vector<4xf32>)
llvm.func internal @k(%x: vector<4xf32>, %begin: i64, %end: i64) {
  llvm.call @use(%x) : (vector<4xf32>) -> ()
  llvm.return
}
llvm.func @main(%arena: !llvm.ptr, %weights: !llvm.ptr, %x: vector<4xf32>) {
  %c0 = llvm.mlir.constant(0 : i64) : i64
  // expected-error @below {{can't hand on an argument of type 'vector<4xf32>'}}
  llvm.call @k(%x, %c0, %c0) {dlc.chunks = 8 : i64} : (vector<4xf32>, i64, i64) -> ()
  llvm.return
}
