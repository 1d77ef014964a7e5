// y[i * sequence + j] = x[i, j] * scale[i] + the sum of x[:, j]: as little as a
// model with open sizes can be, in loops.
#x = affine_map<()[s0, s1] -> (s0, s1)>
#rows = affine_map<()[s0, s1] -> (s0)>
#all = affine_map<()[s0, s1] -> (s0 * s1)>
module attributes {
  dlc.symbols = [#dlc.symbol<"batch", 1 to 8, likely 2>,
                 #dlc.symbol<"sequence", 1 to 32, likely 4>],
  dlc.checks = [{expr = affine_map<()[s0, s1] -> (s0 * s1 - 6)>,
                 kind = "at_least", text = "Slice 'part': it takes 6 elements"}]
} {
  func.func @main(
      %x: tensor<?x?xf32> {dlc.name = "x", dlc.sizes = #x},
      %scale: tensor<?xf32> {dlc.name = "scale", dlc.sizes = #rows},
      %batch: index {dlc.symbol = "batch", dlc.range = array<i64: 1, 8, 2>},
      %sequence: index {dlc.symbol = "sequence", dlc.range = array<i64: 1, 32, 4>})
      -> (tensor<?xf32> {dlc.name = "y", dlc.sizes = #all}) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    %count = arith.muli %batch, %sequence : index
    %sums = tensor.empty(%sequence) : tensor<?xf32>
    %summed = scf.for %j = %c0 to %sequence step %c1 iter_args(%t = %sums) -> tensor<?xf32> {
      %sum = scf.for %i = %c0 to %batch step %c1 iter_args(%s = %zero) -> f32 {
        %v = tensor.extract %x[%i, %j] : tensor<?x?xf32>
        %next = arith.addf %s, %v : f32
        scf.yield %next : f32
      }
      %inserted = tensor.insert %sum into %t[%j] : tensor<?xf32>
      scf.yield %inserted : tensor<?xf32>
    }
    %y = tensor.empty(%count) : tensor<?xf32>
    %filled = scf.for %i = %c0 to %batch step %c1 iter_args(%t = %y) -> tensor<?xf32> {
      %factor = tensor.extract %scale[%i] : tensor<?xf32>
      %row = scf.for %j = %c0 to %sequence step %c1 iter_args(%u = %t) -> tensor<?xf32> {
        %v = tensor.extract %x[%i, %j] : tensor<?x?xf32>
        %sum = tensor.extract %summed[%j] : tensor<?xf32>
        %scaled = arith.mulf %v, %factor : f32
        %result = arith.addf %scaled, %sum : f32
        %before = arith.muli %i, %sequence : index
        %at = arith.addi %before, %j : index
        %inserted = tensor.insert %result into %u[%at] : tensor<?xf32>
        scf.yield %inserted : tensor<?xf32>
      }
      scf.yield %row : tensor<?xf32>
    }
    return %filled : tensor<?xf32>
  }
}
