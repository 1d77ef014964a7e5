// RUN: dlc-opt %s --split-input-file --dlc-form-integer-ops | FileCheck %s
// RUN: dlc-opt %s --split-input-file --dlc-form-integer-ops='dot=2' | FileCheck %s --check-prefix=PAIRS

// The zero point's part and the bias, whole multiples of the factor, are one
// integer bias; padding is done with the zero point; the quantization's scale
// moves into the factors.
// CHECK-LABEL: func.func @conv(
// CHECK-SAME:    %[[X:.*]]: tensor<1x2x4x4xui8>
// CHECK-DAG:     %[[ZX:.*]] = dlc.constant dense<3> : tensor<ui8>
// CHECK-DAG:     %[[W:.*]] = dlc.constant dense<{{.*}}> : tensor<2x2x1x1xi8>
// CHECK-DAG:     %[[B:.*]] = dlc.constant dense<[1, 17]> : tensor<2xi32>
// CHECK-DAG:     %[[F:.*]] = dlc.constant dense<{{\[\[\[}}2.500000e-01]], {{\[\[}}5.000000e-01]]]> : tensor<2x1x1xf32>
// CHECK-DAG:     %[[ONE:.*]] = dlc.constant dense<1.000000e+00> : tensor<f32>
// CHECK:         %[[P:.*]] = dlc.pad %[[X]], %[[ZX]] {{.*}}array<i64: 0, 0, 1, 1, 0, 0, 1, 1>
// CHECK:         %[[S:.*]] = dlc.conv %[[P]], %[[W]], bias = %[[B]] {{.*}}pads = array<i64: 0, 0, 0, 0>
// CHECK-SAME:      (tensor<1x2x6x6xui8>, tensor<2x2x1x1xi8>, tensor<2xi32>) -> tensor<1x2x6x6xi32>
// CHECK:         %[[R:.*]] = dlc.cast %[[S]] : (tensor<1x2x6x6xi32>) -> tensor<1x2x6x6xf32>
// CHECK:         %[[M:.*]] = dlc.mul %[[R]], %[[F]]
// CHECK:         %[[Q:.*]] = dlc.quantize %[[M]], %[[ONE]]
// CHECK:         return %[[Q]]
func.func @conv(%x: tensor<1x2x4x4xui8>) -> tensor<1x2x6x6xui8> {
  %sx = dlc.constant dense<0.5> : tensor<f32>
  %zx = dlc.constant dense<3> : tensor<ui8>
  %w = dlc.constant dense<[[[[1]], [[2]]], [[[-3]], [[-4]]]]> : tensor<2x2x1x1xi8>
  %sw = dlc.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %zw = dlc.constant dense<0> : tensor<2xi8>
  %b = dlc.constant dense<[5.0, -4.0]> : tensor<2xf32>
  %sy = dlc.constant dense<2.0> : tensor<f32>
  %zy = dlc.constant dense<0> : tensor<ui8>
  %0 = dlc.dequantize %x, %sx, %zx : (tensor<1x2x4x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x4x4xf32>
  %1 = dlc.dequantize %w, %sw, %zw {axis = 0 : i64} : (tensor<2x2x1x1xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x2x1x1xf32>
  %2 = dlc.conv %0, %1, bias = %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, tensor<2xf32>) -> tensor<1x2x6x6xf32>
  %3 = dlc.relu %2 : (tensor<1x2x6x6xf32>) -> tensor<1x2x6x6xf32>
  %4 = dlc.quantize %3, %sy, %zy : (tensor<1x2x6x6xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x6x6xui8>
  return %4 : tensor<1x2x6x6xui8>
}

// -----

// A bias of no whole multiple stays real; a residual is scaled in its own
// dequantization; unsigned weights lose their zero point.
// CHECK-LABEL: func.func @matmul(
// CHECK-DAG:     %[[W:.*]] = dlc.constant dense<{{\[\[}}-128, 127], [1, -1]]> : tensor<2x2xi8>
// CHECK-DAG:     %[[B:.*]] = dlc.constant dense<[7.500000e-01, 6.250000e-02]> : tensor<2xf32>
// CHECK-DAG:     %[[SR:.*]] = dlc.constant dense<6.250000e-02> : tensor<f32>
// CHECK:         %[[S:.*]] = dlc.matmul %{{.*}}, %[[W]] : (tensor<3x2xui8>, tensor<2x2xi8>) -> tensor<3x2xi32>
// CHECK:         dlc.cast %[[S]]
// CHECK:         dlc.mul
// CHECK:         dlc.add {{.*}}, %[[B]]
// CHECK:         dlc.dequantize %{{.*}}, %[[SR]]
// CHECK:         dlc.add
// CHECK:         dlc.quantize
// PAIRS-LABEL: func.func @matmul(
// PAIRS:         %[[A:.*]] = dlc.cast %{{.*}} : (tensor<3x2xui8>) -> tensor<3x2xi16>
// PAIRS:         dlc.matmul %[[A]], %{{.*}} : (tensor<3x2xi16>, tensor<2x2xi16>) -> tensor<3x2xi32>
func.func @matmul(%a: tensor<3x2xui8>, %r: tensor<3x2xui8>) -> tensor<3x2xui8> {
  %sa = dlc.constant dense<0.5> : tensor<f32>
  %za = dlc.constant dense<0> : tensor<ui8>
  %w = dlc.constant dense<[[0, 255], [129, 127]]> : tensor<2x2xui8>
  %sw = dlc.constant dense<0.5> : tensor<f32>
  %zw = dlc.constant dense<128> : tensor<ui8>
  %b = dlc.constant dense<[3.0, 0.25]> : tensor<2xf32>
  %sr = dlc.constant dense<0.25> : tensor<f32>
  %sy = dlc.constant dense<4.0> : tensor<f32>
  %zy = dlc.constant dense<10> : tensor<ui8>
  %0 = dlc.dequantize %a, %sa, %za : (tensor<3x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<3x2xf32>
  %1 = dlc.dequantize %w, %sw, %zw : (tensor<2x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<2x2xf32>
  %2 = dlc.matmul %0, %1 : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %3 = dlc.add %2, %b : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  %4 = dlc.dequantize %r, %sr, %za : (tensor<3x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<3x2xf32>
  %5 = dlc.add %3, %4 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %6 = dlc.quantize %5, %sy, %zy : (tensor<3x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<3x2xui8>
  return %6 : tensor<3x2xui8>
}

// -----

// Signed activations are shifted; pooling and reshaping run on bytes and need
// no second quantization.
// CHECK-LABEL: func.func @move(
// CHECK-SAME:    %[[X:.*]]: tensor<1x1x4x4xf32>
// CHECK-DAG:     %[[Z:.*]] = dlc.constant dense<118> : tensor<ui8>
// CHECK:         %[[Q:.*]] = dlc.quantize %[[X]], %{{.*}}, %[[Z]] {{.*}} -> tensor<1x1x4x4xui8>
// CHECK:         %[[P:.*]] = dlc.max_pool %[[Q]]
// CHECK:         %[[S:.*]] = dlc.reshape %[[P]] : (tensor<1x1x2x2xui8>) -> tensor<1x4xui8>
// CHECK:         %[[R:.*]] = dlc.dequantize %[[S]]
// CHECK-NEXT:    return %[[R]]
func.func @move(%x: tensor<1x1x4x4xf32>) -> tensor<1x4xf32> {
  %s = dlc.constant dense<0.5> : tensor<f32>
  %z = dlc.constant dense<-10> : tensor<i8>
  %0 = dlc.quantize %x, %s, %z : (tensor<1x1x4x4xf32>, tensor<f32>, tensor<i8>) -> tensor<1x1x4x4xi8>
  %1 = dlc.dequantize %0, %s, %z : (tensor<1x1x4x4xi8>, tensor<f32>, tensor<i8>) -> tensor<1x1x4x4xf32>
  %2 = dlc.max_pool %1 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x2x2xf32>
  %3 = dlc.quantize %2, %s, %z : (tensor<1x1x2x2xf32>, tensor<f32>, tensor<i8>) -> tensor<1x1x2x2xi8>
  %4 = dlc.dequantize %3, %s, %z : (tensor<1x1x2x2xi8>, tensor<f32>, tensor<i8>) -> tensor<1x1x2x2xf32>
  %5 = dlc.reshape %4 : (tensor<1x1x2x2xf32>) -> tensor<1x4xf32>
  return %5 : tensor<1x4xf32>
}

// -----

// Quantization moves above a concatenation; the operand that has its parameters
// needs none.
// CHECK-LABEL: func.func @concat(
// CHECK-SAME:    %{{.*}}: tensor<1x4xui8>, %[[B:.*]]: tensor<1x4xui8>)
// CHECK:         %[[A:.*]] = dlc.quantize
// CHECK:         dlc.concat %[[A]], %[[B]] {{.*}} -> tensor<1x8xui8>
func.func @concat(%a: tensor<1x4xui8>, %b: tensor<1x4xui8>) -> tensor<1x8xui8> {
  %s = dlc.constant dense<0.5> : tensor<f32>
  %t = dlc.constant dense<0.75> : tensor<f32>
  %z = dlc.constant dense<1> : tensor<ui8>
  %0 = dlc.dequantize %a, %s, %z : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xf32>
  %1 = dlc.dequantize %b, %t, %z : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xf32>
  %2 = dlc.concat %0, %1 {axis = 1 : i64} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
  %3 = dlc.quantize %2, %t, %z : (tensor<1x8xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x8xui8>
  return %3 : tensor<1x8xui8>
}

// -----

// A reduction that selects elements runs on quantized ones, and the scale of a
// result moves through what is homogeneous.
// CHECK-LABEL: func.func @select(
// CHECK-DAG:     %[[S:.*]] = dlc.constant dense<2.500000e-01> : tensor<f32>
// CHECK-DAG:     %[[ONE:.*]] = dlc.constant dense<1.000000e+00> : tensor<f32>
// CHECK:         %[[M:.*]] = dlc.reduce_max %{{.*}} -> tensor<1x3xui8>
// CHECK:         %[[D:.*]] = dlc.dequantize %[[M]], %[[S]]
// CHECK:         %[[N:.*]] = dlc.neg %[[D]]
// CHECK:         dlc.quantize %[[N]], %[[ONE]], %
func.func @select(%x: tensor<1x3x4xui8>) -> tensor<1x3xi8> {
  %s = dlc.constant dense<0.5> : tensor<f32>
  %two = dlc.constant dense<2.0> : tensor<f32>
  %z = dlc.constant dense<3> : tensor<ui8>
  %zero = dlc.constant dense<0> : tensor<i8>
  %0 = dlc.dequantize %x, %s, %z : (tensor<1x3x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x3x4xf32>
  %1 = dlc.reduce_max %0 {axes = array<i64: 2>} : (tensor<1x3x4xf32>) -> tensor<1x3xf32>
  %2 = dlc.neg %1 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %3 = dlc.quantize %2, %two, %zero : (tensor<1x3xf32>, tensor<f32>, tensor<i8>) -> tensor<1x3xi8>
  return %3 : tensor<1x3xi8>
}

// -----

// Scales that aren't positive and finite are left to arithmetic on reals.
// CHECK-LABEL: func.func @bad_scales(
// CHECK:         dlc.max_pool %{{.*}} -> tensor<1x1x2x2xf32>
// CHECK:         dlc.conv %{{.*}} -> tensor<1x1x2x2xf32>
// CHECK:         dlc.conv %{{.*}} -> tensor<1x1x2x2xf32>
func.func @bad_scales(%x: tensor<1x1x4x4xui8>) -> (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>) {
  %s = dlc.constant dense<-0.5> : tensor<f32>
  %nan = dlc.constant dense<0x7FC00000> : tensor<f32>
  %z = dlc.constant dense<1> : tensor<ui8>
  %w = dlc.constant dense<1> : tensor<1x1x1x1xi8>
  %zw = dlc.constant dense<0> : tensor<i8>
  %0 = dlc.dequantize %x, %s, %z : (tensor<1x1x4x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1x4x4xf32>
  %1 = dlc.max_pool %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x2x2xf32>
  %2 = dlc.dequantize %w, %nan, %zw : (tensor<1x1x1x1xi8>, tensor<f32>, tensor<i8>) -> tensor<1x1x1x1xf32>
  %3 = dlc.conv %1, %2 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  %4 = dlc.dequantize %w, %s, %zw : (tensor<1x1x1x1xi8>, tensor<f32>, tensor<i8>) -> tensor<1x1x1x1xf32>
  %5 = dlc.conv %1, %4 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  return %3, %5 : tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>
}

// -----

// Weights that don't fit i8 without their zero point are i16, and so is what
// they meet, padding included.
// CHECK-LABEL: func.func @wide_weights(
// CHECK-DAG:     %[[W:.*]] = dlc.constant dense<{{.*}}155{{.*}}-100{{.*}}> : tensor<1x2x1x1xi16>
// CHECK-DAG:     %[[Z:.*]] = dlc.constant dense<7> : tensor<i16>
// CHECK:         %[[A:.*]] = dlc.cast %{{.*}} -> tensor<1x2x4x4xi16>
// CHECK:         %[[P:.*]] = dlc.pad %[[A]], %[[Z]]
// CHECK:         dlc.conv %[[P]], %[[W]], bias = %{{.*}} -> tensor<1x1x6x6xi32>
func.func @wide_weights(%x: tensor<1x2x4x4xui8>) -> tensor<1x1x6x6xf32> {
  %s = dlc.constant dense<0.5> : tensor<f32>
  %zx = dlc.constant dense<7> : tensor<ui8>
  %w = dlc.constant dense<[[[[255]], [[0]]]]> : tensor<1x2x1x1xui8>
  %zw = dlc.constant dense<100> : tensor<ui8>
  %0 = dlc.dequantize %x, %s, %zx : (tensor<1x2x4x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x4x4xf32>
  %1 = dlc.dequantize %w, %s, %zw : (tensor<1x2x1x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x1x1xf32>
  %2 = dlc.conv %0, %1 {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x6x6xf32>
  return %2 : tensor<1x1x6x6xf32>
}

// -----

// 33,026 products of 255 by 255 don't fit i32.
// CHECK-LABEL: func.func @too_long(
// CHECK:         dlc.matmul {{.*}} -> tensor<1x1xf32>
func.func @too_long(%a: tensor<1x33026xui8>) -> tensor<1x1xf32> {
  %s = dlc.constant dense<0.5> : tensor<f32>
  %za = dlc.constant dense<7> : tensor<ui8>
  %w = dlc.constant dense<1> : tensor<33026x1xi8>
  %zw = dlc.constant dense<0> : tensor<i8>
  %0 = dlc.dequantize %a, %s, %za : (tensor<1x33026xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x33026xf32>
  %1 = dlc.dequantize %w, %s, %zw : (tensor<33026x1xi8>, tensor<f32>, tensor<i8>) -> tensor<33026x1xf32>
  %2 = dlc.matmul %0, %1 : (tensor<1x33026xf32>, tensor<33026x1xf32>) -> tensor<1x1xf32>
  return %2 : tensor<1x1xf32>
}

// -----

// Open sizes are no matter: only weights and parameters must be known.
// CHECK-LABEL: func.func @open_conv(
// CHECK:         dlc.conv {{.*}} : (tensor<?x2x?x4xui8, #dlc.dims<s0, 2, s1, 4>>, tensor<2x2x1x1xi8>) -> tensor<?x2x?x4xi32, #dlc.dims<s0, 2, s1, 4>>
// CHECK:         dlc.cast {{.*}} -> tensor<?x2x?x4xf32, #dlc.dims<s0, 2, s1, 4>>
func.func @open_conv(%x: tensor<?x2x?x4xui8, #dlc.dims<s0, 2, s1, 4>>) -> tensor<?x2x?x4xf32, #dlc.dims<s0, 2, s1, 4>> {
  %sx = dlc.constant dense<0.5> : tensor<f32>
  %zx = dlc.constant dense<0> : tensor<ui8>
  %w = dlc.constant dense<[[[[1]], [[2]]], [[[-3]], [[-4]]]]> : tensor<2x2x1x1xi8>
  %sw = dlc.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %zw = dlc.constant dense<0> : tensor<2xi8>
  %0 = dlc.dequantize %x, %sx, %zx : (tensor<?x2x?x4xui8, #dlc.dims<s0, 2, s1, 4>>, tensor<f32>, tensor<ui8>) -> tensor<?x2x?x4xf32, #dlc.dims<s0, 2, s1, 4>>
  %1 = dlc.dequantize %w, %sw, %zw {axis = 0 : i64} : (tensor<2x2x1x1xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x2x1x1xf32>
  %2 = dlc.conv %0, %1 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x2x?x4xf32, #dlc.dims<s0, 2, s1, 4>>, tensor<2x2x1x1xf32>) -> tensor<?x2x?x4xf32, #dlc.dims<s0, 2, s1, 4>>
  return %2 : tensor<?x2x?x4xf32, #dlc.dims<s0, 2, s1, 4>>
}

// CHECK-LABEL: func.func @open_matmul(
// CHECK:         dlc.matmul {{.*}} : (tensor<?x2xui8, #dlc.dims<s0, 2>>, tensor<2x2xi8>) -> tensor<?x2xi32, #dlc.dims<s0, 2>>
func.func @open_matmul(%x: tensor<?x2xui8, #dlc.dims<s0, 2>>) -> tensor<?x2xf32, #dlc.dims<s0, 2>> {
  %sx = dlc.constant dense<0.5> : tensor<f32>
  %zx = dlc.constant dense<3> : tensor<ui8>
  %w = dlc.constant dense<[[1, 2], [-3, -4]]> : tensor<2x2xi8>
  %sw = dlc.constant dense<0.25> : tensor<f32>
  %zw = dlc.constant dense<0> : tensor<i8>
  %0 = dlc.dequantize %x, %sx, %zx : (tensor<?x2xui8, #dlc.dims<s0, 2>>, tensor<f32>, tensor<ui8>) -> tensor<?x2xf32, #dlc.dims<s0, 2>>
  %1 = dlc.dequantize %w, %sw, %zw : (tensor<2x2xi8>, tensor<f32>, tensor<i8>) -> tensor<2x2xf32>
  %2 = dlc.matmul %0, %1 : (tensor<?x2xf32, #dlc.dims<s0, 2>>, tensor<2x2xf32>) -> tensor<?x2xf32, #dlc.dims<s0, 2>>
  return %2 : tensor<?x2xf32, #dlc.dims<s0, 2>>
}
