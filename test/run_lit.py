#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the text tests and writes what passed, failed and was skipped."""
import argparse
import collections
import json
import os
import subprocess
import sys

# An expected failure, or a pass at the second try, is a defect: it fails.
GOOD = ("PASS",)
LEFT_OUT = ("UNSUPPORTED", "SKIPPED", "EXCLUDED")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--summary", help="file for the three numbers")
    args = parser.parse_args()
    build = os.path.join(os.path.dirname(__file__), "..", "build")
    report = os.path.join(build, "test-results", "lit.json")
    os.makedirs(os.path.dirname(report), exist_ok=True)
    if os.path.exists(report):
        os.remove(report)
    subprocess.run(["lit", "-s", "-v", "-j%d" % (os.cpu_count() or 1),
                    "-o", report, os.path.join(build, "test")])
    with open(report) as file:
        tests = json.load(file)["tests"]
    codes = collections.Counter(test["code"] for test in tests)
    good = sum(codes.pop(code, 0) for code in GOOD)
    left_out = sum(codes.pop(code, 0) for code in LEFT_OUT)
    bad = sum(codes.values())
    for test in tests:
        if test["code"] in LEFT_OUT:
            print("skipped: " + test["name"])
    print("text tests: passed %d, failed %d, skipped %d" %
          (good, bad, left_out))
    if args.summary:
        with open(args.summary, "w") as file:
            print(good, bad, left_out, file=file)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
