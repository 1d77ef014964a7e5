// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @rows(%x: tensor<2x3xi1>) {
  // expected-error @below {{there must be one row for each of the 2 dimensions}}
  %y = dlc.nonzero %x : (tensor<2x3xi1>) -> tensor<3x6xi64>
  return
}

// -----

func.func @open_k(%x: tensor<9xf32>) {
  // expected-error @below {{there must be one open k}}
  // expected-error @below {{failed to infer returned types}}
  %v, %i = "dlc.topk"(%x) {axis = 0 : i64, k = 0 : i64, open = #dlc.dims<s0, s1>}
    : (tensor<9xf32>) -> (tensor<?xf32>, tensor<?xi64>)
  return
}

// -----

func.func @boxes(%b: tensor<1x6x5xf32>, %s: tensor<1x2x6xf32>,
                 %most: tensor<i64>, %t: tensor<f32>) {
  // expected-error @below {{boxes has the shape 1x6x5, expected 1x6x4}}
  %y, %n = dlc.non_max_suppression %b, %s, %most, %t, %t
    : (tensor<1x6x5xf32>, tensor<1x2x6xf32>, tensor<i64>, tensor<f32>,
       tensor<f32>) -> (tensor<12x3xi64>, tensor<i64>)
  return
}

// -----

func.func @vector(%x: tensor<5xi32>) {
  // expected-error @below {{x must be a matrix}}
  // expected-error @below {{failed to infer returned types}}
  %f, %i, %c, %n = dlc.unique %x : (tensor<5xi32>)
    -> (tensor<5xi64>, tensor<5xi64>, tensor<5xi64>, tensor<i64>)
  return
}

// -----

module attributes {dlc.symbols = [#dlc.symbol<"n", 0 to 8, likely 4>]} {
func.func @chosen(%n: tensor<i64>) {
  // expected-error @below {{symbol 0 of the module is no computed size}}
  dlc.define_size %n {symbol = 0 : i64} : (tensor<i64>) -> ()
  return
}
}

// -----

module attributes {dlc.symbols = [
    #dlc.symbol<"found", 0 to 8, likely 4, most #dlc.dims<8>>]} {
func.func @several(%n: tensor<2xi64>) {
  // expected-error @below {{the value must be one number}}
  dlc.define_size %n {symbol = 0 : i64} : (tensor<2xi64>) -> ()
  return
}
}

// -----

// expected-error @below {{has a size that calls choose behind computed ones}}
module attributes {dlc.symbols = [
    #dlc.symbol<"found", 0 to 8, likely 4, most #dlc.dims<8>>,
    #dlc.symbol<"n", 0 to 8, likely 4>]} {
}

// -----

// expected-error @below {{has a computed size without one upper bound}}
module attributes {dlc.symbols = [
    #dlc.symbol<"found", 0 to 8, likely 4, most #dlc.dims<8, 9>>]} {
}
