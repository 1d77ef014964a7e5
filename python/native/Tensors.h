//===- Tensors.h - Arrays of a caller as tensors of the C ABI -*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_PYTHON_NATIVE_TENSORS_H
#define DLC_PYTHON_NATIVE_TENSORS_H

#include "Native.h"

namespace dlc::python {

/// A buffer of Python that is in use as a tensor of the C ABI. Nothing is
/// copied, shapes included.
class BoundTensor {
public:
  BoundTensor() = default;
  BoundTensor(BoundTensor &&) = delete;
  ~BoundTensor() { release(); }

  /// Takes the object's buffer if it has elements of `dtype`, dense and
  /// aligned, and can be written to if `isWritten`. False, with no Python error
  /// set, if the object has no such buffer.
  bool bind(PyObject *object, dlc_dtype dtype, bool isWritten);
  void release();

  dlc_tensor getTensor(dlc_dtype dtype) const;
  bool hasShape(const int64_t *dims, int32_t rank) const;
  Ref getShape() const { return makeTuple(getDims(), view.ndim); }
  /// True if the two have a byte in common.
  bool overlaps(const BoundTensor &other) const;

private:
  const int64_t *getDims() const {
    static_assert(sizeof(Py_ssize_t) == sizeof(int64_t));
    return reinterpret_cast<const int64_t *>(view.shape);
  }

  Py_buffer view = {};
};

} // namespace dlc::python

#endif // DLC_PYTHON_NATIVE_TENSORS_H
