# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A compiled model from Python: the C ABI (include/dlc/Runtime/ABI.h) through
ctypes and NumPy. For tests and benchmarks."""
import ctypes as c
import os
import re

import numpy as np

DTYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 4: np.uint16, 5: np.int16,
          6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float16,
          11: np.float64, 12: np.uint32, 13: np.uint64}


class TensorInfo(c.Structure):
    _fields_ = [("name", c.c_char_p), ("dtype", c.c_int32),
                ("rank", c.c_int32), ("dims", c.POINTER(c.c_int64)),
                ("dim_names", c.POINTER(c.c_char_p)), ("bytes", c.c_uint64)]

    def shape(self):
        return [self.dims[i] for i in range(self.rank)]


class Options(c.Structure):
    _fields_ = [("struct_size", c.c_size_t), ("workspace", c.c_void_p),
                ("workspace_bytes", c.c_size_t), ("allocate", c.c_void_p),
                ("release", c.c_void_p), ("user", c.c_void_p),
                ("weights_path", c.c_char_p), ("error", c.c_char_p),
                ("error_bytes", c.c_size_t), ("device", c.c_void_p),
                ("num_threads", c.c_uint32),
                ("max_dims", c.POINTER(c.c_int64))]


class Symbol(c.Structure):
    _fields_ = [("name", c.c_char_p), ("min", c.c_int64), ("max", c.c_int64),
                ("likely", c.c_int64)]


class Tensor(c.Structure):
    _fields_ = [("data", c.c_void_p), ("dtype", c.c_int32),
                ("rank", c.c_int32), ("dims", c.POINTER(c.c_int64))]


class StateInfo(c.Structure):
    _fields_ = [("input", c.c_char_p), ("output", c.c_char_p),
                ("dtype", c.c_int32), ("rank", c.c_int32),
                ("dims", c.POINTER(c.c_int64)),
                ("dim_names", c.POINTER(c.c_char_p)), ("bytes", c.c_uint64),
                ("axis", c.c_int32), ("symbol", c.c_int32)]


POINTERS = c.POINTER(c.c_void_p)


class ModelV1(c.Structure):
    _fields_ = [("struct_size", c.c_size_t), ("abi_version", c.c_uint32),
                ("reserved", c.c_uint32), ("name", c.c_char_p),
                ("producer", c.c_char_p), ("triple", c.c_char_p),
                ("cpu", c.c_char_p), ("context_bytes", c.c_uint64),
                ("arena_bytes", c.c_uint64), ("weights_bytes", c.c_uint64),
                ("num_inputs", c.c_uint32), ("num_outputs", c.c_uint32),
                ("inputs", c.POINTER(TensorInfo)),
                ("outputs", c.POINTER(TensorInfo)),
                ("create", c.CFUNCTYPE(c.c_int32, c.POINTER(Options),
                                       c.POINTER(c.c_void_p))),
                ("destroy", c.CFUNCTYPE(None, c.c_void_p)),
                ("run", c.CFUNCTYPE(c.c_int32, c.c_void_p, POINTERS,
                                    POINTERS)),
                ("run_tensors", c.c_void_p),
                ("last_error", c.CFUNCTYPE(c.c_char_p, c.c_void_p)),
                ("num_symbols", c.c_uint32), ("reserved2", c.c_uint32),
                ("symbols", c.POINTER(Symbol)),
                ("set_dims", c.c_void_p),
                ("output_dims", c.CFUNCTYPE(
                    c.c_int32, c.c_void_p, c.POINTER(Tensor), c.c_size_t,
                    c.POINTER(Tensor), c.c_size_t)),
                ("context_bytes_for", c.c_void_p),
                ("num_states", c.c_uint32), ("reserved3", c.c_uint32),
                ("states", c.POINTER(StateInfo)),
                ("state_reset", c.CFUNCTYPE(c.c_int32, c.c_void_p)),
                ("state_fork", c.CFUNCTYPE(c.c_int32, c.c_void_p,
                                           c.c_void_p)),
                ("state_length", c.CFUNCTYPE(c.c_int64, c.c_void_p,
                                             c.c_size_t)),
                ("state_rewind", c.CFUNCTYPE(c.c_int32, c.c_void_p,
                                             c.c_int64)),
                ("state_read", c.CFUNCTYPE(c.c_int32, c.c_void_p, c.c_size_t,
                                           c.POINTER(Tensor))),
                ("state_write", c.CFUNCTYPE(c.c_int32, c.c_void_p,
                                            c.POINTER(Tensor), c.c_size_t)),
                ("num_computed_sizes", c.c_uint32),
                ("reserved4", c.c_uint32),
                ("computed_sizes", c.POINTER(Symbol)),
                ("result_dims", c.CFUNCTYPE(c.c_int32, c.c_void_p,
                                            c.POINTER(Tensor), c.c_size_t))]


class CompiledModel:
    """One context of the model in the library at `path`."""

    def __init__(self, path, threads=1, device=None):
        """`device`: a structure that is a dlc_device (Device.h)."""
        self.library = c.CDLL(os.path.abspath(path))
        stem = re.sub(r"^lib|\.so$", "", os.path.basename(path))
        entry = getattr(self.library, stem + "_dlc_model_v1")
        entry.restype = c.POINTER(ModelV1)
        self.model = entry().contents
        error = c.create_string_buffer(512)
        options = Options(struct_size=c.sizeof(Options),
                          error=c.cast(error, c.c_char_p), error_bytes=512,
                          device=c.addressof(device) if device else None,
                          num_threads=threads)
        self.context = c.c_void_p()
        if self.model.create(c.byref(options), c.byref(self.context)):
            raise RuntimeError(error.value.decode())
        self.inputs = [self.model.inputs[i]
                       for i in range(self.model.num_inputs)]
        self.outputs = [self.model.outputs[i]
                        for i in range(self.model.num_outputs)]
        self.shapes = None
        # A library of an older compiler describes none.
        has_states = self.model.struct_size > ModelV1.num_states.offset
        self.computes_sizes = (
            self.model.struct_size > ModelV1.num_computed_sizes.offset
            and self.model.num_computed_sizes > 0)
        self.states = [self.model.states[i]
                       for i in range(has_states and self.model.num_states)]
        if not self.model.num_symbols and not self.computes_sizes:
            self.make_results([o.shape() for o in self.outputs])

    def make_results(self, shapes):
        self.results = [np.empty(shape, DTYPES[info.dtype])
                        for shape, info in zip(shapes, self.outputs)]
        self.out_pointers = self.pointers(self.results)

    def choose_sizes(self, arrays):
        """Chooses the sizes that the inputs have, makes outputs of theirs."""
        def view(info, shape):
            return Tensor(None, info.dtype, len(shape),
                          (c.c_int64 * max(len(shape), 1))(*shape))
        inputs = [view(i, a.shape) for i, a in zip(self.inputs, arrays)]
        outputs = [view(o, o.shape()) for o in self.outputs]
        if self.model.output_dims(
                self.context, (Tensor * max(len(inputs), 1))(*inputs),
                len(inputs), (Tensor * max(len(outputs), 1))(*outputs),
                len(outputs)):
            raise RuntimeError(self.model.last_error(self.context).decode())
        self.make_results([[t.dims[d] for d in range(t.rank)]
                           for t in outputs])

    @staticmethod
    def pointers(arrays):
        return (c.c_void_p * max(len(arrays), 1))(
            *[a.ctypes.data for a in arrays])

    def bind(self, arrays):
        """The arguments of `call` for these inputs; keep them alive."""
        if len(arrays) != len(self.inputs):
            raise ValueError("%d inputs for %d" %
                             (len(arrays), len(self.inputs)))
        for array, info in zip(arrays, self.inputs):
            fits = len(array.shape) == info.rank and all(
                want in (-1, have)
                for want, have in zip(info.shape(), array.shape))
            if (not fits or array.dtype != DTYPES[info.dtype]
                    or not array.flags.c_contiguous):
                raise ValueError("input %s doesn't fit" % info.name.decode())
        shapes = [array.shape for array in arrays]
        is_open = self.model.num_symbols or self.computes_sizes
        if is_open and (shapes != self.shapes or self.states):
            self.choose_sizes(arrays)
            self.shapes = shapes
        return self.pointers(arrays)

    def call(self, pointers):
        if self.model.run(self.context, pointers, self.out_pointers):
            raise RuntimeError(self.model.last_error(self.context).decode())

    def found(self):
        """The shapes that the outputs have come to have in the last run."""
        if not self.computes_sizes:
            return [r.shape for r in self.results]
        tensors = (Tensor * max(len(self.outputs), 1))(*[
            Tensor(None, info.dtype, info.rank,
                   (c.c_int64 * max(info.rank, 1))())
            for info in self.outputs])
        self.check(self.model.result_dims(self.context, tensors,
                                          len(self.outputs)))
        return [tuple(t.dims[:t.rank]) for t in tensors[:len(self.outputs)]]

    def __call__(self, *arrays):
        """The outputs; overwritten by the next call."""
        self.call(self.bind(arrays))
        return [r.reshape(-1)[:int(np.prod(shape))].reshape(shape)
                for r, shape in zip(self.results, self.found())]

    def check(self, status):
        if status:
            raise RuntimeError(self.model.last_error(self.context).decode())

    def read_state(self, number):
        info = self.states[number]
        dims = (c.c_int64 * max(info.rank, 1))()
        tensor = Tensor(None, info.dtype, info.rank, dims)
        self.check(self.model.state_read(self.context, number,
                                         c.byref(tensor)))
        array = np.empty(dims[:info.rank], DTYPES[info.dtype])
        tensor.data = array.ctypes.data
        self.check(self.model.state_read(self.context, number,
                                         c.byref(tensor)))
        return array

    def write_states(self, arrays):
        tensors = [Tensor(a.ctypes.data, info.dtype, a.ndim,
                          (c.c_int64 * max(a.ndim, 1))(*a.shape))
                   for a, info in zip(arrays, self.states)]
        self.check(self.model.state_write(
            self.context, (Tensor * max(len(tensors), 1))(*tensors),
            len(tensors)))

    def close(self):
        if self.context:
            self.model.destroy(self.context)
            self.context = None
