# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a model with 4.4 GB of weights, all of them a hole in a file:
large.py FOLDER."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".."))
import onnx_wire as wire

folder = sys.argv[1]
os.makedirs(folder)
rows = 1100000
table = wire.tensor("table", wire.FLOAT, [rows, 1000],
                    external={"location": "weights.bin"})
with open(os.path.join(folder, "weights.bin"), "wb") as file:
    file.truncate(rows * 4000)
with open(os.path.join(folder, "model.onnx"), "wb") as file:
    file.write(wire.model(
        [wire.node("Gather", ["table", "ids"], ["y"])],
        [wire.value_info("ids", wire.INT64, [2])],
        [wire.value_info("y", wire.FLOAT, [2, 1000])], [table]))
