//===- PackedArguments.h - Packed elements at the border --------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_PACKEDARGUMENTS_H
#define LIB_CONVERSION_PACKEDARGUMENTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dlc {

/// Makes arguments and results of 4 and 2 bits per element vectors of bytes, as
/// the C ABI has them, and packs and unpacks them inside. `dlc.unpacked` of
/// such an argument or result says the sizes of the tensor: an affine map from
/// the symbols, which must be arguments by now.
void packArguments(mlir::func::FuncOp function);

} // namespace dlc

#endif // LIB_CONVERSION_PACKEDARGUMENTS_H
