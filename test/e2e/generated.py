# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models made up for the end-to-end tests: the usual building blocks, at odd
sizes, with seeded random weights."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper, shape_inference


class Builder:
    """A model in the making; every method adds a node and returns its value."""

    def __init__(self, name, seed, shape):
        self.name, self.rng = name, np.random.default_rng(seed)
        self.shape, self.nodes, self.weights = shape, [], []

    def weight(self, *shape, scale=None, base=0.0):
        fan_in = int(np.prod(shape[1:])) or 1
        scale = np.sqrt(1.0 / fan_in) if scale is None else scale
        value = (base + scale * self.rng.standard_normal(shape)).astype("f4")
        return self.constant(value)

    def constant(self, value):
        name = "w%d" % len(self.weights)
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def __call__(self, op, *inputs, **attributes):
        name = "%s_%d" % (op.lower(), len(self.nodes))
        self.nodes.append(
            helper.make_node(op, inputs, [name], name, **attributes))
        return name

    def conv(self, x, inputs, outputs, kernel, groups=1, **attributes):
        return self("Conv", x,
                    self.weight(outputs, inputs // groups, kernel, kernel),
                    self.weight(outputs, scale=0.1), group=groups, **attributes)

    def batch_norm(self, x, channels):
        return self("BatchNormalization", x,
                    self.weight(channels, scale=0.1, base=1.0),
                    self.weight(channels, scale=0.1),
                    self.weight(channels, scale=0.1),
                    self.constant(self.rng.uniform(0.5, 1.5, channels)
                                  .astype("f4")))

    def layer_norm(self, x, width):
        """As exporters wrote it before opset 17."""
        mean = self("ReduceMean", x, axes=[-1])
        centred = self("Sub", x, mean)
        square = self("Pow", centred, self.constant(np.float32(2)))
        variance = self("ReduceMean", square, axes=[-1])
        deviation = self("Sqrt", self("Add", variance,
                                      self.constant(np.float32(1e-5))))
        scaled = self("Mul", self("Div", centred, deviation),
                      self.weight(width, scale=0.1, base=1.0))
        return self("Add", scaled, self.weight(width, scale=0.1))

    def model(self, output, opset=13):
        graph = helper.make_graph(
            self.nodes, self.name,
            [helper.make_tensor_value_info("x", TensorProto.FLOAT,
                                           self.shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            self.weights)
        model = helper.make_model(graph, ir_version=8, opset_imports=[
            helper.make_opsetid("", opset)])
        return shape_inference.infer_shapes(model)


def residual(seed):
    """Two residual blocks at odd sizes, one strided."""
    b = Builder("residual", seed, [1, 3, 37, 29])
    x = b("Relu", b.batch_norm(b.conv("x", 3, 17, 3, pads=[1] * 4), 17))
    y = b("Relu", b.conv(x, 17, 17, 3, pads=[1] * 4))
    y = b.batch_norm(b.conv(y, 17, 17, 3, pads=[1] * 4), 17)
    x = b("Relu", b("Add", x, y))
    y = b("Relu", b.conv(x, 17, 33, 3, pads=[1] * 4, strides=[2, 2]))
    y = b.conv(y, 33, 33, 3, pads=[1] * 4)
    x = b("Add", b.conv(x, 17, 33, 1, strides=[2, 2]), y)
    x = b("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    x = b("Flatten", b("GlobalAveragePool", x))
    return b.model(b("Gemm", x, b.weight(11, 33), b.weight(11), transB=1))


def depthwise(seed):
    """An inverted residual with squeeze and excitation, batch 2."""
    b = Builder("depthwise", seed, [2, 8, 23, 19])
    x = b("Clip", b.conv("x", 8, 48, 1), b.constant(np.float32(0)),
          b.constant(np.float32(6)))
    x = b("HardSwish", b.conv(x, 48, 48, 5, groups=48, pads=[2] * 4))
    s = b("Relu", b.conv(b("GlobalAveragePool", x), 48, 12, 1))
    x = b("Mul", x, b("HardSigmoid", b.conv(s, 12, 48, 1), alpha=0.1667))
    x = b("Add", "x", b.conv(x, 48, 8, 1))
    x = b.conv(x, 8, 12, 3, groups=4, dilations=[2, 2], pads=[0, 1, 2, 3])
    return b.model(b("AveragePool", x, kernel_shape=[2, 3], pads=[0, 1, 1, 0],
                     count_include_pad=1), 14)


def attention(seed):
    """A transformer layer: 21 tokens, 48 wide, 4 heads."""
    tokens, width, heads = 21, 48, 4
    b = Builder("attention", seed, [1, tokens, width])
    split = b.constant(np.array([1, tokens, heads, width // heads]))
    x = b.layer_norm("x", width)

    def project(perm):
        y = b("Add", b("MatMul", x, b.weight(width, width)), b.weight(width))
        return b("Transpose", b("Reshape", y, split), perm=perm)

    q, k = project([0, 2, 1, 3]), project([0, 2, 3, 1])
    scores = b("Div", b("MatMul", q, k),
               b.constant(np.float32(np.sqrt(width // heads))))
    y = b("MatMul", b("Softmax", scores, axis=-1), project([0, 2, 1, 3]))
    y = b("Reshape", b("Transpose", y, perm=[0, 2, 1, 3]),
          b.constant(np.array([1, tokens, width])))
    x = b("Add", "x", b("MatMul", y, b.weight(width, width)))
    y = b("MatMul", b.layer_norm(x, width), b.weight(width, 4 * width))
    half = b("Mul", y, b.constant(np.float32(0.5)))
    erf = b("Erf", b("Div", y, b.constant(np.float32(np.sqrt(2)))))
    y = b("Mul", half, b("Add", erf, b.constant(np.float32(1))))
    return b.model(b("Add", x, b("MatMul", y, b.weight(4 * width, width))))


def spellings(seed):
    """What exporters spell in small ops: activations, norms, softmax, and
    attention on slices of one projection, with masks of both kinds."""
    tokens, width, heads = 19, 40, 5
    b = Builder("spellings", seed, [2, tokens, width])
    number = lambda v: b.constant(np.float32(v))  # noqa: E731
    i64 = lambda *v: b.constant(np.array(v, np.int64))  # noqa: E731

    def tanh_gelu(x):
        cube = b("Mul", b("Pow", x, number(3)), number(0.044715))
        inner = b("Mul", b("Add", x, cube), number(np.sqrt(2 / np.pi)))
        gate = b("Add", number(1), b("Tanh", inner))
        return b("Mul", b("Mul", number(0.5), x), gate)

    def quick_gelu(x):
        return b("Mul", x, b("Sigmoid", b("Mul", x, number(1.702))))

    def swish(x):
        return b("Div", x, b("Add", b("Exp", b("Neg", x)), number(1)))

    def hard_swish(x):
        gate = b("Clip", b("Add", x, number(3)), number(0), number(6))
        return b("Div", b("Mul", x, gate), number(6))

    def softmax(x):
        shifted = b("Sub", x, b("ReduceMax", x, axes=[-1], keepdims=1))
        exp = b("Exp", shifted)
        return b("Div", exp, b("ReduceSum", exp, i64(-1), keepdims=1))

    def attention(x, scale, hide):
        size = width // heads
        y = b("Reshape", b("MatMul", x, b.weight(width, 3 * width)),
              i64(2, tokens, 3, heads, size))
        y = b("Transpose", y, perm=[2, 0, 3, 1, 4])
        q, k, v = (b("Gather", y, b.constant(np.int64(i)), axis=0)
                   for i in range(3))
        scores = b("MatMul", b("Mul", q, number(scale)),
                   b("Transpose", k, perm=[0, 1, 3, 2]))
        y = b("MatMul", softmax(hide(scores)), v)
        return b("Reshape", b("Transpose", y, perm=[0, 2, 1, 3]),
                 i64(2, tokens, width))

    seen = np.tril(np.ones([tokens, tokens], bool))
    causal = lambda s: b("Where", b.constant(seen), s,  # noqa: E731
                         number(-np.inf))
    penalty = b.constant(b.rng.standard_normal(
        [heads, tokens, tokens]).astype("f4"))
    x = b("Add", "x", attention("x", 0.35, causal))
    x = b.layer_norm(quick_gelu(tanh_gelu(x)), width)
    x = b("Add", x, attention(x, 0.5, lambda s: b("Add", penalty, s)))
    x = b("Transpose", x, perm=[0, 2, 1])
    x = b("Mul", swish(x), b.weight(width, 1))
    return b.model(hard_swish(b("Transpose", x, perm=[0, 2, 1])))


def mlp(seed):
    """Matrices of prime sizes, batch 5."""
    b = Builder("mlp", seed, [5, 67])
    x = "x"
    for inputs, outputs, op in ((67, 131, "Tanh"), (131, 257, "Sigmoid"),
                                (257, 3, "Softmax")):
        x = b(op, b("Gemm", x, b.weight(inputs, outputs), b.weight(outputs)))
    return b.model(x)


def mixed(seed):
    """Split, concatenation, slices, padding, upsampling."""
    b = Builder("mixed", seed, [1, 12, 15, 17])
    i64 = lambda *v: b.constant(np.array(v, np.int64))  # noqa: E731
    left = b("Slice", "x", i64(0), i64(5), i64(1))
    right = b("Slice", "x", i64(5), i64(12), i64(1))
    y = b("Concat", b("LeakyRelu", right, alpha=0.1), b("Exp", left), axis=1)
    y = b("Pad", y, i64(0, 0, 1, 2, 0, 0, 3, 0), b.constant(np.float32(0.5)))
    y = b("Slice", y, i64(18, 18), i64(0, 0), i64(2, 3), i64(-1, -2))
    y = b("Resize", y, "", b.constant(np.array([1, 1, 2, 2], "f4")),
          mode="nearest", coordinate_transformation_mode="asymmetric",
          nearest_mode="floor")
    y = b("ReduceMax", b("Transpose", y, perm=[0, 2, 3, 1]), axes=[1],
          keepdims=0)
    return b.model(b("Where", b("Greater", y, b.constant(np.float32(1))), y,
                     b("Neg", y)))


def f16_product(name):
    """relu(x w + b) in f16; the model, an input and the output."""
    rows, depth, columns = {"plain": (128, 256, 192), "transposed": (96, 64, 80),
                            "edges": (33, 40, 56), "odd": (21, 37, 45),
                            "wide": (1000, 70, 1030),
                            "deep": (60, 1030, 70)}[name]
    rng = np.random.default_rng(0)
    transposed = name == "transposed"
    w = (rng.standard_normal((depth, columns)) / depth ** 0.5).astype("f2")
    b = rng.standard_normal(columns).astype("f2")
    x = rng.standard_normal((rows, depth)).astype("f2")
    y = np.maximum(x.astype("f4") @ w.astype("f4") + b.astype("f4"), 0)
    nodes = [helper.make_node("Gemm", ["x", "w", "b"], ["sum"],
                              transB=int(transposed)),
             helper.make_node("Relu", ["sum"], ["y"])]
    half = TensorProto.FLOAT16
    graph = helper.make_graph(
        nodes, "f16_" + name,
        [helper.make_tensor_value_info("x", half, x.shape)],
        [helper.make_tensor_value_info("y", half, y.shape)],
        [numpy_helper.from_array(w.T.copy() if transposed else w, "w"),
         numpy_helper.from_array(b, "b")])
    model = helper.make_model(graph, ir_version=8,
                              opset_imports=[helper.make_opsetid("", 17)])
    return model, x, y.astype("f2")


class QuantizedBuilder(Builder):
    """Adds QuantizeLinear and DequantizeLinear as quantizers do."""

    def quantize(self, x, scale, zero, kind="u1"):
        parameters = [self.constant(np.float32(scale)),
                      self.constant(np.dtype(kind).type(zero))]
        return self("DequantizeLinear",
                    self("QuantizeLinear", x, *parameters), *parameters)

    def quantized_weight(self, *shape, kind="i1", axis=0):
        """Per channel and symmetric as i1, per tensor with a zero point as
        u1."""
        if kind == "i1":
            value = self.rng.integers(-127, 128, shape)
            scale = self.rng.uniform(0.5, 2, shape[axis])
            zero = np.zeros(shape[axis], kind)
        else:
            value = self.rng.integers(0, 256, shape)
            scale, zero = np.ones([]), np.asarray(109, kind)
        fan_in = np.prod(shape) / shape[axis]
        return self("DequantizeLinear", self.constant(value.astype(kind)),
                    self.constant((scale / 80 / np.sqrt(fan_in)).astype("f4")),
                    self.constant(zero), axis=axis)

    def quantized_conv(self, x, inputs, outputs, kernel, groups=1, kind="i1",
                       **attributes):
        return self("Conv", x,
                    self.quantized_weight(outputs, inputs // groups, kernel,
                                          kernel, kind=kind),
                    self.weight(outputs, scale=0.1), group=groups, **attributes)


def quantized(seed):
    """Convolutions of all kinds between quantizations: unsigned, signed and
    shifted weights, few and odd channels, residuals, pooling, joining."""
    b = QuantizedBuilder("quantized", seed, [1, 5, 21, 19])
    kind, shift = ("u1", 0) if seed % 2 == 0 else ("i1", -128)

    def quantize(x, scale, zero):
        return b.quantize(x, scale, zero + shift, kind)

    x = quantize("x", 0.03, 121)
    x = quantize(b("Relu", b.quantized_conv(x, 5, 24, 3, pads=[1, 0, 2, 1],
                                            strides=[2, 1])), 0.02, 0)
    y = quantize(b("Relu", b.quantized_conv(x, 24, 24, 3, 24, pads=[1] * 4)),
                 0.015, 3)
    y = quantize(b.quantized_conv(y, 24, 24, 1, kind="u1"), 0.02, 130)
    x = quantize(b("Relu", b("Add", x, y)), 0.03, 0)
    y = quantize(b.quantized_conv(x, 24, 12, 3, 2, pads=[1] * 4), 0.02, 127)
    x = quantize(b("Concat", x, y, axis=1), 0.03, 40)
    x = quantize(b("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2],
                   pads=[1] * 4), 0.03, 40)
    y = b.quantized_conv(x, 36, 17, 3, kind="u1", pads=[1] * 4, dilations=[2, 2])
    x = quantize(b("Clip", y, b.constant(np.float32(-1)),
                   b.constant(np.float32(2))), 0.012, 85)
    x = quantize(b("GlobalAveragePool", x), 0.01, 90)
    x = b("Gemm", b("Flatten", x), b.quantized_weight(11, 17), b.weight(11),
          transB=1)
    return b.model(quantize(x, 0.03, 120))


def quantized_matmul(seed):
    """Matrix products, K no multiple of 4, and few columns."""
    b = QuantizedBuilder("quantized_matmul", seed, [3, 7, 37])
    x = b.quantize("x", 0.03, 117)
    x = b("MatMul", x, b.quantized_weight(37, 29, axis=1))
    x = b.quantize(b("Add", x, b.weight(29)), 0.03, -4, "i1")
    x = b.quantize(b("MatMul", x, b.quantized_weight(29, 64, kind="u1",
                                                     axis=1)), 0.03, 128)
    x = b("MatMul", x, b.quantized_weight(64, 2, axis=1))
    return b.model(b.quantize(x, 0.02, 128))


def pointwise(seed):
    """1x1 convolutions, strided and not, and a product: what skips zero blocks."""
    b = Builder("pointwise", seed, [1, 48, 13, 9])
    x = b("Relu", b.conv("x", 48, 64, 1))
    x = b("Relu", b.conv(x, 64, 96, 1, strides=[2, 2]))
    x = b("Add", b.conv(x, 96, 96, 1), x)
    x = b("Flatten", b("GlobalAveragePool", x))
    return b.model(b("MatMul", x, b.weight(96, 40)))


def products(seed):
    """Products of matrices known at run time alone, packed on the way, and of a
    batch of constant ones, mostly zeros."""
    b = Builder("products", seed, [2, 48, 40])
    sparse = b.rng.standard_normal((2, 40, 32)).astype("f4")
    sparse[:, 8:] = 0
    x = b("MatMul", b("MatMul", "x", b.constant(sparse)), b.weight(32, 37))
    x = b("Relu", x)
    scores = b("MatMul", x, b("Transpose", x, perm=[0, 2, 1]))
    flat = b("Reshape", b("MatMul", scores, x), b.constant(np.array([96, 37])))
    long = b("MatMul", b("Transpose", flat, perm=[1, 0]),
             b.weight(96, 1030))
    return b.model(b("Sigmoid", b("MatMul", flat, long)))


def padded(seed):
    """Borders of all kinds, wide and narrow, around what several ops write."""
    b = Builder("padded", seed, [2, 5, 37, 70])
    def pad(x, low, high, *value, **attributes):
        return b("Pad", x, b.constant(np.array(low + high, "i8")),
                 *(b.constant(np.float32(v)) for v in value), **attributes)
    x = pad(b("Relu", "x"), [1, 3, 0, 2], [0, 1, 5, 0], 0.5)  # 3, 9, 42, 72
    x = pad(x, [-1, 0, 2, -1], [0, 0, -1, 3], -2.0)           # 2, 9, 43, 74
    y = b.conv(x, 9, 16, 3, pads=[2, 0, 1, 3])                # 2, 16, 44, 75
    z = b.conv(b("Sigmoid", y), 16, 16, 3, groups=16, pads=[1] * 4)
    y = b("Concat", b("Neg", y), z, b("Exp", z), axis=1)      # 2, 48, 44, 75
    y = b("MaxPool", pad(y, [0, 0, 1, 0], [0, 16, 0, 2], 9.0),
          kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 0, 1])
    y = b("AveragePool", y, kernel_shape=[5, 3], pads=[2, 1, 2, 1])
    return b.model(b("ConvTranspose", y, b.weight(64, 7, 3, 3), group=1,
                     strides=[2, 1], pads=[1, 0, 0, 1]))


def nested(seed):
    """Concatenations of concatenations, read while they grow."""
    b = Builder("nested", seed, [2, 16, 19, 30])
    x = b("Relu", b.conv("x", 16, 32, 1))
    for channels in (32, 48, 64):
        y = b("Relu", b.conv(x, channels, 16, 3, pads=[1] * 4))
        x = b("Concat", x, y, axis=1)
    left = b("Concat", b("Exp", b("Neg", x)), x, axis=1)
    y = b("Relu", b.conv(left, 160, 16, 1))
    x = b("Concat", b("Concat", left, y, axis=1), x, axis=1)
    return b.model(b.conv(b("Concat", x, y, axis=1), 272, 10, 3,
                          pads=[1, 0, 2, 1]))


MODELS = {f.__name__: f for f in (residual, depthwise, attention, spellings,
                                  mlp, mixed, quantized, quantized_matmul,
                                  pointwise, products, padded, nested)}
