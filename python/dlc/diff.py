# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where dlc's results begin to deviate: node by node against a reference.

    python -m dlc.diff model.onnx
    python -m dlc.diff model.onnx --reference dlc --reference-cpu x86-64

makes every intermediate value an output, runs the model by dlc and by a
reference on the same inputs, and names the first node, in the order of
computation, whose values are out of tolerance. As outputs, values of one kernel
are computed apart; where that makes a deviation vanish, models are tried that
end at a node instead.
"""
from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from . import _graphs
from ._graphs import Reference, Values
from .errors import Error
from .model import Array


@dataclass(frozen=True)
class Deviation:
    """A value that is out of tolerance, at its worst element.

    Attributes:
        value: its name.
        node, op, index: the node that makes it, its operator and place.
        position: of the element.
        got, want: what it is, by dlc and by the reference.
        tolerance: how far apart they may be.
        count, elements: how many elements are wrong, of how many.
        is_alone: it shows only where no other value is an output.
    """
    value: str
    node: str
    op: str
    index: int
    position: tuple[int, ...]
    got: float
    want: float
    tolerance: float
    count: int
    elements: int
    is_alone: bool = False

    def __str__(self) -> str:
        alone = ("\n  seen only in the model that ends there: with all values "
                 "as outputs, none deviates" if self.is_alone else "")
        return (f"node #{self.index} '{self.node}' ({self.op}): {self.value}"
                f"{list(self.position)} is {self.got:.9g}, the reference says "
                f"{self.want:.9g}, tolerance {self.tolerance:.3g}; "
                f"{self.count} of {self.elements} elements are wrong{alone}")


@dataclass(frozen=True)
class Tolerance:
    """As of `dlc run --compare`: |got - want| <= rtol |want| + atol max|want|.
    """
    rtol: float = 1e-3
    atol: float = 1e-4

    def find_worst(self, got: Array, want: Array
                   ) -> tuple[tuple[int, ...], float, int] | None:
        """The worst element, its tolerance, and how many are wrong."""
        if got.size == 0:
            return None
        have, ought = got.astype(np.float64), want.astype(np.float64)
        finite = ought[np.isfinite(ought)]
        largest = float(np.abs(finite).max()) if finite.size else 0.0
        with np.errstate(invalid="ignore", divide="ignore"):
            allowed = self.rtol * np.abs(ought) + self.atol * largest
            error = np.abs(have - ought)
            same = (have == ought) | (np.isnan(have) & np.isnan(ought))
            is_wrong = ~same & ~(error <= np.where(np.isfinite(ought),
                                                   allowed, 0))
            # What isn't a number on one side is worst of all.
            excess = np.where(is_wrong, np.nan_to_num(
                error / np.maximum(allowed, 1e-300), nan=np.inf,
                posinf=np.inf), -1)
        if not is_wrong.any():
            return None
        at = np.unravel_index(int(excess.argmax()), got.shape)
        return tuple(map(int, at)), float(allowed[at]), int(is_wrong.sum())


def compare(model: onnx.ModelProto, inputs: Mapping[str, Any], *,
            reference: Reference | None = None,
            tolerance: Tolerance = Tolerance(),
            **options: Any) -> Deviation | None:
    """The first node of a model, in the order of computation, whose values are
    out of tolerance; None if there is none.

    Args:
        inputs: arrays by name.
        reference: see dlc._graphs; None: ONNX Runtime where it is installed,
            else onnx's evaluator.
        options: of dlc.compile, such as `target_cpu`.
    """
    reference = reference or _graphs.find_reference(None)
    want = _graphs.record_values(model, inputs, reference)
    names = [name for node in model.graph.node for name in node.output
             if name in want]
    everything = _graphs.make_model(model, model.graph.node,
                                    _graphs.get_inputs(model), names)
    got = _graphs.run_dlc(everything, inputs, **options)
    for index in range(len(model.graph.node)):
        if found := _check_node(model, index, got, want, tolerance):
            return found
    return _find_alone(model, inputs, want, tolerance, options)


def _check_node(model: onnx.ModelProto, index: int, got: Values, want: Values,
                tolerance: Tolerance, is_alone: bool = False
                ) -> Deviation | None:
    node = model.graph.node[index]
    for name in node.output:
        if name not in got or name not in want:
            continue
        have, ought = np.asarray(got[name]), np.asarray(want[name])
        if have.shape != ought.shape:
            raise Error(f"node #{index} '{node.name}' ({node.op_type}): {name} "
                        f"has the shape {have.shape}, by the reference "
                        f"{ought.shape}")
        if worst := tolerance.find_worst(have, ought):
            position, allowed, count = worst
            return Deviation(name, node.name or name, node.op_type, index,
                             position, float(have[position]),
                             float(ought[position]), allowed, count, have.size,
                             is_alone)
    return None


def _find_alone(model: onnx.ModelProto, inputs: Mapping[str, Any],
                want: Values, tolerance: Tolerance, options: dict[str, Any]
                ) -> Deviation | None:
    """Looks for a deviation with the model's own outputs alone, and where it
    begins: a node at which a model that ends there deviates, while one that
    ends at the node before doesn't."""

    def run_until(last: int) -> Deviation | None:
        if last + 1 == len(model.graph.node):
            ends = [info.name for info in model.graph.output]
        else:
            ends = list(model.graph.node[last].output)
        ends = [name for name in ends if name in want]
        if not ends:
            return None
        part = _graphs.make_model(model, model.graph.node[:last + 1],
                                  _graphs.get_inputs(model), ends)
        got = _graphs.run_dlc(part, inputs, **options)
        for index in range(last + 1):
            if found := _check_node(model, index, got, want, tolerance, True):
                return found
        return None

    low, high = -1, len(model.graph.node) - 1
    found = run_until(high)
    while found and high - low > 1:
        middle = (low + high) // 2
        if earlier := run_until(middle):
            found, high = earlier, middle
        else:
            low = middle
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m dlc.diff", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    _graphs.add_arguments(parser)
    parser.add_argument("--target-cpu", metavar="CPU",
                        help="whose instructions dlc is to use")
    parser.add_argument("--reference-cpu", metavar="CPU",
                        help="with --reference dlc: the other's")
    parser.add_argument("--rtol", type=float, default=Tolerance.rtol)
    parser.add_argument("--atol", type=float, default=Tolerance.atol)
    args = parser.parse_args()
    reference = _graphs.find_reference(args.reference)
    if args.reference == "dlc":
        def reference(model: onnx.ModelProto,
                      values: Mapping[str, Any]) -> Values:
            return _graphs.run_dlc(model, values,
                                   target_cpu=args.reference_cpu)
    elif args.reference_cpu:
        parser.error("--reference-cpu: say --reference dlc, too")
    try:
        model, inputs = _graphs.read_arguments(args)
        found = compare(model, inputs, reference=reference,
                        tolerance=Tolerance(args.rtol, args.atol),
                        target_cpu=args.target_cpu)
    except (Error, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(found or f"{args.model}: no node deviates")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
