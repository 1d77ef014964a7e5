// RUN: dlc-opt %s --split-input-file --verify-diagnostics --dlc-form-kernels

// expected-error @below {{kernels are formed in straight-line functions only}}
func.func @main() {
  cf.br ^bb1
^bb1:
  return
}

// -----

// expected-error @below {{works on tensors, where code is generated from buffers: bufferize first}}
func.func @main(%x: tensor<4xf32>) {
  return
}

// -----

func.func @main() {
  // expected-error @below {{works on tensors, where code is generated from buffers: bufferize first}}
  %x = tensor.empty() : tensor<4xf32>
  return
}

// -----

func.func @main(%x: memref<4xf32>, %y: memref<4xf32>, %c: i1) {
  // expected-error @below {{gives a buffer that is neither an argument, an allocation, a constant nor a view of one: what it overlaps can't be told}}
  %z = arith.select %c, %x, %y : memref<4xf32>
  memref.copy %z, %y : memref<4xf32> to memref<4xf32>
  return
}

// -----

func.func @main(%x: memref<4xf32>, %y: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @below {{gives a buffer that is neither an argument, an allocation, a constant nor a view of one: what it overlaps can't be told}}
  %z = scf.for %i = %c0 to %c1 step %c1 iter_args(%b = %x) -> memref<4xf32> {
    scf.yield %y : memref<4xf32>
  }
  return
}

// -----

func.func @main(%x: memref<?xf32>, %y: memref<?xf32>, %n: index) {
  // expected-error @below {{the shape of an operand of type 'memref<?xf32>' can't be computed from the function's index arguments}}
  memref.copy %x, %y : memref<?xf32> to memref<?xf32>
  return
}

// -----

func.func @main(%x: memref<4xindex>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c4 step %c1 {
    %n = memref.load %x[%i] : memref<4xindex>
    // expected-error @below {{the buffer's size isn't known where the function begins}}
    %b = memref.alloc(%n) : memref<?xf32>
    memref.store %zero, %b[%i] : memref<?xf32>
  }
  return
}

// -----

func.func @main(%x: memref<?x4xf32> {dlc.state = {result = 0 : i64, axis = 0 : i64, lengths = affine_map<()[s0, s1] -> (s0, s0 + 1, s1)>}, dlc.sizes = affine_map<()[s0, s1] -> (s1, 4)>}, %n: index {dlc.symbol = "n"}, %r: index {dlc.symbol = "room"}) {
  %copy = memref.alloc(%r) : memref<?x4xf32>
  // expected-error @below {{a state that grows would be copied as a whole}}
  memref.copy %copy, %x : memref<?x4xf32> to memref<?x4xf32>
  return
}
