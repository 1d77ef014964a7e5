# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The group `microsoft`: ops of ONNX Runtime's domain, one by one and as its
optimizer writes them."""
import os
import tempfile

import numpy as np

from harness import PEERS, Failed, LeftOut, execute, needs_peers

# A transformer with open sizes, and quantized networks, with two steps of the
# output's scale as what they may differ by, relative to the largest.
OPTIMIZED = {"models/bert_toy": "1e-4", "models/microkws_qdq": "0.01",
             "models/mobilenet_edgetpu_qdq_part": "0.045"}


class MicrosoftTests:
    def microsoft(self):
        if PEERS:
            yield "microsoft", needs_peers
            return
        import microsoft_models
        for name in microsoft_models.MODELS:
            for seed in range(40 if self.full else 3):
                yield ("microsoft/%s-%d" % (name, seed),
                       lambda n=name, s=seed: self.one_microsoft(n, s))
        for name in OPTIMIZED:
            for level in ("basic", "extended"):
                yield ("microsoft/%s-%s" % (os.path.basename(name), level),
                       lambda n=name, v=level: self.one_optimized(n, v))

    def one_microsoft(self, name, seed):
        import microsoft_models
        m = microsoft_models.make(name, seed)
        rng = np.random.default_rng(seed)
        cases = [m.feeds(rng, m.shapes(sizes)) for sizes in m.sizes]
        return self.check_open(m.proto(), m.bounds, cases, [], m.tolerance,
                               peer=m.peer)

    def one_optimized(self, name, level):
        """A real model, which ONNX Runtime has optimized and written, against
        the stored outputs."""
        import onnx
        import onnxruntime
        folder = os.path.join(self.shared, *name.split("/"))
        model = os.path.join(folder, "model.onnx")
        if not os.path.exists(model):
            raise LeftOut("no " + model)
        written = os.path.join(tempfile.mkdtemp(dir=self.top), "model.onnx")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors
        options.graph_optimization_level = getattr(
            onnxruntime.GraphOptimizationLevel,
            "ORT_ENABLE_" + level.upper())
        options.optimized_model_filepath = written
        onnxruntime.InferenceSession(model, options,
                                     providers=["CPUExecutionProvider"])
        nodes = onnx.load(written).graph.node
        fused = sorted({node.op_type for node in nodes
                        if node.domain == "com.microsoft"})
        if level == "extended" and not fused:
            raise Failed("nothing is fused")
        execute([self.dlc, "run", written, "--compare",
                 os.path.join(folder, "test_data_set_0"), "--rtol", "1e-3",
                 "--atol", OPTIMIZED[name]])
        return ", ".join(fused)
