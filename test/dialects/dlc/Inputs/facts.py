# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks by value the facts that ops declare as traits (dialects/dlc/DLCBase.td)
on the example that each op's documentation has.

facts.py ROOT FOLDER writes FOLDER/TRAIT.mlir, a model of all the ops that have the
trait, and inputs for it, runs the model and checks what comes out."""
import json
import math
import os
import re
import struct
import subprocess
import sys

FORMATS = {"f32": ("f", 4), "f64": ("d", 8), "i1": ("?", 1), "i8": ("b", 1),
           "i32": ("i", 4), "i64": ("q", 8), "ui8": ("B", 1)}


def read_ops(root):
    """The ops' records: {C++ name: record}."""
    prefix = subprocess.run(["llvm-config", "--includedir"], text=True,
                            capture_output=True, check=True).stdout.strip()
    records = json.loads(subprocess.run(
        ["llvm-tblgen", "--dump-json", "-I", prefix, "dialects/dlc/DLCOps.td"],
        cwd=root, capture_output=True, check=True).stdout)
    return [records[name] for name in records["!instanceof"]["DLC_Op"]]


def has(record, trait):
    return any(t["def"] == "DLC_" + trait for t in record["traits"])


class Example:
    """The op in the first `mlir` block of an op's description."""

    def __init__(self, record):
        text = re.search(r"```mlir\s(.*?)```", record["description"], re.S)[1]
        # Open sizes are 1.
        text = re.sub(r", #dlc\.dims<[^>]*>", "", text).replace("?", "1")
        self.name = record["opName"]
        self.text = " ".join(text.split())
        body, signature = re.match(r"%\w+ = (.*) : (\(.*)$", self.text).groups()
        self.body = body
        operands, self.result = re.match(r"\((.*)\) -> (\S+)$",
                                         signature).groups()
        self.operands = operands.split(", ")
        self.names = re.findall(r"%\w+", body)

    def emit(self, index):
        """The op on arguments %INDEX_K, and the declarations of these."""
        body, arguments = self.body, []
        for k, (name, kind) in enumerate(zip(self.names, self.operands)):
            body = re.sub(name + r"\b", "%%a%d_%d" % (index, k), body, count=1)
            arguments.append("%%a%d_%d: %s" % (index, k, kind))
        return arguments, "%%r%d = %s : (%s) -> %s" % (
            index, body, ", ".join(self.operands), self.result)


def parse_type(text):
    *shape, kind = re.match(r"tensor<(.*)>", text)[1].split("x")
    return [int(size) for size in shape], kind


def write_npy(path, kind, shape, values):
    code, size = FORMATS[kind]
    dtype = "|b1" if kind == "i1" else "%s%s%d" % (
        "|" if size == 1 else "<",
        "f" if kind[0] == "f" else "u" if kind[0] == "u" else "i", size)
    header = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }" % (
        dtype, "".join("%d, " % size for size in shape))
    header = header.ljust((10 + len(header) + 64) // 64 * 64 - 11) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
        file.write(header.encode() +
                   struct.pack("<%d%s" % (len(values), code), *values))


def read_npy(path, kind):
    data = open(path, "rb").read()
    data = data[10 + struct.unpack("<H", data[8:10])[0]:]
    code, size = FORMATS[kind]
    return struct.unpack("<%d%s" % (len(data) // size, code), data)


def convert(kind, number):
    if kind == "i1":
        return number > 0
    if kind[0] == "f":
        return number
    return max(0, int(number)) if kind[0] == "u" else int(number)


def run(name, examples, choose, folder):
    """[(inputs, outputs)] of the examples, all in one model; choose(operand,
    element) is what the inputs hold."""
    arguments, ops, inputs, options = [], [], [], []
    for index, example in enumerate(examples):
        declared, op = example.emit(index)
        arguments += declared
        ops.append(op)
        inputs.append([])
        for k, text in enumerate(example.operands):
            shape, kind = parse_type(text)
            values = [convert(kind, choose(k, i))
                      for i in range(math.prod(shape))]
            inputs[-1].append(values)
            path = os.path.join(folder, "%s_%d_%d.npy" % (name, index, k))
            write_npy(path, kind, shape, values)
            options.append("--input=" + path)
    results = [example.result for example in examples]
    model = os.path.join(folder, name + ".mlir")
    with open(model, "w") as file:
        file.write("func.func @main(%s) -> (%s) {\n  %s\n  return %s : %s\n}\n" % (
            ", ".join(arguments), ", ".join(results), "\n  ".join(ops),
            ", ".join("%%r%d" % i for i in range(len(ops))),
            ", ".join(results)))
    outputs = os.path.join(folder, name)
    os.makedirs(outputs, exist_ok=True)
    subprocess.run(["dlc", "run", model, "--output-dir=" + outputs] + options,
                   check=True, stdout=subprocess.DEVNULL)
    return [(values, read_npy(os.path.join(outputs, "output_%d.npy" % i),
                              parse_type(results[i])[1]))
            for i, values in enumerate(inputs)]


def keeps_zero(run):
    for inputs, output in run(
            lambda k, i: [1, 3, -2.5][i % 3] if k else 0):
        yield all(value == 0 for value in output)


def keeps_finite(run):
    numbers = [0, -1, 1, -100, 100, 0.25, -3, 7]
    for inputs, output in run(lambda k, i: numbers[(i + k) % 8]):
        yield all(map(math.isfinite, output))


def homogeneous(run):
    def choose(factor):
        return lambda k, i: factor * ([-3, 5, 0.5, -0.25][(i + k) % 4])
    for (_, once), (_, twice) in zip(run(choose(1)), run(choose(4))):
        yield all(4 * a == b for a, b in zip(once, twice))


def selects_elements(run):
    # The second time, an increasing function of what there is the first time.
    numbers = [3, -2, 7, 0, 5, -9, 1]
    increasing = sorted(numbers)
    first = run(lambda k, i: numbers[(i + 3 * k) % 7])
    second = run(lambda k, i: 2 ** increasing.index(numbers[(i + 3 * k) % 7]))
    for (inputs, output), (_, other) in zip(first, second):
        yield (set(output) <= set().union(*inputs) and
               all(2 ** increasing.index(a) == b
                   for a, b in zip(output, other)))


FACTS = {"KeepsZero": keeps_zero, "KeepsFinite": keeps_finite,
         "Homogeneous": homogeneous, "SelectsElements": selects_elements}


def main(root, folder):
    ops = read_ops(root)
    failed = False
    for trait, check in FACTS.items():
        examples = [Example(op) for op in ops if has(op, trait)]
        results = check(lambda choose: run(trait, examples, choose, folder))
        wrong = [e.name for e, good in zip(examples, results) if not good]
        print("%s: %d ops" % (trait, len(examples)))
        for name in wrong:
            print("error: dlc.%s isn't %s" % (name, trait))
        failed |= bool(wrong)
    sys.exit(failed)


main(*sys.argv[1:])
