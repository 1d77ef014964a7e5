# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""dlc.diff and dlc.reduce."""
import os
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import numpy as np

import dlc
from common import DIGITS, make_model, needs_onnx, onnx

if onnx:
    from dlc import _graphs, diff, reduce

OPS = ("Abs", "Neg", "Relu", "Exp", "Sqrt", "Sigmoid", "Tanh", "Floor")
SIZE = [3, 40]


def chain():
    """v0 to v8: one op after the other, and w * v4 beside."""
    nodes = [onnx.helper.make_node(op, [f"v{i}"], [f"v{i + 1}"], name=f"n{i}")
             for i, op in enumerate(OPS)]
    nodes.append(onnx.helper.make_node("Mul", ["v4", "w"], ["m"], name="mul"))
    weights = onnx.numpy_helper.from_array(np.ones(40, np.float32), "w")
    return make_model(nodes, [("v0", "FLOAT", SIZE)],
                      [("v8", "FLOAT", SIZE), ("m", "FLOAT", SIZE)], [weights])


def deviating(name):
    """A reference that differs in one value, and what depends on it."""
    def run(model, inputs):
        changed = onnx.ModelProto()
        changed.CopyFrom(model)
        for node in changed.graph.node:
            node.input[:] = [n + "+1" if n == name else n for n in node.input]
        at = [name in n.output for n in changed.graph.node].index(True)
        one = onnx.numpy_helper.from_array(np.float32(1), "one")
        changed.graph.initializer.append(one)
        changed.graph.node.insert(at + 1, onnx.helper.make_node(
            "Add", [name, "one"], [name + "+1"]))
        values = _graphs.run_evaluator(changed, inputs)
        if name in values:
            values[name] = values[name] + 1
        return values
    return run


@needs_onnx
class Diff(unittest.TestCase):
    def setUp(self):
        self.model = chain()
        self.inputs = _graphs.make_random_inputs(self.model, {}, 0)

    def test_same(self):
        for reference in (None, _graphs.run_evaluator):
            self.assertIsNone(diff.compare(self.model, self.inputs,
                                           reference=reference))
        self.assertIsNone(diff.compare(
            self.model, self.inputs, target_cpu="x86-64-v3",
            reference=_graphs.run_dlc))

    def test_first_node_is_named(self):
        found = diff.compare(self.model, self.inputs,
                             reference=deviating("v5"))
        self.assertEqual((found.node, found.op, found.index, found.value),
                         ("n4", "Sqrt", 4, "v5"))
        self.assertAlmostEqual(found.want - found.got, 1, 5)
        self.assertEqual((found.count, found.elements), (120, 120))
        self.assertLess(found.tolerance, 0.01)
        self.assertFalse(found.is_alone)

    def test_what_nobody_reads(self):
        """A mask that nobody reads isn't compared."""
        node = onnx.helper.make_node("Dropout", ["v8"], ["d", "mask"])
        self.model.graph.node.append(node)
        self.model.graph.output[0].name = "d"
        values = _graphs.record_values(self.model, self.inputs,
                                       _graphs.run_evaluator)
        self.assertIn("d", values)
        self.assertNotIn("mask", values)

    def test_alone(self):
        """What is wrong only without further outputs is found by models that
        end earlier."""
        run = _graphs.run_dlc

        def fake(model, inputs, **options):
            values = run(model, inputs, **options)
            has_node = any(n.op_type == "Relu" for n in model.graph.node)
            if len(model.graph.output) < 3 and has_node:
                values = {n: v + 1 for n, v in values.items()}
            return values
        with mock.patch.object(_graphs, "run_dlc", fake):
            found = diff.compare(self.model, self.inputs,
                                 reference=_graphs.run_evaluator)
        self.assertEqual((found.op, found.is_alone), ("Relu", True))
        self.assertIn("seen only", str(found))

    def test_tolerance(self):
        find = diff.Tolerance(1e-3, 1e-4).find_worst
        want = np.array([[1, 100], [np.inf, np.nan]], np.float32)
        self.assertIsNone(find(want, want))
        self.assertIsNone(find(want * np.float32(1.0009), want))
        # 0.1 % of the value, and 0.01 % of the largest finite one.
        got = want.copy()
        got[0, 0] = 1.02
        position, allowed, count = find(got, want)
        self.assertEqual((position, count), ((0, 0), 1))
        self.assertAlmostEqual(allowed, 0.011)
        for at, value in (((1, 0), 5), ((1, 1), 0), ((1, 0), -np.inf),
                          ((0, 1), np.nan)):
            got = want.copy()
            got[at] = value
            self.assertEqual(find(got, want)[0], at)

    def test_command(self):
        """On a real model, and what can't be done."""
        def call(*arguments):
            result = subprocess.run(
                [sys.executable, "-m", "dlc.diff", *arguments], text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
            return result.returncode, result.stdout
        code, said = call(DIGITS, "--seed", "3")
        self.assertEqual((code, said), (0, DIGITS + ": no node deviates\n"))
        code, said = call(DIGITS, "--rtol", "0", "--atol", "0")
        self.assertEqual(code, 1)
        self.assertRegex(said, r"node #\d+ '.*' \(\w+\): .* is .*, the "
                         "reference says ")
        code, said = call("/nowhere.onnx")
        self.assertEqual(code, 2)
        self.assertIn("error: ", said)


@needs_onnx
class Reduce(unittest.TestCase):
    def reduce(self, fails):
        model = chain()
        reducer = reduce.Reducer(
            model, _graphs.make_random_inputs(model, {}, 0),
            _graphs.run_evaluator, fails)
        return reducer, reducer.reduce()

    @staticmethod
    def get_ops(path):
        return [node.op_type for node in onnx.load(path).graph.node]

    def test_nodes(self):
        """Two nodes that are apart; what was between them is recorded."""
        reducer, part = self.reduce(
            lambda model, data: {"Relu", "Tanh"} <= set(self.get_ops(model)))
        self.assertEqual(part.nodes, (2, 6))
        with tempfile.TemporaryDirectory() as folder:
            reducer.write(part, folder)
            model = onnx.load(os.path.join(folder, "model.onnx"))
        onnx.checker.check_model(model, full_check=True)
        self.assertEqual([i.name for i in model.graph.input], ["v2", "v6"])
        self.assertEqual(len(model.graph.output), 1)
        # Sizes don't matter to this test.
        self.assertEqual(reducer.make_model(part)[1]["v2"].shape, (1, 1))

    def test_data(self):
        """Test data are values of the whole model, and fit the part."""
        def fails(path, data):
            model = onnx.load(path)
            values = {
                info.name: _graphs.read_tensor(
                    os.path.join(data, f"input_{i}.pb"))
                for i, info in enumerate(model.graph.input)}
            got = _graphs.run_evaluator(model, values)
            for i, info in enumerate(model.graph.output):
                np.testing.assert_allclose(got[info.name], _graphs.read_tensor(
                    os.path.join(data, f"output_{i}.pb")), rtol=1e-6)
            # Only an exponential of what is not positive and 40 wide.
            return any(node.op_type == "Exp" and
                       values.get(node.input[0], np.zeros(40)).shape[-1] == 40
                       for node in model.graph.node)
        reducer, part = self.reduce(fails)
        self.assertEqual(part.nodes, (3,))
        self.assertEqual(reducer.make_model(part)[1]["v3"].shape, (1, 40))

    def test_weights(self):
        reducer, part = self.reduce(
            lambda model, data: "Mul" in self.get_ops(model))
        self.assertEqual(part.nodes, (8,))
        self.assertFalse(part.weights["w"].any())

    def test_minimize(self):
        for bad in ({0}, {7}, {3, 4}, {0, 9}, {1, 5, 8}, set(range(10))):
            self.assertEqual(
                set(reduce.minimize(range(10), lambda part: bad <= set(part))),
                bad)

    def test_status_and_text(self):
        """What fails in another way isn't the failure."""
        status = reduce.Command("exit $(cat {model})")
        match = reduce.Command("cat", match="^bad")
        match.command = "cat {model}; exit 1"
        with tempfile.TemporaryDirectory() as folder:
            def ask(test, text):
                path = os.path.join(folder, "model")
                with open(path, "w") as file:
                    file.write(text)
                return test(path, folder)
            self.assertEqual([ask(status, text) for text in "0303450"],
                             [False, True, False, True, False, False, False])
            self.assertEqual([ask(match, text) for text in ("bad", "not bad")],
                             [True, False])
            slow = reduce.Command("sleep 5; true", timeout=0.1)
            self.assertTrue(slow("m", "d"))

    def test_command(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.onnx")
            onnx.save(chain(), path)

            def call(test):
                return subprocess.run(
                    [sys.executable, "-m", "dlc.reduce", path, "--test", test,
                     "-o", os.path.join(folder, "small")], text=True,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
            result = call("! grep -q Sigmoid {model}")
            self.assertEqual(result.returncode, 0, result.stdout)
            self.assertIn("1 of 9 nodes (Sigmoid)", result.stdout)
            small = os.path.join(folder, "small", "model.onnx")
            self.assertEqual(self.get_ops(small), ["Sigmoid"])
            program = str(dlc._compiler.PROGRAM)
            subprocess.run([program, "run", small, "--compare", os.path.join(
                folder, "small", "test_data_set_0")], check=True,
                stdout=subprocess.DEVNULL)
            result = call("true {model}")
            self.assertEqual(result.returncode, 2)
            self.assertIn("doesn't fail", result.stdout)
