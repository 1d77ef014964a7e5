// The functions that are polynomials in compiled models.
func.func @main(%x: tensor<4099xf32> {dlc.name = "x"})
    -> (tensor<4099xf32> {dlc.name = "exp"},
        tensor<4099xf32> {dlc.name = "log"},
        tensor<4099xf32> {dlc.name = "tanh"},
        tensor<4099xf32> {dlc.name = "erf"},
        tensor<4099xf32> {dlc.name = "sigmoid"},
        tensor<4099xf32> {dlc.name = "elu"},
        tensor<4099xf32> {dlc.name = "softplus"}) {
  %a = dlc.exp %x : (tensor<4099xf32>) -> tensor<4099xf32>
  %b = dlc.log %x : (tensor<4099xf32>) -> tensor<4099xf32>
  %c = dlc.tanh %x : (tensor<4099xf32>) -> tensor<4099xf32>
  %d = dlc.erf %x : (tensor<4099xf32>) -> tensor<4099xf32>
  %e = dlc.sigmoid %x : (tensor<4099xf32>) -> tensor<4099xf32>
  %f = dlc.elu %x : (tensor<4099xf32>) -> tensor<4099xf32>
  %g = dlc.softplus %x : (tensor<4099xf32>) -> tensor<4099xf32>
  return %a, %b, %c, %d, %e, %f, %g : tensor<4099xf32>, tensor<4099xf32>, tensor<4099xf32>, tensor<4099xf32>, tensor<4099xf32>, tensor<4099xf32>, tensor<4099xf32>
}
