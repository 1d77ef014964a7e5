# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The wheel, in an environment with nothing else in it."""
import glob
import os
import subprocess
import tempfile
import unittest
import venv

from common import DIGITS, ROOT

MAX_BYTES = 10 << 20
# What pip says where PyPI can't be reached.
NO_NETWORK = ("Could not find a version", "No matching distribution")
PROGRAM = """
import dlc, numpy
model = dlc.compile(%r)
print(model(numpy.zeros((1, 1, 28, 28), numpy.float32)).shape, dlc.__file__)
"""


class Wheel(unittest.TestCase):
    def call(self, *command):
        """Runs a command with nothing of this checkout in reach."""
        env = {key: value for key, value in os.environ.items()
               if not key.startswith("PYTHON")}
        result = subprocess.run(command, cwd=self.folder, env=env, text=True,
                                stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)
        if any(text in result.stdout for text in NO_NETWORK):
            self.skipTest("pip has no network")
        self.assertEqual(result.returncode, 0, result.stdout[-4000:])
        return result.stdout

    def test_bare_environment(self):
        with tempfile.TemporaryDirectory() as self.folder:
            bare = os.path.join(self.folder, "bare")
            venv.create(bare, with_pip=True)
            python = os.path.join(bare, "bin", "python")
            pip = (python, "-m", "pip", "--disable-pip-version-check",
                   "--retries", "1")
            self.call(*pip, "wheel", "--no-deps", "-w", self.folder,
                      os.path.abspath(ROOT))
            (wheel,) = glob.glob(os.path.join(self.folder, "dlc-*.whl"))
            self.assertIn("cp311-abi3", wheel)
            self.assertLess(os.path.getsize(wheel), MAX_BYTES)
            self.call(*pip, "install", wheel)
            said = self.call(python, "-c", PROGRAM % os.path.abspath(DIGITS))
            self.assertIn("(1, 10) " + bare, said)
            version = os.path.basename(wheel).split("-")[1]
            self.assertIn(f"dlc {version} ", self.call(
                os.path.join(bare, "bin", "dlc"), "--version"))
