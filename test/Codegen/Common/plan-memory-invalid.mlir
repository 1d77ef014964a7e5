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

// -----

func.func private @k(memref<?x?xf32>)
func.func @main(%n: index {dlc.symbol = "batch", dlc.range = array<i64: 1, 1099511627776, 8>},
                %m: index {dlc.symbol = "sequence", dlc.range = array<i64: 1, 512, 128>}) {
  // expected-error @below {{a buffer of type 'memref<?x?xf32>' is too large with batch up to 1099511627776, sequence up to 512; give sequence a smaller bound}}
  %a = memref.alloc(%n, %m) : memref<?x?xf32>
  call @k(%a) : (memref<?x?xf32>) -> ()
  return
}

// -----

func.func private @k(memref<?xi8>, memref<?xi8>)
// expected-error @below {{the arena is too large with batch up to 281474976710656; give batch a smaller bound}}
func.func @main(%n: index {dlc.symbol = "batch", dlc.range = array<i64: 1, 281474976710656, 8>}) {
  %a = memref.alloc(%n) : memref<?xi8>
  %b = memref.alloc(%n) : memref<?xi8>
  call @k(%a, %b) : (memref<?xi8>, memref<?xi8>) -> ()
  return
}

// -----

func.func private @size() -> index
func.func private @k(memref<?xi8>)
func.func @main(%n: index {dlc.symbol = "batch", dlc.range = array<i64: 1, 10, 8>}) {
  %size = call @size() : () -> index
  // expected-error @below {{a buffer of type 'memref<?xi8>' can't be planned: its size isn't known from the open dimensions of the inputs}}
  %a = memref.alloc(%size) : memref<?xi8>
  call @k(%a) : (memref<?xi8>) -> ()
  return
}

// -----

// expected-error @below {{argument 0 has open sizes that 'dlc.sizes' doesn't tell}}
func.func @main(%x: memref<?xf32>, %n: index {dlc.symbol = "batch", dlc.range = array<i64: 1, 10, 8>}) {
  return
}

// -----

// expected-error @below {{open sizes must be the last arguments}}
func.func @main(%n: index {dlc.symbol = "batch", dlc.range = array<i64: 1, 10, 8>}, %x: memref<4xf32>) {
  return
}

// -----

module attributes {dlc.checks = [{kind = "equal"}]} {
  // expected-error @below {{entry 0 of 'dlc.checks' is malformed}}
  func.func @main(%n: index {dlc.symbol = "batch", dlc.range = array<i64: 1, 10, 8>}) {
    return
  }
}
