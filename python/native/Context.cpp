//===- Context.cpp - Contexts and running ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One thread at a time uses a context: others wait, without the interpreter's
// lock. All of a call's structures belong to the context, so that a call
// allocates nothing but the arrays that it returns.
//
//===----------------------------------------------------------------------===//

#include "Native.h"
#include "Tensors.h"
#include <memory>

using namespace dlc::python;

namespace {

/// What an array is to a model. Numbers for `convert`.
enum class Role : int { Input, Output, State };

/// Tensors of one role.
struct Slots {
  explicit Slots(uint32_t count)
      : count(count), bound(new BoundTensor[count]),
        tensors(new dlc_tensor[count + 1]) {}

  void release() {
    for (uint32_t i = 0; i < count; ++i)
      bound[i].release();
  }

  uint32_t count;
  std::unique_ptr<BoundTensor[]> bound;
  std::unique_ptr<dlc_tensor[]> tensors;
};

/// The object `dlc._native.Context`.
struct Context;

struct ContextObject {
  PyObject ob_base;
  Context *context;
};

struct Context {
  /// The model's states or none.
  static uint32_t countStates(const Library &library) {
    return library.hasStates() ? library.model->num_states : 0;
  }

  explicit Context(Library *library)
      : owner(Ref::share(reinterpret_cast<PyObject *>(library))),
        library(*library), model(*library->model), inputs(model.num_inputs),
        outputs(model.num_outputs), states(countStates(*library)) {}
  ~Context() {
    if (context)
      model.destroy(context);
    if (lock)
      PyThread_free_lock(lock);
  }

  bool create(unsigned threads, PyObject *maxDims, const char *weightsPath);
  PyObject *run(PyObject *values, PyObject *results);
  PyObject *getOutputDims(PyObject *shapes);
  PyObject *readState(Py_ssize_t state);
  bool writeStates(PyObject *values);

  /// Sets the exception that `fail` makes of a status and a text.
  void raise(dlc_status status, const char *text);
  /// True if all went well.
  bool check(dlc_status status) {
    if (status != DLC_OK)
      raise(status, model.last_error(context));
    return status == DLC_OK;
  }

  Ref owner;
  Library &library;
  const dlc_model_v1 &model;
  dlc_context *context = nullptr;
  PyThread_type_lock lock = nullptr;
  unsigned long thread = 0; // who has the lock; 0: nobody
  Slots inputs, outputs, states;
  std::unique_ptr<int64_t[]> outputDims; // of all outputs, one after the other

  /// empty(shape, type): a new array.
  Ref empty;
  /// The arguments of `empty` for each output; where sizes are open, its type
  /// alone. For each state its type.
  Ref outputTypes, stateTypes;
  /// convert(value, role, index): an object with a fitting buffer.
  Ref convert;
  /// fail(status, text): an exception.
  Ref fail;

private:
  bool bind(BoundTensor &bound, PyObject *value, Role role, uint32_t index,
            dlc_dtype dtype);
  bool bindAll(Slots &slots, PyObject *values, Role role);
  bool chooseSizes();
  Ref makeOutput(uint32_t index);
  Ref bindOutputs(PyObject *results);
  bool shrinkOutputs(const Ref &list);
  bool checkShape(uint32_t index);
  bool checkOverlaps();
};

/// Holds a context for one call; false, with a Python error set, if the same
/// thread has it already.
class ContextLock {
public:
  explicit ContextLock(Context &context) : context(context) {
    unsigned long self = PyThread_get_thread_ident();
    if (context.thread == self) {
      PyErr_SetString(PyExc_RuntimeError,
                      "the model is running in this thread already");
      return;
    }
    if (!PyThread_acquire_lock(context.lock, NOWAIT_LOCK)) {
      Py_BEGIN_ALLOW_THREADS;
      PyThread_acquire_lock(context.lock, WAIT_LOCK);
      Py_END_ALLOW_THREADS;
    }
    context.thread = self;
    isHeld = true;
  }
  ContextLock(const ContextLock &) = delete;
  ~ContextLock() {
    if (!isHeld)
      return;
    context.inputs.release();
    context.outputs.release();
    context.states.release();
    context.thread = 0;
    PyThread_release_lock(context.lock);
  }
  explicit operator bool() const { return isHeld; }

private:
  Context &context;
  bool isHeld = false;
};

} // namespace

//===----------------------------------------------------------------------===//
// Making
//===----------------------------------------------------------------------===//

void Context::raise(dlc_status status, const char *text) {
  Ref exception(PyObject_CallFunction(fail.get(), "is", int(status), text));
  if (exception)
    PyErr_SetObject(reinterpret_cast<PyObject *>(Py_TYPE(exception.get())),
                    exception.get());
}

bool Context::create(unsigned threads, PyObject *maxDims,
                     const char *weightsPath) {
  char error[512] = "";
  dlc_options options = DLC_OPTIONS_INIT;
  options.error = error;
  options.error_bytes = sizeof error;
  options.num_threads = threads;
  options.weights_path = weightsPath;
  std::unique_ptr<int64_t[]> bounds;
  if (maxDims != Py_None) {
    Py_ssize_t count = PyTuple_Size(maxDims);
    if (count != (library.hasOpenSizes() ? model.num_symbols : 0)) {
      PyErr_SetString(PyExc_TypeError, "not a tuple with all open sizes");
      return false;
    }
    bounds.reset(new int64_t[count + 1]);
    for (Py_ssize_t i = 0; i < count; ++i)
      bounds[i] = PyLong_AsLongLong(PyTuple_GetItem(maxDims, i));
    if (PyErr_Occurred())
      return false;
    options.max_dims = bounds.get();
  }
  size_t numDims = 0;
  for (uint32_t i = 0; i < model.num_outputs; ++i)
    numDims += model.outputs[i].rank;
  outputDims.reset(new int64_t[numDims + 1]);
  lock = PyThread_allocate_lock();
  if (!lock) {
    PyErr_NoMemory();
    return false;
  }
  dlc_status status;
  Py_BEGIN_ALLOW_THREADS;
  status = model.create(&options, &context);
  Py_END_ALLOW_THREADS;
  if (status != DLC_OK)
    raise(status, error);
  return status == DLC_OK;
}

static int initContext(ContextObject *self, PyObject *arguments) {
  PyObject *library, *maxDims, *empty, *outputTypes, *stateTypes, *convert,
      *fail;
  const char *weightsPath;
  unsigned threads;
  if (!PyArg_ParseTuple(arguments, "OIOzOOOOO:Context", &library, &threads,
                        &maxDims, &weightsPath, &empty, &outputTypes,
                        &stateTypes, &convert, &fail))
    return -1;
  if (!isLibrary(library)) {
    PyErr_SetString(PyExc_TypeError, "a context is made of a Library");
    return -1;
  }
  self->context = new Context(reinterpret_cast<Library *>(library));
  self->context->empty = Ref::share(empty);
  self->context->outputTypes = Ref::share(outputTypes);
  self->context->stateTypes = Ref::share(stateTypes);
  self->context->convert = Ref::share(convert);
  self->context->fail = Ref::share(fail);
  return self->context->create(threads, maxDims, weightsPath) ? 0 : -1;
}

static void freeContext(ContextObject *self) {
  delete self->context;
  freeObject(self);
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

bool Context::bind(BoundTensor &bound, PyObject *value, Role role,
                   uint32_t index, dlc_dtype dtype) {
  bool isWritten = role == Role::Output;
  if (bound.bind(value, dtype, isWritten))
    return true;
  Ref converted(PyObject_CallFunction(convert.get(), "OiI", value, int(role),
                                      unsigned(index)));
  if (!converted)
    return false;
  if (bound.bind(converted.get(), dtype, isWritten))
    return true;
  PyErr_SetString(PyExc_TypeError, "the array has no buffer that fits");
  return false;
}

/// Binds a list with a value for each slot.
bool Context::bindAll(Slots &slots, PyObject *values, Role role) {
  if (!PyList_Check(values) || PyList_Size(values) != Py_ssize_t(slots.count)) {
    PyErr_Format(PyExc_TypeError, "not a list of %u", unsigned(slots.count));
    return false;
  }
  for (uint32_t i = 0; i < slots.count; ++i) {
    dlc_dtype dtype =
        role == Role::Input ? model.inputs[i].dtype : model.states[i].dtype;
    // What converts may be anyone's code, which may change the list.
    Ref value = Ref::share(PyList_GetItem(values, i));
    if (!value || !bind(slots.bound[i], value.get(), role, i, dtype))
      return false;
    slots.tensors[i] = slots.bound[i].getTensor(dtype);
  }
  return true;
}

/// Finds the shapes of the outputs, for the inputs as they are set.
bool Context::chooseSizes() {
  int64_t *dims = outputDims.get();
  for (uint32_t i = 0; i < outputs.count; ++i) {
    const dlc_tensor_info &info = model.outputs[i];
    outputs.tensors[i] = {nullptr, info.dtype, info.rank, dims};
    for (int32_t d = 0; d < info.rank; ++d)
      *dims++ = info.dims[d];
  }
  return !(library.hasOpenSizes() || library.hasComputedSizes()) ||
         check(model.output_dims(context, inputs.tensors.get(), inputs.count,
                                 outputs.tensors.get(), outputs.count));
}

Ref Context::makeOutput(uint32_t index) {
  PyObject *type = PyTuple_GetItem(outputTypes.get(), index);
  if (!type)
    return Ref();
  if (PyTuple_Check(type))
    return Ref(PyObject_Call(empty.get(), type, nullptr));
  const dlc_tensor &tensor = outputs.tensors[index];
  Ref shape = makeTuple(tensor.dims, tensor.rank);
  if (!shape)
    return shape;
  return Ref(
      PyObject_CallFunctionObjArgs(empty.get(), shape.get(), type, nullptr));
}

bool Context::checkShape(uint32_t index) {
  const dlc_tensor &tensor = outputs.tensors[index];
  if (outputs.bound[index].hasShape(tensor.dims, tensor.rank))
    return true;
  Ref want = makeTuple(tensor.dims, tensor.rank),
      have = outputs.bound[index].getShape();
  Ref text(want && have ? PyUnicode_FromFormat(
                              "output %s: the array has the shape %R, it is to "
                              "have %R",
                              model.outputs[index].name, have.get(), want.get())
                        : nullptr);
  Ref utf8(text ? PyUnicode_AsUTF8String(text.get()) : nullptr);
  if (utf8)
    raise(DLC_INVALID_ARGUMENT, PyBytes_AsString(utf8.get()));
  return false;
}

/// That no output of the caller's shares memory with another tensor.
bool Context::checkOverlaps() {
  for (uint32_t i = 0; i < outputs.count; ++i) {
    for (uint32_t k = 0; k < inputs.count + i; ++k) {
      bool isInput = k < inputs.count;
      BoundTensor &other =
          isInput ? inputs.bound[k] : outputs.bound[k - inputs.count];
      if (!outputs.bound[i].overlaps(other))
        continue;
      Ref text(PyUnicode_FromFormat(
          "output %s: the array shares memory with %s %s",
          model.outputs[i].name, isInput ? "input" : "output",
          isInput ? model.inputs[k].name
                  : model.outputs[k - inputs.count].name));
      Ref utf8(text ? PyUnicode_AsUTF8String(text.get()) : nullptr);
      if (utf8)
        raise(DLC_INVALID_ARGUMENT, PyBytes_AsString(utf8.get()));
      return false;
    }
  }
  return true;
}

/// Takes the caller's arrays, or makes them where there are none: the list of
/// all.
Ref Context::bindOutputs(PyObject *results) {
  bool hasResults = results != Py_None;
  if (hasResults && (!PyList_Check(results) ||
                     PyList_Size(results) != Py_ssize_t(outputs.count))) {
    PyErr_Format(PyExc_TypeError, "not a list of %u", unsigned(outputs.count));
    return Ref();
  }
  Ref list(PyList_New(outputs.count));
  for (uint32_t i = 0; list && i < outputs.count; ++i) {
    PyObject *given = hasResults ? PyList_GetItem(results, i) : Py_None;
    bool isNew = given == Py_None;
    Ref array = isNew ? makeOutput(i) : Ref::share(given);
    if (!array ||
        !bind(outputs.bound[i], array.get(), Role::Output, i,
              model.outputs[i].dtype) ||
        !checkShape(i))
      return Ref();
    outputs.tensors[i].data =
        outputs.bound[i].getTensor(model.outputs[i].dtype).data;
    PyList_SetItem(list.get(), i, array.release());
  }
  if (hasResults && list && !checkOverlaps())
    return Ref();
  return list;
}

PyObject *Context::run(PyObject *values, PyObject *results) {
  ContextLock held(*this);
  if (!held || !bindAll(inputs, values, Role::Input) || !chooseSizes())
    return nullptr;
  Ref list = bindOutputs(results);
  if (!list)
    return nullptr;
  dlc_status status;
  Py_BEGIN_ALLOW_THREADS;
  status = model.run_tensors(context, inputs.tensors.get(), inputs.count,
                             outputs.tensors.get(), outputs.count);
  Py_END_ALLOW_THREADS;
  if (!check(status) || (library.hasComputedSizes() && !shrinkOutputs(list)))
    return nullptr;
  return list.release();
}

/// Makes the outputs in the list views of what the run has written: their first
/// elements, in the shapes that the run has found.
bool Context::shrinkOutputs(const Ref &list) {
  for (uint32_t i = 0; i < outputs.count; ++i) {
    const dlc_tensor &tensor = outputs.tensors[i];
    if (outputs.bound[i].hasShape(tensor.dims, tensor.rank))
      continue;
    Py_ssize_t count = 1;
    for (int32_t d = 0; d < tensor.rank; ++d)
      count *= tensor.dims[d];
    Ref shape = makeTuple(tensor.dims, tensor.rank);
    Ref flat(PyObject_CallMethod(PyList_GetItem(list.get(), i), "reshape", "n",
                                 Py_ssize_t(-1)));
    Ref part(flat ? PySequence_GetSlice(flat.get(), 0, count) : nullptr);
    Ref result(part && shape ? PyObject_CallMethod(part.get(), "reshape", "O",
                                                   shape.get())
                             : nullptr);
    if (!result)
      return false;
    PyList_SetItem(list.get(), i, result.release());
  }
  return true;
}

PyObject *Context::getOutputDims(PyObject *shapes) {
  ContextLock held(*this);
  if (!held)
    return nullptr;
  if (!PyTuple_Check(shapes) ||
      PyTuple_Size(shapes) != Py_ssize_t(inputs.count)) {
    PyErr_Format(PyExc_TypeError, "not a tuple of %u", unsigned(inputs.count));
    return nullptr;
  }
  std::unique_ptr<std::unique_ptr<int64_t[]>[]> dims(
      new std::unique_ptr<int64_t[]>[inputs.count]);
  for (uint32_t i = 0; i < inputs.count; ++i) {
    PyObject *shape = PyTuple_GetItem(shapes, i);
    Py_ssize_t rank = PyTuple_Size(shape);
    if (rank < 0)
      return nullptr;
    dims[i].reset(new int64_t[rank + 1]);
    for (Py_ssize_t d = 0; d < rank; ++d)
      dims[i][d] = PyLong_AsLongLong(PyTuple_GetItem(shape, d));
    if (PyErr_Occurred())
      return nullptr;
    inputs.tensors[i] = {nullptr, model.inputs[i].dtype, int32_t(rank),
                         dims[i].get()};
  }
  if (!chooseSizes())
    return nullptr;
  Ref result(PyTuple_New(outputs.count));
  for (uint32_t i = 0; result && i < outputs.count; ++i) {
    Ref shape = makeTuple(outputs.tensors[i].dims, outputs.tensors[i].rank);
    if (!shape)
      return nullptr;
    PyTuple_SetItem(result.get(), i, shape.release());
  }
  return result.release();
}

static PyObject *run(ContextObject *self, PyObject *const *arguments,
                     Py_ssize_t count) {
  if (count != 2) {
    PyErr_SetString(PyExc_TypeError, "run(inputs, outputs or None)");
    return nullptr;
  }
  return self->context->run(arguments[0], arguments[1]);
}

static PyObject *getOutputDims(ContextObject *self, PyObject *shapes) {
  return self->context->getOutputDims(shapes);
}

//===----------------------------------------------------------------------===//
// States
//===----------------------------------------------------------------------===//

PyObject *Context::readState(Py_ssize_t state) {
  ContextLock held(*this);
  if (!held)
    return nullptr;
  if (state < 0 || state >= Py_ssize_t(states.count)) {
    PyErr_SetString(PyExc_IndexError, "no such state");
    return nullptr;
  }
  const dlc_state_info &info = model.states[state];
  std::unique_ptr<int64_t[]> dims(new int64_t[info.rank + 1]);
  dlc_tensor tensor = {nullptr, info.dtype, info.rank, dims.get()};
  if (!check(model.state_read(context, state, &tensor)))
    return nullptr;
  Ref shape = makeTuple(tensor.dims, tensor.rank);
  PyObject *type = PyTuple_GetItem(stateTypes.get(), state);
  if (!shape || !type)
    return nullptr;
  Ref array(
      PyObject_CallFunctionObjArgs(empty.get(), shape.get(), type, nullptr));
  if (!array ||
      !bind(states.bound[state], array.get(), Role::State, state, info.dtype))
    return nullptr;
  tensor.data = states.bound[state].getTensor(info.dtype).data;
  return check(model.state_read(context, state, &tensor)) ? array.release()
                                                          : nullptr;
}

bool Context::writeStates(PyObject *values) {
  ContextLock held(*this);
  if (!held || !bindAll(states, values, Role::State))
    return false;
  return check(model.state_write(context, states.tensors.get(), states.count));
}

/// That the model has states at all.
static bool checkStates(Context &context) {
  if (!context.states.count)
    context.raise(DLC_INVALID_ARGUMENT, "the model has no states");
  return context.states.count;
}

static PyObject *resetStates(ContextObject *self, PyObject *) {
  Context &context = *self->context;
  ContextLock held(context);
  if (!held || !checkStates(context) ||
      !context.check(context.model.state_reset(context.context)))
    return nullptr;
  return Py_NewRef(Py_None);
}

static PyObject *copyStates(ContextObject *self, PyObject *from) {
  if (Py_TYPE(from) != Py_TYPE(reinterpret_cast<PyObject *>(self))) {
    PyErr_SetString(PyExc_TypeError, "not a context");
    return nullptr;
  }
  // `self` is new: nobody else holds it while waiting for the other.
  Context &context = *self->context;
  Context &source = *reinterpret_cast<ContextObject *>(from)->context;
  ContextLock heldSource(source);
  if (!heldSource)
    return nullptr;
  ContextLock held(context);
  if (!held || !checkStates(context) ||
      !context.check(context.model.state_fork(source.context, context.context)))
    return nullptr;
  return Py_NewRef(Py_None);
}

static PyObject *getStateLength(ContextObject *self, PyObject *state) {
  Context &context = *self->context;
  size_t number = PyLong_AsSize_t(state);
  ContextLock held(context);
  if (!held || PyErr_Occurred() || !checkStates(context))
    return nullptr;
  return PyLong_FromLongLong(
      context.model.state_length(context.context, number));
}

static PyObject *rewindStates(ContextObject *self, PyObject *length) {
  Context &context = *self->context;
  int64_t positions = PyLong_AsLongLong(length);
  ContextLock held(context);
  if (!held || PyErr_Occurred() || !checkStates(context) ||
      !context.check(context.model.state_rewind(context.context, positions)))
    return nullptr;
  return Py_NewRef(Py_None);
}

static PyObject *readState(ContextObject *self, PyObject *state) {
  Py_ssize_t number = PyLong_AsSsize_t(state);
  return PyErr_Occurred() ? nullptr : self->context->readState(number);
}

static PyObject *writeStates(ContextObject *self, PyObject *values) {
  if (!checkStates(*self->context) || !self->context->writeStates(values))
    return nullptr;
  return Py_NewRef(Py_None);
}

//===----------------------------------------------------------------------===//
// The type
//===----------------------------------------------------------------------===//

template <typename Function>
static PyMethodDef method(const char *name, Function *function, int flags,
                          const char *text) {
  return {name,
          reinterpret_cast<PyCFunction>(reinterpret_cast<void *>(function)),
          flags, text};
}

bool dlc::python::addContextType(PyObject *module) {
  static PyMethodDef methods[] = {
      method("run", run, METH_FASTCALL, "Runs the model; the outputs."),
      method("output_dims", getOutputDims, METH_O,
             "The shapes of the outputs for those of the inputs."),
      method("reset", resetStates, METH_NOARGS, "Begins again."),
      method("copy_states", copyStates, METH_O,
             "Takes over the states of another context of the library."),
      method("state_length", getStateLength, METH_O,
             "The length of a state that grows, -1 of another."),
      method("rewind", rewindStates, METH_O, "Forgets the last positions."),
      method("read_state", readState, METH_O, "A copy of a state."),
      method("write_states", writeStates, METH_O, "Sets all states."),
      {nullptr, nullptr, 0, nullptr}};
  static PyType_Slot slots[] = {
      slot(Py_tp_new, makeObject<ContextObject, initContext>),
      slot(Py_tp_dealloc, freeContext),
      slot(Py_tp_methods, methods),
      slot(Py_tp_doc,
           const_cast<char *>(
               "Context(library, threads, max_dims, weights_path, empty, "
               "output_types, state_types, convert, fail)")),
      {0, nullptr}};
  static PyType_Spec spec = {"dlc._native.Context", sizeof(ContextObject), 0,
                             Py_TPFLAGS_DEFAULT, slots};
  Ref type(PyType_FromSpec(&spec));
  return type && PyModule_AddType(
                     module, reinterpret_cast<PyTypeObject *>(type.get())) == 0;
}
