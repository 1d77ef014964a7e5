// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: @packed
// CHECK: dlc.unpack_elements %{{.*}} : (tensor<8xui8>) -> tensor<3x5xi4>
// CHECK: dlc.pack_elements %{{.*}} : (tensor<3x5xi4>) -> tensor<8xui8>
func.func @packed(%x: tensor<8xui8>) -> tensor<8xui8> {
  %elements = dlc.unpack_elements %x : (tensor<8xui8>) -> tensor<3x5xi4>
  %y = dlc.pack_elements %elements : (tensor<3x5xi4>) -> tensor<8xui8>
  return %y : tensor<8xui8>
}

// CHECK-LABEL: @scalar
// CHECK: dlc.pack_elements %{{.*}} : (tensor<ui2>) -> tensor<1xui8>
func.func @scalar(%x: tensor<ui2>) -> tensor<1xui8> {
  %y = dlc.pack_elements %x : (tensor<ui2>) -> tensor<1xui8>
  return %y : tensor<1xui8>
}

// CHECK-LABEL: @open
// CHECK: dlc.pack_elements {{.*}} -> tensor<?xui8, #dlc.dims<(s0 * 3 + 3) floordiv 4>>
func.func @open(%x: tensor<?x3xi2, #dlc.dims<s0, 3>>) -> tensor<?xui8, #dlc.dims<(s0 * 3 + 3) floordiv 4>> {
  %y = dlc.pack_elements %x : (tensor<?x3xi2, #dlc.dims<s0, 3>>) -> tensor<?xui8, #dlc.dims<(s0 * 3 + 3) floordiv 4>>
  return %y : tensor<?xui8, #dlc.dims<(s0 * 3 + 3) floordiv 4>>
}
