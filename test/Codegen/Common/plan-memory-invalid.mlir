// RUN: dlc-opt %s --split-input-file --verify-diagnostics --dlc-plan-memory

// expected-error @below {{needs a function @main of one block}}
module {
  func.func @other() {
    return
  }
}

// -----

func.func private @k(memref<1048576x1048576x1048576xf32>)
func.func @main() {
  // expected-error @below {{a buffer of type 'memref<1048576x1048576x1048576xf32>' can't be planned}}
  %a = memref.alloc() : memref<1048576x1048576x1048576xf32>
  call @k(%a) : (memref<1048576x1048576x1048576xf32>) -> ()
  return
}

// -----

memref.global "private" @state : memref<4xf32> = uninitialized
func.func private @k(memref<4xf32>)
func.func @main() {
  // expected-error @below {{isn't a constant}}
  %a = memref.get_global @state : memref<4xf32>
  call @k(%a) : (memref<4xf32>) -> ()
  return
}

// -----

// expected-error @below {{works on tensors, where code is generated from buffers: bufferize first}}
func.func @main(%x: tensor<4xf32>) {
  return
}

// -----

func.func private @k(memref<4xf32>)
func.func @main(%x: memref<4xf32>, %c: i1) {
  %a = memref.alloc() : memref<4xf32>
  // expected-error @below {{gives a buffer that is neither an argument, an allocation, a constant nor a view of one: what it overlaps can't be told}}
  %b = arith.select %c, %x, %a : memref<4xf32>
  call @k(%b) : (memref<4xf32>) -> ()
  return
}
