// RUN: dlc-opt %s --split-input-file --verify-diagnostics --dlc-bind-destinations

// expected-error @below {{only a function with a body, on ranked tensors and then sizes, can be bound to buffers}}
func.func @main(%x: f32) -> f32 {
  return %x : f32
}

// -----

// expected-error @below {{only a function with a body, on ranked tensors and then sizes, can be bound to buffers}}
func.func private @main(tensor<4xf32>) -> tensor<4xf32>

// -----

// expected-error @below {{only a function with a body, on ranked tensors and then sizes, can be bound to buffers}}
func.func @main(%n: index, %x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
