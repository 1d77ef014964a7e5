// As classify.mlir, three samples at a time.
func.func @main(%x: tensor<3x4xf32> {dlc.name = "x"}) -> (tensor<3x4xf32> {dlc.name = "scores"}) {
  %w = dlc.constant dense<[[1.1, 0.1, 0.0, 0.0], [0.0, 1.2, 0.1, 0.0], [0.0, 0.0, 1.3, 0.1], [0.1, 0.0, 0.0, 1.4]]> : tensor<4x4xf32>
  %y = dlc.matmul %x, %w : (tensor<3x4xf32>, tensor<4x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}
