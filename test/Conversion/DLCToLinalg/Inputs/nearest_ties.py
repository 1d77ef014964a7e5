# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which elements nearest resizes take, against exact rational arithmetic: sizes
from 1 to 64, all modes. DLC_FULL=1: all of them, and not a sample."""
import itertools
import math
import os
import random
import re
import struct
import subprocess
from fractions import Fraction

COORDINATES = ["half_pixel", "pytorch_half_pixel", "align_corners",
               "asymmetric", "half_pixel_symmetric", "tf_crop_and_resize"]
NEAREST = {"floor": math.floor, "ceil": math.ceil,
           "round_prefer_floor": lambda c: math.ceil(c - Fraction(1, 2)),
           "round_prefer_ceil": lambda c: math.floor(c + Fraction(1, 2))}
ROI = Fraction(1, 10), Fraction(7, 10)


def as_f32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def coordinate(mode, x, size, count, scale):
    half, length = (x + Fraction(1, 2)) / scale - Fraction(1, 2), size * scale
    if mode == "pytorch_half_pixel":
        return half if count > 1 else Fraction(0)
    if mode == "align_corners":
        return x * (size - 1) / (length - 1) if length != 1 else Fraction(0)
    if mode == "asymmetric":
        return x / scale
    if mode == "half_pixel_symmetric":
        return Fraction(size, 2) * (1 - count / length) + half
    if mode == "tf_crop_and_resize":
        start, end = ROI
        if length == 1:
            return (start + end) / 2 * (size - 1)
        return (start * (size - 1)
                + x * (end - start) * (size - 1) / (length - 1))
    return half


class Case:
    """One resize. The scale is the ratio of the sizes, as a double or as f32, or
    a number of few digits, of which the size follows."""

    def __init__(self, mode, nearest, size, count, kind):
        self.mode, self.nearest, self.size, self.kind = (mode, nearest, size,
                                                         kind)
        if kind == "digits":
            self.scale = Fraction(count, 20)
            self.count = int(size * self.scale)
        else:
            self.scale, self.count = Fraction(count, size), count

    def wanted(self):
        """The elements to take, and how many of them are ties."""
        exact = [coordinate(self.mode, x, self.size, self.count, self.scale)
                 for x in range(self.count)]
        taken = [NEAREST[self.nearest](c) for c in exact]
        return ([min(max(t, 0), self.size - 1) for t in taken],
                sum(c.denominator == 2 for c in exact))

    def function(self, k):
        scale = float(self.scale)
        if self.kind != "double":
            scale = as_f32(scale)
        roi = ""
        if self.mode == "tf_crop_and_resize":
            roi = "roi = array<f64: %r, %r>," % tuple(map(as_f32, ROI))
        return ("func.func @f%d(%%x: tensor<%dxf32>) -> tensor<%dxf32> {\n"
                "  %%y = dlc.resize %%x {scales = array<f64: %r>, %s\n"
                "    mode = #dlc.resize_mode<nearest>,\n"
                "    coordinates = #dlc.resize_coordinates<%s>,\n"
                "    nearest = #dlc.resize_nearest<%s>}\n"
                "    : (tensor<%dxf32>) -> tensor<%dxf32>\n"
                "  return %%y : tensor<%dxf32>\n}\n" % (
                    k, self.size, self.count, scale, roi, self.mode,
                    self.nearest, self.size, self.count, self.count))

    def taken(self, text):
        """The elements that the lowered function takes."""
        table = re.search(r"dense<\[([^\]]*)\]> : tensor<\d+xi64>", text)
        if table:
            return [int(index) for index in table[1].split(",")]
        splat = re.search(r"arith\.constant (\d+) : i64", text)
        if splat:
            return [int(splat[1])] * self.count
        # Unchanged, or each one repeats.
        return [x * self.size // self.count for x in range(self.count)]


def check(cases):
    """(wrong, ties) of some cases."""
    module = "".join(case.function(k) for k, case in enumerate(cases))
    text = subprocess.run(["dlc-opt", "--convert-dlc-to-linalg"], input=module,
                          capture_output=True, text=True, check=True).stdout
    functions = dict(re.findall(r"func\.func @f(\d+)(.*?)\n  }\n", text, re.S))
    wrong = ties = 0
    for k, case in enumerate(cases):
        got, (want, count) = case.taken(functions[str(k)]), case.wanted()
        ties += count
        if got != want:
            wrong += 1
            print("%s, got %s, want %s" % (vars(case), got, want))
    return wrong, ties


def main():
    sizes = range(1, 65)
    choices = list(itertools.product(COORDINATES, NEAREST, sizes, sizes,
                                     ["double", "f32", "digits"]))
    if not os.environ.get("DLC_FULL"):
        choices = random.Random(0).sample(choices, 2000)
    # More indices are printed in another way.
    cases = [case for case in itertools.starmap(Case, choices)
             if 0 < case.count <= 100]
    parts = [check(cases[k:k + 2000]) for k in range(0, len(cases), 2000)]
    wrong, ties = map(sum, zip(*parts))
    print("%d of %d wrong, %s ties" % (wrong, len(cases),
                                       "many" if ties > 1000 else ties))


if __name__ == "__main__":
    main()
