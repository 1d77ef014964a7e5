func.func @main(%x: tensor<3x5xi4> {dlc.name = "x"}, %f: tensor<3xf8E5M2> {dlc.name = "f"})
    -> (tensor<3x5xi4> {dlc.name = "y"}, tensor<3xf8E5M2> {dlc.name = "g"}) {
  %0 = dlc.cast %x : (tensor<3x5xi4>) -> tensor<3x5xf32>
  %1 = dlc.neg %0 : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %2 = dlc.cast %1 : (tensor<3x5xf32>) -> tensor<3x5xi4>
  return %2, %f : tensor<3x5xi4>, tensor<3xf8E5M2>
}
