#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the backend tests of the installed onnx as folders of files.

  backend_data.py FOLDER

makes FOLDER/GROUP/TEST/{model.onnx,test_data_set_N/*.pb}. The node tests are
Python code that builds models and data; the groups `simple` and `pytorch-*` lie
in the package and are copied. FOLDER/version says which onnx they are of; a
folder of the same version is left as it is.
"""
import os
import shutil
import sys
import warnings

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

COPIED = ("simple", "pytorch-converted", "pytorch-operator")


def message(value, info):
    """The message of a test's value: NumPy's, or a message already."""
    if isinstance(value, (onnx.TensorProto, onnx.OptionalProto)):
        return value
    if info.type.HasField("sequence_type"):
        return numpy_helper.from_list(value, info.name)
    if info.type.HasField("optional_type"):
        return numpy_helper.from_optional(value, info.name)
    return numpy_helper.from_array(np.asarray(value), info.name)


def write_values(folder, kind, values, infos):
    for i, (value, info) in enumerate(zip(values, infos)):
        path = os.path.join(folder, "%s_%d.pb" % (kind, i))
        with open(path, "wb") as file:
            file.write(message(value, info).SerializeToString())


def write_test(test, folder):
    os.makedirs(folder)
    onnx.save(test.model, os.path.join(folder, "model.onnx"))
    for i, (inputs, outputs) in enumerate(test.data_sets):
        data = os.path.join(folder, "test_data_set_%d" % i)
        os.mkdir(data)
        write_values(data, "input", inputs, test.model.graph.input)
        write_values(data, "output", outputs, test.model.graph.output)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    version = os.path.join(folder, "version")
    if os.path.exists(version):
        with open(version) as file:
            if file.read() == onnx.__version__:
                return
    shutil.rmtree(folder, ignore_errors=True)
    # Tests of overflows and of NaN warn while they are made.
    warnings.simplefilter("ignore")
    for test in collect_testcases(None):
        if test.model is not None:
            write_test(test, os.path.join(folder, "node", test.name))
    packaged = os.path.join(os.path.dirname(onnx.__file__), "backend", "test",
                            "data")
    for group in COPIED:
        shutil.copytree(os.path.join(packaged, group),
                        os.path.join(folder, group))
    # Last: a folder without it is half written.
    with open(version, "w") as file:
        file.write(onnx.__version__)


if __name__ == "__main__":
    main()
