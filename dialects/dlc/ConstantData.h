//===- ConstantData.h - The elements of constants ---------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the folders of all families share to read constants (`dense` and
// `dense_resource`), move their elements and make new ones. Folders run on ops
// that nobody verified yet, so everything here checks what it is given and
// answers "doesn't fold" (a null attribute) where anything disagrees.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_DLC_CONSTANTDATA_H
#define DIALECTS_DLC_CONSTANTDATA_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace dlc {

/// Folders compute results of at most this many elements; more is left to the
/// compiled code, unless it is a splat or a mere change of layout.
constexpr int64_t maxFoldedElements = 64 * 1024;

/// The number of elements; none if the shape is dynamic or the bytes overflow.
std::optional<int64_t> countElements(mlir::RankedTensorType type);

/// True if the type is static and has at most `maxFoldedElements` elements.
bool isSmallEnoughToFold(mlir::Type type);

//===----------------------------------------------------------------------===//
// Reading and making constants
//===----------------------------------------------------------------------===//

/// The bytes an element of a constant takes; none for types that folders don't
/// handle. What has fewer than 8 bits takes one byte, whose upper bits are
/// zero.
std::optional<int64_t> elementBytesOf(mlir::Type elementType);

/// The elements of a constant, with their number checked.
class ConstantView {
public:
  /// None for attributes that hold no elements of a type known here, or not as
  /// many as their type says.
  static std::optional<ConstantView> get(mlir::Attribute attribute);
  /// The same of a constant of type `type`.
  static std::optional<ConstantView> get(mlir::Attribute attribute,
                                         mlir::Type type);

  mlir::RankedTensorType getType() const { return type; }
  llvm::ArrayRef<int64_t> getShape() const { return type.getShape(); }
  int64_t getElementBytes() const { return elementBytes; }
  /// True if one stored element stands for all.
  bool isSplat() const { return splat; }
  const char *data() const {
    return unpacked.empty() ? bytes.data() : unpacked.data();
  }
  /// The distance, in stored elements, between neighbours in each dimension.
  llvm::SmallVector<int64_t> getStrides() const;

private:
  mlir::RankedTensorType type;
  int64_t elementBytes = 0;
  bool splat = false;
  llvm::ArrayRef<char> bytes;
  /// Booleans, which `dense` stores as bits.
  std::vector<char> unpacked;
};

/// Makes a constant of what `fill` writes: a `dense_resource` if it takes more
/// than 1 KiB, `dense` otherwise.
mlir::ElementsAttr
makeConstant(mlir::RankedTensorType type,
             llvm::function_ref<void(llvm::MutableArrayRef<char>)> fill);

/// The same elements under another static shape, without copying.
mlir::ElementsAttr retypeConstant(mlir::Attribute value,
                                  mlir::RankedTensorType type);

//===----------------------------------------------------------------------===//
// Moving elements
//===----------------------------------------------------------------------===//

/// Copies a box of elements; offsets and strides are counted in elements.
struct BoxCopy {
  llvm::SmallVector<int64_t> sizes, sourceStrides, targetStrides;
  int64_t sourceOffset = 0, targetOffset = 0;
};
void copyBox(const BoxCopy &box, const char *source, char *target,
             int64_t elementBytes);

/// The distance between neighbours in each dimension of a row-major tensor.
llvm::SmallVector<int64_t> rowMajorStrides(llvm::ArrayRef<int64_t> shape);

/// Makes the constant of type `type` whose element at (i, j, ...) is that of
/// `source` at `offset + i * strides[0] + j * strides[1] + ...`.
mlir::ElementsAttr viewConstant(const ConstantView &source,
                                mlir::RankedTensorType type, int64_t offset,
                                llvm::ArrayRef<int64_t> strides);

/// The strides that read a tensor of shape `from` as one of shape `to`; none
/// where it doesn't broadcast to that.
std::optional<llvm::SmallVector<int64_t>>
broadcastStrides(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to);

/// `value` broadcast to `type` as NumPy does.
mlir::ElementsAttr broadcastConstant(mlir::Attribute value,
                                     mlir::RankedTensorType type);

} // namespace dlc

#endif // DIALECTS_DLC_CONSTANTDATA_H
