#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What one library for all sizes costs, beside a static one and ONNX Runtime.

  build/venv/bin/python benchmarks/open_sizes.py [--models REGEX] [--shared DIR]

For each model of DIR/models with open dimensions (and for classifiers of
DIR/models/light, whose batch is made open): the open library and the static one
for the likely sizes, in turn in one process on one pinned core, and ONNX
Runtime with one thread at the same sizes; then the open library against ONNX
Runtime at the sizes of the model's data sets. Rounds of calls that each take
some 20 ms; the figures are medians of the rounds' best calls, and ratios.
"""
import argparse
import glob
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime as ort

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "test"))
from compiled_model import CompiledModel, DTYPES  # noqa: E402

DLC = os.path.join(ROOT, "build", "bin", "dlc")


def compile_model(model, folder, name, *flags):
    library = os.path.join(folder, "lib%s.so" % name)
    start = time.monotonic()
    done = subprocess.run([DLC, "compile", model, "-q", "-o", library, *flags],
                          capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().split("\n")[0])
    return library, time.monotonic() - start


def make_inputs(shapes, dtypes, rng):
    return [rng.standard_normal(shape).astype(dtype)
            if np.issubdtype(dtype, np.floating)
            else rng.integers(0, 2, shape).astype(dtype)
            for shape, dtype in zip(shapes, dtypes)]


def measure(calls, rounds=15):
    """The median over rounds, in turn, of each call's best time, in ms."""
    counts = []
    for call in calls:
        call()
        start = time.perf_counter()
        call()
        counts.append(max(1, int(0.02 / (time.perf_counter() - start))))
    times = [[] for _ in calls]
    for _ in range(rounds):
        for call, count, own in zip(calls, counts, times):
            best = float("inf")
            for _ in range(count):
                start = time.perf_counter()
                call()
                best = min(best, time.perf_counter() - start)
            own.append(best * 1e3)
    return [statistics.median(own) for own in times]


def open_call(model, arrays):
    pointers = model.bind(arrays)
    return lambda: model.call(pointers)


def ort_call(path, arrays):
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(path, options,
                                   providers=["CPUExecutionProvider"])
    feeds = {i.name: a for i, a in zip(session.get_inputs(), arrays)}
    return lambda: session.run(None, feeds)


def likely_shapes(model):
    symbols = {model.model.symbols[i].name.decode(): model.model.symbols[i]
               for i in range(model.model.num_symbols)}
    shapes = []
    for info in model.inputs:
        shape = []
        for axis in range(info.rank):
            name = info.dim_names[axis].decode()
            unnamed = "%s.%d" % (info.name.decode(), axis)
            symbol = symbols.get(name) or symbols.get(unnamed)
            size = info.dims[axis]
            shape.append(size if size >= 0 else symbol.likely)
        shapes.append(shape)
    return shapes


def read_tensor(path):
    tensor = onnx.TensorProto()
    with open(path, "rb") as file:
        tensor.ParseFromString(file.read())
    return onnx.numpy_helper.to_array(tensor)


def run_model(name, path, folder, rng):
    library, open_seconds = compile_model(path, folder, "open")
    model = CompiledModel(library)
    if not model.model.num_symbols:
        return None
    shapes = likely_shapes(model)
    flags = []
    for info, shape in zip(model.inputs, shapes):
        flags += ["--shape", "%s=%s" % (info.name.decode(),
                                        "x".join(map(str, shape)))]
    static_library, static_seconds = compile_model(path, folder, "pinned",
                                                   *flags)
    static = CompiledModel(static_library)
    arrays = make_inputs(shapes, [DTYPES[i.dtype] for i in model.inputs], rng)
    times = measure([open_call(model, arrays), open_call(static, arrays),
                     ort_call(path, arrays)])
    others = []
    for data in sorted(glob.glob(os.path.join(os.path.dirname(path),
                                              "test_data_set_*"))):
        files = sorted(glob.glob(os.path.join(data, "input_*.pb")))
        given = [np.asarray(read_tensor(f), order="C") for f in files]
        others.append(measure([open_call(model, given),
                               ort_call(path, given)]))
    model.close()
    static.close()
    return times, others, open_seconds, static_seconds


def geomean(values):
    return float(np.exp(np.mean(np.log(values)))) if values else float("nan")


def open_batch(path, folder, fill):
    """A classifier with its weights filled in and its batch open."""
    filled = os.path.join(folder, "filled.onnx")
    subprocess.run([sys.executable, fill, path, filled], check=True)
    model = onnx.load(filled)
    names = {i.name for i in model.graph.initializer}
    for value in model.graph.input:
        if value.name not in names:
            value.type.tensor_type.shape.dim[0].dim_param = "batch"
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    onnx.save(model, filled)
    return filled


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", default=".")
    parser.add_argument("--shared",
                        default=os.path.join(ROOT, "..", "shared"))
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    rng = np.random.default_rng(0)
    models = os.path.join(arguments.shared, "models")
    paths = {os.path.basename(os.path.dirname(p)): p
             for p in sorted(glob.glob(os.path.join(models, "*/model.onnx")))}
    paths.update({os.path.basename(p)[:-5]: p for p in sorted(
        glob.glob(os.path.join(models, "light/*.onnx")))})
    print("%-26s %9s %9s %7s %9s %7s  %s" %
          ("model", "open ms", "static ms", "open/st", "ORT ms", "ORT/dlc",
           "ORT/dlc at the data's sizes; compile open/static"))
    ratios, wins, compiles = [], [], []
    for name, path in paths.items():
        if not re.search(arguments.models, name):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                if name.startswith("light_"):
                    path = open_batch(path, folder,
                                      os.path.join(models, "fill_weights.py"))
                result = run_model(name, path, folder, rng)
            except RuntimeError as error:
                print("%-26s left out: %s" % (name, str(error)[:100]))
                continue
        if not result:
            continue
        (mine, static, theirs), others, open_s, static_s = result
        ratios.append(mine / static)
        wins += [theirs / mine] + [b / a for a, b in others]
        compiles.append(open_s / static_s)
        print("%-26s %9.3f %9.3f %7.2f %9.3f %7.2f  %s; %.1f s / %.1f s" %
              (name, mine, static, mine / static, theirs, theirs / mine,
               " ".join("%.2f" % (b / a) for a, b in others), open_s,
               static_s), flush=True)
    print("open over static: geometric mean %.3f, worst %.2f" %
          (geomean(ratios), max(ratios)))
    print("ONNX Runtime over dlc: geometric mean %.2f" % geomean(wins))
    print("compile time, open over static: geometric mean %.2f, worst %.2f" %
          (geomean(compiles), max(compiles)))


if __name__ == "__main__":
    main()
