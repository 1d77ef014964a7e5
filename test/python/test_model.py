# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Running: arrays in and out, without copies, and what is refused."""
import array
import gc
import os
import sys
import unittest
import weakref

import numpy as np

import dlc
from common import (DIGITS, digits, needs_onnx, probe, two_outputs, unary)

try:
    import ml_dtypes
except ImportError:
    ml_dtypes = None
try:
    import torch
except ImportError:
    torch = None


class Foreign:
    """A tensor of another framework: DLPack alone."""

    def __init__(self, values, is_old=False, device=1):
        self.values, self.is_old, self.device = values, is_old, device

    def __dlpack_device__(self):
        return (self.device, 0)

    def __dlpack__(self, **options):
        if self.is_old and options:
            raise TypeError("max_version isn't known")
        return self.values.__dlpack__(**options)


class ZeroCopy(unittest.TestCase):
    """The library is handed the caller's memory."""

    def setUp(self):
        self.model = dlc.load(probe())
        self.x = np.zeros((2, 2), np.float32)

    def test_numpy(self):
        told = self.model(self.x)
        self.assertEqual(told[0, 0], self.x.ctypes.data)
        self.assertEqual(told[0, 1], told.ctypes.data)

    def test_read_only(self):
        self.x.flags.writeable = False
        self.assertEqual(self.model(self.x)[0, 0], self.x.ctypes.data)

    def test_part_of_an_array(self):
        part = np.zeros((4, 2), np.float32)[1:3]
        self.assertEqual(self.model(part)[0, 0], part.ctypes.data)

    def test_memoryview(self):
        values = array.array("f", [0] * 4)
        view = memoryview(values).cast("B").cast("f", (2, 2))
        self.assertEqual(self.model(view)[0, 0], values.buffer_info()[0])

    def test_dlpack(self):
        for is_old in (False, True):
            told = self.model(Foreign(self.x, is_old))
            self.assertEqual(told[0, 0], self.x.ctypes.data)

    def test_out(self):
        out = np.zeros((2, 2), np.int64)
        self.assertIs(self.model(self.x, out=out), out)
        self.assertEqual(out[0, 1], out.ctypes.data)
        results = self.model.run({"x": self.x}, {"told": out})
        self.assertIs(results["told"], out)

    def test_dlpack_out(self):
        out = Foreign(np.zeros((2, 2), np.int64))
        self.assertIs(self.model(self.x, out=out), out)
        self.assertEqual(out.values[0, 1], out.values.ctypes.data)

    def test_results_are_the_callers(self):
        first, second = self.model(self.x), self.model(self.x)
        self.assertNotEqual(first.ctypes.data, second.ctypes.data)

    def test_others_are_copied(self):
        columns = np.zeros((2, 2), np.float32, order="F")
        self.assertNotEqual(self.model(columns)[0, 0], columns.ctypes.data)

    @unittest.skipUnless(torch, "no torch")
    def test_torch(self):
        x, out = torch.zeros(2, 2), torch.zeros(2, 2, dtype=torch.int64)
        self.assertIs(self.model(x, out=out), out)
        self.assertEqual(out[0, 0], x.data_ptr())
        self.assertEqual(out[0, 1], out.data_ptr())

    def test_tensors_are_let_go(self):
        class Watched(Foreign):
            pass
        foreign = Watched(np.zeros((2, 2), np.float32))
        values = weakref.ref(foreign)
        data = foreign.values
        references = sys.getrefcount(data)
        for _ in range(10):
            self.model(foreign)
        self.assertEqual(sys.getrefcount(data), references)
        del foreign
        gc.collect()
        self.assertIsNone(values())


@needs_onnx
class Values(unittest.TestCase):
    def test_order_and_names(self):
        model = dlc.compile(two_outputs())
        a, b = np.random.rand(2, 2, 3).astype(np.float32)
        for s, d in (model(a, b), model(a, b=b), model(b=b, a=a),
                     model.run({"b": b, "a": a}).values()):
            np.testing.assert_array_equal(s, a + b)
            np.testing.assert_array_equal(d, a - b)
        d = np.empty_like(a)
        result = model.run({"a": a, "b": b}, {"d": d})
        self.assertEqual(list(result), ["s", "d"])
        self.assertIs(result["d"], d)
        np.testing.assert_array_equal(result["s"], a + b)
        s, same = model(a, b, out=(None, d))
        self.assertIs(same, d)
        np.testing.assert_array_equal(s, a + b)

    def test_layouts(self):
        model = dlc.compile(unary("Neg", "FLOAT", [2, 3]))
        x = np.random.rand(2, 3).astype(np.float32)
        unaligned = np.frombuffer(b" " + x.tobytes(), np.float32, offset=1,
                                  count=6).reshape(2, 3)
        for view in (np.asfortranarray(x), np.repeat(x, 2, 1)[:, ::2],
                     x.astype(">f4"), unaligned, x[::-1][::-1], x.tolist(),
                     Foreign(np.asfortranarray(x))):
            np.testing.assert_array_equal(model(view), -x)

    def test_types(self):
        for name, dtype in (("FLOAT16", np.float16), ("DOUBLE", np.float64),
                            ("INT8", np.int8), ("INT32", np.int32),
                            ("INT64", np.int64)):
            model = dlc.compile(unary("Neg", name, [3]))
            x = np.array([1, -2, 3], dtype)
            result = model(x)
            self.assertEqual(result.dtype, dtype)
            np.testing.assert_array_equal(result, -x)
        model = dlc.compile(unary("Not", "BOOL", [2]))
        self.assertEqual(model([True, False]).tolist(), [False, True])
        self.assertEqual(model(np.array([True, False])).dtype, np.bool_)

    def test_scalars(self):
        model = dlc.compile(unary("Neg", "FLOAT", []))
        self.assertEqual(model(2.5), -2.5)
        self.assertEqual(model(np.float32(2.5)).shape, ())

    @unittest.skipUnless(ml_dtypes, "no ml_dtypes")
    def test_bfloat16(self):
        model = dlc.compile(unary("Neg", "BFLOAT16", [2]))
        x = np.array([1.5, -2], ml_dtypes.bfloat16)
        bits = model(x.view(np.uint16))
        self.assertEqual(model.inputs[0].type, "bfloat16")
        self.assertEqual(bits.dtype, ml_dtypes.bfloat16)
        out = np.empty_like(x)
        self.assertIs(model(x, out=out), out)
        for result in (out, bits, model(x), model([1.5, -2])):
            self.assertEqual(result.tolist(), [-1.5, 2])

    @unittest.skipUnless(torch, "no torch")
    def test_torch_bfloat16(self):
        model = dlc.compile(unary("Neg", "BFLOAT16", [2]))
        x = torch.tensor([1.5, -2], dtype=torch.bfloat16)
        out = torch.empty_like(x)
        model(x, out=out)
        self.assertEqual(out.tolist(), [-1.5, 2])

    def test_empty(self):
        model = dlc.compile(unary("Neg", "FLOAT", [0, 3]))
        self.assertEqual(model(np.empty((0, 3), np.float32)).shape, (0, 3))


class Refusals(unittest.TestCase):
    """Each error says what is wrong, and nothing is written."""

    def setUp(self):
        self.model = digits()
        self.x = np.zeros((1, 1, 28, 28), np.float32)

    def refuse(self, text, *arrays, **named):
        with self.assertRaisesRegex(dlc.InvalidArgument, text):
            self.model(*arrays, **named)

    def test_inputs(self):
        self.refuse("float64, they are to be float32", self.x.astype(float))
        self.refuse(r"shape \[1, 28, 28\], the model needs", self.x[0])
        self.refuse("int32, they are", Foreign(self.x.astype(np.int32)))
        self.refuse("on a device", Foreign(self.x, device=2))
        self.refuse("2 arrays given, the model's inputs are image", self.x,
                    self.x)
        self.refuse("no further input 'picture'; there are image",
                    picture=self.x)
        self.refuse("input image", [[1, 2], [3]])
        with self.assertRaisesRegex(dlc.InvalidArgument, "image is missing"):
            self.model.run({})
        with self.assertRaisesRegex(dlc.InvalidArgument, "no input 'y'"):
            self.model.run({"image": self.x, "y": self.x})

    def test_outputs(self):
        good = np.full((1, 10), 7, np.float32)
        fixed = good.copy()
        fixed.flags.writeable = False
        wide = np.zeros((1, 20), np.float32)
        for text, out in (
                (r"shape \(10,\), it is to have \(1, 10\)", good[0]),
                ("int32, they are to be float32", good.astype(np.int32)),
                ("isn't dense", wide[:, ::2]), ("only be read", fixed),
                ("can't be written to a list", [0] * 10),
                ("float64", Foreign(good.astype(float)))):
            self.refuse("output probabilities.*" + text, self.x, out=out)
        self.assertTrue((good == 7).all())
        with self.assertRaisesRegex(dlc.InvalidArgument, "no output 'y'"):
            self.model.run({"image": self.x}, {"y": good})
        shared = self.x.reshape(-1)[:10].reshape(1, 10)
        self.refuse("shares memory with input image", self.x, out=shared)

    def test_failing_run(self):
        model = dlc.load(probe())
        with self.assertRaisesRegex(dlc.DeviceError, "told to fail"):
            model(np.full((2, 2), -1, np.float32))
        model(np.zeros((2, 2), np.float32))

    def test_recursion(self):
        """A conversion that calls the model again is an error, no hang."""
        model = dlc.load(probe())

        class Caller:
            def __array__(self, *_, **__):
                return model(np.zeros((2, 2), np.float32))
        with self.assertRaisesRegex(RuntimeError, "in this thread already"):
            model(Caller())

    def test_libraries(self):
        for path, text in (("/nowhere.so", "No such file"),
                           (DIGITS, "not an ELF library"),
                           ("/bin/true", "exports no")):
            with self.assertRaisesRegex(dlc.LoadError, text):
                dlc.load(path)
        with self.assertRaisesRegex(dlc.InvalidArgument, "at most 64"):
            dlc.load(self.model.library, threads=65)
        with self.assertRaisesRegex(dlc.InvalidArgument, "no open size 'n'"):
            dlc.load(self.model.library, max_sizes={"n": 1})


class Description(unittest.TestCase):
    def test_signature(self):
        model = digits()
        (image,), (scores,) = model.inputs, model.outputs
        self.assertEqual(str(image), "image: float32[1, 1, 28, 28]")
        self.assertEqual((scores.name, scores.dtype, scores.shape,
                          scores.max_bytes),
                         ("probabilities", np.float32, (1, 10), 40))
        self.assertEqual(model.name, "digits")
        self.assertIn("dlc", model.producer)
        self.assertGreater(model.context_bytes, model.arena_bytes)

    def test_temporary_library_vanishes(self):
        model = dlc.compile(DIGITS)
        path, twin = model.library, model.fork()
        del model
        gc.collect()
        self.assertTrue(os.path.exists(path))
        twin(np.zeros((1, 1, 28, 28), np.float32))
        del twin
        gc.collect()
        self.assertFalse(os.path.exists(os.path.dirname(path)))
