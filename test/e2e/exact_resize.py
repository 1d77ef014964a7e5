# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ONNX's Resize by exact arithmetic, one axis at a time."""
import math
from fractions import Fraction

import numpy as np

HALF = Fraction(1, 2)
NEAREST = {"floor": math.floor, "ceil": math.ceil,
           "round_prefer_floor": lambda c: math.ceil(c - HALF),
           "round_prefer_ceil": lambda c: math.floor(c + HALF)}


def coordinate(mode, k, size, count, scale, roi=(0, 1)):
    """Where position k of `count` lies among `size` elements; `scale` needn't
    be their ratio."""
    length, last = scale * size, size - 1
    half_pixel = (k + HALF) / scale - HALF
    if mode == "half_pixel":
        return half_pixel
    if mode == "pytorch_half_pixel":
        return half_pixel if count > 1 else Fraction(0)
    if mode == "half_pixel_symmetric":
        return Fraction(size, 2) * (1 - count / length) + half_pixel
    if mode == "asymmetric":
        return k / scale
    if mode == "align_corners":
        return k * last / (length - 1) if length != 1 else Fraction(0)
    start, end = roi
    if length == 1:
        return (start + end) * HALF * last
    return start * last + k * (end - start) * last / (length - 1)


def weights(mode, ratio, a=Fraction(-3, 4)):
    """Those of the elements around a coordinate, and the first one's place."""
    if mode == "linear":
        return 0, [1 - ratio, ratio]

    def near(t):
        return ((a + 2) * t - (a + 3)) * t * t + 1

    def far(t):
        return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a

    return -1, [far(1 + ratio), near(ratio), near(1 - ratio), far(2 - ratio)]


def matrix(size, count, scale, mode="nearest", coordinates="half_pixel",
           nearest="round_prefer_floor", exclude_outside=False, roi=(0, 1)):
    """Each row makes one position of the result; NaN where it's outside."""
    result = np.zeros((count, size))
    for k in range(count):
        c = coordinate(coordinates, k, size, count, scale, roi)
        if coordinates == "tf_crop_and_resize" and not 0 <= c <= size - 1:
            result[k] = np.nan
            continue
        base = math.floor(c)
        first, parts = 0, [Fraction(1)]
        if mode == "nearest":
            base = NEAREST[nearest](c)
        else:
            first, parts = weights(mode, c - base)
        places = [base + first + i for i in range(len(parts))]
        if exclude_outside:
            parts = [p if 0 <= at < size else 0 for at, p in zip(places, parts)]
        for at, part in zip(places, parts):
            result[k, min(max(at, 0), size - 1)] += float(
                Fraction(part) / sum(parts))
    return result


def resize(x, axis, along):
    """`x` with the matrix `along` applied to one axis."""
    moved = np.moveaxis(x.astype("f8"), axis, -1) @ along.T
    return np.moveaxis(moved, -1, axis)
