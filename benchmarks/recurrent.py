#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""LSTM and GRU layers beside ONNX Runtime.

  build/venv/bin/python benchmarks/recurrent.py

Layers of as many units as inputs, random weights, at known sizes: both in turn
in one process on one pinned core, each with one thread; medians of rounds' best
calls in ms, and ONNX Runtime's time over dlc's.
"""
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "test"))
from compiled_model import CompiledModel  # noqa: E402

DLC = os.path.join(ROOT, "build", "bin", "dlc")
GATES = {"LSTM": 4, "GRU": 3}
ROUNDS, SECONDS = 9, 0.03


def make_layer(op, steps, batch, units, rng):
    gates = GATES[op] * units

    def weights(name, *shape):
        value = rng.standard_normal(shape) / math.sqrt(units)
        return numpy_helper.from_array(value.astype("f4"), name)

    graph = helper.make_graph(
        [helper.make_node(op, ["x", "w", "r", "b"], ["y"], hidden_size=units)],
        "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT,
                                       [steps, batch, units])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT,
                                       [steps, 1, batch, units])],
        [weights("w", 1, gates, units), weights("r", 1, gates, units),
         weights("b", 1, 2 * gates)])
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def measure(calls):
    """The median over rounds, in turn, of each call's best time, in ms."""
    times = [[] for _ in calls]
    for call in calls:
        call()
    for _ in range(ROUNDS):
        for call, own in zip(calls, times):
            best, end = math.inf, time.perf_counter() + SECONDS
            while (start := time.perf_counter()) < end:
                call()
                best = min(best, time.perf_counter() - start)
            own.append(best * 1e3)
    return [statistics.median(own) for own in times]


def compare(op, steps, batch, units, rng):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "layer.onnx")
        library = os.path.join(folder, "liblayer.so")
        onnx.save(make_layer(op, steps, batch, units, rng), path)
        subprocess.run([DLC, "compile", "-q", path, "-o", library], check=True)
        x = rng.standard_normal((steps, batch, units)).astype("f4")
        model = CompiledModel(library)
        pointers = model.bind([x])
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = ort.InferenceSession(path, options,
                                       providers=["CPUExecutionProvider"])
        result = measure([lambda: model.call(pointers),
                          lambda: session.run(None, {"x": x})])
        model.close()
        return result


def main():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    rng = np.random.default_rng(0)
    print("| layer | units | batch | steps | dlc | ONNX Runtime | ratio |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    ratios = []
    for op in GATES:
        for units in (64, 256, 1024):
            for batch in (1, 8):
                for steps in (1, 50, 500):
                    ours, theirs = compare(op, steps, batch, units, rng)
                    ratios.append(theirs / ours)
                    print("| %s | %d | %d | %d | %.3f | %.3f | %.2f |" % (
                        op, units, batch, steps, ours, theirs, ratios[-1]),
                        flush=True)
    print("geometric mean %.2f, worst %.2f" % (
        statistics.geometric_mean(ratios), min(ratios)))


if __name__ == "__main__":
    main()
