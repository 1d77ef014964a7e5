// RUN: dlc-opt %s --split-input-file --verify-diagnostics --dlc-vectorize-kernels

#vec = affine_map<(d0) -> (d0)>
func.func @none(%x: memref<8xf32>, %y: memref<8xf32>) attributes {dlc.kernel} {
  // expected-error @below {{needs 'dlc.strategy' with 1 entries}}
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

#vec = affine_map<(d0) -> (d0)>
func.func @incomplete(%x: memref<8xf32>, %y: memref<8xf32>) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.strategy' needs 'vector_dim', 'lanes', 'tile' and 'order'}}
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>)
      attrs = {dlc.strategy = [{lanes = 4}]} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

#vec = affine_map<(d0) -> (d0)>
func.func @tile(%x: memref<8xf32>, %y: memref<8xf32>) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.strategy' doesn't fit a nest of 1 dimensions}}
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tile = array<i64: 6>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

#vec = affine_map<(d0) -> (d0)>
func.func @dynamic(%x: memref<?xf32>, %y: memref<?xf32>) attributes {dlc.kernel} {
  // expected-error @below {{operand of type 'memref<?xf32>' has no known shape and strides}}
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

#x = affine_map<(d0, d1) -> (d1)>
#w = affine_map<(d0, d1) -> (d0, d1)>
#y = affine_map<(d0, d1) -> (d0)>
func.func @dot(%x: memref<8xi8>, %w: memref<16x8xi8>, %y: memref<16xi32>) attributes {dlc.kernel} {
  // expected-error @below {{'dot' of 'dlc.strategy' is for vectors of 4, 8 or 16 sums of products that are neighbours in memory: 4 of unsigned by signed bytes, or 2 of i16}}
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "reduction"]} ins(%x, %w : memref<8xi8>, memref<16x8xi8>) outs(%y : memref<16xi32>)
      attrs = {dlc.strategy = [{dot = 2, lanes = 16, order = array<i64: 0>, tile = array<i64: 16, 1>, vector_dim = 0}]} {
  ^bb0(%a: i8, %b: i8, %out: i32):
    %0 = arith.extui %a : i8 to i32
    %1 = arith.extsi %b : i8 to i32
    %2 = arith.muli %0, %1 : i32
    %3 = arith.addi %out, %2 : i32
    linalg.yield %3 : i32
  }
  return
}

// -----

#vec = affine_map<(d0) -> (d0)>
func.func @block(%x: memref<8xf32>, %y: memref<8xf32>) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.strategy' doesn't fit a nest of 1 dimensions}}
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>)
      attrs = {dlc.strategy = [{block = array<i64: 6>, lanes = 4, order = array<i64: 0, 0>, tile = array<i64: 4>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

#vec = affine_map<(d0) -> (d0)>
func.func @block_order(%x: memref<8xf32>, %y: memref<8xf32>) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.strategy' doesn't fit a nest of 1 dimensions}}
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>)
      attrs = {dlc.strategy = [{block = array<i64: 8>, lanes = 4, order = array<i64: 0>, tile = array<i64: 4>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

// What an elementwise op reads is not worth fetching ahead.
#vec = affine_map<(d0) -> (d0)>
func.func @prefetch(%x: memref<8xf32>, %y: memref<8xf32>) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.strategy' doesn't fit a nest of 1 dimensions}}
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, prefetch = 0, tile = array<i64: 4>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

// Of two reductions, the outer has no steps to unroll.
#x = affine_map<(d0, d1, d2) -> (d1, d2, d0)>
#y = affine_map<(d0, d1, d2) -> (d0)>
func.func @outer_steps(%x: memref<4x6x8xf32, strided<[64, 8, 1]>>, %y: memref<8xf32>) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.strategy' doesn't fit a nest of 3 dimensions}}
  linalg.generic {indexing_maps = [#x, #y], iterator_types = ["parallel", "reduction", "reduction"]} ins(%x : memref<4x6x8xf32, strided<[64, 8, 1]>>) outs(%y : memref<8xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tile = array<i64: 4, 2, 1>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    %r = arith.addf %out, %in : f32
    linalg.yield %r : f32
  }
  return
}

// -----

#vec = affine_map<(d0) -> (d0)>
func.func @missing_tail(%x: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %y: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %n: index) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.strategy' doesn't fit a nest of 1 dimensions}}
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<?xf32>) outs(%y : memref<?xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tile = array<i64: 8>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

#vec = affine_map<(d0) -> (d0)>
func.func @rising(%x: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %y: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %n: index) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.strategy' doesn't fit a nest of 1 dimensions}}
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<?xf32>) outs(%y : memref<?xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tail = [array<i64: 4, 8>], tile = array<i64: 12>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

#vec = affine_map<(d0) -> (d0)>
func.func @unmasked(%x: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %y: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %n: index) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.strategy' doesn't fit a nest of 1 dimensions}}
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<?xf32>) outs(%y : memref<?xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tail = [array<i64: 1>], tile = array<i64: 8>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

#vec = affine_map<(d0) -> (d0)>
func.func @tail_of_number(%x: memref<8xf32>, %y: memref<8xf32>) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.strategy' doesn't fit a nest of 1 dimensions}}
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>)
      attrs = {dlc.strategy = [{lanes = 4, order = array<i64: 0>, tail = [array<i64: 4>], tile = array<i64: 8>, vector_dim = 0}]} {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}
