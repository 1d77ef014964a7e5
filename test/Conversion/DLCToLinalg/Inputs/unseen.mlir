// The second query sees no key. Two heads share keys, and values 1, 2, 3.
func.func @main(%q: tensor<1x2x2x2xf32> {dlc.name = "q"}) -> (tensor<1x2x2x2xf32> {dlc.name = "zeroed"}, tensor<1x2x2x2xf32> {dlc.name = "plain"}) {
  %k = dlc.constant dense<1.0> : tensor<1x1x3x2xf32>
  %v = dlc.constant dense<[[[[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]]]> : tensor<1x1x3x2xf32>
  %m = dlc.constant dense<[[0.0, 0.0, 0xFF800000], [0xFF800000, 0xFF800000, 0xFF800000]]> : tensor<2x3xf32>
  %0 = dlc.attention %q, %k, %v, mask = %m {heads_first, zero_unseen} : (tensor<1x2x2x2xf32>, tensor<1x1x3x2xf32>, tensor<1x1x3x2xf32>, tensor<2x3xf32>) -> tensor<1x2x2x2xf32>
  %1 = dlc.attention %q, %k, %v, mask = %m {heads_first} : (tensor<1x2x2x2xf32>, tensor<1x1x3x2xf32>, tensor<1x1x3x2xf32>, tensor<2x3xf32>) -> tensor<1x2x2x2xf32>
  return %0, %1 : tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>
}
