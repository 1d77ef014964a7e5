# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the groups of end-to-end tests share."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", ".."))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import measured  # noqa: E402

try:
    import numpy  # noqa: F401
    import onnx  # noqa: F401
    import onnxruntime
    PEERS = None
except ImportError as missing:
    PEERS = str(missing)


class LeftOut(Exception):
    """Why a test can't be made here."""


class Failed(Exception):
    """What went wrong."""


def needs_peers():
    if PEERS:
        raise LeftOut(PEERS)


def execute(command, timeout=600):
    """Runs it; what was measured, or Failed."""
    result = measured.run(command, timeout)
    if result.code is None:
        raise Failed("no end after %d s" % timeout)
    if result.code != 0:
        raise Failed("%s: exit %d\n%s" % (" ".join(command[:2]), result.code,
                                          result.text[-1500:]))
    return result


def plain_session(model):
    """A session of ONNX Runtime without its own folds and fusions."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3  # errors
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL)
    return onnxruntime.InferenceSession(model, options,
                                        providers=["CPUExecutionProvider"])


def compare_outputs(got, want, rtol, atol, whose=""):
    """Failed unless |got - want| <= rtol |want| + atol max|want|."""
    if len(got) != len(want):
        raise Failed("%s%d outputs instead of %d" % (whose, len(got),
                                                     len(want)))
    for k, (x, y) in enumerate(zip(got, want)):
        if x.dtype != y.dtype or x.shape != y.shape:
            raise Failed("%soutput %d is %s %s instead of %s %s" % (
                whose, k, x.dtype, x.shape, y.dtype, y.shape))
        x, y = x.astype("f8"), y.astype("f8")
        if not (abs(x - y) <= rtol * abs(y)
                + atol * abs(y).max(initial=0)).all():
            raise Failed("%soutput %d differs by %g" % (whose, k,
                                                        abs(x - y).max()))
