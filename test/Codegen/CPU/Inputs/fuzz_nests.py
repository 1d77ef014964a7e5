# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the vector code of random loop nests with linalg's loops.

Each nest is a linalg.generic of random sizes, numbers or symbols; it is run as
the cost model says, or by a strategy drawn at random from the valid ones, for
several values of its symbols, and its chunks in several parts. All values are
small integers, so sums are exact in any order, and results must be equal.
Buffers end where memory does: what is read or written beyond faults.
"""

import argparse
import array
import ctypes
import mmap
import os
import random
import re
import subprocess
import sys
import tempfile

LLVM = "convert-scf-to-cf,convert-vector-to-llvm,expand-strided-metadata,lower-affine," \
    "finalize-memref-to-llvm,convert-arith-to-llvm,convert-index-to-llvm," \
    "convert-func-to-llvm,convert-cf-to-llvm,reconcile-unrealized-casts"
LOOPS = "func.func(convert-linalg-to-loops)," + LLVM
STRATEGY = "func.func(dlc-select-strategy),dlc-split-kernels"
VECTORS = "func.func(dlc-vectorize-kernels,convert-linalg-to-loops," \
    "canonicalize,cse,loop-invariant-code-motion)," + LLVM


class Nest:
    """A random linalg.generic. `dims` are (factor, symbol or None): its size is
    the factor times the symbol. Operands have one list of (dim, step) for each
    of their dimensions, which are summed."""

    def __init__(self, rng):
        self.rng = rng
        self.num_symbols = rng.choice([0, 1, 2, 2, 3])
        getattr(self, rng.choice(["elementwise", "reduce", "product",
                                  "convolution"]))()

    def dim(self, small=False):
        rng = self.rng
        if self.num_symbols and not small and rng.random() < 0.6:
            return rng.choice([1, 1, 1, 3, 8, 16]), \
                rng.randrange(self.num_symbols)
        return rng.choice([2, 3, 5] if small else [2, 3, 7, 8, 13, 16, 17, 33,
                                                   40]), None

    def finish(self, dims, kinds, inputs, output):
        rng = self.rng
        self.dims, self.kinds = dims, kinds
        self.inputs, self.output = inputs, output
        has_reduction = "r" in kinds
        self.combine = rng.choice(["add", "add", "max"]) if has_reduction \
            else "none"
        self.has_fill = has_reduction and rng.random() < 0.6
        self.has_epilogue = self.has_fill and rng.random() < 0.5
        # Rows far apart keep dimensions from being merged.
        self.is_padded = [rng.random() < 0.4 for _ in inputs + [output]]

    def elementwise(self):
        rng, rank = self.rng, self.rng.choice([1, 2, 2, 3])
        dims = [self.dim() for _ in range(rank)]
        inputs = []
        for _ in range(rng.choice([1, 2])):
            kept = [d for d in range(rank) if rng.random() < 0.75] or [0]
            rng.shuffle(kept) if rng.random() < 0.4 else None
            inputs.append([[(d, 1)] for d in kept])
        output = list(range(rank))
        rng.shuffle(output) if rng.random() < 0.3 else None
        self.finish(dims, "p" * rank, inputs, [[(d, 1)] for d in output])

    def reduce(self):
        rng, rank = self.rng, self.rng.choice([1, 2, 2, 3])
        dims = [self.dim() for _ in range(rank)]
        kinds = [rng.choice("pr") for _ in range(rank)]
        kinds[rng.randrange(rank)] = "r"
        order = list(range(rank))
        rng.shuffle(order) if rng.random() < 0.4 else None
        self.finish(dims, "".join(kinds), [[[(d, 1)] for d in order]],
                    [[(d, 1)] for d in range(rank) if kinds[d] == "p"])

    def product(self):
        rng = self.rng
        dims = [self.dim() for _ in range(3)]
        a, b, c = [0, 2], [2, 1], [0, 1]
        if rng.random() < 0.4:
            b.reverse()
        if rng.random() < 0.2:
            c.reverse()
        kinds = "ppr"
        if rng.random() < 0.4:
            dims.append(self.dim(small=rng.random() < 0.7))
            kinds += "p"
            a, b, c = [3] + a, [3] + b, [3] + c
        self.finish(dims, kinds, [[[(d, 1)] for d in a],
                                  [[(d, 1)] for d in b]],
                    [[(d, 1)] for d in c])

    def convolution(self):
        step = self.rng.choice([1, 1, 2])
        dims = [self.dim(), self.dim(), self.dim(small=True), self.dim()]
        # Rows, output channels, positions of the kernel, input channels.
        self.finish(dims, "pprr", [[[(0, step), (2, 1)], [(3, 1)]],
                                   [[(2, 1)], [(3, 1)], [(1, 1)]]],
                    [[(0, 1)], [(1, 1)]])

    # The text.

    def expression(self, index):
        """The size of an operand's dimension, in MLIR."""
        text = "1"
        for dim, step in index:
            factor, symbol = self.dims[dim]
            size = str(factor) if symbol is None else f"s{symbol} * {factor}"
            text += f" + ({size} - 1) * {step}"
        return text

    def is_constant(self, index):
        return all(self.dims[dim][1] is None for dim, _ in index)

    def size(self, index, symbols):
        return 1 + sum((self.extent(dim, symbols) - 1) * step
                       for dim, step in index)

    def extent(self, dim, symbols):
        factor, symbol = self.dims[dim]
        return factor * (1 if symbol is None else symbols[symbol])

    def operands(self):
        return self.inputs + [self.output]

    def strides(self, indices, is_padded, symbols=None):
        """Of an operand; constant where it is padded."""
        pad = 1600
        if is_padded:
            return [pad ** (len(indices) - 1 - i) if len(indices) < 3 else
                    [80 * 80 * 20, 80 * 20, 1][i] for i in range(len(indices))]
        strides, stride = [], 1
        for index in reversed(indices):
            strides.insert(0, stride)
            stride *= self.size(index, symbols)
        return strides

    def memref(self, i):
        indices = self.operands()[i]
        shape = "".join((str(self.size(index, [])) if self.is_constant(index)
                         else "?") + "x" for index in indices)
        if self.is_padded[i] and len(indices) in (1, 2):
            strides = ", ".join(map(str, self.strides(indices, True)))
            return f"memref<{shape}f32, strided<[{strides}]>>"
        self.is_padded[i] = False
        return f"memref<{shape}f32>"

    def map(self, indices):
        dims = ", ".join(f"d{d}" for d in range(len(self.dims)))
        results = ", ".join(" + ".join(f"d{dim} * {step}" for dim, step in index)
                            for index in indices)
        return f"affine_map<({dims}) -> ({results})>"

    def kernel(self, name, attributes, strategy=None):
        arguments = []
        symbols = ", ".join(f"s{i}" for i in range(self.num_symbols))
        for i, indices in enumerate(self.operands()):
            sizes = ", ".join(self.expression(index) for index in indices)
            text = f"%x{i}: {self.memref(i)}"
            if "?" in text:
                text += f" {{dlc.sizes = affine_map<()[{symbols}] -> ({sizes})>}}"
            arguments.append(text)
        likely = self.rng.choice([3, 16, 50])
        arguments += [f"%s{i}: index {{dlc.range = array<i64: 1, 70, {likely}>}}"
                      for i in range(self.num_symbols)]
        body, out = "", f"%x{len(self.inputs)}"
        out_type = self.memref(len(self.inputs))
        result, result_type = out, out_type
        if self.has_fill:
            body += "  %init = arith.constant 3.0 : f32\n"
        if self.has_epilogue:
            result = "%t"
            sizes = []
            for i, index in enumerate(self.output):
                if self.is_constant(index):
                    continue
                factor, symbol = self.dims[index[0][0]]
                body += f"  %f{i} = arith.constant {factor} : index\n" \
                    f"  %z{i} = arith.muli %s{symbol}, %f{i} : index\n"
                sizes.append(f"%z{i}")
            result_type = re.sub(", strided.*", ">", out_type)
            body += f"  %t = memref.alloc({', '.join(sizes)}) : {result_type}\n"
        if self.has_fill:
            body += f"  linalg.fill ins(%init : f32) " \
                f"outs({result} : {result_type})\n"
        body += self.generic(strategy, result, result_type)
        if self.has_epilogue:
            body += self.epilogue(result, result_type, out, out_type)
        return f"func.func @{name}({', '.join(arguments)}) attributes " \
            f"{{{attributes}}} {{\n{body}  return\n}}\n"

    def generic(self, strategy, result, result_type):
        maps = ", ".join(self.map(indices) for indices in self.operands())
        iterators = ", ".join('"parallel"' if kind == "p" else '"reduction"'
                              for kind in self.kinds)
        names = ", ".join(f"%x{i}" for i in range(len(self.inputs)))
        types = ", ".join(self.memref(i) for i in range(len(self.inputs)))
        blocks = ", ".join(f"%b{i}: f32" for i in range(len(self.inputs)))
        attrs = f" attrs = {{dlc.strategy = [{strategy}]}}" if strategy else ""
        value, body = "%b0", ""
        if len(self.inputs) == 2:
            op = "arith.mulf" if "r" in self.kinds else "arith.addf"
            body += f"    %m = {op} %b0, %b1 : f32\n"
            value = "%m"
        if self.combine != "none":
            op = {"add": "arith.addf", "max": "arith.maximumf"}[self.combine]
            body += f"    %r = {op} %o, {value} : f32\n"
            value = "%r"
        return f"  linalg.generic {{indexing_maps = [{maps}], " \
            f"iterator_types = [{iterators}]}} ins({names} : {types}) " \
            f"outs({result} : {result_type}){attrs} {{\n" \
            f"  ^bb0({blocks}, %o: f32):\n{body}" \
            f"    linalg.yield {value} : f32\n  }}\n"

    def epilogue(self, result, result_type, out, out_type):
        rank = len(self.output)
        dims = ", ".join(f"d{d}" for d in range(rank))
        identity = f"affine_map<({dims}) -> ({dims})>"
        iterators = ", ".join(['"parallel"'] * rank)
        return f"  linalg.generic {{indexing_maps = [{identity}, {identity}], " \
            f"iterator_types = [{iterators}]}} ins({result} : {result_type}) " \
            f"outs({out} : {out_type}) {{\n  ^bb0(%b: f32, %o: f32):\n" \
            f"    %r = arith.subf %init, %b : f32\n" \
            f"    linalg.yield %r : f32\n  }}\n"

    # Strategies.

    def remainder_known(self, dim, tile):
        factor, symbol = self.dims[dim]
        return symbol is None or factor % tile == 0

    def strategy(self):
        """A valid strategy, drawn at random."""
        rng, rank = self.rng, len(self.dims)
        parallel = [d for d in range(rank) if self.kinds[d] == "p"]
        reductions = [d for d in range(rank) if self.kinds[d] == "r"]
        vector = rng.choice([-1] + 3 * list(range(rank)))
        lanes = rng.choice([2, 4, 8, 16]) if vector >= 0 else 1
        tile, tail, block = [1] * rank, [[] for _ in range(rank)], [0] * rank
        budget = 24
        for d in parallel:
            tile[d] = rng.randint(1, min(6, budget))
            budget = max(budget // tile[d], 1)
            tile[d] *= lanes if d == vector else 1
        if vector in reductions:
            tile[vector] = lanes
        elif reductions:
            tile[reductions[-1]] = rng.randint(1, 4)
        for d in range(rank):
            if self.remainder_known(d, tile[d]):
                continue
            unit = lanes if d == vector else 1
            sizes = list(range(unit, tile[d], unit))[1:]
            picked = rng.sample(sizes, min(len(sizes), rng.randint(0, 2)))
            tail[d] = sorted(picked + [unit], reverse=True)
        order = parallel[:]
        rng.shuffle(order)
        split = rng.choice([-1] + parallel)
        blocked = rng.choice(parallel + [-1]) if parallel else -1
        if blocked >= 0 and blocked != split and rng.random() < 0.4:
            size = self.dims[blocked]
            block[blocked] = tile[blocked] * rng.randint(1, 3)
            if size[1] is None and block[blocked] > size[0]:
                block[blocked] = 0
            else:
                order.insert(rng.randint(0, order.index(blocked)), blocked)
        fields = [f"vector_dim = {vector} : i64", f"lanes = {lanes} : i64",
                  f"tile = array<i64{numbers(tile)}>",
                  f"order = array<i64{numbers(order)}>"]
        if any(tail):
            fields.append("tail = [" + ", ".join(
                f"array<i64{numbers(sizes)}>" for sizes in tail) + "]")
        if any(block):
            fields.append(f"block = array<i64{numbers(block)}>")
        if split >= 0:
            fields.append(f"split_dim = {split} : i64")
            if rng.random() < 0.5 and any(d[1] is not None for d in self.dims):
                points = rng.choice([1, 100, 10000])
                fields.append(f"split_points = {points} : i64")
        return "{" + ", ".join(fields) + "}"


def numbers(values):
    return ": " + ", ".join(map(str, values)) if values else ""


def run(command, text):
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{result.stderr}\n{text}")
    return result.stdout


def lower(text, pipeline):
    return run(["dlc-opt", f"--pass-pipeline=builtin.module({pipeline})"], text)


def make_library(folder, name, text, compiler):
    ir = os.path.join(folder, name + ".ll")
    library = os.path.join(folder, name + ".so")
    with open(ir, "w") as file:
        file.write(run(["mlir-translate", "--mlir-to-llvmir"], text))
    run([compiler, "-shared", "-fPIC", "-O1", "-march=native", "-w", ir, "-o",
         library], "")
    return ctypes.CDLL(library)


class Buffer:
    """Floats that end where a page begins that can't be touched."""

    libc = ctypes.CDLL(None, use_errno=True)

    def __init__(self, count):
        page = mmap.PAGESIZE
        size = (4 * count + page - 1) // page * page
        self.map = mmap.mmap(-1, size + page)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
        self.libc.mprotect(ctypes.c_void_p(address + size), page, 0)
        self.address = address + size - 4 * count
        self.place = slice(size - 4 * count, size)

    def read(self):
        return self.map[self.place]

    def fill(self, rng):
        values = array.array("f", rng.choices([-3, -2, -1, 1, 2, 3], k=4099))
        size = self.place.stop - self.place.start
        self.write((values.tobytes() * (size // (4 * 4099) + 1))[:size])

    def write(self, data):
        self.map[self.place] = data


def descriptor(address, sizes, strides):
    rank = len(sizes)
    data = [address, address, 0] + list(sizes) + list(strides)
    return (ctypes.c_int64 * (3 + 2 * rank))(*data)


def call(library, name, nest, symbols, buffers, chunks=()):
    arguments = []
    for i, indices in enumerate(nest.operands()):
        sizes = [nest.size(index, symbols) for index in indices]
        strides = nest.strides(indices, nest.is_padded[i], symbols)
        arguments.append(ctypes.byref(descriptor(buffers[i].address, sizes,
                                                 strides)))
    arguments += [ctypes.c_int64(value) for value in [*symbols, *chunks]]
    getattr(library, "_mlir_ciface_" + name)(*arguments)


def span(nest, i, symbols):
    indices = nest.operands()[i]
    strides = nest.strides(indices, nest.is_padded[i], symbols)
    return 1 + sum((nest.size(index, symbols) - 1) * stride
                   for index, stride in zip(indices, strides))


def check(nest, name, symbols, reference, tested, chunks, rng):
    """Runs both; `chunks` is the number of them, an attribute or unknown."""
    spans = [span(nest, i, symbols) for i in range(len(nest.operands()))]
    buffers = [Buffer(count) for count in spans]
    for buffer in buffers:
        buffer.fill(rng)
    start = buffers[-1].read()
    call(reference, name, nest, symbols, buffers)
    expected = buffers[-1].read()
    buffers[-1].write(start)
    if chunks is None:
        call(tested, name, nest, symbols, buffers)
    else:
        # More ranges than chunks do no harm.
        count = chunks or 1 << 30
        cuts = sorted({0, count, *(rng.randrange(min(count, limit))
                                   for limit in (4, 30))})
        parts = list(zip(cuts, cuts[1:]))
        rng.shuffle(parts)
        for part in parts:
            call(tested, name, nest, symbols, buffers, part)
    return expected == buffers[-1].read()


def run_batch(rng, count, compiler, folder):
    nests = [Nest(rng) for _ in range(count)]
    attributes = "llvm.emit_c_interface"
    plain = "".join(nest.kernel(f"k{i}", attributes)
                    for i, nest in enumerate(nests))
    kernel = "dlc.kernel, " + attributes
    chosen = lower("".join(nest.kernel(f"k{i}", kernel)
                           for i, nest in enumerate(nests)), STRATEGY)
    tiles = re.findall(r"tile = array<i64(?:: ([0-9, ]*))?>", chosen)
    texts = []
    for i, nest in enumerate(nests):
        # Of nests whose dimensions were merged only the cost model knows more.
        is_plain = len(tiles[i].split(",") if tiles[i] else []) == len(nest.dims)
        texts.append(nest.kernel(f"k{i}", kernel, nest.strategy()
                                 if is_plain and rng.random() < 0.8 else None))
    split = lower("".join(texts), STRATEGY)
    chunks = {}
    for name, found in re.findall(r"func.func @(k\d+)\(.*attributes {(.*)} {",
                                  split):
        number = re.search(r"dlc.chunks( = (\d+))?", found)
        chunks[name] = int(number.group(2) or 0) if number else None
    reference = make_library(folder, "reference", lower(plain, LOOPS), compiler)
    tested = make_library(folder, "tested", lower(split, VECTORS), compiler)
    mismatches = 0
    for i, nest in enumerate(nests):
        for _ in range(6 if nest.num_symbols else 1):
            limit = rng.choice([4, 20, 70])
            symbols = [rng.randint(1, limit) for _ in range(nest.num_symbols)]
            while any(nest.extent(d, symbols) > 80 * 16
                      for d in range(len(nest.dims))):
                symbols = [max(value // 2, 1) for value in symbols]
            if not check(nest, f"k{i}", symbols, reference, tested,
                         chunks[f"k{i}"], rng):
                mismatches += 1
                print(f"mismatch where symbols are {symbols}:\n{texts[i]}")
                break
    return mismatches


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cc", default="clang")
    options = parser.parse_args()
    mismatches = 0
    for start in range(0, options.count, options.batch):
        with tempfile.TemporaryDirectory() as folder:
            mismatches += run_batch(random.Random(options.seed + start),
                                    min(options.batch, options.count - start),
                                    options.cc, folder)
    print(f"{options.count} nests, {mismatches} mismatches")
    return 1 if mismatches else 0


if __name__ == "__main__":
    sys.exit(main())
