#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles each model and compares its outputs for several numbers of threads.

Usage: same_bits.py FOLDER MODEL[,SHAPE]...
"""

import filecmp
import os
import subprocess
import sys

THREADS = (1, 2, 3, 4)

folder, *models = sys.argv[1:]
for argument in models:
    model, *shapes = argument.split(",")
    name = os.path.basename(os.path.dirname(model))
    library = os.path.join(folder, "lib%s.so" % name)
    subprocess.run(["dlc", "compile", "-q", model, "-o", library]
                   + ["--shape=" + shape for shape in shapes], check=True)
    # A kernel that isn't shared would prove nothing.
    symbols = subprocess.run(["llvm-nm", "-D", "-j", library], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    assert "pthread_create" in symbols, name
    outputs = {}
    for threads in THREADS:
        outputs[threads] = os.path.join(folder, "%s-%d" % (name, threads))
        subprocess.run(["dlc", "run", library, "--threads", str(threads),
                        "--output-dir", outputs[threads]], check=True,
                       stdout=subprocess.DEVNULL)
    files = sorted(os.listdir(outputs[1]))
    assert files, name
    for threads in THREADS[1:]:
        same, differ, errors = filecmp.cmpfiles(
            outputs[1], outputs[threads], files, shallow=False)
        assert same == files, (name, threads, differ, errors)
    print("%s: %s threads: the same bits" % (
        name, ", ".join(map(str, THREADS))))
