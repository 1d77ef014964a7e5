// RUN: dlc-opt %s --verify-diagnostics --dlc-select-gpu-strategy

#id = affine_map<(d0) -> (d0)>
func.func private @k(%x: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %y: memref<?xf32> {dlc.sizes = affine_map<()[s0] -> (s0)>}, %n: index) attributes {dlc.kernel} {
  // expected-error @below {{has sizes that aren't known at compile time, which a GPU's code needs}}
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}
