# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""dlc as a backend of the package onnx, for programs written against that
interface:

    import dlc.backend
    outputs = dlc.backend.prepare(model).run([image])
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx.backend.base import Backend, BackendRep, namedtupledict

from . import _commands
from .errors import CompileError, Error, InvalidArgument
from .model import Model

# What the compiler offers where an op has to know an input's values.
_NEEDS_CONSTANT = re.compile(r"--constant (\S+)=FILE")


class DLCRep(BackendRep):
    """A prepared model. Sizes that the model leaves open, and values of inputs
    that an op has to know when it is compiled, are taken from the inputs: then
    it is compiled at the first run, and again for others."""

    def __init__(self, model: onnx.ModelProto, options: dict[str, Any]):
        self._proto = model
        self._options = options
        constants = {tensor.name for tensor in model.graph.initializer}
        infos = [info for info in model.graph.input
                 if info.name not in constants]
        self._names = [info.name for info in infos]
        # What is no tensor is refused at once.
        self._is_open = any(_is_open(info) for info in infos) and all(
            info.type.HasField("tensor_type") for info in infos)
        self._constants: list[str] = []
        self._compiled: dict[Any, Model] = {}
        outputs = [info.name for info in model.graph.output]
        self._make_result = namedtupledict("Outputs", outputs)
        if not self._is_open:
            try:
                self._compile({})
            except CompileError as error:
                if not self._learn_constants(error, dict.fromkeys(self._names)):
                    raise

    def run(self, inputs: Any, **_: Any) -> tuple[Any, ...]:
        """Runs the model on arrays in its order, or by name; a single array
        will do where there is one input."""
        values = self._name_inputs(inputs)
        while True:
            try:
                model = self._compile(values)
                break
            except CompileError as error:
                if not self._learn_constants(error, values):
                    raise
        outputs = model.run({spec.name: values[spec.name]
                             for spec in model.inputs})
        return self._make_result(*outputs.values())

    def _name_inputs(self, inputs: Any) -> dict[str, Any]:
        if isinstance(inputs, dict):
            return inputs
        if not isinstance(inputs, (list, tuple)):
            inputs = [inputs]
        if len(inputs) != len(self._names):
            raise InvalidArgument(
                f"{len(inputs)} arrays given, the model's inputs are "
                f"{', '.join(self._names)}")
        return dict(zip(self._names, inputs))

    def _compile(self, values: dict[str, Any]) -> Model:
        constants = {name: np.asarray(values[name])
                     for name in self._constants}
        shapes = {name: np.shape(value) for name, value in values.items()
                  if name not in constants} if self._is_open else {}
        key = (tuple(shapes.items()),
               tuple((name, array.shape, array.tobytes())
                     for name, array in constants.items()))
        if key not in self._compiled:
            self._compiled[key] = _commands.compile(
                self._proto, shape=shapes, constant=constants, **self._options)
        return self._compiled[key]

    def _learn_constants(self, error: CompileError,
                         values: dict[str, Any]) -> bool:
        """Notes which inputs have to be constants; whether that may help."""
        names = [name for name in _NEEDS_CONSTANT.findall(str(error))
                 if name in values and name not in self._constants]
        self._constants += dict.fromkeys(names)
        return bool(names)


def _is_open(info: onnx.ValueInfoProto) -> bool:
    tensor = info.type.tensor_type
    return not tensor.HasField("shape") or not all(
        dim.HasField("dim_value") for dim in tensor.shape.dim)


class DLCBackend(Backend):
    """ONNX's interface for backends; `options` are those of dlc.compile."""

    @classmethod
    def is_compatible(cls, model: onnx.ModelProto, device: str = "CPU",
                      **options: Any) -> bool:
        return cls.supports_device(device) and bool(
            _commands.check(model, **options))

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU",
                **options: Any) -> DLCRep:
        if not cls.supports_device(device):
            raise Error(f"device {device}: this backend runs on the CPU")
        return DLCRep(model, options)

    @classmethod
    def run_model(cls, model: onnx.ModelProto, inputs: Any,
                  device: str = "CPU", **options: Any) -> tuple[Any, ...]:
        return cls.prepare(model, device, **options).run(inputs)

    @classmethod
    def run_node(cls, node: onnx.NodeProto, inputs: Any, device: str = "CPU",
                 outputs_info: Sequence[tuple[np.dtype[Any], tuple[int, ...]]]
                 | None = None, **options: Any) -> tuple[Any, ...]:
        """Runs one node, of the newest opset or of `opset_version`."""
        opset = options.pop("opset_version", onnx.defs.onnx_opset_version())
        names = [name for name in node.input if name]
        if isinstance(inputs, dict):
            inputs = [inputs[name] for name in names]
        arrays = [np.asarray(value) for value in inputs]
        infos: list[tuple[Any, Any]] = [(None, None)] * len(node.output)
        if outputs_info:
            infos = list(outputs_info)
        graph = onnx.helper.make_graph(
            [node], node.op_type,
            [_make_info(name, array.dtype, array.shape)
             for name, array in zip(names, arrays)],
            [_make_info(name, dtype, shape)
             for name, (dtype, shape) in zip(node.output, infos) if name])
        model = onnx.helper.make_model(
            graph, opset_imports=[onnx.helper.make_opsetid(node.domain,
                                                           opset)])
        # What outputs_info doesn't say follows from the node.
        return cls.run_model(onnx.shape_inference.infer_shapes(model), arrays,
                             device, **options)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        return device == "CPU" or device.startswith("CPU:")


def _make_info(name: str, dtype: Any, shape: Any) -> onnx.ValueInfoProto:
    if dtype is None:
        return onnx.ValueInfoProto(name=name)
    return onnx.helper.make_tensor_value_info(
        name, onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), shape)


is_compatible = DLCBackend.is_compatible
prepare = DLCBackend.prepare
run_model = DLCBackend.run_model
run_node = DLCBackend.run_node
supports_device = DLCBackend.supports_device
