// RUN: dlc-opt %s --split-input-file --dlc-check-device-math --verify-diagnostics | FileCheck %s

// CHECK-LABEL: @native
func.func @native(%x: f32) -> f32 {
  %0 = math.sqrt %x : f32
  %1 = math.floor %0 : f32
  %2 = math.fma %0, %1, %x : f32
  return %2 : f32
}

// -----

func.func @pow(%x: f64) -> f64 {
  // expected-error @below {{'math.powf' of 'f64' isn't supported on GPUs; compile for a CPU}}
  %0 = math.powf %x, %x : f64
  return %0 : f64
}
