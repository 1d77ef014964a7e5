# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Recurrent layers, branches and loops against ONNX Runtime."""
import os

import numpy as np

from harness import PEERS, LeftOut, execute, needs_peers

# Real models with recurrent layers, and those that branch.
LAYERS = ["models/dtln_part1", "models/gtcrn_simple", "models/ndm_gru",
          "zoo/models/lstm_tagger",
          "zoo/models/lstm_tagger_dyn", "zoo/models/bilstm_tagger_ts",
          "zoo/models/bigru_tagger", "zoo/models/rnn_tagger_ts"]
BRANCHES = ["models/silero_vad_ifless", "zoo/models/cond"]


class ControlFlowTests:
    """The groups `recurrent` and `control` of run.py."""

    def control_flow(self):
        for name in LAYERS + BRANCHES:
            yield ("recurrent/" + os.path.basename(name),
                   lambda n=name: self.one_recurrent_model(n))
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

    def one_recurrent_model(self, name):
        """Against the stored outputs; written in ONNX again, too."""
        folder = os.path.join(self.shared, *name.split("/"))
        model = os.path.join(folder, "model.onnx")
        if not os.path.exists(model):
            raise LeftOut("no " + model)
        sets = sorted(os.path.join(folder, d) for d in os.listdir(folder)
                      if d.startswith("test_data_set_"))
        for data in sets:
            execute([self.dlc, "run", model, "--compare", data, "--rtol",
                     "1e-3", "--atol", "1e-4"])
        if name in LAYERS and not PEERS:
            self.check_export(model, sets[0], [])
        return "%d data sets" % len(sets)

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
