# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The commands of dlc as functions. Options have the names that they have on
the command line; `dlc COMMAND --help` says more of each."""
from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from . import _compiler
from ._options import Arguments, Dim, States, Tensor
from .errors import CompileError, Diagnostic
from .model import Model

if TYPE_CHECKING:
    import onnx

    ModelSource = str | os.PathLike[str] | bytes | onnx.ModelProto
Path = str | os.PathLike[str]


@contextmanager
def _prepare(model: ModelSource
             ) -> Iterator[tuple[Arguments, _compiler.ModelFile]]:
    """The arguments of a command, and the model's file."""
    with tempfile.TemporaryDirectory(prefix="dlc-") as folder, \
            _compiler.model_file(model) as file:
        yield Arguments(folder), file


def _run_json(command: str, arguments: Arguments,
              file: _compiler.ModelFile) -> dict[str, Any]:
    """Runs a command; its figures."""
    path = os.path.join(arguments.folder, "figures.json")
    arguments.add("json", path)
    _compiler.run(command, arguments.list, file)
    with open(path, encoding="utf-8") as stream:
        figures: dict[str, Any] = json.load(stream)
    return figures


# -- compiling

def compile(model: ModelSource, *, output: Path | None = None,
            target_cpu: str | None = None, target: str | None = None,
            gpu_arch: str | None = None,
            shape: Mapping[str, Sequence[int]] | None = None,
            dim: Mapping[str, Dim] | None = None,
            constant: Mapping[str, Tensor] | None = None,
            state: States | None = None,
            weights: Literal["embed", "external"] = "embed",
            prefix: str | None = None, profile: bool = False,
            threads: int = 1,
            max_sizes: Mapping[str, int] | None = None) -> Model:
    """Compiles a model and loads it.

    Args:
        model: a file, its bytes, or an onnx.ModelProto. External data are
            looked for beside a file.
        output: the library to write, a name that ends in `.so`; its header is
            written beside it. None: a temporary one, which vanishes with the
            last Model of it.
        target_cpu: whose instructions to use: `native` (the default),
            `x86-64-v3`, `znver4` ...
        target, gpu_arch: `target="nvptx"` with `gpu_arch="sm_90"`: kernels for
            a GPU; it is there when the library is loaded.
        shape: pins the dimensions of inputs, `{"image": (1, 3, 224, 224)}`.
        dim: sizes or bounds of dimensions that the model leaves open:
            `{"batch": 4, "sequence": (1, 512, 128)}`, 1 to 512 and likely 128.
        constant: makes inputs constants, `{"axes": numpy.array([1])}`.
        state: inputs and outputs that stay in the library, `"auto"`,
            `{"past.*": "present.*"}` or `"past.*=present.*"`.
        weights: `external`: in a file beside the library.
        prefix: what the names of the library's functions begin with.
        profile: a library for `dlc run --profile`.
        threads, max_sizes: see load.

    Raises:
        CompileError: the model can't be compiled; it names the nodes.
    """
    keep = None
    if output is None:
        keep = tempfile.TemporaryDirectory(prefix="dlc-")
        output = os.path.join(keep.name, f"lib{_get_stem(model)}.so")
    with _prepare(model) as (arguments, file):
        arguments.add("o", os.fspath(output))
        arguments.add("emit", "lib")
        arguments.add("target-cpu", target_cpu)
        arguments.add("target", target)
        arguments.add("gpu-arch", gpu_arch)
        arguments.add("prefix", prefix)
        arguments.add("weights", weights)
        arguments.add_flag("profile", profile)
        arguments.add_flag("q", True)
        arguments.add_sizes(shape, dim, constant)
        arguments.add_states(state)
        _compiler.run("compile", arguments.list, file)
    return Model(output, threads=threads, max_sizes=max_sizes, keep=keep)


def _get_stem(model: ModelSource) -> str:
    if not isinstance(model, (str, os.PathLike)):
        return "model"
    stem = os.path.splitext(os.path.basename(os.fspath(model)))[0]
    return re.sub(r"\W", "_", stem) or "model"


def load(library: Path, *, threads: int = 1,
         max_sizes: Mapping[str, int] | None = None,
         weights_path: Path | None = None) -> Model:
    """Loads a library that `compile` or `dlc compile` has written.

    Args:
        threads: how many threads a call may use, the caller's one of them.
            Results are the same bits for any number.
        max_sizes: the largest sizes that calls will have, by name, for less
            memory.
        weights_path: the file with external weights, if it isn't where it was
            written.
    """
    return Model(library, threads=threads, max_sizes=max_sizes,
                 weights_path=weights_path)


# -- looking into a model

@dataclass(frozen=True)
class Check:
    """Whether a model can be compiled; true if it can.

    Attributes:
        diagnostics: why not, one for each node that isn't supported.
        nodes, opset: of the graph; None if it can't be compiled.
        signature: `inputs`, `outputs`, `states` and open `sizes` as plain
            dicts; None likewise.
    """
    diagnostics: tuple[Diagnostic, ...]
    nodes: int | None = None
    opset: int | None = None
    signature: dict[str, Any] | None = None

    def __bool__(self) -> bool:
        return not self.diagnostics


def check(model: ModelSource, *,
          shape: Mapping[str, Sequence[int]] | None = None,
          dim: Mapping[str, Dim] | None = None,
          constant: Mapping[str, Tensor] | None = None,
          state: States | None = None) -> Check:
    """Says whether a model can be compiled, and which nodes can't be, without
    generating code. The options are those of compile."""
    with _prepare(model) as (arguments, file):
        arguments.add_sizes(shape, dim, constant)
        arguments.add_states(state)
        try:
            figures = _run_json("check", arguments, file)
        except CompileError as error:
            return Check(error.diagnostics)
    return Check((), figures.get("nodes"), figures.get("opset"),
                 figures["signature"])


@dataclass(frozen=True)
class OpCount:
    """How often an op of the dlc dialect occurs, and what it computes."""
    op: str
    count: int
    flops: int


@dataclass(frozen=True)
class Inspection:
    """What a model consists of, after simplification.

    Attributes:
        ops: what computes most first.
        parameters, parameter_bytes: elements and bytes of its constants.
        flops: operations of a run; where sizes are open, of the likely ones.
        signature: see Check.
        cpu, weights_bytes, arena_bytes: as compiled; None as long as sizes
            aren't known.
    """
    ops: tuple[OpCount, ...]
    parameters: int
    parameter_bytes: int
    flops: int
    signature: dict[str, Any]
    cpu: str | None = None
    weights_bytes: int | None = None
    arena_bytes: int | None = None


def inspect(model: ModelSource, *, target_cpu: str | None = None,
            shape: Mapping[str, Sequence[int]] | None = None,
            dim: Mapping[str, Dim] | None = None,
            constant: Mapping[str, Tensor] | None = None,
            state: States | None = None) -> Inspection:
    """Counts ops, parameters, operations and memory. The options are those of
    compile."""
    with _prepare(model) as (arguments, file):
        arguments.add("target-cpu", target_cpu)
        arguments.add_sizes(shape, dim, constant)
        arguments.add_states(state)
        figures = _run_json("inspect", arguments, file)
    figures["ops"] = tuple(OpCount(**op) for op in figures["ops"])
    return Inspection(**figures)


# -- smaller models

@dataclass(frozen=True)
class QuantizedOp:
    """How many ops of a kind there are, and how many compute on integers."""
    op: str
    count: int
    quantized: int


@dataclass(frozen=True)
class QuantizeReport:
    """What became of a model.

    Attributes:
        output: the file written.
        samples, tensors: on how many samples how many tensors were observed.
        ops: by kind.
        exceptions: nodes left in floating point, and why.
        bytes_before, bytes_after: of the models' files.
    """
    output: str
    samples: int
    tensors: int
    ops: tuple[QuantizedOp, ...]
    exceptions: dict[str, str]
    bytes_before: int
    bytes_after: int


def quantize(model: ModelSource, output: Path, *, calib: Any,
             scale: float | None = None, offset: float | None = None,
             samples: int | None = None,
             method: Literal["minmax", "percentile", "entropy", "mse"]
             = "minmax",
             target_cpu: str | None = None,
             shape: Mapping[str, Sequence[int]] | None = None,
             dim: Mapping[str, Dim] | None = None,
             constant: Mapping[str, Tensor] | None = None) -> QuantizeReport:
    """Writes a copy of a model that computes on integers.

    Args:
        output: the file to write, a name that ends in `.onnx`.
        calib: the samples to calibrate on: an array or a file (idx, `.npy`,
            `.pb`, a folder), whose first dimension counts the samples; a list
            with one for each input, or a dict by name.
        scale, offset: samples are multiplied by the one, then the other added.
        samples: how many are read, all by default.
        method: how ranges are found from values.
    """
    with _prepare(model) as (arguments, file):
        arguments.add("o", os.fspath(output))
        arguments.add_data("calib", calib, scale, offset, samples)
        arguments.add("method", method)
        arguments.add("target-cpu", target_cpu)
        arguments.add_sizes(shape, dim, constant)
        figures = _run_json("quantize", arguments, file)
    figures["ops"] = tuple(QuantizedOp(**op) for op in figures["ops"])
    figures["exceptions"] = {entry["node"]: entry["reason"]
                             for entry in figures["exceptions"]}
    return QuantizeReport(**figures)


@dataclass(frozen=True)
class LayerFigures:
    """A layer's weights; `flops` are those on weights that aren't zero."""
    shape: tuple[int, ...]
    parameters: int
    zeros: int
    flops: float


@dataclass(frozen=True)
class PrunedLayer:
    """What became of a layer; `reason` says why it wasn't pruned, or is ""."""
    name: str
    op: str
    before: LayerFigures
    after: LayerFigures
    reason: str


@dataclass(frozen=True)
class PruneReport:
    """What became of a model, and the files written."""
    layers: tuple[PrunedLayer, ...]
    files: tuple[str, ...]


def prune(model: ModelSource, output: Path, *, sparsity: float | None = None,
          structure: str = "unstructured", global_threshold: bool = False,
          pointwise: bool = False, block: tuple[int, int] | None = None,
          importance: Literal["l1", "l2"] = "l1", channel_multiple: int = 1,
          mask_only: bool = False,
          shape: Mapping[str, Sequence[int]] | None = None,
          dim: Mapping[str, Dim] | None = None,
          constant: Mapping[str, Tensor] | None = None) -> PruneReport:
    """Writes a copy of a model without the least of its weights.

    Args:
        output: the file to write, a name that ends in `.onnx`.
        sparsity: the share to remove, in [0, 1).
        structure: what goes together: `unstructured`, `block`, `channel`, or
            n:m as in `2:4`.
        global_threshold: one threshold for all layers (`--global`).
        pointwise: only 1x1 convolutions and matrix products.
        block: outputs and inputs in a block, (16, 4) by default.
        importance: how channels are weighed.
        channel_multiple: keep channels in multiples of this.
        mask_only: zero channels instead of removing them.
    """
    with _prepare(model) as (arguments, file):
        arguments.add("o", os.fspath(output))
        arguments.add("sparsity", sparsity)
        arguments.add("structure", structure)
        arguments.add_flag("global", global_threshold)
        arguments.add_flag("pointwise", pointwise)
        arguments.add("block", block and f"{block[0]}x{block[1]}")
        arguments.add("importance", importance)
        arguments.add("channel-multiple", channel_multiple)
        arguments.add_flag("mask-only", mask_only)
        arguments.add_sizes(shape, dim, constant)
        figures = _run_json("prune", arguments, file)
    return PruneReport(tuple(map(_make_layer, figures["layers"])),
                       tuple(figures["files"]))


def _make_layer(figures: dict[str, Any]) -> PrunedLayer:
    for key in ("before", "after"):
        figures[key]["shape"] = tuple(figures[key]["shape"])
        figures[key] = LayerFigures(**figures[key])
    return PrunedLayer(**figures)


# -- how good a model is

@dataclass(frozen=True)
class Likeness:
    """How like an output is to the reference's."""
    name: str
    cosine: float
    sqnr_db: float


@dataclass(frozen=True)
class OutputFigures:
    """A model's accuracy; None where there are no labels, or too few classes
    for `top5`."""
    model: str
    top1: float | None = None
    top5: float | None = None


@dataclass(frozen=True)
class Evaluation:
    """The figures of a model, and of the reference if there is one."""
    samples: int
    models: tuple[OutputFigures, ...]
    outputs: tuple[Likeness, ...]


def evaluate(model: ModelSource, inputs: Any, *, labels: Tensor | None = None,
             reference: ModelSource | None = None,
             scale: float | None = None, offset: float | None = None,
             samples: int | None = None, target_cpu: str | None = None,
             shape: Mapping[str, Sequence[int]] | None = None,
             dim: Mapping[str, Dim] | None = None,
             constant: Mapping[str, Tensor] | None = None) -> Evaluation:
    """Measures how good a model or a library is (`dlc eval`).

    Args:
        inputs: the samples, as `calib` of quantize.
        labels: one class for each sample, an array or a file.
        reference: a model to compare with.
    """
    with _prepare(model) as (arguments, file), \
            _compiler.model_file(reference or "") as reference_file:
        arguments.add_data("inputs", inputs, scale, offset, samples)
        if labels is not None:
            arguments.add("labels", arguments.tensor_file(labels))
        arguments.add("reference", reference_file.path or None)
        arguments.add("target-cpu", target_cpu)
        arguments.add_sizes(shape, dim, constant)
        figures = _run_json("eval", arguments, file)
    return Evaluation(figures["samples"],
                      tuple(OutputFigures(**m) for m in figures["models"]),
                      tuple(Likeness(**o) for o in figures["outputs"]))
