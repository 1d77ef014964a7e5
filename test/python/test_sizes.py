# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Open sizes, and what a model keeps from call to call."""
import unittest

import numpy as np

import dlc
from common import cache_model, counter_model, needs_onnx, open_model


@needs_onnx
class OpenSizes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = dlc.compile(open_model(), dim={"rows": (1, 20, 8)})

    def test_signature(self):
        (rows,) = self.model.sizes
        self.assertEqual((rows.name, rows.min, rows.max, rows.likely),
                         ("rows", 1, 20, 8))
        self.assertEqual(self.model.inputs[0].shape, (rows, 4))
        self.assertEqual(str(self.model.outputs[1]),
                         "z: float32[rows * 2, 4]")

    def test_sizes(self):
        for rows in (1, 20, 3, 3):
            x = np.random.rand(rows, 4).astype(np.float32)
            y, z = self.model(x)
            np.testing.assert_array_equal(y, x + x)
            np.testing.assert_array_equal(z, np.concatenate([x, x]))
            self.assertEqual(self.model.output_shapes({"x": x.shape}),
                             {"y": (rows, 4), "z": (2 * rows, 4)})

    def test_out(self):
        x = np.ones((5, 4), np.float32)
        z = np.empty((10, 4), np.float32)
        self.assertIs(self.model.run({"x": x}, {"z": z})["z"], z)
        self.assertTrue((z == 1).all())
        with self.assertRaisesRegex(dlc.InvalidArgument,
                                    r"it is to have \(12, 4\)"):
            self.model.run({"x": np.ones((6, 4), np.float32)}, {"z": z})

    def test_bounds(self):
        with self.assertRaisesRegex(dlc.InvalidArgument,
                                    "rows.* is 21, the model takes 1 to 20"):
            self.model(np.ones((21, 4), np.float32))

    def test_max_sizes(self):
        small = dlc.load(self.model.library, max_sizes={"rows": 4})
        small(np.ones((4, 4), np.float32))
        with self.assertRaisesRegex(dlc.InvalidArgument, "max_dims"):
            dlc.load(self.model.library, max_sizes={"rows": 21})

    def test_pinned(self):
        for options in ({"dim": {"rows": 3}}, {"shape": {"x": (3, 4)}},
                        {"dim": {"rows": "3"}}):
            model = dlc.compile(open_model(), **options)
            self.assertEqual(model.outputs[1].shape, (6, 4))
            self.assertEqual(model.sizes, ())


@needs_onnx
class States(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.growing = dlc.compile(
            cache_model(), state={"past": "present"},
            dim={"past": (0, 6, 2), "new": (1, 4, 1)})
        cls.fixed = dlc.compile(counter_model(), state="state=next")

    def setUp(self):
        self.growing.reset()
        self.fixed.reset()

    def step(self, model, *values):
        x = np.array(values, np.float32).reshape(1, -1, 2)
        return model(x).tolist()[0]

    def test_growing(self):
        model = self.growing
        (state,) = model.states
        self.assertEqual((state.name, state.output, state.axis),
                         ("past", "present", 1))
        self.assertEqual([t.name for t in model.inputs], ["x"])
        self.assertTrue(any(size.kept for size in model.sizes))
        self.assertEqual(self.step(model, 1, 2), [1, 2])
        self.assertEqual(self.step(model, 1, 1, 3, 3), [5, 6])
        self.assertEqual(model.state_length("past"), 3)
        self.assertEqual(model.read_states()["past"].tolist(),
                         [[[1, 2], [1, 1], [3, 3]]])
        model.rewind(1)
        self.assertEqual(self.step(model, 10, 10), [11, 12])
        model.reset()
        self.assertEqual(self.step(model, 4, 5), [4, 5])

    def test_room(self):
        for _ in range(6):
            self.step(self.growing, 1, 1)
        with self.assertRaisesRegex(dlc.Error, "past"):
            self.step(self.growing, 1, 1)

    def test_fork(self):
        self.step(self.growing, 1, 2)
        twin = self.growing.fork()
        self.assertEqual(self.step(twin, 1, 1), [2, 3])
        self.assertEqual(self.step(self.growing, 5, 5), [6, 7])
        self.assertEqual(twin.state_length("past"), 2)

    def test_fork_before_the_first_call(self):
        self.assertEqual(self.step(self.growing.fork(), 1, 2), [1, 2])

    def test_save_and_restore(self):
        self.step(self.growing, 1, 2)
        saved = self.growing.read_states()
        self.step(self.growing, 7, 7)
        self.growing.write_states(saved)
        self.assertEqual(self.step(self.growing, 1, 1), [2, 3])

    def test_fixed(self):
        model, x = self.fixed, np.ones(2, np.float32)
        self.assertIsNone(model.state_length("state"))
        self.assertEqual(model(x).tolist(), [1, 1])
        self.assertEqual(model(x).tolist(), [2, 2])
        model.write_states({"state": [10, 20]})
        self.assertEqual(model(x).tolist(), [11, 21])
        self.assertEqual(model.read_states()["state"].tolist(), [11, 21])

    def test_refusals(self):
        for call, text in (
                (lambda: self.growing.state_length("x"), "no state 'x'"),
                (lambda: self.growing.write_states({}), "past is missing"),
                (lambda: self.fixed.rewind(0), "state"),
                (lambda: dlc.compile(counter_model()).reset(), "no states")):
            with self.assertRaisesRegex(dlc.InvalidArgument, text):
                call()
