#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Exported models with open dimensions: one library, five sizes each, against
ONNX Runtime; not in the suite, since the models take gigabytes.

  build/venv/bin/python test/e2e/exported.py FOLDER [--only REGEX]

FOLDER/models/NAME*.onnx are the models, FOLDER/inputs/NAME/names.json lists
their inputs and input_K.npy are examples, which say what values an input takes.
Each library runs as in open_runs.py: in one context, forwards and backwards,
with one and two threads, always the same bits.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx

from harness import ROOT, Failed, compare_outputs, onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
DLC = os.path.join(ROOT, "build", "bin", "dlc")
RTOL, ATOL = 1e-3, 1e-4

# What dimensions of an input are, by the input's name and the axis: exporters
# number them. Sizes for five calls, and bounds where the default isn't enough.
ROLES = (
    (r"past", 2, "past"), (r"attention_mask", 1, "total"),
    (r"encoder_hidden_states|encoder_attention_mask", 1, "source"),
    (r"decoder_input_ids", 1, "target"), (r"input_values", 1, "samples"),
    (r"", 0, "batch"), (r"", 1, "sequence"))
SIZES = {
    "batch": (1, 2, 3, 1, 4), "past": (1, 7, 64, 127, 30),
    "total": (2, 8, 65, 128, 31), "samples": (16000, 4000, 8123, 5000, 12345),
    "source": (128, 1, 17, 64, 33), "target": (128, 1, 17, 64, 33),
    "sequence": (128, 1, 17, 64, 33)}
BOUNDS = {"batch": "1..8:1", "samples": "400..16000:16000"}


class Model:
    def __init__(self, path, folder):
        self.path = path
        stem = os.path.basename(path)[:-len(".onnx")]
        base = re.sub(r"(_ts)?(_dyn)?(_op23)?$", "", stem)
        inputs = os.path.join(folder, "inputs", base)
        with open(os.path.join(inputs, "names.json")) as file:
            names = json.load(file)
        self.examples = {
            name: np.load(os.path.join(inputs, "input_%d.npy" % k))
            for k, name in enumerate(names)}
        graph = onnx.load(path, load_external_data=False).graph
        weights = {weight.name for weight in graph.initializer}
        self.shapes = {
            value.name: [d.dim_param or d.dim_value
                         for d in value.type.tensor_type.shape.dim]
            for value in graph.input if value.name not in weights}
        self.roles = {}
        growing = any(name.startswith("past") for name in self.shapes)
        for name, shape in self.shapes.items():
            for axis, dim in enumerate(shape):
                if isinstance(dim, str) and dim.isidentifier():
                    self.roles.setdefault(dim, self.role(name, axis, growing))

    @staticmethod
    def role(name, axis, growing):
        for pattern, place, role in ROLES:
            if place == axis and re.search(pattern, name):
                return ("sequence" if role == "total" and not growing
                        else role)
        raise Failed("input %s: what is dimension %d?" % (name, axis))

    def flags(self):
        return [flag for name, role in self.roles.items() if role in BOUNDS
                for flag in ("--dim", "%s=%s" % (name, BOUNDS[role]))]

    def feed(self, k, rng):
        sizes = {name: SIZES[role][k] for name, role in self.roles.items()}
        past = SIZES["past"][k]
        feed = {}
        for name, shape in self.shapes.items():
            dims = [eval(d, {"__builtins__": {}}, sizes)
                    if isinstance(d, str) else d for d in shape]
            example = self.examples[name]
            if name.endswith("mask"):
                value = np.ones(dims)
            elif "position" in name:
                value = np.full(dims, past)
            elif example.dtype.kind in "iu":
                value = rng.integers(example.min(), example.max() + 1, dims)
            else:
                value = 0.5 * rng.standard_normal(dims)
            feed[name] = value.astype(example.dtype)
        return feed


def check(model, folder):
    library = os.path.join(folder, "libexported.so")
    done = subprocess.run([DLC, "compile", model.path, "-q", "-o", library,
                           *model.flags()], capture_output=True, text=True)
    if done.returncode:
        raise Failed(done.stderr.strip())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        model.path, options, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(1)
    cases, want = {}, {}
    for k in range(5):
        feed = model.feed(k, rng)
        try:
            want["case%d" % k] = session.run(None, feed)
            cases["case%d" % k] = feed
        except onnxruntime.capi.onnxruntime_pybind11_state.Fail:
            # More positions than the model has, say: dlc must refuse, too.
            cases["refused%d" % k] = feed
    del session
    if len(want) < 3:
        raise Failed("ONNX Runtime refuses most of the sizes")
    arrays, results = (os.path.join(folder, name)
                       for name in ("feeds.npz", "results.npz"))
    np.savez(arrays, **{"%s/%03d" % (case, i): value
                        for case, feed in cases.items()
                        for i, value in enumerate(feed.values())})
    done = subprocess.run(
        [sys.executable, os.path.join(HERE, "open_runs.py"), library, arrays,
         results], capture_output=True, text=True)
    if done.returncode:
        raise Failed("run: " + (done.stderr or done.stdout).strip()[-500:])
    for line in done.stdout.splitlines():
        if "the model takes" not in line:
            raise Failed("not refused, but " + line)
    with np.load(results) as got:
        for case, outputs in want.items():
            compare_outputs([got["%s/%03d" % (case, i)]
                             for i in range(len(outputs))],
                            outputs, RTOL, ATOL, case + ": ")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--only", default="", metavar="REGEX")
    args = parser.parse_args()
    failed = right = 0
    for path in sorted(glob.glob(os.path.join(args.folder, "models",
                                              "*dyn.onnx"))):
        name = os.path.basename(path)[:-len(".onnx")]
        if not re.search(args.only, name):
            continue
        try:
            with tempfile.TemporaryDirectory() as folder:
                check(Model(path, args.folder), folder)
            right += 1
            print("right  " + name, flush=True)
        except Failed as error:
            failed += 1
            print("FAILED %s: %s" % (name, error), flush=True)
    print("%d right, %d failed" % (right, failed))
    sys.exit(failed > 0 or right == 0)


if __name__ == "__main__":
    main()
