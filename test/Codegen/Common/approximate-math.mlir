// RUN: dlc-opt %s --dlc-approximate-math | FileCheck %s

// CHECK-LABEL: func.func @vectors(
// CHECK-NOT:     math.exp {{.*}}vector<16xf32>
// CHECK-NOT:     math.tanh
// CHECK-NOT:     math.erf
// CHECK:         return
func.func @vectors(%x: vector<16xf32>) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>) {
  %0 = math.exp %x : vector<16xf32>
  %1 = math.tanh %x : vector<16xf32>
  %2 = math.erf %x : vector<16xf32>
  return %0, %1, %2 : vector<16xf32>, vector<16xf32>, vector<16xf32>
}

// Results that round to zero don't come from multiplying subnormal numbers.
// CHECK-LABEL: func.func @exp(
// CHECK-SAME:    %[[X:.*]]: f32
// CHECK:         %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[TINY:.*]] = arith.cmpf olt, %[[X]], %cst{{.*}} : f32
// CHECK:         arith.select %[[TINY]], %[[ZERO]], %{{.*}} : f32
// CHECK:         arith.mulf
// CHECK:         %[[POWER:.*]] = arith.mulf
// CHECK-NEXT:    %[[RESULT:.*]] = arith.select %[[TINY]], %[[ZERO]], %[[POWER]] : f32
// CHECK-NEXT:    return %[[RESULT]]
func.func @exp(%x: f32) -> f32 {
  %0 = math.exp %x : f32
  return %0 : f32
}

// Bounds that let NaN through, sixteen coefficients, no division.
// CHECK-LABEL: func.func @erf(
// CHECK-SAME:    %[[X:.*]]: f32
// CHECK:         %[[GREATER:.*]] = arith.cmpf ogt, %[[X]], %[[LIMIT:.*]] : f32
// CHECK:         %[[LOW:.*]] = arith.select %[[GREATER]], %[[LIMIT]], %[[X]]
// CHECK:         %[[LESS:.*]] = arith.cmpf olt, %[[LOW]]
// CHECK:         %[[BOUNDED:.*]] = arith.select %[[LESS]]
// CHECK-NOT:     arith.divf
// CHECK-COUNT-16: math.fma
// CHECK-NOT:     math.fma
// CHECK:         arith.mulf %[[BOUNDED]]
func.func @erf(%x: f32) -> f32 {
  %0 = math.erf %x : f32
  return %0 : f32
}

// Subnormal numbers are scaled before their exponent is read.
// CHECK-LABEL: func.func @log(
// CHECK-SAME:    %[[X:.*]]: vector<16xf32>
// CHECK:         %[[SUBNORMAL:.*]] = arith.cmpf olt, %[[X]]
// CHECK:         %[[PRODUCT:.*]] = arith.mulf %[[X]]
// CHECK:         %[[SCALED:.*]] = arith.select %[[SUBNORMAL]], %[[PRODUCT]], %[[X]]
// CHECK:         arith.bitcast %[[SCALED]] : vector<16xf32> to vector<16xi32>
// CHECK-NOT:     math.log
// CHECK:         return
func.func @log(%x: vector<16xf32>) -> vector<16xf32> {
  %0 = math.log %x : vector<16xf32>
  return %0 : vector<16xf32>
}

// CHECK-LABEL: func.func @less_one(
// CHECK-NOT:     math.expm1
// CHECK-NOT:     math.log1p
// CHECK:         return
func.func @less_one(%x: f32) -> (f32, f32) {
  %0 = math.expm1 %x : f32
  %1 = math.log1p %x : f32
  return %0, %1 : f32, f32
}

// CHECK-LABEL: func.func @doubles(
// CHECK:         math.exp
func.func @doubles(%x: f64) -> f64 {
  %0 = math.exp %x : f64
  return %0 : f64
}
