# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""dlc, a deep-learning compiler: an ONNX model in, a native library out.

    import dlc
    model = dlc.compile("digits.onnx")
    scores = model(image)
"""
from ._commands import (Check, Evaluation, Inspection, LayerFigures, Likeness,
                        OpCount, OutputFigures, PrunedLayer, PruneReport,
                        QuantizedOp, QuantizeReport, check, compile, evaluate,
                        inspect, load, prune, quantize)
from ._compiler import version
from .errors import (BadWeights, CompileError, CompilerCrash, DeviceError,
                     Diagnostic, Error, InvalidArgument, LoadError,
                     OutOfMemory, UnsupportedCPU)
from .model import Model
from .signature import Size, StateSpec, TensorSpec

__all__ = [
    "BadWeights", "Check", "CompileError", "CompilerCrash", "DeviceError",
    "Diagnostic", "Error", "Evaluation", "Inspection", "InvalidArgument",
    "LayerFigures", "Likeness", "LoadError", "Model", "OpCount", "OutOfMemory",
    "OutputFigures", "PruneReport", "PrunedLayer", "QuantizeReport",
    "QuantizedOp", "Size", "StateSpec", "TensorSpec", "UnsupportedCPU",
    "check", "compile", "evaluate", "inspect", "load", "prune", "quantize",
    "version",
]
