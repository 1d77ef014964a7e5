# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models with states, against ONNX Runtime, which is handed each state."""
import os
import sys
import tempfile

from harness import (HERE, PEERS, Failed, compare_outputs, execute,
                     needs_peers, plain_session)

if not PEERS:
    import numpy as np
    import onnx


class StateTests:
    """The group `states` of run.py."""

    def states(self):
        if PEERS:
            yield "states", needs_peers
            return
        import state_models
        for name in state_models.MODELS:
            for seed in range(3 if self.full else 1):
                yield ("states/%s-%d" % (name, seed),
                       lambda n=name, s=seed: self.one_state(n, s))
        for name in ("gpt", "llama"):
            yield ("states/%s-large" % name,
                   lambda n=name: self.one_state(n, 0, is_large=True))

    def one_state(self, name, seed, is_large=False):
        """Large: room for a past that nothing else in the model is as large
        as."""
        import state_models
        m = state_models.MODELS[name](seed)
        if is_large:
            m.bounds.update(batch="1..2:1", sequence="1..2:1",
                            past_sequence="0..1024:512")
            m.calls = [dict(batch=1, sequence=1 + k % 2) for k in range(8)]
        rng = np.random.default_rng(seed)
        calls = [self.draw(m, rng, sizes) for sizes in m.calls]
        folder = tempfile.mkdtemp(dir=self.top)
        path, library, feeds, results = (
            os.path.join(folder, n) for n in
            ("model.onnx", "libmodel.so", "feeds.npz", "results.npz"))
        onnx.save(m.proto(), path)
        command = [self.dlc, "compile", path, "-o", library]
        for flag in m.flags:
            command += ["--state", flag]
        for dim, text in m.bounds.items():
            command += ["--dim", "%s=%s" % (dim, text)]
        execute(command)
        np.savez(feeds, **{"call%03d/%03d" % (i, k): array
                           for i, arrays in enumerate(calls)
                           for k, array in enumerate(arrays.values())})
        execute([sys.executable, os.path.join(HERE, "state_runs.py"), library,
                 feeds, results] + (["large"] if is_large else []))
        want, states = self.step(m, path, calls)
        with np.load(results) as got:
            for i, outputs in enumerate(want):
                compare_outputs(
                    [got[n] for n in got.files
                     if n.startswith("call%03d/" % i)],
                    outputs, 1e-3, 1e-4, "call %d: " % i)
            compare_outputs([got[n] for n in got.files
                             if n.startswith("state/")],
                            states, 1e-3, 1e-4, "states: ")
        return "%d calls" % len(calls)

    @staticmethod
    def draw(m, rng, sizes):
        kept = [name for name, _ in m.states]
        shapes = m.shapes({**sizes, "past_sequence": 0})
        return {name: array for name, array in m.feeds(rng, shapes).items()
                if name not in kept}

    @staticmethod
    def step(m, path, calls):
        """ONNX Runtime's outputs of each call, and the states at the end."""
        session = plain_session(path)
        names = [o.name for o in session.get_outputs()]
        kept = [output for _, output in m.states]
        state = {}
        shapes = m.shapes({**m.calls[0], "past_sequence": 0})
        for name, _ in m.states:
            dtype = onnx.helper.tensor_dtype_to_np_dtype(m.inputs[name][2])
            state[name] = np.zeros(shapes[name], dtype)
        want = []
        for arrays in calls:
            try:
                values = dict(zip(names, session.run(None,
                                                     {**arrays, **state})))
            except Exception as why:  # It has no class of its own.
                raise Failed("ONNX Runtime: %s" % why)
            want.append([v for n, v in values.items() if n not in kept])
            state = {name: values[output] for name, output in m.states}
        # In the order of the model's inputs, as the library has them.
        return want, [state[name] for name in m.inputs if name in state]
