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
#include <string>

namespace dlc {

/// The bytes of `value` as they lie in files and in the C ABI's memory, one
/// byte for a boolean, elements of fewer than 8 bits packed; none if the
/// attribute is of a kind, or has elements, without such bytes, or if its
/// resource is missing or has another size than its type.
std::optional<uint64_t> getByteSize(mlir::ElementsAttr value);

/// Calls back with these bytes, piece by piece; `getByteSize` must know them.
void forEachChunk(mlir::ElementsAttr value,
                  llvm::function_ref<void(llvm::ArrayRef<char>)> callback);

/// The bits that an element of a packed tensor has; 8 if the type isn't packed.
unsigned getPackedBits(mlir::Type elementType);

/// Takes elements of `bits` bits, each in a byte of its own, together: the
/// first goes to the lowest bits.
llvm::SmallVector<char> packElements(llvm::ArrayRef<char> elements,
                                     unsigned bits);

/// The opposite for `count` elements; there must be as many.
std::string unpackElements(llvm::ArrayRef<char> bytes, unsigned bits,
                           uint64_t count);

} // namespace dlc

#endif // DLC_SUPPORT_ELEMENTBYTES_H
