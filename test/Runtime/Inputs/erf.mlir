func.func @main(%x: tensor<4099xf32> {dlc.name = "x"})
    -> (tensor<4099xf32> {dlc.name = "y"}) {
  %y = dlc.erf %x : (tensor<4099xf32>) -> tensor<4099xf32>
  return %y : tensor<4099xf32>
}
