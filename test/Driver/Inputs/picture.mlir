// Takes a picture, channels first.
func.func @main(%x: tensor<1x3x4x5xf32> {dlc.name = "x"}) -> (tensor<1x2x4x5xf32> {dlc.name = "y"}) {
  %w = dlc.constant dense<0.5> : tensor<2x3x1x1xf32>
  %y = dlc.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x4x5xf32>, tensor<2x3x1x1xf32>) -> tensor<1x2x4x5xf32>
  return %y : tensor<1x2x4x5xf32>
}
