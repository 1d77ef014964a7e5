# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""samples.py FOLDER: data sets for classify.mlir, good ones and bad ones.

Sample i is 2, 4, 6 and 8 at place i % 4 alone, of class i % 4 (number 7 is
labelled wrong)."""
import gzip
import os
import random
import struct
import sys


def idx(code, dims, data):
    return (struct.pack(">BBBB", 0, 0, code, len(dims)) +
            struct.pack(">%dI" % len(dims), *dims) + data)


folder = sys.argv[1]
os.makedirs(os.path.join(folder, "rows"), exist_ok=True)
rows = [[2 * (i % 4 + 1) if k == i % 4 else 0 for k in range(4)]
        for i in range(8)]
pixels = bytes(p for row in rows for p in row)
# Nearly all values are one of four, as a bias makes of a blank background; what
# the others are is what matters.
random.seed(1)
spikes = [random.choice([.02, .05, .1, .15]) if random.random() < .93
          else 1.2 * random.random() ** 2 for _ in range(65536)]
labels = bytes([0, 1, 2, 3, 0, 1, 2, 0])
files = {
    "images.idx": idx(8, [8, 2, 2], pixels),
    "images.gz": gzip.compress(idx(8, [8, 2, 2], pixels)),
    "floats.idx": idx(13, [8, 4], struct.pack(">32f", *pixels)),
    "labels.idx": idx(8, [8], labels),
    "truncated.idx": idx(8, [8, 2, 2], pixels[:-1]),
    "truncated.gz": gzip.compress(idx(8, [8, 2, 2], pixels))[:-12],
    "longer.idx": idx(8, [8, 2, 2], pixels + b"x"),
    "magic.idx": b"\1\0" + idx(8, [8, 2, 2], pixels)[2:],
    "huge.idx": idx(14, [2 ** 32 - 1] * 3, b""),
    "empty.idx": idx(8, [0, 2, 2], b""),
    "small.idx": idx(8, [8, 3], pixels[:24]),
    "range.idx": idx(8, [8], b"\0\1\2\3\4\0\0\0"),
    "few.idx": idx(8, [7], labels[:7]),
    "heavy.idx": idx(13, [16384, 4], struct.pack(
        ">65536f", *[0.1 + 9 * (i < 3) for i in range(65536)])),
    "last.idx": idx(8, [2, 4, 5, 3], bytes(range(120))),
    "blank.idx": idx(8, [8, 2, 2], bytes(32)),
    "spikes.idx": idx(13, [16384, 4], struct.pack(">65536f", *spikes)),
    "nan.idx": idx(13, [2, 4], struct.pack(">8f", *[float("nan")] * 8)),
}
for name, data in files.items():
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def npy(name, shape, data):
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': %s, }" % (
        shape,)
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    with open(os.path.join(folder, name), "wb") as file:
        file.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) +
                   header.encode() + data)


npy("images.npy", "(8, 4)", pixels)
for i, row in enumerate(rows):
    npy("rows/%d.npy" % i, "(4,)", bytes(row))
