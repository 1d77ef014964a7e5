#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ONNX's own backend tests: of each op, and the small models of the package.

They are those of the onnx in build/venv; backend_data.py writes them. Each model
is compiled and run by `dlc run --compare`. All have to pass, except those in
excluded.txt, which dlc may refuse for the reason given there; one that passes is
to be taken off. `--update` does that.

With --standalone, those that pass while `dlc run` compiles values of their
inputs in (axes, shapes, sizes) are compiled with nothing known but the model:
all inputs come at run time.

With --open, the tests that pass are compiled once more with all sizes of their
inputs open (open_sizes.py).

Needs Python's standard library only; --other-sizes needs NumPy, onnx and ONNX
Runtime.
"""
import argparse
import collections
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
sys.path.insert(0, os.path.join(HERE, ".."))
import exclusions  # noqa: E402
import onnx_wire  # noqa: E402
import open_sizes  # noqa: E402
import tolerance  # noqa: E402

VENV = os.path.join(ROOT, "build", "venv", "bin", "python")
GENERATED = os.path.join(ROOT, "build", "backend-data")
GROUPS = ("node", "simple", "pytorch-converted", "pytorch-operator")
# With --open every so manieth test: a minute's worth.
SAMPLE = 28
OUTCOMES = ("pass", "unsupported", "wrong", "error", "crash", "timeout")
# `notes`: what else is to know of an open test.
Outcome = collections.namedtuple("Outcome",
                                 "name kind ops reason seconds notes")


def classify(code, output):
    """What the exit status and the text of a run say, and the telling line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if code < 0 or code > 127:
        return "crash", "signal %d" % (-code if code < 0 else code - 128)
    if code == 0:
        return "pass", ""
    for line in lines:
        if "error:" in line:
            reason = line.split("error:", 1)[1].strip()
            kind = "unsupported" if "support" in reason else "error"
            return kind, reason
    return "wrong", lines[-1] if lines else "no output"


def run(args, command):
    result = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=args.timeout, cwd=args.scratch,
        env=dict(os.environ, TMPDIR=args.scratch))
    output = result.stdout.decode(errors="replace")
    return (*classify(result.returncode, output), output)


def run_static(args, model, data):
    return run(args, [args.dlc, "run", model, "--compare", data, "--rtol",
                      tolerance.relative(args, data), "--atol", args.atol])


def run_standalone(args, model, data, notes):
    """A library made of the model alone; what `dlc run` compiles in is noted.
    Where that is nothing, the test passes as it is."""
    kind, reason, output = run_static(args, model, data)
    values = re.findall("input '(.*)' is compiled in", output)
    if kind != "pass" or not values:
        return kind, reason
    notes += ["value: " + name for name in values]
    with tempfile.TemporaryDirectory(dir=args.scratch) as work:
        library = os.path.join(work, "libalone.so")
        for command in ([args.dlc, "compile", model, "-o", library],
                        [args.dlc, "run", library, "--compare", data,
                         "--rtol", tolerance.relative(args, data), "--atol",
                         args.atol]):
            kind, reason, output = run(args, command)
            if kind != "pass":
                break
    return kind, reason


def run_open(args, model, data, notes):
    """Runs at the test's sizes, then at others. There, an error is a note: it
    says which sizes a library can't serve, and that it knows."""
    work = tempfile.mkdtemp(dir=args.scratch)
    test = open_sizes.OpenTest(args, model, data, work)
    kind, reason = "pass", ""
    try:
        for run in test.runs(args.other_sizes):
            kind, reason = classify(run.code, run.output)
            if not run.sizes:
                notes += ["constant: " + name for name in test.constants]
                notes += ["pinned: " + name for name in test.pinned]
                notes += ["ones: known"] * test.keeps_ones
                notes += ["closed: no size is open"] * (not test.is_open)
                continue
            reason = reason and "%s: %s" % (run.sizes, reason)
            if kind in ("unsupported", "error"):
                notes.append("refused at " + reason)
                kind, reason = "pass", ""
            elif open_sizes.TAKEN in reason:
                notes.append("taken at " + reason)
                kind, reason = "pass", ""
            elif kind == "pass":
                notes.append("passes at " + run.sizes)
            else:
                break
    finally:
        name = os.path.basename(os.path.dirname(model))
        if args.keep and kind not in ("pass", "unsupported", "error"):
            shutil.copytree(work, os.path.join(args.keep, name),
                            dirs_exist_ok=True)
        shutil.rmtree(work)
    return kind, reason


def run_one(args, folder):
    """Runs all data sets of one test; the first that fails decides."""
    name = os.path.basename(folder)
    model = os.path.join(folder, "model.onnx")
    start = time.monotonic()
    kind, reason, notes = "pass", "", []
    for data in sorted(os.listdir(folder)):
        if not data.startswith("test_data_set_") or kind != "pass":
            continue
        data = os.path.join(folder, data)
        try:
            if args.open:
                kind, reason = run_open(args, model, data, notes)
            elif args.standalone:
                kind, reason = run_standalone(args, model, data, notes)
            else:
                kind, reason, _ = run_static(args, model, data)
        except subprocess.TimeoutExpired:
            kind, reason = "timeout", "no end after %d s" % args.timeout
    try:
        ops = sorted(set(onnx_wire.op_types(model)))
    except (IndexError, UnicodeDecodeError):
        ops = []
    return Outcome(name, kind, ops, reason, time.monotonic() - start, notes)


def write_report(outcomes, path):
    """What doesn't pass, by kind and op, with the reason."""
    with open(path, "w") as file:
        counts = collections.Counter(o.kind for o in outcomes)
        file.write("%s\n" % ", ".join("%d %s" % (counts[k], k)
                                      for k in OUTCOMES))
        for kind in OUTCOMES[1:]:
            groups = collections.defaultdict(list)
            for o in outcomes:
                if o.kind == kind:
                    groups["+".join(o.ops) or "?"].append(o)
            file.write("\n== %s\n" % kind)
            for ops, members in sorted(groups.items()):
                file.write("%s (%d)\n" % (ops, len(members)))
                for o in members:
                    file.write("  %-60s %s\n" % (o.name, o.reason[:200]))
        noted = [o for o in outcomes if o.kind == "pass" and o.notes]
        if noted:
            file.write("\n== notes on what passes\n")
        for o in noted:
            file.write("%s\n" % o.name)
            file.writelines("  %s\n" % note[:250] for note in o.notes)


def data_folder(args):
    """Where the tests lie, or None; says which they are."""
    if args.data:
        return args.data
    command = [VENV, os.path.join(HERE, "backend_data.py"), GENERATED]
    if os.path.exists(VENV) and subprocess.run(command).returncode == 0:
        with open(os.path.join(GENERATED, "version")) as file:
            print("the backend tests of onnx", file.read())
        return GENERATED
    return None


def test_folders(args, mode, excluded):
    """The tests to run: in a mode of its own, those that pass without."""
    data = data_folder(args)
    folders = []
    for group in GROUPS if data else ():
        group = os.path.join(data, group)
        names = sorted(os.listdir(group)) if os.path.isdir(group) else []
        folders += [os.path.join(group, name) for name in names
                    if not (mode and (name, None) in excluded)]
    return [folder for folder in folders[::args.every]
            if not args.only or re.search(args.only, os.path.basename(folder))]


def judge(outcomes, mode, excluded):
    """Prints the failures and returns them."""
    failures = []
    for o in outcomes:
        reason = excluded.get((o.name, mode))
        if o.kind == "pass" and reason is not None:
            print("FAILED %s: passes, but excluded.txt lists it" % o.name)
        elif o.kind != "pass" and not exclusions.allows(reason, o.kind):
            print("FAILED %s: %s: %s" % (o.name, o.kind, o.reason[:300]))
        else:
            continue
        failures.append(o)
    return failures


def print_open(outcomes):
    """What the passing tests had to keep, and the other sizes."""
    notes = [o.notes for o in outcomes if o.kind == "pass"]
    for what, text in (("constant: ", "have inputs that are constants"),
                       ("pinned: ", "have inputs whose sizes are known"),
                       ("closed: ", "have no open size left"),
                       ("ones: ", "need to know which sizes are 1"),
                       ("passes at ", "pass at other sizes, too"),
                       ("refused at ", "refuse other sizes"),
                       ("taken at ", "take sizes that the reference doesn't")):
        count = sum(any(n.startswith(what) for n in each) for each in notes)
        print("  of those that pass, %d %s" % (count, text))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default=os.path.join(ROOT, "build/bin/dlc"))
    parser.add_argument("--data", help="folder with node/ and more in it")
    parser.add_argument("--only", help="regular expression of test names")
    # What the backend tests themselves ask for.
    parser.add_argument("--rtol", default="1e-3")
    parser.add_argument("--atol", default="1e-7")
    parser.add_argument("--timeout", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 8))
    parser.add_argument("--open", action="store_true",
                        help="with open sizes, those that pass without")
    parser.add_argument("--standalone", action="store_true",
                        help="with all inputs at run time, those that pass "
                        "with values compiled in")
    parser.add_argument("--other-sizes", action="store_true",
                        help="with --open: run at other sizes, too")
    parser.add_argument("--every", type=int, metavar="N",
                        help="only every Nth test; with a mode alone and no "
                        "DLC_FULL=1, %d" % SAMPLE)
    parser.add_argument("--keep", metavar="FOLDER",
                        help="with --open: leave what fails there, by name")
    parser.add_argument("--update", action="store_true",
                        help="make excluded.txt say what dlc refuses by now")
    parser.add_argument("--report", help="file for what doesn't pass, by op")
    parser.add_argument("--summary", help="file for the three numbers")
    args = parser.parse_args()
    args.dlc = os.path.abspath(args.dlc)
    if args.other_sizes and not open_sizes.other_sizes:
        sys.exit("--other-sizes: NumPy, onnx and ONNX Runtime are needed")
    mode = ("open" if args.open else "standalone" if args.standalone
            else None)
    if not args.every:
        is_sample = (mode and not args.only and not args.update
                     and os.environ.get("DLC_FULL") != "1")
        args.every = SAMPLE if is_sample else 1
    excluded = exclusions.read()

    folders = test_folders(args, mode, excluded)
    if not folders:
        print("skipped: no backend tests: build/venv has no onnx "
              "(scripts/install-deps --tests)")
    # What a crash leaves behind (cores, half-written files) goes here.
    with tempfile.TemporaryDirectory(prefix="dlc-conformance-") as scratch:
        args.scratch = scratch
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            outcomes = []
            for o in pool.map(lambda f: run_one(args, f), folders):
                outcomes.append(o)
                if len(outcomes) % 100 == 0:
                    print("%d of %d" % (len(outcomes), len(folders)),
                          flush=True)

    if args.update:
        exclusions.update(outcomes, mode)
        excluded = exclusions.read()
    failures = judge(outcomes, mode, excluded)
    counts = collections.Counter(o.kind for o in outcomes)
    print("backend tests%s: %s" % (
        " with open sizes" if args.open
        else " as libraries" if args.standalone else "",
        ", ".join("%d %s" % (counts[k], k) for k in OUTCOMES)))
    if args.open:
        print_open(outcomes)
    if args.standalone:
        with_values = [o for o in outcomes if o.notes]
        print("  %d of the %d whose values dlc run compiles in" % (
            sum(o.kind == "pass" for o in with_values), len(with_values)))
    if args.report:
        write_report(outcomes, args.report)
    if args.summary:
        passed = sum(o.kind == "pass" and o not in failures for o in outcomes)
        left_out = len(outcomes) - passed - len(failures)
        with open(args.summary, "w") as file:
            print(passed, len(failures),
                  left_out if folders else 1, file=file)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
