// RUN: dlc-opt %s --dlc-recognize-ops --cse | FileCheck %s

// CHECK-LABEL: func @gelu(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>)
func.func @gelu(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %sqrt2 = dlc.constant dense<1.41421354> : tensor<f32>
  %inverse = dlc.constant dense<0.707106769> : tensor<1xf32>
  %one = dlc.constant dense<1.0> : tensor<f32>
  %half = dlc.constant dense<0.5> : tensor<f32>
  %two = dlc.constant dense<2.0> : tensor<f32>
  // (x * (1 + erf(x / sqrt2))) * 0.5
  // CHECK-NEXT: %[[Y:.*]] = dlc.gelu %[[X]] : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: return %[[Y]], %[[Y]], %[[Y]]
  %0 = dlc.div %x, %sqrt2 : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = dlc.erf %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = dlc.add %1, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = dlc.mul %x, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = dlc.mul %3, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  // (0.5 * (1 + erf(x * 1/sqrt2))) * x
  %5 = dlc.mul %x, %inverse : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32>
  %6 = dlc.erf %5 : (tensor<4xf32>) -> tensor<4xf32>
  %7 = dlc.add %one, %6 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %8 = dlc.mul %half, %7 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %9 = dlc.mul %8, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // (x / 2) * (1 + erf(x / sqrt2))
  %10 = dlc.div %x, %two : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %11 = dlc.mul %10, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %4, %9, %11 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// What is activated is a product itself.
// CHECK-LABEL: func @gelu_of_product(
func.func @gelu_of_product(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %sqrt2 = dlc.constant dense<1.41421354> : tensor<f32>
  %one = dlc.constant dense<1.0> : tensor<f32>
  %half = dlc.constant dense<0.5> : tensor<f32>
  // CHECK-NEXT: %[[X:.*]] = dlc.mul
  // CHECK-NEXT: %[[Y:.*]] = dlc.gelu %[[X]]
  // CHECK-NEXT: return %[[Y]]
  %x = dlc.mul %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %0 = dlc.div %x, %sqrt2 : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = dlc.erf %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = dlc.add %1, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = dlc.mul %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = dlc.mul %3, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %4 : tensor<4xf32>
}

// In f16 sqrt(2) is 1.4141.
// CHECK-LABEL: func @gelu_f16(
func.func @gelu_f16(%x: tensor<4xf16>) -> tensor<4xf16> {
  %sqrt2 = dlc.constant dense<1.4140625> : tensor<f16>
  %one = dlc.constant dense<1.0> : tensor<f16>
  %half = dlc.constant dense<0.5> : tensor<f16>
  // CHECK: dlc.gelu
  %0 = dlc.div %x, %sqrt2 : (tensor<4xf16>, tensor<f16>) -> tensor<4xf16>
  %1 = dlc.erf %0 : (tensor<4xf16>) -> tensor<4xf16>
  %2 = dlc.add %1, %one : (tensor<4xf16>, tensor<f16>) -> tensor<4xf16>
  %3 = dlc.mul %x, %2 : (tensor<4xf16>, tensor<4xf16>) -> tensor<4xf16>
  %4 = dlc.mul %3, %half : (tensor<4xf16>, tensor<f16>) -> tensor<4xf16>
  return %4 : tensor<4xf16>
}

// CHECK-LABEL: func @gelu_near_misses(
// CHECK-NOT: dlc.gelu
// CHECK: return
func.func @gelu_near_misses(%x: tensor<4xf32>, %z: tensor<4xf32>, %row: tensor<2x4xf32>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2x4xf32>) {
  %sqrt2 = dlc.constant dense<1.41421354> : tensor<f32>
  %rounded = dlc.constant dense<1.414> : tensor<f32>
  %one = dlc.constant dense<1.0> : tensor<f32>
  %half = dlc.constant dense<0.5> : tensor<f32>
  %0 = dlc.div %x, %sqrt2 : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = dlc.erf %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = dlc.add %1, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  // Another value than the error function's.
  %3 = dlc.mul %z, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = dlc.mul %3, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  // No factor of one half.
  %5 = dlc.mul %x, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // sqrt(2) to four digits.
  %6 = dlc.div %x, %rounded : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %7 = dlc.erf %6 : (tensor<4xf32>) -> tensor<4xf32>
  %8 = dlc.add %7, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %9 = dlc.mul %x, %8 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %10 = dlc.mul %9, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  // A third factor.
  %11 = dlc.mul %row, %5 : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %12 = dlc.mul %11, %half : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %4, %5, %10, %12 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: func @gelu_tanh(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>)
func.func @gelu_tanh(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %three = dlc.constant dense<3.0> : tensor<f32>
  %cubic = dlc.constant dense<4.471500e-02> : tensor<f32>
  %scale = dlc.constant dense<0.797884583> : tensor<f32>
  %one = dlc.constant dense<1.0> : tensor<f32>
  %half = dlc.constant dense<0.5> : tensor<f32>
  // CHECK-NEXT: %[[Y:.*]] = dlc.gelu %[[X]] {tanh_approximation}
  // CHECK-NEXT: return %[[Y]], %[[Y]]
  %0 = dlc.pow %x, %three : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = dlc.mul %0, %cubic : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = dlc.add %x, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = dlc.mul %2, %scale : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = dlc.tanh %3 : (tensor<4xf32>) -> tensor<4xf32>
  %5 = dlc.add %4, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %6 = dlc.mul %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %7 = dlc.mul %6, %5 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // x * 0.797 * (1 + 0.0447 * x * x)
  %8 = dlc.mul %x, %cubic : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %9 = dlc.mul %8, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %10 = dlc.add %one, %9 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %11 = dlc.mul %x, %scale : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %12 = dlc.mul %11, %10 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %13 = dlc.tanh %12 : (tensor<4xf32>) -> tensor<4xf32>
  %14 = dlc.add %13, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %15 = dlc.mul %14, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %16 = dlc.mul %half, %15 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  return %7, %16 : tensor<4xf32>, tensor<4xf32>
}

// A square where the cube should be; a factor that is off.
// CHECK-LABEL: func @gelu_tanh_near_misses(
// CHECK-NOT: dlc.gelu
// CHECK: return
func.func @gelu_tanh_near_misses(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %two = dlc.constant dense<2.0> : tensor<f32>
  %three = dlc.constant dense<3.0> : tensor<f32>
  %cubic = dlc.constant dense<4.471500e-02> : tensor<f32>
  %scale = dlc.constant dense<0.797884583> : tensor<f32>
  %rounded = dlc.constant dense<0.8> : tensor<f32>
  %one = dlc.constant dense<1.0> : tensor<f32>
  %half = dlc.constant dense<0.5> : tensor<f32>
  %6 = dlc.mul %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %0 = dlc.pow %x, %two : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = dlc.mul %0, %cubic : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = dlc.add %x, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = dlc.mul %2, %scale : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = dlc.tanh %3 : (tensor<4xf32>) -> tensor<4xf32>
  %5 = dlc.add %4, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %7 = dlc.mul %6, %5 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %8 = dlc.pow %x, %three : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %9 = dlc.mul %8, %cubic : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %10 = dlc.add %x, %9 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %11 = dlc.mul %10, %rounded : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %12 = dlc.tanh %11 : (tensor<4xf32>) -> tensor<4xf32>
  %13 = dlc.add %12, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %14 = dlc.mul %6, %13 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %7, %14 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @swish(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>)
func.func @swish(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %slope = dlc.constant dense<1.702> : tensor<f32>
  %one = dlc.constant dense<1.0> : tensor<f32>
  // CHECK-DAG: %[[S:.*]] = dlc.swish %[[X]] : (tensor<4xf32>)
  // CHECK-DAG: %[[G:.*]] = dlc.swish %[[X]] {alpha = 1.70{{.*}} : f64}
  // CHECK: return %[[S]], %[[G]], %[[S]]
  %0 = dlc.sigmoid %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = dlc.mul %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = dlc.mul %x, %slope : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = dlc.sigmoid %2 : (tensor<4xf32>) -> tensor<4xf32>
  %4 = dlc.mul %x, %3 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %5 = dlc.neg %x : (tensor<4xf32>) -> tensor<4xf32>
  %6 = dlc.exp %5 : (tensor<4xf32>) -> tensor<4xf32>
  %7 = dlc.add %6, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %8 = dlc.div %x, %7 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1, %4, %8 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @sigmoid(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>)
func.func @sigmoid(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %one = dlc.constant dense<1.0> : tensor<f32>
  // CHECK-NEXT: %[[Y:.*]] = dlc.sigmoid %[[X]]
  // CHECK-NEXT: return %[[Y]], %[[Y]]
  %0 = dlc.neg %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = dlc.exp %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = dlc.add %1, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = dlc.div %one, %2 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = dlc.reciprocal %2 : (tensor<4xf32>) -> tensor<4xf32>
  return %3, %4 : tensor<4xf32>, tensor<4xf32>
}

// A gate of another value, a broadcast gate, a growing exponential.
// CHECK-LABEL: func @swish_near_misses(
// CHECK-NOT: dlc.swish
// CHECK: return
func.func @swish_near_misses(%x: tensor<4xf32>, %z: tensor<4xf32>, %s: tensor<1xf32>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %one = dlc.constant dense<1.0> : tensor<f32>
  %0 = dlc.sigmoid %z : (tensor<4xf32>) -> tensor<4xf32>
  %1 = dlc.mul %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = dlc.sigmoid %s : (tensor<1xf32>) -> tensor<1xf32>
  %3 = dlc.mul %2, %x : (tensor<1xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = dlc.exp %x : (tensor<4xf32>) -> tensor<4xf32>
  %5 = dlc.add %4, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %6 = dlc.div %x, %5 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1, %3, %6 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @hard_swish(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>)
func.func @hard_swish(%x: tensor<4xf32>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %zero = dlc.constant dense<0.0> : tensor<f32>
  %three = dlc.constant dense<3.0> : tensor<f32>
  %six = dlc.constant dense<6.0> : tensor<f32>
  // CHECK-DAG: %[[Y:.*]] = dlc.hard_swish %[[X]]
  // CHECK-DAG: %[[S:.*]] = dlc.hard_sigmoid %[[X]] {alpha = 0.16666666666666666 : f64}
  // CHECK: return %[[Y]], %[[Y]], %[[Y]], %[[Y]], %[[S]]
  %0 = dlc.hard_sigmoid %x {alpha = 0.16666667163372 : f64, beta = 0.5 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = dlc.mul %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // x * clip(x + 3, 0, 6) / 6
  %2 = dlc.add %x, %three : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = dlc.clip %2 low(%zero) high(%six) : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  %4 = dlc.mul %x, %3 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %5 = dlc.div %4, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  // x * (min(max(x + 3, 0), 6) / 6)
  %6 = dlc.max %2, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %7 = dlc.min %6, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %8 = dlc.div %7, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %9 = dlc.mul %x, %8 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // x * (min(relu(x + 3), 6) / 6)
  %10 = dlc.relu %2 : (tensor<4xf32>) -> tensor<4xf32>
  %11 = dlc.min %10, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %12 = dlc.div %11, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %13 = dlc.mul %x, %12 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // clip(x + 3, 0, 6) / 6
  %14 = dlc.div %3, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %1, %5, %9, %13, %14 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// Slopes of 0.2 and 0.1667, another upper bound, another value.
// CHECK-LABEL: func @hard_swish_near_misses(
// CHECK-NOT: dlc.hard_swish
// CHECK: return
func.func @hard_swish_near_misses(%x: tensor<4xf32>, %z: tensor<4xf32>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %zero = dlc.constant dense<0.0> : tensor<f32>
  %three = dlc.constant dense<3.0> : tensor<f32>
  %five = dlc.constant dense<5.0> : tensor<f32>
  %six = dlc.constant dense<6.0> : tensor<f32>
  %0 = dlc.hard_sigmoid %x {alpha = 0.2 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = dlc.mul %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = dlc.hard_sigmoid %x {alpha = 0.1667 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %3 = dlc.mul %2, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = dlc.add %x, %three : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %5 = dlc.clip %4 low(%zero) high(%five) : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  %6 = dlc.mul %x, %5 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %7 = dlc.div %6, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %8 = dlc.clip %4 low(%zero) high(%six) : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  %9 = dlc.mul %z, %8 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %10 = dlc.div %9, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %1, %3, %7, %10 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
