// A sum over all rows so far, and how many calls there were.
module attributes {dlc.symbols = [#dlc.symbol<"batch", 1 to 4, likely 1>,
                                  #dlc.symbol<"new", 1 to 8, likely 8>,
                                  #dlc.symbol<"past", 0 to 8, likely 4>]} {
  func.func @main(%x: tensor<?x?x4xf32, #dlc.dims<s0, s1, 4>> {dlc.name = "x", dlc.dim_names = ["batch", "new", ""]},
                  %past: tensor<?x?x4xf32, #dlc.dims<s0, s2, 4>> {dlc.name = "past_rows", dlc.dim_names = ["batch", "past", ""]},
                  %calls: tensor<1xi64> {dlc.name = "calls"})
      -> (tensor<?x4xf32, #dlc.dims<s0, 4>> {dlc.name = "sum"},
          tensor<?x?x4xf32, #dlc.dims<s0, s1 + s2, 4>> {dlc.name = "present_rows"},
          tensor<1xi64> {dlc.name = "calls_next"},
          tensor<?x4xf32, #dlc.dims<s0, 4>> {dlc.name = "old"}) {
    %all = dlc.concat %past, %x {axis = 1 : i64} : (tensor<?x?x4xf32, #dlc.dims<s0, s2, 4>>, tensor<?x?x4xf32, #dlc.dims<s0, s1, 4>>) -> tensor<?x?x4xf32, #dlc.dims<s0, s1 + s2, 4>>
    %sum = dlc.reduce_sum %all {axes = array<i64: 1>} : (tensor<?x?x4xf32, #dlc.dims<s0, s1 + s2, 4>>) -> tensor<?x4xf32, #dlc.dims<s0, 4>>
    %old = dlc.reduce_sum %past {axes = array<i64: 1>} : (tensor<?x?x4xf32, #dlc.dims<s0, s2, 4>>) -> tensor<?x4xf32, #dlc.dims<s0, 4>>
    %one = dlc.constant dense<1> : tensor<1xi64>
    %next = dlc.add %calls, %one : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
    return %sum, %all, %next, %old : tensor<?x4xf32, #dlc.dims<s0, 4>>, tensor<?x?x4xf32, #dlc.dims<s0, s1 + s2, 4>>, tensor<1xi64>, tensor<?x4xf32, #dlc.dims<s0, 4>>
  }
}
