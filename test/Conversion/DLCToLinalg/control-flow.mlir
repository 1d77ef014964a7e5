// Loops and branches on tensors, and what is read and written at positions.
// RUN: dlc-opt %s --convert-dlc-to-linalg --mlir-print-local-scope | FileCheck %s

module attributes {dlc.symbols = [#dlc.symbol<"steps", 1 to 16, likely 4>]} {

// Unsigned integers become signless ones, sizes lose their names, in loops too.
// CHECK-LABEL: func @scan(
// CHECK-SAME: %[[X:.*]]: tensor<?x3xi8> {{.*}}, %[[H:.*]]: tensor<3xi8>, %[[N:.*]]: index
// CHECK: %[[EMPTY:.*]] = tensor.empty(%[[N]]) : tensor<?x3xi8>
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %[[N]] step %{{.*}} iter_args(%[[A:.*]] = %[[H]], %[[O:.*]] = %[[EMPTY]]) -> (tensor<3xi8>, tensor<?x3xi8>)
// CHECK: %[[ROW:.*]] = tensor.extract_slice %[[X]][%[[I]], 0] [1, 3] [1, 1] : tensor<?x3xi8> to tensor<3xi8>
// CHECK: %[[NEXT:.*]] = linalg.generic {{.*}} ins(%[[ROW]], %[[A]] :
// CHECK: %[[ROWS:.*]] = tensor.insert_slice %[[NEXT]] into %[[O]][%[[I]], 0] [1, 3] [1, 1] : tensor<3xi8> into tensor<?x3xi8>
// CHECK: scf.yield %[[NEXT]], %[[ROWS]] : tensor<3xi8>, tensor<?x3xi8>
func.func @scan(%x: tensor<?x3xui8, #dlc.dims<s0, 3>>, %h: tensor<3xui8>) -> tensor<?x3xui8, #dlc.dims<s0, 3>> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = dlc.size {value = #dlc.dims<s0>} : () -> index
  %e = dlc.empty : () -> tensor<?x3xui8, #dlc.dims<s0, 3>>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %h, %o = %e) -> (tensor<3xui8>, tensor<?x3xui8, #dlc.dims<s0, 3>>) {
    %s = dlc.slice_at %x, %i {axis = 0 : i64} : (tensor<?x3xui8, #dlc.dims<s0, 3>>, index) -> tensor<3xui8>
    %b = dlc.add %s, %a : (tensor<3xui8>, tensor<3xui8>) -> tensor<3xui8>
    %p = dlc.insert_at %b, %o, %i {axis = 0 : i64} : (tensor<3xui8>, tensor<?x3xui8, #dlc.dims<s0, 3>>, index) -> tensor<?x3xui8, #dlc.dims<s0, 3>>
    scf.yield %b, %p : tensor<3xui8>, tensor<?x3xui8, #dlc.dims<s0, 3>>
  }
  return %r#1 : tensor<?x3xui8, #dlc.dims<s0, 3>>
}

// CHECK-LABEL: func @branches(
// CHECK: %[[C:.*]] = tensor.extract %{{.*}}[] : tensor<i1>
// CHECK: scf.if %[[C]] -> (tensor<4xi8>)
// CHECK: scf.yield %{{.*}} : tensor<4xi8>
// CHECK: else
// CHECK: arith.constant dense<-1> : tensor<4xi8>
// CHECK: scf.yield
func.func @branches(%c: tensor<i1>, %x: tensor<4xui8>) -> tensor<4xui8> {
  %condition = tensor.extract %c[] : tensor<i1>
  %y = scf.if %condition -> tensor<4xui8> {
    %a = dlc.add %x, %x : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
    scf.yield %a : tensor<4xui8>
  } else {
    %b = dlc.constant dense<255> : tensor<4xui8>
    scf.yield %b : tensor<4xui8>
  }
  return %y : tensor<4xui8>
}

// CHECK-LABEL: func @while(
// CHECK: scf.while (%[[A:.*]] = %{{.*}}) : (tensor<4xi8>) -> tensor<4xi8>
// CHECK: scf.condition(%{{.*}}) %[[A]] : tensor<4xi8>
// CHECK: ^bb0(%{{.*}}: tensor<4xi8>)
// CHECK: scf.yield %{{.*}} : tensor<4xi8>
func.func @while(%x: tensor<4xui8>, %limit: tensor<4xui8>) -> tensor<4xui8> {
  %y = scf.while (%a = %x) : (tensor<4xui8>) -> tensor<4xui8> {
    %less = dlc.less %a, %limit : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xi1>
    %c2 = arith.constant 2 : index
    %more = tensor.extract %less[%c2] : tensor<4xi1>
    scf.condition(%more) %a : tensor<4xui8>
  } do {
  ^bb0(%a: tensor<4xui8>):
    %b = dlc.add %a, %a : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
    scf.yield %b : tensor<4xui8>
  }
  return %y : tensor<4xui8>
}

// A number of the program as a tensor, and an element of an unsigned one.
// CHECK-LABEL: func @scalars(
// CHECK: %[[E:.*]] = tensor.extract %{{.*}}[%{{.*}}] : tensor<4xi8>
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<1xi8>
// CHECK: linalg.fill ins(%[[E]] : i8) outs(%[[EMPTY]] : tensor<1xi8>)
func.func @scalars(%x: tensor<4xui8>) -> tensor<1xui8> {
  %c2 = arith.constant 2 : index
  %e = tensor.extract %x[%c2] : tensor<4xui8>
  %y = tensor.from_elements %e : tensor<1xui8>
  return %y : tensor<1xui8>
}

// No position lies in an empty dimension: what stands here is never reached.
// CHECK-LABEL: func @never(
// CHECK: linalg.fill
// CHECK: return %{{.*}}, %{{.*}} : tensor<3xf32>, tensor<0x3xf32>
func.func @never(%x: tensor<0x3xf32>, %i: index) -> (tensor<3xf32>, tensor<0x3xf32>) {
  %0 = dlc.slice_at %x, %i {axis = 0 : i64} : (tensor<0x3xf32>, index) -> tensor<3xf32>
  %1 = dlc.insert_at %0, %x, %i {axis = 0 : i64} : (tensor<3xf32>, tensor<0x3xf32>, index) -> tensor<0x3xf32>
  return %0, %1 : tensor<3xf32>, tensor<0x3xf32>
}

}
