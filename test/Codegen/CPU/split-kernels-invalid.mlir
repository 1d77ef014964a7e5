// RUN: dlc-opt %s --split-input-file --dlc-split-kernels --verify-diagnostics

#in = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

func.func private @reduction(%x: memref<8x256xf32>, %y: memref<8xf32>) attributes {dlc.kernel} {
  // expected-error @below {{'dlc.strategy' doesn't fit a nest of 2 dimensions}}
  linalg.generic {indexing_maps = [#in, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<8x256xf32>) outs(%y : memref<8xf32>) attrs = {dlc.strategy = [{lanes = 1 : i64, order = array<i64: 0>, split_dim = 1 : i64, tile = array<i64: 1, 1>, vector_dim = -1 : i64}]} {
  ^bb0(%a: f32, %out: f32):
    %r = arith.addf %out, %a : f32
    linalg.yield %r : f32
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>

func.func private @none(%x: memref<100xf32>) attributes {dlc.kernel} {
  // expected-error @below {{needs 'dlc.strategy' with 1 entries}}
  linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%x : memref<100xf32>) {
  ^bb0(%out: f32):
    %r = arith.negf %out : f32
    linalg.yield %r : f32
  }
  return
}
