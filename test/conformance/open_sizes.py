# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A node test with its sizes left open: one library, run at several sizes.

Each dimension of each input gets a name of its own, outputs lose their shapes:
the compiler knows nothing of how sizes relate, and has to check it at run time.
The bounds hold the test's sizes; the likely size, for which the library is
made, is another one. What an op has to know at compile time stays what it is
when the compiler asks for it: values (axes, shapes, ...) become constants,
sizes (of a kernel, ...) keep the model's numbers.

Needs Python's standard library only; the other sizes need NumPy, onnx and ONNX
Runtime.
"""
import collections
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                ".."))
import onnx_wire as ox  # noqa: E402
import tolerance  # noqa: E402

try:
    import other_sizes
except ImportError:
    other_sizes = None

TAKEN = "taken, while the reference refuses them"

# How one run ended. `sizes`: None for those of the test, else what they are.
Run = collections.namedtuple("Run", "sizes code output")


def edit(data, change):
    """A message with some fields changed: `change` maps a field's number to a
    function from its value to the new one, or to None to drop it."""
    out = b""
    for number, value in ox.fields(data):
        if number in change:
            value = change[number](value)
        if value is not None:
            encode = ox.integer if isinstance(value, int) else ox.message
            out += encode(number, value)
    return out


def first(data, number, default=None):
    return next((v for n, v in ox.fields(data) if n == number), default)


def dim_name(name, axis):
    return "%s_%d" % (re.sub(r"\W", "_", name), axis)


def open_shape(name, shape, keep_ones):
    dims = [dim for n, dim in ox.fields(shape) if n == 1]
    return b"".join(
        ox.message(1, dim if keep_ones and first(dim, 1) == 1
                   else ox.message(2, dim_name(name, axis)))
        for axis, dim in enumerate(dims))


def open_model(model, kept=(), keep_ones=False):
    """The model with open sizes but those of the inputs `kept` and, if asked
    for, those that are 1; and the names of all inputs."""
    graph = first(model, 7)
    weights = {first(v, 8) for n, v in ox.fields(graph) if n == 5}
    names = []

    def open_input(info):
        name = first(info, 1)
        if name in weights:
            return info
        names.append(name.decode())
        if names[-1] in kept:
            return info
        change = {2: lambda shape: open_shape(names[-1], shape, keep_ones)}
        return edit(info, {2: lambda kind: edit(
            kind, {1: lambda tensor: edit(tensor, change)})})

    def drop_shape(info):
        return edit(info, {2: lambda kind: edit(
            kind, {1: lambda tensor: edit(tensor, {2: lambda _: None})})})

    graph = edit(graph, {11: open_input, 12: drop_shape, 13: lambda _: None})
    return edit(model, {7: lambda _: graph}), names


def tensor_dims(path):
    """The dimensions of the TensorProto in a file."""
    with open(path, "rb") as file:
        data = file.read()
    dims = []
    for number, value in ox.fields(data):
        if number != 1:
            continue
        if isinstance(value, int):
            dims.append(value)
            continue
        # Packed: the varints one after another.
        size = shift = 0
        for byte in value:
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                dims.append(size)
                size = shift = 0
    return dims


def bounds(names, data, keep_ones):
    """--dim for each dimension of the inputs in the folder `data`."""
    out = []
    for k, name in enumerate(names):
        path = os.path.join(data, "input_%d.pb" % k)
        if not os.path.exists(path):
            continue
        for axis, size in enumerate(tensor_dims(path)):
            if size == 1 and keep_ones:
                continue
            out.append((name, "--dim=%s=%d..%d:%d" % (
                dim_name(name, axis), min(size, 1), 2 * size + 3, size + 1)))
    return out


def link_data(names, constants, data, folder):
    """The data set without the inputs that are constants, renumbered."""
    os.makedirs(folder, exist_ok=True)
    for file in os.listdir(folder):
        os.remove(os.path.join(folder, file))
    kept = 0
    for k, name in enumerate(names):
        path = os.path.join(data, "input_%d.pb" % k)
        if name not in constants and os.path.exists(path):
            os.symlink(path, os.path.join(folder, "input_%d.pb" % kept))
            kept += 1
    for file in os.listdir(data):
        if file.startswith("output_"):
            os.symlink(os.path.join(data, file), os.path.join(folder, file))


class OpenTest:
    """One data set of a model, in an empty folder of its own."""

    def __init__(self, args, model, data, work):
        self.args, self.data, self.work = args, data, work
        with open(model, "rb") as file:
            self.original = file.read()
        # The inputs whose values had to be known, and whose sizes had to be.
        self.constants, self.pinned = [], []
        self.keeps_ones = False

    def execute(self, *command):
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=self.args.timeout, cwd=self.work,
            env=dict(os.environ, TMPDIR=self.work))
        return result.returncode, result.stdout.decode(errors="replace")

    def kept(self):
        return self.constants + self.pinned

    def compile(self):
        """Compiles, and leaves what the compiler has to know as it was."""
        while True:
            self.model, self.names = open_model(
                self.original, self.kept(), self.keeps_ones)
            with open(os.path.join(self.work, "open.onnx"), "wb") as file:
                file.write(self.model)
            flags = [flag for name, flag in bounds(
                self.names, self.data, self.keeps_ones)
                     if name not in self.kept()]
            self.is_open = bool(flags)
            flags += ["--constant=%s=%s" % (name, os.path.join(
                self.data, "input_%d.pb" % self.names.index(name)))
                for name in self.constants]
            command = ["compile", "open.onnx", "-o", "libopen.so", "-q"] + flags
            with open(os.path.join(self.work, "command"), "w") as file:
                file.write("dlc " + " ".join(command) + "\n")
            code, output = self.execute(self.args.dlc, *command)
            # What has known sizes may have to be a constant as well.
            values, sizes = (
                [name for name in re.findall(pattern, output)
                 if name in self.names and name not in known]
                for pattern, known in (
                    (r"--constant (\S+)=FILE", self.constants),
                    (r"--shape (\S+)=DIMS", self.kept())))
            if code != 1 or not (values or sizes):
                return code, output
            self.constants += values
            self.pinned = [name for name in self.pinned + sizes
                           if name not in values]

    def compare(self, folder):
        rtol = tolerance.relative(self.args, os.path.join(self.work, folder))
        return self.execute(self.args.dlc, "run", "libopen.so", "--compare",
                            folder, "--rtol", rtol, "--atol", self.args.atol)

    def refuse(self, folder):
        """Runs at sizes that can't be: an error is right."""
        paths = (os.path.join(folder, "input_%d.pb" % k) for k in range(99))
        inputs = ["--input=" + path for path in paths
                  if os.path.exists(os.path.join(self.work, path))]
        code, output = self.execute(self.args.dlc, "run", "libopen.so", *inputs)
        if code == 0:
            return 1, TAKEN
        return (0, "") if code == 1 and "error:" in output else (code, output)

    def own_sizes(self):
        code, output = self.compile()
        if code:
            return code, output
        link_data(self.names, self.constants, self.data,
                  os.path.join(self.work, "data"))
        return self.compare("data")

    def runs(self, with_others):
        """Yields a Run for each size; the first is the test's own."""
        code, output = self.own_sizes()
        # Whether a size is 1 decides which way to broadcast.
        if code == 1 and "error:" in output:
            self.constants, self.pinned = [], []
            self.keeps_ones = True
            again = self.own_sizes()
            if again[0] == 1 and "error:" in again[1]:
                self.keeps_ones = False
            else:
                code, output = again
        yield Run(None, code, output)
        if code or not with_others or not other_sizes:
            return
        for k, (sizes, inputs, outputs) in enumerate(other_sizes.other_sizes(
                self.model, self.names, self.kept(), self.keeps_ones, self.data,
                self.args)):
            folder = "data_%d" % k
            os.makedirs(os.path.join(self.work, folder), exist_ok=True)
            other_sizes.save(os.path.join(self.work, folder), "input", [
                array for name, array in inputs.items()
                if name not in self.constants])
            sizes = "%s (%s)" % (sizes, folder)
            if outputs is None:
                yield Run(sizes, *self.refuse(folder))
                continue
            other_sizes.save(os.path.join(self.work, folder), "output", outputs)
            yield Run(sizes, *self.compare(folder))
