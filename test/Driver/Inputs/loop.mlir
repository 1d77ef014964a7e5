// A recurrence over rows, for the tool's commands.
func.func @main(%x: tensor<5x128xf32> {dlc.name = "x"}, %h: tensor<1x128xf32> {dlc.name = "h"}) -> (tensor<5x1x128xf32> {dlc.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %w = dlc.constant dense<0.0078125> : tensor<128x128xf32>
  %begin = dlc.empty : () -> tensor<5x1x128xf32>
  %y:2 = scf.for %i = %c0 to %c5 step %c1 iter_args(%a = %h, %o = %begin) -> (tensor<1x128xf32>, tensor<5x1x128xf32>) {
    %row = dlc.slice_at %x, %i {axis = 0 : i64} : (tensor<5x128xf32>, index) -> tensor<128xf32>
    %p = dlc.matmul %a, %w : (tensor<1x128xf32>, tensor<128x128xf32>) -> tensor<1x128xf32> loc("MatMul:recur")
    %s = dlc.add %p, %row : (tensor<1x128xf32>, tensor<128xf32>) -> tensor<1x128xf32> loc("Add:input")
    %n = dlc.insert_at %s, %o, %i {axis = 0 : i64} : (tensor<1x128xf32>, tensor<5x1x128xf32>, index) -> tensor<5x1x128xf32>
    scf.yield %s, %n : tensor<1x128xf32>, tensor<5x1x128xf32>
  } loc("Loop:main")
  return %y#1 : tensor<5x1x128xf32>
}
