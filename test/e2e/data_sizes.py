# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models with sizes that depend on data, against ONNX Runtime."""
import os

import numpy as np

from harness import (PEERS, Failed, LeftOut, compare_outputs, execute,
                     needs_peers, plain_session)

# Real models, and those that hold what data selects.
REAL = ["zoo/models/nonzero_boolmask", "zoo/models/nonzero_boolmask_ts",
        "zoo/models/topk_sort_gather", "zoo/models/topk_sort_gather_ts",
        "zoo/models/gat_scatter"]
GUARD = 64


class DataSizeTests:
    """The group `datasizes` of run.py."""

    def data_sizes(self):
        for name in REAL:
            yield ("datasizes/" + os.path.basename(name),
                   lambda n=name: self.one_real_data_size(n))
        if PEERS:
            yield "datasizes", needs_peers
            return
        import data_size_models
        rng = np.random.default_rng(1)
        for m in data_size_models.all_models(rng):
            yield "datasizes/" + m.name, lambda m=m: self.one_data_size(m)

    def one_real_data_size(self, name):
        folder = os.path.join(self.shared, *name.split("/"))
        model = os.path.join(folder, "model.onnx")
        if not os.path.exists(model):
            raise LeftOut("no " + model)
        library = self.compile_alone(model, {})
        sets = sorted(os.path.join(folder, d) for d in os.listdir(folder)
                      if d.startswith("test_data_set_"))
        for data in sets:
            execute([self.dlc, "run", library, "--compare", data, "--rtol",
                     "1e-3", "--atol", "1e-4"])
        return "%d data sets" % len(sets)

    def compile_alone(self, model, bounds, name="datasizes"):
        library = os.path.join(self.top, "lib%s.so" % name)
        dims = ["--dim=%s=%s" % item for item in bounds.items()]
        execute([self.dlc, "compile", model, "-o", library] + dims)
        return library

    def one_data_size(self, m):
        import onnx
        path = os.path.join(self.top, m.name + ".onnx")
        onnx.save(m.proto(), path)
        library = self.compile_alone(path, m.bounds, m.name)
        session = plain_session(path)
        from compiled_model import CompiledModel
        contexts = [CompiledModel(library, threads) for threads in (1, 2)]
        for feed in m.cases:
            want = session.run(None, feed)
            try:
                got = [run_guarded(c, list(feed.values())) for c in contexts]
            except RuntimeError as error:
                raise Failed(str(error))
            compare_outputs(got[0], want, 1e-4, 1e-5)
            for one, two in zip(*got):
                if one.tobytes() != two.tobytes():
                    raise Failed("two threads give other bits")
        for feed, text in m.refused:
            expect_refusal(contexts[0], feed, text)
            # What follows is as if nothing had been.
            run_guarded(contexts[0], list(m.cases[0].values()))
        for context in contexts:
            context.close()
        return "%d cases, %d refused" % (len(m.cases), len(m.refused))


def run_guarded(context, arrays):
    """Runs on buffers of the largest sizes with bytes behind them that must
    stay; what the model found of them."""
    pointers = context.bind([np.require(a, requirements="C") for a in arrays])
    buffers = [np.full(r.nbytes + GUARD, 0xA5, "u1") for r in context.results]
    context.out_pointers = context.pointers(buffers)
    context.call(pointers)
    results = []
    for buffer, r, shape in zip(buffers, context.results, context.found()):
        if any(have > most for have, most in zip(shape, r.shape)):
            raise Failed("%s is beyond the bound %s" % (shape, r.shape))
        size = int(np.prod(shape)) * r.itemsize
        if (buffer[size:] != 0xA5).any():
            raise Failed("bytes behind the output were written")
        results.append(buffer[:size].view(r.dtype).reshape(shape).copy())
    return results


def expect_refusal(context, feed, text):
    try:
        run_guarded(context, list(feed.values()))
    except RuntimeError as error:
        if text not in str(error):
            raise Failed("refused with %r, not %r" % (str(error), text))
        return
    raise Failed("isn't refused: " + text)
