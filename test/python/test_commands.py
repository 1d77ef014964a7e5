# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The compiler's commands as functions."""
import os
import stat
import tempfile
import unittest
from unittest import mock

import numpy as np

import dlc
from common import DIGITS, make_model, needs_onnx, onnx, unary
from dlc import _compiler


class Compile(unittest.TestCase):
    def test_output(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "libnet.so")
            model = dlc.compile(DIGITS, output=path, weights="external",
                                target_cpu="x86-64-v3", prefix="net2")
            self.assertEqual(sorted(os.listdir(folder)),
                             ["libnet.so", "libnet.weights", "net.h"])
            self.assertEqual((model.name, model.cpu), ("net2", "x86-64-v3"))
            image = np.random.rand(1, 1, 28, 28).astype(np.float32)
            want = model(image)
            moved = os.path.join(folder, "elsewhere")
            os.rename(os.path.join(folder, "libnet.weights"), moved)
            with self.assertRaises(dlc.BadWeights):
                dlc.load(path)
            again = dlc.load(path, weights_path=moved)
            np.testing.assert_array_equal(again(image), want)

    def test_sources(self):
        with open(DIGITS, "rb") as file:
            content = file.read()
        sources = [DIGITS, content, bytearray(content)]
        if onnx:
            sources.append(onnx.load(DIGITS))
        image = np.random.rand(1, 1, 28, 28).astype(np.float32)
        results = [dlc.compile(source)(image) for source in sources]
        for result in results[1:]:
            np.testing.assert_array_equal(result, results[0])
        with self.assertRaisesRegex(TypeError, "not int"):
            dlc.compile(3)

    @needs_onnx
    def test_constant(self):
        model = make_model([onnx.helper.make_node("Tile", ["x", "times"],
                                                  ["y"])],
                           [("x", "FLOAT", [2]), ("times", "INT64", [1])],
                           [("y", "FLOAT", None)])
        with self.assertRaisesRegex(dlc.CompileError, "times"):
            dlc.compile(model)
        twice = dlc.compile(model, constant={"times": np.array([2])})
        self.assertEqual(twice.outputs[0].shape, (4,))

    @needs_onnx
    def test_found_sizes(self):
        model = make_model([onnx.helper.make_node("NonZero", ["x"], ["y"])],
                           [("x", "FLOAT", [2, 3])], [("y", "INT64", None)])
        found = dlc.compile(model)
        for x in ([[1, 0, 2], [0, 0, 3]], [[0, 0, 0], [0, 0, 0]],
                  [[1, 1, 1], [1, 1, 1]]):
            x = np.array(x, np.float32)
            np.testing.assert_array_equal(found(x), np.array(np.nonzero(x)))

    @needs_onnx
    def test_unsupported(self):
        """One diagnostic for each node."""
        model = make_model(
            [onnx.helper.make_node("Nonsense", ["x"], ["y"], name="first"),
             onnx.helper.make_node("Gibberish", ["y"], ["z"])],
            [("x", "FLOAT", [2])], [("z", "FLOAT", [2])])
        with self.assertRaises(dlc.CompileError) as caught:
            dlc.compile(model)
        error = caught.exception
        self.assertEqual((error.node, error.op), ("first", "Nonsense"))
        self.assertIn("not supported", error.cause)
        self.assertIn("the model: node #0 'first' (Nonsense, opset 17)",
                      str(error))
        self.assertEqual([(d.index, d.node, d.op, d.opset)
                          for d in error.diagnostics],
                         [(0, "first", "Nonsense", 17),
                          (1, None, "Gibberish", 17)])
        check = dlc.check(model)
        self.assertFalse(check)
        self.assertEqual(check.diagnostics, error.diagnostics)

    def test_bad_input(self):
        with self.assertRaisesRegex(dlc.CompileError, "/nowhere.onnx: No such"):
            dlc.compile("/nowhere.onnx")
        with self.assertRaisesRegex(dlc.CompileError, "not an ONNX model"):
            dlc.compile(b"abc")
        with self.assertRaisesRegex(dlc.CompileError, "target-cpu|CPU"):
            dlc.compile(DIGITS, target_cpu="abacus")

    def test_crash(self):
        """A compiler that crashes leaves Python alive."""
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "dlc")
            with open(program, "w") as file:
                file.write("#!/bin/sh\necho last words >&2\nkill -SEGV $$\n")
            os.chmod(program, stat.S_IRWXU)
            with mock.patch.object(_compiler, "PROGRAM", program):
                with self.assertRaisesRegex(dlc.CompilerCrash,
                                            "(?s)SIGSEGV.*last words"):
                    dlc.compile(DIGITS)
        with mock.patch.object(_compiler, "PROGRAM", "/nowhere/dlc"):
            with self.assertRaisesRegex(dlc.Error, "can't run /nowhere/dlc"):
                dlc.compile(DIGITS)

    def test_diagnostics(self):
        parse = dlc.Diagnostic.parse
        self.assertEqual(parse("m.onnx: node #7 'a (b): c' (Conv, opset 9): d",
                               "m.onnx"),
                         dlc.Diagnostic(
                             "m.onnx: node #7 'a (b): c' (Conv, opset 9): d",
                             "d", "a (b): c", 7, "Conv", 9))
        late = parse("Conv:conv1: too large")
        self.assertEqual((late.op, late.node, late.cause),
                         ("Conv", "conv1", "too large"))
        self.assertIsNone(parse("no such file").node)


class Figures(unittest.TestCase):
    """What the commands tell, on a model whose figures are known."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.images = np.random.default_rng(0).random((6, 1, 28, 28),
                                                     np.float32)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_check(self):
        check = dlc.check(DIGITS)
        self.assertTrue(check)
        self.assertGreater(check.nodes, 5)
        self.assertEqual(check.signature["inputs"],
                         [{"name": "image", "dtype": "float32",
                           "dims": [1, 1, 28, 28]}])

    def test_inspect(self):
        figures = dlc.inspect(DIGITS, target_cpu="x86-64-v3")
        self.assertEqual(figures.parameters, 54666)
        self.assertEqual(figures.flops, 3942012)
        self.assertEqual(figures.ops[0], dlc.OpCount("dlc.conv", 3, 3838464))
        self.assertEqual(figures.cpu, "x86-64-v3")
        self.assertGreater(figures.weights_bytes, 0)

    @needs_onnx
    def test_inspect_open(self):
        figures = dlc.inspect(unary("Neg", "FLOAT", ["n", 4]),
                              dim={"n": (1, 9, 2)})
        self.assertEqual(figures.signature["sizes"],
                         [{"name": "n", "min": 1, "max": 9, "likely": 2,
                           "kept": False}])
        self.assertEqual(figures.signature["inputs"][0]["dims"], ["n", 4])

    def test_quantize_and_evaluate(self):
        output = self.path("int8.onnx")
        report = dlc.quantize(DIGITS, output, calib=self.images,
                              samples=5, method="entropy")
        self.assertEqual((report.samples, report.output), (5, output))
        self.assertIn(dlc.QuantizedOp("conv", 3, 3), report.ops)
        self.assertLess(report.bytes_after, report.bytes_before / 2)
        labels = np.argmax([dlc.compile(DIGITS)(image[None])[0]
                            for image in self.images], 1)
        figures = dlc.evaluate(output, {"image": self.images}, labels=labels,
                               reference=DIGITS)
        self.assertEqual(figures.samples, 6)
        self.assertEqual(figures.models[1].top1, 1)
        self.assertGreater(figures.outputs[0].cosine, 0.99)

    def test_prune(self):
        output = self.path("half.onnx")
        report = dlc.prune(DIGITS, output, structure="channel", sparsity=0.5)
        self.assertEqual(report.files, (output,))
        first = report.layers[0]
        self.assertEqual((first.before.shape, first.after.shape),
                         ((16, 1, 3, 3), (8, 1, 3, 3)))
        with self.assertRaisesRegex(dlc.CompileError, "give --sparsity"):
            dlc.prune(DIGITS, output)
