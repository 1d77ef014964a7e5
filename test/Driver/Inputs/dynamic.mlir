func.func @main(%x: tensor<?x4xf32> {dlc.name = "x", dlc.dim_names = ["batch", ""]})
    -> (tensor<?x4xf32> {dlc.name = "y"}) {
  %y = dlc.abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
