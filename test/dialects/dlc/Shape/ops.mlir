// Every op parses, verifies and prints back as it was written.
// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: func @reshape(
func.func @reshape(%x: tensor<2x3x4xf32>, %d: tensor<?x4xf32>) {
  // CHECK: dlc.reshape %{{.*}} : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  %0 = dlc.reshape %x : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  // CHECK: dlc.reshape %{{.*}} : (tensor<?x4xf32>) -> tensor<2x?xf32>
  %1 = dlc.reshape %d : (tensor<?x4xf32>) -> tensor<2x?xf32>
  return
}

// CHECK-LABEL: func @reshape_dynamic(
func.func @reshape_dynamic(%x: tensor<?x3x?xf32>) {
  // Only a size of 1 comes in.
  // CHECK: dlc.reshape %{{.*}} : (tensor<?x3x?xf32>) -> tensor<?x3x1x?xf32>
  %0 = dlc.reshape %x : (tensor<?x3x?xf32>) -> tensor<?x3x1x?xf32>
  return
}

// CHECK-LABEL: func @transpose(
func.func @transpose(%x: tensor<1x3x4x5xf32>) {
  // CHECK: dlc.transpose %{{.*}} {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32>
  %0 = dlc.transpose %x {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32>
  return
}

// CHECK-LABEL: func @expand(
func.func @expand(%x: tensor<3x1xf32>) {
  // CHECK: dlc.expand %{{.*}} : (tensor<3x1xf32>) -> tensor<2x3x4xf32>
  %0 = dlc.expand %x : (tensor<3x1xf32>) -> tensor<2x3x4xf32>
  return
}

// CHECK-LABEL: func @concat(
func.func @concat(%a: tensor<1x3x4xf32>, %b: tensor<1x5x4xf32>, %d: tensor<1x?x4xf32>) {
  // CHECK: dlc.concat %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<1x3x4xf32>, tensor<1x5x4xf32>) -> tensor<1x8x4xf32>
  %0 = dlc.concat %a, %b {axis = 1 : i64} : (tensor<1x3x4xf32>, tensor<1x5x4xf32>) -> tensor<1x8x4xf32>
  // CHECK: dlc.concat %{{.*}}, %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<1x3x4xf32>, tensor<1x?x4xf32>, tensor<1x5x4xf32>) -> tensor<1x?x4xf32>
  %1 = dlc.concat %a, %d, %b {axis = 1 : i64} : (tensor<1x3x4xf32>, tensor<1x?x4xf32>, tensor<1x5x4xf32>) -> tensor<1x?x4xf32>
  return
}

// CHECK-LABEL: func @interleave(
func.func @interleave(%a: tensor<1x3x4xf32>, %d: tensor<?x3x4xf32>) {
  // CHECK: dlc.interleave %{{.*}}, %{{.*}} {factors = array<i64: 1, 2, 1>} : (tensor<1x3x4xf32>, tensor<1x3x4xf32>) -> tensor<1x6x4xf32>
  %0 = dlc.interleave %a, %a {factors = array<i64: 1, 2, 1>} : (tensor<1x3x4xf32>, tensor<1x3x4xf32>) -> tensor<1x6x4xf32>
  // CHECK: dlc.interleave {{.*}} -> tensor<?x3x8xf32>
  %1 = dlc.interleave %d, %d {factors = array<i64: 1, 1, 2>} : (tensor<?x3x4xf32>, tensor<?x3x4xf32>) -> tensor<?x3x8xf32>
  return
}

// CHECK-LABEL: func @slice(
func.func @slice(%x: tensor<2x10xf32>) {
  // CHECK: dlc.slice %{{.*}} {sizes = array<i64: 2, 5>, starts = array<i64: 0, 9>, steps = array<i64: 1, -2>} : (tensor<2x10xf32>) -> tensor<2x5xf32>
  %0 = dlc.slice %x {sizes = array<i64: 2, 5>, starts = array<i64: 0, 9>, steps = array<i64: 1, -2>} : (tensor<2x10xf32>) -> tensor<2x5xf32>
  return
}

// CHECK-LABEL: func @pad(
func.func @pad(%x: tensor<2x3xf32>, %v: tensor<f32>) {
  // CHECK: dlc.pad %{{.*}}, %{{.*}} {pads = array<i64: 0, 1, 0, 1>} : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x5xf32>
  %0 = dlc.pad %x, %v {pads = array<i64: 0, 1, 0, 1>} : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x5xf32>
  // CHECK: dlc.pad %{{.*}} {mode = #dlc.pad_mode<reflect>, pads = array<i64: 1, -1, 0, 2>} : (tensor<2x3xf32>) -> tensor<3x4xf32>
  %1 = dlc.pad %x {mode = #dlc.pad_mode<reflect>, pads = array<i64: 1, -1, 0, 2>} : (tensor<2x3xf32>) -> tensor<3x4xf32>
  return
}

// CHECK-LABEL: func @tile(
func.func @tile(%x: tensor<2x3xf32>) {
  // CHECK: dlc.tile %{{.*}} {repeats = array<i64: 2, 1>} : (tensor<2x3xf32>) -> tensor<4x3xf32>
  %0 = dlc.tile %x {repeats = array<i64: 2, 1>} : (tensor<2x3xf32>) -> tensor<4x3xf32>
  return
}

// CHECK-LABEL: func @pack_unpack(
func.func @pack_unpack(%x: tensor<1x64x7x7xf32>) {
  // CHECK: dlc.pack %{{.*}} {axis = 1 : i64, block = 16 : i64} : (tensor<1x64x7x7xf32>) -> tensor<1x4x7x7x16xf32>
  %0 = dlc.pack %x {axis = 1 : i64, block = 16 : i64} : (tensor<1x64x7x7xf32>) -> tensor<1x4x7x7x16xf32>
  // CHECK: dlc.unpack %{{.*}} {axis = 1 : i64} : (tensor<1x4x7x7x16xf32>) -> tensor<1x64x7x7xf32>
  %1 = dlc.unpack %0 {axis = 1 : i64} : (tensor<1x4x7x7x16xf32>) -> tensor<1x64x7x7xf32>
  return
}

// CHECK-LABEL: func @append(
func.func @append(%x: tensor<2x?x4xf32, #dlc.dims<2, s1, 4>>, %rows: tensor<2x3x4xf32>, %room: tensor<2x8x4xf32>) {
  // CHECK: dlc.append %{{.*}}, %{{.*}} {axis = 1 : i64, position = #dlc.dims<s0>}
  %0 = dlc.append %x, %rows {axis = 1 : i64, position = #dlc.dims<s0>} : (tensor<2x?x4xf32, #dlc.dims<2, s1, 4>>, tensor<2x3x4xf32>) -> tensor<2x?x4xf32, #dlc.dims<2, s1, 4>>
  // CHECK: dlc.append %{{.*}}, %{{.*}} {axis = 1 : i64, position = #dlc.dims<5>}
  %1 = dlc.append %room, %rows {axis = 1 : i64, position = #dlc.dims<5>} : (tensor<2x8x4xf32>, tensor<2x3x4xf32>) -> tensor<2x8x4xf32>
  return
}
