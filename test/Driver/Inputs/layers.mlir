// Two layers with the names of nodes.
func.func @main(%x: tensor<8x64xf32> {dlc.name = "x"})
    -> (tensor<8x64xf32> {dlc.name = "y"}) {
  %w = dlc.constant dense<0.5> : tensor<64x64xf32>
  %a = dlc.matmul %x, %w : (tensor<8x64xf32>, tensor<64x64xf32>) -> tensor<8x64xf32> loc("MatMul:first")
  %b = dlc.relu %a : (tensor<8x64xf32>) -> tensor<8x64xf32> loc("Relu:second")
  %y = dlc.softmax %b {axis = 1 : i64} : (tensor<8x64xf32>) -> tensor<8x64xf32> loc("Softmax:third")
  return %y : tensor<8x64xf32>
}
