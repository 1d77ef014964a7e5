// Constants fold through elementwise ops; neutral operands fall away.
// RUN: dlc-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @unary(
func.func @unary() -> (tensor<3xi32>, tensor<3xi32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<3xf32>, tensor<2xi1>) {
  %i = dlc.constant dense<[-2147483648, 0, 7]> : tensor<3xi32>
  %f = dlc.constant dense<[2.5, 6.25]> : tensor<2xf32>
  %g = dlc.constant dense<[-1.5, 0.0, 0x7FC00000]> : tensor<3xf32>
  %b = dlc.constant dense<[true, false]> : tensor<2xi1>
  // CHECK-DAG: %[[ABS:.*]] = dlc.constant dense<[-2147483648, 0, 7]> : tensor<3xi32>
  %0 = dlc.abs %i : (tensor<3xi32>) -> tensor<3xi32>
  // CHECK-DAG: %[[NEG:.*]] = dlc.constant dense<[-2147483648, 0, -7]> : tensor<3xi32>
  %1 = dlc.neg %i : (tensor<3xi32>) -> tensor<3xi32>
  // CHECK-DAG: %[[SQRT:.*]] = dlc.constant dense<[1.58113885, 2.500000e+00]> : tensor<2xf32>
  %2 = dlc.sqrt %f : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK-DAG: %[[FLOOR:.*]] = dlc.constant dense<[2.000000e+00, 6.000000e+00]> : tensor<2xf32>
  %3 = dlc.floor %f : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK-DAG: %[[CEIL:.*]] = dlc.constant dense<[3.000000e+00, 7.000000e+00]> : tensor<2xf32>
  %4 = dlc.ceil %f : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK-DAG: %[[RELU:.*]] = dlc.constant dense<[0.000000e+00, 0.000000e+00, 0x7FC00000]> : tensor<3xf32>
  %5 = dlc.relu %g : (tensor<3xf32>) -> tensor<3xf32>
  // CHECK-DAG: %[[NOT:.*]] = dlc.constant dense<[false, true]> : tensor<2xi1>
  %6 = dlc.not %b : (tensor<2xi1>) -> tensor<2xi1>
  // CHECK: return %[[ABS]], %[[NEG]], %[[SQRT]], %[[FLOOR]], %[[CEIL]], %[[RELU]], %[[NOT]]
  return %0, %1, %2, %3, %4, %5, %6 : tensor<3xi32>, tensor<3xi32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<3xf32>, tensor<2xi1>
}

// CHECK-LABEL: func @binary(
func.func @binary() -> (tensor<2x2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) {
  %a = dlc.constant dense<[[1], [2]]> : tensor<2x1xi64>
  %b = dlc.constant dense<[10, 20]> : tensor<2xi64>
  %c = dlc.constant dense<[-3, 7]> : tensor<2xi64>
  // CHECK-DAG: %[[ADD:.*]] = dlc.constant dense<{{\[\[}}11, 21], [12, 22]]>
  %0 = dlc.add %a, %b : (tensor<2x1xi64>, tensor<2xi64>) -> tensor<2x2xi64>
  // CHECK-DAG: %[[SUB:.*]] = dlc.constant dense<13>
  %1 = dlc.sub %b, %c : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  // CHECK-DAG: %[[MUL:.*]] = dlc.constant dense<[-30, 140]>
  %2 = dlc.mul %b, %c : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  // CHECK-DAG: %[[DIV:.*]] = dlc.constant dense<[-3, 2]>
  %3 = dlc.div %b, %c : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  // CHECK-DAG: %[[MIN:.*]] = dlc.constant dense<[-3, 7]>
  %4 = dlc.min %b, %c : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  // CHECK-DAG: %[[MAX:.*]] = dlc.constant dense<[10, 20]>
  %5 = dlc.max %b, %c : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  // CHECK-DAG: %[[MOD:.*]] = dlc.constant dense<[-2, 6]>
  %6 = dlc.mod %b, %c : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  // CHECK-DAG: %[[FMOD:.*]] = dlc.constant dense<[1, 6]>
  %7 = dlc.mod %b, %c {fmod} : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  // CHECK: return %[[ADD]], %[[SUB]], %[[MUL]], %[[DIV]], %[[MIN]], %[[MAX]], %[[MOD]], %[[FMOD]]
  return %0, %1, %2, %3, %4, %5, %6, %7 : tensor<2x2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>
}

// Arithmetic keeps to the width and the sign of the type.
// CHECK-LABEL: func @widths(
func.func @widths() -> (tensor<i8>, tensor<ui8>, tensor<ui64>, tensor<i64>, tensor<f16>) {
  %a = dlc.constant dense<100> : tensor<i8>
  %b = dlc.constant dense<200> : tensor<ui8>
  %c = dlc.constant dense<18446744073709551615> : tensor<ui64>
  %d = dlc.constant dense<2> : tensor<ui64>
  %e = dlc.constant dense<-9223372036854775808> : tensor<i64>
  %f = dlc.constant dense<-1> : tensor<i64>
  %h = dlc.constant dense<1.0> : tensor<f16>
  %k = dlc.constant dense<3.0> : tensor<f16>
  // CHECK-DAG: %[[I8:.*]] = dlc.constant dense<-56> : tensor<i8>
  %0 = dlc.add %a, %a : (tensor<i8>, tensor<i8>) -> tensor<i8>
  // CHECK-DAG: %[[U8:.*]] = dlc.constant dense<144> : tensor<ui8>
  %1 = dlc.add %b, %b : (tensor<ui8>, tensor<ui8>) -> tensor<ui8>
  // CHECK-DAG: %[[U64:.*]] = dlc.constant dense<9223372036854775807> : tensor<ui64>
  %2 = dlc.div %c, %d : (tensor<ui64>, tensor<ui64>) -> tensor<ui64>
  // CHECK-DAG: %[[I64:.*]] = dlc.constant dense<-9223372036854775808> : tensor<i64>
  %3 = dlc.div %e, %f : (tensor<i64>, tensor<i64>) -> tensor<i64>
  // CHECK-DAG: %[[F16:.*]] = dlc.constant dense<3.332520e-01> : tensor<f16>
  %4 = dlc.div %h, %k : (tensor<f16>, tensor<f16>) -> tensor<f16>
  // CHECK: return %[[I8]], %[[U8]], %[[U64]], %[[I64]], %[[F16]]
  return %0, %1, %2, %3, %4 : tensor<i8>, tensor<ui8>, tensor<ui64>, tensor<i64>, tensor<f16>
}

// CHECK-LABEL: func @division_by_zero_stays(
func.func @division_by_zero_stays() -> (tensor<i32>, tensor<i32>) {
  %a = dlc.constant dense<1> : tensor<i32>
  %b = dlc.constant dense<0> : tensor<i32>
  // CHECK: dlc.div
  %0 = dlc.div %a, %b : (tensor<i32>, tensor<i32>) -> tensor<i32>
  // CHECK: dlc.mod
  %1 = dlc.mod %a, %b : (tensor<i32>, tensor<i32>) -> tensor<i32>
  return %0, %1 : tensor<i32>, tensor<i32>
}

// CHECK-LABEL: func @minimum_of_nan(
func.func @minimum_of_nan() -> (tensor<2xf32>, tensor<2xf32>) {
  %a = dlc.constant dense<[1.0, 0x7FC00000]> : tensor<2xf32>
  %b = dlc.constant dense<[0x7FC00000, 1.0]> : tensor<2xf32>
  // CHECK: %[[NAN:.*]] = dlc.constant dense<0x7FC00000> : tensor<2xf32>
  %0 = dlc.min %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = dlc.max %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK: return %[[NAN]], %[[NAN]]
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func @compare_and_choose(
func.func @compare_and_choose() -> (tensor<3xi64>, tensor<3xi1>, tensor<2xi1>) {
  %shape = dlc.constant dense<[-1, 3, -1]> : tensor<3xi64>
  %minus = dlc.constant dense<-1> : tensor<i64>
  %ones = dlc.constant dense<1> : tensor<3xi64>
  %u = dlc.constant dense<[200, 100]> : tensor<2xui8>
  %v = dlc.constant dense<128> : tensor<ui8>
  %t = dlc.constant dense<[true, true, false]> : tensor<3xi1>
  %open = dlc.equal %shape, %minus : (tensor<3xi64>, tensor<i64>) -> tensor<3xi1>
  // CHECK-DAG: %[[WHERE:.*]] = dlc.constant dense<[1, 3, 1]> : tensor<3xi64>
  %0 = dlc.where %open, %ones, %shape : (tensor<3xi1>, tensor<3xi64>, tensor<3xi64>) -> tensor<3xi64>
  // CHECK-DAG: %[[XOR:.*]] = dlc.constant dense<[false, true, true]> : tensor<3xi1>
  %1 = dlc.xor %open, %t : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi1>
  // CHECK-DAG: %[[LESS:.*]] = dlc.constant dense<[false, true]> : tensor<2xi1>
  %2 = dlc.less %u, %v : (tensor<2xui8>, tensor<ui8>) -> tensor<2xi1>
  // CHECK: return %[[WHERE]], %[[XOR]], %[[LESS]]
  return %0, %1, %2 : tensor<3xi64>, tensor<3xi1>, tensor<2xi1>
}

// CHECK-LABEL: func @choose_by_splat(
// CHECK-SAME: %[[A:.*]]: tensor<2xf32>, %[[B:.*]]: tensor<2xf32>
func.func @choose_by_splat(%a: tensor<2xf32>, %b: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %t = dlc.constant dense<true> : tensor<2xi1>
  %f = dlc.constant dense<false> : tensor<i1>
  %0 = dlc.where %t, %a, %b : (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = dlc.where %f, %a, %b : (tensor<i1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK: return %[[A]], %[[B]]
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func @casts(
func.func @casts() -> (tensor<4xi8>, tensor<4xui8>, tensor<4xi1>, tensor<2xi8>, tensor<f32>, tensor<2xf64>, tensor<bf16>) {
  %f = dlc.constant dense<[-1.9, 300.0, 0x7FC00000, 0x7F800000]> : tensor<4xf32>
  %i = dlc.constant dense<[300, -1]> : tensor<2xi32>
  %big = dlc.constant dense<9007199791611905> : tensor<i64>
  %u = dlc.constant dense<3.14159274> : tensor<f32>
  // CHECK-DAG: %[[I8:.*]] = dlc.constant dense<[-1, 127, 0, 127]> : tensor<4xi8>
  %0 = dlc.cast %f : (tensor<4xf32>) -> tensor<4xi8>
  // CHECK-DAG: %[[U8:.*]] = dlc.constant dense<[0, 255, 0, 255]> : tensor<4xui8>
  %1 = dlc.cast %f : (tensor<4xf32>) -> tensor<4xui8>
  // CHECK-DAG: %[[I1:.*]] = dlc.constant dense<true> : tensor<4xi1>
  %2 = dlc.cast %f : (tensor<4xf32>) -> tensor<4xi1>
  // CHECK-DAG: %[[LOW:.*]] = dlc.constant dense<[44, -1]> : tensor<2xi8>
  %3 = dlc.cast %i : (tensor<2xi32>) -> tensor<2xi8>
  // 2^53 + 2^29 + 1 lies just above the middle of two floats.
  // CHECK-DAG: %[[F32:.*]] = dlc.constant dense<9.007200e+15> : tensor<f32>
  %4 = dlc.cast %big : (tensor<i64>) -> tensor<f32>
  // CHECK-DAG: %[[F64:.*]] = dlc.constant dense<[3.000000e+02, -1.000000e+00]> : tensor<2xf64>
  %5 = dlc.cast %i : (tensor<2xi32>) -> tensor<2xf64>
  // CHECK-DAG: %[[BF16:.*]] = dlc.constant dense<3.140630e+00> : tensor<bf16>
  %6 = dlc.cast %u : (tensor<f32>) -> tensor<bf16>
  // CHECK: return %[[I8]], %[[U8]], %[[I1]], %[[LOW]], %[[F32]], %[[F64]], %[[BF16]]
  return %0, %1, %2, %3, %4, %5, %6 : tensor<4xi8>, tensor<4xui8>, tensor<4xi1>, tensor<2xi8>, tensor<f32>, tensor<2xf64>, tensor<bf16>
}

// CHECK-LABEL: func @neutral(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>, %[[I:.*]]: tensor<2xi32>, %[[B:.*]]: tensor<2xi1>
func.func @neutral(%x: tensor<2xf32>, %i: tensor<2xi32>, %b: tensor<2xi1>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi1>, tensor<2xf32>) {
  %zero = dlc.constant dense<0.0> : tensor<f32>
  %one = dlc.constant dense<1.0> : tensor<2xf32>
  %izero = dlc.constant dense<0> : tensor<i32>
  %ione = dlc.constant dense<1> : tensor<i32>
  %0 = dlc.sub %x, %zero : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1 = dlc.mul %one, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = dlc.add %izero, %i : (tensor<i32>, tensor<2xi32>) -> tensor<2xi32>
  %3 = dlc.div %i, %ione : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
  %4 = dlc.cast %i : (tensor<2xi32>) -> tensor<2xi32>
  %n = dlc.not %b : (tensor<2xi1>) -> tensor<2xi1>
  %5 = dlc.not %n : (tensor<2xi1>) -> tensor<2xi1>
  %r = dlc.relu %x : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK-NEXT: %[[RELU:.*]] = dlc.relu %[[X]]
  %6 = dlc.relu %r : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK-NEXT: return %[[X]], %[[X]], %[[I]], %[[I]], %[[I]], %[[B]], %[[RELU]]
  return %0, %1, %2, %3, %4, %5, %6 : tensor<2xf32>, tensor<2xf32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi1>, tensor<2xf32>
}

// -0.0 + 0.0 is 0.0, and broadcasting changes the type.
// CHECK-LABEL: func @not_neutral(
func.func @not_neutral(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<3x2xf32>) {
  %zero = dlc.constant dense<0.0> : tensor<f32>
  %ones = dlc.constant dense<1.0> : tensor<3x1xf32>
  // CHECK: dlc.add
  %0 = dlc.add %x, %zero : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  // CHECK: dlc.mul
  %1 = dlc.mul %x, %ones : (tensor<2xf32>, tensor<3x1xf32>) -> tensor<3x2xf32>
  return %0, %1 : tensor<2xf32>, tensor<3x2xf32>
}

// CHECK-LABEL: func @nothing_to_compute(
func.func @nothing_to_compute(%x: tensor<0xf32>) -> (tensor<0xf32>, tensor<0xf32>) {
  %zero = dlc.constant dense<0.0> : tensor<0xf32>
  // CHECK-DAG: %[[E:.*]] = dlc.constant dense<> : tensor<0xf32>
  %0 = dlc.mul %zero, %zero : (tensor<0xf32>, tensor<0xf32>) -> tensor<0xf32>
  // CHECK-DAG: %[[S:.*]] = dlc.sub
  %1 = dlc.sub %x, %zero : (tensor<0xf32>, tensor<0xf32>) -> tensor<0xf32>
  // CHECK: return %[[E]], %[[S]]
  return %0, %1 : tensor<0xf32>, tensor<0xf32>
}

// A splat folds at any size, anything else only while it is small.
// CHECK-LABEL: func @large(
func.func @large() -> (tensor<1000x1000xf32>, tensor<300x300xi32>) {
  %s = dlc.constant dense<2.0> : tensor<1000x1000xf32>
  %a = dlc.constant dense<[[1], [2], [3]]> : tensor<3x1xi32>
  %column = dlc.tile %a {repeats = array<i64: 100, 1>} : (tensor<3x1xi32>) -> tensor<300x1xi32>
  %row = dlc.reshape %column : (tensor<300x1xi32>) -> tensor<300xi32>
  // CHECK-DAG: dlc.constant dense<4.000000e+00> : tensor<1000x1000xf32>
  %0 = dlc.mul %s, %s : (tensor<1000x1000xf32>, tensor<1000x1000xf32>) -> tensor<1000x1000xf32>
  // CHECK: dlc.add
  %1 = dlc.add %column, %row : (tensor<300x1xi32>, tensor<300xi32>) -> tensor<300x300xi32>
  return %0, %1 : tensor<1000x1000xf32>, tensor<300x300xi32>
}
