// RUN: dlc-opt %s --dlc-expand-device-math | FileCheck %s
// RUN: dlc-opt %s --dlc-expand-device-math --dlc-approximate-math --dlc-check-device-math | FileCheck %s --check-prefix=ALL

// CHECK-LABEL: @pow
// CHECK: math.log
// CHECK: math.exp
// ALL-LABEL: @pow
// ALL-NOT: math.powf
// ALL-NOT: math.exp
// ALL-NOT: math.log
// ALL: return
func.func @pow(%x: f32, %y: f32) -> f32 {
  %0 = math.powf %x, %y : f32
  return %0 : f32
}

// CHECK-LABEL: @trigonometric
// CHECK-NOT: math.sin
// CHECK-NOT: math.cos
// CHECK-NOT: math.tan
// CHECK: return
// ALL-LABEL: @trigonometric
func.func @trigonometric(%x: f32) -> f32 {
  %0 = math.sin %x : f32
  %1 = math.cos %0 : f32
  %2 = math.tan %1 : f32
  return %2 : f32
}

// CHECK-LABEL: @arcs
// CHECK-NOT: math.a{{(sin|cos|tan)}}
// CHECK: return
// ALL-LABEL: @arcs
func.func @arcs(%x: f32) -> f32 {
  %0 = math.asin %x : f32
  %1 = math.acos %0 : f32
  %2 = math.atan %1 : f32
  return %2 : f32
}

// CHECK-LABEL: @hyperbolic
// CHECK-NOT: math.{{a?}}{{(sin|cos)}}h
// CHECK: return
// ALL-LABEL: @hyperbolic
func.func @hyperbolic(%x: f32) -> f32 {
  %0 = math.sinh %x : f32
  %1 = math.cosh %0 : f32
  %2 = math.asinh %1 : f32
  %3 = math.acosh %2 : f32
  %4 = math.atanh %3 : f32
  return %4 : f32
}
