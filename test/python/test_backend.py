# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""dlc as ONNX's backend, and the program that runs ONNX's tests on it."""
import contextlib
import io
import os
import tempfile
import unittest
from unittest import mock

import numpy as np

import dlc
from common import make_model, needs_onnx, onnx, open_model, two_outputs

if onnx:
    import dlc.backend as backend
    from dlc import backend_test


@needs_onnx
class Backend(unittest.TestCase):
    def test_model(self):
        a, b = np.random.rand(2, 2, 3).astype(np.float32)
        rep = backend.prepare(two_outputs())
        for result in (rep.run([a, b]), rep.run({"a": a, "b": b}),
                       backend.run_model(two_outputs(), [a, b])):
            np.testing.assert_array_equal(result[0], a + b)
            np.testing.assert_array_equal(result["d"], a - b)
        with self.assertRaisesRegex(dlc.InvalidArgument, "1 arrays given"):
            rep.run(a)

    def test_open_sizes(self):
        rep = backend.prepare(open_model())
        for rows in (2, 3):
            y, z = rep.run([np.ones((rows, 4), np.float32)])
            self.assertEqual(z.shape, (2 * rows, 4))

    def test_values_that_an_op_has_to_know(self):
        model = make_model([onnx.helper.make_node("Reshape", ["x", "to"],
                                                  ["y"])],
                           [("x", "FLOAT", [2, 3]), ("to", "INT64", [2])],
                           [("y", "FLOAT", [None, None])])
        rep = backend.prepare(model)
        x = np.arange(6, dtype=np.float32).reshape(2, 3)
        for shape in ((3, 2), (6, 1), (3, 2)):
            (y,) = rep.run([x, np.array(shape)])
            np.testing.assert_array_equal(y, x.reshape(shape))

    def test_node(self):
        node = onnx.helper.make_node("Concat", ["a", "b"], ["y"], axis=0)
        a = np.ones((2, 3), np.float32)
        for info in (None, [(np.float32, (4, 3))]):
            (y,) = backend.run_node(node, [a, a], outputs_info=info)
            self.assertEqual(y.shape, (4, 3))
        node = onnx.helper.make_node("Softmax", ["x"], ["y"])
        x = np.zeros((2, 3, 4), np.float32)
        # Until opset 13 over all dimensions from the second on.
        for opset, share in ((11, 1 / 12), (13, 1 / 4)):
            (y,) = backend.run_node(node, {"x": x}, opset_version=opset)
            self.assertAlmostEqual(float(y[0, 0, 0]), share, 6)

    def test_refusals(self):
        model = make_model([onnx.helper.make_node("Nonsense", ["x"], ["y"])],
                           [("x", "FLOAT", [2])], [("y", "FLOAT", [2])])
        self.assertFalse(backend.is_compatible(model))
        self.assertTrue(backend.is_compatible(two_outputs()))
        self.assertFalse(backend.is_compatible(two_outputs(), "CUDA"))
        with self.assertRaisesRegex(dlc.CompileError, "Nonsense"):
            backend.prepare(model)
        sequence = onnx.helper.make_tensor_sequence_value_info(
            "s", onnx.TensorProto.FLOAT, None)
        model = make_model([onnx.helper.make_node("SequenceLength", ["s"],
                                                  ["y"])],
                           [], [("y", "INT64", [])])
        model.graph.input.append(sequence)
        with self.assertRaisesRegex(dlc.CompileError, "'s' is not a tensor"):
            backend.prepare(model)
        self.assertTrue(backend.supports_device("CPU"))
        self.assertFalse(backend.supports_device("CUDA"))
        with self.assertRaisesRegex(dlc.Error, "device CUDA"):
            backend.prepare(two_outputs(), "CUDA")


@needs_onnx
class Program(unittest.TestCase):
    def run_functions(self, **functions):
        tests = [backend_test.Test("Node", name, function)
                 for name, function in functions.items()]
        return {test.name: outcome
                for test, outcome in backend_test.run_tests(tests, 2)}

    def test_outcomes(self):
        def compare(_):
            np.testing.assert_allclose([1.0], [2.0])

        def refuse(_):
            dlc.compile(b"")

        def skip(_):
            raise unittest.SkipTest("not here")
        outcomes = self.run_functions(
            good=lambda _: None, compare=compare, refuse=refuse, skip=skip,
            crash=lambda _: os.kill(os.getpid(), 11), after=lambda _: None,
            exits=lambda _: os._exit(3))
        self.assertEqual({name: o.kind for name, o in outcomes.items()},
                         {"good": "passed", "compare": "wrong",
                          "refuse": "refused", "skip": "skipped",
                          "crash": "crashed", "after": "passed",
                          "exits": "crashed"})
        self.assertIn("-11", outcomes["crash"].text)
        self.assertIn("Mismatched elements", outcomes["compare"].text)

    def test_verdicts(self):
        test = backend_test.Test("Node", "test_x", lambda _: None)
        for kind, reason, verdict in (
                ("passed", None, "passed"), ("passed", "no", "passed"),
                ("refused", None, "failed"), ("refused", "no", "excluded"),
                ("wrong", "no", "failed"), ("wrong", "wrong: x", "excluded"),
                ("crashed", "wrong: x", "failed")):
            self.assertEqual(backend_test.judge(
                test, backend_test.Outcome(kind),
                {"test_x": reason} if reason else {}), verdict)

    def test_program(self):
        """Some of ONNX's own tests, with a list."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "excluded.txt")
            with open(path, "w") as file:
                file.write("# Reasons.\ntest_add: no\ntest_stft: no\n"
                           "test_abs, open: another mode\n")
            said = io.StringIO()
            command = ["", "--exclude", path, "--jobs", "2", "--only",
                       "^test_(abs|add|stft|dft|operator_exp|single_relu_model"
                       "|AvgPool1d)$"]
            with mock.patch("sys.argv", command), \
                    contextlib.redirect_stdout(said):
                status = backend_test.main()
        text = said.getvalue()
        self.assertIn("passes, though excluded: test_add: no", text)
        for group in ("Node", "Simple", "PyTorchOperator", "PyTorchConverted"):
            self.assertRegex(text, r"(?m)^%s +[1-9]" % group)
        self.assertEqual(status, int("FAILED" in text), text)
        self.assertRegex(text, r"(?m)^all +[67] ")
