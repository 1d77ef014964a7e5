# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a .npy file: npy.py FILE TYPE DIMS VALUES..."""
import struct
import sys

path, dtype, dims = sys.argv[1:4]
code = {"f4": "f", "f8": "d", "i4": "i", "i8": "q"}[dtype]
values = [float(v) if code in "fd" else int(v) for v in sys.argv[4:]]
header = "{'descr': '<%s', 'fortran_order': False, 'shape': (%s,), }" % (
    dtype, dims)
header = header.ljust(117) + "\n"
with open(path, "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
    file.write(header.encode() + struct.pack("<%d%s" % (len(values), code),
                                             *values))
