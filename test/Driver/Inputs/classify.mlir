// Scores of four classes: the input times a little more than its own size.
func.func @main(%x: tensor<1x4xf32> {dlc.name = "x"}) -> (tensor<1x4xf32> {dlc.name = "scores"}) {
  %w = dlc.constant dense<[[1.1, 0.1, 0.0, 0.0], [0.0, 1.2, 0.1, 0.0], [0.0, 0.0, 1.3, 0.1], [0.1, 0.0, 0.0, 1.4]]> : tensor<4x4xf32>
  %y = dlc.matmul %x, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32> loc("MatMul:fc")
  return %y : tensor<1x4xf32>
}
