//===- Library.cpp - Libraries and what they describe ---------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Native.h"
#include <dlfcn.h>

using namespace dlc::python;

static PyTypeObject *libraryType;

bool dlc::python::isLibrary(PyObject *object) {
  return PyObject_TypeCheck(object, libraryType);
}

Ref dlc::python::makeTuple(const int64_t *values, Py_ssize_t count) {
  Ref tuple(PyTuple_New(count));
  for (Py_ssize_t i = 0; tuple && i < count; ++i) {
    PyObject *value = PyLong_FromLongLong(values[i]);
    if (!value)
      return Ref();
    PyTuple_SetItem(tuple.get(), i, value);
  }
  return tuple;
}

/// A tuple of what `make` makes of each element.
template <typename Element, typename Maker>
static Ref makeTupleOf(const Element *elements, uint32_t count, Maker make) {
  Ref tuple(PyTuple_New(count));
  for (uint32_t i = 0; tuple && i < count; ++i) {
    Ref item = make(elements[i]);
    if (!item)
      return Ref();
    PyTuple_SetItem(tuple.get(), i, item.release());
  }
  return tuple;
}

/// (name, dtype, dims, dim_names, bytes)
static Ref describeTensor(const char *name, dlc_dtype dtype, int32_t rank,
                          const int64_t *dims, const char *const *dimNames,
                          uint64_t bytes) {
  Ref sizes = makeTuple(dims, rank);
  Ref names = makeTupleOf(dimNames, rank, [](const char *text) {
    return Ref(PyUnicode_FromString(text));
  });
  if (!sizes || !names)
    return Ref();
  return Ref(Py_BuildValue("siOOK", name, int(dtype), sizes.get(), names.get(),
                           (unsigned long long)bytes));
}

static Ref describeInfo(const dlc_tensor_info &info) {
  return describeTensor(info.name, info.dtype, info.rank, info.dims,
                        info.dim_names, info.bytes);
}

static Ref describeSymbol(const dlc_symbol &symbol) {
  return Ref(Py_BuildValue("sLLL", symbol.name, (long long)symbol.min,
                           (long long)symbol.max, (long long)symbol.likely));
}

/// (the input as a tensor, the output's name, axis, symbol)
static Ref describeState(const dlc_state_info &state) {
  Ref tensor = describeTensor(state.input, state.dtype, state.rank, state.dims,
                              state.dim_names, state.bytes);
  if (!tensor)
    return tensor;
  return Ref(Py_BuildValue("Osii", tensor.get(), state.output, int(state.axis),
                           int(state.symbol)));
}

static PyObject *describe(Library *self, PyObject *) {
  const dlc_model_v1 &model = *self->model;
  Ref inputs = makeTupleOf(model.inputs, model.num_inputs, describeInfo);
  Ref outputs = makeTupleOf(model.outputs, model.num_outputs, describeInfo);
  Ref symbols =
      makeTupleOf(model.symbols, self->hasOpenSizes() ? model.num_symbols : 0,
                  describeSymbol);
  Ref states = makeTupleOf(
      model.states, self->hasStates() ? model.num_states : 0, describeState);
  if (!inputs || !outputs || !symbols || !states)
    return nullptr;
  return Py_BuildValue("{s:s,s:s,s:s,s:s,s:K,s:K,s:K,s:O,s:O,s:O,s:O}", "name",
                       model.name, "producer", model.producer, "triple",
                       model.triple, "cpu", model.cpu, "context_bytes",
                       (unsigned long long)model.context_bytes, "arena_bytes",
                       (unsigned long long)model.arena_bytes, "weights_bytes",
                       (unsigned long long)model.weights_bytes, "inputs",
                       inputs.get(), "outputs", outputs.get(), "symbols",
                       symbols.get(), "states", states.get());
}

static int initLibrary(Library *self, PyObject *arguments) {
  const char *path, *symbol;
  if (!PyArg_ParseTuple(arguments, "ss:Library", &path, &symbol))
    return -1;
  self->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  auto getModel = self->handle ? reinterpret_cast<const dlc_model_v1 *(*)()>(
                                     dlsym(self->handle, symbol))
                               : nullptr;
  if (!getModel) {
    PyErr_SetString(PyExc_OSError, dlerror());
    return -1;
  }
  self->model = getModel();
  if (self->model->abi_version != DLC_ABI_V1 ||
      self->model->struct_size < offsetof(dlc_model_v1, num_symbols)) {
    PyErr_Format(PyExc_OSError, "%s: it has another version of the C ABI",
                 path);
    return -1;
  }
  return 0;
}

static void freeLibrary(Library *self) {
  if (self->handle)
    dlclose(self->handle);
  freeObject(self);
}

bool dlc::python::addLibraryType(PyObject *module) {
  static PyMethodDef methods[] = {
      {"describe", reinterpret_cast<PyCFunction>(describe), METH_NOARGS,
       "What the library says of itself, as a dict."},
      {nullptr, nullptr, 0, nullptr}};
  static PyType_Slot slots[] = {
      slot(Py_tp_new, makeObject<Library, initLibrary>),
      slot(Py_tp_dealloc, freeLibrary),
      slot(Py_tp_methods, methods),
      slot(Py_tp_doc, const_cast<char *>(
                          "Library(path, symbol): a compiled model, loaded; "
                          "unloaded when nothing refers to it any more.")),
      {0, nullptr}};
  static PyType_Spec spec = {"dlc._native.Library", sizeof(Library), 0,
                             Py_TPFLAGS_DEFAULT, slots};
  libraryType = reinterpret_cast<PyTypeObject *>(PyType_FromSpec(&spec));
  return libraryType && PyModule_AddType(module, libraryType) == 0;
}
