#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Decoders that keep their cache, beside ONNX Runtime, which is handed it.

  build/venv/bin/python benchmarks/decode.py MODEL.onnx... [--past 512]

Each model, exported with past_key_values.* and present.*, is compiled with
`--state auto` and stepped from an empty cache: the logits must be ONNX
Runtime's. Then a step behind PAST positions is timed, in turn in one process,
each with one thread: the medians of rounds' best steps, and their ratio.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime as ort

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "test"))
from compiled_model import CompiledModel  # noqa: E402


def is_past(value):
    return value.name.startswith("past_key_values.")


class Decoder:
    """A model in both engines."""

    def __init__(self, path, dlc, folder, bound):
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(
            path, options, providers=["CPUExecutionProvider"])
        self.inputs = self.session.get_inputs()
        self.names = [o.name for o in self.session.get_outputs()]
        flags = []
        for name in self.lengths():
            flags += ["--dim", "%s=%d..%d" % (name, self.least(name), bound)]
        library = os.path.join(folder, "libdecoder.so")
        subprocess.run([dlc, "compile", path, "-q", "-o", library, "--state",
                        "auto", *flags], check=True)
        self.model = CompiledModel(library)

    def lengths(self):
        """The open dimensions that are lengths of the past, or of all."""
        found = {v.shape[2] for v in self.inputs if is_past(v)}
        found |= {v.shape[1] for v in self.inputs
                  if v.name == "attention_mask"}
        return sorted(n for n in found if isinstance(n, str) and n.isidentifier())

    def least(self, name):
        return 0 if any(name == v.shape[2] for v in self.inputs
                        if is_past(v)) else 1

    def feeds(self, token, past):
        values = {"input_ids": [[token]], "position_ids": [[past]],
                  "attention_mask": np.ones((1, past + 1))}
        return {v.name: np.asarray(values[v.name], "i8")
                for v in self.inputs if not is_past(v)}

    def cache(self, length, rng):
        return {v.name: rng.standard_normal(
            (1, v.shape[1], length, v.shape[3])).astype("f4")
            for v in self.inputs if is_past(v)}

    def run_ort(self, feeds, cache):
        """The logits, and the next cache."""
        values = dict(zip(self.names,
                          self.session.run(None, {**feeds, **cache})))
        return values["logits"], {
            name: values[name.replace("past_key_values", "present")]
            for name in cache}

    def run_dlc(self, feeds):
        return self.model(*[feeds[i.name.decode()]
                            for i in self.model.inputs])[0]

    def compare(self, steps, rng):
        """The largest difference of logits, relative to the largest logit."""
        cache, worst = self.cache(0, rng), 0
        for past in range(steps):
            feeds = self.feeds(int(rng.integers(0, 1000)), past)
            want, cache = self.run_ort(feeds, cache)
            got = self.run_dlc(feeds)
            worst = max(worst, np.abs(got - want).max() / np.abs(want).max())
        return worst

    def measure(self, past, rng, rounds=15):
        """The two times of a step in ms."""
        cache = self.cache(past, rng)
        feeds = self.feeds(7, past)
        self.model.write_states([cache[s.input.decode()]
                                 for s in self.model.states])
        pointers = self.model.bind([feeds[i.name.decode()]
                                    for i in self.model.inputs])

        def step():
            self.model.call(pointers)

        def rewind():
            self.model.check(self.model.model.state_rewind(
                self.model.context, past))
        calls = ((step, rewind), (lambda: self.run_ort(feeds, cache),
                                  lambda: None))
        times = ([], [])
        for _ in range(rounds):
            for (call, after), own in zip(calls, times):
                best = float("inf")
                for _ in range(3):
                    start = time.perf_counter()
                    call()
                    best = min(best, time.perf_counter() - start)
                    after()
                own.append(best * 1e3)
        return [statistics.median(own) for own in times]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--dlc", default=os.path.join(ROOT, "build/bin/dlc"))
    parser.add_argument("--past", type=int, default=512)
    parser.add_argument("--steps", type=int, default=64)
    parser.add_argument("--no-times", action="store_true",
                        help="only compare logits")
    args = parser.parse_args()
    for path in args.models:
        rng = np.random.default_rng(0)
        with tempfile.TemporaryDirectory() as folder:
            decoder = Decoder(path, args.dlc, folder, 2 * args.past)
            worst = decoder.compare(args.steps, rng)
            text = "%s: %d steps within %.1e" % (os.path.basename(path),
                                                 args.steps, worst)
            if not args.no_times:
                own, peer = decoder.measure(args.past, rng)
                text += ", past %d: %.3f ms, ONNX Runtime %.3f ms, %.2f" % (
                    args.past, own, peer, own / peer)
            print(text, flush=True)
            decoder.model.close()


if __name__ == "__main__":
    main()
