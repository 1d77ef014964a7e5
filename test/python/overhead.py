#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a call from Python adds to a call from C: times of calls of a model of
one op on four elements, whose own time is some nanoseconds."""
import os
import subprocess
import sys
import tempfile
import timeit

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../../build/python"), HERE]

import numpy as np  # noqa: E402

import dlc  # noqa: E402
from common import unary  # noqa: E402

CALLS = 100000


def main():
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, "libneg.so")
        model = dlc.compile(unary("Neg", "FLOAT", [4]), output=library)
        x, out = np.ones(4, np.float32), np.empty(4, np.float32)
        for text, call in (
                ("model(x)", lambda: model(x)),
                ("model(x, out=out)", lambda: model(x, out=out)),
                ("model.run({'x': x})", lambda: model.run({"x": x}))):
            times = sorted(timeit.repeat(call, number=CALLS, repeat=9))
            print("%-20s %5.0f ns" % (text, times[4] / CALLS * 1e9))
        print("from C: " + subprocess.run(
            [dlc._compiler.PROGRAM, "run", library, "--bench"],
            stdout=subprocess.PIPE, text=True).stdout.strip())


if __name__ == "__main__":
    main()
