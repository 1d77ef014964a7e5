// Two inputs and two outputs of different types.
func.func @main(%a: tensor<3xf32> {dlc.name = "a"},
                %b: tensor<2xi32> {dlc.name = "b"})
    -> (tensor<3xf32> {dlc.name = "minus_a"}, tensor<2xi32> {dlc.name = "minus_b"}) {
  %0 = dlc.neg %a : (tensor<3xf32>) -> tensor<3xf32>
  %1 = dlc.neg %b : (tensor<2xi32>) -> tensor<2xi32>
  return %0, %1 : tensor<3xf32>, tensor<2xi32>
}
