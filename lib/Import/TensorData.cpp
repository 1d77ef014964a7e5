//===- TensorData.cpp - ONNX tensors and types to attributes --------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorData.h"

#include "ExternalData.h"
#include "dlc/Support/ElementBytes.h"
#include "dlc/Support/ElementType.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace mlir;
using dlc::onnximport::readExternalData;
using onnx::TensorProto;

namespace {
/// Constants up to this size are `dense`, larger ones `dense_resource`.
constexpr uint64_t largestDense = 1024;
} // namespace

static llvm::Error error(const Twine &text) {
  return createStringError(inconvertibleErrorCode(), text);
}

Expected<Type> dlc::onnximport::getElementType(int32_t dataType,
                                               MLIRContext *context) {
  if (Type type = dlc::getElementType(dataType, context))
    return type;
  if (!TensorProto::DataType_IsValid(dataType))
    return error("element type " + Twine(dataType) + " is not supported");
  std::string name = onnx::TensorProto_DataType_Name(dataType);
  return error("element type " + StringRef(name).lower() + " is not supported");
}

static uint64_t getElementBytes(Type elementType) {
  return divideCeil(elementType.getIntOrFloatBitWidth(), 8);
}

Expected<RankedTensorType>
dlc::onnximport::getStaticType(ArrayRef<int64_t> dims, Type elementType) {
  int64_t bytes = getElementBytes(elementType);
  bool overflow = false;
  for (int64_t dim : dims) {
    if (dim < 0)
      return error("dimension " + Twine(dim) + " is negative");
    // A size of 0 must not hide that the others overflow.
    overflow |= MulOverflow(bytes, std::max<int64_t>(dim, 1), bytes);
  }
  if (overflow)
    return error("the dimensions overflow: there are more than 2^63 bytes");
  return RankedTensorType::get(dims, elementType);
}

//===----------------------------------------------------------------------===//
// Making attributes
//===----------------------------------------------------------------------===//

static ElementsAttr makeBooleans(RankedTensorType type, ArrayRef<char> bytes) {
  SmallVector<bool> values(map_range(bytes, [](char c) { return c != 0; }));
  return DenseElementsAttr::get(type, values);
}

/// A blob over the bytes of a string, which it owns.
static AsmResourceBlob makeBlob(std::unique_ptr<std::string> bytes,
                                size_t alignment) {
  ArrayRef<char> data(bytes->data(), bytes->size());
  if (!isAddrAligned(Align(alignment), data.data()))
    return HeapAsmResourceBlob::allocateAndCopyWithAlign(data, alignment);
  return UnmanagedAsmResourceBlob::allocateWithAlign(
      data, alignment,
      [bytes = std::move(bytes)](void *, size_t, size_t) mutable {
        bytes.reset();
      });
}

static ElementsAttr makeElements(RankedTensorType type, StringRef name,
                                 std::unique_ptr<std::string> bytes) {
  Type elementType = type.getElementType();
  if (elementType.isInteger(1))
    return makeBooleans(type, *bytes);
  if (type.getNumElements() == 0)
    return DenseElementsAttr::get(type, ArrayRef<Attribute>());
  if (bytes->size() <= largestDense)
    return DenseElementsAttr::getFromRawBuffer(type, *bytes);
  return DenseResourceElementsAttr::get(
      type, name.empty() ? "constant" : name,
      makeBlob(std::move(bytes), getElementBytes(elementType)));
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

/// Appends each value of a repeated field as a `Stored`.
template <typename Stored, typename Field>
static void appendAs(const Field &field, std::string &bytes) {
  bytes.reserve(field.size() * sizeof(Stored));
  for (auto value : field) {
    Stored stored = static_cast<Stored>(value);
    bytes.append(reinterpret_cast<const char *>(&stored), sizeof(stored));
  }
}

/// The bytes of a tensor that stores its data in a field of its type.
static std::string readTypedData(const TensorProto &tensor) {
  std::string bytes;
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    appendAs<float>(tensor.float_data(), bytes);
    break;
  case TensorProto::DOUBLE:
    appendAs<double>(tensor.double_data(), bytes);
    break;
  case TensorProto::INT64:
    appendAs<int64_t>(tensor.int64_data(), bytes);
    break;
  case TensorProto::INT32:
    appendAs<int32_t>(tensor.int32_data(), bytes);
    break;
  case TensorProto::UINT64:
    appendAs<uint64_t>(tensor.uint64_data(), bytes);
    break;
  case TensorProto::UINT32:
    appendAs<uint32_t>(tensor.uint64_data(), bytes);
    break;
  case TensorProto::INT16:
  case TensorProto::UINT16:
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
    appendAs<uint16_t>(tensor.int32_data(), bytes);
    break;
  default:
    appendAs<uint8_t>(tensor.int32_data(), bytes);
    break;
  }
  return bytes;
}

/// The constant of packed elements, which keeps a byte for each.
static ElementsAttr makeUnpacked(RankedTensorType type, StringRef name,
                                 ArrayRef<char> bytes) {
  return makeElements(type, name,
                      std::make_unique<std::string>(dlc::unpackElements(
                          bytes, dlc::getPackedBits(type.getElementType()),
                          type.getNumElements())));
}

static Expected<ElementsAttr> takeExternal(const TensorProto &tensor,
                                           StringRef folder,
                                           RankedTensorType type,
                                           uint64_t size) {
  uint64_t elementBytes = getElementBytes(type.getElementType());
  Expected<AsmResourceBlob> blob =
      readExternalData(tensor, folder, size, elementBytes);
  if (!blob)
    return blob.takeError();
  if (dlc::isPackedType(type.getElementType()))
    return makeUnpacked(type, tensor.name(), blob->getData());
  bool isBoolean = type.getElementType().isInteger(1);
  if (size > largestDense && !isBoolean)
    return DenseResourceElementsAttr::get(type, tensor.name(),
                                          std::move(*blob));
  ArrayRef<char> data = blob->getData();
  return makeElements(type, tensor.name(),
                      std::make_unique<std::string>(data.begin(), data.end()));
}

Expected<ElementsAttr> dlc::onnximport::takeTensor(TensorProto &tensor,
                                                   StringRef folder,
                                                   MLIRContext *context) {
  Expected<Type> elementType = getElementType(tensor.data_type(), context);
  if (!elementType)
    return elementType.takeError();
  auto dims = llvm::to_vector_of<int64_t>(tensor.dims());
  Expected<RankedTensorType> type = getStaticType(dims, *elementType);
  if (!type)
    return type.takeError();
  if (tensor.has_segment())
    return error("tensors in segments are not supported");

  uint64_t size = type->getNumElements() * getElementBytes(*elementType);
  if (dlc::isPackedType(*elementType))
    size = divideCeil(size * dlc::getPackedBits(*elementType), 8);
  if (tensor.data_location() == TensorProto::EXTERNAL)
    return takeExternal(tensor, folder, *type, size);
  std::unique_ptr<std::string> bytes;
  if (tensor.has_raw_data())
    bytes.reset(tensor.release_raw_data());
  else
    bytes = std::make_unique<std::string>(readTypedData(tensor));
  if (bytes->size() != size)
    return error("its shape needs " + Twine(size) +
                 " bytes, but its data have " + Twine(bytes->size()));
  std::string name = tensor.name();
  // Typed fields were copied: the originals go now, not at the end.
  tensor.Clear();
  if (dlc::isPackedType(*elementType))
    return makeUnpacked(*type, name, *bytes);
  return makeElements(*type, name, std::move(bytes));
}

//===----------------------------------------------------------------------===//
// Reading values
//===----------------------------------------------------------------------===//

/// Applies `read` to each element of raw bytes that holds `Stored` values.
template <typename Stored, typename Result>
static SmallVector<Result> convertRaw(ArrayRef<char> bytes) {
  SmallVector<Result> result(bytes.size() / sizeof(Stored));
  for (auto [i, value] : enumerate(result)) {
    Stored stored;
    memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    value = static_cast<Result>(stored);
  }
  return result;
}

static std::optional<SmallVector<int64_t>>
readIntegerResource(DenseResourceElementsAttr elements) {
  auto type = dyn_cast<IntegerType>(elements.getElementType());
  AsmResourceBlob *blob = elements.getRawHandle().getBlob();
  if (!type || !blob)
    return std::nullopt;
  ArrayRef<char> bytes = blob->getData();
  bool isUnsigned = type.isUnsigned();
  switch (type.getWidth()) {
  case 8:
    return isUnsigned ? convertRaw<uint8_t, int64_t>(bytes)
                      : convertRaw<int8_t, int64_t>(bytes);
  case 16:
    return isUnsigned ? convertRaw<uint16_t, int64_t>(bytes)
                      : convertRaw<int16_t, int64_t>(bytes);
  case 32:
    return isUnsigned ? convertRaw<uint32_t, int64_t>(bytes)
                      : convertRaw<int32_t, int64_t>(bytes);
  case 64:
    return convertRaw<int64_t, int64_t>(bytes);
  default:
    return std::nullopt;
  }
}

std::optional<SmallVector<int64_t>>
dlc::onnximport::readIntegers(ElementsAttr elements) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements))
    return readIntegerResource(resource);
  auto dense = dyn_cast<DenseIntElementsAttr>(elements);
  if (!dense)
    return std::nullopt;
  auto type = cast<IntegerType>(dense.getElementType());
  bool isUnsigned = type.isUnsigned() || type.getWidth() == 1;
  SmallVector<int64_t> result;
  result.reserve(dense.getNumElements());
  for (const APInt &value : dense.getValues<APInt>())
    result.push_back(isUnsigned ? int64_t(value.getZExtValue())
                                : value.getSExtValue());
  return result;
}

std::optional<SmallVector<double>>
dlc::onnximport::readFloats(ElementsAttr elements) {
  auto type = dyn_cast<FloatType>(elements.getElementType());
  if (!type)
    return std::nullopt;
  if (auto dense = dyn_cast<DenseFPElementsAttr>(elements)) {
    SmallVector<double> result;
    for (const APFloat &value : dense.getValues<APFloat>())
      result.push_back(value.convertToDouble());
    return result;
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(elements);
  AsmResourceBlob *blob =
      resource ? resource.getRawHandle().getBlob() : nullptr;
  if (!blob)
    return std::nullopt;
  if (type.isF32())
    return convertRaw<float, double>(blob->getData());
  if (type.isF64())
    return convertRaw<double, double>(blob->getData());
  return std::nullopt;
}
