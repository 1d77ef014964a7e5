# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rules of the sources that no compiler checks: source_rules.py ROOT. Prints what
breaks one, with a line for each."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
broken = []


def sources(*folders):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cpp", ".h"):
                yield path, path.read_text()


def report(path, text, position, message):
    broken.append("%s:%d: %s" % (path.relative_to(root),
                                 text.count("\n", 0, position) + 1, message))


# What is true of ops is said where ops are defined: a list of more than five
# somewhere else will not hear of the next op.
for path, text in sources("dialects", "lib/Conversion", "lib/Driver",
                          "lib/Export", "lib/Import", "lib/Pipelines",
                          "lib/Transforms"):
    for match in re.finditer(r"\b(?:isa\w*|Case)<([\w\s:,]*)>", text):
        if match[1].count(",") >= 5:
            report(path, text, match.start(),
                   "a list of ops: give them a trait (DLCBase.td)")

# A pattern that doesn't match says why (MatchRemarks.h).
for path, text in sources("lib/Transforms"):
    for match in re.finditer(r"\bfailure\(\)", text):
        report(path, text, match.start(), "use notifyMatchFailure")

# Flags are what tools have; a library's users may have other ways to say it.
for path, text in sources("dialects", "lib/Codegen", "lib/Conversion",
                          "lib/Emulator", "lib/Export", "lib/Import",
                          "lib/Pipelines", "lib/Support", "lib/Transforms"):
    for match in re.finditer(r'^[^/\n]*"[^"\n]*(?<![\w-])--[a-z]', text, re.M):
        report(path, text, match.end(), "a flag of a tool in a library")

print("\n".join(broken) or "all rules hold")
sys.exit(bool(broken))
