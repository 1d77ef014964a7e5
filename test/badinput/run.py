#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Bad input must end in one clear error, a non-zero exit and no output file.

Writes broken models, compiles each with `dlc compile`, and looks at what comes
back. Needs Python's standard library only. `--only REGEX` picks cases.
"""
import argparse
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import onnx_wire as ox  # noqa: E402

ROOT = os.path.join(HERE, "..", "..")
TIMEOUT = 120


def simple(nodes, dims=(1, 4), out_dims=None, initializers=(), opset=17,
           dtype=ox.FLOAT):
    """A model with one input x and one output y."""
    out_dims = dims if out_dims is None else out_dims
    return ox.model(nodes, [ox.value_info("x", dtype, dims)],
                    [ox.value_info("y", dtype, out_dims)], initializers, opset)


def good_model():
    return simple([ox.node("MatMul", ["x", "w"], ["t"]),
                   ox.node("Relu", ["t"], ["y"])], (2, 4), (2, 3),
                  [ox.floats("w", [4, 3])])


def external_model(**external):
    """x @ w with w, 4x3 floats, in an external file."""
    weight = ox.tensor("w", ox.FLOAT, [4, 3], external=external)
    return simple([ox.node("MatMul", ["x", "w"], ["y"])], (2, 4), (2, 3),
                  [weight])


def broken_files():
    """Name -> bytes: not even a model."""
    good = good_model()
    rng = random.Random(0)
    yield "empty", b""
    for part in (1, 2, 3):
        yield "truncated-%d" % part, good[:len(good) * part // 4]
    yield "truncated-last-byte", good[:-1]
    for size in (1, 16, 4096, 100000):
        yield "random-%d" % size, bytes(rng.randrange(256) for _ in range(size))
    yield "text", b"this is no model\n" * 20
    yield "zeros", bytes(4096)
    yield "no-graph", ox.integer(1, 8)


def broken_graphs():
    """Name -> bytes: models that contradict themselves."""
    relu = ox.node("Relu", ["x"], ["y"])
    matmul = ox.node("MatMul", ["x", "w"], ["y"])
    yield "cycle", simple([ox.node("Add", ["x", "b"], ["a"]),
                           ox.node("Relu", ["a"], ["b"]),
                           ox.node("Relu", ["b"], ["y"])])
    yield "self-cycle", simple([ox.node("Add", ["x", "y"], ["y"])])
    yield "missing-initializer", simple([matmul])
    yield "missing-output", simple([ox.node("Relu", ["x"], ["z"])])
    yield "value-defined-twice", simple([relu, relu])
    yield "no-such-op", simple([ox.node("NoSuchOp", ["x"], ["y"])])
    yield "no-such-domain", simple([ox.node("Relu", ["x"], ["y"],
                                            domain="no.such.domain")])
    yield "missing-operand", simple([ox.node("Conv", ["x"], ["y"])],
                                    (1, 3, 8, 8))
    yield "no-operands", simple([ox.node("Relu", [], ["y"])])
    yield "opset-none", simple([relu], opset=0)
    yield "opset-from-the-future", simple([relu], opset=100000)
    yield "no-name-input", ox.model(
        [relu], [ox.value_info("", ox.FLOAT, [1])],
        [ox.value_info("y", ox.FLOAT, [1])])


def wrong_types():
    relu = ox.node("Relu", ["x"], ["y"])
    add = ox.node("Add", ["x", "w"], ["y"])
    yield "dtypes-differ", simple([add], initializers=[ox.int64s("w", [1])])
    yield "dtype-unknown", simple([relu], dtype=99)
    yield "dtype-zero", simple([relu], dtype=0)
    yield "initializer-dtype-unknown", simple(
        [add], initializers=[ox.tensor("w", 77, [1], b"\0\0\0\0")])
    yield "logical-not-of-floats", simple([ox.node("Not", ["x"], ["y"])])
    yield "attribute-of-wrong-kind", simple(
        [ox.node("Softmax", ["x"], ["y"], axis=ox.floats("a", [1]))])


def wrong_shapes():
    matmul = ox.node("MatMul", ["x", "w"], ["y"])
    add = ox.node("Add", ["x", "w"], ["y"])
    relu = ox.node("Relu", ["x"], ["y"])
    reshape = ox.node("Reshape", ["x", "s"], ["y"])
    big = 1 << 62
    yield "matmul-contradicts", simple([matmul], (2, 5), (2, 3),
                                       [ox.floats("w", [4, 3])])
    yield "add-contradicts", simple([add], (2, 5), (2, 5),
                                    [ox.floats("w", [4])])
    yield "declared-output-contradicts", simple([relu], (2, 5), (7, 9))
    yield "reshape-contradicts", simple([reshape], (2, 5), (3, 4),
                                        [ox.int64s("s", [3, 4])])
    yield "reshape-two-unknown", simple([reshape], (2, 5), (2, 5),
                                        [ox.int64s("s", [-1, -1])])
    yield "conv-contradicts", simple(
        [ox.node("Conv", ["x", "w"], ["y"])], (1, 3, 8, 8), (1, 2, 6, 6),
        [ox.floats("w", [2, 4, 3, 3])])
    yield "conv-window-too-large", simple(
        [ox.node("Conv", ["x", "w"], ["y"])], (1, 3, 2, 2), (1, 2, 1, 1),
        [ox.floats("w", [2, 3, 9, 9])])
    yield "conv-stride-zero", simple(
        [ox.node("Conv", ["x", "w"], ["y"], strides=[0, 0])], (1, 3, 8, 8),
        (1, 2, 6, 6), [ox.floats("w", [2, 3, 3, 3])])
    yield "transpose-no-permutation", simple(
        [ox.node("Transpose", ["x"], ["y"], perm=[0, 0])], (2, 5), (2, 2))
    yield "axis-out-of-range", simple(
        [ox.node("Softmax", ["x"], ["y"], axis=7)], (2, 5))
    gather = ox.node("Gather", ["x", "i"], ["y"], axis=1)
    for index in (5, -6, big, -big - big):
        yield "index-out-of-range-%d" % index, simple(
            [gather], (2, 5), (2, 1), [ox.int64s("i", [index])])
        yield "index-beyond-all-sizes-%d" % index, simple(
            [gather], (2, "five"), (2, 1),
            [ox.int64s("i", [index * 1000 if index in (5, -6) else index])])
    pad = ox.node("Pad", ["x", "i"], ["y"])
    for amount in (-6, -big, -big - big, big + (big - 1)):
        yield "pads-%d" % amount, simple(
            [pad], (2, "five"), (2, "y"),
            [ox.int64s("i", [0, 0, 0, amount * 1000 if amount == -6
                             else amount])])
    yield "parts-of-too-much", simple(
        [ox.node("Split", ["x", "i"], ["y", "z"], axis=1)], (2, "five"),
        (2, "y"), [ox.int64s("i", [big, big])])
    yield "negative-dimension", simple([relu], (2, -5))
    yield "overflowing-dimensions", simple([relu], (big, 8, 8))
    yield "product-overflows", simple([relu], (1 << 33, 1 << 33))
    yield "initializer-negative-dimension", simple(
        [add], initializers=[ox.tensor("w", ox.FLOAT, [-4], bytes(16))])
    yield "initializer-overflows", simple(
        [add], initializers=[ox.tensor("w", ox.FLOAT, [big, 16], bytes(16))])
    yield "initializer-too-short", simple(
        [add], initializers=[ox.tensor("w", ox.FLOAT, [4], bytes(8))])
    yield "initializer-too-long", simple(
        [add], initializers=[ox.tensor("w", ox.FLOAT, [4], bytes(24))])
    yield "initializer-without-data", simple(
        [add], initializers=[ox.tensor("w", ox.FLOAT, [1 << 40])])


def recurrent(op, gates, weights=(), **attributes):
    """A layer of 5 steps, a batch of 2, 3 inputs and a state of 4; `weights`
    replace W, R, B, lengths, initial states ..., by position."""
    inputs = {1: ox.floats("w1", [1, gates * 4, 3]),
              2: ox.floats("w2", [1, gates * 4, 4]), **dict(weights)}
    names = ["x"] + ["w%d" % k if k in inputs else ""
                     for k in range(1, max(inputs) + 1)]
    return simple([ox.node(op, names, ["y"], **attributes)], (5, 2, 3),
                  ("a", "b", "c", "d"), inputs.values())


def broken_layers():
    """Name -> bytes: recurrent layers whose operands lie."""
    for op, gates in (("RNN", 1), ("GRU", 3), ("LSTM", 4)):
        for k, shapes in ((1, ([1, gates * 4, 9], [1, gates * 4 + 1, 3],
                               [2, gates * 4, 3], [gates * 4, 3])),
                          (2, ([1, gates * 4, 5], [1, 4, 0], [1, 0, 4], [4])),
                          (3, ([1, gates * 4], [8 * gates], [2, 8 * gates])),
                          (5, ([1, 2, 5], [1, 3, 4], [2, 4]))):
            for n, shape in enumerate(shapes):
                yield "%s-input-%d-%d" % (op.lower(), k, n), recurrent(
                    op, gates, {k: ox.floats("w%d" % k, shape)})
        yield op.lower() + "-lengths-of-floats", recurrent(
            op, gates, {4: ox.floats("w4", [2])})
        yield op.lower() + "-too-many-lengths", recurrent(
            op, gates, {4: ox.tensor("w4", 6, [3], bytes(12))})
        yield op.lower() + "-integer-weights", recurrent(
            op, gates, {1: ox.tensor("w1", 6, [1, gates * 4, 3],
                                     bytes(gates * 48))})
    yield "lstm-peepholes", recurrent("LSTM", 4, {7: ox.floats("w7", [1, 8])})
    yield "lstm-initial-cell", recurrent("LSTM", 4,
                                         {6: ox.floats("w6", [1, 2, 9])})
    yield "layer-hidden-size", recurrent("RNN", 1, hidden_size=7)
    yield "layer-hidden-overflows", recurrent(
        "LSTM", 4, {2: ox.tensor("w2", ox.FLOAT, [1, 0, 1 << 61])})
    yield "layer-direction", recurrent("GRU", 3, direction="sideways")
    yield "layer-two-directions", recurrent("GRU", 3, direction="bidirectional")
    yield "layer-layout", recurrent("GRU", 3, layout=2)
    yield "layer-other-layout", recurrent(
        "GRU", 3, {5: ox.floats("w5", [1, 5, 4])}, layout=1)
    yield "layer-activation", recurrent("RNN", 1, activations=["Cosh"])
    yield "layer-activations", recurrent("RNN", 1,
                                         activations=["Tanh", "Tanh"])
    yield "layer-input-rank", simple(
        [ox.node("RNN", ["x", "w", "r"], ["y"])], (5, 3), ("a",),
        [ox.floats("w", [1, 4, 3]), ox.floats("r", [1, 4, 4])])


def broken_control_flow():
    """Name -> bytes: branches and loops that can't be."""
    relu, true = ox.node("Relu", ["x"], ["t"]), ox.tensor("c", 9, [], b"\1")
    inner = ox.graph([relu], [], ["t"])
    flag = ox.node("Cast", ["s"], ["c"], to=9)
    total = ox.node("ReduceSum", ["x"], ["s"], keepdims=0)

    def branch(**graphs):
        return simple([total, flag, ox.node("If", ["c"], ["y"], **graphs)])

    yield "if-without-else", branch(then_branch=inner)
    yield "if-branch-is-a-number", branch(then_branch=inner, else_branch=3)
    yield "if-without-condition", simple(
        [ox.node("If", [], ["y"], then_branch=inner, else_branch=inner)])
    yield "if-branch-with-inputs", branch(
        then_branch=inner, else_branch=ox.graph([relu], ["x"], ["t"]))
    yield "if-two-outputs", branch(
        then_branch=inner, else_branch=ox.graph([relu], [], ["t", "t"]))
    yield "if-no-outputs", branch(then_branch=inner,
                                  else_branch=ox.graph([], [], []))
    yield "if-output-undefined", branch(
        then_branch=inner, else_branch=ox.graph([relu], [], ["nothing"]))
    yield "if-cycle-through-branch", branch(
        then_branch=inner, else_branch=ox.graph(
            [ox.node("Relu", ["y"], ["t"])], [], ["t"]))
    yield "if-cycle-in-branch", branch(
        then_branch=inner, else_branch=ox.graph(
            [ox.node("Add", ["x", "u"], ["t"]), ox.node("Neg", ["t"], ["u"])],
            [], ["t"]))
    yield "if-types-differ", branch(
        then_branch=inner, else_branch=ox.graph(
            [ox.node("Cast", ["x"], ["t"], to=7)], [], ["t"]))
    deep = inner
    for _ in range(200):
        deep = ox.graph([ox.node("If", ["c"], ["t"], then_branch=deep,
                                 else_branch=inner)], [], ["t"])
    yield "if-two-hundred-deep", branch(then_branch=deep, else_branch=inner)

    def loop(body, inputs=("n", "", "x"), outputs=("y",), trips=3):
        return simple([ox.node("Loop", inputs, outputs, body=body)],
                      initializers=[ox.tensor("n", 7, [], trips.to_bytes(
                          8, "little", signed=True)), true])

    add = ox.node("Add", ["a", "x"], ["t"])
    good = ["i", "h", "a"], ["h", "t"]
    yield "loop-without-body", simple([ox.node("Loop", ["", "", "x"], ["y"])])
    yield "loop-no-inputs", loop(ox.graph([], [], ["x"]), ())
    yield "loop-body-inputs", loop(ox.graph([add], ["i", "h"], good[1]))
    yield "loop-body-inputs-twice", loop(
        ox.graph([add], ["i", "a", "a"], ["i", "t"]))
    yield "loop-body-outputs", loop(ox.graph([add], good[0], ["h"]))
    yield "loop-no-outputs", loop(ox.graph([add], good[0], []))
    yield "loop-too-many-outputs", loop(ox.graph([add], *good),
                                        outputs=("y", "z", "u"))
    yield "loop-trip-count-of-floats", loop(ox.graph([add], *good),
                                            ("x", "", "x"))
    yield "loop-condition-of-integers", loop(ox.graph([add], *good),
                                             ("n", "n", "x"))
    yield "loop-state-missing", loop(ox.graph([add], *good), ("n", "", ""))
    yield "loop-condition-becomes-data", loop(
        ox.graph([add], good[0], ["t", "t"]))
    yield "loop-grows", loop(ox.graph(
        [ox.node("Concat", ["a", "x"], ["t"], axis=0)], *good))
    yield "loop-type-changes", loop(ox.graph(
        [ox.node("Cast", ["a"], ["t"], to=7)], *good))
    yield "loop-endless", loop(ox.graph([add], *good), ("", "c", "x"))
    yield "loop-huge-outputs", loop(
        ox.graph([add], good[0], ["h", "t", "t"]), outputs=("", "y"),
        trips=(1 << 63) - 1)
    yield "loop-cycle", loop(ox.graph(
        [ox.node("Add", ["a", "u"], ["t"]), ox.node("Neg", ["t"], ["u"])],
        *good))
    yield "loop-reads-itself", loop(ox.graph(
        [ox.node("Add", ["a", "y"], ["t"])], *good))

    def scan(body, inputs=("x", "x"), outputs=("y",), opset=17, **attributes):
        return simple([ox.node("Scan", inputs, outputs, body=body,
                               **attributes)], (4, 4), opset=opset)

    row = ox.graph([ox.node("Add", ["a", "b"], ["t"])], ["a", "b"], ["t"])
    yield "scan-no-count", scan(row)
    yield "scan-count-negative", scan(row, num_scan_inputs=-1)
    yield "scan-count-too-large", scan(row, num_scan_inputs=3)
    yield "scan-body-inputs", scan(row, ("x",), num_scan_inputs=1)
    yield "scan-body-outputs", scan(ox.graph([], ["a", "b"], []),
                                    num_scan_inputs=1)
    for axes in ([2, 0], [-3, 0], [0], [1 << 40, 0]):
        yield "scan-axes-%d-%d" % (axes[0], len(axes)), scan(
            row, num_scan_inputs=2, scan_input_axes=axes)
    yield "scan-output-axis", scan(row, num_scan_inputs=2,
                                   scan_output_axes=[5])
    yield "scan-direction", scan(row, num_scan_inputs=2,
                                 scan_input_directions=[0, 2])
    yield "scan-state-changes", scan(
        ox.graph([ox.node("ReduceSum", ["a"], ["t"], keepdims=0)], ["a", "b"],
                 ["t"]), num_scan_inputs=1)
    yield "scan-lengths", simple(
        [ox.node("Scan", ["x", "x"], ["y"], body=row, num_scan_inputs=2,
                 scan_input_axes=[0, 1])], (4, 5))
    yield "scan-of-scalar", simple(
        [total, ox.node("Scan", ["s"], ["y"], num_scan_inputs=1,
                        body=ox.graph([], ["a"], ["a"]))])
    yield "scan-8-without-batch", scan(row, ("", "x"), opset=8,
                                       num_scan_inputs=2)


def external_files(folder):
    """Name -> bytes: external data that isn't where it may be."""
    outside = os.path.join(folder, "..", "outside.bin")
    for path, size in ((outside, 48), (os.path.join(folder, "short.bin"), 40),
                       (os.path.join(folder, "w.bin"), 48)):
        with open(path, "wb") as file:
            file.write(bytes(size))
    os.symlink(os.path.abspath(outside), os.path.join(folder, "link.bin"))
    os.symlink("..", os.path.join(folder, "up"))
    yield "external-missing", external_model(location="nothing.bin")
    yield "external-too-short", external_model(location="short.bin")
    yield "external-parent", external_model(location="../outside.bin")
    yield "external-absolute", external_model(
        location=os.path.abspath(outside))
    yield "external-symlink", external_model(location="link.bin")
    yield "external-symlinked-folder", external_model(
        location="up/outside.bin")
    yield "external-no-location", external_model(offset=0)
    yield "external-a-folder", external_model(location=".")
    yield "external-offset-past-end", external_model(
        location="w.bin", offset=4096)
    yield "external-negative-offset", external_model(
        location="w.bin", offset=-16)
    yield "external-offset-overflows", external_model(
        location="w.bin", offset=(1 << 64) - 16, length=48)
    yield "external-length-differs", external_model(
        location="w.bin", length=16)
    yield "external-offset-no-number", external_model(
        location="w.bin", offset="many")


class Suite:
    def __init__(self, dlc, only):
        self.dlc, self.only = dlc, only
        self.passed, self.failed, self.left_out = 0, [], []
        self.top = tempfile.mkdtemp(prefix="dlc-badinput-")
        self.models = os.path.join(self.top, "models")
        self.out = os.path.join(self.top, "out")
        os.mkdir(self.models)

    def wanted(self, name):
        return not self.only or re.search(self.only, name)

    def compile(self, path, output, **options):
        return subprocess.run(
            [self.dlc, "compile", path, "-o", output], capture_output=True,
            stdin=subprocess.DEVNULL, timeout=TIMEOUT, **options)

    def verdict(self, name, problem, result=None):
        if not problem:
            self.passed += 1
            return
        self.failed.append(name)
        print("FAILED %s: %s" % (name, problem))
        if result:
            text = result.stderr.decode(errors="replace").strip()
            for line in text.splitlines()[:6]:
                print("    | " + line[:160])

    def check_refused(self, name, path, output=None, **options):
        """The path must be refused, with one error and nothing written."""
        shutil.rmtree(self.out, ignore_errors=True)
        os.mkdir(self.out)
        if output is None:
            output = os.path.join(self.out, "libm.so")
        try:
            result = self.compile(path, output, **options)
        except subprocess.TimeoutExpired:
            return self.verdict(name, "no end after %d s" % TIMEOUT)
        errors = len(re.findall(rb"(?m)^.*\berror: ", result.stderr))
        left = os.listdir(self.out) if os.path.isdir(self.out) else []
        problem = None
        if result.returncode == 0:
            problem = "was accepted"
        elif result.returncode < 0 or result.returncode > 127:
            problem = "crashed (%d)" % result.returncode
        elif errors != 1:
            problem = "%d error lines instead of one" % errors
        elif left:
            problem = "left files: %s" % left
        return self.verdict(name, problem, result)

    def models_refused(self):
        cases = [broken_files(), broken_graphs(), wrong_types(),
                 wrong_shapes(), broken_layers(),
                 broken_control_flow(), external_files(self.models)]
        for generator in cases:
            for name, data in generator:
                if not self.wanted(name):
                    continue
                path = os.path.join(self.models, "bad.onnx")
                with open(path, "wb") as file:
                    file.write(data)
                self.check_refused(name, path)
        for name, path in (("no-such-file", "nothing.onnx"), ("a-folder", "")):
            if self.wanted(name):
                self.check_refused(name, os.path.join(self.models, path))

    def mutants_survive(self, count=60):
        """A few changed bytes: any answer but a crash will do."""
        rng = random.Random(1)
        with open(os.path.join(ROOT, "examples/digits/digits.onnx"),
                  "rb") as file:
            digits = file.read()
        for i in range(count):
            name = "mutant-%d" % i
            source = digits if i % 8 == 0 else good_model()
            data = bytearray(source)
            for _ in range(rng.randrange(1, 6)):
                # The structure is at the ends of the file, weights between.
                at = rng.randrange(min(400, len(data)))
                at = at if rng.random() < 0.5 else len(data) - 1 - at
                data[at] = rng.randrange(256)
            if not self.wanted(name):
                continue
            path = os.path.join(self.models, "mutant.onnx")
            with open(path, "wb") as file:
                file.write(data)
            shutil.rmtree(self.out, ignore_errors=True)
            os.mkdir(self.out)
            try:
                result = self.compile(path, os.path.join(self.out, "libm.so"))
            except subprocess.TimeoutExpired:
                self.verdict(name, "no end after %d s" % TIMEOUT)
                continue
            problem = None
            if result.returncode < 0 or result.returncode > 127:
                problem = "crashed (%d)" % result.returncode
            elif result.returncode and os.listdir(self.out):
                problem = "left files: %s" % os.listdir(self.out)
            self.verdict(name, problem, result)

    def outputs_refused(self):
        """A good model that can't be written where it should go."""
        path = os.path.join(self.models, "good.onnx")
        with open(path, "wb") as file:
            file.write(good_model())
        shutil.rmtree(self.out, ignore_errors=True)
        os.mkdir(self.out)
        if self.wanted("good"):
            result = self.compile(path, os.path.join(self.out, "libm.so"))
            files = os.path.exists(os.path.join(self.out, "libm.so"))
            self.verdict("good", None if result.returncode == 0 and files
                         else "the good model doesn't compile", result)
        if self.wanted("no-such-folder"):
            self.check_refused("no-such-folder", path,
                               os.path.join(self.top, "nowhere", "libm.so"))
        if self.wanted("output-is-a-folder"):
            self.check_refused("output-is-a-folder", path, self.out)
        if self.wanted("read-only-folder"):
            self.read_only_folder(path)
        if self.wanted("full-disk"):
            self.full_disk(path)
        if self.wanted("file-size-limit"):
            self.file_size_limit(path)

    def read_only_folder(self, path):
        """/proc takes no new files, whoever asks."""
        self.check_refused("read-only-folder", path, "/proc/libm.so")

    def full_disk(self, path):
        """A tmpfs of one page, mounted where only this command sees it."""
        shutil.rmtree(self.out, ignore_errors=True)
        os.mkdir(self.out)
        script = ('mount -t tmpfs -o size=4k none "$1" || exit 99; '
                  '"$2" compile "$3" -o "$1/libm.so"; status=$?; '
                  '[ -z "$(ls -A "$1")" ] || echo "left files" >&2; '
                  'exit $status')
        command = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-rm"]
        try:
            result = subprocess.run(
                command + ["sh", "-c", script, "sh", self.out, self.dlc, path],
                capture_output=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT)
        except FileNotFoundError:
            result = None
        if result is None or result.returncode == 99 or \
                b"unshare: " in result.stderr:
            self.left_out.append("full-disk (no right to mount a tmpfs)")
            return
        problem = None
        if result.returncode == 0:
            problem = "reported success"
        elif result.returncode > 127:
            problem = "crashed (%d)" % result.returncode
        elif b"error: " not in result.stderr:
            problem = "no error line"
        elif b"left files" in result.stderr:
            problem = "left files"
        self.verdict("full-disk", problem, result)

    def file_size_limit(self, path):
        """No file may grow beyond 1 KiB: what a full disk looks like to most
        calls."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
        self.check_refused("file-size-limit", path, preexec_fn=limit)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dlc", default=os.path.join(ROOT, "build/bin/dlc"))
    parser.add_argument("--only", help="regular expression of cases to run")
    parser.add_argument("--summary", help="file for the three numbers")
    args = parser.parse_args()
    suite = Suite(os.path.abspath(args.dlc), args.only)
    try:
        suite.models_refused()
        suite.mutants_survive()
        suite.outputs_refused()
    finally:
        shutil.rmtree(suite.top, ignore_errors=True)
    for name in suite.left_out:
        print("skipped: " + name)
    print("bad input: passed %d, failed %d, skipped %d" %
          (suite.passed, len(suite.failed), len(suite.left_out)))
    if args.summary:
        with open(args.summary, "w") as file:
            print(suite.passed, len(suite.failed), len(suite.left_out),
                  file=file)
    return 1 if suite.failed else 0


if __name__ == "__main__":
    sys.exit(main())
