// RUN: dlc-opt %s --verify-diagnostics --dlc-bind-control-flow

func.func @size_of_data(%x: tensor<4xf32>, %sizes: tensor<1xindex>, %c: i1) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.extract %sizes[%c0] : tensor<1xindex>
  %part = tensor.extract_slice %x[0] [%n] [1] : tensor<4xf32> to tensor<?xf32>
  // expected-error @below {{carries a tensor of type 'tensor<?xf32>', whose size isn't known from the open dimensions of the inputs}}
  %r = scf.if %c -> tensor<?xf32> {
    scf.yield %part : tensor<?xf32>
  } else {
    scf.yield %part : tensor<?xf32>
  }
  return %r : tensor<?xf32>
}
