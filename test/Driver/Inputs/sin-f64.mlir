func.func @main(%x: tensor<4xf64> {dlc.name = "x"})
    -> (tensor<4xf64> {dlc.name = "y"}) {
  %y = dlc.sin %x : (tensor<4xf64>) -> tensor<4xf64>
  return %y : tensor<4xf64>
}
