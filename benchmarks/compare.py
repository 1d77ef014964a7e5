#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""dlc side by side with other engines, in one run.

  build/venv/bin/python benchmarks/compare.py --models resnet50 mnist8_cntk \\
      --threads 1 --json results.json

A model is a path, the name of a folder in ../shared/models, or the name of a
classifier in ../shared/models/light (filled with seeded random weights);
`light` and `first` mean all of those, `bert_base` the encoder that bert.py
writes. Every engine runs in a process of its
own, pinned to the same cores; rounds alternate between the engines, so that
what else the machine does meets all alike. `--peers` are onnxruntime,
openvino (a package of its own) and `before`, another build of dlc
(`--before`). Times are medians; the ratio is dlc's over the other's, below 1
where dlc is faster. Outputs are compared, too.
"""
import argparse
import json
import math
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import time

import numpy as np
import onnx

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, ".."))
SHARED = os.environ.get("DLC_SHARED", os.path.join(ROOT, "..", "shared"))
MODELS = os.path.join(SHARED, "models")
sys.path.append(os.path.join(ROOT, "test"))
import bert  # noqa: E402
import measured  # noqa: E402


class Model:
    """A model file ready to be measured, and its inputs by name."""

    def __init__(self, name, cache):
        source, data = self.find(name, cache)
        self.name = name = os.path.splitext(os.path.basename(name))[0]
        model = onnx.load(source)
        # Weights listed as inputs could be overridden, and keep engines from
        # folding them.
        weights = {t.name for t in model.graph.initializer}
        inputs = [i for i in model.graph.input if i.name not in weights]
        del model.graph.input[:]
        model.graph.input.extend(inputs)
        model.ir_version = max(model.ir_version, 4)
        self.path = os.path.join(cache, name + ".onnx")
        onnx.save(model, self.path)
        self.size = os.path.getsize(self.path)
        rng = np.random.default_rng(0)
        self.feeds = {}
        for k, info in enumerate(inputs):
            path = os.path.join(data, "input_%d.pb" % k) if data else ""
            if os.path.exists(path):
                with open(path, "rb") as file:
                    tensor = onnx.TensorProto.FromString(file.read())
                value = onnx.numpy_helper.to_array(tensor)
            else:
                kind = info.type.tensor_type
                shape = [d.dim_value or 1 for d in kind.shape.dim]
                dtype = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)
                value = rng.standard_normal(shape).astype(dtype)
            self.feeds[info.name] = np.ascontiguousarray(value)

    @staticmethod
    def find(name, cache):
        """The file of a model, and the folder of its inputs or None."""
        if name == "bert_base":
            return bert.write(os.path.join(cache, name))
        if os.path.isfile(name):
            return name, None
        folder = os.path.join(MODELS, name)
        if os.path.isdir(folder):
            return (os.path.join(folder, "model.onnx"),
                    os.path.join(folder, "test_data_set_0"))
        skeleton = os.path.join(MODELS, "light", "light_%s.onnx" % name)
        if not os.path.exists(skeleton):
            sys.exit("no model %s" % name)
        path = os.path.join(cache, name + ".filled.onnx")
        if not os.path.exists(path):
            subprocess.run([sys.executable,
                            os.path.join(MODELS, "fill_weights.py"), skeleton,
                            path], check=True)
        return path, None


def compile_and_bind(model, threads, options, compiler, suffix=""):
    """Compiles the model; (call, outputs, remarks)."""
    from compiled_model import CompiledModel
    library = os.path.join(
        os.path.dirname(model.path),
        "lib%s%s.so" % (model.name, suffix))
    command = [compiler, "compile", model.path, "-o", library,
               "--target-cpu=native"]
    for name, value in model.feeds.items():
        command += ["--shape", "%s=%s" % (name, "x".join(map(str,
                                                             value.shape)))]
    result = measured.run(command, 600)
    if result.code != 0:
        raise RuntimeError(result.text.strip()[-300:])
    compiled = CompiledModel(library, threads)
    arrays = list(model.feeds.values())
    pointers = compiled.bind(arrays)
    remarks = {"compile_s": result.seconds,
               "compile_peak_bytes": result.peak_bytes,
               "compile_peak_over_model": result.peak_bytes / model.size,
               "library_bytes": os.path.getsize(library)}
    return (lambda: compiled.call(pointers), lambda: compiled.results,
            remarks)


def dlc_engine(model, threads, options):
    return compile_and_bind(model, threads, options, options.dlc)


def before_engine(model, threads, options):
    return compile_and_bind(model, threads, options, options.before, "_before")


def openvino_engine(model, threads, options):
    import openvino
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(model.path), "CPU", {
        "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    for i, value in enumerate(model.feeds.values()):
        request.set_input_tensor(i, openvino.Tensor(value, shared_memory=True))
    return (request.infer,
            lambda: [request.get_output_tensor(i).data
                     for i in range(len(compiled.outputs))],
            {"version": openvino.get_version()})


def onnxruntime_engine(model, threads, options):
    import onnxruntime
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.path, settings, providers=["CPUExecutionProvider"])
    # Bound buffers, so that neither engine copies in Python.
    binding = session.io_binding()
    for name, value in model.feeds.items():
        binding.bind_cpu_input(name, value)
    for output in session.get_outputs():
        binding.bind_output(output.name)
    return (lambda: session.run_with_iobinding(binding),
            binding.copy_outputs_to_cpu,
            {"version": onnxruntime.__version__})


ENGINES = {"dlc": dlc_engine, "onnxruntime": onnxruntime_engine,
           "openvino": openvino_engine, "before": before_engine}


def serve(connection, name, model, threads, options):
    """An engine's process: prepares, then runs rounds when asked to."""
    try:
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[:threads])
        call, outputs, remarks = ENGINES[name](model, threads, options)
        call()
        results = [np.array(o) for o in outputs()]
        connection.send(("ready", results, remarks))
    except (RuntimeError, ValueError, ImportError, OSError) as error:
        connection.send(("failed", str(error), {}))
        return
    while True:
        seconds = connection.recv()
        if seconds is None:
            return
        times = []
        end = time.perf_counter() + seconds
        while not times or time.perf_counter() < end:
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
        connection.send(times)


def measure(model, threads, options):
    """The record of one model: engine -> times and remarks."""
    context = multiprocessing.get_context("spawn")
    engines, record = {}, {"model": model.name, "threads": threads,
                           "engines": {}}
    reference = None
    for name in ["dlc"] + options.peers:
        here, there = context.Pipe()
        process = context.Process(
            target=serve, args=(there, name, model, threads, options))
        process.start()
        there.close()
        try:
            state, results, remarks = here.recv()
        except EOFError:
            state, results, remarks = "failed", "the engine crashed", {}
        record["engines"][name] = remarks
        if state == "failed":
            remarks["error"] = results
            process.join()
            continue
        engines[name] = here, process
        if name == "dlc":
            reference = results
        elif reference is not None:
            remarks["worst_difference"] = difference(reference, results)
    times = {name: [] for name in engines}
    for _ in range(options.rounds):
        for name, (pipe, _) in engines.items():
            pipe.send(options.seconds)
            times[name] += [pipe.recv()]
    for name, (pipe, process) in engines.items():
        pipe.send(None)
        process.join()
        # The first round warms up.
        rounds = times[name][1:] or times[name]
        flat = [t for r in rounds for t in r]
        record["engines"][name].update(
            median_ms=1e3 * statistics.median(flat),
            best_ms=1e3 * min(flat), runs=len(flat))
    return record


def difference(ours, theirs):
    """The largest difference, relative to the largest value."""
    worst = 0.0
    for a, b in zip(ours, theirs):
        b = b.astype("f8")
        scale = np.abs(b).max(initial=1e-30)
        worst = max(worst, float(np.abs(a.astype("f8") - b).max(initial=0)
                                 / scale))
    return worst


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor()


def print_table(records, peers):
    print("\n| model | threads | dlc ms | %s |" % " | ".join(
        "%s ms | ratio | difference" % p for p in peers))
    print("|---|--:|--:|" + "--:|--:|--:|" * len(peers))
    ratios = {p: [] for p in peers}
    for record in records:
        engines = record["engines"]
        ours = engines["dlc"].get("median_ms")
        cells = [record["model"], str(record["threads"]),
                 "%.4g" % ours if ours else "failed"]
        for peer in peers:
            theirs = engines[peer].get("median_ms")
            if ours and engines[peer].get("worst_difference", 0) > 1e-3:
                cells += ["%.4g" % theirs, "wrong",
                          "%.0e" % engines[peer]["worst_difference"]]
            elif ours and theirs:
                ratios[peer].append(ours / theirs)
                cells += ["%.4g" % theirs, "%.2f" % (ours / theirs),
                          "%.0e" % engines[peer]["worst_difference"]]
            else:
                cells += ["%.4g" % theirs if theirs else "failed", "", ""]
        print("| %s |" % " | ".join(cells))
    for peer, values in ratios.items():
        if len(values) > 1:
            print("\nGeometric mean of dlc over %s: %.2f (%d models)" % (
                peer, math.exp(statistics.fmean(map(math.log, values))),
                len(values)))


def marked(use):
    """The models that the table of MODELS/README.md gives this use."""
    with open(os.path.join(MODELS, "README.md")) as file:
        for line in file:
            cells = [c.strip() for c in line.split("|")]
            if len(cells) > 3 and use in cells[3].split():
                yield cells[1]


def expand(names):
    for name in names:
        if name == "light":
            yield from sorted(f[len("light_"):-len(".onnx")] for f in
                              os.listdir(os.path.join(MODELS, "light")))
        elif name == "first":
            yield from marked("first")
        else:
            yield name


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["resnet50"])
    parser.add_argument("--peers", nargs="*", default=["onnxruntime"],
                        choices=[e for e in ENGINES if e != "dlc"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1])
    parser.add_argument("--rounds", type=int, default=6,
                        help="rounds of each engine; the first warms up")
    parser.add_argument("--seconds", type=float, default=1.0,
                        help="of one round")
    parser.add_argument("--json", help="file for everything measured")
    parser.add_argument("--before", help="the dlc of the engine `before`")
    parser.add_argument("--dlc", default=os.path.join(ROOT, "build/bin/dlc"))
    parser.add_argument("--cache", default=os.path.join(ROOT, "build/bench"))
    options = parser.parse_args()
    os.makedirs(options.cache, exist_ok=True)

    print("%s, %s" % (processor(), time.strftime("%Y-%m-%d")))
    records = []
    for name in expand(options.models):
        model = Model(name, options.cache)
        for threads in options.threads:
            record = measure(model, threads, options)
            records.append(record)
            for engine, remarks in record["engines"].items():
                text = ["%s %.4g" % item if isinstance(item[1], float)
                        else "%s %s" % item for item in remarks.items()]
                print("%s, %s: %s" % (name, engine, ", ".join(text)),
                      flush=True)
    print_table(records, options.peers)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"processor": processor(), "date": time.time(),
                       "records": records}, file, indent=1)


if __name__ == "__main__":
    main()
