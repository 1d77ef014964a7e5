# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random expressions of sizes: their normal form has the same values, and what
their bounds prove, rule out or narrow is so, for all sizes.

fuzz_sizes.py COUNT SEED"""
import itertools
import random
import re
import subprocess
import sys

HEAD = """module attributes {dlc.symbols = [#dlc.symbol<"a", %d to %d, likely %d>,
                                  #dlc.symbol<"b", %d to %d, likely %d>]} {
  func.func @main(%%x: tensor<f32>) -> tensor<?xf32, #dlc.dims<%s>> {
    %%0 = dlc.expand %%x : (tensor<f32>) -> tensor<?xf32, #dlc.dims<%s>>
    return %%0 : tensor<?xf32, #dlc.dims<%s>>
  }
}
"""


def make(rng, depth):
    """An expression in MLIR's spelling."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(["s0", "s1", str(rng.randint(0, 9))])
    left = make(rng, depth - 1)
    kind = rng.randrange(6)
    if kind == 0:
        return "(%s + %s)" % (left, make(rng, depth - 1))
    if kind == 1:
        return "(%s - %s)" % (left, make(rng, depth - 1))
    if kind == 2:
        return "(%s * %s)" % (left, rng.choice(["s0", "s1", "2", "3", "-2"]))
    if kind == 3:
        return "(%s ceildiv %d)" % (left, rng.randint(1, 7))
    return "(%s %s %d)" % (left, rng.choice(["floordiv", "mod"]),
                           rng.randint(1, 7))


def value(text, a, b):
    """By Python, whose divisions round down as MLIR's do."""
    text = re.sub(r"\(([^()]*) ceildiv (\d+)\)", r"(-(-(\1) // \2))", text)
    while "ceildiv" in text:
        # The left operand is a parenthesis, up to its match.
        at = text.index(" ceildiv ")
        depth, begin = 0, at - 1
        while True:
            depth += {")": 1, "(": -1}.get(text[begin], 0)
            if depth == 0:
                break
            begin -= 1
        by = re.match(r" ceildiv (\d+)", text[at:])
        text = "%s(-(-%s // %s))%s" % (text[:begin], text[begin:at], by[1],
                                       text[at + by.end():])
    text = text.replace("floordiv", "//").replace("mod", "%")
    return eval(text, {}, {"s0": a, "s1": b})


def run(flags, chunks):
    """dlc-opt's output for each chunk; empty where it's an error."""
    result = subprocess.run(
        ["dlc-opt", "--split-input-file", "--mlir-print-local-scope", *flags],
        input="// -----\n".join(chunks), capture_output=True, text=True)
    if result.returncode < 0:
        sys.exit("dlc-opt: signal %d" % -result.returncode)
    return result.stdout.split("// -----\n")


def sizes(bounds):
    (al, ah), (bl, bh) = bounds
    return list(itertools.product(range(al, ah + 1), range(bl, bh + 1)))


def check(expr, bounds, printed, lowered):
    """What is wrong, or None."""
    values = {at: value(expr, *at) for at in sizes(bounds)}
    normal = re.search(r"#dlc.dims<(.*?)>>", printed)
    constant = re.search(r"-> tensor<(\d+)xf32>", printed)
    if not normal and not constant:
        return "isn't printed"
    for at, want in values.items():
        got = int(constant[1]) if constant else value(normal[1], *at)
        if got != want:
            return "is %d at %s, its normal form %s is %d" % (
                want, at, (normal or constant)[1], got)
    if not lowered.strip():
        return ("can be" if any(v >= 0 for v in values.values()) else None)
    found = re.findall(r'#dlc.symbol<"[ab]", (\d+) to (\d+)', lowered)
    narrowed = [tuple(map(int, pair)) for pair in found]
    kept = set(sizes(narrowed))
    lost = [at for at in values if at not in kept and values[at] >= 0]
    if lost:
        return "can be at %s, which the bounds lose" % (lost[0],)
    isChecked = "dlc.checks" in lowered
    wrong = [at for at in kept if values[at] < 0]
    if wrong and not isChecked:
        return "is negative at %s and isn't checked" % (wrong[0],)
    return None


def main(count, seed):
    rng = random.Random(int(seed))
    cases = []
    while len(cases) < int(count):
        expr = make(rng, rng.randint(1, 4))
        bounds = []
        for _ in range(2):
            low = rng.randint(0, 5)
            bounds.append((low, low + rng.randint(0, 20)))
        # Numbers have a type of their own.
        if len({value(expr, *at) for at in sizes(((0, 9), (0, 9)))}) > 1:
            cases.append((expr, bounds))
    chunks = [HEAD % (*bounds[0], bounds[0][0], *bounds[1], bounds[1][0], expr,
                      expr, expr) for expr, bounds in cases]
    wrong = 0
    for case, printed, lowered in zip(cases, run([], chunks), run(
            ["--convert-dlc-to-linalg"], chunks), strict=True):
        reason = check(*case, printed, lowered)
        if reason:
            wrong += 1
            print("%s for %s: %s" % (*case, reason))
    print("%d of %d wrong" % (wrong, len(cases)))


main(*sys.argv[1:])
