//===- Tensors.cpp - Arrays of a caller as tensors of the C ABI -----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tensors.h"
#include <cstdint>
#include <cstring>

using namespace dlc::python;

namespace {
/// How a buffer spells an element type: the kind of number and its bytes.
enum class Kind { Float, Signed, Unsigned, Bool, Other };
struct ElementType {
  Kind kind;
  Py_ssize_t bytes;
};
} // namespace

static ElementType getElementType(dlc_dtype dtype) {
  switch (dtype) {
  case DLC_FLOAT32:
    return {Kind::Float, 4};
  case DLC_FLOAT64:
    return {Kind::Float, 8};
  case DLC_FLOAT16:
    return {Kind::Float, 2};
  case DLC_BFLOAT16: // buffers have no format for it: its bits
  case DLC_UINT16:
    return {Kind::Unsigned, 2};
  case DLC_UINT8:
    return {Kind::Unsigned, 1};
  case DLC_UINT32:
    return {Kind::Unsigned, 4};
  case DLC_UINT64:
    return {Kind::Unsigned, 8};
  case DLC_INT8:
    return {Kind::Signed, 1};
  case DLC_INT16:
    return {Kind::Signed, 2};
  case DLC_INT32:
    return {Kind::Signed, 4};
  case DLC_INT64:
    return {Kind::Signed, 8};
  case DLC_BOOL:
    return {Kind::Bool, 1};
  default:
    return {Kind::Other, 0};
  }
}

/// The kind of a format of the module `struct`; only single elements in the
/// machine's order of bytes.
static Kind getKind(const char *format) {
  if (!format)
    return Kind::Unsigned; // bytes
  if (*format && std::strchr("@=<", *format))
    ++format;
  if (!format[0] || format[1])
    return Kind::Other;
  if (std::strchr("efd", *format))
    return Kind::Float;
  if (std::strchr("bhilqn", *format))
    return Kind::Signed;
  if (std::strchr("BHILQN", *format))
    return Kind::Unsigned;
  return *format == '?' ? Kind::Bool : Kind::Other;
}

bool BoundTensor::bind(PyObject *object, dlc_dtype dtype, bool isWritten) {
  release();
  if (PyObject_GetBuffer(object, &view,
                         isWritten ? PyBUF_RECORDS : PyBUF_RECORDS_RO)) {
    PyErr_Clear();
    view.obj = nullptr;
    return false;
  }
  ElementType type = getElementType(dtype);
  bool isFine = view.itemsize == type.bytes &&
                getKind(view.format) == type.kind &&
                PyBuffer_IsContiguous(&view, 'C') &&
                reinterpret_cast<uintptr_t>(view.buf) % view.itemsize == 0;
  if (!isFine)
    release();
  return isFine;
}

void BoundTensor::release() {
  if (view.obj)
    PyBuffer_Release(&view);
}

dlc_tensor BoundTensor::getTensor(dlc_dtype dtype) const {
  // The ABI has one structure for inputs and outputs; inputs are only read.
  return {view.buf, dtype, int32_t(view.ndim),
          const_cast<int64_t *>(getDims())};
}

bool BoundTensor::hasShape(const int64_t *dims, int32_t rank) const {
  return view.ndim == rank &&
         (rank == 0 ||
          std::memcmp(getDims(), dims, rank * sizeof(int64_t)) == 0);
}

bool BoundTensor::overlaps(const BoundTensor &other) const {
  auto begin = static_cast<const char *>(view.buf),
       otherBegin = static_cast<const char *>(other.view.buf);
  return begin < otherBegin + other.view.len && otherBegin < begin + view.len &&
         view.len != 0 && other.view.len != 0;
}
