// RUN: dlc-opt %s --convert-dlc-to-linalg --split-input-file --verify-diagnostics

func.func @dynamic(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @below {{'dlc.relu' op has a dynamic dimension, and code is generated for static shapes only: give the model's inputs their sizes}}
  %y = dlc.relu %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
