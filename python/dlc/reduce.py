# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The smallest part of a model with which a command still fails.

    python -m dlc.reduce model.onnx --test 'dlc compile {model} -o /tmp/a.so'
    python -m dlc.reduce model.onnx --test 'dlc run {model} --compare {data}'

A part is some of the nodes: what they read and don't make becomes an input,
with the value that it has in the whole model, and what nobody reads becomes an
output. {model} is the part's file, {data} a folder with input_K.pb and
output_K.pb, values that a reference gives. A part fails as the model does if
the command ends with the same exit status and, with --match, prints a text that
fits. Nodes go first (delta debugging, Zeller and Hildebrandt), then outputs,
then weights (zeros instead), then sizes.
"""
from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from . import _graphs
from ._graphs import Reference, Values
from .errors import Error
from .model import Array


@dataclass(frozen=True)
class Part:
    """Some of a model's nodes.

    Attributes:
        nodes: their numbers, ascending.
        outputs: the values that are outputs; None: what no node of it reads,
            and the model's own.
        weights: values of initializers other than the model's.
        inputs: values of inputs other than recorded ones.
    """
    nodes: tuple[int, ...]
    outputs: tuple[str, ...] | None = None
    weights: Mapping[str, Array] = field(default_factory=dict)
    inputs: Mapping[str, Array] = field(default_factory=dict)


class Reducer:
    """Reduces one model.

    Args:
        fails: whether the model in a file, with test data in a folder, fails
            in the way that is looked for.
        say: what progress is told to.
    """

    def __init__(self, model: onnx.ModelProto, inputs: Mapping[str, Any],
                 reference: Reference, fails: Callable[[str, str], bool],
                 say: Callable[[str], None] = lambda text: None):
        self.model = model
        self.reference = reference
        self.fails = fails
        self.say = say
        self.values = _graphs.record_values(model, inputs, reference)
        self.weights = {t.name: t for t in model.graph.initializer}
        self.used = [_graphs.get_used_names(node)
                     for node in model.graph.node]
        self.tried = 0

    def reduce(self) -> Part:
        """The smallest part found.

        Raises:
            Error: the model itself doesn't fail.
        """
        part = Part(tuple(range(len(self.model.graph.node))))
        if not self.check(part):
            raise Error("the model doesn't fail with this test")
        part = self._drop_nodes(part)
        part = self._drop_outputs(part)
        part = self._drop_weights(part)
        part = self._shrink_sizes(part)
        # Without the rest, further nodes may be needless.
        return self._drop_nodes(part)

    # -- parts as models

    def get_outputs(self, part: Part) -> list[str]:
        if part.outputs is not None:
            return list(part.outputs)
        own = {info.name for info in self.model.graph.output}
        used = set().union(*(self.used[n] for n in part.nodes))
        return [name for number in part.nodes
                for name in self.model.graph.node[number].output
                if name in self.values and (name in own or name not in used)]

    def make_model(self, part: Part) -> tuple[onnx.ModelProto, Values] | None:
        """The part as a model, and the values of its inputs; None if it is
        none: a value that it needs is no tensor, or an output isn't made."""
        nodes = [self.model.graph.node[number] for number in part.nodes]
        outputs = self.get_outputs(part)
        made = {name for node in nodes for name in node.output}
        needed = set().union(*(self.used[n] for n in part.nodes)) - made
        needed -= set(self.weights) - set(part.inputs)
        values = {**self.values, **part.inputs}
        if not outputs or not set(outputs) <= made \
                or not needed <= set(values):
            return None
        inputs = {name: np.asarray(values[name]) for name in sorted(needed)}
        model = _graphs.make_model(
            self.model, nodes, [_graphs.make_info(name, array)
                                for name, array in inputs.items()], outputs)
        if part.inputs:
            # Types and shapes of before needn't hold.
            for info in model.graph.output:
                info.ClearField("type")
        kept = [numpy_helper.from_array(part.weights[t.name], t.name)
                if t.name in part.weights else t
                for t in model.graph.initializer if t.name not in inputs]
        del model.graph.initializer[:]
        model.graph.initializer.extend(kept)
        return model, inputs

    def write(self, part: Part, folder: str) -> bool:
        """Writes model.onnx and test_data_set_0; false if the part is no
        model, or the reference can't run it."""
        made = self.make_model(part)
        if made is None:
            return False
        model, inputs = made
        outputs: Mapping[str, Any] = self.values
        if part.weights or part.inputs:
            try:
                outputs = self.reference(model, inputs)
            except Exception:  # whatever a reference says to what is no model
                return False
        for info in model.graph.output:
            if not info.HasField("type"):
                info.CopyFrom(_graphs.make_info(
                    info.name, np.asarray(outputs[info.name])))
        data = os.path.join(folder, "test_data_set_0")
        os.makedirs(data, exist_ok=True)
        onnx.save(model, os.path.join(folder, "model.onnx"))
        _graphs.write_data(data, "input", list(inputs), inputs)
        _graphs.write_data(data, "output",
                           [info.name for info in model.graph.output], outputs)
        return True

    def check(self, part: Part) -> bool:
        """Whether the part fails."""
        with tempfile.TemporaryDirectory(prefix="dlc-reduce-") as folder:
            if not self.write(part, folder):
                return False
            self.tried += 1
            return self.fails(os.path.join(folder, "model.onnx"),
                              os.path.join(folder, "test_data_set_0"))

    # -- steps

    def _drop_nodes(self, part: Part) -> Part:
        def check(nodes: Sequence[int]) -> bool:
            return self.check(replace(part, nodes=tuple(nodes)))
        nodes = minimize(part.nodes, check, lambda left: self.say(
            f"{len(left)} nodes, {self.tried} models tried"))
        return replace(part, nodes=tuple(nodes))

    def _drop_outputs(self, part: Part) -> Part:
        outputs = self.get_outputs(part)
        if len(outputs) == 1:
            return part
        fewer = minimize(outputs, lambda names: self.check(
            replace(part, outputs=tuple(names))))
        return replace(part, outputs=tuple(fewer)) \
            if len(fewer) < len(outputs) else part

    def _drop_weights(self, part: Part) -> Part:
        """Weights become zeros."""
        made = self.make_model(part)
        assert made
        for tensor in made[0].graph.initializer:
            array = numpy_helper.to_array(tensor)
            # Integers are often shapes and axes: zeros are other models.
            if not array.any() or array.dtype.kind in "iu" and array.size < 16:
                continue
            weights = {**part.weights, tensor.name: np.zeros_like(array)}
            if self.check(replace(part, weights=weights)):
                part = replace(part, weights=weights)
                self.say(f"{tensor.name} is zero")
        return part

    def _shrink_sizes(self, part: Part) -> Part:
        """All dimensions of one size become smaller, of inputs and weights at
        once, as far as the reference takes that."""
        made = self.make_model(part)
        assert made
        sizes = {size for array in made[1].values() for size in array.shape}
        for size in sorted(sizes - {0, 1}, reverse=True):
            for smaller in sorted({1, 2, size // 2} - {0, size}):
                shrunk = self._shrink(part, size, smaller)
                if shrunk and self.check(shrunk):
                    part = shrunk
                    self.say(f"dimensions of {size} are {smaller}")
                    break
        return part

    def _shrink(self, part: Part, size: int, smaller: int) -> Part | None:
        made = self.make_model(part)
        assert made
        model, inputs = made
        weights = {t.name: numpy_helper.to_array(t)
                   for t in model.graph.initializer}

        def cut(array: Array) -> Array:
            return array[tuple(slice(smaller if n == size else n)
                               for n in array.shape)]
        return replace(
            part,
            inputs={**part.inputs, **{n: cut(a) for n, a in inputs.items()}},
            weights={**part.weights, **{n: cut(a) for n, a in weights.items()
                                        if size in a.shape}})


def minimize(items: Sequence[Any], fails: Callable[[Sequence[Any]], bool],
             say: Callable[[Sequence[Any]], None] = lambda left: None
             ) -> Sequence[Any]:
    """Delta debugging: a part of the items that fails, of which no single one
    can be left out. `items` as a whole must fail."""
    parts = 2
    while len(items) > 1:
        step = -(-len(items) // parts)
        chunks = [items[at:at + step] for at in range(0, len(items), step)]
        rests = [[*items[:at], *items[at + step:]]
                 for at in range(0, len(items), step)]
        # With two parts the rests are the chunks.
        for candidate in (chunks if parts == 2 else rests):
            if fails(candidate):
                parts = 2 if parts == 2 else max(parts - 1, 2)
                items = candidate
                say(items)
                break
        else:
            if parts >= len(items):
                break
            parts = min(parts * 2, len(items))
    return items


class Command:
    """A command of the shell as a test.

    Args:
        command: with {model} and {data} in it; without {model}, the file is
            its last argument.
        match: a regular expression that its output has to fit.
        timeout: after so many seconds it has failed, too.
    """

    def __init__(self, command: str, match: str | None = None,
                 timeout: float = 60):
        self.command = command if "{model}" in command \
            else command + " {model}"
        self.match = match
        self.timeout = timeout
        self.status: int | None = None

    def __call__(self, model: str, data: str) -> bool:
        """Whether it fails; after the first time: as it did then."""
        command = self.command.replace("{model}", shlex.quote(model)) \
            .replace("{data}", shlex.quote(data))
        try:
            result = subprocess.run(
                command, shell=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                timeout=self.timeout)
            status, text = result.returncode, result.stdout
        except subprocess.TimeoutExpired as error:
            status, text = 124, error.stdout or b""
        if status == 0 or (self.match and not re.search(
                self.match, text.decode(errors="replace"))):
            return False
        if self.status is None:
            self.status = status
        return status == self.status


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m dlc.reduce", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    _graphs.add_arguments(parser)
    parser.add_argument("--test", required=True, metavar="CMD",
                        help="a command that fails on the model")
    parser.add_argument("--match", metavar="REGEX",
                        help="what it prints")
    parser.add_argument("--timeout", type=float, default=60, metavar="S",
                        help="how long it may take (default 60)")
    parser.add_argument("-o", dest="output", metavar="FOLDER",
                        default="reduced",
                        help="where model.onnx and test_data_set_0 go "
                        "(default: reduced)")
    args = parser.parse_args()
    try:
        model, inputs = _graphs.read_arguments(args)
        reducer = Reducer(model, inputs,
                          _graphs.find_reference(args.reference),
                          Command(args.test, args.match, args.timeout),
                          lambda text: print(text, file=sys.stderr))
        part = reducer.reduce()
        shutil.rmtree(os.path.join(args.output, "test_data_set_0"),
                      ignore_errors=True)
        reducer.write(part, args.output)
    except (Error, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    ops = [model.graph.node[number].op_type for number in part.nodes]
    print(f"{len(ops)} of {len(model.graph.node)} nodes ({', '.join(ops[:20])}"
          f"{' ...' if len(ops) > 20 else ''}), {reducer.tried} models tried: "
          f"wrote {os.path.join(args.output, 'model.onnx')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
