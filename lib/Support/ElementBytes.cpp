//===- ElementBytes.cpp - The bytes of constants --------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Support/ElementBytes.h"
#include "dlc/Support/ElementType.h"
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
  uint64_t count = value.getNumElements();
  uint64_t size = llvm::divideCeil(type.getIntOrFloatBitWidth(), 8) * count;
  if (isa<DenseResourceElementsAttr>(value)
          ? getRawBytes(value).size() != size
          : !isa<DenseIntOrFPElementsAttr>(value))
    return std::nullopt;
  return llvm::divideCeil(size * getPackedBits(type), 8);
}

/// Calls back with the bytes of a constant that keeps one for each element.
static void
forEachPackedChunk(ElementsAttr value, unsigned bits,
                   llvm::function_ref<void(ArrayRef<char>)> callback) {
  ArrayRef<char> raw = getRawBytes(value);
  auto dense = dyn_cast<DenseElementsAttr>(value);
  bool isSplat = dense && dense.isSplat();
  // A multiple of what a byte holds.
  constexpr uint64_t most = 4096;
  uint64_t count = value.getNumElements();
  for (uint64_t begin = 0; begin < count; begin += most) {
    uint64_t size = std::min(count - begin, most);
    callback(isSplat ? dlc::packElements(SmallVector<char>(size, raw[0]), bits)
                     : dlc::packElements(raw.slice(begin, size), bits));
  }
}

void dlc::forEachChunk(ElementsAttr value,
                       llvm::function_ref<void(ArrayRef<char>)> callback) {
  unsigned bits = getPackedBits(value.getElementType());
  if (bits != 8)
    return forEachPackedChunk(value, bits, callback);
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

//===----------------------------------------------------------------------===//
// Several elements to a byte
//===----------------------------------------------------------------------===//

unsigned dlc::getPackedBits(Type elementType) {
  return isPackedType(elementType) ? elementType.getIntOrFloatBitWidth() : 8;
}

SmallVector<char> dlc::packElements(ArrayRef<char> elements, unsigned bits) {
  unsigned perByte = 8 / bits, mask = (1u << bits) - 1;
  SmallVector<char> bytes(llvm::divideCeil(elements.size(), perByte), 0);
  for (auto [i, element] : llvm::enumerate(elements))
    bytes[i / perByte] |= (element & mask) << (i % perByte * bits);
  return bytes;
}

std::string dlc::unpackElements(ArrayRef<char> bytes, unsigned bits,
                                uint64_t count) {
  unsigned perByte = 8 / bits, mask = (1u << bits) - 1;
  std::string elements(count, 0);
  for (uint64_t i = 0; i < count; ++i)
    elements[i] =
        static_cast<uint8_t>(bytes[i / perByte]) >> (i % perByte * bits) & mask;
  return elements;
}
