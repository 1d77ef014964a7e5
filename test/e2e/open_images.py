# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small seeded models on images of open sizes: resizes of all kinds, windows
whose number or place depends on the size."""
import itertools
import math
from fractions import Fraction

import numpy as np

import exact_resize
from open_model import Model

COORDINATES = ("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
               "align_corners", "asymmetric")


def pick_resize(m):
    """The attributes of a resize, and how exact_resize says them."""
    mode = str(m.rng.choice(["nearest", "nearest", "linear", "cubic"]))
    coordinates = str(m.rng.choice(COORDINATES))
    nearest = str(m.rng.choice(list(exact_resize.NEAREST)))
    exclude = bool(mode == "cubic" and m.rng.integers(2))
    return (dict(mode=mode, coordinate_transformation_mode=coordinates,
                 nearest_mode=nearest, exclude_outside=int(exclude)),
            dict(mode=mode, coordinates=coordinates, nearest=nearest,
                 exclude_outside=exclude))


def resizes(seed):
    """To the sizes of another input."""
    m = Model("resizes", seed, opset=19, height="1..40:12", rows="1..60:24",
              width="1..40:16")
    x, y = m.input("x", 2, "height", "width"), m.input("y", "rows")
    kinds = [pick_resize(m) for _ in range(6)]
    for kind, _ in kinds:
        sizes = m.list(2, m.size(y, 0), m.size(x, 2))
        m.output(m("Resize", x, "", "", sizes, **kind))

    def reference(arrays):
        x, count = arrays["x"], len(arrays["y"])
        for _, kind in kinds:
            size = x.shape[1]
            along = exact_resize.matrix(size, count, Fraction(count, size),
                                        **kind)
            yield exact_resize.resize(x, 1, along).astype("f4")

    m.reference = reference
    m.sizes = [dict(height=h, width=w, rows=r) for h, w, r in
               ((1, 1, 1), (1, 3, 7), (7, 5, 1), (12, 16, 24), (40, 9, 60),
                (13, 17, 13), (33, 2, 20), (5, 40, 36))]
    return m


def scales(seed):
    """By numbers that aren't whole."""
    m = Model("scales", seed, opset=19, height="2..40:12", width="2..40:16")
    x = m.input("x", 1, "height", "width", 3)
    kinds = []
    for _ in range(6):
        kind, exact = pick_resize(m)
        factors = [Fraction(str(m.rng.choice(
            ["1/2", "1/3", "3/5", "4/5", "3/2", "2", "7/4", "3", "1", "1.3"])))
            for _ in range(2)]
        kinds.append((factors, exact))
        m.output(m("Resize", x, "", m.constant(np.array(
            [1, *map(float, factors), 1], "f4")), **kind))

    def reference(arrays):
        for factors, exact in kinds:
            y = arrays["x"]
            for axis, scale in enumerate(factors, 1):
                size = y.shape[axis]
                count = math.floor(np.float32(size) * np.float32(scale))
                y = exact_resize.resize(y, axis, exact_resize.matrix(
                    size, count, scale, **exact))
            yield y.astype("f4")

    m.reference = reference
    m.sizes = [dict(height=h, width=w) for h, w in
               ((2, 3), (12, 16), (40, 40), (13, 17), (33, 2), (5, 39))]
    return m


def crops_and_resizes(seed):
    """A region, partly outside, to the size of another input."""
    m = Model("crops_and_resizes", seed, opset=19, height="1..40:12",
              rows="1..60:24")
    x, y = m.input("x", "height", 3), m.input("y", "rows")
    kinds = []
    for mode in ("nearest", "linear", "cubic"):
        bounds = [Fraction(int(m.rng.integers(-4, 15)), 10) for _ in range(2)]
        roi = np.array([bounds[0], 0, bounds[1], 1], "f4")
        kinds.append((mode, bounds))
        m.output(m("Resize", x, m.constant(roi), "", m.list(m.size(y, 0), 3),
                   mode=mode, extrapolation_value=8.5,
                   coordinate_transformation_mode="tf_crop_and_resize"))

    def reference(arrays):
        x, count = arrays["x"], len(arrays["y"])
        for mode, bounds in kinds:
            along = exact_resize.matrix(
                len(x), count, Fraction(count, len(x)), mode=mode,
                coordinates="tf_crop_and_resize", roi=bounds)
            y = exact_resize.resize(x, 0, along)
            yield np.where(np.isnan(y), 8.5, y).astype("f4")

    m.reference = reference
    m.sizes = [dict(height=h, rows=r) for h, r in
               ((1, 1), (1, 7), (7, 1), (12, 24), (40, 60), (13, 13))]
    return m


def same_windows(seed):
    """SAME, of windows smaller and larger than steps."""
    m = Model("same_windows", seed, height="1..40:12", width="1..40:16")
    x = m.input("x", 1, 3, "height", "width")
    pairs = list(itertools.product((1, 2, 3, 5), (1, 2, 3)))
    for _ in range(3):
        (kernel, stride), (other, step) = (pairs[k] for k in m.rng.integers(
            0, len(pairs), 2))
        how = dict(auto_pad=str(m.rng.choice(["SAME_UPPER", "SAME_LOWER"])),
                   strides=[stride, step])
        window = dict(kernel_shape=[kernel, other], **how)
        # ONNX Runtime's pools take no windows smaller than steps.
        for counts in (0, 1) if kernel >= stride and other >= step else ():
            m.output(m("MaxPool", m("Neg", x) if counts else x, **window))
            m.output(m("AveragePool", x, count_include_pad=counts, **window))
        m.output(m("Conv", x, m.kernel(4, 3, kernel, other), **how))
    m.sizes = [dict(height=h, width=w) for h, w in
               ((1, 1), (2, 3), (12, 16), (13, 17), (40, 39), (5, 7))]
    return m


def same_chain(seed):
    """Steps of two, several times, and shortcuts around them."""
    m = Model("same_chain", seed, height="1..64:24", width="1..64:32")
    y = m.input("x", 1, 3, "height", "width")
    channels = 3
    for _ in range(3):
        wide = m("Conv", y, m.kernel(6, channels, 3, 3), strides=[2, 2],
                 auto_pad="SAME_UPPER")
        short = m("Conv", y, m.kernel(6, channels, 1, 1), strides=[2, 2],
                  auto_pad="SAME_UPPER")
        y, channels = m("Relu", m("Add", wide, short)), 6
    up = m("ConvTranspose", y, m.kernel(6, 3, 3, 3), strides=[2, 2],
           auto_pad="SAME_UPPER")
    m.output(y, up)
    m.sizes = [dict(height=h, width=w) for h, w in
               ((1, 1), (2, 3), (24, 32), (13, 17), (64, 63), (8, 9))]
    return m


def ceiled_windows(seed):
    """ceil_mode, with windows that begin in the end padding."""
    m = Model("ceiled_windows", seed, opset=19, size="4..40:12")
    x = m.input("x", 2, 3, "size")
    for _ in range(5):
        kernel, stride = (int(k) for k in m.rng.integers(2, 5, 2))
        pads = [int(p) for p in m.rng.integers(0, kernel, 2)]
        how = dict(kernel_shape=[kernel], strides=[stride], pads=pads,
                   ceil_mode=1)
        m.output(m("MaxPool", x, **how))
        m.output(m("AveragePool", x, **how))
    m.sizes = [dict(size=n) for n in (4, 5, 6, 7, 8, 12, 13, 40, 39)]
    return m


MODELS = {f.__name__: f for f in (
    resizes, scales, crops_and_resizes, same_windows, same_chain,
    ceiled_windows)}
