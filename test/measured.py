# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a command and measures it."""
import collections
import subprocess
import tempfile
import time

Run = collections.namedtuple("Run", "code text seconds peak_bytes")


def peak_of(pid):
    """The peak memory of a process that runs. What wait4 says of a child is
    at least what its parent had when it was born."""
    try:
        with open("/proc/%d/status" % pid) as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def run(command, timeout):
    """A code of None: it ran longer than `timeout` seconds."""
    start = time.monotonic()
    peak, code = 0, None
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                 stdout=output, stderr=subprocess.STDOUT)
        while time.monotonic() - start < timeout:
            peak = max(peak, peak_of(child.pid))
            try:
                code = child.wait(0.01)
                break
            except subprocess.TimeoutExpired:
                pass
        else:
            child.kill()
            child.wait()
        seconds = time.monotonic() - start
        output.seek(0)
        text = output.read().decode(errors="replace")
    return Run(code, text, seconds, peak)
