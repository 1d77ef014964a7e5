# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random programs of loops and branches against what they compute in NumPy."""
import os
import sys
import tempfile

from harness import HERE, PEERS, Failed, execute, needs_peers

if not PEERS:
    import numpy as np

SIZES = (4, 1, 0, 7)  # of the open dimension


class ProgramTests:
    """The group `programs` of run.py."""

    def programs(self):
        if PEERS:
            yield "programs", needs_peers
            return
        for seed in range(400 if self.full else 24):
            yield "programs/%d" % seed, lambda s=seed: self.one_program(s)

    def one_program(self, seed):
        """One library for all sizes; every size has the results of NumPy, and
        the same with one and with two threads."""
        from control_flow_programs import Program
        program = Program(seed, size=16)
        with tempfile.TemporaryDirectory(dir=self.top) as folder:
            model, library, feeds, results = (
                os.path.join(folder, name) for name in
                ("program.mlir", "libprogram.so", "feeds.npz", "results.npz"))
            with open(model, "w") as file:
                file.write(program.text())
            arrays, wanted = {}, {}
            for n in SIZES:
                inputs = program.feeds([seed, n], n)
                wanted["n%d" % n] = program.run(inputs, n)
                for k, array in enumerate(inputs):
                    arrays["n%d/%03d" % (n, k)] = array
            np.savez(feeds, **arrays)
            execute([self.dlc, "compile", "-q", model, "-o", library])
            execute([sys.executable, os.path.join(HERE, "open_runs.py"),
                     library, feeds, results])
            with np.load(results) as got:
                for case, outputs in wanted.items():
                    for k, want in enumerate(outputs):
                        have = got["%s/%03d" % (case, k)]
                        if have.shape != want.shape or (have != want).any():
                            raise Failed("%s, output %d: %s instead of %s" % (
                                case, k, have.ravel()[:8], want.ravel()[:8]))
        return "%d blocks, %d sizes" % (program.text().count("yield"),
                                        len(SIZES))
