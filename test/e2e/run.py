#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whole models, end to end.

  golden       the models marked `first` in ../shared/models, against the
               outputs stored beside them
  classifiers  the nine classic classifiers in ../shared/models/light with
               random weights, against ONNX Runtime
  digits       the example: its C program, its library, and all test digits
               against ONNX Runtime
  generated    models made up by generated.py, against ONNX Runtime
  cases        the models in ../shared/cases, rebuilt from bug reports, against
               the outputs stored beside them
  kinds        small models of the same kinds made up by kinds.py, against ONNX
               Runtime, NumPy or exact arithmetic
  open         models with open sizes, one library for all of them: real ones
               against the stored outputs, those of generated.py and
               open_models.py against ONNX Runtime, what is refused
  datasizes    models with sizes that depend on data (data_size_models.py):
               nothing, something and everything selected, against ONNX
               Runtime, and what must be refused
  states       models that keep something from call to call (state_models.py):
               calls in a row against ONNX Runtime, which is handed each state;
               resets, forks, rewinds, and what is refused
  programs     random programs of loops and branches in the dlc dialect, against
               what they compute in NumPy, with one and two threads
  types        elements of 8 bits and fewer, all codes of each type, against
               ml_dtypes and onnx's reference evaluator
  microsoft    ops of ONNX Runtime's domain (microsoft_models.py) and models
               that its optimizer wrote, against ONNX Runtime
  export       models written in ONNX again, run by ONNX Runtime
  prune        pruned models against ONNX Runtime, and smaller ones against
               those with the same channels zeroed
  quantize     accuracy on digits of quantized models, compiled and in ONNX
               Runtime, and the memory that calibration takes
  gpu          the models marked `first` compiled for GPUs: emulated, looking
               for races and the like, against the stored outputs and those of
               the library for the CPU, and their PTX looked over for four
               architectures; products of f16

Tolerance: |got - want| <= 1e-3 |want| + 1e-4 max|want|; a tenth of it between
GPU and CPU, which differ in the order of sums alone. What needs the shared
folder, NumPy, onnx or ONNX Runtime is skipped, with a line, where it is
missing. `--only REGEX` picks tests by name, as in `golden/mnist`.
"""
import argparse
import concurrent.futures
import json
import os
import platform
import re
import shutil
import sys
import tempfile
import time

from harness import (HERE, PEERS, ROOT, Failed, LeftOut, compare_outputs,
                     execute, measured, needs_peers, plain_session)
from element_types import ElementTypeTests
from gpu import GPUTests
from control_flow import ControlFlowTests
from data_sizes import DataSizeTests
from microsoft import MicrosoftTests
from open_sizes import OpenTests
from programs import ProgramTests
from states import StateTests

if not PEERS:
    import numpy as np
    import onnx
    import onnxruntime

DIGITS = os.path.join(ROOT, "examples", "digits")
TOLERANCE = ["--rtol", "1e-3", "--atol", "1e-4"]


class Tests(GPUTests, OpenTests, ControlFlowTests, MicrosoftTests,
            ProgramTests, StateTests, ElementTypeTests, DataSizeTests):
    def __init__(self, dlc, shared, full):
        self.dlc, self.full, self.shared = dlc, full, shared
        self.models = os.path.join(shared, "models")
        self.data = os.path.join(shared, "data")
        self.top = tempfile.mkdtemp(prefix="dlc-e2e-")
        self.library = None

    # Every group yields (name, function); the function returns a remark.

    def golden(self):
        readme = os.path.join(self.models, "README.md")
        if not os.path.exists(readme):
            yield "golden", self.no_shared
            return
        for name in self.first_models():
            yield "golden/" + name, lambda n=name: self.one_golden(n)

    def first_models(self):
        readme = os.path.join(self.models, "README.md")
        if not os.path.exists(readme):
            return
        with open(readme) as file:
            rows = [[cell.strip() for cell in line.split("|")]
                    for line in file if line.startswith("|")]
        for row in rows:
            if len(row) > 3 and "first" in row[3].split():
                yield row[1]

    def no_shared(self):
        raise LeftOut("no shared models in " + self.models)

    def one_golden(self, name):
        folder = os.path.join(self.models, name)
        sets = sorted(d for d in os.listdir(folder)
                      if d.startswith("test_data_set_"))
        for data in sets:
            execute([self.dlc, "run", os.path.join(folder, "model.onnx"),
                     "--compare", os.path.join(folder, data)] + TOLERANCE)
        return "%d data sets" % len(sets)

    def classifiers(self):
        light = os.path.join(self.models, "light")
        if not os.path.isdir(light):
            yield "classifiers", self.no_shared
            return
        for name in sorted(os.listdir(light)):
            path = os.path.join(light, name)
            yield ("classifiers/" + name[len("light_"):-len(".onnx")],
                   lambda p=path: self.one_classifier(p))

    def one_classifier(self, skeleton):
        needs_peers()
        folder = tempfile.mkdtemp(dir=self.top)
        try:
            model = os.path.join(folder, "model.onnx")
            execute([sys.executable,
                     os.path.join(self.models, "fill_weights.py"), skeleton,
                     model])
            self.write_reference(model, folder)
            library = os.path.join(folder, "libmodel.so")
            result = execute([self.dlc, "compile", model, "-o", library])
            execute([self.dlc, "run", library, "--compare", folder] + TOLERANCE)
            return "compiled in %.1f s with %.0f MB, %.1f x the model" % (
                result.seconds, result.peak_bytes / 1e6,
                result.peak_bytes / os.path.getsize(model))
        finally:
            shutil.rmtree(folder)

    @staticmethod
    def write_reference(model, folder):
        """Random inputs and ONNX Runtime's outputs, as in ONNX's tests. Without
        optimizations, since its integer kernels saturate on machines without
        VNNI."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        if "quantized" in onnx.load(model, load_external_data=False).graph.name:
            options.graph_optimization_level = (
                onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL)
        session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"])
        rng = np.random.default_rng(0)
        feeds = {i.name: rng.standard_normal(i.shape).astype("f4")
                 for i in session.get_inputs()}
        Tests.write_data(folder, feeds, session.run(None, feeds))

    @staticmethod
    def run_peer(model, feeds):
        """ONNX Runtime's outputs, without its own folds and fusions."""
        return plain_session(model).run(None, feeds)

    @staticmethod
    def write_data(folder, feeds, outputs):
        """Inputs and outputs as in ONNX's tests."""
        for kind, arrays in (("input", feeds.values()), ("output", outputs)):
            for k, array in enumerate(arrays):
                path = os.path.join(folder, "%s_%d.pb" % (kind, k))
                with open(path, "wb") as file:
                    file.write(onnx.numpy_helper.from_array(
                        np.asarray(array, order="C"))
                               .SerializeToString())

    def digits(self):
        yield "digits/compile", self.digits_compile
        yield "digits/program", self.digits_program
        yield "digits/needed", self.digits_needed
        yield "digits/allocations", self.digits_allocations
        yield "digits/accuracy", self.digits_accuracy

    def digits_compile(self):
        library = os.path.join(self.top, "libdigits.so")
        result = execute([self.dlc, "compile",
                          os.path.join(DIGITS, "digits.onnx"), "-o", library])
        if not os.path.exists(os.path.join(self.top, "digits.h")):
            raise Failed("no header was written")
        self.library = library
        return "%.1f s" % result.seconds

    def build(self, source, program):
        if not self.library:
            raise Failed("there is no library")
        execute(["clang-22", "-O2", "-Wall", "-Werror", "-I" + self.top, "-o",
                 program, source, "-L" + self.top, "-ldigits",
                 "-Wl,-rpath," + self.top])

    def digits_program(self):
        program = os.path.join(self.top, "classify")
        self.build(os.path.join(DIGITS, "classify.c"), program)
        text = execute([program, os.path.join(DIGITS, "images.idx"),
                        os.path.join(DIGITS, "labels.idx"),
                        self.library]).text
        # What ONNX Runtime says of these digits, too (examples/digits/README.md).
        if "98.75 % (395 of 400 digits)" not in text:
            raise Failed(text[-300:])
        return "98.75 %"

    def digits_needed(self):
        if not self.library:
            raise Failed("there is no library")
        text = execute(["llvm-readelf-22", "-d", self.library]).text
        needed = set(re.findall(r"NEEDED.*\[(.*)\]", text))
        if not needed <= {"libc.so.6", "libm.so.6"}:
            raise Failed("needs %s" % sorted(needed))
        return " ".join(sorted(needed))

    def digits_allocations(self):
        program = os.path.join(self.top, "count_allocations")
        self.build(os.path.join(HERE, "Inputs", "count_allocations.c"), program)
        text = execute([program]).text
        if text.strip() != "create some, 100 runs 0":
            raise Failed(text)
        return text.strip()

    def digits_accuracy(self):
        needs_peers()
        if not self.library:
            raise Failed("there is no library")
        sys.path.append(DIGITS)
        from compiled_model import CompiledModel
        from train import read_idx
        folder = os.path.join(self.data, "digits")
        if os.path.isdir(folder):
            paths = ["test-images-idx3-ubyte.gz", "test-labels-idx1-ubyte.gz"]
        else:
            folder, paths = DIGITS, ["images.idx", "labels.idx"]
        images, labels = [read_idx(os.path.join(folder, p)) for p in paths]
        session = onnxruntime.InferenceSession(
            os.path.join(DIGITS, "digits.onnx"),
            providers=["CPUExecutionProvider"])
        model = CompiledModel(self.library)
        ours = theirs = differ = 0
        for image, label in zip(images, labels):
            x = (image.astype("f4") / np.float32(255))[None, None]
            want = int(session.run(None, {"image": x})[0].argmax())
            got = int(model(x)[0].argmax())
            ours, theirs = ours + (got == label), theirs + (want == label)
            differ += got != want
        model.close()
        remark = "%d digits, %.2f %% right, ONNX Runtime %.2f %%" % (
            len(labels), 100 * ours / len(labels), 100 * theirs / len(labels))
        if differ:
            raise Failed("%s, %d differ" % (remark, differ))
        return remark

    def generated(self):
        names = ["residual", "depthwise", "attention", "spellings", "mlp",
                 "mixed", "quantized", "quantized_matmul", "products", "padded",
                 "nested"]
        for name in names:
            for seed in range(3 if self.full else 1):
                yield ("generated/%s-%d" % (name, seed),
                       lambda n=name, s=seed: self.one_generated(n, s))

    def one_generated(self, name, seed):
        needs_peers()
        import generated
        folder = tempfile.mkdtemp(dir=self.top)
        model = os.path.join(folder, "model.onnx")
        onnx.save(generated.MODELS[name](seed), model)
        self.write_reference(model, folder)
        command = [self.dlc, "run", model, "--compare", folder]
        if not name.startswith("quantized"):
            execute(command + TOLERANCE)
            return ""
        # Two steps of an output of at least a hundred; vpdpbusd where the
        # machine has it, and vpmaddwd.
        cpus = ["native"]
        if platform.machine() == "x86_64":
            cpus.append("x86-64")
        for cpu in cpus:
            execute(command + ["--rtol", "0", "--atol", "0.02",
                               "--target-cpu", cpu])
        return ""

    def cases(self):
        top = os.path.join(self.shared, "cases")
        names = sorted(os.listdir(top)) if os.path.isdir(top) else []
        names = [n for n in names
                 if os.path.isdir(os.path.join(top, n, "test_data_set_0"))]
        if not names:
            yield "cases", self.no_cases
        for name in names:
            yield ("cases/" + name,
                   lambda f=os.path.join(top, name): self.one_case(f))

    def no_cases(self):
        raise LeftOut("no cases in " + self.shared)

    def one_case(self, folder):
        try:
            execute([self.dlc, "run", os.path.join(folder, "model.onnx"),
                     "--compare", os.path.join(folder, "test_data_set_0")]
                    + TOLERANCE)
        except Failed as why:
            missing = re.search(r"\((\w+), opset \d+\): (.*not supported)",
                                str(why))
            if missing:
                raise LeftOut("%s: %s" % missing.groups())
            raise
        return ""

    def kinds(self):
        if PEERS:
            yield "kinds", needs_peers
            return
        import kinds
        for name in kinds.KINDS:
            for seed in range(36 if self.full else 4):
                yield ("kinds/%s-%d" % (name, seed),
                       lambda n=name, s=seed: self.one_of_kind(n, s))

    def one_of_kind(self, name, seed):
        import kinds
        graph = kinds.KINDS[name](seed)
        folder = tempfile.mkdtemp(dir=self.top)
        model = os.path.join(folder, "model.onnx")
        onnx.save(graph.model(), model)
        if graph.refusal:
            result = measured.run([self.dlc, "compile", model, "-o",
                                   os.path.join(folder, "libmodel.so")], 60)
            if result.code != 1 or graph.refusal not in result.text:
                raise Failed("exit %s, not 1 with %s\n%s" % (
                    result.code, graph.refusal, result.text))
            return ""
        self.write_data(folder, graph.inputs, graph.wanted
                        or self.run_peer(model, graph.inputs))
        execute([self.dlc, "run", model, "--compare", folder] + TOLERANCE)
        return ""

    def export(self):
        names = ["residual", "depthwise", "attention", "mlp", "mixed"]
        for name in names:
            yield ("export/" + name,
                   lambda n=name: self.one_export_generated(n))
        for name, _ in self.golden():
            if "/" in name:
                name = name.split("/")[1]
                yield "export/" + name, lambda n=name: self.one_export(n)

    def one_export_generated(self, name):
        needs_peers()
        import generated
        folder = tempfile.mkdtemp(dir=self.top)
        model = os.path.join(folder, "model.onnx")
        onnx.save(generated.MODELS[name](0), model)
        self.write_reference(model, folder)
        return self.check_export(model, folder, [])

    def one_export(self, name):
        needs_peers()
        folder = os.path.join(self.models, name)
        data = os.path.join(folder, "test_data_set_0")
        model = os.path.join(folder, "model.onnx")
        inputs = self.read_tensors(data, "input")
        graph = onnx.load(model, load_external_data=False).graph
        weights = {w.name for w in graph.initializer}
        shapes = []
        for value, array in zip([i for i in graph.input
                                 if i.name not in weights], inputs):
            if any(not d.HasField("dim_value")
                   for d in value.type.tensor_type.shape.dim):
                shapes += ["--shape", "%s=%s" % (
                    value.name, "x".join(map(str, array.shape)))]
        return self.check_export(model, data, shapes)

    @staticmethod
    def read_tensors(folder, kind):
        arrays = []
        while True:
            path = os.path.join(folder, "%s_%d.pb" % (kind, len(arrays)))
            if not os.path.exists(path):
                return arrays
            with open(path, "rb") as file:
                arrays.append(onnx.numpy_helper.to_array(
                    onnx.TensorProto.FromString(file.read())))

    def check_export(self, model, data, shapes):
        folder = tempfile.mkdtemp(dir=self.top)
        copy = os.path.join(folder, "copy.onnx")
        execute([self.dlc, "compile", model, "-o", copy] + shapes)
        onnx.checker.check_model(copy, full_check=True)
        session = plain_session(copy)
        feeds = dict(zip([i.name for i in session.get_inputs()],
                         self.read_tensors(data, "input")))
        compare_outputs(session.run(None, feeds),
                        self.read_tensors(data, "output"), 1e-3, 1e-4)
        return ""

    def quantize(self):
        digits = os.path.join(DIGITS, "digits.onnx")
        pytorch = os.path.join(self.models, "mnist_cnn_pytorch", "model.onnx")
        # The latter was trained on (x / 255 - 0.1307) / 0.3081.
        for name, model, scale, offset in (
                ("digits", digits, 1 / 255, 0),
                ("mnist_cnn_pytorch", pytorch, 1 / 255 / 0.3081,
                 -0.1307 / 0.3081)):
            for method in ("minmax", "percentile", "entropy"):
                yield ("quantize/%s-%s" % (name, method),
                       lambda m=model, s=scale, o=offset, k=method:
                       self.one_quantized(m, s, o, k))
        yield "quantize/memory", lambda: self.quantize_memory(digits)

    def digits_data(self, kind):
        folder = os.path.join(self.data, "digits")
        if not os.path.isdir(folder):
            raise LeftOut("no digits in " + folder)
        return [os.path.join(folder, "%s-%s.gz" % (kind, part))
                for part in ("images-idx3-ubyte", "labels-idx1-ubyte")]

    def one_quantized(self, model, scale, offset, method):
        train, _ = self.digits_data("train")
        images, labels = self.digits_data("test")
        if not os.path.exists(model):
            self.no_shared()
        folder = tempfile.mkdtemp(dir=self.top)
        quantized = os.path.join(folder, "int8.onnx")
        figures = os.path.join(folder, "figures.json")
        change = ["--scale", repr(scale), "--offset=%r" % offset]
        execute([self.dlc, "quantize", model, "-o", quantized, "--calib", train,
                 "--samples", "500", "--method", method] + change)
        execute([self.dlc, "eval", quantized, "--inputs", images, "--labels",
                 labels, "--reference", model, "--json", figures] + change)
        with open(figures) as file:
            ours, before = [m["top1"] for m in json.load(file)["models"]]
        remark = "%.2f %%, before %.2f %%" % (100 * ours, 100 * before)
        if not PEERS:
            theirs = self.runtime_accuracy(quantized, images, labels, scale,
                                           offset)
            remark += ", ONNX Runtime %.2f %%" % (100 * theirs)
            if theirs < before - 0.002:
                raise Failed(remark)
        if ours < before - 0.002:
            raise Failed(remark)
        return remark

    @staticmethod
    def runtime_accuracy(model, images, labels, scale, offset):
        sys.path.append(DIGITS)
        from train import read_idx
        session = onnxruntime.InferenceSession(
            model, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        right = [session.run(None, {name: (
            image.astype("f4") * np.float32(scale) + np.float32(offset))[
                None, None]})[0].argmax() == label
                 for image, label in zip(read_idx(images), read_idx(labels))]
        return sum(right) / len(right)

    def quantize_memory(self, model):
        train, _ = self.digits_data("train")
        plain = execute([self.dlc, "run", model]).peak_bytes
        ratios = []
        for samples in ("10", "2000"):
            out = os.path.join(self.top, "memory.onnx")
            peak = execute([self.dlc, "quantize", model, "-o", out, "--calib",
                            train, "--samples", samples, "--method",
                            "entropy"]).peak_bytes
            ratios.append(peak / plain)
        remark = "%.2f and %.2f x running" % tuple(ratios)
        if max(ratios) > 1.5:
            raise Failed(remark)
        return remark

    def prune(self):
        block = ["--structure", "block", "--sparsity", "0.75"]
        channel = ["--structure", "channel", "--sparsity", "0.5"]
        for name, flags in (("unstructured", ["--sparsity", "0.5"]),
                            ("global", ["--sparsity", "0.5", "--global"]),
                            ("nm", ["--structure", "2:4"]),
                            ("block", block), ("channel", channel)):
            yield ("prune/" + name, lambda f=flags: self.one_pruned(f))
        yield "prune/masked", lambda: self.masked(channel)

    def one_pruned(self, flags):
        """The pruned model, compiled, computes what ONNX Runtime makes of it."""
        needs_peers()
        import generated
        folder = tempfile.mkdtemp(dir=self.top)
        model = os.path.join(folder, "model.onnx")
        pruned = os.path.join(folder, "pruned.onnx")
        onnx.save(generated.MODELS["pointwise"](0), model)
        execute([self.dlc, "prune", model, "-o", pruned] + flags)
        self.write_reference(pruned, folder)
        execute([self.dlc, "run", pruned, "--compare", folder] + TOLERANCE)
        return ""

    def masked(self, flags):
        """Without channels as with these zeroed, to 1e-5."""
        needs_peers()
        import generated
        digits = os.path.join(DIGITS, "digits.onnx")
        for name in ("digits", "residual", "depthwise", "pointwise"):
            folder = tempfile.mkdtemp(dir=self.top)
            model = os.path.join(folder, "model.onnx")
            if name == "digits":
                shutil.copy(digits, model)
            else:
                onnx.save(generated.MODELS[name](0), model)
            small = os.path.join(folder, "small.onnx")
            zeroed = os.path.join(folder, "zeroed.onnx")
            prune = [self.dlc, "prune", model] + flags
            execute(prune + ["-o", small])
            execute(prune + ["-o", zeroed, "--mask-only"])
            if os.path.getsize(small) >= os.path.getsize(zeroed):
                raise Failed(name + ": nothing shrank")
            self.write_reference(zeroed, folder)
            execute([self.dlc, "run", small, "--compare", folder,
                     "--rtol", "1e-5", "--atol", "1e-5"])
        return ""


def attempt(test):
    """(outcome, remark, seconds) of one test."""
    start = time.monotonic()
    try:
        outcome, remark = "passed", test()
    except LeftOut as why:
        outcome, remark = "skipped", str(why)
    except Failed as why:
        outcome, remark = "FAILED", str(why)
    return outcome, remark, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default=os.path.join(ROOT, "build/bin/dlc"))
    parser.add_argument("--only", help="regular expression of test names")
    parser.add_argument("--full", action="store_true",
                        default=bool(os.environ.get("DLC_FULL")))
    parser.add_argument("--summary", help="file for the three numbers")
    args = parser.parse_args()
    shared = os.environ.get("DLC_SHARED", os.path.join(ROOT, "..", "shared"))
    tests = Tests(os.path.abspath(args.dlc), shared, args.full)
    counts = {"passed": 0, "FAILED": 0, "skipped": 0}
    try:
        # The digits build on each other; the others run side by side, the
        # large ones alone.
        for group, workers in ((tests.golden, os.cpu_count()),
                               (tests.generated, os.cpu_count()),
                               (tests.cases, os.cpu_count()),
                               (tests.kinds, os.cpu_count()),
                               (tests.open_sizes, os.cpu_count()),
                               (tests.states, os.cpu_count()),
                               (tests.programs, os.cpu_count()),
                               (tests.control_flow, os.cpu_count()),
                               (tests.types, os.cpu_count()),
                               (tests.microsoft, os.cpu_count()),
                               (tests.data_sizes, 1),
                               (tests.export, os.cpu_count()),
                               (tests.quantize, 1),
                               (tests.prune, os.cpu_count()),
                               (tests.gpu, os.cpu_count()),
                               (tests.digits, 1), (tests.classifiers, 1)):
            chosen = [(n, t) for n, t in group()
                      if not args.only or re.search(args.only, n)
                      or n == "digits/compile" and "digits" in args.only]
            with concurrent.futures.ThreadPoolExecutor(workers) as pool:
                results = pool.map(lambda item: attempt(item[1]), chosen)
                for (name, _), (outcome, remark, seconds) in zip(chosen,
                                                                 results):
                    counts[outcome] += 1
                    print("%-8s %-36s %6.1f s  %s" % (outcome, name, seconds,
                                                      remark), flush=True)
    finally:
        shutil.rmtree(tests.top, ignore_errors=True)
    print("end to end: passed %d, failed %d, skipped %d" %
          tuple(counts.values()))
    if args.summary:
        with open(args.summary, "w") as file:
            print(*counts.values(), file=file)
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
