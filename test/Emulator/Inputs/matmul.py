#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

"""matmul.py M N K: an f16 matrix product on tensor cores, with bias and relu,
and the line it must print when its buffers are filled with `mod7`.

A block of four warps computes 32x16: copies of two steps of 16 along K are under
way (cp.async), fragments come through ldmatrix, and the epilogue runs on the
sums in registers. Every wait and barrier is needed; comments at the ends of
their lines name them, so that a test can remove one.
"""

import sys

M, N, K = map(int, sys.argv[1:])
STEPS = K // 16
count = 0


def emit(text):
    global count
    count += 1
    print("  %%v%d = %s" % (count, text))
    return "%%v%d" % count


def op(name, a, b):
    return emit("%s i32 %s, %s" % (name, a, b))


def address(kind, base, index, space):
    return emit("getelementptr %s, ptr addrspace(%d) %s, i32 %s"
                % (kind, space, base, index))


def tile(name, step, elements):
    return address("half", name, (step % 2) * elements, 3)


def copy(step):
    """Threads 0 to 63 bring A's part of the step, 64 to 95 B's."""
    print("  br i1 %%bringsA, label %%copyA%d, label %%else%d" % (step, step))
    print("copyA%d:" % step)
    source = address("half", "%a", op("add", "%aFrom", step * 16), 1)
    target = address("half", tile("@tileA", step, 512), "%aTo", 3)
    transfer(target, source, step)
    print("else%d:" % step)
    print("  br i1 %%bringsB, label %%copyB%d, label %%copied%d" % (step, step))
    print("copyB%d:" % step)
    source = address("half", "%b", op("add", "%bFrom", step * 16 * N), 1)
    target = address("half", tile("@tileB", step, 256), "%bTo", 3)
    transfer(target, source, step)
    print("copied%d:" % step)
    print("  call void @llvm.nvvm.cp.async.commit.group()")


def transfer(target, source, step):
    print("  call void @llvm.nvvm.cp.async.cg.shared.global.16("
          "ptr addrspace(3) %s, ptr addrspace(1) %s)" % (target, source))
    print("  br label %%copied%d" % step)


def multiply(step, sums):
    fragments = []
    four, two = "{ i32, i32, i32, i32 }", "{ i32, i32 }"
    p = address("half", tile("@tileA", step, 512), "%aRow", 3)
    a = emit("call %s @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3("
             "ptr addrspace(3) %s)" % (four, p))
    p = address("half", tile("@tileB", step, 256), "%bRow", 3)
    b = emit("call %s @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x2.trans.b16.p3("
             "ptr addrspace(3) %s)" % (two, p))
    for kind, value, n in ((four, a, 4), (two, b, 2)):
        for i in range(n):
            x = emit("extractvalue %s %s, %d" % (kind, value, i))
            fragments.append(
                "<2 x half> " + emit("bitcast i32 %s to <2 x half>" % x))
    kind = "{ float, float, float, float }"
    d = emit("call %s @llvm.nvvm.mma.m16n8k16.row.col.f32.f32(%s)" % (
        kind, ", ".join(fragments + ["float %s" % s for s in sums])))
    return [emit("extractvalue %s %s, %d" % (kind, d, i)) for i in range(4)]


def kernel():
    print("""@tileA = internal addrspace(3) global [1024 x half] poison, align 16
@tileB = internal addrspace(3) global [512 x half] poison, align 16

define ptx_kernel void @matmul(ptr addrspace(1) %a, ptr addrspace(1) %b, ptr addrspace(1) %bias, ptr addrspace(1) %d) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %lane = call i32 @llvm.nvvm.read.ptx.sreg.laneid()
  %blockN = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %blockM = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.y()
  %row = shl i32 %blockM, 5
  %column = shl i32 %blockN, 4
  %bringsA = icmp ult i32 %tid, 64
  %bringsB = icmp ult i32 %tid, 96
  %chunk = lshr i32 %tid, 1
  %parity = and i32 %tid, 1
  %inChunk = shl i32 %parity, 3
  %chunkB = sub i32 %chunk, 32""")
    # Where the thread's chunk of 8 elements comes from and goes to.
    r = op("add", "%row", "%chunk")
    print("  %%aFrom = add i32 %s, %%inChunk" % op("mul", r, K))
    print("  %%aTo = add i32 %s, %%inChunk" % op("shl", "%chunk", 4))
    r = op("add", op("mul", "%chunkB", N), "%column")
    print("  %%bFrom = add i32 %s, %%inChunk" % r)
    print("  %%bTo = add i32 %s, %%inChunk" % op("shl", "%chunkB", 4))
    # Rows of the matrices that ldmatrix reads.
    warp = op("lshr", "%tid", 5)
    warp_row = op("shl", op("lshr", warp, 1), 4)
    warp_column = op("shl", op("and", warp, 1), 3)
    low, high = op("and", "%lane", 15), op("lshr", "%lane", 4)
    r = op("shl", op("add", warp_row, low), 4)
    print("  %%aRow = add i32 %s, %s" % (r, op("shl", high, 3)))
    print("  %%bRow = add i32 %s, %s" % (op("shl", low, 4), warp_column))
    copy(0)
    sums = ["0.0"] * 4
    barrier = "  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0) ; %s%d"
    for step in range(STEPS):
        more = step + 1 < STEPS
        if more:
            copy(step + 1)
        print("  call void @llvm.nvvm.cp.async.wait.group(i32 %d) ; WAIT%d"
              % (more, step))
        print(barrier % ("ARRIVED", step))
        sums = multiply(step, sums)
        if step + 2 < STEPS:
            print(barrier % ("READ", step))
    g, t = op("lshr", "%lane", 2), op("and", "%lane", 3)
    r = op("add", op("add", "%row", warp_row), g)
    c = op("add", op("add", "%column", warp_column), op("shl", t, 1))
    for i, s in enumerate(sums):
        column = op("add", c, i & 1)
        bias = emit("load float, ptr addrspace(1) %s"
                    % address("float", "%bias", column, 1))
        x = emit("fadd float %s, %s" % (s, bias))
        x = emit("call float @llvm.maximum.f32(float %s, float 0.0)" % x)
        index = op("add", op("mul", op("add", r, i // 2 * 8), N), column)
        print("  store float %s, ptr addrspace(1) %s"
              % (x, address("float", "%d", index, 1)))
    print("  ret void\n}")


def main():
    def mod7(i):
        return i % 7 - 3
    want = [max(0, mod7(j) + sum(mod7(i * K + k) * mod7(k * N + j)
                                 for k in range(K)))
            for i in range(M) for j in range(N)]
    print("; CHECK: {{^}}%s{{$}}" % " ".join(map(str, want)))
    kernel()


main()
