# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The examples of docs/python.md, one after the other."""
import doctest
import os
import re
import shutil
import tempfile
import unittest

from common import DIGITS, ROOT, cache_model, needs_onnx, onnx, open_model

DOCUMENT = os.path.join(ROOT, "docs", "python.md")


@needs_onnx
class Examples(unittest.TestCase):
    def test_examples(self):
        with open(DOCUMENT) as file:
            blocks = re.findall(r"^```python\n(.*?)^```", file.read(),
                                re.DOTALL | re.MULTILINE)
        self.assertGreater(len(blocks), 5)
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS
                                       | doctest.NORMALIZE_WHITESPACE)
        said, names, here = [], {}, os.getcwd()
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(DIGITS, folder)
            onnx.save(open_model(), os.path.join(folder, "rows.onnx"))
            onnx.save(cache_model(), os.path.join(folder, "cache.onnx"))
            os.chdir(folder)
            try:
                for number, block in enumerate(blocks):
                    test = doctest.DocTestParser().get_doctest(
                        block, names, f"block {number}", DOCUMENT, None)
                    self.assertTrue(test.examples, block)
                    runner.run(test, out=said.append, clear_globs=False)
                    names.update(test.globs)
            finally:
                os.chdir(here)
        self.assertEqual(runner.failures, 0, "".join(said))
