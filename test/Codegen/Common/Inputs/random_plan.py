# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plans random functions with open sizes and runs them:
random_plan.py KERNELS.c CC FOLDER. Each buffer is filled once and checked
later, with others filled in between."""
import ctypes as c
import random
import re
import subprocess
import sys

# (text of the affine map, its value); 0 at times, and not monotone.
SIZES = [("s0", lambda n, m: n), ("s1", lambda n, m: m),
         ("s0 * s1", lambda n, m: n * m),
         ("s0 * 64", lambda n, m: n * 64),
         ("s1 floordiv 2", lambda n, m: m // 2),
         ("s0 * s1 + s1 * 3 + 5", lambda n, m: n * m + m * 3 + 5),
         ("(s1 mod 7) * s0", lambda n, m: m % 7 * n),
         ("(s0 + s1) floordiv s1", lambda n, m: (n + m) // m),
         ("300", lambda n, m: 300)]
MAX_N, MAX_M = 40, 70
PASSES = ["--dlc-plan-memory", "--lower-affine", "--finalize-memref-to-llvm",
          "--convert-arith-to-llvm", "--convert-func-to-llvm",
          "--reconcile-unrealized-casts"]


def make_function(rng):
    count = rng.randint(2, 40)
    lines, steps = [], []
    for i in range(count):
        text, _ = rng.choice(SIZES)
        lines += ["%%s%d = affine.apply affine_map<()[s0, s1] -> (%s)>()[%%n, %%m]"
                  % (i, text),
                  "%%b%d = memref.alloc(%%s%d) : memref<?xi8>" % (i, i),
                  "%%t%d = arith.constant %d : i8" % (i, i + 1)]
        start = rng.randint(0, 2 * count)
        steps.append((start, i, "fill"))
        for _ in range(rng.randint(1, 3)):
            steps.append((start + rng.randint(1, count), i, "check"))
    for _, i, kernel in sorted(steps):
        lines.append("call @%s(%%b%d, %%t%d) : (memref<?xi8>, i8) -> ()"
                     % (kernel, i, i))
    return """
func.func private @fill(memref<?xi8>, i8)
func.func private @check(memref<?xi8>, i8)
func.func @main(
    %%n: index {dlc.symbol = "n", dlc.range = array<i64: 1, %d, %d>},
    %%m: index {dlc.symbol = "m", dlc.range = array<i64: 1, %d, %d>}) {
  %s
  return
}
""" % (MAX_N, rng.randint(1, MAX_N), MAX_M, rng.randint(1, MAX_M),
       "\n  ".join(lines))


def build(text, kernels, cc, stem):
    lowered = subprocess.run(["dlc-opt", "-"] + PASSES, input=text, text=True,
                             stdout=subprocess.PIPE, check=True).stdout
    with open(stem + ".ll", "w") as file:
        subprocess.run(["mlir-translate", "--mlir-to-llvmir"], input=lowered,
                       text=True, stdout=file, check=True)
    subprocess.run([cc, "-w", "-shared", "-fPIC", "-O1", stem + ".ll", kernels,
                    "-o", stem + ".so"], check=True)
    return (c.CDLL(stem + ".so"),
            int(re.search(r"dlc.arena_size = (\d+)", lowered)[1]),
            int(re.search(r"dlc.num_sizes = (\d+)", lowered)[1]))


def run(library, arena_size, num_sizes, n, m):
    """Whether a call at these sizes went wrong."""
    sizes = (c.c_int64 * num_sizes)(n, m)
    library.prepare.restype = c.c_int64
    if library.prepare(sizes) != -1 or not 0 <= sizes[2] <= arena_size:
        return True
    memory = c.create_string_buffer(sizes[2] + 128)
    begin = (c.addressof(memory) + 63) // 64 * 64
    guard = c.c_char.from_address(begin + sizes[2])
    guard.value = b"g"
    wrong = c.c_int64.in_dll(library, "wrong")
    wrong.value = 0
    library.main(c.c_void_p(begin), None, sizes)
    return wrong.value != 0 or guard.value != b"g"


def main():
    kernels, cc, folder = sys.argv[1:]
    rng = random.Random(7)
    functions, failures = 20, 0
    for i in range(functions):
        text = make_function(rng)
        planned = build(text, kernels, cc, "%s/f%d" % (folder, i))
        sizes = [(1, 1), (MAX_N, MAX_M), (MAX_N, 1), (1, MAX_M)]
        sizes += [(rng.randint(1, MAX_N), rng.randint(1, MAX_M))
                  for _ in range(100)]
        for n, m in sizes:
            if run(*planned, n, m):
                print("function %d at n = %d, m = %d" % (i, n, m), text)
                failures += 1
                break
    print("%d functions, %d wrong" % (functions, failures))


main()
