// RUN: dlc-opt %s --dlc-select-strategy | FileCheck %s

#a = affine_map<(i, j, k) -> (i, k)>
#b = affine_map<(i, j, k) -> (k, j)>
#c = affine_map<(i, j, k) -> (i, j)>

// Rows are open: tiles as many rows need, and then fewer, down to one. Columns
// and steps are known.
// CHECK-LABEL: func.func @rows(
// CHECK:         split_dim = 0 : i64, split_points = {{[0-9]+}} : i64, tail = [array<i64: 7, 3, 1>, array<i64>, array<i64>], tile = array<i64: 14, 32, 4>, vector_dim = 1 : i64
func.func @rows(%a: memref<?x512xf32> {dlc.sizes = affine_map<()[s0] -> (s0, 512)>}, %b: memref<512x256xf32>, %c: memref<?x256xf32> {dlc.sizes = affine_map<()[s0] -> (s0, 256)>}, %n: index {dlc.range = array<i64: 1, 4096, 140>}) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : memref<?x512xf32>, memref<512x256xf32>) outs(%c : memref<?x256xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %m = arith.mulf %x, %y : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  }
  return
}

// One row is likely, but many are possible.
// CHECK-LABEL: func.func @one_row(
// CHECK:         tail = [array<i64: 2, 1>, array<i64>, array<i64>], tile = array<i64: 4, 96, 4>
func.func @one_row(%a: memref<?x512xf32> {dlc.sizes = affine_map<()[s0] -> (s0, 512)>}, %b: memref<512x256xf32>, %c: memref<?x256xf32> {dlc.sizes = affine_map<()[s0] -> (s0, 256)>}, %n: index {dlc.range = array<i64: 1, 64, 1>}) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : memref<?x512xf32>, memref<512x256xf32>) outs(%c : memref<?x256xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %m = arith.mulf %x, %y : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  }
  return
}

// All is open: not more code than six tiles, each with full and single steps.
// CHECK-LABEL: func.func @all(
// CHECK:         tail = [array<i64: {{[0-9]+}}, 1>, array<i64: 16>, array<i64: 1>]
func.func @all(%a: memref<?x?xf32> {dlc.sizes = affine_map<()[s0, s1, s2] -> (s0, s2)>}, %b: memref<?x?xf32> {dlc.sizes = affine_map<()[s0, s1, s2] -> (s2, s1)>}, %c: memref<?x?xf32> {dlc.sizes = affine_map<()[s0, s1, s2] -> (s0, s1)>}, %s: index {dlc.range = array<i64: 1, 512, 128>}, %t: index {dlc.range = array<i64: 1, 512, 128>}, %u: index {dlc.range = array<i64: 1, 512, 128>}) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : memref<?x?xf32>, memref<?x?xf32>) outs(%c : memref<?x?xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %m = arith.mulf %x, %y : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  }
  return
}

#id = affine_map<(i, j, k) -> (i, j, k)>

// Open sizes merge where all operands walk them as one; multiples of the tile
// need no tail.
// CHECK-LABEL: func.func @merged(
// CHECK:         dlc.strategy = [{lanes = 16 : i64, order = array<i64: 0>, split_dim = 0 : i64, split_points = {{[0-9]+}} : i64, tile = array<i64: 64>, vector_dim = 0 : i64}]
func.func @merged(%x: memref<?x?x128xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0, s1, 128)>}, %y: memref<?x?x128xf32> {dlc.sizes = affine_map<()[s0, s1] -> (s0, s1, 128)>}, %s: index {dlc.range = array<i64: 1, 512, 8>}, %t: index {dlc.range = array<i64: 1, 512, 128>}) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x : memref<?x?x128xf32>) outs(%y : memref<?x?x128xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = arith.negf %in : f32
    linalg.yield %r : f32
  }
  return
}
