# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The one list of backend tests that aren't expected to pass, excluded.txt.

A line is `TEST: reason`, or `TEST, MODE: reason` for what fails in that mode
only (MODE: open or standalone). A reason that starts with `wrong` allows another result; all
others allow only that dlc refuses the model.
"""
import os
import re

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "excluded.txt")
HEAD = """\
# Backend tests that dlc doesn't pass: what it says, or why (exclusions.py has
# the format). A test that passes has no line here; `run.py --update` sees to it.
"""


def read():
    """{(test, mode): reason}; the plain mode is None."""
    entries = {}
    with open(PATH) as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            key, reason = line.strip().split(": ", 1)
            name, _, mode = key.partition(", ")
            if (name, mode or None) in entries:
                raise ValueError("%s: listed twice: %s" % (PATH, key))
            entries[name, mode or None] = reason
    return entries


def write(entries):
    with open(PATH, "w") as file:
        file.write(HEAD)
        for name, mode in sorted(entries, key=lambda k: (k[0], k[1] or "")):
            key = "%s, %s" % (name, mode) if mode else name
            file.write("%s: %s\n" % (key, entries[name, mode]))


def allows(reason, kind):
    """Whether an exclusion with this reason (None: there is none) covers a test
    that ended so."""
    if reason is None:
        return False
    return kind in ("unsupported", "error") or (
        kind == "wrong" and reason.startswith("wrong"))


def update(outcomes, mode):
    """Makes the list say what came out: lines that aren't needed go, what dlc
    refuses gets one. Wrong results, crashes and hangs are never added."""
    entries = read()
    for o in outcomes:
        if o.kind == "pass":
            entries.pop((o.name, mode), None)
        elif o.kind in ("unsupported", "error"):
            # What dlc says, without the file's place on this machine.
            reason = re.sub(r"^\S*/(\S+\.(onnx|pb)): ", r"\1: ", o.reason)
            reason = reason.replace("model.onnx: ", "")
            entries.setdefault((o.name, mode), reason)
    write(entries)
