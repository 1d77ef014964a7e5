# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What results may differ by."""
import os

import onnx_wire as ox

BFLOAT16, BFLOAT16_EPSILON = 16, 2.0 ** -7


def relative(args, data):
    """--rtol; of bfloat16, two units in the last place: the reference rounds
    each intermediate result to it, and its attention is up to 1.7 units from
    the exact result for that, where dlc computes in f32 and rounds once."""
    for name in os.listdir(data):
        if not name.startswith("output_"):
            continue
        with open(os.path.join(data, name), "rb") as file:
            if (2, BFLOAT16) in ox.fields(file.read()):
                return str(max(float(args.rtol), 2 * BFLOAT16_EPSILON))
    return args.rtol
