#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How much of a core's peak dlc's code reaches.

  build/venv/bin/python benchmarks/share.py gemm_fp32 gemm_int8 resnet50

`gemm_fp32` is a product of 1024x1024 matrices, the right one constant;
`gemm_fp32_inputs` takes both at run time; `gemm_int8` is the same of bytes
(dequantize, multiply, quantize); other names are those of compare.py.

Clocks vary by a tenth and more within a second, and a core clocks lower while
it also moves data than in a loop that stays in registers. So right after every
call, on the same core in the same process, comes a short burst of multiply-adds
in registers (peak.c), at the clock that the call left: `share` is the median of
each call's rate over its burst's. `of best` compares the median rate with the
best burst of the whole run, at whatever clock that was; what the bursts reach
at their own median stands next to it. Operations are those of direct
convolutions and products, two for a multiply-add.
"""
import argparse
import ctypes
import os
import re
import statistics
import subprocess
import time

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

import compare

SIZE = 1024
# A third of a millisecond.
BURST_STEPS = 200000


def float_product(path, constant):
    rng = np.random.default_rng(0)
    shape = [SIZE, SIZE]
    inputs, weights = [("x", TensorProto.FLOAT)], []
    if constant:
        value = rng.standard_normal(shape).astype("f4")
        weights.append(numpy_helper.from_array(value, "w"))
    else:
        inputs.append(("w", TensorProto.FLOAT))
    return write(path, [helper.make_node("MatMul", ["x", "w"], ["y"])], inputs,
                 ("y", TensorProto.FLOAT), weights)


def byte_product(path):
    rng = np.random.default_rng(0)
    weights = [
        numpy_helper.from_array(
            rng.integers(-127, 128, (SIZE, SIZE)).astype("i1"), "w"),
        numpy_helper.from_array(
            rng.uniform(0.002, 0.004, SIZE).astype("f4"), "w_scale"),
        numpy_helper.from_array(np.zeros(SIZE, "i1"), "w_zero"),
        numpy_helper.from_array(np.float32(0.02), "x_scale"),
        numpy_helper.from_array(np.uint8(121), "x_zero"),
        numpy_helper.from_array(np.float32(0.3), "y_scale"),
        numpy_helper.from_array(np.uint8(128), "y_zero")
    ]
    nodes = [
        helper.make_node("DequantizeLinear", ["x", "x_scale", "x_zero"], ["a"]),
        helper.make_node("DequantizeLinear", ["w", "w_scale", "w_zero"], ["b"],
                         axis=1),
        helper.make_node("MatMul", ["a", "b"], ["c"]),
        helper.make_node("QuantizeLinear", ["c", "y_scale", "y_zero"], ["y"])
    ]
    return write(path, nodes, [("x", TensorProto.UINT8)],
                 ("y", TensorProto.UINT8), weights)


def write(path, nodes, inputs, output, weights):
    info = [helper.make_tensor_value_info(name, dtype, [SIZE, SIZE])
            for name, dtype in inputs + [output]]
    graph = helper.make_graph(nodes, "product", info[:-1], info[-1:], weights)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]),
         path)
    return path


PRODUCTS = {
    "gemm_fp32": lambda path: float_product(path, constant=True),
    "gemm_fp32_inputs": lambda path: float_product(path, constant=False),
    "gemm_int8": byte_product
}


def build_peak(folder):
    """peak.c's bursts, by the type of the multiply-adds."""
    path = os.path.join(folder, "libpeak.so")
    subprocess.run(["clang-22", "-O2", "-march=native", "-shared", "-fPIC",
                    "-mprefer-vector-width=512", "-o", path,
                    os.path.join(compare.HERE, "peak.c")], check=True)
    library = ctypes.CDLL(path)
    bursts = {"fp32": library.peakFloats, "int8": library.peakBytes}
    for burst in bursts.values():
        burst.argtypes, burst.restype = [ctypes.c_long], ctypes.c_double
    return bursts


def count_operations(model, options):
    """What `dlc inspect` counts in convolutions and matrix products."""
    text = subprocess.run([options.dlc, "inspect", model.path], check=True,
                          capture_output=True, text=True).stdout
    found = re.findall(r"^ *dlc\.(?:conv|matmul) +\d+ +([\d.]+)", text, re.M)
    return 1e6 * sum(map(float, found))


def measure(name, bursts, options):
    path = name
    if name in PRODUCTS:
        path = PRODUCTS[name](os.path.join(options.cache, name + ".src.onnx"))
    model = compare.Model(path, options.cache)
    model.name = os.path.basename(name)
    operations = count_operations(model, options)
    burst = bursts["int8" if name.endswith("int8") else "fp32"]
    if burst(1000) == 0:
        raise SystemExit("this machine has no instruction to measure the peak "
                         "of %s by" % name)
    call, _, _ = compare.dlc_engine(model, 1, options)
    call()
    rates, peaks = [], []
    end = time.perf_counter() + options.seconds
    while time.perf_counter() < end or len(rates) < 5:
        start = time.perf_counter()
        call()
        rates.append(operations / (time.perf_counter() - start))
        peaks.append(burst(BURST_STEPS))
    rate, best = statistics.median(rates), max(peaks)
    share = statistics.median(r / p for r, p in zip(rates, peaks))
    print("| %s | %.4g | %.0f | %.0f | %.0f | **%.0f %%** | %.0f %% | %.0f %% |"
          % (name, 1e3 * operations / rate, rate / 1e9,
             statistics.median(peaks) / 1e9, best / 1e9, 100 * share,
             100 * rate / best, 100 * statistics.median(peaks) / best),
          flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--seconds", type=float, default=10.0,
                        help="for each model")
    parser.add_argument("--dlc",
                        default=os.path.join(compare.ROOT, "build/bin/dlc"))
    parser.add_argument("--cache",
                        default=os.path.join(compare.ROOT, "build/bench"))
    options = parser.parse_args()
    os.makedirs(options.cache, exist_ok=True)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    bursts = build_peak(options.cache)
    print("%s, %s\n" % (compare.processor(), time.strftime("%Y-%m-%d")))
    print("| model | ms | G operations/s | peak, median | peak, best | share "
          "| of best | bursts of best |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name in options.models:
        measure(name, bursts, options)


if __name__ == "__main__":
    main()
