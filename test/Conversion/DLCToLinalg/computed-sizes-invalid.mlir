// RUN: dlc-opt %s --convert-dlc-to-linalg --split-input-file \
// RUN:   --verify-diagnostics

module attributes {dlc.symbols = [
    #dlc.symbol<"found", 0 to 9, likely 6, most #dlc.dims<9>>]} {
// expected-error @below {{the computed size 'found' has 0 definitions}}
func.func @main(%c: tensor<f32>) -> tensor<?xf32, #dlc.dims<s0>> {
  %a = dlc.expand %c : (tensor<f32>) -> tensor<?xf32, #dlc.dims<s0>>
  return %a : tensor<?xf32, #dlc.dims<s0>>
}
}

// -----

module attributes {dlc.symbols = [
    #dlc.symbol<"found", 0 to 9, likely 6, most #dlc.dims<9>>]} {
func.func @main(%c: tensor<f32>, %n: tensor<i64>)
    -> tensor<?xf32, #dlc.dims<s0>> {
  // expected-error @below {{needs the size "found", which is found later or in another block}}
  %a = dlc.expand %c : (tensor<f32>) -> tensor<?xf32, #dlc.dims<s0>>
  dlc.define_size %n {symbol = 0 : i64} : (tensor<i64>) -> ()
  return %a : tensor<?xf32, #dlc.dims<s0>>
}
}
