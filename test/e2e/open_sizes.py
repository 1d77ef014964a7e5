# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models with open sizes: one library for all of them."""
import os
import re
import sys
import tempfile

from harness import (HERE, PEERS, Failed, LeftOut, compare_outputs, execute,
                     measured, needs_peers, plain_session)

if not PEERS:
    import numpy as np
    import onnx

# The dimensions of the generated models' input that can be open, with their
# bounds; the model's own size is the likely one. Constants of some models fix
# the others: a mask, a weight of as many rows.
GENERATED = {
    "residual": {0: (1, 4), 2: (9, 60), 3: (9, 60)},
    "depthwise": {0: (1, 5), 2: (6, 40), 3: (6, 40)},
    "attention": {0: (1, 4), 1: (1, 50)},
    "spellings": {0: (1, 5)},
    "mlp": {0: (1, 70)},
    "mixed": {0: (1, 4), 2: (15, 40), 3: (17, 40)},
    "quantized": {0: (1, 3), 2: (9, 40), 3: (9, 40)},
    "quantized_matmul": {0: (1, 6), 1: (1, 40)},
    "pointwise": {0: (1, 4), 2: (1, 40), 3: (1, 40)},
    "padded": {0: (2, 5), 2: (9, 50), 3: (9, 80)},
    "nested": {0: (1, 3), 2: (2, 40), 3: (2, 40)},
}
# What is made without DLC_FULL=1.
SAMPLE = ["cifar_cnn_winml", "microkws_qdq", "residual-all", "attention-all",
          "split_heads", "masks", "slices", "cuts", "transformer", "cache",
          "windows", "rows_of_four", "equals", "ceil_mode", "positions", "parts",
          "resizes", "same_chain", "size_choices", "attention_op", "samples",
          "regions", "deformed", "spectra", "unpooled"]


def open_dimensions(model, opened):
    """Names for these dimensions of the only input, and reshapes that keep
    what isn't split."""
    graph = model.graph
    shape = graph.input[0].type.tensor_type.shape
    old = [d.dim_value for d in shape.dim]
    for d in opened:
        shape.dim[d].dim_param = "size_%d" % d
    del graph.value_info[:]
    for output in graph.output:
        output.type.tensor_type.ClearField("shape")
    weights = {w.name: w for w in graph.initializer}
    for node in graph.node:
        if node.op_type != "Reshape":
            continue
        weight = weights[node.input[1]]
        to = np.array(onnx.numpy_helper.to_array(weight))
        for d in range(min(len(to), len(old))):
            if to[d] == old[d] and all(to[:d] == 0):
                to[d] = 0 if d in opened or d == 0 else to[d]
        weight.CopyFrom(onnx.numpy_helper.from_array(to, weight.name))
    return old


def choose_sizes(bounds, likely):
    """Small, odd, likely, at the bound and mixed ones."""
    odd = {d: min(high, low + 2 * (1 + k)) | 1
           for k, (d, (low, high)) in enumerate(bounds.items())}
    odd = {d: min(v, bounds[d][1]) for d, v in odd.items()}
    mixed = {d: (low if k % 2 else high)
             for k, (d, (low, high)) in enumerate(bounds.items())}
    return [{d: low for d, (low, _) in bounds.items()}, odd,
            {d: likely[d] for d in bounds},
            {d: high for d, (_, high) in bounds.items()}, mixed]


class OpenTests:
    """The group `open` of run.py."""

    def open_sizes(self):
        if PEERS:
            yield "open", needs_peers
            return
        import open_models
        for name in self.open_real():
            if self.full or name in SAMPLE:
                yield ("open/real/" + name,
                       lambda n=name: self.one_open_real(
                           os.path.join(self.models, n)))
        for name in self.open_zoo() if self.full else ():
            yield ("open/zoo/" + os.path.basename(name),
                   lambda n=name: self.one_open_real(n))
        for name, bounds in GENERATED.items():
            for which in ("batch", "all")[:1 + (len(bounds) > 1)]:
                if self.full or name + "-" + which in SAMPLE:
                    yield ("open/generated/%s-%s" % (name, which),
                           lambda n=name, w=which: self.one_open_generated(
                               n, w))
        for name in open_models.MODELS:
            if self.full or name in SAMPLE:
                for seed in range(2 if self.full else 1):
                    yield ("open/%s-%d" % (name, seed),
                           lambda n=name, s=seed: self.one_open(n, s))

    @staticmethod
    def is_open(path):
        graph = onnx.load(path, load_external_data=False).graph
        weights = {w.name for w in graph.initializer}
        return any(not d.HasField("dim_value") for i in graph.input
                   if i.name not in weights
                   for d in i.type.tensor_type.shape.dim)

    def open_real(self):
        names = os.listdir(self.models) if os.path.isdir(self.models) else []
        for name in sorted(names):
            path = os.path.join(self.models, name, "model.onnx")
            if os.path.exists(path) and self.is_open(path):
                yield name

    def open_zoo(self):
        top = os.path.join(self.shared, "zoo", "models")
        for name in sorted(os.listdir(top)) if os.path.isdir(top) else ():
            if name.endswith("_dyn"):
                yield os.path.join(top, name)

    def compile_open(self, model, bounds, unsupported=None):
        """LeftOut for ops that dlc doesn't know, and `unsupported`."""
        library = os.path.join(os.path.dirname(model), "libopen.so")
        command = [self.dlc, "compile", model, "-o", library]
        for name, text in bounds.items():
            command += ["--dim", "%s=%s" % (name, text)]
        result = measured.run(command, 600)
        known = r"\(\w+, opset \d+\): this op .*is not supported"
        if unsupported:
            known += "|.*" + re.escape(unsupported)
        missing = re.search(r"error: .*?(%s)" % known, result.text)
        if result.code == 1 and missing:
            raise LeftOut(missing.group(1).removeprefix(model + ": "))
        if result.code != 0:
            raise Failed("compile: exit %s\n%s" % (result.code,
                                                   result.text[-1500:]))
        return library

    def one_open_real(self, folder):
        needs_peers()
        model = os.path.join(folder, "model.onnx")
        work = tempfile.mkdtemp(dir=self.top)
        copy = os.path.join(work, "model.onnx")
        os.symlink(os.path.abspath(model), copy)
        library = self.compile_open(copy, {})
        sets = sorted(d for d in os.listdir(folder)
                      if d.startswith("test_data_set_"))
        tolerance = ["--rtol", "1e-3", "--atol", "1e-4"]
        if "qdq" in os.path.basename(folder):
            tolerance = ["--rtol", "0", "--atol", "0.02"]
        for data in sets:
            execute([self.dlc, "run", library, "--compare",
                     os.path.join(folder, data)] + tolerance)
        return "%d data sets" % len(sets)

    def one_open_generated(self, name, which):
        import generated
        model = generated.MODELS[name](0)
        bounds = GENERATED[name]
        if which == "batch":
            bounds = {0: bounds[0]}
        likely = open_dimensions(model, bounds)
        rng = np.random.default_rng(1)
        cases = []
        for sizes in choose_sizes(bounds, likely):
            shape = [sizes.get(d, size) for d, size in enumerate(likely)]
            cases.append({"x": rng.standard_normal(shape).astype("f4")})
        flags = {"size_%d" % d: "%d..%d:%d" % (low, high, likely[d])
                 for d, (low, high) in bounds.items()}
        tolerance = ((0, 0.02) if name.startswith("quantized")
                     else (1e-3, 1e-4))
        return self.check_open(model, flags, cases, [], tolerance)

    def one_open(self, name, seed):
        import open_models
        m = open_models.MODELS[name](seed)
        rng = np.random.default_rng(seed)
        cases = [m.feeds(rng, m.shapes(sizes)) for sizes in m.sizes]
        refused = [(m.feeds(rng, shapes), why) for shapes, why in m.refused]
        return self.check_open(m.proto(), m.bounds, cases, refused,
                               unsupported=m.unsupported,
                               reference=m.reference)

    def check_open(self, model, bounds, cases, refused, tolerance=(1e-3, 1e-4),
                   unsupported=None, reference=None, peer=None):
        """One library for all cases, against `reference` or ONNX Runtime, which
        may run another model."""
        folder = tempfile.mkdtemp(dir=self.top)
        path = os.path.join(folder, "model.onnx")
        onnx.save(model, path)
        library = self.compile_open(path, bounds, unsupported)
        if peer:
            path = os.path.join(folder, "peer.onnx")
            onnx.save(peer, path)
        feeds, results = (os.path.join(folder, n)
                          for n in ("feeds.npz", "results.npz"))
        refusals = {"refused%d" % k: arrays
                    for k, (arrays, _) in enumerate(refused)}
        everything = {**{"case%d" % k: arrays
                         for k, arrays in enumerate(cases)}, **refusals}
        np.savez(feeds, **{"%s/%d" % (case, k): array
                           for case, arrays in everything.items()
                           for k, array in enumerate(arrays.values())})
        text = execute([sys.executable, os.path.join(HERE, "open_runs.py"),
                        library, feeds, results]).text
        for (_, why), said in zip(refused, text.splitlines()):
            if why not in said:
                raise Failed("refused with %r, not with %r" % (said, why))
        self.check_tool(folder, library, refused)
        with np.load(results) as got:
            wanted = ([list(reference(arrays)) for arrays in cases]
                      if reference else self.run_sizes(path, cases))
            for (case, arrays), want in zip(everything.items(), wanted):
                compare_outputs(
                    [got[n] for n in got.files if n.split("/")[0] == case],
                    want, *tolerance,
                    "%s: " % {n: a.shape for n, a in arrays.items()})
        return "%d sizes" % len(cases)

    @staticmethod
    def run_sizes(path, cases):
        """ONNX Runtime's outputs."""
        session = plain_session(path)
        try:
            return [session.run(None, arrays) for arrays in cases]
        except Exception as why:  # It has no class of its own.
            raise Failed("ONNX Runtime: %s" % why)

    def check_tool(self, folder, library, refused):
        """`dlc run` says the same and exits with 1."""
        for arrays, why in refused[:1]:
            command = [self.dlc, "run", library]
            for k, (name, array) in enumerate(arrays.items()):
                file = os.path.join(folder, "refused_%d.npy" % k)
                np.save(file, array)
                command += ["--input", "%s=%s" % (name, file)]
            result = measured.run(command, 60)
            if result.code != 1 or why not in result.text:
                raise Failed("dlc run: exit %s, not 1 with %s\n%s" % (
                    result.code, why, result.text))
