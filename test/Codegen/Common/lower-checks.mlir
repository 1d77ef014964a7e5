// RUN: dlc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(dlc-lower-checks))' --verify-diagnostics | FileCheck %s

// What follows a check that fails isn't run.

// CHECK-LABEL: @main
// CHECK: cf.cond_br %{{.*}}, ^[[REST:.*]], ^[[END:.*]]
// CHECK: ^[[REST]]:
// CHECK-NEXT: call @work
// CHECK: cf.cond_br %{{.*}}, ^[[LAST:.*]], ^[[END]]
// CHECK: ^[[LAST]]:
// CHECK-NEXT: return
// CHECK: ^[[END]]:
// CHECK-NEXT: return
func.func private @work()
func.func @main(%a: i1, %b: i1) {
  cf.assert %a, "first"
  call @work() : () -> ()
  cf.assert %b, "second"
  return
}

// -----

// expected-error @below {{only a function without results can end at a check}}
func.func @result(%a: i1) -> i1 {
  cf.assert %a, "first"
  return %a : i1
}
