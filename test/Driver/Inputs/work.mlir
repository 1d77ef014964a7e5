// Enough work for threads, in odd sizes: a convolution with remainders, a
// product, reductions along rows and functions.
func.func @main(%x: tensor<1x3x67x53xf32> {dlc.name = "x"})
    -> (tensor<1x20x65x51xf32> {dlc.name = "y"}, tensor<20x20xf32> {dlc.name = "z"}) {
  %f = dlc.constant dense<0.037> : tensor<20x3x3x3xf32>
  %a = dlc.conv %x, %f {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x67x53xf32>, tensor<20x3x3x3xf32>) -> tensor<1x20x65x51xf32>
  %b = dlc.tanh %a : (tensor<1x20x65x51xf32>) -> tensor<1x20x65x51xf32>
  %y = dlc.softmax %b {axis = 3 : i64} : (tensor<1x20x65x51xf32>) -> tensor<1x20x65x51xf32>
  %m = dlc.reshape %b : (tensor<1x20x65x51xf32>) -> tensor<20x3315xf32>
  %z = dlc.matmul %m, %m {transpose_b} : (tensor<20x3315xf32>, tensor<20x3315xf32>) -> tensor<20x20xf32>
  return %y, %z : tensor<1x20x65x51xf32>, tensor<20x20xf32>
}
