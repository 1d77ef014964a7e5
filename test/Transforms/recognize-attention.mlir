// RUN: dlc-opt %s --canonicalize --dlc-recognize-ops --cse --split-input-file | FileCheck %s

// As BERT is exported: heads are transposed out of the tokens and back. No
// transposition is left.
// CHECK-LABEL: func @heads(
// CHECK-SAME: %[[Q:.*]]: tensor<1x6x2x4xf32>, %[[K:.*]]: tensor<1x5x2x4xf32>, %[[V:.*]]: tensor<1x5x2x3xf32>, %[[MASK:.*]]: tensor<1x1x1x5xf32>)
// CHECK-NEXT: %[[Y:.*]] = dlc.attention %[[Q]], %[[K]], %[[V]], mask = %[[MASK]] {scale = 5.000000e-01 : f64}
// CHECK-NEXT: return %[[Y]]
func.func @heads(%q: tensor<1x6x2x4xf32>, %k: tensor<1x5x2x4xf32>, %v: tensor<1x5x2x3xf32>,
                 %mask: tensor<1x1x1x5xf32>) -> tensor<1x6x2x3xf32> {
  %two = dlc.constant dense<2.0> : tensor<f32>
  %0 = dlc.transpose %q {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x6x2x4xf32>) -> tensor<1x2x6x4xf32>
  %1 = dlc.transpose %k {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x5x2x4xf32>) -> tensor<1x2x4x5xf32>
  %2 = dlc.transpose %v {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x5x2x3xf32>) -> tensor<1x2x5x3xf32>
  %3 = dlc.matmul %0, %1 : (tensor<1x2x6x4xf32>, tensor<1x2x4x5xf32>) -> tensor<1x2x6x5xf32>
  %4 = dlc.div %3, %two : (tensor<1x2x6x5xf32>, tensor<f32>) -> tensor<1x2x6x5xf32>
  %5 = dlc.add %4, %mask : (tensor<1x2x6x5xf32>, tensor<1x1x1x5xf32>) -> tensor<1x2x6x5xf32>
  %6 = dlc.softmax %5 {axis = 3 : i64} : (tensor<1x2x6x5xf32>) -> tensor<1x2x6x5xf32>
  %7 = dlc.matmul %6, %2 : (tensor<1x2x6x5xf32>, tensor<1x2x5x3xf32>) -> tensor<1x2x6x3xf32>
  %8 = dlc.transpose %7 {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x6x3xf32>) -> tensor<1x6x2x3xf32>
  return %8 : tensor<1x6x2x3xf32>
}

// -----

// Scales of queries and keys; the softmax in small ops; a mask that hides.
// CHECK-LABEL: func @scaled_and_hidden(
// CHECK-SAME: %[[Q:.*]]: tensor<1x6x2x4xf32>, %[[K:.*]]: tensor<1x5x2x4xf32>, %[[V:.*]]: tensor<1x5x2x4xf32>, %[[C:.*]]: tensor<6x5xi1>)
// CHECK-DAG: %[[SEEN:.*]] = dlc.constant dense<0.000000e+00> : tensor<f32>
// CHECK-DAG: %[[HIDDEN:.*]] = dlc.constant dense<0xFF800000> : tensor<f32>
// CHECK: %[[MASK:.*]] = dlc.where %[[C]], %[[HIDDEN]], %[[SEEN]]
// CHECK: %[[Y:.*]] = dlc.attention %[[Q]], %[[K]], %[[V]], mask = %[[MASK]] {scale = 1.250000e-01 : f64}
// CHECK-NEXT: return %[[Y]]
func.func @scaled_and_hidden(%q: tensor<1x6x2x4xf32>, %k: tensor<1x5x2x4xf32>, %v: tensor<1x5x2x4xf32>,
                             %c: tensor<6x5xi1>) -> tensor<1x6x2x4xf32> {
  %half = dlc.constant dense<0.5> : tensor<f32>
  %quarter = dlc.constant dense<0.25> : tensor<f32>
  %hidden = dlc.constant dense<0xFF800000> : tensor<f32>
  %0 = dlc.transpose %q {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x6x2x4xf32>) -> tensor<1x2x6x4xf32>
  %1 = dlc.mul %0, %half : (tensor<1x2x6x4xf32>, tensor<f32>) -> tensor<1x2x6x4xf32>
  %2 = dlc.transpose %k {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x5x2x4xf32>) -> tensor<1x2x4x5xf32>
  %3 = dlc.matmul %1, %2 : (tensor<1x2x6x4xf32>, tensor<1x2x4x5xf32>) -> tensor<1x2x6x5xf32>
  %4 = dlc.mul %3, %quarter : (tensor<1x2x6x5xf32>, tensor<f32>) -> tensor<1x2x6x5xf32>
  %5 = dlc.where %c, %hidden, %4 : (tensor<6x5xi1>, tensor<f32>, tensor<1x2x6x5xf32>) -> tensor<1x2x6x5xf32>
  %6 = dlc.reduce_max %5 {axes = array<i64: 3>, keepdims} : (tensor<1x2x6x5xf32>) -> tensor<1x2x6x1xf32>
  %7 = dlc.sub %5, %6 : (tensor<1x2x6x5xf32>, tensor<1x2x6x1xf32>) -> tensor<1x2x6x5xf32>
  %8 = dlc.exp %7 : (tensor<1x2x6x5xf32>) -> tensor<1x2x6x5xf32>
  %9 = dlc.reduce_sum %8 {axes = array<i64: 3>, keepdims} : (tensor<1x2x6x5xf32>) -> tensor<1x2x6x1xf32>
  %10 = dlc.div %8, %9 : (tensor<1x2x6x5xf32>, tensor<1x2x6x1xf32>) -> tensor<1x2x6x5xf32>
  %11 = dlc.transpose %v {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x5x2x4xf32>) -> tensor<1x2x5x4xf32>
  %12 = dlc.matmul %10, %11 : (tensor<1x2x6x5xf32>, tensor<1x2x5x4xf32>) -> tensor<1x2x6x4xf32>
  %13 = dlc.transpose %12 {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x6x4xf32>) -> tensor<1x6x2x4xf32>
  return %13 : tensor<1x6x2x4xf32>
}

// -----

// As vision transformers are exported: queries, keys and values are slices of
// one projection.
// CHECK-LABEL: func @joint_projection(
// CHECK-NOT: dlc.transpose
// CHECK: dlc.attention {{.*}} : (tensor<2x6x3x4xf32>, tensor<2x6x3x4xf32>, tensor<2x6x3x4xf32>) -> tensor<2x6x3x4xf32>
// CHECK-NOT: dlc.transpose
// CHECK: return
func.func @joint_projection(%x: tensor<2x6x36xf32>) -> tensor<2x6x12xf32> {
  %i0 = dlc.constant dense<0> : tensor<i64>
  %i1 = dlc.constant dense<1> : tensor<i64>
  %i2 = dlc.constant dense<2> : tensor<i64>
  %0 = dlc.reshape %x : (tensor<2x6x36xf32>) -> tensor<2x6x3x3x4xf32>
  %1 = dlc.transpose %0 {perm = array<i64: 2, 0, 3, 1, 4>} : (tensor<2x6x3x3x4xf32>) -> tensor<3x2x3x6x4xf32>
  %q = dlc.gather %1, %i0 {axis = 0 : i64} : (tensor<3x2x3x6x4xf32>, tensor<i64>) -> tensor<2x3x6x4xf32>
  %k = dlc.gather %1, %i1 {axis = 0 : i64} : (tensor<3x2x3x6x4xf32>, tensor<i64>) -> tensor<2x3x6x4xf32>
  %v = dlc.gather %1, %i2 {axis = 0 : i64} : (tensor<3x2x3x6x4xf32>, tensor<i64>) -> tensor<2x3x6x4xf32>
  %2 = dlc.transpose %k {perm = array<i64: 0, 1, 3, 2>} : (tensor<2x3x6x4xf32>) -> tensor<2x3x4x6xf32>
  %3 = dlc.matmul %q, %2 : (tensor<2x3x6x4xf32>, tensor<2x3x4x6xf32>) -> tensor<2x3x6x6xf32>
  %4 = dlc.softmax %3 {axis = 3 : i64} : (tensor<2x3x6x6xf32>) -> tensor<2x3x6x6xf32>
  %5 = dlc.matmul %4, %v : (tensor<2x3x6x6xf32>, tensor<2x3x6x4xf32>) -> tensor<2x3x6x4xf32>
  %6 = dlc.transpose %5 {perm = array<i64: 0, 2, 1, 3>} : (tensor<2x3x6x4xf32>) -> tensor<2x6x3x4xf32>
  %7 = dlc.reshape %6 : (tensor<2x6x3x4xf32>) -> tensor<2x6x12xf32>
  return %7 : tensor<2x6x12xf32>
}

// -----

// Three dimensions: batches of one head where nothing is transposed, heads of
// one batch where tokens come first.
// CHECK-LABEL: func @three_dimensions(
// CHECK: dlc.attention {{.*}} : (tensor<7x6x1x4xf32>, tensor<7x5x1x4xf32>, tensor<7x5x1x4xf32>, tensor<7x1x6x5xf32>) -> tensor<7x6x1x4xf32>
func.func @three_dimensions(%q: tensor<7x6x4xf32>, %k: tensor<7x5x4xf32>, %v: tensor<7x5x4xf32>,
                            %mask: tensor<7x6x5xf32>) -> tensor<7x6x4xf32> {
  %0 = dlc.matmul %q, %k {transpose_b} : (tensor<7x6x4xf32>, tensor<7x5x4xf32>) -> tensor<7x6x5xf32>
  %1 = dlc.add %mask, %0 : (tensor<7x6x5xf32>, tensor<7x6x5xf32>) -> tensor<7x6x5xf32>
  %2 = dlc.softmax %1 {axis = 2 : i64} : (tensor<7x6x5xf32>) -> tensor<7x6x5xf32>
  %3 = dlc.matmul %2, %v : (tensor<7x6x5xf32>, tensor<7x5x4xf32>) -> tensor<7x6x4xf32>
  return %3 : tensor<7x6x4xf32>
}

// CHECK-LABEL: func @tokens_first(
// CHECK-NOT: dlc.transpose
// CHECK: dlc.attention {{.*}} : (tensor<1x6x7x4xf32>, tensor<1x5x7x4xf32>, tensor<1x5x7x4xf32>) -> tensor<1x6x7x4xf32>
// CHECK-NOT: dlc.transpose
// CHECK: return
func.func @tokens_first(%q: tensor<6x7x4xf32>, %k: tensor<5x7x4xf32>, %v: tensor<5x7x4xf32>) -> tensor<6x7x4xf32> {
  %0 = dlc.transpose %q {perm = array<i64: 1, 0, 2>} : (tensor<6x7x4xf32>) -> tensor<7x6x4xf32>
  %1 = dlc.transpose %k {perm = array<i64: 1, 2, 0>} : (tensor<5x7x4xf32>) -> tensor<7x4x5xf32>
  %2 = dlc.transpose %v {perm = array<i64: 1, 0, 2>} : (tensor<5x7x4xf32>) -> tensor<7x5x4xf32>
  %3 = dlc.matmul %0, %1 : (tensor<7x6x4xf32>, tensor<7x4x5xf32>) -> tensor<7x6x5xf32>
  %4 = dlc.softmax %3 {axis = 2 : i64} : (tensor<7x6x5xf32>) -> tensor<7x6x5xf32>
  %5 = dlc.matmul %4, %2 : (tensor<7x6x5xf32>, tensor<7x5x4xf32>) -> tensor<7x6x4xf32>
  %6 = dlc.transpose %5 {perm = array<i64: 1, 0, 2>} : (tensor<7x6x4xf32>) -> tensor<6x7x4xf32>
  return %6 : tensor<6x7x4xf32>
}

// -----

// A softmax over queries, a mask that only dims, keys broadcast over heads.
// CHECK-LABEL: func @near_misses(
// CHECK-NOT: dlc.attention
// CHECK: return
func.func @near_misses(%q: tensor<1x2x5x4xf32>, %k: tensor<1x2x5x4xf32>, %v: tensor<1x2x5x4xf32>,
                       %shared: tensor<1x1x5x4xf32>, %c: tensor<5x5xi1>)
    -> (tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>) {
  %dim = dlc.constant dense<-1.0e4> : tensor<f32>
  %0 = dlc.matmul %q, %k {transpose_b} : (tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>) -> tensor<1x2x5x5xf32>
  %1 = dlc.softmax %0 {axis = 2 : i64} : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32>
  %2 = dlc.matmul %1, %v : (tensor<1x2x5x5xf32>, tensor<1x2x5x4xf32>) -> tensor<1x2x5x4xf32>
  %3 = dlc.where %c, %0, %dim : (tensor<5x5xi1>, tensor<1x2x5x5xf32>, tensor<f32>) -> tensor<1x2x5x5xf32>
  %4 = dlc.softmax %3 {axis = 3 : i64} : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32>
  %5 = dlc.matmul %4, %v : (tensor<1x2x5x5xf32>, tensor<1x2x5x4xf32>) -> tensor<1x2x5x4xf32>
  %6 = dlc.matmul %q, %shared {transpose_b} : (tensor<1x2x5x4xf32>, tensor<1x1x5x4xf32>) -> tensor<1x2x5x5xf32>
  %7 = dlc.softmax %6 {axis = 3 : i64} : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32>
  %8 = dlc.matmul %7, %v : (tensor<1x2x5x5xf32>, tensor<1x2x5x4xf32>) -> tensor<1x2x5x4xf32>
  return %2, %5, %8 : tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>
}

// -----

// Keys and values as caches have them stay where they are.
// CHECK-LABEL: func @heads_first(
// CHECK-SAME: %{{.*}}: tensor<1x2x3x4xf32>, %[[K:.*]]: tensor<1x2x5x4xf32>, %[[V:.*]]: tensor<1x2x5x4xf32>
// CHECK: dlc.attention %{{.*}}, %[[K]], %[[V]] {heads_first}
func.func @heads_first(%q: tensor<1x2x3x4xf32>, %k: tensor<1x2x5x4xf32>, %v: tensor<1x2x5x4xf32>) -> tensor<1x2x3x4xf32> {
  %0 = dlc.transpose %k {perm = array<i64: 0, 1, 3, 2>} : (tensor<1x2x5x4xf32>) -> tensor<1x2x4x5xf32>
  %1 = dlc.matmul %q, %0 : (tensor<1x2x3x4xf32>, tensor<1x2x4x5xf32>) -> tensor<1x2x3x5xf32>
  %2 = dlc.softmax %1 {axis = 3 : i64} : (tensor<1x2x3x5xf32>) -> tensor<1x2x3x5xf32>
  %3 = dlc.matmul %2, %v : (tensor<1x2x3x5xf32>, tensor<1x2x5x4xf32>) -> tensor<1x2x3x4xf32>
  return %3 : tensor<1x2x3x4xf32>
}

// -----

// As PyTorch exports it: keys swapped while batches and heads are one dimension,
// a factor on either side, and 0 instead of NaN; heads that share keys.
// CHECK-LABEL: func @exported(
// CHECK-SAME: %{{.*}}: tensor<2x4x3x8xf32>, %[[K:.*]]: tensor<2x2x5x8xf32>, %[[V:.*]]: tensor<2x2x5x8xf32>
// CHECK-NOT: dlc.expand
// CHECK: dlc.attention %{{.*}}, %[[K]], %[[V]] {heads_first, scale = 2.500000e-01 : f64, zero_unseen}
func.func @exported(%q: tensor<2x4x3x8xf32>, %k: tensor<2x2x5x8xf32>, %v: tensor<2x2x5x8xf32>) -> tensor<2x4x3x8xf32> {
  %half = dlc.constant dense<0.5> : tensor<f32>
  %zero = dlc.constant dense<0.0> : tensor<f32>
  %0 = dlc.reshape %k : (tensor<2x2x5x8xf32>) -> tensor<2x2x1x5x8xf32>
  %1 = dlc.expand %0 : (tensor<2x2x1x5x8xf32>) -> tensor<2x2x2x5x8xf32>
  %2 = dlc.reshape %1 : (tensor<2x2x2x5x8xf32>) -> tensor<8x5x8xf32>
  %3 = dlc.transpose %2 {perm = array<i64: 0, 2, 1>} : (tensor<8x5x8xf32>) -> tensor<8x8x5xf32>
  %4 = dlc.reshape %3 : (tensor<8x8x5xf32>) -> tensor<2x4x8x5xf32>
  %5 = dlc.reshape %v : (tensor<2x2x5x8xf32>) -> tensor<2x2x1x5x8xf32>
  %6 = dlc.expand %5 : (tensor<2x2x1x5x8xf32>) -> tensor<2x2x2x5x8xf32>
  %7 = dlc.reshape %6 : (tensor<2x2x2x5x8xf32>) -> tensor<2x4x5x8xf32>
  %8 = dlc.mul %q, %half : (tensor<2x4x3x8xf32>, tensor<f32>) -> tensor<2x4x3x8xf32>
  %9 = dlc.mul %4, %half : (tensor<2x4x8x5xf32>, tensor<f32>) -> tensor<2x4x8x5xf32>
  %10 = dlc.matmul %8, %9 : (tensor<2x4x3x8xf32>, tensor<2x4x8x5xf32>) -> tensor<2x4x3x5xf32>
  %11 = dlc.softmax %10 {axis = 3 : i64} : (tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  %12 = dlc.is_nan %11 : (tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xi1>
  %13 = dlc.where %12, %zero, %11 : (tensor<2x4x3x5xi1>, tensor<f32>, tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  %14 = dlc.matmul %13, %7 : (tensor<2x4x3x5xf32>, tensor<2x4x5x8xf32>) -> tensor<2x4x3x8xf32>
  return %14 : tensor<2x4x3x8xf32>
}

// -----

// Another softmax is asked for NaN; another number takes its place.
// CHECK-LABEL: func @other_zeros(
// CHECK-NOT: dlc.attention
// CHECK: return
func.func @other_zeros(%q: tensor<1x2x3x4xf32>, %v: tensor<1x2x3x4xf32>, %n: tensor<1x2x3x3xf32>) -> (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) {
  %zero = dlc.constant dense<0.0> : tensor<f32>
  %one = dlc.constant dense<1.0> : tensor<f32>
  %0 = dlc.matmul %q, %q {transpose_b} : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x3xf32>
  %1 = dlc.softmax %0 {axis = 3 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %2 = dlc.is_nan %n : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xi1>
  %3 = dlc.where %2, %zero, %1 : (tensor<1x2x3x3xi1>, tensor<f32>, tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %4 = dlc.matmul %3, %v : (tensor<1x2x3x3xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  %5 = dlc.is_nan %1 : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xi1>
  %6 = dlc.where %5, %one, %1 : (tensor<1x2x3x3xi1>, tensor<f32>, tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %7 = dlc.matmul %6, %v : (tensor<1x2x3x3xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %4, %7 : tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>
}

// A tanh that limits the scores: 16 * tanh(0.5 * products / 16).
// CHECK-LABEL: func @softcap(
// CHECK-NOT: dlc.tanh
// CHECK: dlc.attention %{{.*}}, %{{.*}}, %{{.*}}, mask = %{{.*}} {scale = 5.000000e-01 : f64, softcap = 1.600000e+01 : f64}
func.func @softcap(%q: tensor<1x6x2x4xf32>, %k: tensor<1x5x2x4xf32>, %mask: tensor<1x1x1x5xf32>) -> tensor<1x2x6x4xf32> {
  %share = dlc.constant dense<0.03125> : tensor<f32>
  %cap = dlc.constant dense<16.0> : tensor<f32>
  %0 = dlc.transpose %q {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x6x2x4xf32>) -> tensor<1x2x6x4xf32>
  %1 = dlc.transpose %k {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x5x2x4xf32>) -> tensor<1x2x4x5xf32>
  %2 = dlc.transpose %k {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x5x2x4xf32>) -> tensor<1x2x5x4xf32>
  %3 = dlc.matmul %0, %1 : (tensor<1x2x6x4xf32>, tensor<1x2x4x5xf32>) -> tensor<1x2x6x5xf32>
  %4 = dlc.mul %3, %share : (tensor<1x2x6x5xf32>, tensor<f32>) -> tensor<1x2x6x5xf32>
  %5 = dlc.tanh %4 : (tensor<1x2x6x5xf32>) -> tensor<1x2x6x5xf32>
  %6 = dlc.mul %5, %cap : (tensor<1x2x6x5xf32>, tensor<f32>) -> tensor<1x2x6x5xf32>
  %7 = dlc.add %6, %mask : (tensor<1x2x6x5xf32>, tensor<1x1x1x5xf32>) -> tensor<1x2x6x5xf32>
  %8 = dlc.softmax %7 {axis = 3 : i64} : (tensor<1x2x6x5xf32>) -> tensor<1x2x6x5xf32>
  %9 = dlc.matmul %8, %2 : (tensor<1x2x6x5xf32>, tensor<1x2x5x4xf32>) -> tensor<1x2x6x4xf32>
  return %9 : tensor<1x2x6x4xf32>
}
