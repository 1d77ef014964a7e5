// Powers where sign, zero and whole exponents matter.
func.func @main(%x: tensor<8xf32> {dlc.name = "x"}) -> (tensor<8xf32> {dlc.name = "y"}) {
  %a = dlc.constant dense<[-2.0, -2.0, 2.5, 0.0, 0.0, 4.0, -3.0, 1.0]> : tensor<8xf32>
  %b = dlc.constant dense<[2.0, 3.0, 0.5, 2.0, 0.0, -0.5, -1.0, 7.0]> : tensor<8xf32>
  // Nothing is known of x, so that nothing folds; what is added is zero.
  %z = dlc.sub %x, %x : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %c = dlc.add %a, %z : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %y = dlc.pow %c, %b : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}
