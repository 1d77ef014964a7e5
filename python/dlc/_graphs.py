# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ONNX graphs taken apart, and their values by a reference. For dlc.diff and
dlc.reduce; needs the package onnx."""
from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from .errors import Error
from .model import Array

Values = dict[str, Any]
# Runs a model on values by name; its outputs by name.
Reference = Callable[[onnx.ModelProto, Mapping[str, Any]], Values]


def get_inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """The inputs that are no constants."""
    constants = {tensor.name for tensor in model.graph.initializer}
    return [info for info in model.graph.input if info.name not in constants]


def get_used_names(node: onnx.NodeProto) -> set[str]:
    """The values that a node reads, those of its graphs included."""
    names = {name for name in node.input if name}
    for attribute in node.attribute:
        for graph in [attribute.g, *attribute.graphs]:
            made: set[str] = {t.name for t in graph.initializer}
            made |= {info.name for info in graph.input}
            for inner in graph.node:
                names |= get_used_names(inner) - made
                made.update(inner.output)
            names |= {info.name for info in graph.output} - made - {""}
    return names


def make_model(model: onnx.ModelProto, nodes: Iterable[onnx.NodeProto],
               inputs: Iterable[onnx.ValueInfoProto],
               outputs: Iterable[str]) -> onnx.ModelProto:
    """A model of some of the nodes, with the initializers that they need."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    del graph.node[:], graph.input[:], graph.output[:], graph.value_info[:]
    graph.node.extend(nodes)
    graph.input.extend(inputs)
    known = {info.name: info for info in model.graph.output}
    outputs = list(outputs)
    graph.output.extend(known.get(name, onnx.ValueInfoProto(name=name))
                        for name in outputs)
    used = set(outputs).union(*map(get_used_names, graph.node))
    kept = [t for t in graph.initializer if t.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    return result


def make_info(name: str, value: Array) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(
        name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)


def make_random_inputs(model: onnx.ModelProto, sizes: Mapping[str, int],
                       seed: int) -> Values:
    """Values for all inputs: floats of the normal distribution; integers and
    booleans are 0 and 1, which most indices can be. Dimensions without a size
    in `sizes` are 1."""
    random = np.random.default_rng(seed)
    values: Values = {}
    for info in get_inputs(model):
        tensor = info.type.tensor_type
        if not info.type.HasField("tensor_type"):
            raise Error(f"input {info.name} is no tensor: there are no random "
                        "values for it")
        shape = [dim.dim_value if dim.HasField("dim_value")
                 else sizes.get(dim.dim_param, 1) for dim in tensor.shape.dim]
        dtype = helper.tensor_dtype_to_np_dtype(tensor.elem_type)
        numbers: Any = (random.integers(0, 2, shape) if dtype.kind in "iub"
                        else random.standard_normal(shape))
        values[info.name] = np.asarray(numbers).astype(dtype)
    return values


# -- references

def run_onnxruntime(model: onnx.ModelProto,
                    values: Mapping[str, Any]) -> Values:
    """ONNX Runtime, as the model is written: without optimizations."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = \
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options,
        providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, dict(values))))


def run_evaluator(model: onnx.ModelProto, values: Mapping[str, Any]) -> Values:
    """The evaluator of the package onnx."""
    from onnx.reference import ReferenceEvaluator
    evaluator = ReferenceEvaluator(model)
    return dict(zip(evaluator.output_names, evaluator.run(None, dict(values))))


def run_dlc(model: onnx.ModelProto, values: Mapping[str, Any],
            **options: Any) -> Values:
    """dlc itself, with options of compile."""
    from .backend import prepare
    outputs = prepare(model, **options).run(dict(values))
    return dict(zip([info.name for info in model.graph.output], outputs))


def find_reference(name: str | None) -> Reference:
    """A reference by its name; None: what is installed."""
    if name == "onnx":
        return run_evaluator
    if name == "dlc":
        return run_dlc
    try:
        import onnxruntime  # noqa: F401
    except ImportError:
        if name is None:
            return run_evaluator
        raise Error("the package onnxruntime isn't installed") from None
    return run_onnxruntime


def record_values(model: onnx.ModelProto, inputs: Mapping[str, Any],
                  reference: Reference) -> Values:
    """All tensors that the nodes of a model make for others or as outputs, and
    the inputs. What nobody reads may be anything: the mask of a dropout."""
    read = {info.name for info in model.graph.output}.union(
        *map(get_used_names, model.graph.node))
    names = [name for node in model.graph.node for name in node.output
             if name in read]
    everything = make_model(model, model.graph.node, get_inputs(model), names)
    try:
        values = reference(everything, inputs)
    except Exception as error:  # each reference has its own
        raise Error(f"the reference can't run the model: {error}") from error
    return {**inputs, **{name: value for name, value in values.items()
                         if isinstance(value, np.ndarray)}}


# -- command lines

def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("--input", action="append", default=[],
                        metavar="NAME=FILE",
                        help="an input's values: a .npy or .pb file; without "
                        "any, random ones")
    parser.add_argument("--dim", action="append", default=[],
                        metavar="NAME=SIZE",
                        help="the size of an open dimension (default 1), for "
                        "random inputs")
    parser.add_argument("--seed", type=int, default=0,
                        help="of random inputs (default 0)")
    parser.add_argument("--reference", choices=["onnxruntime", "onnx", "dlc"],
                        help="who says what is right (default: ONNX Runtime "
                        "where it is installed, else onnx's evaluator)")


def read_arguments(args: argparse.Namespace) -> tuple[onnx.ModelProto, Values]:
    """The model and the values of its inputs."""
    model = onnx.load(args.model)
    sizes = {name: int(size) for name, size in
             (text.rsplit("=", 1) for text in args.dim)}
    values = make_random_inputs(model, sizes, args.seed) \
        if not args.input else {}
    for text in args.input:
        name, path = text.split("=", 1)
        values[name] = read_tensor(path)
    return model, values


def read_tensor(path: str) -> Array:
    if path.endswith(".npy"):
        values: Array = np.load(path)
        return values
    tensor = onnx.TensorProto()
    with open(path, "rb") as file:
        tensor.ParseFromString(file.read())
    array: Array = numpy_helper.to_array(tensor)
    return array


def write_data(folder: str, kind: str, names: Sequence[str],
               values: Mapping[str, Any]) -> None:
    """`input_K.pb`, `output_K.pb`, as in ONNX's own tests."""
    for number, name in enumerate(names):
        tensor = numpy_helper.from_array(np.asarray(values[name]), name)
        with open(os.path.join(folder, f"{kind}_{number}.pb"), "wb") as file:
            file.write(tensor.SerializeToString())
