//===- Random.cpp - Random numbers ----------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Random.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Random.cpp.inc"

void DLCDialect::addRandomOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Random.cpp.inc"
      >();
}
