# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small seeded models with open sizes that only some sizes fit: positions that
must be there, parts that must make up the whole, sizes that must be 1."""
import numpy as np

from open_model import INT, Model


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
    m.refused = [(dict(x=[3, n]), "(size) is %d, the model takes 7 to 40" % n)
                 for n in (1, 2, 6)]
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
    m.refused = [(dict(x=[n, 3]), "(size) is %d, the model takes 6 to 40" % n)
                 for n in (1, 5)]
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
    m.refused = [(dict(x=[2, n]), "(size) is %d, the model takes 4 to 40" % n)
                 for n in (1, 2, 3)]
    return m


def units(seed):
    """What Squeeze removes must be 1, and what is cut into blocks must divide."""
    m = Model("units", seed, opset=13, one="1..4", size="1..40:12")
    x = m.input("x", "one", "size", 3)
    m.output(m("Exp", m("Squeeze", x, m.ints(0))))
    y = m.input("y", 1, 2, "size", "size")
    m.output(m("SpaceToDepth", y, blocksize=3))
    first, second, third = m("Split", x, outputs=3, axis=1)
    m.output(m("Add", first, m("Mul", second, third)))
    m.sizes = [dict(one=1, size=n) for n in (3, 12, 39)]
    m.refused = [
        (dict(x=[2, 3, 3], y=[1, 2, 3, 3]), "one must be 1 (one is 2"),
        (dict(x=[1, 4, 3], y=[1, 2, 4, 4]), "size must be a multiple of 3")]
    return m


def run_time_values(seed):
    """Diagonals and lengths that are data; those that are constants."""
    m = Model("run_time_values", seed, rows="1..12:5", columns="1..9:4")

    def small(rng, shape):
        return rng.integers(-4, 5, shape)

    x = m.input("x", "rows", "columns", 2)
    k = m.input("k", make=small, dtype=7)
    lengths = m.input("lengths", "columns", dtype=7,
                      make=lambda rng, shape: rng.integers(0, 2, shape))
    for upper in (0, 1):
        m.output(m("Trilu", m("Transpose", x, perm=[2, 0, 1]), k, upper=upper))
    m.output(m("ReverseSequence", x, lengths))
    m.output(m("ReverseSequence", m("Transpose", x, perm=[1, 0, 2]), lengths,
               time_axis=1, batch_axis=0))
    full = m("Add", lengths, m("Sub", m.size(x, 0), m.constant(INT(1))))
    m.output(m("ReverseSequence", x, full))
    m.sizes = [dict(rows=n, columns=k) for n, k in
               ((1, 1), (3, 5), (5, 4), (12, 9), (2, 9), (12, 1))]
    m.refused = [(dict(x=[3, 4, 2], k=[], lengths=[3]), "lengths"),
                 (dict(x=[3, 10, 2], k=[], lengths=[10]), "columns")]
    return m


def uneven_parts(seed):
    """Parts of which the last is what is left."""
    m = Model("uneven_parts", seed, opset=18, size="1..40:12")
    x = m.input("x", 2, "size")
    m.output(*m("Split", x, outputs=3, axis=1, num_outputs=3))
    m.sizes = [dict(size=n) for n in (3, 5, 12, 13, 40)]
    m.refused = [(dict(x=[2, 1]), "(size) is 1, the model takes 2 to 40")]
    return m


def size_choices(seed):
    """The lesser and the greater one of sizes, remainders, comparisons."""
    m = Model("size_choices", seed, opset=17, left="1..40:12", right="1..40:16")
    x, y = m.input("x", "left"), m.input("y", "right")
    left, right = m.size(x, 0), m.size(y, 0)
    least, most = m("Min", left, right), m("Max", left, right)

    def cut(value, count):
        return m("Slice", value, m.ints(0), m.list(count), m.ints(0))

    m.output(m("Mul", cut(x, least), cut(y, least)))
    zeros = m("ConstantOfShape", m.list(m("Sub", most, left)))
    m.output(m("Concat", x, zeros, axis=0))
    seven = m.constant(INT(7))
    rest = m("Mod", m("Sub", seven, m("Mod", left, seven)), seven)
    m.output(m("Pad", x, m.list(0, rest)))
    for op in ("Less", "LessOrEqual", "Greater", "GreaterOrEqual"):
        chosen = m("Where", m(op, left, right), m("Add", left, seven), right)
        m.output(m("Expand", m.constant(INT(3)), m.list(chosen)), dtype=7)
        chosen = m("Where", m("Not", m(op, left, seven)), seven, left)
        m.output(m("Expand", m.constant(INT(3)), m.list(chosen)), dtype=7)
    m.sizes = [dict(left=n, right=k) for n, k in
               ((1, 1), (3, 5), (12, 16), (16, 12), (40, 39), (7, 7), (8, 6))]
    return m


def negative(seed):
    """Sizes that would be negative; a range of none is empty."""
    m = Model("negative", seed, size="1..40:12", other="1..40:12",
              third="1..40:12")
    x, y, z = m.input("x", "size"), m.input("y", "other"), m.input("z", "third")
    five = m.constant(INT(5))

    def less(value):
        return m("Sub", m.size(value, 0), five)

    one = m.constant(INT(1))
    m.output(m("Range", one, less(x), one), m("Range", less(x), one, m.constant(
        INT(-2))), dtype=7)
    m.output(m("Relu", m("ConstantOfShape", m.list(less(y), 2))))
    m.output(m("Expand", m.constant(np.float32(3)), m.list(less(z))))
    m.sizes = [dict(size=n, other=k, third=j) for n, k, j in
               ((1, 6, 5), (5, 12, 40), (6, 5, 8), (7, 40, 39), (40, 7, 7))]
    m.refused = [
        (dict(x=[9], y=[4], z=[9]), "(other) is 4, the model takes 5 to 40"),
        (dict(x=[9], y=[9], z=[1]), "(third) is 1, the model takes 5 to 40")]
    return m


MODELS = {f.__name__: f for f in (
    positions, computed_positions, updates, parts, crops, units,
    run_time_values, uneven_parts, size_choices, negative)}
