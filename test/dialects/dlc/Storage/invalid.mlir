// What each op refuses, and the reason it gives.
// RUN: dlc-opt %s --verify-diagnostics --split-input-file

func.func @pack(%x: tensor<3x5xi4>) {
  // expected-error @+1 {{y has the shape 7, expected 8}}
  %y = dlc.pack_elements %x : (tensor<3x5xi4>) -> tensor<7xui8>
  return
}

// -----

func.func @unpack(%x: tensor<8xui8>) {
  // expected-error @+1 {{x has the shape 8, expected 4}}
  %y = dlc.unpack_elements %x : (tensor<8xui8>) -> tensor<3x5xi2>
  return
}

// -----

func.func @bytes(%x: tensor<4xui8>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of integer of 4 or 2 bits or f4E2M1FN type values, but got 'tensor<4xui8>'}}
  %y = dlc.pack_elements %x : (tensor<4xui8>) -> tensor<4xui8>
  return
}
