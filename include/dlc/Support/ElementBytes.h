//===- ElementBytes.h - The bytes of constants --------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_SUPPORT_ELEMENTBYTES_H
#define DLC_SUPPORT_ELEMENTBYTES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace dlc {

/// The bytes of `value` as they lie in memory, one byte for a boolean; none if
/// the attribute is of a kind, or has elements, without such bytes, or if its
/// resource is missing or has another size than its type.
std::optional<uint64_t> getByteSize(mlir::ElementsAttr value);

/// Calls back with these bytes, piece by piece; `getByteSize` must know them.
void forEachChunk(mlir::ElementsAttr value,
                  llvm::function_ref<void(llvm::ArrayRef<char>)> callback);

} // namespace dlc

#endif // DLC_SUPPORT_ELEMENTBYTES_H
