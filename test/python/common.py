# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the tests of the Python package share."""
import functools
import os
import shutil
import subprocess
import tempfile
import unittest

import numpy as np

import dlc

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
DIGITS = os.path.join(ROOT, "examples", "digits", "digits.onnx")

try:
    import onnx
    import onnx.numpy_helper
except ImportError:
    onnx = None

needs_onnx = unittest.skipUnless(onnx, "no package onnx")


@functools.cache
def scratch():
    """A folder until the tests end."""
    return tempfile.TemporaryDirectory(prefix="dlc-test-")


@functools.cache
def probe():
    """The library of probe.c."""
    path = os.path.join(scratch().name, "libprobe.so")
    compiler = shutil.which("clang-22") or shutil.which("cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-I",
                    os.path.join(ROOT, "include"),
                    os.path.join(HERE, "Inputs", "probe.c"), "-o", path],
                   check=True)
    return path


@functools.cache
def digits():
    return dlc.compile(DIGITS)


def make_model(nodes, inputs, outputs, initializers=(), opset=17):
    """`inputs`, `outputs`: (name, element type, shape)."""
    def infos(tensors):
        return [onnx.helper.make_tensor_value_info(
            name, getattr(onnx.TensorProto, type_name), shape)
            for name, type_name, shape in tensors]
    graph = onnx.helper.make_graph(nodes, "test", infos(inputs),
                                   infos(outputs), list(initializers))
    return onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", opset)])


def unary(op, type_name, shape):
    return make_model([onnx.helper.make_node(op, ["x"], ["y"])],
                      [("x", type_name, shape)], [("y", type_name, shape)])


def two_outputs():
    """s = a + b, d = a - b: float32[2, 3]"""
    return make_model(
        [onnx.helper.make_node("Add", ["a", "b"], ["s"]),
         onnx.helper.make_node("Sub", ["a", "b"], ["d"])],
        [("a", "FLOAT", [2, 3]), ("b", "FLOAT", [2, 3])],
        [("s", "FLOAT", [2, 3]), ("d", "FLOAT", [2, 3])])


def open_model():
    """y = x + x, z = the concatenation of x and x, of `rows` rows."""
    return make_model(
        [onnx.helper.make_node("Add", ["x", "x"], ["y"]),
         onnx.helper.make_node("Concat", ["x", "x"], ["z"], axis=0)],
        [("x", "FLOAT", ["rows", 4])],
        [("y", "FLOAT", ["rows", 4]), ("z", "FLOAT", ["two_rows", 4])])


def cache_model():
    """A state that grows: all = past and x behind it; y = its sum."""
    axes = onnx.numpy_helper.from_array(np.array([1]), "axes")
    return make_model(
        [onnx.helper.make_node("Concat", ["past", "x"], ["present"], axis=1),
         onnx.helper.make_node("ReduceSum", ["present", "axes"], ["y"],
                               keepdims=0)],
        [("x", "FLOAT", [1, "new", 2]), ("past", "FLOAT", [1, "past", 2])],
        [("y", "FLOAT", [1, 2]), ("present", "FLOAT", [1, "all", 2])],
        [axes])


def counter_model():
    """A state of a fixed shape: next = state + x, which is y, too."""
    return make_model(
        [onnx.helper.make_node("Add", ["x", "state"], ["next"]),
         onnx.helper.make_node("Identity", ["next"], ["y"])],
        [("x", "FLOAT", [2]), ("state", "FLOAT", [2])],
        [("y", "FLOAT", [2]), ("next", "FLOAT", [2])])
