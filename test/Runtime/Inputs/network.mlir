// A convolution, a nonlinearity that libm computes, a matrix product: enough to
// need an arena.
func.func @main(%x: tensor<1x4x8x8xf32> {dlc.name = "x"})
    -> (tensor<1x10xf32> {dlc.name = "y"}) {
  %w = dlc.constant dense<0.125> : tensor<8x4x3x3xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>,
      pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x8x8xf32>
  %1 = dlc.sin %0 : (tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %2 = dlc.reshape %1 : (tensor<1x8x8x8xf32>) -> tensor<1x512xf32>
  %m = dlc.constant dense<0.25> : tensor<512x10xf32>
  %y = dlc.matmul %2, %m
    : (tensor<1x512xf32>, tensor<512x10xf32>) -> tensor<1x10xf32>
  return %y : tensor<1x10xf32>
}
