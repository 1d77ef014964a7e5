// RUN: dlc-opt %s --verify-diagnostics --dlc-form-kernels

// expected-error @below {{kernels are formed in straight-line functions only}}
func.func @main() {
  cf.br ^bb1
^bb1:
  return
}
