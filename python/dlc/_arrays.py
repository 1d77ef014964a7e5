# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Arrays that a library can't be handed as they are.

What has the right type, is dense and has Python's buffer protocol never comes
here: dlc._native takes it. All else is made such, without a copy where that is
possible, or is an error.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from . import _native
from .errors import InvalidArgument
from .signature import TensorSpec

# As dlc._native numbers what an array is.
INPUT, OUTPUT, STATE = range(3)
ROLES = ("input", "output", "state")
# The kinds of memory in DLPack that the CPU can read: its own, and a GPU's
# pinned and managed.
_HOST_DEVICES = (1, 3, 13)


class Converter:
    """Makes arrays fit the tensors of one model."""

    def __init__(self, inputs: tuple[TensorSpec, ...],
                 outputs: tuple[TensorSpec, ...],
                 states: tuple[TensorSpec, ...]):
        self._specs = (inputs, outputs, states)

    def __call__(self, value: Any, role: int, index: int) -> Any:
        """An object with a buffer that fits."""
        spec = self._specs[role][index]
        what = f"{ROLES[role]} {spec.name}"
        if role == OUTPUT:
            return _as_output(value, spec, what)
        return _as_input(value, spec, what)


def _refuse(what: str, have: str, spec: TensorSpec) -> InvalidArgument:
    return InvalidArgument(
        f"{what}: the array's elements are {have}, they are to be {spec.type}")


def _import_dlpack(value: Any, what: str) -> _native.DLPackTensor:
    device, _ = value.__dlpack_device__()
    if int(device) not in _HOST_DEVICES:
        raise InvalidArgument(f"{what}: the tensor is on a device; copy it to "
                              "the host first")
    try:
        capsule = value.__dlpack__(max_version=(1, 0))
    except TypeError:  # a producer from before version 1
        capsule = value.__dlpack__()
    return _native.DLPackTensor(capsule)


def _is_foreign(value: Any) -> bool:
    return hasattr(value, "__dlpack__") and not isinstance(value, np.ndarray)


def _as_input(value: Any, spec: TensorSpec, what: str) -> Any:
    if _is_foreign(value):
        tensor = _import_dlpack(value, what)
        if tensor.dtype != spec.type:
            raise _refuse(what, tensor.dtype, spec)
        array = np.asarray(tensor)
    elif isinstance(value, (bool, int, float, complex, list, tuple)):
        # What has no element type of its own takes the model's.
        try:
            array = np.asarray(value, spec.dtype)
        except (TypeError, ValueError, OverflowError) as error:
            raise InvalidArgument(f"{what}: {error}") from error
        array = array.view(spec.storage)
    else:
        array = np.asarray(value)
        if array.dtype.newbyteorder("=") not in (spec.dtype, spec.storage):
            raise _refuse(what, str(array.dtype), spec)
        if array.dtype == spec.dtype != spec.storage:
            array = array.view(spec.storage)
    if (array.dtype.isnative and array.flags.c_contiguous
            and array.flags.aligned):
        return array
    return array.astype(spec.storage, order="C", copy=True)


def _as_output(value: Any, spec: TensorSpec, what: str) -> Any:
    if _is_foreign(value):
        tensor = _import_dlpack(value, what)
        type_name = tensor.dtype
        array = np.asarray(tensor)
    elif isinstance(value, np.ndarray):
        array = value
        type_name = str(array.dtype)
        if array.dtype == spec.dtype and array.dtype.isnative:
            type_name = spec.type
            if array.flags.c_contiguous:
                array = array.view(spec.storage)
    else:
        raise InvalidArgument(f"{what}: results can't be written to a "
                              f"{type(value).__name__}")
    if type_name != spec.type:
        raise _refuse(what, type_name, spec)
    if not array.flags.writeable:
        raise InvalidArgument(f"{what}: the array can only be read")
    if not (array.flags.c_contiguous and array.flags.aligned):
        raise InvalidArgument(f"{what}: the array isn't dense, with the last "
                              "dimension varying fastest, and aligned")
    return array
