# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a model that calls a function twice: with its attribute, and without,
for which the function has a default (a field that protoc's text lacks)."""
import os
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), "..", ".."))
import onnx_wire as ox  # noqa: E402

softmax = (ox.message(1, "a") + ox.message(2, "b") + ox.message(4, "Softmax")
           + ox.message(5, ox.message(1, "axis") + ox.message(21, "over")
                        + ox.integer(20, 2)))
function = (ox.message(1, "Share") + ox.message(4, "a") + ox.message(5, "b")
            + ox.message(7, softmax)
            + ox.message(9, ox.message(1, "") + ox.integer(2, 17))
            + ox.message(10, "local")
            + ox.message(11, ox.attribute("over", 1)))
model = ox.model(
    [ox.node("Share", ["x"], ["y"], domain="local"),
     ox.node("Share", ["y"], ["z"], domain="local", over=0)],
    [ox.value_info("x", ox.FLOAT, [2, 3, 4])],
    [ox.value_info("z", ox.FLOAT, [2, 3, 4])])
model += ox.message(8, ox.message(1, "local") + ox.integer(2, 1))
model += ox.message(25, function)
with open(sys.argv[1], "wb") as file:
    file.write(model)
