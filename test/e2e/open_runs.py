# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a library with open sizes, in a process of its own, since it may crash.

  open_runs.py LIBRARY FEEDS.npz RESULTS.npz

FEEDS has `case/input` arrays in the inputs' order. Cases `refused...` must be
refused; their errors come last on a line each. All other cases run in one
context, forwards and backwards, with one and with two threads: the same bits
each time, with unreadable memory before or behind each input. RESULTS has `case/output`.
"""
import ctypes as c
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                ".."))
from compiled_model import DTYPES, CompiledModel, Tensor  # noqa: E402
from guard_pages import guarded  # noqa: E402

GUARD = 256


class Guarded(CompiledModel):
    """Outputs between bytes that must stay."""

    def make_results(self, shapes):
        self.buffers, self.results = [], []
        for shape, info in zip(shapes, self.outputs):
            count = int(np.prod(shape, dtype="i8")) * np.dtype(
                DTYPES[info.dtype]).itemsize
            buffer = np.full(count + 2 * GUARD, 0xa5, "u1")
            self.buffers.append(buffer)
            self.results.append(buffer[GUARD:GUARD + count].view(
                DTYPES[info.dtype]).reshape(shape))
        self.out_pointers = self.pointers(self.results)

    def check_guards(self):
        for k, buffer in enumerate(self.buffers):
            if (buffer[:GUARD] != 0xa5).any() or (buffer[-GUARD:]
                                                  != 0xa5).any():
                sys.exit("output %d is written beyond its end" % k)


def refuse(model, arrays):
    """The error of a run with these inputs, which writes nothing."""
    def view(array, info):
        return Tensor(array.ctypes.data, info.dtype, array.ndim,
                      (c.c_int64 * max(array.ndim, 1))(*array.shape))
    outputs = [np.full(o.bytes // np.dtype(DTYPES[o.dtype]).itemsize + 1, 42,
                       DTYPES[o.dtype]) for o in model.outputs]
    ins = [view(a, i) for a, i in zip(arrays, model.inputs)]
    outs = [Tensor(a.ctypes.data, o.dtype, o.rank,
                   (c.c_int64 * max(o.rank, 1))(*[-7] * o.rank))
            for a, o in zip(outputs, model.outputs)]
    run = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.POINTER(Tensor), c.c_size_t,
                      c.POINTER(Tensor), c.c_size_t)(model.model.run_tensors)
    if not run(model.context, (Tensor * len(ins))(*ins), len(ins),
               (Tensor * len(outs))(*outs), len(outs)):
        return "taken"
    if any((a != 42).any() for a in outputs):
        return "outputs are written"
    if any(t.dims[d] != -7 for t in outs for d in range(t.rank)):
        return "outputs' shapes are written"
    return model.model.last_error(model.context).decode()


def check_same(first, case, out, threads):
    for k, (x, y) in enumerate(zip(out, first.setdefault(
            case, [np.array(o) for o in out]))):
        if x.shape != y.shape or x.tobytes() != y.tobytes():
            sys.exit("case %s, output %d: other bits with %d threads or at "
                     "another time" % (case, k, threads))


def main():
    library, feeds, results = sys.argv[1:]
    cases, refused = {}, {}
    with np.load(feeds) as arrays:
        for key in arrays.files:
            case = key.split("/")[0]
            (refused if case.startswith("refused") else cases).setdefault(
                case, []).append(arrays[key])
    first, errors = {}, {}
    for threads in (1, 2):
        model = Guarded(library, threads=threads)
        for k, case in enumerate([*cases, *reversed(cases)]):
            inputs = [guarded(a, at_end=k < len(cases)) for a in cases[case]]
            for step in range(2):
                check_same(first, case, model(*inputs), threads)
                model.check_guards()
                # What is refused leaves the sizes as they are.
                for name in refused if not step else ():
                    error = refuse(model, refused[name])
                    if errors.setdefault(name, error) != error:
                        sys.exit("errors differ: %s, %s" % (errors[name],
                                                            error))
                if not refused:
                    break
        model.close()
    for name in refused:
        print(errors[name])
    np.savez(results, **{"%s/%03d" % (case, k): o for case, out in first.items()
                         for k, o in enumerate(out)})


if __name__ == "__main__":
    main()
