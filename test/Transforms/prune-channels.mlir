// RUN: dlc-opt %s --dlc-prune-channels | FileCheck %s
// RUN: dlc-opt %s --dlc-prune-channels=mask-only | FileCheck %s --check-prefix=MASK
// RUN: dlc-opt %s --dlc-prune-channels="multiple=3" | FileCheck %s --check-prefix=MULTIPLE

// Flattened channels: two rows of the second matrix belong to each.
// CHECK-LABEL: func.func @flatten(
// CHECK-DAG:     %[[W:.*]] = dlc.constant dense<{{\[\[\[}}3.000000e+00]], {{\[\[}}4.000000e+00]]]> : tensor<2x1x1xf32>
// CHECK-DAG:     %[[B:.*]] = dlc.constant dense<[1.000000e+00, 3.000000e+00]> : tensor<2xf32>
// CHECK:         %[[C:.*]] = dlc.conv %arg0, %[[W]], bias = %[[B]]
// CHECK-SAME:      -> tensor<1x2x2xf32>
// CHECK:         dlc.relu {{.*}} -> tensor<1x2x2xf32>
// CHECK:         dlc.reshape {{.*}} -> tensor<1x4xf32>
// CHECK:         dlc.constant dense<{{\[\[}}3.000000e+00], [4.000000e+00], [7.000000e+00], [8.000000e+00]]> : tensor<4x1xf32>
// CHECK:         dlc.matmul
// CHECK-SAME:      dlc.not_pruned = "its channels are an output of the model"
// Masked: filter and bias, nothing else.
// MASK-LABEL:  func.func @flatten(
// MASK-DAG:      dense<{{\[\[\[}}0.000000e+00]], {{\[\[}}3.000000e+00]], {{\[\[}}0.000000e+00]], {{\[\[}}4.000000e+00]]]> : tensor<4x1x1xf32>
// MASK-DAG:      dense<[0.000000e+00, 1.000000e+00, 0.000000e+00, 3.000000e+00]> : tensor<4xf32>
// MASK:          dense<{{\[\[}}1.000000e+00], [2.000000e+00], [3.000000e+00]
// MULTIPLE-LABEL: func.func @flatten(
// MULTIPLE:      dlc.conv {{.*}} -> tensor<1x3x2xf32>
func.func @flatten(%x: tensor<1x1x2xf32>) -> tensor<1x1xf32> {
  %w0 = dlc.constant dense<[[[1.0]], [[3.0]], [[-2.0]], [[4.0]]]> : tensor<4x1x1xf32>
  %b0 = dlc.constant dense<[0.5, 1.0, 2.0, 3.0]> : tensor<4xf32>
  %0 = dlc.conv %x, %w0, bias = %b0 {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x1x2xf32>, tensor<4x1x1xf32>, tensor<4xf32>) -> tensor<1x4x2xf32>
  %1 = dlc.relu %0 : (tensor<1x4x2xf32>) -> tensor<1x4x2xf32>
  %2 = dlc.reshape %1 : (tensor<1x4x2xf32>) -> tensor<1x8xf32>
  %w1 = dlc.constant dense<[[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0]]> : tensor<8x1xf32>
  %3 = dlc.matmul %2, %w1 : (tensor<1x8xf32>, tensor<8x1xf32>) -> tensor<1x1xf32>
  return %3 : tensor<1x1xf32>
}

// A residual addition joins the channels of two layers (scores 1 + 4, 3 + 1);
// batch norm and a depthwise convolution follow.
// CHECK-LABEL: func.func @residual(
// CHECK-DAG:     %[[W0:.*]] = dlc.constant dense<1.000000e+00> : tensor<1x1x1xf32>
// CHECK:         %[[C0:.*]] = dlc.conv %arg0, %[[W0]] {{.*}} -> tensor<1x1x4xf32>
// CHECK-DAG:     %[[S:.*]] = dlc.constant dense<5.000000e+00> : tensor<1xf32>
// CHECK:         %[[N:.*]] = dlc.batch_norm %[[C0]], %[[S]], {{.*}} -> tensor<1x1x4xf32>
// CHECK:         %[[C1:.*]] = dlc.conv {{.*}} -> tensor<1x1x4xf32>
// CHECK:         %[[A:.*]] = dlc.add %[[N]], %[[C1]] : (tensor<1x1x4xf32>, tensor<1x1x4xf32>)
// CHECK:         dlc.conv %[[A]], {{.*}} (tensor<1x1x4xf32>, tensor<1x1x3xf32>) -> tensor<1x1x2xf32>
// CHECK:         dlc.conv {{.*}} (tensor<1x1x2xf32>, tensor<2x1x1xf32>) -> tensor<1x2x2xf32>
// MASK-LABEL:  func.func @residual(
// MASK-DAG:      dense<{{\[\[\[}}1.000000e+00]], {{\[\[}}0.000000e+00]]]> : tensor<2x1x1xf32>
// MASK-DAG:      %[[S:.*]] = dlc.constant dense<[5.000000e+00, 6.000000e+00]> : tensor<2xf32>
// MASK-DAG:      %[[T:.*]] = dlc.constant dense<[7.000000e+00, 0.000000e+00]> : tensor<2xf32>
// MASK-DAG:      %[[M:.*]] = dlc.constant dense<[5.000000e-01, 0.000000e+00]> : tensor<2xf32>
// MASK:          dlc.batch_norm %{{.*}}, %[[S]], %[[T]], %[[M]], %{{.*}}
func.func @residual(%x: tensor<1x1x4xf32>) -> tensor<1x2x2xf32> {
  %w0 = dlc.constant dense<[[[1.0]], [[3.0]]]> : tensor<2x1x1xf32>
  %w1 = dlc.constant dense<[[[4.0]], [[1.0]]]> : tensor<2x1x1xf32>
  %w2 = dlc.constant dense<[[[1.0, 1.0, 1.0]], [[2.0, 2.0, 2.0]]]> : tensor<2x1x3xf32>
  %w3 = dlc.constant dense<[[[1.0], [2.0]], [[3.0], [4.0]]]> : tensor<2x2x1xf32>
  %s = dlc.constant dense<[5.0, 6.0]> : tensor<2xf32>
  %t = dlc.constant dense<[7.0, 8.0]> : tensor<2xf32>
  %m = dlc.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %v = dlc.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = dlc.conv %x, %w0 {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x1x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4xf32>
  %1 = dlc.batch_norm %0, %s, %t, %m, %v : (tensor<1x2x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4xf32>
  %2 = dlc.conv %x, %w1 {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x1x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4xf32>
  %3 = dlc.add %1, %2 : (tensor<1x2x4xf32>, tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  %4 = dlc.conv %3, %w2 {group = 2 : i64, strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x4xf32>, tensor<2x1x3xf32>) -> tensor<1x2x2xf32>
  %5 = dlc.conv %4, %w3 {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x2xf32>, tensor<2x2x1xf32>) -> tensor<1x2x2xf32>
  return %5 : tensor<1x2x2xf32>
}

// Channels joined with the input's along one dimension: only the layer's go.
// CHECK-LABEL: func.func @concat(
// CHECK:         dlc.concat {{.*}} : (tensor<1x2xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
// CHECK:         dlc.constant dense<{{\[\[}}1.000000e+00], [2.000000e+00], [4.000000e+00]]> : tensor<3x1xf32>
func.func @concat(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w0 = dlc.constant dense<[[1.0, 2.0], [1.0, 2.0]]> : tensor<2x2xf32>
  %w1 = dlc.constant dense<[[1.0], [2.0], [3.0], [4.0]]> : tensor<4x1xf32>
  %0 = dlc.matmul %x, %w0 : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = dlc.concat %x, %0 {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  %2 = dlc.matmul %1, %w1 : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
  return %2 : tensor<1x1xf32>
}
