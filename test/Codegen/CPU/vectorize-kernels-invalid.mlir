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
  // expected-error @below {{operand of type 'memref<?xf32>' has no static shape and strides}}
  linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]} ins(%x : memref<?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}
