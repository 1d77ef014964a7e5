// Every op parses, verifies and prints back as it was written.
// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: func @resize(
func.func @resize(%x: tensor<1x1x2x2xf32>) {
  // CHECK: dlc.resize %{{.*}} {scales = array<f64: 1.000000e+00, 1.000000e+00, 2.000000e+00, 2.000000e+00>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  %0 = dlc.resize %x {scales = array<f64: 1.0, 1.0, 2.0, 2.0>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  // CHECK: dlc.resize %{{.*}} {coordinates = #dlc.resize_coordinates<asymmetric>, nearest = #dlc.resize_nearest<floor>, scales = array<f64: 1.000000e+00, 1.000000e+00, 2.000000e+00, 2.000000e+00>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  %1 = dlc.resize %x {coordinates = #dlc.resize_coordinates<asymmetric>, mode = #dlc.resize_mode<nearest>, nearest = #dlc.resize_nearest<floor>, scales = array<f64: 1.0, 1.0, 2.0, 2.0>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  // CHECK: dlc.resize %{{.*}} {coordinates = #dlc.resize_coordinates<tf_crop_and_resize>, extrapolation_value = 1.000000e+00 : f64, mode = #dlc.resize_mode<linear>, roi = array<f64: 0.000000e+00, 0.000000e+00, 2.500000e-01, 2.500000e-01, 1.000000e+00, 1.000000e+00, 7.500000e-01, 7.500000e-01>, scales = array<f64: 1.000000e+00, 1.000000e+00, 1.500000e+00, 1.500000e+00>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x3x3xf32>
  %2 = dlc.resize %x {coordinates = #dlc.resize_coordinates<tf_crop_and_resize>, extrapolation_value = 1.0 : f64, mode = #dlc.resize_mode<linear>, roi = array<f64: 0.0, 0.0, 0.25, 0.25, 1.0, 1.0, 0.75, 0.75>, scales = array<f64: 1.0, 1.0, 1.5, 1.5>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x3x3xf32>
  // CHECK: dlc.resize %{{.*}} {cubic_coefficient = -5.000000e-01 : f64, exclude_outside, mode = #dlc.resize_mode<cubic>, scales = array<f64: 1.000000e+00, 1.000000e+00, 2.000000e+00, 2.000000e+00>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  %3 = dlc.resize %x {cubic_coefficient = -5.0e-1 : f64, exclude_outside, mode = #dlc.resize_mode<cubic>, scales = array<f64: 1.0, 1.0, 2.0, 2.0>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  return
}

// CHECK-LABEL: func @antialias(
// CHECK: dlc.resize %{{.*}} {antialias, mode = #dlc.resize_mode<linear>, scales = array<f64: 1.000000e+00, 2.500000e-01>} : (tensor<2x8xf32>) -> tensor<2x2xf32>
func.func @antialias(%x: tensor<2x8xf32>) -> tensor<2x2xf32> {
  %0 = dlc.resize %x {antialias, mode = #dlc.resize_mode<linear>, scales = array<f64: 1.0, 0.25>} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// CHECK-LABEL: func @sample(
// CHECK: dlc.sample %{{.*}}, %{{.*}} {align_corners, mode = #dlc.resize_mode<cubic>, padding = #dlc.sample_padding<reflection>} : (tensor<1x8x32x32xf16>, tensor<1x10x12x2xf32>) -> tensor<1x8x10x12xf16>
func.func @sample(%x: tensor<1x8x32x32xf16>, %c: tensor<1x10x12x2xf32>) -> tensor<1x8x10x12xf16> {
  %0 = dlc.sample %x, %c {align_corners, mode = #dlc.resize_mode<cubic>, padding = #dlc.sample_padding<reflection>} : (tensor<1x8x32x32xf16>, tensor<1x10x12x2xf32>) -> tensor<1x8x10x12xf16>
  return %0 : tensor<1x8x10x12xf16>
}
