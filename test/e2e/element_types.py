# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Element types of 8 bits and fewer, by value: all codes of each, conversions at
and beside every point where rounding changes, quantization per tensor, per axis
and in blocks, against ml_dtypes and onnx's reference evaluator. Every model is
compiled with its inputs as inputs, with all sizes open, and with constants in
their place, which are folded at compile time; unless in full, one way each."""
import os
import re
import tempfile

from harness import PEERS, execute, needs_peers

if not PEERS:
    import ml_dtypes
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from onnx.reference import ReferenceEvaluator

    FLOATS = {
        "FLOAT8E4M3FN": ml_dtypes.float8_e4m3fn,
        "FLOAT8E4M3FNUZ": ml_dtypes.float8_e4m3fnuz,
        "FLOAT8E5M2": ml_dtypes.float8_e5m2,
        "FLOAT8E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
        "FLOAT4E2M1": ml_dtypes.float4_e2m1fn,
    }
    INTEGERS = {"INT4": ml_dtypes.int4, "UINT4": ml_dtypes.uint4,
                "INT2": ml_dtypes.int2, "UINT2": ml_dtypes.uint2}


def bits_of(name):
    """As in FLOAT8E5M2 and UINT16."""
    return int(re.search(r"\d+", name)[0])


def all_codes(name):
    """Every bit pattern; an odd number of them where they are packed."""
    codes = np.arange(1 << bits_of(name), dtype=np.uint8)
    dtype = FLOATS.get(name) or INTEGERS.get(name) or ml_dtypes.float8_e8m0fnu
    if name in INTEGERS:
        signed = codes.astype(np.int8)
        if name.startswith("INT"):
            signed -= (codes >> (bits_of(name) - 1)).astype(np.int8) << bits_of(
                name)
        return np.append(signed, 1).astype(dtype)
    values = codes.view(dtype)
    return np.append(values, values[1:2]) if bits_of(name) < 8 else values


def numbers_around(name):
    """f32 at, between and beside all numbers of a type, and special ones."""
    codes = all_codes(name).astype(np.float32)
    values = np.unique(codes[np.isfinite(codes)])
    middles = (values[1:] + values[:-1]) / 2
    largest = values[-1]
    beyond = np.array([1.01, 1.0624, 1.0625, 1.07, 1.125, 1.25, 1.3, 2, 1e6],
                      "f4") * largest
    points = np.concatenate([values, middles, beyond])
    points = np.concatenate([points, np.nextafter(points, np.float32("inf")),
                             np.nextafter(points, np.float32("-inf"))])
    special = np.array([0.0, 1e-45, 1e-40, 3e38, "inf"], "f4")
    points = np.concatenate([points, special])
    points = np.concatenate([points, -points])
    return points if bits_of(name) < 8 else np.append(points, np.float32("nan"))


class Model:
    """Nodes in the making; inputs are arrays, outputs are wanted ones."""

    def __init__(self, opset=28):
        self.opset, self.nodes, self.inputs, self.wanted = opset, [], {}, {}

    def input(self, array):
        self.inputs["x%d" % len(self.inputs)] = np.asarray(array)
        return "x%d" % (len(self.inputs) - 1)

    def __call__(self, op, *inputs, **attributes):
        name = "v%d" % len(self.nodes)
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        return name

    def output(self, name, wanted=None):
        self.wanted[name] = wanted

    def build(self, style):
        values = [helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype),
            [name + "_%d" % d for d in range(array.ndim)] if style == "open"
            else array.shape) for name, array in self.inputs.items()]
        weights = [numpy_helper.from_array(array, name)
                   for name, array in self.inputs.items()]
        isFolded = style == "folded"
        graph = helper.make_graph(
            self.nodes, "types", [] if isFolded else values,
            [helper.make_tensor_value_info(name, TensorProto.UNDEFINED, None)
             for name in self.wanted], weights if isFolded else [])
        return helper.make_model(graph, ir_version=13, opset_imports=[
            helper.make_opsetid("", self.opset)])

    def evaluate(self):
        """What onnx's own evaluator gives where nothing else is wanted."""
        missing = [name for name, value in self.wanted.items() if value is None]
        if missing:
            evaluator = ReferenceEvaluator(self.build("static"))
            got = dict(zip(self.wanted, evaluator.run(None, self.inputs)))
            for name in missing:
                self.wanted[name] = np.asarray(got[name])


# Conversions ----------------------------------------------------------------

def encode(name):
    """f32, f64 and f16 to a float, saturating or not, as bits."""
    model, to = Model(), getattr(TensorProto, name)
    bits = {8: TensorProto.UINT8, 4: TensorProto.UINT4}[bits_of(name)]
    exact = numbers_around(name)
    with np.errstate(all="ignore"):
        half = np.unique(exact.astype(np.float16))
    for x in (exact, exact.astype(np.float64), half):
        given = model.input(x)
        for saturate in (1, 0):
            with np.errstate(all="ignore"):
                single = x.astype(np.float32)
                want = (numpy_helper.saturate_cast(single, np.dtype(FLOATS[name]))
                        if saturate else single.astype(FLOATS[name]))
            code = want.view(np.uint8)
            if bits == TensorProto.UINT4:
                code = code.astype(ml_dtypes.uint4)
            model.output(model("BitCast", model("Cast", given, to=to,
                                                saturate=saturate), to=bits),
                         code)
    # Between f32's numbers, only one rounding is right.
    tie = np.float64(1) + np.array([2.0 ** -5, 2.0 ** -4, 2.0 ** -3, .25])
    for step, up in ((2.0 ** -40, 1), (-2.0 ** -40, -1)):
        x = tie + step
        want = np.nextafter(tie.astype(np.float32),
                            np.float32(up * np.inf)).astype(FLOATS[name])
        model.output(model("Cast", model.input(x), to=to), want)
    whole = np.concatenate([np.arange(-500, 500), [70000, -70000, 2 ** 31 - 1]])
    for kind in (np.int32, np.int64, np.int8, np.uint8):
        x = whole.astype(kind)
        model.output(model("Cast", model.input(x), to=to),
                     numpy_helper.saturate_cast(x.astype(np.float32),
                                                np.dtype(FLOATS[name])))
    return model


def decode(name):
    """All codes to other types."""
    model, x = Model(), all_codes(name)
    given = model.input(x)
    for to in ("FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16"):
        if name != "FLOAT8E8M0" or to != "FLOAT16":
            dtype = helper.tensor_dtype_to_np_dtype(getattr(TensorProto, to))
            model.output(model("Cast", given, to=getattr(TensorProto, to)),
                         x.astype(np.float32).astype(dtype))
    model.output(model("Cast", given, to=TensorProto.BOOL),
                 x.astype(np.float32) != 0)
    finite = model.input(x[np.isfinite(x.astype(np.float32))])
    if name in INTEGERS or name == "FLOAT4E2M1":
        small = model.inputs[finite].astype(np.float32)
        for to, dtype in (("INT8", np.int8), ("INT64", np.int64)):
            model.output(model("Cast", finite, to=getattr(TensorProto, to)),
                         small.astype(dtype))
    return model


def integers(name):
    """Integers and reals to integers of 4 and 2 bits: the low bits stay."""
    model, dtype = Model(), INTEGERS[name]
    whole = np.arange(-300, 301)
    for kind in (np.int8, np.uint8, np.int16, np.int32, np.int64, np.float32,
                 np.float16, np.float64):
        x = whole.astype(kind)
        model.output(model("Cast", model.input(x), to=getattr(TensorProto, name)),
                     x.astype(np.int32).astype(dtype))
    like = model.input(np.zeros(1, dtype))
    model.output(model("CastLike", model.input(np.array([True, False, True])),
                       like), np.array([1, 0, 1]).astype(np.int8).astype(dtype))
    return model


def powers(mode):
    """f32 to powers of two, by ONNX's text and, for normal numbers, its code."""
    model = Model()
    rng = np.random.default_rng(8)
    exact = np.ldexp(np.float32(1), np.arange(-126, 128)).astype("f4")
    x = np.concatenate([exact, exact[:-1] * np.float32(1.5),
                        np.nextafter(exact, np.float32(0))[1:],
                        np.nextafter(exact, np.float32("inf")),
                        np.nextafter(exact[:-1] * np.float32(1.5),
                                     np.float32(0)),
                        np.exp(rng.uniform(-80, 80, 500)).astype("f4")])
    for saturate in (1, 0):
        code = numpy_helper.to_float8e8m0(x, bool(saturate), mode)
        model.output(model("Cast", model.input(x), to=TensorProto.FLOAT8E8M0,
                           saturate=saturate, round_mode=mode), code)
        # 0, NaN, infinity, the least number, half of it, and between it and the
        # next.
        special = np.array([0, "nan", "inf", 2.0 ** -127, 2.0 ** -128,
                            1.25 * 2.0 ** -127, 1.5 * 2.0 ** -127,
                            1.75 * 2.0 ** -127], "f4")
        up = {"up": [1, 1, 1], "down": [0, 0, 0], "nearest": [0, 1, 1]}[mode]
        code = [0, 255, 254, 0, 0] if saturate else [255, 255, 255, 0, 255]
        model.output(model("Cast", model.input(special),
                           to=TensorProto.FLOAT8E8M0, saturate=saturate,
                           round_mode=mode),
                     np.array(code + up, np.uint8).view(
                         ml_dtypes.float8_e8m0fnu))
    return model


# Quantization ---------------------------------------------------------------

def zero_points(rng, name, shape):
    if name in FLOATS:
        return np.zeros(shape, FLOATS[name])
    low, high = (0, 4) if name[0] == "U" else (-1, 2)
    dtype = INTEGERS.get(name) or np.dtype(name.lower())
    return np.asarray(rng.integers(low, high, shape), np.int16).astype(dtype)


def quantization(name):
    """Both directions, per tensor, per axis, and in blocks that do and don't
    divide the axis."""
    model = Model()
    rng = np.random.default_rng([4, *name.encode()])
    shape = (3, 10, 7)
    x = (rng.standard_normal(shape) * 4).astype("f4")
    x.flat[:4] = [1e6, -1e6, -0.0, 2.5]
    given = model.input(x)
    for axis, block, parameters in ((1, 0, ()), (1, 0, (10,)), (0, 0, (3,)),
                                    (1, 5, (3, 2, 7)), (1, 4, (3, 3, 7)),
                                    (2, 7, (3, 10, 1)), (-1, 3, (3, 10, 3)),
                                    (1, 100, (3, 1, 7))):
        scale = rng.choice(np.array([0.5, 0.25, 0.75, 1.3], "f4"), parameters)
        zero = zero_points(rng, name, parameters)
        scale, zero = model.input(np.asarray(scale)), model.input(zero)
        attributes = dict(axis=axis, **(dict(block_size=block) if block else {}))
        y = model("QuantizeLinear", given, scale, zero, **attributes)
        model.output(y)
        model.output(model("DequantizeLinear", y, scale, zero, **attributes))
    if bits_of(name) < 8 or name not in FLOATS:
        return model
    scale = model.input(np.float32(0.01))
    model.output(model("QuantizeLinear", given, scale, saturate=0,
                       output_dtype=getattr(TensorProto, name)))
    return model


def halves():
    """Parameters and results of 16 bits, powers of two as scales, an integer
    that is quantized."""
    model = Model()
    rng = np.random.default_rng(3)
    q = model.input(rng.integers(-8, 8, (4, 9)).astype(np.int8).astype(
        ml_dtypes.int4))
    scale = model.input(rng.choice(np.array([0.5, 2], "f2"), 4))
    model.output(model("DequantizeLinear", q, scale, axis=0))
    model.output(model("DequantizeLinear", q, scale, axis=0,
                       output_dtype=TensorProto.FLOAT))
    powers_of_two = model.input(np.array(
        [[0.5, 2, 4], [1, 8, 0.25], [1, 1, 1], [2, 0.125, 16]]).astype(
            ml_dtypes.float8_e8m0fnu))
    x = model.inputs[q].astype(np.float32)
    wide = np.repeat(model.inputs[powers_of_two].astype(np.float32), 3, 1)
    model.output(model("DequantizeLinear", q, powers_of_two, axis=1,
                       block_size=3, output_dtype=TensorProto.FLOAT), x * wide)
    whole = rng.integers(-40, 40, (4, 9)).astype(np.int32)
    model.output(model("QuantizeLinear", model.input(whole), model.input(
        np.float32(2)), output_dtype=TensorProto.INT4))
    return model


# Everything else ------------------------------------------------------------

def moves(name):
    """What takes all types only moves elements; odd numbers of them end within
    a byte."""
    model = Model(opset=25)
    rng = np.random.default_rng(5)
    codes = all_codes(name)
    if name == "FLOAT8E8M0":
        codes = codes[:-1]
    x = rng.choice(codes[np.isfinite(codes.astype(np.float32))], (3, 5, 7))
    given = model.input(x)
    model.output(model("Transpose", given, perm=[2, 0, 1]),
                 x.transpose(2, 0, 1))
    model.output(model("Identity", given), x)
    model.output(model("Flatten", given, axis=2), x.reshape(15, 7))
    sizes = model("Constant", value_ints=[-1, 3])
    model.output(model("Reshape", given, sizes), x.reshape(35, 3))
    pads = model("Constant", value_ints=[0, 1, 2, 1, 0, 1])
    value = model.input(np.asarray(codes[2]))
    want = np.full((4, 6, 10), codes[2], x.dtype)
    want[:3, 1:, 2:9] = x
    model.output(model("Pad", given, pads, value), want)
    model.output(model("Unsqueeze", given, model("Constant", value_ints=[1])),
                 x[:, None])
    model.output(model("Size", given), np.int64(105))
    return model


def shifts():
    model = Model()
    rng = np.random.default_rng(6)
    for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
        info = np.iinfo(kind)
        x = rng.integers(info.min, info.max, 40, dtype=kind, endpoint=True)
        x[:3] = [info.min, info.max, 0]
        by = rng.integers(0, info.bits + 3, (3, 40)).astype(kind)
        if kind[0] == "i":
            by[0, :6] = [-1, info.min, -2, info.bits, info.bits - 1, info.max]
        x, by = model.input(x), model.input(by)
        for direction in ("LEFT", "RIGHT"):
            model.output(model("BitShift", x, by, direction=direction))
    return model


def bits():
    """The same bits as every other type of as many."""
    model = Model()
    rng = np.random.default_rng(7)
    same = [["uint8", "int8", *FLOATS][:6], ["uint16", "int16", "float16",
                                             "bfloat16"],
            ["uint32", "int32", "float32"], ["uint64", "int64", "float64"]]
    for names in same:
        dtypes = [FLOATS.get(n) or np.dtype(
            getattr(ml_dtypes, n, n)) for n in names]
        size = np.dtype(dtypes[0]).itemsize
        raw = rng.integers(0, 256, 24 * size).astype(np.uint8)
        for dtype in dtypes:
            given = model.input(raw.view(dtype))
            for other in dtypes:
                model.output(model("BitCast", given, to=int(
                    helper.np_dtype_to_tensor_dtype(np.dtype(other)))),
                    raw.view(other))
    nibbles = model.input(all_codes("INT4"))
    codes = all_codes("UINT4").astype(np.uint8)
    model.output(model("BitCast", nibbles, to=TensorProto.UINT4),
                 codes.astype(ml_dtypes.uint4))
    model.output(model("BitCast", nibbles, to=TensorProto.FLOAT4E2M1),
                 codes.view(ml_dtypes.float4_e2m1fn))
    truths = model.input(np.array([True, False, True]))
    model.output(model("BitCast", truths, to=TensorProto.UINT8),
                 np.array([1, 0, 1], np.uint8))
    return model


def cases():
    for name in FLOATS:
        yield "encode-" + name, lambda n=name: encode(n)
    for name in [*FLOATS, *INTEGERS, "FLOAT8E8M0"]:
        yield "decode-" + name, lambda n=name: decode(n)
        yield "moves-" + name, lambda n=name: moves(n)
    for name in INTEGERS:
        yield "integers-" + name, lambda n=name: integers(n)
    for mode in ("up", "down", "nearest"):
        yield "powers-" + mode, lambda m=mode: powers(m)
    for name in [*FLOATS, *INTEGERS, "INT8", "UINT8", "INT16", "UINT16"]:
        yield "quantization-" + name, lambda n=name: quantization(n)
    yield "halves", halves
    yield "shifts", shifts
    yield "bits", bits


class ElementTypeTests:
    def types(self):
        if PEERS:
            yield "types", needs_peers
            return
        styles = ["folded", "static", "open"]
        for k, (name, make) in enumerate(cases()):
            chosen = styles if self.full else [styles[k % 3]]
            yield ("types/" + name,
                   lambda m=make, s=chosen: self.one_of_types(m, s))

    def one_of_types(self, make, styles):
        model = make()
        model.evaluate()
        folder = tempfile.mkdtemp(dir=self.top)
        self.write_data(folder, model.inputs, model.wanted.values())
        for style in styles:
            path = os.path.join(folder, style + ".onnx")
            onnx.save(model.build(style), path)
            given = folder
            if style == "folded":
                given = os.path.join(folder, "outputs")
                os.mkdir(given)
                self.write_data(given, {}, model.wanted.values())
            execute([self.dlc, "run", path, "--compare", given, "--rtol", "0",
                     "--atol", "0"])
        return "%d outputs, %s" % (len(model.wanted), ", ".join(styles))
