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

// -----

// expected-error @below {{argument 0 is a state without a result of its type}}
func.func @main(%x: tensor<4xf32> {dlc.state = {result = 0 : i64}}) -> tensor<5xf32> {
  %y = tensor.empty() : tensor<5xf32>
  return %y : tensor<5xf32>
}

// -----

// expected-error @below {{argument 0 has a malformed 'dlc.state'}}
func.func @main(%x: tensor<4xf32> {dlc.state = {result = 0 : i64, axis = 0 : i64}}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @below {{argument 0 has a malformed 'dlc.state'}}
func.func @main(%x: tensor<4xf32> {dlc.state}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
