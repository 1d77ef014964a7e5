// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

module attributes {dlc.symbols = [
    #dlc.symbol<"n", 0 to 8, likely 4>,
    #dlc.symbol<"found", 0 to 24, likely 6, most #dlc.dims<s0 * 3>>,
    #dlc.symbol<"other", 0 to 9, likely 6, most #dlc.dims<9>>]} {

// A computed size is what the call gives; it is checked at once, and what it
// must be where the last size that tells is found.

// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[N:[^ ]*]]: index {dlc.range = array<i64: 0, 8, 4>, dlc.symbol = "n"})
// CHECK-SAME: -> (tensor<?xf32> {dlc.sizes = affine_map<()[s0, s1, s2] -> (s1)>})
// CHECK: %[[FOUND:.*]] = call @define_size(%{{.*}}) {dlc.most = affine_map<()[s0, s1, s2] -> (s0 * 3)>, dlc.number = 1 : i64, dlc.range = array<i64: 0, 24, 6>, dlc.symbol = "found"} : (i64) -> index
// CHECK: cf.assert %{{.*}}, "A:a: found must be 0 to n * 3"
// CHECK: arith.muli %[[N]]
// CHECK: cf.assert %{{.*}}, "A:a: found must be 0 to n * 3"
// CHECK: %[[OTHER:.*]] = call @define_size
// CHECK: cf.assert %{{.*}}, "A:b: other must be 0 to 9"
// CHECK: cf.assert %{{.*}}, "A:b: other must be 0 to 9"
// CHECK: arith.cmpi eq
// CHECK: cf.assert %{{.*}}, "Add:c: found must be other"
// CHECK: tensor.empty(%[[FOUND]])
func.func @main(%x: tensor<?x3xf32, #dlc.dims<s0, 3>>, %f: tensor<i64>,
                %o: tensor<i64>, %c: tensor<f32>)
    -> tensor<?xf32, #dlc.dims<s1>> {
  dlc.define_size %f {symbol = 1 : i64} : (tensor<i64>) -> () loc("A:a")
  dlc.define_size %o {symbol = 2 : i64} : (tensor<i64>) -> () loc("A:b")
  %a = dlc.expand %c : (tensor<f32>) -> tensor<?xf32, #dlc.dims<s1>>
  %b = dlc.expand %c : (tensor<f32>) -> tensor<?xf32, #dlc.dims<s2>>
  %y = dlc.add %a, %b : (tensor<?xf32, #dlc.dims<s1>>,
    tensor<?xf32, #dlc.dims<s2>>) -> tensor<?xf32, #dlc.dims<s1>> loc("Add:c")
  return %y : tensor<?xf32, #dlc.dims<s1>>
}

}
