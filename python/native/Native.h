//===- Native.h - Compiled models as Python objects -----------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The module `dlc._native`, what is called at each run of a model: the C ABI of
// libraries, buffers and DLPack. It is written against Python's limited API, so
// that one build serves every version from 3.11 on, and knows nothing of the
// compiler. All else of the package is written in Python.
//
//===----------------------------------------------------------------------===//

#ifndef DLC_PYTHON_NATIVE_NATIVE_H
#define DLC_PYTHON_NATIVE_NATIVE_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include "dlc/Runtime/ABI.h"
#include <utility>

namespace dlc::python {

/// An owned reference to an object, or null.
class Ref {
public:
  Ref() = default;
  /// Takes over a new reference.
  explicit Ref(PyObject *object) : object(object) {}
  Ref(Ref &&other) : object(std::exchange(other.object, nullptr)) {}
  Ref &operator=(Ref &&other) {
    std::swap(object, other.object);
    return *this;
  }
  ~Ref() { Py_XDECREF(object); }

  /// A further reference to an object that someone else owns.
  static Ref share(PyObject *object) { return Ref(Py_XNewRef(object)); }

  PyObject *get() const { return object; }
  /// Hands the reference over.
  PyObject *release() { return std::exchange(object, nullptr); }
  explicit operator bool() const { return object; }

private:
  PyObject *object = nullptr;
};

/// A loaded library, the object behind `dlc._native.Library`.
struct Library {
  PyObject ob_base;
  void *handle;
  const dlc_model_v1 *model;

  // What libraries of the first compilers don't describe.
  bool hasOpenSizes() const {
    return model->struct_size > offsetof(dlc_model_v1, num_symbols) &&
           model->num_symbols;
  }
  /// Whether sizes of outputs are found while the model runs.
  bool hasComputedSizes() const {
    return model->struct_size > offsetof(dlc_model_v1, result_dims) &&
           model->num_computed_sizes;
  }
  bool hasStates() const {
    return model->struct_size > offsetof(dlc_model_v1, num_states) &&
           model->num_states;
  }
};

/// Creates the types; false with a Python error set if that fails.
bool addLibraryType(PyObject *module);
bool addContextType(PyObject *module);
bool addDLPackType(PyObject *module);

/// True if the object is a Library.
bool isLibrary(PyObject *object);

/// A tuple of `count` integers.
Ref makeTuple(const int64_t *values, Py_ssize_t count);

/// What a type's slots are made of.
template <typename Function> PyType_Slot slot(int id, Function *function) {
  return {id, reinterpret_cast<void *>(function)};
}

/// A type's `new`: there is no object that isn't complete.
template <typename Object, int (*init)(Object *self, PyObject *arguments)>
PyObject *makeObject(PyTypeObject *type, PyObject *arguments, PyObject *) {
  Ref self(PyType_GenericAlloc(type, 0));
  if (!self || init(reinterpret_cast<Object *>(self.get()), arguments))
    return nullptr;
  return self.release();
}

/// Frees an object of a type that was made from a specification.
template <typename Object> void freeObject(Object *self) {
  auto *object = reinterpret_cast<PyObject *>(self);
  PyTypeObject *type = Py_TYPE(object);
  auto free = reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free));
  free(object);
  Py_DECREF(type);
}

} // namespace dlc::python

#endif // DLC_PYTHON_NATIVE_NATIVE_H
