# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Recurrent layers, branches and loops against ONNX Runtime."""
import numpy as np

from harness import PEERS, needs_peers


class ControlFlowTests:
    """The groups `recurrent` and `control` of run.py."""

    def control_flow(self):
        if PEERS:
            yield "control", needs_peers
            return
        import recurrent_models
        for op in recurrent_models.OPS:
            for seed in range(60 if self.full else 4):
                yield ("recurrent/%s-%d" % (op, seed),
                       lambda o=op, s=seed: self.one_recurrent(o, s))
        for seed in range(1000 if self.full else 16):
            yield ("control/%d" % seed,
                   lambda s=seed: self.one_control_flow(s))

    def one_recurrent(self, op, seed):
        import recurrent_models
        m = recurrent_models.recurrent(op, seed)
        return self.check_feeds(m, seed, m.peer)

    def one_control_flow(self, seed):
        import control_flow_models
        return self.check_feeds(control_flow_models.Random(seed), seed, None)

    def check_feeds(self, m, seed, peer):
        rng = np.random.default_rng(seed)
        cases = [m.feeds(rng, m.shapes(sizes)) for sizes in m.sizes]
        return self.check_open(m.proto(), m.bounds, cases, [], (1e-4, 1e-5),
                               peer=peer)
