// Types of 8 bits and fewer are bytes below the dialect; those of 4 and 2 bits
// are packed where they enter and leave @main.
// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func @main(%arg0: tensor<8xi8> {dlc.unpacked = affine_map<() -> (3, 5)>}) -> (tensor<4xi8> {dlc.unpacked = affine_map<() -> (3, 5)>})
// CHECK: %[[AT:.*]] = arith.divui %{{.*}}, %c2
// CHECK: %[[BYTE:.*]] = tensor.extract %arg0[%[[AT]]] : tensor<8xi8>
// CHECK: arith.shrui %[[BYTE]]
// CHECK: arith.andi %{{.*}}, %c15
// CHECK: tensor.expand_shape {{.*}} : tensor<15xi8> into tensor<3x5xi8>
// CHECK: arith.shli {{.*}}, %c28
// CHECK: arith.shrsi {{.*}}, %c28
// CHECK: arith.andi {{.*}}, %c3
// CHECK: tensor.collapse_shape {{.*}} : tensor<3x5xi8> into tensor<15xi8>
// CHECK-COUNT-4: tensor.extract
// CHECK: return {{.*}} : tensor<4xi8>
func.func @main(%x: tensor<3x5xi4>) -> tensor<3x5xui2> {
  %y = dlc.cast %x : (tensor<3x5xi4>) -> tensor<3x5xui2>
  return %y : tensor<3x5xui2>
}

// CHECK-LABEL: func @encode(%arg0: tensor<4xf32>) -> tensor<4xi8>
// CHECK: arith.bitcast %{{.*}} : f32 to i32
// CHECK: arith.addf
// CHECK-COUNT-3: arith.select
// CHECK: arith.trunci {{.*}} : i32 to i8
func.func @encode(%x: tensor<4xf32>) -> tensor<4xf8E4M3FN> {
  %y = dlc.cast %x : (tensor<4xf32>) -> tensor<4xf8E4M3FN>
  return %y : tensor<4xf8E4M3FN>
}

// Without a detour by f32, which would round twice.
// CHECK-LABEL: func @encode_f64
// CHECK: arith.bitcast %{{.*}} : f64 to i64
// CHECK-NOT: arith.truncf
// CHECK: arith.trunci {{.*}} : i64 to i8
func.func @encode_f64(%x: tensor<4xf64>) -> tensor<4xf8E5M2> {
  %y = dlc.cast %x : (tensor<4xf64>) -> tensor<4xf8E5M2>
  return %y : tensor<4xf8E5M2>
}

// CHECK-LABEL: func @decode(%arg0: tensor<4xi8>) -> tensor<4xf16>
// CHECK: arith.bitcast %{{.*}} : i32 to f32
// CHECK: arith.truncf {{.*}} : f32 to f16
func.func @decode(%x: tensor<4xf8E5M2FNUZ>) -> tensor<4xf16> {
  %y = dlc.cast %x : (tensor<4xf8E5M2FNUZ>) -> tensor<4xf16>
  return %y : tensor<4xf16>
}

// Blocks that divide the axis are a dimension.
// CHECK-LABEL: func @blocks
// CHECK: tensor.expand_shape {{.*}} : tensor<2x6xi8> into tensor<2x2x3xi8>
// CHECK: linalg.generic {{.*}}affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK: tensor.collapse_shape {{.*}} : tensor<2x2x3xf32> into tensor<2x6xf32>
func.func @blocks(%x: tensor<2x6xi8>, %s: tensor<2x2xf32>, %z: tensor<2x2xi8>) -> tensor<2x6xf32> {
  %y = dlc.dequantize %x, %s, %z {block_size = 3 : i64} : (tensor<2x6xi8>, tensor<2x2xf32>, tensor<2x2xi8>) -> tensor<2x6xf32>
  return %y : tensor<2x6xf32>
}

// CHECK-LABEL: func @uneven
// CHECK: %[[BLOCK:.*]] = arith.divui %{{.*}}, %c4
// CHECK: tensor.extract %arg1[%{{.*}}, %[[BLOCK]]] : tensor<2x2xf32>
// CHECK: tensor.extract %arg2[%{{.*}}, %[[BLOCK]]] : tensor<2x2xi8>
func.func @uneven(%x: tensor<2x6xi8>, %s: tensor<2x2xf32>, %z: tensor<2x2xi8>) -> tensor<2x6xf32> {
  %y = dlc.dequantize %x, %s, %z {block_size = 4 : i64} : (tensor<2x6xi8>, tensor<2x2xf32>, tensor<2x2xi8>) -> tensor<2x6xf32>
  return %y : tensor<2x6xf32>
}

// The sign of a signed integer comes in from the left.
// CHECK-LABEL: func @shift
// CHECK: %[[FITS:.*]] = arith.cmpi ult
// CHECK: %[[BY:.*]] = arith.select %[[FITS]], %{{.*}}, %c15
// CHECK: arith.shrsi %{{.*}}, %[[BY]] : i16
func.func @shift(%x: tensor<4xi16>) -> tensor<4xi16> {
  %y = dlc.bit_shift %x, %x {right} : (tensor<4xi16>, tensor<4xi16>) -> tensor<4xi16>
  return %y : tensor<4xi16>
}

// The bits of half floats, which aren't widened.
// CHECK-LABEL: func @bits
// CHECK: arith.bitcast %{{.*}} : f16 to i16
func.func @bits(%x: tensor<4xf16>) -> tensor<4xui16> {
  %y = dlc.bit_cast %x : (tensor<4xf16>) -> tensor<4xui16>
  return %y : tensor<4xui16>
}
