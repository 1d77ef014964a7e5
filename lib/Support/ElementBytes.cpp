//===- ElementBytes.cpp - The bytes of constants --------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Support/ElementBytes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;

/// The bytes that the attribute keeps.
static ArrayRef<char> getRawBytes(ElementsAttr value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob ? blob->getData() : ArrayRef<char>();
  }
  return cast<DenseElementsAttr>(value).getRawData();
}

std::optional<uint64_t> dlc::getByteSize(ElementsAttr value) {
  Type type = value.getElementType();
  if (!type.isIntOrFloat())
    return std::nullopt;
  uint64_t size =
      (type.getIntOrFloatBitWidth() + 7) / 8 * uint64_t(value.getNumElements());
  if (isa<DenseIntOrFPElementsAttr>(value))
    return size;
  if (isa<DenseResourceElementsAttr>(value) &&
      getRawBytes(value).size() == size)
    return size;
  return std::nullopt;
}

void dlc::forEachChunk(ElementsAttr value,
                       llvm::function_ref<void(ArrayRef<char>)> callback) {
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (dense && dense.getElementType().isInteger(1)) {
    for (bool element : dense.getValues<bool>())
      callback(char(element));
    return;
  }
  ArrayRef<char> raw = getRawBytes(value);
  if (!dense || !dense.isSplat())
    return callback(raw);
  // A splat keeps one element; repeat it in chunks worth a call.
  SmallVector<char> chunk;
  uint64_t left = raw.size() * uint64_t(value.getNumElements());
  while (chunk.size() < std::min<uint64_t>(left, 4096))
    chunk.append(raw.begin(), raw.end());
  while (left) {
    ArrayRef<char> piece = ArrayRef(chunk).take_front(left);
    callback(piece);
    left -= piece.size();
  }
}
