# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a float TensorProto: pb.py FILE DIMS VALUES..."""
import struct
import sys

path, dims = sys.argv[1:3]
data = struct.pack("<%df" % len(sys.argv[3:]), *map(float, sys.argv[3:]))
with open(path, "wb") as file:
    for dim in dims.split(","):
        file.write(bytes([0x08, int(dim)]))
    file.write(b"\x10\x01\x4a" + bytes([len(data)]) + data)
