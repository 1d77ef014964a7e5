// RUN: dlc-opt %s --dlc-recognize-ops --cse | FileCheck %s

// CHECK-LABEL: func @softmax(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>)
func.func @softmax(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK-DAG: %[[LAST:.*]] = dlc.softmax %[[X]] {axis = 1 : i64}
  // CHECK-DAG: %[[FIRST:.*]] = dlc.softmax %[[X]] {axis = 0 : i64}
  // CHECK: return %[[LAST]], %[[FIRST]], %[[LAST]]
  %0 = dlc.reduce_max %x {axes = array<i64: 1>, keepdims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %1 = dlc.sub %x, %0 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %2 = dlc.exp %1 : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = dlc.reduce_sum %2 {axes = array<i64: 1>, keepdims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %4 = dlc.div %2, %3 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  // Without the maximum, by a reciprocal, the dimension dropped and put back.
  %5 = dlc.exp %x : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %6 = dlc.reduce_sum %5 {axes = array<i64: 0>} : (tensor<2x4xf32>) -> tensor<4xf32>
  %7 = dlc.reshape %6 : (tensor<4xf32>) -> tensor<1x4xf32>
  %8 = dlc.reciprocal %7 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %9 = dlc.mul %8, %5 : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %10 = dlc.reduce_sum %5 {axes = array<i64: 1>, keepdims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %11 = dlc.div %5, %10 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %4, %9, %11 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: func @softmax_near_misses(
// CHECK-SAME: %[[X:.*]]: tensor<4x4xf32>
func.func @softmax_near_misses(%x: tensor<4x4xf32>, %z: tensor<4x4xf32>)
    -> (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) {
  %0 = dlc.exp %x : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = dlc.exp %z : (tensor<4x4xf32>) -> tensor<4x4xf32>
  // Sums of another value.
  // CHECK: %[[A:.*]] = dlc.div
  %2 = dlc.reduce_sum %1 {axes = array<i64: 1>, keepdims} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %3 = dlc.div %0, %2 : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x4xf32>
  // Over both axes.
  // CHECK: %[[B:.*]] = dlc.div
  %4 = dlc.reduce_sum %0 {axes = array<i64: 0, 1>, keepdims} : (tensor<4x4xf32>) -> tensor<1x1xf32>
  %5 = dlc.div %0, %4 : (tensor<4x4xf32>, tensor<1x1xf32>) -> tensor<4x4xf32>
  // Sums of rows, broadcast as those of columns.
  // CHECK: %[[C:.*]] = dlc.div
  %6 = dlc.reduce_sum %0 {axes = array<i64: 1>} : (tensor<4x4xf32>) -> tensor<4xf32>
  %7 = dlc.div %0, %6 : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  // The maximum along the other axis stays: it needn't cancel.
  // CHECK: %[[SHIFTED:.*]] = dlc.sub
  // CHECK: %[[D:.*]] = dlc.softmax %[[SHIFTED]]
  %8 = dlc.reduce_max %x {axes = array<i64: 0>, keepdims} : (tensor<4x4xf32>) -> tensor<1x4xf32>
  %9 = dlc.sub %x, %8 : (tensor<4x4xf32>, tensor<1x4xf32>) -> tensor<4x4xf32>
  %10 = dlc.exp %9 : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %11 = dlc.reduce_sum %10 {axes = array<i64: 1>, keepdims} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %12 = dlc.div %10, %11 : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x4xf32>
  // CHECK: return %[[A]], %[[B]], %[[C]], %[[D]]
  return %3, %5, %7, %12 : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>
}

// CHECK-LABEL: func @layer_norm(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>, %[[SCALE:.*]]: tensor<4xf32>, %[[BIAS:.*]]: tensor<1x4xf32>)
func.func @layer_norm(%x: tensor<2x4xf32>, %scale: tensor<4xf32>, %bias: tensor<1x4xf32>) -> tensor<2x4xf32> {
  %two = dlc.constant dense<2.0> : tensor<f32>
  %epsilon = dlc.constant dense<0.25> : tensor<f32>
  // CHECK-NEXT: %[[Y:.*]] = dlc.layer_norm %[[X]], %[[SCALE]], bias = %[[BIAS]] {axis = 1 : i64, epsilon = 2.500000e-01 : f64}
  // CHECK-NEXT: return %[[Y]]
  %0 = dlc.reduce_mean %x {axes = array<i64: 1>, keepdims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %1 = dlc.sub %x, %0 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %2 = dlc.pow %1, %two : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %3 = dlc.reduce_mean %2 {axes = array<i64: 1>, keepdims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %4 = dlc.add %3, %epsilon : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %5 = dlc.sqrt %4 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %6 = dlc.div %1, %5 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %7 = dlc.mul %6, %scale : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %8 = dlc.add %bias, %7 : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %8 : tensor<2x4xf32>
}

// Two axes; the square as a product, the root as a power, a reciprocal; no
// scale, no bias.
// CHECK-LABEL: func @bare_norm(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>)
func.func @bare_norm(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %half = dlc.constant dense<0.5> : tensor<f32>
  %epsilon = dlc.constant dense<0.25> : tensor<f32>
  // CHECK: %[[ONE:.*]] = dlc.constant dense<1.000000e+00> : tensor<f32>
  // CHECK-NEXT: %[[Y:.*]] = dlc.layer_norm %[[X]], %[[ONE]] {axis = 1 : i64, epsilon = 2.500000e-01 : f64}
  // CHECK-NEXT: return %[[Y]]
  %0 = dlc.reduce_mean %x {axes = array<i64: 1, 2>, keepdims} : (tensor<2x3x4xf32>) -> tensor<2x1x1xf32>
  %1 = dlc.sub %x, %0 : (tensor<2x3x4xf32>, tensor<2x1x1xf32>) -> tensor<2x3x4xf32>
  %2 = dlc.mul %1, %1 : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %3 = dlc.reduce_mean %2 {axes = array<i64: 1, 2>, keepdims} : (tensor<2x3x4xf32>) -> tensor<2x1x1xf32>
  %4 = dlc.add %epsilon, %3 : (tensor<f32>, tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %5 = dlc.pow %4, %half : (tensor<2x1x1xf32>, tensor<f32>) -> tensor<2x1x1xf32>
  %6 = dlc.reciprocal %5 : (tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %7 = dlc.mul %1, %6 : (tensor<2x3x4xf32>, tensor<2x1x1xf32>) -> tensor<2x3x4xf32>
  return %7 : tensor<2x3x4xf32>
}

// As TensorFlow folds it: x * factor + (bias - mean * factor).
// CHECK-LABEL: func @shifted_norm(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>, %[[SCALE:.*]]: tensor<4xf32>, %[[BIAS:.*]]: tensor<4xf32>)
// CHECK-NEXT: %[[Y:.*]] = dlc.layer_norm %[[X]], %[[SCALE]], bias = %[[BIAS]] {axis = 1 : i64, epsilon = 2.500000e-01 : f64}
// CHECK-NEXT: return %[[Y]]
func.func @shifted_norm(%x: tensor<2x4xf32>, %scale: tensor<4xf32>, %bias: tensor<4xf32>) -> tensor<2x4xf32> {
  %epsilon = dlc.constant dense<0.25> : tensor<f32>
  %0 = dlc.reduce_mean %x {axes = array<i64: 1>, keepdims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %1 = dlc.sub %x, %0 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %2 = dlc.mul %1, %1 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = dlc.reduce_mean %2 {axes = array<i64: 1>, keepdims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %4 = dlc.add %3, %epsilon : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %5 = dlc.sqrt %4 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %6 = dlc.reciprocal %5 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %7 = dlc.mul %6, %scale : (tensor<2x1xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %8 = dlc.mul %x, %7 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %9 = dlc.mul %0, %7 : (tensor<2x1xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %10 = dlc.sub %bias, %9 : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %11 = dlc.add %8, %10 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %11 : tensor<2x4xf32>
}

// The bias is shifted by something else than the mean.
// CHECK-LABEL: func @not_shifted_by_mean(
// CHECK-NOT: dlc.layer_norm
// CHECK: return
func.func @not_shifted_by_mean(%x: tensor<2x4xf32>, %m: tensor<2x1xf32>, %bias: tensor<4xf32>) -> tensor<2x4xf32> {
  %epsilon = dlc.constant dense<0.25> : tensor<f32>
  %0 = dlc.reduce_mean %x {axes = array<i64: 1>, keepdims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %1 = dlc.sub %x, %0 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %2 = dlc.mul %1, %1 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = dlc.reduce_mean %2 {axes = array<i64: 1>, keepdims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %4 = dlc.add %3, %epsilon : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %5 = dlc.sqrt %4 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %6 = dlc.reciprocal %5 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %8 = dlc.mul %x, %6 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %9 = dlc.mul %m, %6 : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %10 = dlc.sub %bias, %9 : (tensor<4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %11 = dlc.add %8, %10 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %11 : tensor<2x4xf32>
}

// A residual is no bias; what else reads the norm keeps it as it is.
// CHECK-LABEL: func @no_bias(
func.func @no_bias(%x: tensor<2x4xf32>, %r: tensor<2x4xf32>, %b: tensor<4xf32>)
    -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK: %[[N:.*]] = dlc.layer_norm {{.*}} {axis
  // CHECK: dlc.add %[[N]]
  // CHECK: %[[M:.*]] = dlc.layer_norm {{.*}} {axis
  // CHECK: dlc.add %[[M]]
  %one = dlc.constant dense<1.0> : tensor<f32>
  %0 = dlc.layer_norm %x, %one {axis = 1 : i64} : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = dlc.add %0, %r : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = dlc.layer_norm %r, %one {axis = 1 : i64} : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %3 = dlc.add %2, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %1, %2, %3 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: func @layer_norm_near_misses(
// CHECK-NOT: dlc.layer_norm
// CHECK: return
func.func @layer_norm_near_misses(%x: tensor<3x4xf32>, %z: tensor<3x4xf32>)
    -> (tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) {
  %two = dlc.constant dense<2.0> : tensor<f32>
  %three = dlc.constant dense<3.0> : tensor<f32>
  %epsilon = dlc.constant dense<0.25> : tensor<f32>
  %mean = dlc.reduce_mean %x {axes = array<i64: 1>, keepdims} : (tensor<3x4xf32>) -> tensor<3x1xf32>
  %centred = dlc.sub %x, %mean : (tensor<3x4xf32>, tensor<3x1xf32>) -> tensor<3x4xf32>
  // The mean square of what isn't centred (root mean square norm).
  %0 = dlc.pow %x, %two : (tensor<3x4xf32>, tensor<f32>) -> tensor<3x4xf32>
  %1 = dlc.reduce_mean %0 {axes = array<i64: 1>, keepdims} : (tensor<3x4xf32>) -> tensor<3x1xf32>
  %2 = dlc.add %1, %epsilon : (tensor<3x1xf32>, tensor<f32>) -> tensor<3x1xf32>
  %3 = dlc.sqrt %2 : (tensor<3x1xf32>) -> tensor<3x1xf32>
  %4 = dlc.div %centred, %3 : (tensor<3x4xf32>, tensor<3x1xf32>) -> tensor<3x4xf32>
  // The mean cube.
  %5 = dlc.pow %centred, %three : (tensor<3x4xf32>, tensor<f32>) -> tensor<3x4xf32>
  %6 = dlc.reduce_mean %5 {axes = array<i64: 1>, keepdims} : (tensor<3x4xf32>) -> tensor<3x1xf32>
  %7 = dlc.add %6, %epsilon : (tensor<3x1xf32>, tensor<f32>) -> tensor<3x1xf32>
  %8 = dlc.sqrt %7 : (tensor<3x1xf32>) -> tensor<3x1xf32>
  %9 = dlc.div %centred, %8 : (tensor<3x4xf32>, tensor<3x1xf32>) -> tensor<3x4xf32>
  // Over columns: not the trailing dimensions.
  %10 = dlc.reduce_mean %x {axes = array<i64: 0>, keepdims} : (tensor<3x4xf32>) -> tensor<1x4xf32>
  %11 = dlc.sub %x, %10 : (tensor<3x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  %12 = dlc.pow %11, %two : (tensor<3x4xf32>, tensor<f32>) -> tensor<3x4xf32>
  %13 = dlc.reduce_mean %12 {axes = array<i64: 0>, keepdims} : (tensor<3x4xf32>) -> tensor<1x4xf32>
  %14 = dlc.add %13, %epsilon : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %15 = dlc.sqrt %14 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %16 = dlc.div %11, %15 : (tensor<3x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  // The deviation of another value.
  %17 = dlc.reduce_mean %z {axes = array<i64: 1>, keepdims} : (tensor<3x4xf32>) -> tensor<3x1xf32>
  %18 = dlc.sub %z, %17 : (tensor<3x4xf32>, tensor<3x1xf32>) -> tensor<3x4xf32>
  %19 = dlc.pow %18, %two : (tensor<3x4xf32>, tensor<f32>) -> tensor<3x4xf32>
  %20 = dlc.reduce_mean %19 {axes = array<i64: 1>, keepdims} : (tensor<3x4xf32>) -> tensor<3x1xf32>
  %21 = dlc.add %20, %epsilon : (tensor<3x1xf32>, tensor<f32>) -> tensor<3x1xf32>
  %22 = dlc.sqrt %21 : (tensor<3x1xf32>) -> tensor<3x1xf32>
  %23 = dlc.div %centred, %22 : (tensor<3x4xf32>, tensor<3x1xf32>) -> tensor<3x4xf32>
  return %4, %9, %16, %23 : tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>
}
