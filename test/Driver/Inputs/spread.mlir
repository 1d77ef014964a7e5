// Two products with a rectifier between them, whose values calibration sees.
func.func @main(%x: tensor<1x4xf32> {dlc.name = "x"}) -> (tensor<1x4xf32> {dlc.name = "scores"}) {
  %w = dlc.constant dense<[[1.0, 0.1, 0.0, 0.0], [0.0, 1.0, 0.1, 0.0], [0.0, 0.0, 1.0, 0.1], [0.1, 0.0, 0.0, 1.0]]> : tensor<4x4xf32>
  %h = dlc.matmul %x, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32> loc("MatMul:first")
  %r = dlc.relu %h : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("Relu:between")
  %y = dlc.matmul %r, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32> loc("MatMul:second")
  return %y : tensor<1x4xf32>
}
