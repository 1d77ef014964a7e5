#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

"""Looks for what is wrong in PTX that a device would find too late.

  ptx_lint.py FILE... [--arch sm_80]... [--verbose]

In the text: shared variables aligned below 16 bytes (wide accesses fault),
symbols that nobody defines, memory for spilled or indexed variables. With
`ptxas` ($CUDA_HOME/bin or PATH): that every architecture from the file's own on
assembles it, without spills. Exits with 1 if something is wrong; without ptxas
the text alone is looked at, and a line says so.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys

ARCHS = ["sm_75", "sm_80", "sm_90", "sm_120"]


def find_ptxas():
    for home in (os.environ.get("CUDA_HOME"), "/usr/local/cuda"):
        path = os.path.join(home, "bin", "ptxas") if home else ""
        if os.access(path, os.X_OK):
            return path
    return shutil.which("ptxas")


def number(arch):
    return int(re.match(r"sm_(\d+)", arch).group(1))


def lint_text(text):
    """Yields what is wrong in the text."""
    for line in text.splitlines():
        line = line.strip()
        # Dynamic shared memory is external by nature.
        if line.startswith(".extern") and ".shared" not in line:
            yield "unresolved symbol: " + line
        shared = re.match(r"(?:\.\w+ )?\.shared (?:\.align (\d+) )?.*?(\w+)\[", line)
        if shared and int(shared.group(1) or 1) < 16:
            yield "shared variable %s is aligned to %s" % (
                shared.group(2), shared.group(1) or "its element only")
        if ".local" in line and "__local_depot" in line and line.startswith(".local"):
            yield "local memory: " + line


def assemble(ptxas, path, arch):
    """The complaints of ptxas, and (kernel, registers, shared bytes)."""
    done = subprocess.run(
        [ptxas, "-v", "-arch=" + arch, path, "-o", os.devnull],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        first = next((l for l in done.stdout.splitlines() if "ptxas" in l),
                     "exit status %d" % done.returncode)
        return ["%s: %s" % (arch, first)], []
    wrong, kernels, name = [], [], "?"
    for line in done.stdout.splitlines():
        entry = re.search(r"Compiling entry function '(.*?)'", line)
        if entry:
            name = entry.group(1)
        spills = re.search(r"(\d+) bytes spill stores, (\d+) bytes spill loads", line)
        if spills and spills.groups() != ("0", "0"):
            wrong.append("%s: %s spills %s bytes" % (arch, name, spills.group(1)))
        used = re.search(r"Used (\d+) registers", line)
        if used:
            shared = re.search(r"(\d+) bytes smem", line)
            kernels.append((name, int(used.group(1)),
                            int(shared.group(1)) if shared else 0))
    return wrong, kernels


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--arch", action="append")
    parser.add_argument("--verbose", action="store_true",
                        help="registers and shared memory of every kernel")
    args = parser.parse_args()
    ptxas = find_ptxas()
    if not ptxas:
        print("note: no ptxas, only the text is looked at")
    failed = False
    for path in args.files:
        with open(path) as file:
            text = file.read()
        wrong = list(lint_text(text))
        target = re.search(r"^\.target (sm_\d+)", text, re.MULTILINE)
        if not target:
            wrong.append("no .target: is this PTX?")
        assembled = []
        for arch in args.arch or ARCHS if ptxas and target else []:
            if number(arch) < number(target.group(1)):
                continue
            complaints, kernels = assemble(ptxas, path, arch)
            wrong += complaints
            assembled.append("%s (at most %d registers)" % (
                arch, max((k[1] for k in kernels), default=0)))
            if args.verbose:
                for name, registers, shared in kernels:
                    print("%s: %s: %s: %d registers, %d bytes of shared memory"
                          % (path, arch, name, registers, shared))
        for text in wrong:
            print("%s: error: %s" % (path, text))
        if not wrong:
            print("%s: good for %s" % (path, ", ".join(assembled) or "the eye"))
        failed = failed or bool(wrong)
    return failed


if __name__ == "__main__":
    sys.exit(main())
