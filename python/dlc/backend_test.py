# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ONNX's own backend tests, by ONNX's own runner, on dlc.

    python -m dlc.backend_test --exclude test/conformance/excluded.txt

runs the tests that the installed package onnx has: of each op, of the small and
of the light models. Each process compiles and runs one model at a time; a test
that ends its process is a crash, and the others go on.

A line of an exclusion list is `TEST: reason`. An excluded test may be refused
by the compiler, or give another result if its reason starts with `wrong`;
nothing else may.
"""
from __future__ import annotations

import argparse
import collections
import multiprocessing
import multiprocessing.connection
import os
import re
import sys
import tempfile
import time
import unittest
import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

from onnx.backend.test.runner import Runner

from .backend import DLCBackend
from .errors import CompileError

SUFFIX = "_cpu"


class Backend(DLCBackend):
    """The compiler's errors are what a test ends with; the runner would leave
    tests out instead."""

    @classmethod
    def is_compatible(cls, *_: object, **__: object) -> bool:
        return True


class Test(NamedTuple):
    group: str
    name: str
    function: Callable[[object], None]


class Outcome(NamedTuple):
    kind: str  # passed, refused, wrong, crashed, skipped
    text: str = ""


def load_tests(only: str | None) -> list[Test]:
    """The runner's tests, longest groups last."""
    tests = []
    for group, items in Runner(Backend)._test_items.items():
        for name, item in sorted(items.items()):
            plain = name.removesuffix(SUFFIX)
            if name.endswith(SUFFIX) and re.search(only or "", plain):
                tests.append(Test(group.removeprefix("OnnxBackend")
                                  .removesuffix("Model"), plain, item.func))
    return tests


def run_test(test: Test) -> Outcome:
    try:
        test.function(None)
    except unittest.SkipTest as error:
        return Outcome("skipped", str(error))
    except CompileError as error:
        return Outcome("refused", _one_line(error))
    except Exception as error:
        return Outcome("wrong", f"{type(error).__name__}: {_one_line(error)}")
    return Outcome("passed")


def _one_line(error: Exception) -> str:
    text = str(error).removeprefix("the model: ")
    return " ".join(text.split())[:300]


# -- processes

class Worker:
    """A process that runs tests by their numbers."""

    def __init__(self, tests: list[Test]):
        self.connection, other = multiprocessing.Pipe()
        # Forked: the tests are functions, and were loaded once.
        self.process = multiprocessing.get_context("fork").Process(
            target=_work, args=(tests, other), daemon=True)
        self.process.start()
        other.close()
        self.number: int | None = None

    def begin(self, number: int | None) -> None:
        """None ends the process."""
        self.number = number
        self.connection.send(number)

    def finish(self) -> Outcome | None:
        """The outcome; None if the process has come to its end."""
        try:
            outcome: Outcome = self.connection.recv()
            return outcome
        except (EOFError, ConnectionResetError):
            self.process.join()
            return None


def _work(tests: list[Test],
          connection: multiprocessing.connection.Connection) -> None:
    warnings.simplefilter("ignore")
    while (number := connection.recv()) is not None:
        connection.send(run_test(tests[number]))


def run_tests(tests: list[Test], jobs: int) -> Iterator[tuple[Test, Outcome]]:
    """Runs all tests, each as soon as a process is free."""
    rest = iter(range(len(tests)))
    workers = {Worker(tests) for _ in range(min(jobs, len(tests)))}
    for worker in workers:
        worker.begin(next(rest))
    while workers:
        ready = multiprocessing.connection.wait(
            [worker.connection for worker in workers])
        for worker in [w for w in workers if w.connection in ready]:
            number, outcome = worker.number, worker.finish()
            assert number is not None
            if outcome is None:
                workers.remove(worker)
                yield tests[number], Outcome(
                    "crashed", f"exit status {worker.process.exitcode}")
                worker = Worker(tests)
                workers.add(worker)
            else:
                yield tests[number], outcome
            following = next(rest, None)
            worker.begin(following)
            if following is None:
                workers.remove(worker)


# -- judging

def read_exclusions(path: str | None) -> dict[str, str]:
    """Reasons by test; lines for another mode, `TEST, MODE: ...`, don't
    count."""
    entries: dict[str, str] = {}
    if path is None:
        return entries
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                name, reason = line.strip().split(": ", 1)
                if "," not in name:
                    entries[name] = reason
    return entries


def judge(test: Test, outcome: Outcome, exclusions: dict[str, str]) -> str:
    """The column of the table that a test counts in."""
    reason = exclusions.get(test.name)
    if outcome.kind in ("passed", "skipped"):
        return outcome.kind
    if outcome.kind == "refused" and reason is not None:
        return "excluded"
    if outcome.kind == "wrong" and (reason or "").startswith("wrong"):
        return "excluded"
    return "failed"


COLUMNS = ("passed", "excluded", "failed", "skipped")


def print_table(counts: dict[str, collections.Counter[str]],
                seconds: float) -> None:
    total: collections.Counter[str] = collections.Counter()
    print("%-18s" % "group" + "".join("%10s" % c for c in ("all", *COLUMNS)))
    for group in [*counts, "all"]:
        numbers = counts.get(group, total)
        print("%-18s%10d" % (group, sum(numbers.values())) +
              "".join("%10d" % numbers[column] for column in COLUMNS))
        total = total + numbers
    print("%.0f s" % seconds)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m dlc.backend_test", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exclude", metavar="FILE",
                        help="the list of exclusions")
    parser.add_argument("--only", metavar="REGEX", help="tests of these names")
    parser.add_argument("--jobs", type=int, metavar="N",
                        default=len(os.sched_getaffinity(0)),
                        help="processes (default: one for each CPU)")
    parser.add_argument("--reasons", action="store_true",
                        help="list what is excluded, with its reason")
    args = parser.parse_args()
    exclusions = read_exclusions(args.exclude)
    start = time.monotonic()
    counts: dict[str, collections.Counter[str]] = {}
    needless = []
    warnings.simplefilter("ignore")  # overflows, while tests are made
    tests = load_tests(args.only)
    # The runner keeps what it makes for light models there.
    with tempfile.TemporaryDirectory(prefix="dlc-backend-test-") as folder:
        os.environ["ONNX_HOME"] = folder
        for test, outcome in run_tests(tests, args.jobs):
            verdict = judge(test, outcome, exclusions)
            counts.setdefault(test.group, collections.Counter())[verdict] += 1
            if verdict == "failed":
                print(f"FAILED {test.name}: {outcome.kind}: {outcome.text}",
                      flush=True)
            elif verdict == "excluded" and args.reasons:
                print(f"excluded: {test.name}: {exclusions[test.name]}")
            elif verdict == "passed" and test.name in exclusions:
                needless.append(test.name)
    for name in needless:
        print(f"passes, though excluded: {name}: {exclusions[name]}")
    print_table(counts, time.monotonic() - start)
    return 1 if any(c["failed"] for c in counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
