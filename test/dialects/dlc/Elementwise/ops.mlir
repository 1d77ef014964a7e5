// Every op parses, verifies and prints back as it was written.
// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: func @unary(
func.func @unary(%x: tensor<2x3xf32>) {
  // CHECK: dlc.abs %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %0 = dlc.abs %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.neg %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = dlc.neg %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.sign %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = dlc.sign %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.exp %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = dlc.exp %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.log %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %4 = dlc.log %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.sqrt %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %5 = dlc.sqrt %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.reciprocal %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %6 = dlc.reciprocal %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.floor %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %7 = dlc.floor %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.ceil %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %8 = dlc.ceil %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.round %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %9 = dlc.round %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.sin %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %10 = dlc.sin %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.cos %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %11 = dlc.cos %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.tan %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %12 = dlc.tan %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.asin %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %13 = dlc.asin %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.acos %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %14 = dlc.acos %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.atan %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %15 = dlc.atan %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.sinh %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %16 = dlc.sinh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.cosh %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %17 = dlc.cosh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.tanh %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %18 = dlc.tanh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.asinh %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %19 = dlc.asinh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.acosh %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %20 = dlc.acosh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.atanh %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %21 = dlc.atanh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.erf %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %22 = dlc.erf %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.sigmoid %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %23 = dlc.sigmoid %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.relu %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %24 = dlc.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.softplus %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %25 = dlc.softplus %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.softsign %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %26 = dlc.softsign %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.hard_swish %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %27 = dlc.hard_swish %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: dlc.mish %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %28 = dlc.mish %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// CHECK-LABEL: func @unary_numbers(
func.func @unary_numbers(%x: tensor<?x3xi32>, %u: tensor<4xui8>, %h: tensor<f16>) {
  // CHECK: dlc.abs %{{.*}} : (tensor<?x3xi32>) -> tensor<?x3xi32>
  %0 = dlc.abs %x : (tensor<?x3xi32>) -> tensor<?x3xi32>
  // CHECK: dlc.relu %{{.*}} : (tensor<4xui8>) -> tensor<4xui8>
  %1 = dlc.relu %u : (tensor<4xui8>) -> tensor<4xui8>
  // CHECK: dlc.exp %{{.*}} : (tensor<f16>) -> tensor<f16>
  %2 = dlc.exp %h : (tensor<f16>) -> tensor<f16>
  // CHECK: dlc.bitwise_not %{{.*}} : (tensor<4xui8>) -> tensor<4xui8>
  %3 = dlc.bitwise_not %u : (tensor<4xui8>) -> tensor<4xui8>
  return
}

// CHECK-LABEL: func @logical_not(
func.func @logical_not(%x: tensor<2xi1>) {
  // CHECK: dlc.not %{{.*}} : (tensor<2xi1>) -> tensor<2xi1>
  %0 = dlc.not %x : (tensor<2xi1>) -> tensor<2xi1>
  return
}

// CHECK-LABEL: func @parametric(
func.func @parametric(%x: tensor<4xf32>) {
  // CHECK: dlc.leaky_relu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %leaky_relu0 = dlc.leaky_relu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.leaky_relu %{{.*}} {alpha = 2.000000e-01 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %leaky_relu1 = dlc.leaky_relu %x {alpha = 2.0e-1 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.elu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %elu0 = dlc.elu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.elu %{{.*}} {alpha = 5.000000e-01 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %elu1 = dlc.elu %x {alpha = 5.0e-1 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.selu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %selu0 = dlc.selu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.selu %{{.*}} {alpha = 2.000000e+00 : f64, gamma = 3.000000e+00 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %selu1 = dlc.selu %x {alpha = 2.0 : f64, gamma = 3.0 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.celu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %celu0 = dlc.celu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.celu %{{.*}} {alpha = 2.000000e+00 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %celu1 = dlc.celu %x {alpha = 2.0 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.hard_sigmoid %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %hard_sigmoid0 = dlc.hard_sigmoid %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.hard_sigmoid %{{.*}} {alpha = 3.000000e-01 : f64, beta = 4.000000e-01 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %hard_sigmoid1 = dlc.hard_sigmoid %x {alpha = 3.0e-1 : f64, beta = 4.0e-1 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.thresholded_relu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %thresholded_relu0 = dlc.thresholded_relu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.thresholded_relu %{{.*}} {alpha = 2.000000e+00 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %thresholded_relu1 = dlc.thresholded_relu %x {alpha = 2.0 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.shrink %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %shrink0 = dlc.shrink %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.shrink %{{.*}} {bias = 1.000000e+00 : f64, lambd = 2.000000e+00 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %shrink1 = dlc.shrink %x {bias = 1.0 : f64, lambd = 2.0 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.swish %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %swish0 = dlc.swish %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.swish %{{.*}} {alpha = 2.000000e+00 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %swish1 = dlc.swish %x {alpha = 2.0 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.gelu %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %g0 = dlc.gelu %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.gelu %{{.*}} {tanh_approximation} : (tensor<4xf32>) -> tensor<4xf32>
  %g1 = dlc.gelu %x {tanh_approximation} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// CHECK-LABEL: func @clip(
func.func @clip(%x: tensor<4xf32>, %l: tensor<f32>, %h: tensor<f32>) {
  // CHECK: dlc.clip %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
  %0 = dlc.clip %x : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: dlc.clip %{{.*}} low(%{{.*}}) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = dlc.clip %x low(%l) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  // CHECK: dlc.clip %{{.*}} high(%{{.*}}) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = dlc.clip %x high(%h) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  // CHECK: dlc.clip %{{.*}} low(%{{.*}}) high(%{{.*}}) : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  %3 = dlc.clip %x low(%l) high(%h) : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return
}

// CHECK-LABEL: func @tests_and_casts(
func.func @tests_and_casts(%x: tensor<4xf32>) {
  // CHECK: dlc.is_nan %{{.*}} : (tensor<4xf32>) -> tensor<4xi1>
  %0 = dlc.is_nan %x : (tensor<4xf32>) -> tensor<4xi1>
  // CHECK: dlc.is_inf %{{.*}} : (tensor<4xf32>) -> tensor<4xi1>
  %1 = dlc.is_inf %x : (tensor<4xf32>) -> tensor<4xi1>
  // CHECK: dlc.is_inf %{{.*}} {detect_negative = false} : (tensor<4xf32>) -> tensor<4xi1>
  %2 = dlc.is_inf %x {detect_negative = false} : (tensor<4xf32>) -> tensor<4xi1>
  // CHECK: dlc.cast %{{.*}} : (tensor<4xf32>) -> tensor<4xui8>
  %3 = dlc.cast %x : (tensor<4xf32>) -> tensor<4xui8>
  // CHECK: dlc.cast %{{.*}} : (tensor<4xf32>) -> tensor<4xbf16>
  %4 = dlc.cast %x : (tensor<4xf32>) -> tensor<4xbf16>
  return
}

// CHECK-LABEL: func @binary(
func.func @binary(%a: tensor<2x1x3xf32>, %b: tensor<4x3xf32>, %i: tensor<i64>) {
  // CHECK: dlc.add %{{.*}}, %{{.*}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %add = dlc.add %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK: dlc.sub %{{.*}}, %{{.*}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %sub = dlc.sub %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK: dlc.mul %{{.*}}, %{{.*}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %mul = dlc.mul %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK: dlc.div %{{.*}}, %{{.*}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %div = dlc.div %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK: dlc.min %{{.*}}, %{{.*}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %min = dlc.min %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK: dlc.max %{{.*}}, %{{.*}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %max = dlc.max %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK: dlc.mod %{{.*}}, %{{.*}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %mod = dlc.mod %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK: dlc.pow %{{.*}}, %{{.*}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %pow = dlc.pow %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK: dlc.prelu %{{.*}}, %{{.*}} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %prelu = dlc.prelu %a, %b : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK: dlc.mod %{{.*}}, %{{.*}} {fmod} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  %fmod = dlc.mod %a, %b {fmod} : (tensor<2x1x3xf32>, tensor<4x3xf32>) -> tensor<2x4x3xf32>
  // CHECK: dlc.pow %{{.*}}, %{{.*}} : (tensor<2x1x3xf32>, tensor<i64>) -> tensor<2x1x3xf32>
  %pow_int = dlc.pow %a, %i : (tensor<2x1x3xf32>, tensor<i64>) -> tensor<2x1x3xf32>
  return
}

// CHECK-LABEL: func @binary_integers(
func.func @binary_integers(%a: tensor<2x3xui8>, %b: tensor<ui8>) {
  // CHECK: dlc.bit_shift %{{.*}}, %{{.*}} : (tensor<2x3xui8>, tensor<ui8>) -> tensor<2x3xui8>
  %bit_shift = dlc.bit_shift %a, %b : (tensor<2x3xui8>, tensor<ui8>) -> tensor<2x3xui8>
  // CHECK: dlc.bitwise_and %{{.*}}, %{{.*}} : (tensor<2x3xui8>, tensor<ui8>) -> tensor<2x3xui8>
  %bitwise_and = dlc.bitwise_and %a, %b : (tensor<2x3xui8>, tensor<ui8>) -> tensor<2x3xui8>
  // CHECK: dlc.bitwise_or %{{.*}}, %{{.*}} : (tensor<2x3xui8>, tensor<ui8>) -> tensor<2x3xui8>
  %bitwise_or = dlc.bitwise_or %a, %b : (tensor<2x3xui8>, tensor<ui8>) -> tensor<2x3xui8>
  // CHECK: dlc.bitwise_xor %{{.*}}, %{{.*}} : (tensor<2x3xui8>, tensor<ui8>) -> tensor<2x3xui8>
  %bitwise_xor = dlc.bitwise_xor %a, %b : (tensor<2x3xui8>, tensor<ui8>) -> tensor<2x3xui8>
  // CHECK: dlc.bit_shift %{{.*}}, %{{.*}} {right} : (tensor<2x3xui8>, tensor<ui8>) -> tensor<2x3xui8>
  %right = dlc.bit_shift %a, %b {right} : (tensor<2x3xui8>, tensor<ui8>) -> tensor<2x3xui8>
  return
}

// CHECK-LABEL: func @binary_booleans(
func.func @binary_booleans(%a: tensor<2x3xi1>, %b: tensor<i1>) {
  // CHECK: dlc.and %{{.*}}, %{{.*}} : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
  %and = dlc.and %a, %b : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
  // CHECK: dlc.or %{{.*}}, %{{.*}} : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
  %or = dlc.or %a, %b : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
  // CHECK: dlc.xor %{{.*}}, %{{.*}} : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
  %xor = dlc.xor %a, %b : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
  return
}

// CHECK-LABEL: func @compare(
func.func @compare(%a: tensor<?x3xf32>, %b: tensor<3xf32>) {
  // CHECK: dlc.equal %{{.*}}, %{{.*}} : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi1>
  %equal = dlc.equal %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi1>
  // CHECK: dlc.less %{{.*}}, %{{.*}} : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi1>
  %less = dlc.less %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi1>
  // CHECK: dlc.less_equal %{{.*}}, %{{.*}} : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi1>
  %less_equal = dlc.less_equal %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi1>
  // CHECK: dlc.greater %{{.*}}, %{{.*}} : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi1>
  %greater = dlc.greater %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi1>
  // CHECK: dlc.greater_equal %{{.*}}, %{{.*}} : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi1>
  %greater_equal = dlc.greater_equal %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xi1>
  return
}

// CHECK-LABEL: func @where(
func.func @where(%c: tensor<2x1xi1>, %a: tensor<f32>, %b: tensor<3xf32>) {
  // CHECK: dlc.where %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x1xi1>, tensor<f32>, tensor<3xf32>) -> tensor<2x3xf32>
  %0 = dlc.where %c, %a, %b : (tensor<2x1xi1>, tensor<f32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// CHECK-LABEL: func @dynamic_dimensions_may_stay_open(
func.func @dynamic_dimensions_may_stay_open(%a: tensor<?x3xf32>, %b: tensor<?x1xf32>) {
  // A declared dimension may say less or more than the inferred one.
  // CHECK: dlc.add %{{.*}}, %{{.*}} : (tensor<?x3xf32>, tensor<?x1xf32>) -> tensor<7x3xf32>
  %0 = dlc.add %a, %b : (tensor<?x3xf32>, tensor<?x1xf32>) -> tensor<7x3xf32>
  // CHECK: dlc.add %{{.*}}, %{{.*}} : (tensor<?x3xf32>, tensor<?x1xf32>) -> tensor<?x?xf32>
  %1 = dlc.add %a, %b : (tensor<?x3xf32>, tensor<?x1xf32>) -> tensor<?x?xf32>
  return
}
