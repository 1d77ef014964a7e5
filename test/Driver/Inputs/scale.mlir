// y = x * (2, 3, 4, 5), as small as a model with weights can be.
func.func @main(%x: tensor<1x4xf32> {dlc.name = "my x"})
    -> (tensor<1x4xf32> {dlc.name = "y"}) {
  %w = dlc.constant dense<[[2.0, 3.0, 4.0, 5.0]]> : tensor<1x4xf32>
  %y = dlc.mul %x, %w : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}
