// Every op parses, verifies and prints back as it was written.
// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: func @gather(
func.func @gather(%x: tensor<100x8xf32>, %i: tensor<2x3xi64>, %j: tensor<i32>) {
  // CHECK: dlc.gather %{{.*}}, %{{.*}} {axis = 0 : i64} : (tensor<100x8xf32>, tensor<2x3xi64>) -> tensor<2x3x8xf32>
  %0 = dlc.gather %x, %i {axis = 0 : i64} : (tensor<100x8xf32>, tensor<2x3xi64>) -> tensor<2x3x8xf32>
  // CHECK: dlc.gather %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<100x8xf32>, tensor<i32>) -> tensor<100xf32>
  %1 = dlc.gather %x, %j {axis = 1 : i64} : (tensor<100x8xf32>, tensor<i32>) -> tensor<100xf32>
  return
}

// CHECK-LABEL: func @gather_elements(
func.func @gather_elements(%x: tensor<3x4xf32>, %i: tensor<3x2xi64>) {
  // CHECK: dlc.gather_elements %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<3x4xf32>, tensor<3x2xi64>) -> tensor<3x2xf32>
  %0 = dlc.gather_elements %x, %i {axis = 1 : i64} : (tensor<3x4xf32>, tensor<3x2xi64>) -> tensor<3x2xf32>
  return
}

// CHECK-LABEL: func @gather_nd(
func.func @gather_nd(%x: tensor<2x2x3xf32>, %i: tensor<5x2xi64>, %b: tensor<2x1xi64>) {
  // CHECK: dlc.gather_nd %{{.*}}, %{{.*}} : (tensor<2x2x3xf32>, tensor<5x2xi64>) -> tensor<5x3xf32>
  %0 = dlc.gather_nd %x, %i : (tensor<2x2x3xf32>, tensor<5x2xi64>) -> tensor<5x3xf32>
  // CHECK: dlc.gather_nd %{{.*}}, %{{.*}} {batch_dims = 1 : i64} : (tensor<2x2x3xf32>, tensor<2x1xi64>) -> tensor<2x3xf32>
  %1 = dlc.gather_nd %x, %b {batch_dims = 1 : i64} : (tensor<2x2x3xf32>, tensor<2x1xi64>) -> tensor<2x3xf32>
  return
}

// CHECK-LABEL: func @scatter_elements(
func.func @scatter_elements(%x: tensor<1x5xf32>, %i: tensor<1x2xi64>, %u: tensor<1x2xf32>) {
  // CHECK: dlc.scatter_elements %{{.*}}, %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<1x5xf32>, tensor<1x2xi64>, tensor<1x2xf32>) -> tensor<1x5xf32>
  %0 = dlc.scatter_elements %x, %i, %u {axis = 1 : i64} : (tensor<1x5xf32>, tensor<1x2xi64>, tensor<1x2xf32>) -> tensor<1x5xf32>
  // CHECK: dlc.scatter_elements %{{.*}}, %{{.*}}, %{{.*}} {axis = 1 : i64, mode = #dlc.scatter_mode<add>} : (tensor<1x5xf32>, tensor<1x2xi64>, tensor<1x2xf32>) -> tensor<1x5xf32>
  %1 = dlc.scatter_elements %x, %i, %u {axis = 1 : i64, mode = #dlc.scatter_mode<add>} : (tensor<1x5xf32>, tensor<1x2xi64>, tensor<1x2xf32>) -> tensor<1x5xf32>
  return
}

// CHECK-LABEL: func @scatter_nd(
func.func @scatter_nd(%x: tensor<8xf32>, %i: tensor<4x1xi64>, %u: tensor<4xf32>) {
  // CHECK: dlc.scatter_nd %{{.*}}, %{{.*}}, %{{.*}} : (tensor<8xf32>, tensor<4x1xi64>, tensor<4xf32>) -> tensor<8xf32>
  %0 = dlc.scatter_nd %x, %i, %u : (tensor<8xf32>, tensor<4x1xi64>, tensor<4xf32>) -> tensor<8xf32>
  // CHECK: dlc.scatter_nd %{{.*}}, %{{.*}}, %{{.*}} {mode = #dlc.scatter_mode<max>} : (tensor<8xf32>, tensor<4x1xi64>, tensor<4xf32>) -> tensor<8xf32>
  %1 = dlc.scatter_nd %x, %i, %u {mode = #dlc.scatter_mode<max>} : (tensor<8xf32>, tensor<4x1xi64>, tensor<4xf32>) -> tensor<8xf32>
  return
}

// CHECK-LABEL: func @one_hot(
func.func @one_hot(%i: tensor<3xi64>, %a: tensor<f32>, %b: tensor<f32>) {
  // CHECK: dlc.one_hot %{{.*}}, %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<3xi64>, tensor<f32>, tensor<f32>) -> tensor<3x10xf32>
  %0 = dlc.one_hot %i, %a, %b {axis = 1 : i64} : (tensor<3xi64>, tensor<f32>, tensor<f32>) -> tensor<3x10xf32>
  return
}

// CHECK-LABEL: func @trilu(
func.func @trilu(%x: tensor<4x5xi64>) {
  // CHECK: dlc.trilu %{{.*}} : (tensor<4x5xi64>) -> tensor<4x5xi64>
  %0 = dlc.trilu %x : (tensor<4x5xi64>) -> tensor<4x5xi64>
  // CHECK: dlc.trilu %{{.*}} {k = -1 : i64, upper} : (tensor<4x5xi64>) -> tensor<4x5xi64>
  %1 = dlc.trilu %x {k = -1 : i64, upper} : (tensor<4x5xi64>) -> tensor<4x5xi64>
  return
}

// CHECK-LABEL: func @topk(
func.func @topk(%x: tensor<3x4xf32>) {
  // CHECK: dlc.topk %{{.*}} {axis = 1 : i64, k = 3 : i64, largest} : (tensor<3x4xf32>) -> (tensor<3x3xf32>, tensor<3x3xi64>)
  %0, %1 = dlc.topk %x {axis = 1 : i64, k = 3 : i64, largest} : (tensor<3x4xf32>) -> (tensor<3x3xf32>, tensor<3x3xi64>)
  return
}

// CHECK-LABEL: func @slice_at(
func.func @slice_at(%x: tensor<5x3xui8>, %y: tensor<?x4xf32, #dlc.dims<s0, 4>>, %i: index) {
  // CHECK: dlc.slice_at %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<5x3xui8>, index) -> tensor<5xui8>
  %0 = dlc.slice_at %x, %i {axis = 1 : i64} : (tensor<5x3xui8>, index) -> tensor<5xui8>
  // CHECK: dlc.slice_at %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<?x4xf32, #dlc.dims<s0, 4>>, index) -> tensor<?xf32, #dlc.dims<s0>>
  %1 = dlc.slice_at %y, %i {axis = 1 : i64} : (tensor<?x4xf32, #dlc.dims<s0, 4>>, index) -> tensor<?xf32, #dlc.dims<s0>>
  return
}

// CHECK-LABEL: func @insert_at(
func.func @insert_at(%x: tensor<5x3xf32>, %v: tensor<3xf32>, %i: index) {
  // CHECK: dlc.insert_at %{{.*}}, %{{.*}}, %{{.*}} {axis = 0 : i64} : (tensor<3xf32>, tensor<5x3xf32>, index) -> tensor<5x3xf32>
  %0 = dlc.insert_at %v, %x, %i {axis = 0 : i64} : (tensor<3xf32>, tensor<5x3xf32>, index) -> tensor<5x3xf32>
  return
}
