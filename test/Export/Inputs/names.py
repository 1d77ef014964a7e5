# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the versions, nodes and initializers of an ONNX file."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".."))
from onnx_wire import fields  # noqa: E402

with open(sys.argv[1], "rb") as file:
    model = list(fields(file.read()))
values = dict(model)
print("ir_version", values[1], "opset", dict(fields(values[8]))[2])
for number, value in fields(values[7]):
    if number == 1:
        node = dict(fields(value))
        print("node", node[4].decode(), node.get(3, b"").decode(), "->",
              *(v.decode() for n, v in fields(value) if n == 2))
    elif number == 5:
        tensor = dict(fields(value))
        print("initializer", tensor[8].decode(), len(tensor.get(9, b"")),
              "bytes")
