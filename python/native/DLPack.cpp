//===- DLPack.cpp - Tensors of other frameworks as buffers ----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A DLPack capsule becomes an object with Python's buffer protocol, which keeps
// the tensor alive. That has no format for bfloat16: such elements are their
// bits, and the attribute `dtype` says what they are.
//
//===----------------------------------------------------------------------===//

#include "Native.h"
#include <cstddef>

using namespace dlc::python;

//===----------------------------------------------------------------------===//
// The protocol's structures
//===----------------------------------------------------------------------===//

namespace {

struct DLTensor {
  void *data;
  struct {
    int32_t type, id;
  } device;
  int32_t rank;
  struct {
    uint8_t code, bits;
    uint16_t lanes;
  } dtype;
  int64_t *shape;
  int64_t *strides; // in elements; null: dense
  uint64_t byteOffset;
};

struct DLManaged {
  DLTensor tensor;
  void *manager;
  void (*deleter)(DLManaged *self);
};

/// From version 1.0 of DLPack on.
struct DLManagedVersioned {
  uint32_t major, minor;
  void *manager;
  void (*deleter)(DLManagedVersioned *self);
  uint64_t flags;
  DLTensor tensor;
};

enum : uint64_t { kReadOnly = 1 };

struct ElementType {
  uint8_t code, bits;
  const char *format; // in Python's buffers
  const char *name;
};

} // namespace

static const ElementType kElementTypes[] = {
    {0, 8, "b", "int8"},     {0, 16, "h", "int16"},   {0, 32, "i", "int32"},
    {0, 64, "q", "int64"},   {1, 8, "B", "uint8"},    {1, 16, "H", "uint16"},
    {1, 32, "I", "uint32"},  {1, 64, "Q", "uint64"},  {2, 16, "e", "float16"},
    {2, 32, "f", "float32"}, {2, 64, "d", "float64"}, {4, 16, "H", "bfloat16"},
    {6, 8, "?", "bool"},
};

//===----------------------------------------------------------------------===//
// The object
//===----------------------------------------------------------------------===//

namespace {
struct Imported {
  PyObject ob_base;
  DLManaged *legacy;             // one of the two
  DLManagedVersioned *versioned; //
  const ElementType *type;
  Py_ssize_t *shape, *strides; // one block, strides in bytes
  Py_ssize_t bytes;

  const DLTensor &tensor() const {
    return versioned ? versioned->tensor : legacy->tensor;
  }
};
} // namespace

/// Takes what the capsule holds; the capsule's destructor then leaves it.
static bool take(Imported *self, PyObject *capsule) {
  if (PyCapsule_IsValid(capsule, "dltensor_versioned")) {
    auto *managed = static_cast<DLManagedVersioned *>(
        PyCapsule_GetPointer(capsule, "dltensor_versioned"));
    if (managed->major != 1) {
      PyErr_Format(PyExc_BufferError, "DLPack %u isn't known",
                   unsigned(managed->major));
      return false;
    }
    self->versioned = managed;
    return PyCapsule_SetName(capsule, "used_dltensor_versioned") == 0;
  }
  if (!PyCapsule_IsValid(capsule, "dltensor")) {
    PyErr_SetString(PyExc_TypeError, "not a DLPack capsule, or a used one");
    return false;
  }
  self->legacy =
      static_cast<DLManaged *>(PyCapsule_GetPointer(capsule, "dltensor"));
  return PyCapsule_SetName(capsule, "used_dltensor") == 0;
}

/// Works out what the buffer protocol asks for.
static bool describe(Imported *self) {
  const DLTensor &tensor = self->tensor();
  for (const ElementType &type : kElementTypes)
    if (tensor.dtype.code == type.code && tensor.dtype.bits == type.bits &&
        tensor.dtype.lanes == 1)
      self->type = &type;
  if (!self->type) {
    PyErr_Format(PyExc_BufferError,
                 "DLPack's element type of code %d and %d bits isn't supported",
                 int(tensor.dtype.code), int(tensor.dtype.bits));
    return false;
  }
  size_t rank = size_t(tensor.rank);
  self->shape = static_cast<Py_ssize_t *>(
      PyMem_Malloc((2 * rank + 1) * sizeof(Py_ssize_t)));
  if (!self->shape) {
    PyErr_NoMemory();
    return false;
  }
  self->strides = self->shape + rank;
  self->bytes = self->type->bits / 8;
  for (size_t d = rank; d-- > 0;) {
    self->shape[d] = tensor.shape[d];
    self->strides[d] = tensor.strides
                           ? tensor.strides[d] * (self->type->bits / 8)
                           : self->bytes;
    self->bytes *= tensor.shape[d];
  }
  return true;
}

static int initImported(Imported *self, PyObject *arguments) {
  PyObject *capsule;
  if (!PyArg_ParseTuple(arguments, "O:DLPackTensor", &capsule))
    return -1;
  return take(self, capsule) && describe(self) ? 0 : -1;
}

static void freeImported(Imported *self) {
  if (self->versioned && self->versioned->deleter)
    self->versioned->deleter(self->versioned);
  if (self->legacy && self->legacy->deleter)
    self->legacy->deleter(self->legacy);
  PyMem_Free(self->shape);
  freeObject(self);
}

static int getBuffer(Imported *self, Py_buffer *view, int flags) {
  bool isReadOnly = self->versioned && (self->versioned->flags & kReadOnly);
  if (isReadOnly && (flags & PyBUF_WRITABLE)) {
    view->obj = nullptr;
    PyErr_SetString(PyExc_BufferError, "the tensor can only be read");
    return -1;
  }
  // Who asks for less than strides gets what is dense alone.
  const DLTensor &tensor = self->tensor();
  view->buf = static_cast<char *>(tensor.data) + tensor.byteOffset;
  view->obj = Py_NewRef(reinterpret_cast<PyObject *>(self));
  view->len = self->bytes;
  view->readonly = isReadOnly;
  view->itemsize = self->type->bits / 8;
  view->format = (flags & PyBUF_FORMAT) == PyBUF_FORMAT
                     ? const_cast<char *>(self->type->format)
                     : nullptr;
  view->ndim = tensor.rank;
  view->shape = self->shape;
  view->strides = self->strides;
  view->suboffsets = nullptr;
  view->internal = nullptr;
  if ((flags & PyBUF_STRIDES) == PyBUF_STRIDES ||
      PyBuffer_IsContiguous(view, 'C'))
    return 0;
  Py_CLEAR(view->obj);
  PyErr_SetString(PyExc_BufferError, "the tensor isn't dense");
  return -1;
}

static PyObject *getDType(Imported *self, void *) {
  return PyUnicode_FromString(self->type->name);
}

bool dlc::python::addDLPackType(PyObject *module) {
  static PyGetSetDef attributes[] = {
      {"dtype", reinterpret_cast<getter>(getDType), nullptr,
       "The element type's name.", nullptr},
      {nullptr, nullptr, nullptr, nullptr, nullptr}};
  static PyType_Slot slots[] = {
      slot(Py_tp_new, makeObject<Imported, initImported>),
      slot(Py_tp_dealloc, freeImported),
      slot(Py_bf_getbuffer, getBuffer),
      slot(Py_tp_getset, attributes),
      slot(Py_tp_doc,
           const_cast<char *>("DLPackTensor(capsule): the tensor of a DLPack "
                              "capsule as a buffer, not copied.")),
      {0, nullptr}};
  static PyType_Spec spec = {"dlc._native.DLPackTensor", sizeof(Imported), 0,
                             Py_TPFLAGS_DEFAULT, slots};
  Ref type(PyType_FromSpec(&spec));
  return type && PyModule_AddType(
                     module, reinterpret_cast<PyTypeObject *>(type.get())) == 0;
}
