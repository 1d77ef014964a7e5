#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The tests of the Python package, on the copy in build/python.

    test/python/run.py                    all
    test/python/run.py test_model         one file, or test_model.Types.test_x
"""
import argparse
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("DLC_BUILD", os.path.join(HERE, "..", "..", "build"))


def find_obstacle():
    """Why nothing can be tested here, if so."""
    if not os.path.exists(os.path.join(BUILD, "python/dlc/_native.abi3.so")):
        return "no Python package in the build: Python's headers are missing"
    if sys.version_info < (3, 11):
        return "the package needs Python 3.11"
    try:
        import numpy  # noqa: F401
    except ImportError:
        return "no NumPy"
    return None


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tests", nargs="*")
    parser.add_argument("--summary", help="file for the three numbers")
    args = parser.parse_args()
    obstacle = find_obstacle()
    if obstacle:
        print("skipped: " + obstacle)
        passed, failed, skipped = 0, 0, 1
    else:
        sys.path[:0] = [os.path.abspath(os.path.join(BUILD, "python")), HERE]
        loader = unittest.TestLoader()
        tests = (loader.loadTestsFromNames(args.tests) if args.tests
                 else loader.discover(HERE))
        result = unittest.TextTestRunner().run(tests)
        for test, reason in result.skipped:
            print("skipped: %s: %s" % (test, reason))
        failed = len(result.failures) + len(result.errors)
        skipped = len(result.skipped)
        passed = result.testsRun - failed - skipped
    print("python: passed %d, failed %d, skipped %d" %
          (passed, failed, skipped))
    if args.summary:
        with open(args.summary, "w") as file:
            print(passed, failed, skipped, file=file)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
