#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiled models on a GPU: whether they are right, and how fast.

  build/venv/bin/python benchmarks/gpu.py pack FOLDER resnet50 bert_base.f16
  python3 FOLDER/gpu.py run FOLDER --peers torch --json results.json

`pack` needs dlc and no GPU; `run` needs a GPU, its driver and NumPy, on the
same machine or on another one that FOLDER was carried to. A case is the name of
a model as in compare.py, or matmulN, a product of N x N matrices; `.f16` makes
its floats half ones, `@sm_80` compiles for another architecture than
--gpu-arch. `all` is what README.md has results of. Random weights repeat
every 4,093 values, so that FOLDER can be compressed.

`run` compares with what ONNX Runtime computed on the CPU when the folder was
packed, looks whether repeated runs give the same bits, and times: `run`, a call
of the library with its copies from and to the host; `copies`, those alone;
`kernels`, the launches alone, as a CUDA graph. With --peers torch, PyTorch runs
the networks that it has, too.
"""
import argparse
import concurrent.futures
import ctypes
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "test")]
from compiled_model import CompiledModel  # noqa: E402
from cuda_device import Driver, RecordingDevice  # noqa: E402

CARRIED = ["gpu.py", "cuda_device.py", "torch_peers.py",
           "../test/compiled_model.py"]
SECONDS = 0.5


def load_arrays(folder, kind, count):
    return [np.load(os.path.join(folder, "%s_%d.npy" % (kind, k)))
            for k in range(count)]


class Case:
    """A packed model."""

    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "case.json")) as file:
            self.facts = json.load(file)
        self.library = os.path.join(folder, "libmodel.so")

    def inputs(self):
        size = self.facts.get("matmul")
        if not size:
            return load_arrays(self.folder, "input", self.facts["inputs"])
        rng = np.random.default_rng(0)
        return [rng.standard_normal((size, size), "f4")
                .astype(self.facts["dtype"]) for _ in range(2)]

    def wanted(self, inputs):
        if self.facts.get("matmul"):
            x, y = (a.astype("f4") for a in inputs)
            return [x @ y]
        return load_arrays(self.folder, "output", self.facts["outputs"])

    def compare(self, got, wanted):
        """The largest difference, relative to the largest value, and how many
        values are beyond the tolerance."""
        worst, beyond = 0.0, 0
        for x, y in zip(got, wanted):
            if x.shape != y.shape:
                raise RuntimeError("an output is %s instead of %s"
                                   % (x.shape, y.shape))
            x, y = x.astype("f8"), y.astype("f8")
            scale = abs(y).max(initial=1e-30)
            gap = np.nan_to_num(abs(x - y), nan=np.inf)
            worst = max(worst, float(gap.max(initial=0) / scale))
            beyond += int((gap > self.facts["rtol"] * abs(y)
                           + self.facts["atol"] * scale).sum())
        return worst, beyond


def create(path, device=None):
    start = time.perf_counter()
    model = CompiledModel(path, device=device)
    return model, 1e3 * (time.perf_counter() - start)


def check(case):
    """Creates it twice, runs it a few times; a record."""
    record = {"case": case.facts["case"]}
    start = time.perf_counter()
    record["gpu"] = Driver().name
    record["driver_ms"] = 1e3 * (time.perf_counter() - start)
    model, record["first_create_ms"] = create(case.library)
    inputs = case.inputs()
    pointers = model.bind(inputs)
    results = []
    for _ in range(5):
        for output in model.results:
            ctypes.memset(output.ctypes.data, 0xff, output.nbytes)
        model.call(pointers)
        results.append([output.copy() for output in model.results])
    record["difference"], record["beyond"] = case.compare(
        results[0], case.wanted(inputs))
    record["same_bits"] = all(
        a.tobytes() == b.tobytes()
        for other in results[1:] for a, b in zip(results[0], other))
    model.close()
    model, record["create_ms"] = create(case.library)
    model.close()
    return record


def median_ms(call, seconds):
    for _ in range(3):
        call()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def measure(case):
    """The times of it; a record."""
    inputs = case.inputs()
    model, _ = create(case.library)
    pointers = model.bind(inputs)
    record = {"case": case.facts["case"],
              "run_ms": median_ms(lambda: model.call(pointers), SECONDS)}
    model.close()

    driver = Driver()
    device = RecordingDevice(driver)
    model, _ = create(case.library, device.table)
    pointers = model.bind(inputs)
    device.begin()
    model.call(pointers)

    def copy():
        for arguments in device.copies:
            device.copy(arguments)
        driver.wait()

    record["copied_bytes"] = sum(copied[3].value for copied in device.copies)
    record["copies_ms"] = median_ms(copy, SECONDS / 4)
    record["kernels_ms"] = device.graph_milliseconds(SECONDS)
    record["launches"] = [
        {"name": launch.name, "ms": ms, "grid": launch.grid,
         "threads": launch.block[0]}
        for launch, ms in zip(device.launches, device.launch_milliseconds())]
    model.close()
    return record


def child(mode, case, timeout, wrapper=()):
    """What `mode` says about it, in a process of its own: an illegal access
    leaves a process without a GPU."""
    command = [*wrapper, sys.executable, os.path.abspath(__file__), mode,
               case.folder]
    try:
        result = subprocess.run(command, capture_output=True, text=True,
                                timeout=timeout)
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"case": case.facts["case"], "error": str(error)}
    try:
        record = json.loads(result.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        record = {"case": case.facts["case"],
                  "error": (result.stderr or result.stdout)[-2000:].strip()}
    if wrapper:
        record.update(code=result.returncode, text=result.stdout[-6000:])
    return record


def sanitize(cases, jobs):
    """NVIDIA's checker for each tool and case."""
    tools = ["memcheck", "racecheck", "initcheck", "synccheck"]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = [(tool, pool.submit(
            child, "check", case, 120,
            ("compute-sanitizer", "--tool", tool, "--error-exitcode", "99")))
            for case in cases for tool in tools]
        for tool, future in futures:
            record = future.result()
            lines = [line for line in record.get("text", "").splitlines()
                     if "SUMMARY" in line]
            print("%-24s %-10s %s" % (
                record["case"], tool, lines[-1].strip("= ") if lines
                else record.get("error", "?")[-300:]), flush=True)
            yield dict(record, tool=tool)


def find_cases(folder, only):
    names = sorted(name for name in os.listdir(folder)
                   if os.path.exists(os.path.join(folder, name, "case.json")))
    return [Case(os.path.join(folder, name)) for name in names
            if not only or name in only]


def print_table(records):
    print("\n| model | run ms | copies ms | kernels ms | launches | create ms "
          "| difference |\n|---|--:|--:|--:|--:|--:|--:|")
    for name, record in records.items():
        if "error" in record:
            print("| %s | failed: %s |" % (name, record["error"][-300:]))
            continue
        cells = ["%.4g" % record[key] if key in record else ""
                 for key in ("run_ms", "copies_ms", "kernels_ms")]
        wrong = ("" if record.get("same_bits") else " (changes)") + (
            " (%d beyond)" % record["beyond"] if record.get("beyond") else "")
        print("| %s | %s | %d | %.0f, then %.0f | %.0e%s |" % (
            name, " | ".join(cells), len(record.get("launches", [])),
            record["first_create_ms"], record["create_ms"],
            record["difference"], wrong))


def print_slowest(record, count=6):
    launches = record.get("launches", [])
    total = sum(launch["ms"] for launch in launches)
    print("\n%s, %.4g ms in %d launches:" % (record["case"], total,
                                             len(launches)))
    for launch in sorted(launches, key=lambda l: -l["ms"])[:count]:
        print("  %5.1f %%  %.4f ms  %s  grid %s x %d threads" % (
            100 * launch["ms"] / total, launch["ms"], launch["name"],
            "x".join(map(str, launch["grid"])), launch["threads"]))


def run(options):
    cases = find_cases(options.folder, options.cases)
    results = {"records": {}, "peers": [], "sanitized": []}
    records = results["records"]
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for record in pool.map(lambda c: child("check", c, 120), cases):
            records[record["case"]] = record
    print("checked %d cases in %.0f s" % (len(cases),
                                          time.monotonic() - start), flush=True)
    for case in cases:
        record = records[case.facts["case"]]
        if "error" in record:
            print("%s: %s" % (record["case"], record["error"]), flush=True)
        elif not options.check_only:
            record.update(child("measure", case, 120))
    print("measured after %.0f s" % (time.monotonic() - start), flush=True)
    save(results, options.json)
    for name in options.slowest:
        if name in records:
            print_slowest(records[name])
    print_table(records)
    if options.peers:
        measure_peers(results)
        save(results, options.json)
    results["sanitized"] = list(sanitize(
        [case for case in cases if case.facts["case"] in options.sanitize],
        options.jobs))
    save(results, options.json)


def measure_peers(results):
    import torch_peers
    print("\n| model | PyTorch, as | its kernels ms | dlc's kernels ms "
          "| ratio |\n|---|---|--:|--:|--:|")
    for line in torch_peers.measure(results["records"], median_ms):
        results["peers"].append(line)
        ours = results["records"][line["case"]].get("kernels_ms", np.nan)
        print("| %s | %s | %.4g | %.4g | %.2f |" % (
            line["case"], line["how"], line["kernels_ms"], ours,
            ours / line["kernels_ms"]), flush=True)


def save(results, path):
    if path:
        with open(path, "w") as file:
            json.dump(results, file, indent=1)


def pack(options):
    import gpu_cases
    for folder in (options.folder, options.cache):
        os.makedirs(folder, exist_ok=True)
    for path in CARRIED:
        shutil.copy(os.path.join(HERE, path), options.folder)
    for name in gpu_cases.expand(options.cases):
        gpu_cases.pack(name, options.folder, options.cache, options.dlc,
                       options.gpu_arch)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = parser.add_subparsers(dest="mode", required=True)
    packing = modes.add_parser("pack", help="compile cases into a folder")
    packing.add_argument("folder")
    packing.add_argument("cases", nargs="+")
    packing.add_argument("--gpu-arch", default="sm_90")
    packing.add_argument("--dlc",
                         default=os.path.join(HERE, "..", "build/bin/dlc"))
    packing.add_argument("--cache",
                         default=os.path.join(HERE, "..", "build/bench"))
    running = modes.add_parser("run", help="run a folder's cases")
    running.add_argument("folder")
    running.add_argument("cases", nargs="*", help="these alone")
    running.add_argument("--peers", nargs="*", default=[], choices=["torch"])
    running.add_argument("--check-only", action="store_true")
    running.add_argument("--sanitize", nargs="*", default=[],
                         help="cases to run under compute-sanitizer, too")
    running.add_argument("--slowest", nargs="*", default=[],
                         help="cases whose slowest kernels are printed")
    running.add_argument("--jobs", type=int, default=8,
                         help="processes that check at the same time")
    running.add_argument("--json", help="file for everything measured")
    for mode in ("check", "measure"):
        modes.add_parser(mode, help="one case, as JSON").add_argument("folder")
    options = parser.parse_args()
    if options.mode in ("check", "measure"):
        print(json.dumps(globals()[options.mode](Case(options.folder))))
    else:
        globals()[options.mode](options)


if __name__ == "__main__":
    main()
