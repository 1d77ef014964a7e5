# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small seeded models of kinds that compilers have been wrong about. Each has
its inputs, and its outputs if they aren't ONNX Runtime's: those that exact
arithmetic or NumPy gives where ONNX Runtime rounds or has no rule; or the error
that it must end in."""
import math
from fractions import Fraction

import numpy as np
from onnx import TensorProto, helper, numpy_helper

import vision_kinds


class Graph:
    """A model in the making, of one input `x`; every call adds a node and
    returns its first output."""

    def __init__(self, kind, seed, opset=17):
        self.rng = np.random.default_rng([seed, *kind.encode()])
        self.kind, self.opset = kind, opset
        self.nodes, self.weights, self.inputs = [], [], {}
        self.outputs, self.wanted = [], []
        self.refusal = None

    def pick(self, *values):
        return values[self.rng.integers(len(values))]

    def normal(self, *shape):
        return self.rng.standard_normal(shape).astype("f4")

    def input(self, array, name="x"):
        self.inputs[name] = array
        return name

    def constant(self, value):
        name = "c%d" % len(self.weights)
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def __call__(self, op, *inputs, outputs=1, **attributes):
        names = ["v%d_%d" % (len(self.nodes), k) for k in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def output(self, name, wanted=None, dtype=TensorProto.FLOAT):
        """`wanted` for all outputs, or for none: then ONNX Runtime's."""
        self.outputs.append(helper.make_tensor_value_info(name, dtype, None))
        if wanted is not None:
            self.wanted.append(np.asarray(wanted))

    def model(self):
        graph = helper.make_graph(
            self.nodes, self.kind,
            [helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
             for name, array in self.inputs.items()],
            self.outputs, self.weights)
        return helper.make_model(graph, ir_version=10, opset_imports=[
            helper.make_opsetid("", self.opset)])

    def conv(self, x, inputs, outputs, rank, kernel=3):
        return self("Conv", x,
                    self.constant(self.normal(outputs, inputs,
                                              *[kernel] * rank)),
                    self.constant(self.normal(outputs)),
                    pads=[kernel // 2] * 2 * rank)

    def integer_conv(self, x, inputs, outputs, rank, kernel=3):
        scale, zero = (self.constant(np.float32(0.05)),
                       self.constant(np.uint8(128)))
        x = self("DequantizeLinear", self("QuantizeLinear", x, scale, zero),
                 scale, zero)
        shape = (outputs, inputs, *[kernel] * rank)
        weights = self("DequantizeLinear", self.constant(
            self.rng.integers(-127, 128, shape).astype("i1")),
            self.constant(np.float32(0.01)), self.constant(np.int8(0)))
        return self("Conv", x, weights, pads=[kernel // 2] * 2 * rank)


def concat(seed):
    """The same value at several places of a concatenation, behind convolutions
    of floats and integers: equal branches, Identity, Dropout, other axes."""
    g = Graph("concat", seed)
    rank, channels = g.pick(1, 2, 2, 3), int(g.pick(8, 9, 13, 16, 24))
    x = g.input(g.normal(1, 8, *[6, 5, 4][:rank]))
    conv = g.pick(g.conv, g.conv, g.integer_conv)
    a = conv(x, 8, channels, rank)
    if g.pick(0, 1):
        a = g(g.pick("Relu", "Sigmoid"), a)
    copies = [a, g("Identity", a), g("Dropout", a), g("Neg", g("Neg", a)),
              conv(x, 8, int(g.pick(8, 13, 16)), rank)]
    axis = int(g.pick(1, 1, 1, 0, 2))
    if axis != 1:
        copies.pop()
    parts = [a] + [copies[g.rng.integers(len(copies))] for _ in range(2)]
    g.rng.shuffle(parts)
    y = g("Concat", *parts, axis=axis)
    g.output(g("Relu", y) if g.pick(0, 1) else y)
    return g


def channels(seed):
    """Channels that the model pads or slices between convolutions."""
    g = Graph("channels", seed)
    x = g.input(g.normal(1, 8, 6, 5))
    count, target = int(g.pick(5, 8, 12, 13, 16)), int(g.pick(8, 16, 24))
    y = g.conv(x, 8, count, 2)
    if g.pick(0, 1):
        y = g(g.pick("Relu", "Sigmoid"), y)
    if g.pick(0, 1) and count < target:
        before = int(g.rng.integers(target - count + 1))
        y = g("Pad", y, g.constant([0, before, 0, 0, 0, target - count - before,
                                    0, 0]),
              g.constant(np.float32(g.pick(0, 2))))
        count = target
    else:
        step = int(g.pick(1, 2, -1))
        start, end = (0, int(g.pick(count, count - 1))) if step > 0 else (-1,
                                                                          -99)
        y = g("Slice", y, g.constant([start]), g.constant([end]),
              g.constant([1]), g.constant([step]))
        count = len(range(count)[start:None if step < 0 else end:step])
    if g.pick(0, 1):
        y = g("MaxPool", y, kernel_shape=[2, 2])
    g.output(g.conv(y, count, 16, 2))
    return g


def transposed(seed):
    """Padding before transposed convolutions with steps."""
    g = Graph("transposed", seed)
    rank = int(g.pick(1, 2, 2, 3))
    shape = [int(n) for n in g.rng.integers(2, 6, rank)]
    y = g.input(g.normal(1, 2, *shape))
    for _ in range(int(g.pick(1, 2))):
        pads = [int(n) for n in g.rng.integers(0, 3, 2 * rank)]
        value = np.float32(g.pick(0, 0, 1))
        if g.pick(0, 1):
            y = g("Relu", y)
        y = g("Pad", y, g.constant([0, 0] + pads[:rank] + [0, 0] + pads[rank:]),
              g.constant(value))
        kernel = [int(n) for n in g.rng.integers(1, 4, rank)]
        strides = [int(n) for n in g.rng.integers(1, 4, rank)]
        y = g("ConvTranspose", y, g.constant(g.normal(2, 2, *kernel)),
              strides=strides, dilations=[int(g.pick(1, 2))] * rank,
              output_padding=[int(g.rng.integers(s)) for s in strides])
    g.output(y)
    return g


def phases(seed):
    """Transposed convolutions as they are in decoders: channels enough for
    blocks or too few, groups, dilations, steps larger than the kernel, filters
    that are computed, cropped and padded neighbours, elementwise ops behind."""
    g = Graph("phases", seed)
    rank = int(g.pick(1, 2, 2, 3))
    group = int(g.pick(1, 1, 1, 2, 16))
    inputs = 16 if group == 16 else int(g.pick(3, 16, 24)) * group
    outputs = 1 if group == 16 else int(g.pick(1, 5, 8, 16, 20))
    most = 4 if rank < 3 else 3
    kernel = [int(n) for n in g.rng.integers(1, 9 - 2 * rank, rank)]
    strides = [int(n) for n in g.rng.integers(1, most + 1, rank)]
    if g.pick(0, 0, 0, 0, 1):
        strides = [int(g.pick(5, 17))] + strides[1:]
    dilations = [int(g.pick(1, 1, 2, 3)) for _ in range(rank)]
    shape = [int(n) for n in g.rng.integers(2, 7, rank)]
    y = g.input(g.normal(int(g.pick(1, 1, 2)), inputs, *shape))
    if g.pick(0, 1):
        y = g("Relu", g.conv(y, inputs, inputs, rank))
    if g.pick(0, 1):  # the middle, or all but the first
        axes = list(range(2, rank + 2))
        y = g("Slice", y, g.constant([1] * rank), g.constant([99] * rank),
              g.constant(axes))
        shape = [n - 1 for n in shape]
    shape_of_filter = (inputs, outputs, *kernel)
    weights = (g.input(g.normal(*shape_of_filter), "w") if g.pick(0, 0, 0, 1)
               else g.constant(g.normal(*shape_of_filter)))
    operands = [weights]
    if g.pick(0, 1):
        operands.append(g.constant(g.normal(outputs * group)))
    added = [int(g.rng.integers(s)) for s in strides]
    pads = []
    for end in range(2):
        for axis in range(rank):
            # At least one result stays.
            size = (strides[axis] * (shape[axis] - 1) + added[axis]
                    + (kernel[axis] - 1) * dilations[axis])
            most = min(size // 2, kernel[axis] * dilations[axis])
            pads.append(int(g.rng.integers(most + 1)) if g.pick(0, 1, 1) else 0)
    y = g("ConvTranspose", y, *operands, strides=strides, dilations=dilations,
          group=group, output_padding=added, pads=pads)
    for _ in range(int(g.pick(0, 1, 2))):
        y = g.pick(lambda y: g("Relu", y), lambda y: g("Sigmoid", y),
                   lambda y: g("Mul", y, g.constant(g.normal(
                       outputs * group, *[1] * rank))),
                   lambda y: g("Add", y, g.constant(g.normal(1))),
                   lambda y: g("Add", g("Neg", y), y))(y)
    if g.pick(0, 1):
        y = g.conv(y, outputs * group, int(g.pick(4, 16)), rank,
                   int(g.pick(1, 3)))
    g.output(y)
    return g


def dilated(seed):
    """Dilated convolutions of images that are smaller than what they span, as
    after a backbone: some taps read padding only, some results no input."""
    g = Graph("dilated", seed)
    rank, group = int(g.pick(1, 2, 2, 2)), int(g.pick(1, 1, 1, 2, 16))
    inputs = 16 if group == 16 else int(g.pick(3, 16, 20)) * group
    outputs = int(g.pick(1, 5, 16, 20)) * group
    shape = [int(n) for n in g.rng.integers(3, 16, rank)]
    kernel = [int(g.pick(1, 2, 3, 3, 3, 5, 7)) for _ in range(rank)]
    dilations = [int(g.rng.integers(1, 2 * n)) for n in shape]
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    # At least one result; often as many as there are inputs.
    low = [s // 2 + int(g.pick(0, 0, 0, 1)) for s in spans]
    high = [max(s - l - n, s // 2 + int(g.pick(0, 0, 2)))
            for s, l, n in zip(spans, low, shape)]
    y = g.input(g.normal(int(g.pick(1, 1, 2)), inputs, *shape))
    if g.pick(0, 1):
        y = g("Relu", g.conv(y, inputs, inputs, rank, int(g.pick(1, 3))))
    filter_shape = (outputs, inputs // group, *kernel)
    integer = bool(g.pick(0, 0, 0, 1))
    if integer:
        scale, zero = g.constant(np.float32(0.05)), g.constant(np.uint8(3))
        y = g("DequantizeLinear", g("QuantizeLinear", y, scale, zero), scale,
              zero)
        weights = g("DequantizeLinear", g.constant(
            g.rng.integers(-127, 128, filter_shape).astype("i1")),
            g.constant(np.float32(0.01)), g.constant(np.int8(0)))
    else:
        weights = g.constant(g.normal(*filter_shape))
    operands = [g.constant(g.normal(outputs))] if g.pick(0, 1) else []
    y = g("Conv", y, weights, *operands, group=group, dilations=dilations,
          pads=low + high, strides=[int(g.pick(1, 1, 2)) for _ in range(rank)])
    for _ in range(int(g.pick(0, 1, 2))):
        y = g.pick(lambda y: g("Relu", y), lambda y: g("Sigmoid", y),
                   lambda y: g("Add", y, g.constant(g.normal(
                       outputs, *[1] * rank))),
                   lambda y: g("Mul", g("Neg", y), y))(y)
    if g.pick(0, 1):
        y = g.conv(y, outputs, 16, rank, int(g.pick(1, 3)))
    g.output(y)
    return g


def random_slice(g, y, shape):
    """Steps of both signs along all axes but the first."""
    starts, ends, steps = [], [], []
    for axis in range(1, 4):
        step, size = int(g.pick(1, 2, 3, -1, -2)), shape[axis]
        start = int(g.rng.integers(size))
        starts.append(start)
        ends.append(int(g.rng.integers(start, size)) + 1 if step > 0 else -999)
        steps.append(step)
        shape[axis] = len(range(size)[start:ends[-1] if step > 0 else None:
                                      step])
    return g("Slice", y, *map(g.constant, (starts, ends, [1, 2, 3], steps)))


def movement(seed):
    """Chains of paddings, slices with steps, transpositions and joins, whose
    neighbours fold."""
    g = Graph("movement", seed)
    shape = [1, 3, 7, 6]
    y = g.input(g.normal(*shape))
    for _ in range(int(g.rng.integers(2, 6))):
        op = g.pick("Pad", "Pad", "Slice", "Slice", "Concat", "Transpose",
                    "Neg")
        if op == "Pad":
            pads = [0] + [int(n) for n in g.rng.integers(0, 4, 3)]
            pads += [0] + [int(n) for n in g.rng.integers(-1, 3, 3)]
            for axis in range(4):
                if shape[axis] + pads[axis] + pads[axis + 4] < 1:
                    pads[axis + 4] = 0
                shape[axis] += pads[axis] + pads[axis + 4]
            y = g("Pad", y, g.constant(pads),
                  g.constant(np.float32(g.pick(0, 0, 0.5))))
        elif op == "Slice":
            y = random_slice(g, y, shape)
        elif op == "Concat":
            axis = int(g.pick(1, 2, 3))
            y = g("Concat", y, g.pick(y, g("Abs", y)), axis=axis)
            shape[axis] *= 2
        elif op == "Transpose":
            perm = [0] + [int(a) for a in 1 + g.rng.permutation(3)]
            y = g("Transpose", y, perm=perm)
            shape = [shape[axis] for axis in perm]
        else:
            y = g("Neg", y)
    g.output(y)
    return g


NEAREST = {"floor": math.floor, "ceil": math.ceil,
           "round_prefer_floor": lambda c: math.ceil(c - Fraction(1, 2)),
           "round_prefer_ceil": lambda c: math.floor(c + Fraction(1, 2))}


def resize(seed):
    """Nearest neighbours where ties are likely, by sizes and by scales."""
    g = Graph("resize", seed, opset=19)
    size, count = (int(n) for n in g.rng.integers(1, 65, 2))
    mode = str(g.pick("half_pixel", "pytorch_half_pixel", "asymmetric",
                      "align_corners"))
    nearest = str(g.pick(*NEAREST))
    scale = Fraction(count, size)
    x = np.arange(size, dtype="f4").reshape(1, 1, 1, size)
    # ONNX Runtime's product, which says how many there are.
    by_scale = g.pick(0, 1) and math.floor(
        np.float32(scale) * np.float32(size)) == count
    parameters = (["", g.constant(np.array([1, 1, 1, scale], "f4"))]
                  if by_scale else ["", "", g.constant([1, 1, 1, count])])
    taken = []
    for k in range(count):
        c = (k + Fraction(1, 2)) / scale - Fraction(1, 2)
        if mode == "asymmetric":
            c = k / scale
        elif mode == "align_corners":
            c = Fraction(k * (size - 1), max(count - 1, 1))
        elif mode == "pytorch_half_pixel" and count == 1:
            c = Fraction(0)
        taken.append(min(max(NEAREST[nearest](c), 0), size - 1))
    g.output(g("Resize", g.input(x), *parameters, mode="nearest",
               coordinate_transformation_mode=mode, nearest_mode=nearest),
             x[..., taken])
    return g


def order(row, k, largest):
    """Positions as NumPy sorts: NaN is largest, equals as they stand."""
    keys = [(math.isnan(v), 0 if math.isnan(v) else float(v)) for v in row]
    sign = -1 if largest else 1
    return sorted(range(len(row)), key=lambda i: (
        sign * keys[i][0], sign * keys[i][1], i))[:k]


def nan(seed):
    """NaN at every place of rows of every length, for what orders elements."""
    g = Graph("nan", seed)
    width, k = 1 + seed % 19, 1 + seed % (1 + seed % 19)
    x = g.normal(width + 2, width).round(1)
    x[np.arange(width), np.arange(width)] = np.nan
    x[width, g.rng.integers(0, width, 2)] = np.nan
    dtype = g.pick("f4", "f4", "f8", "f2")
    x = x.astype(dtype)
    proto = helper.np_dtype_to_tensor_dtype(x.dtype)
    name, int64 = g.input(x), TensorProto.INT64
    for largest in (1, 0):
        values, indices = g("TopK", name, g.constant([k]), outputs=2, axis=1,
                            largest=largest)
        rows = np.array([order(row, k, largest) for row in x])
        g.output(values, np.take_along_axis(x, rows, 1), proto)
        g.output(indices, rows, int64)
        g.output(g("GatherElements", name, indices, axis=1),
                 np.take_along_axis(x, rows, 1), proto)
    for op, function in (("ArgMax", np.argmax), ("ArgMin", np.argmin)):
        g.output(g(op, name, axis=1, keepdims=0), function(x, 1), int64)
        g.output(g(op, name, axis=1, keepdims=0, select_last_index=1),
                 width - 1 - function(x[:, ::-1], 1), int64)
        g.output(g(op, name, axis=0, keepdims=0), function(x, 0), int64)
    g.output(g("ReduceMax", name, axes=[1], keepdims=0), x.max(1), proto)
    g.output(g("ReduceMin", name, axes=[1], keepdims=0), x.min(1), proto)
    other = g.normal(width).astype(dtype)
    for op, function in (("Max", np.maximum), ("Min", np.minimum)):
        g.output(g(op, name, g.constant(other)), function(x, other), proto)
    g.output(g("Relu", name), np.maximum(x, 0), proto)
    bounds = np.array([-0.5, 0.5], dtype)
    g.output(g("Clip", name, *map(g.constant, bounds)), x.clip(*bounds), proto)
    windows = np.lib.stride_tricks.sliding_window_view(x, k, 1)
    g.output(g("MaxPool", g("Unsqueeze", name, g.constant([0])),
               kernel_shape=[k]), windows.max(-1)[None], proto)
    return g


def empty(seed):
    """Slices, forwards and backwards, of dimensions without elements. (ONNX
    Runtime takes one of none backwards.)"""
    g = Graph("empty", seed)
    shape = [int(n) for n in g.rng.integers(0, 3, 3)]
    shape[g.rng.integers(3)] = 0
    x = g.normal(*shape)
    y = g.input(x)
    axes = g.rng.permutation(3)[:g.rng.integers(1, 4)]
    steps = [int(g.pick(1, 2, -1, -2, -3)) for _ in axes]
    far = np.iinfo(np.int64)
    starts = [int(g.pick(0, -1, 5, far.max)) for _ in axes]
    ends = [int(g.pick(0, -1, -9, 5, far.max, far.min + 1)) for _ in axes]
    y = g("Slice", y, *map(g.constant, (starts, ends, axes, steps)))
    box = [slice(None)] * 3
    for axis, *bounds in zip(axes, starts, ends, steps):
        box[axis] = slice(*bounds)
    wanted = np.maximum(x[tuple(box)], 0)
    y = g("Relu", y)
    g.output(y, wanted)
    g.output(g("ReduceSum", y, g.constant([0]), keepdims=0), wanted.sum(0))
    return g


def modulo(seed):
    """Remainders of both kinds, and the signs of zeros among them."""
    g = Graph("modulo", seed, opset=28)
    dtype = g.pick("f4", "f8", "f2", "i4", "i8", "i1")
    fmod = int(g.pick(0, 1))
    a = g.rng.integers(-9, 10, (5, 40)).astype(dtype)
    b = g.rng.integers(1, 5, 40).astype(dtype)
    b[::3] = -b[::3]
    if dtype[0] == "f":
        a[0, :4], b[7:9] = [0.0, -0.0, 7.5, -0.25], [np.inf, -np.inf]
    proto = helper.np_dtype_to_tensor_dtype(a.dtype)
    wanted = np.fmod(a, b) if fmod else np.mod(a, b)
    y = g("Mod", g.input(a), g.input(b, "b"), fmod=fmod)
    g.output(y, wanted, proto)
    if dtype[0] == "f" and not fmod:
        with np.errstate(divide="ignore"):
            g.output(g("Reciprocal", y), 1 / wanted, proto)
    return g


def misspelt(seed):
    """A model whose node has an attribute of a name that is almost one."""
    g = Graph("misspelt", seed)
    op, inputs, attributes = g.pick(*np.array([
        ("MaxPool", 1, dict(kernel_shape=[2, 2], strides=[2, 2])),
        ("AveragePool", 1, dict(kernel_shape=[2, 2], ceil_mode=1)),
        ("Conv", 2, dict(dilations=[1, 1], group=1)),
        ("Softmax", 1, dict(axis=1)),
        ("Transpose", 1, dict(perm=[0, 1, 3, 2])),
        ("ReduceMax", 1, dict(axes=[1], keepdims=0)),
        ("LeakyRelu", 1, dict(alpha=0.5)),
        ("Flatten", 1, dict(axis=2)),
        ("ArgMax", 1, dict(select_last_index=1)),
        ("Concat", 1, dict(axis=1)),
    ], object))
    right = str(g.pick(*attributes))
    at = int(g.rng.integers(1, len(right)))
    wrong = str(g.pick(right[:at] + right[at + 1:],
                       right[:at] + "x" + right[at:], right + "s"))
    attributes = {wrong if name == right else name: value
                  for name, value in attributes.items()}
    values = [g.input(g.normal(1, 2, 6, 6)), g.constant(g.normal(2, 2, 1, 1))]
    g.output(g(op, *values[:inputs], **attributes))
    g.refusal = ("there is no attribute '%s'; did you mean '%s'?" %
                 (wrong, right))
    return g


def filled(make):
    """A kind of another file, which fills an empty graph."""
    def kind(seed):
        g = Graph(make.__name__, seed)
        make(g)
        return g
    return kind


KINDS = {f.__name__: f for f in (concat, channels, transposed, phases, dilated,
                                 movement, resize, nan, empty, modulo, misspelt)}
KINDS.update((name, filled(make)) for name, make in
             vision_kinds.KINDS.items())
