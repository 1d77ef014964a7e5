# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small seeded models with open sizes that only some sizes fit: positions that
must be there, parts that must make up the whole, sizes that must be 1."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from open_model import IMAGE, INT, Model, below


def positions(seed):
    """Constant positions, from the front and from the end."""
    m = Model("positions", seed, size="1..40:19")
    x = m.input("x", 3, "size")
    m.output(m("Gather", x, m.ints(5), axis=1),
             m("Gather", x, m.constant(INT(-7)), axis=1),
             m("Gather", x, m.ints(0, 4, -2, 1), axis=1))
    m.output(m("GatherElements", x, m.constant(INT([[5, -6, 0], [1, 2, -7]])),
               axis=1))
    m.output(m("GatherND", x, m.constant(INT([[0, 5], [-3, -7], [2, 2]]))))
    m.output(m("GatherND", x, m.constant(INT([[4], [-6], [2]])), batch_dims=1))
    m.sizes = [dict(size=n) for n in (7, 19, 8, 40)]
    m.refused = [(dict(x=[3, n]), "out of range for dimension 1") for n in
                 (1, 2, 6)]
    return m


def computed_positions(seed):
    """Positions that are computed of sizes."""
    m = Model("computed_positions", seed, size="1..40:19", other="1..40:3")
    x, y = m.input("x", 3, "size"), m.input("y", "other")
    last = m("Sub", m.size(x, 1), m.constant(INT(1)))
    m.output(m("Gather", x, last, axis=1))
    m.output(m("Gather", x, m("Neg", m.size(x, 1)), axis=1))
    m.output(m("Gather", x, m("Div", m.size(x, 1), m.constant(INT(2))),
               axis=1))
    m.output(m("Gather", x, m("Unsqueeze", m.size(y, 0), m.ints(0)), axis=1))
    m.sizes = [dict(size=n, other=k) for n, k in
               ((2, 1), (7, 6), (19, 3), (40, 39), (8, 2))]
    m.refused = [(dict(x=[3, n], y=[k]), "index other is out of range") for n, k
                 in ((1, 1), (2, 3), (39, 39))]
    return m


def updates(seed):
    """Constant positions of updates."""
    m = Model("updates", seed, size="1..40:19")
    x = m.input("x", "size", 3)
    m.output(m("ScatterND", x, m.constant(INT([[4], [-6], [1]])),
               m.weight(3, 3)))
    m.output(m("ScatterElements", x, m.constant(INT([[5, -1, 0]])),
               m.weight(1, 3), axis=0))
    m.sizes = [dict(size=n) for n in (7, 19, 8, 40)]
    m.refused = [(dict(x=[n, 3]), "out of range for dimension 0") for n in
                 (1, 5)]
    return m


def parts(seed):
    """Stated parts, which must make up the whole."""
    m = Model("parts", seed, opset=13, size="1..40:12", other="1..40:12")
    x, y = m.input("x", "size", 4), m.input("y", "other")
    first, second = m("Split", x, m.ints(5, 7), outputs=2, axis=0)
    m.output(m("Exp", first), m("Neg", second))
    rest = m("Sub", m.size(y, 0), m.constant(INT(3)))
    m.output(*m("Split", y, m.list(3, rest), outputs=2, axis=0))
    m.sizes = [dict(size=12, other=n) for n in (4, 12, 40)]
    m.refused = [(dict(x=[n, 4], y=[5]), "size must be 12 (size is %d" % n)
                 for n in (1, 11, 13, 40)]
    return m


def crops(seed):
    """Pads that take away as much as they add."""
    m = Model("crops", seed, size="1..40:12")
    x = m.input("x", 2, "size")
    m.output(m("Pad", x, m.ints(0, -3, 0, 3)))
    m.output(m("Pad", x, m.ints(1, 4, 0, -4)))
    m.sizes = [dict(size=n) for n in (5, 12, 40)]
    m.refused = [(dict(x=[2, n]), "Pad") for n in (1, 2, 3)]
    return m


MODELS = {f.__name__: f for f in (
    positions, computed_positions, updates, parts, crops)}
