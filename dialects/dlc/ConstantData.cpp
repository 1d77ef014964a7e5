//===- ConstantData.cpp - The elements of constants -----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/ConstantData.h"

#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace dlc;

/// Blobs are aligned for any vector instruction.
static constexpr size_t blobAlignment = 64;
/// Constants beyond this size are resources: neither uniqued nor printed.
static constexpr int64_t maxDenseBytes = 1024;

std::optional<int64_t> dlc::countElements(RankedTensorType type) {
  if (!type || !type.hasStaticShape())
    return std::nullopt;
  if (llvm::is_contained(type.getShape(), 0))
    return 0;
  std::optional<int64_t> count = 1;
  for (int64_t size : type.getShape()) {
    count = llvm::checkedMul(*count, size);
    if (!count)
      return std::nullopt;
  }
  // No element is wider than 16 bytes.
  return llvm::checkedMul<int64_t>(*count, 16) ? count : std::nullopt;
}

bool dlc::isSmallEnoughToFold(Type type) {
  std::optional<int64_t> count =
      countElements(dyn_cast_or_null<RankedTensorType>(type));
  return count && *count <= maxFoldedElements;
}

//===----------------------------------------------------------------------===//
// Reading and making constants
//===----------------------------------------------------------------------===//

std::optional<int64_t> dlc::elementBytesOf(Type elementType) {
  if (!elementType.isIntOrFloat())
    return std::nullopt;
  switch (elementType.getIntOrFloatBitWidth()) {
  case 1:
  case 2:
  case 4:
  case 8:
    return 1;
  case 16:
    return 2;
  case 32:
    return 4;
  case 64:
    return 8;
  default:
    return std::nullopt;
  }
}

std::optional<ConstantView> ConstantView::get(Attribute attribute) {
  auto elements = dyn_cast_or_null<ElementsAttr>(attribute);
  if (!elements)
    return std::nullopt;
  ConstantView view;
  view.type = dyn_cast<RankedTensorType>(elements.getShapedType());
  std::optional<int64_t> count = countElements(view.type);
  if (!count)
    return std::nullopt;
  std::optional<int64_t> width = elementBytesOf(view.type.getElementType());
  if (!width)
    return std::nullopt;
  view.elementBytes = *width;
  if (*count == 0)
    return view;

  if (auto dense = dyn_cast<DenseElementsAttr>(attribute)) {
    view.splat = dense.isSplat();
    if (view.type.getElementType().isInteger(1)) {
      if (view.splat)
        view.unpacked.push_back(dense.getSplatValue<bool>());
      else
        llvm::append_range(view.unpacked, dense.getValues<bool>());
      return view;
    }
    view.bytes = dense.getRawData();
  } else if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return std::nullopt;
    view.bytes = blob->getData();
  } else {
    return std::nullopt;
  }
  int64_t stored = view.splat ? 1 : *count;
  if (static_cast<int64_t>(view.bytes.size()) != stored * view.elementBytes)
    return std::nullopt;
  return view;
}

std::optional<ConstantView> ConstantView::get(Attribute attribute, Type type) {
  std::optional<ConstantView> view = get(attribute);
  return view && view->getType() == type ? std::move(view) : std::nullopt;
}

SmallVector<int64_t> ConstantView::getStrides() const {
  return splat ? SmallVector<int64_t>(type.getRank(), 0)
               : rowMajorStrides(type.getShape());
}

ElementsAttr
dlc::makeConstant(RankedTensorType type,
                  llvm::function_ref<void(MutableArrayRef<char>)> fill) {
  std::optional<int64_t> count = countElements(type);
  std::optional<int64_t> width = elementBytesOf(type.getElementType());
  if (!count || !width)
    return {};
  int64_t size = *count * *width;
  if (size > maxDenseBytes) {
    AsmResourceBlob blob = HeapAsmResourceBlob::allocate(size, blobAlignment);
    fill(blob.getMutableData());
    return DenseResourceElementsAttr::get(type, "folded", std::move(blob));
  }
  SmallVector<char> bytes(size);
  fill(bytes);
  if (!type.getElementType().isInteger(1))
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  SmallVector<bool> values(bytes.begin(), bytes.end());
  return DenseElementsAttr::get(type, ArrayRef<bool>(values));
}

ElementsAttr dlc::retypeConstant(Attribute value, RankedTensorType type) {
  std::optional<ConstantView> view = ConstantView::get(value);
  if (!view || view->getType().getElementType() != type.getElementType() ||
      countElements(type) != countElements(view->getType()))
    return {};
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  return cast<DenseElementsAttr>(value).reshape(type);
}

//===----------------------------------------------------------------------===//
// Moving elements
//===----------------------------------------------------------------------===//

SmallVector<int64_t> dlc::rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/// Copies `count` elements; the strides are bytes.
template <typename T>
static void copyRun(const char *source, int64_t sourceStride, char *target,
                    int64_t targetStride, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(target + i * targetStride, source + i * sourceStride,
                sizeof(T));
}

static void copyRun(const char *source, int64_t sourceStride, char *target,
                    int64_t targetStride, int64_t count, int64_t elementBytes) {
  if (sourceStride == elementBytes && targetStride == elementBytes) {
    std::memcpy(target, source, count * elementBytes);
    return;
  }
  switch (elementBytes) {
  case 1:
    return copyRun<uint8_t>(source, sourceStride, target, targetStride, count);
  case 2:
    return copyRun<uint16_t>(source, sourceStride, target, targetStride, count);
  case 4:
    return copyRun<uint32_t>(source, sourceStride, target, targetStride, count);
  case 8:
    return copyRun<uint64_t>(source, sourceStride, target, targetStride, count);
  }
  llvm_unreachable("elementBytesOf gives no other width");
}

void dlc::copyBox(const BoxCopy &box, const char *source, char *target,
                  int64_t elementBytes) {
  if (llvm::is_contained(box.sizes, 0))
    return;
  source += box.sourceOffset * elementBytes;
  target += box.targetOffset * elementBytes;
  size_t rank = box.sizes.size();
  if (rank == 0) {
    std::memcpy(target, source, elementBytes);
    return;
  }
  SmallVector<int64_t> index(rank, 0);
  while (true) {
    int64_t sourceIndex = 0, targetIndex = 0;
    for (size_t i = 0; i + 1 < rank; ++i) {
      sourceIndex += index[i] * box.sourceStrides[i];
      targetIndex += index[i] * box.targetStrides[i];
    }
    copyRun(source + sourceIndex * elementBytes,
            box.sourceStrides[rank - 1] * elementBytes,
            target + targetIndex * elementBytes,
            box.targetStrides[rank - 1] * elementBytes, box.sizes[rank - 1],
            elementBytes);
    // The next index, the innermost dimension excepted.
    size_t dim = rank - 1;
    while (dim > 0 && ++index[dim - 1] == box.sizes[dim - 1])
      index[--dim] = 0;
    if (dim == 0)
      return;
  }
}

ElementsAttr dlc::viewConstant(const ConstantView &source,
                               RankedTensorType type, int64_t offset,
                               ArrayRef<int64_t> strides) {
  if (source.getType().getElementType() != type.getElementType() ||
      !countElements(type))
    return {};
  int64_t width = source.getElementBytes();
  if (source.isSplat()) {
    auto element = RankedTensorType::get({}, type.getElementType());
    auto scalar = makeConstant(element, [&](MutableArrayRef<char> target) {
      std::memcpy(target.data(), source.data(), width);
    });
    if (*countElements(type) > 0)
      return cast<DenseElementsAttr>(scalar).resizeSplat(type);
    return makeConstant(type, [](MutableArrayRef<char>) {});
  }
  return makeConstant(type, [&](MutableArrayRef<char> target) {
    BoxCopy box;
    box.sizes.assign(type.getShape().begin(), type.getShape().end());
    box.sourceStrides.assign(strides.begin(), strides.end());
    box.targetStrides = rowMajorStrides(type.getShape());
    box.sourceOffset = offset;
    copyBox(box, source.data(), target.data(), width);
  });
}

std::optional<SmallVector<int64_t>>
dlc::broadcastStrides(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  if (from.size() > to.size())
    return std::nullopt;
  SmallVector<int64_t> strides(to.size(), 0), own = rowMajorStrides(from);
  size_t missing = to.size() - from.size();
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] == to[missing + i])
      strides[missing + i] = own[i];
    else if (from[i] != 1)
      return std::nullopt;
  }
  return strides;
}

ElementsAttr dlc::broadcastConstant(Attribute value, RankedTensorType type) {
  std::optional<ConstantView> view = ConstantView::get(value);
  if (!view || !countElements(type))
    return {};
  auto strides = broadcastStrides(view->getShape(), type.getShape());
  return strides ? viewConstant(*view, type, 0, *strides) : ElementsAttr();
}
