#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

"""mma.py VARIANT: a kernel of one warp that multiplies a 16xK by a Kx8 matrix
with one mma.sync, and the line it must print.

Fragments are written down here as the PTX ISA lists them ("Matrix fragments for
mma.m16n8k..."), element by element, independently of the emulator. The matrices
are filled with `mod7`, so that all sums are exact.
"""

import sys

# name: (intrinsic, K, element, elements of a register, type of sums)
VARIANTS = {
    "f16-k16": ("m16n8k16.row.col.f32.f32", 16, "half", 2, "float"),
    "f16-k16-f16": ("m16n8k16.row.col.f16.f16", 16, "half", 2, "half"),
    "f16-k8": ("m16n8k8.row.col.f32.f32", 8, "half", 2, "float"),
    "f16-k8-f16": ("m16n8k8.row.col.f16.f16", 8, "half", 2, "half"),
    "bf16-k16": ("m16n8k16.row.col.bf16", 16, "bfloat", 2, "float"),
    "bf16-k8": ("m16n8k8.row.col.bf16", 8, "bfloat", 2, "float"),
    "tf32-k8": ("m16n8k8.row.col.tf32", 8, "tf32", 1, "float"),
    "tf32-k4": ("m16n8k4.row.col.tf32", 4, "tf32", 1, "float"),
}


def a_fragment(k, element):
    """(row, column) as ("g" + number, "t" * factor + number) per element."""
    if element == "tf32":
        rows = [0, 8, 0, 8]
        return [((r, 1), (4 * (i // 2), 1)) for i, r in enumerate(rows[:k // 2])]
    if k == 8:
        return [((0 if i < 2 else 8, 1), (i & 1, 2)) for i in range(4)]
    return [((0 if i < 2 or 4 <= i < 6 else 8, 1),
             ((i & 1) + (8 if i >= 4 else 0), 2)) for i in range(8)]


def b_fragment(k, element):
    """(row along k, column): rows by t, columns by g."""
    if element == "tf32":
        return [((4 * i, 1), (0, 1)) for i in range(k // 4)]
    if k == 8:
        return [((i, 2), (0, 1)) for i in range(2)]
    return [(((i & 1) + (8 if i >= 2 else 0), 2), (0, 1)) for i in range(4)]


lines = []


def emit(text, typed=True):
    name = "%%v%d" % len(lines)
    lines.append("  %s = %s" % (name, text))
    return name


def element_address(base, width, row_by, row, column_by, column):
    (row_add, row_factor), (column_add, column_factor) = row, column
    r = emit("mul i32 %s, %d" % (row_by, row_factor))
    r = emit("add i32 %s, %d" % (r, row_add))
    r = emit("mul i32 %s, %d" % (r, width))
    c = emit("mul i32 %s, %d" % (column_by, column_factor))
    c = emit("add i32 %s, %d" % (c, column_add))
    i = emit("add i32 %s, %s" % (r, c))
    return emit("getelementptr float, ptr addrspace(1) %s, i32 %s" % (base, i))


def load(address, element):
    x = emit("load float, ptr addrspace(1) %s" % address)
    if element == "tf32":
        return emit("bitcast float %s to i32" % x)
    if element == "float":
        return x
    return emit("fptrunc float %s to %s" % (x, element))


def pack(values, element, as_integer):
    registers = []
    for low, high in zip(values[::2], values[1::2]):
        v = emit("insertelement <2 x %s> poison, %s %s, i32 0" % (element, element, low))
        v = emit("insertelement <2 x %s> %s, %s %s, i32 1" % (element, v, element, high))
        registers.append(emit("bitcast <2 x %s> %s to i32" % (element, v))
                         if as_integer else v)
    return registers


def main():
    intrinsic, k, element, per_register, sums = VARIANTS[sys.argv[1]]
    g, t = "%g", "%t"
    a = [load(element_address("%a", k, g, r, t, c), element)
         for r, c in a_fragment(k, element)]
    b = [load(element_address("%b", 8, t, r, g, c), element)
         for r, c in b_fragment(k, element)]
    places = [((0 if i < 2 else 8, 1), (i & 1, 2)) for i in range(4)]
    c = [load(element_address("%c", 8, g, r, t, col), sums) for r, col in places]
    register = "i32" if element in ("bfloat", "tf32") else "<2 x half>"
    if per_register == 2:
        a = pack(a, element, element == "bfloat")
        b = pack(b, element, element == "bfloat")
    if sums == "half":
        c = pack(c, "half", False)
    sum_register = "float" if sums == "float" else "<2 x half>"
    result = "{ %s }" % ", ".join([sum_register] * len(c))
    arguments = ", ".join(["%s %s" % (register, v) for v in a + b] +
                          ["%s %s" % (sum_register, v) for v in c])
    d = emit("call %s @llvm.nvvm.mma.%s(%s)" % (result, intrinsic, arguments))
    for i, (row, column) in enumerate(places):
        if sums == "float":
            x = emit("extractvalue %s %s, %d" % (result, d, i))
        else:
            v = emit("extractvalue %s %s, %d" % (result, d, i // 2))
            x = emit("extractelement <2 x half> %s, i32 %d" % (v, i % 2))
            x = emit("fpext half %s to float" % x)
        p = element_address("%d", 8, g, row, t, column)
        lines.append("  store float %s, ptr addrspace(1) %s" % (x, p))

    def mod7(n):
        return [i % 7 - 3 for i in range(n)]
    ma, mb, mc = mod7(16 * k), mod7(k * 8), mod7(128)
    want = [mc[8 * i + j] + sum(ma[i * k + x] * mb[x * 8 + j] for x in range(k))
            for i in range(16) for j in range(8)]
    print("; CHECK: {{^}}%s{{$}}" % " ".join(map(str, want)))
    print("""define ptx_kernel void @mma(ptr addrspace(1) %a, ptr addrspace(1) %b, ptr addrspace(1) %c, ptr addrspace(1) %d) {
  %lane = call i32 @llvm.nvvm.read.ptx.sreg.laneid()
  %g = lshr i32 %lane, 2
  %t = and i32 %lane, 3""")
    print("\n".join(lines))
    print("  ret void\n}")


main()
