// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

// Broadcasting is in the maps, a scalar constant in the body.
// CHECK-LABEL: func @broadcast
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<2x3x4xf32>
// CHECK: linalg.generic
// CHECK-SAME: affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1, 0)>
// CHECK-SAME: ["parallel", "parallel", "parallel"]
// CHECK-SAME: outs(%[[EMPTY]] : tensor<2x3x4xf32>)
// CHECK: linalg.generic
// CHECK-SAME: ins(%{{[^,]*}} : tensor<2x3x4xf32>)
// CHECK: %[[SCALAR:.*]] = arith.constant 5.000000e+00 : f32
// CHECK: arith.mulf %{{.*}}, %[[SCALAR]]
func.func @broadcast(%a: tensor<2x3x4xf32>, %b: tensor<3x1xf32>) -> tensor<2x3x4xf32> {
  %c = dlc.constant dense<5.0> : tensor<1xf32>
  %s = dlc.add %a, %b : (tensor<2x3x4xf32>, tensor<3x1xf32>) -> tensor<2x3x4xf32>
  %y = dlc.mul %s, %c : (tensor<2x3x4xf32>, tensor<1xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// A NaN operand is returned: the comparison with it is false.
// CHECK-LABEL: func @relu
// CHECK: %[[LESS:.*]] = arith.cmpf olt, %[[X:.*]], %[[ZERO:.*]] : f32
// CHECK: arith.select %[[LESS]], %[[ZERO]], %[[X]]
func.func @relu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = dlc.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func @narrow_float
// CHECK: %[[WIDE:.*]] = arith.extf %{{.*}} : bf16 to f32
// CHECK: %[[TANH:.*]] = math.tanh %[[WIDE]] : f32
// CHECK: arith.truncf %[[TANH]] : f32 to bf16
func.func @narrow_float(%x: tensor<4xbf16>) -> tensor<4xbf16> {
  %y = dlc.tanh %x : (tensor<4xbf16>) -> tensor<4xbf16>
  return %y : tensor<4xbf16>
}

// Unsigned types become signless, in the signature too; its attributes stay.
// CHECK-LABEL: func @unsigned
// CHECK-SAME: tensor<4xi8> {dlc.name = "x"}) -> (tensor<4xi1> {dlc.name = "y"})
// CHECK: arith.constant dense<[1, 2, 3, -1]> : tensor<4xi8>
// CHECK: arith.maxui
// CHECK: arith.cmpi ult
func.func @unsigned(%x: tensor<4xui8> {dlc.name = "x"}) -> (tensor<4xi1> {dlc.name = "y"}) {
  %c = dlc.constant dense<[1, 2, 3, 255]> : tensor<4xui8>
  %m = dlc.max %x, %c : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  %y = dlc.less %x, %m : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xi1>
  return %y : tensor<4xi1>
}

// Neither 0 nor -1 is divided by.
// CHECK-LABEL: func @integer_division
// CHECK: %[[BY_ZERO:.*]] = arith.cmpi eq, %[[Y:.*]], %{{.*}} : i32
// CHECK: %[[SAFE:.*]] = arith.select %[[BY_ZERO]], %{{.*}}, %[[Y]]
// CHECK: %[[BY_MINUS_ONE:.*]] = arith.cmpi eq, %[[Y]]
// CHECK: %[[DIVISOR:.*]] = arith.select %[[BY_MINUS_ONE]], %{{.*}}, %[[SAFE]]
// CHECK: arith.divsi %{{.*}}, %[[DIVISOR]]
func.func @integer_division(%a: tensor<4xi32>, %b: tensor<4xi32>) -> tensor<4xi32> {
  %y = dlc.div %a, %b : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  return %y : tensor<4xi32>
}

// CHECK-LABEL: func @square
// CHECK: arith.mulf %[[X:.*]], %[[X]] : f32
// CHECK-NOT: math.powf
func.func @square(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = dlc.constant dense<2> : tensor<i64>
  %y = dlc.pow %x, %c : (tensor<4xf32>, tensor<i64>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// Conversions saturate: only what fits is converted.
// CHECK-LABEL: func @cast
// CHECK: %[[HIGH:.*]] = arith.cmpf ole, %{{.*}}, %[[X:.*]] : f32
// CHECK: %[[LOW:.*]] = arith.cmpf olt, %[[X]]
// CHECK: arith.cmpf uno, %[[X]], %[[X]]
// CHECK: %[[SAFE:.*]] = arith.select %{{.*}}, %{{.*}}, %[[X]]
// CHECK: arith.fptosi %[[SAFE]] : f32 to i8
func.func @cast(%x: tensor<4xf32>) -> tensor<4xi8> {
  %y = dlc.cast %x : (tensor<4xf32>) -> tensor<4xi8>
  return %y : tensor<4xi8>
}

// CHECK-LABEL: func @shift
// CHECK: %[[FITS:.*]] = arith.cmpi ult
// CHECK: %[[AMOUNT:.*]] = arith.select %[[FITS]]
// CHECK: arith.shrui %{{.*}}, %[[AMOUNT]]
func.func @shift(%a: tensor<4xui8>, %b: tensor<4xui8>) -> tensor<4xui8> {
  %y = dlc.bit_shift %a, %b {right} : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  return %y : tensor<4xui8>
}

// CHECK-LABEL: func @clip
// CHECK: arith.maxsi
// CHECK: arith.minsi
func.func @clip(%x: tensor<4xi32>, %l: tensor<i32>, %h: tensor<i32>) -> tensor<4xi32> {
  %y = dlc.clip %x low(%l) high(%h) : (tensor<4xi32>, tensor<i32>, tensor<i32>) -> tensor<4xi32>
  return %y : tensor<4xi32>
}

// A remainder of zero has the sign of the divisor, too.
// CHECK-LABEL: func @mod
// CHECK: arith.remf
// CHECK: %[[MINUS:.*]] = arith.constant -0.000000e+00
// CHECK: %[[ZERO:.*]] = arith.select %{{.*}}, %[[MINUS]], %{{.*}}
// CHECK: arith.select %{{.*}}, %[[ZERO]], %{{.*}}
func.func @mod(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %y = dlc.mod %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
