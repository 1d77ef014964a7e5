# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the element types and shapes of .npy files."""
import ast
import sys

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        header = file.read(128).split(b"\n")[0]
    fields = ast.literal_eval(header[header.index(b"{"):].decode())
    print(fields["descr"], fields["shape"])
