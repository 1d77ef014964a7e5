# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Seeded models of one op of ONNX Runtime's domain each, with attributes and
optional inputs drawn at random, at known and open sizes."""
import numpy as np
from onnx import TensorProto, helper

from open_models import Model

F32, I32, I64 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64
CODES = {"u1": TensorProto.UINT8, "i1": TensorProto.INT8}
# The results of integers differ by a step where a sum lies between two.
STEPS = (0.0, 1.01 / 100)


class Microsoft(Model):
    """`tolerance`: of what is right, and of the largest number."""

    def __init__(self, name, seed, opset=17, **bounds):
        super().__init__(name, seed, opset, **bounds)
        self.tolerance = (1e-4, 1e-5)
        # The same for ONNX Runtime, where its CPU kernel doesn't do all.
        self.peer = None

    def ms(self, op, *inputs, outputs=1, **attributes):
        """A node; inputs that are None are left out."""
        inputs = [name or "" for name in inputs]
        while inputs and not inputs[-1]:
            inputs.pop()
        return self(op, *inputs, outputs=outputs, domain="com.microsoft",
                    **attributes)

    def chance(self, p=0.5):
        return bool(self.rng.random() < p)

    def pick(self, *values):
        return values[int(self.rng.integers(len(values)))]

    def floats(self, *shape, size=1.0):
        return self.constant((self.rng.standard_normal(shape)
                              * size).astype("f4"))

    def text(self, *names):
        """Batch and length, open in half of the models."""
        self.open = self.chance()
        if self.open:
            self.bounds.update(batch="1..4", tokens="1..20:8")
            self.sizes = [dict(batch=b, tokens=t) for b, t in
                          ((1, 1), (3, 7), (4, 20), (2, 12))]
            return "batch", "tokens"
        self.sizes = [{}]
        return self.pick(1, 2, 3), self.pick(1, 5, 8)

    def any_shape(self, *last):
        batch, tokens = self.text()
        return [batch, tokens, *last]


def draw(low, high, dtype):
    return lambda rng, shape: rng.integers(low, high, shape).astype(dtype)


# ---- Activations, products, normalizations

def gelu(m):
    op = m.pick("Gelu", "BiasGelu", "FastGelu", "QuickGelu")
    x = m.input("x", *m.any_shape(12), make=lambda rng, shape:
                rng.standard_normal(shape).astype("f4") * 4)
    bias = m.floats(12) if op == "BiasGelu" or (op == "FastGelu"
                                                and m.chance()) else None
    more = {"alpha": 1.3} if op == "QuickGelu" and m.chance() else {}
    m.output(m.ms(op, x, bias, **more))


def fused_matmul(m):
    batch, tokens = m.text()
    a, b = m.chance(), m.chance()
    behind = m.chance(0.3)
    first = [batch, 6, tokens] if a else [batch, tokens, 6]
    second = [5, 6] if b else [6, 5]
    if behind:
        first = [first[1], first[0], first[2]]
        right = m.input("y", batch, *second)
    else:
        right = m.weight(*second)
    more = {"transBatchA": 1} if behind else {}
    m.output(m.ms("FusedMatMul", m.input("x", *first), right, transA=int(a),
                  transB=int(b), alpha=m.pick(1.0, 0.25), **more))


ACTIVATIONS = {"Relu": [], "Sigmoid": [], "Tanh": [], "LeakyRelu": [0.2],
               "HardSigmoid": [0.3, 0.4], "Clip": [-0.5, 0.7]}


def fused_gemm(m):
    batch, _ = m.text()
    name = m.pick("Relu", "Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid")
    names = ["activation_alpha", "activation_beta"]
    a, b = m.chance(), m.chance()
    m.output(m.ms("FusedGemm", m.input("x", *([7, batch] if a else [batch, 7])),
                  m.weight(*([4, 7] if b else [7, 4])),
                  m.floats(4) if m.chance() else None, transA=int(a),
                  transB=int(b), alpha=0.5, beta=2.0, activation=name,
                  **dict(zip(names, ACTIVATIONS[name]))))


def fused_conv(m):
    batch, _ = m.text()
    group = m.pick(1, 2)
    name = m.pick(*ACTIVATIONS)
    x = m.input("x", batch, 4, 9, 10)
    more = {"activation_params": ACTIVATIONS[name]} if ACTIVATIONS[name] else {}
    z = m.input("z", batch, 6, 9, 10) if m.chance() else None
    m.output(m.ms("FusedConv", x, m.kernel(6, 4 // group, 3, 3),
                  m.floats(6) if z or m.chance() else None, z,
                  activation=name, group=group, pads=[1, 1, 1, 1], **more))


def skip_norm(m):
    op = m.pick("SkipLayerNormalization", "SkipSimplifiedLayerNormalization")
    shape = m.any_shape(16)
    x, skip = m.input("x", *shape), m.input("skip", *shape)
    beta = [m.floats(16) if m.chance() else None] * (op[4] == "L")
    y, _, _, total = m.ms(op, x, skip, m.floats(16), *beta,
                          m.floats(16) if m.chance() else None, outputs=4,
                          epsilon=1e-5)
    m.nodes[-1].output[1:3] = ["", ""]
    m.output(y, total)


def plain_norm(m):
    """As ONNX Runtime writes it in ONNX's own domain."""
    x = m.input("x", *m.any_shape(16))
    m.output(m("SimplifiedLayerNormalization", x, m.floats(16), axis=-1,
               epsilon=1e-6, stash_type=1))


def embed(m):
    shape = m.any_shape()
    ids = m.input("ids", *shape, dtype=I32, make=draw(0, 30, "i4"))
    segments = (m.input("segments", *shape, dtype=I32, make=draw(0, 2, "i4"))
                if m.chance() else None)
    mask = (m.input("mask", *shape, dtype=I32, make=draw(0, 2, "i4"))
            if m.chance() else None)
    positions = (m.input("positions", *shape, dtype=I32, make=draw(0, 24, "i4"))
                 if m.chance(0.3) else None)
    y, counts, total = m.ms(
        "EmbedLayerNormalization", ids, segments, m.floats(30, 8),
        m.floats(24, 8), m.floats(2, 8) if segments else None, m.floats(8),
        m.floats(8), mask, positions, outputs=3, epsilon=1e-6)
    m.output(y, total)
    m.output(counts, dtype=I32)


# ---- Attention

def key_mask(m, batch, tokens, past=0):
    """A mask over keys, in one of its forms; None for none."""
    form = m.pick(None, "counts", "rows", "matrices", "both")
    if form:
        # Where all keys are hidden, scores are near -10000, which f32 has with
        # a precision of 1/1024.
        m.tolerance = (1e-3, 1e-3)
    total = "tokens + %d" % past if m.open else tokens + past
    if m.open and form in ("counts", "both"):
        form = "rows"  # numbers would depend on the length
    if form == "counts":
        return m.input("mask", batch, dtype=I32,
                       make=draw(1, tokens + past + 1, "i4"))
    if form == "both":
        def ends_and_starts(rng, shape):
            half = shape[0] // 2
            return np.concatenate([
                np.full(half, tokens + past),
                rng.integers(0, tokens + past, half)]).astype("i4")
        return m.input("mask", 2 * batch, dtype=I32, make=ends_and_starts)
    if form == "rows":
        return m.input("mask", batch, total, dtype=I32, make=draw(0, 2, "i4"))
    if form == "matrices":
        return m.input("mask", batch, tokens, total, dtype=I32,
                       make=draw(0, 2, "i4"))
    return None


def score_bias(m, batch, heads, tokens, total):
    if not m.chance(0.4):
        return None
    return m.input("bias", m.pick(1, batch), m.pick(1, heads), tokens, total)


def attention(m):
    batch, tokens = m.text()
    heads, size, values = 2, 8, m.pick(8, 12)
    past = m.pick(0, 0, 3)
    if past:
        values = size
    columns = heads * (2 * size + values)
    total = "tokens + %d" % past if m.open else tokens + past
    more = {} if values == size and m.chance() else {
        "qkv_hidden_sizes": [heads * size, heads * size, heads * values]}
    kept = (m.input("past", 2, batch, heads, past, size) if past else None)
    outputs = m.ms(
        "Attention", m.input("x", batch, tokens, 10), m.weight(10, columns),
        m.floats(columns), key_mask(m, batch, tokens, past), kept,
        None if past else score_bias(m, batch, heads, tokens, total),
        num_heads=heads, unidirectional=int(m.chance()),
        outputs=2 if past else 1,
        **({"scale": 0.3} if m.chance(0.3) else {}), **more)
    m.output(*([outputs] if isinstance(outputs, str) else outputs))


def multi_head(m):
    batch, tokens = m.text()
    heads, size = 2, 8
    hidden = heads * size
    form = m.pick("plain", "plain", "packed", "packed-keys", "cross")
    past = m.pick(0, 3) if form == "plain" else 0
    total = "tokens + %d" % past if m.open else tokens + past
    values = m.pick(8, 12) if form == "plain" and not past else size
    if form == "packed":
        operands = [m.input("q", batch, tokens, heads, 3, size), None, None]
    elif form == "packed-keys":
        operands = [m.input("q", batch, tokens, hidden),
                    m.input("k", batch, tokens, heads, 2, size), None]
    elif form == "cross":
        operands = [m.input("q", batch, tokens, hidden),
                    m.input("k", batch, heads, tokens, size),
                    m.input("v", batch, heads, tokens, size)]
    else:
        operands = [m.input("q", batch, tokens, hidden),
                    m.input("k", batch, tokens, hidden),
                    m.input("v", batch, tokens, heads * values)]
    bias = (m.floats(2 * hidden + heads * values)
            if form == "plain" and m.chance() else None)
    mask = key_mask(m, batch, tokens, past)
    if mask and len(m.inputs["mask"][0]) == 1:
        del m.inputs["mask"]  # numbers are for other kernels
        mask = None
    kept = ([m.input("past_k", batch, heads, past, size),
             m.input("past_v", batch, heads, past, size)] if past
            else [None, None])
    outputs = m.ms(
        "MultiHeadAttention", *operands, bias, mask,
        score_bias(m, batch, heads, tokens, total), *kept, num_heads=heads,
        unidirectional=int(form == "plain" and m.chance()),
        outputs=3 if past else 1,
        **({"scale": 0.3} if m.chance(0.3) else {}))
    m.output(*([outputs] if isinstance(outputs, str) else outputs))
    if form.startswith("packed"):
        m.peer = unpacked(m, hidden, *(["q", 3] if form == "packed" else
                                       ["k", 2]))


def unpacked(m, hidden, name, count):
    """The model with queries, keys and values on their own."""
    nodes = m.nodes
    m.nodes = list(nodes)
    parts = [m("Reshape", m("Gather", name, m.constant(np.int64(k)), axis=3),
               m.ints(0, 0, hidden)) for k in range(count)]
    parts = ["q"] * (3 - count) + parts
    packed = nodes[-1]
    m.nodes = m.nodes[len(nodes):]
    m.nodes.append(helper.make_node(
        packed.op_type, [*parts, *packed.input[3:]], packed.output,
        domain=packed.domain, **{a.name: helper.get_attribute_value(a)
                                 for a in packed.attribute}))
    peer, m.nodes = m.proto(), nodes
    return peer


def rotary(m):
    batch, tokens = m.text()
    heads, size = 3, 8
    part = m.pick(None, 4)
    table = [m.floats(32, (part or size) // 2), m.floats(32, (part or size) // 2)]
    one = m.chance()
    position = (m.input("p", 1, dtype=I64, make=draw(0, 10, "i8")) if one else
                m.input("p", batch, tokens, dtype=I64, make=draw(0, 32, "i8")))
    shape = ([batch, heads, tokens, size] if m.chance() else
             [batch, tokens, heads * size])
    more = {"rotary_embedding_dim": part, "num_heads": heads} if part else {}
    m.output(m.ms("RotaryEmbedding", m.input("x", *shape), position, *table,
                  interleaved=int(m.chance()), **more))


def group_query(m):
    """A prompt, a step behind the past, or a buffer with room; batches may
    have different lengths."""
    heads, shared, size = m.pick(2, 4, 6), 2, 16
    form = m.pick("prompt", "step", "room")
    batch, tokens = m.pick(1, 2, 3), m.pick(3, 6) if form == "prompt" else 1
    past = {"prompt": 0, "step": 5, "room": 12}[form]
    total = {"prompt": tokens, "step": 6, "room": 7}[form]
    open_past = form == "step" and m.chance()
    m.sizes = [{}]
    if open_past:
        m.bounds["past"] = "1..9:5"
        m.sizes = [{"past": p} for p in (5, 1, 9)]
    packed = m.chance()
    q = m.input("q", batch, tokens, (heads + 2 * shared * packed) * size)
    k, v = (None, None) if packed else (
        m.input("k", batch, tokens, shared * size),
        m.input("v", batch, tokens, shared * size))
    dims = [batch, shared, "past" if open_past else past, size]
    kept = [m.input("past_k", *dims), m.input("past_v", *dims)] if past else [
        None, None]
    if open_past:
        total = m("Cast", m("Add", m.size(kept[0], 2), m.constant(np.int64(1))),
                  to=I32)
        ends = m("Sub", m("Expand", total, m.ints(batch)),
                 m.constant(np.int32(1)))
    else:
        # The longest has all; others fewer, but for a first token.
        least = 1 if form == "prompt" else tokens + 1
        numbers = m.rng.integers(least - 1, total, batch).astype("i4")
        numbers[0] = total - 1
        ends = m.constant(numbers)
        total = m.constant(np.int32(total))
    rotate = m.chance()
    table = ([m.floats(24, size // 2), m.floats(24, size // 2)] if rotate
             else [None, None])
    more = {}
    if m.chance(0.3):
        more["local_window_size"] = m.pick(2, 3)
    if m.chance(0.3):
        more["softcap"] = 2.0
    if m.chance(0.3):
        more["scale"] = 0.3
    sink = m.floats(heads) if m.chance(0.3) else None
    if not sink and m.chance(0.2):
        more["smooth_softmax"] = 1
    outputs = m.ms("GroupQueryAttention", q, k, v, *kept, ends, total, *table,
                   None, None, sink, num_heads=heads, kv_num_heads=shared,
                   do_rotary=int(rotate), rotary_interleaved=int(m.chance()),
                   outputs=3, **more)
    # Rows and buffers behind a batch's own tokens hold anything.
    if form == "prompt" and batch > 1:
        outputs = [m("Slice", outputs[0], m.ints(0), m.ints(1), m.ints(0))]
    elif form == "step" and not open_past:
        outputs = outputs[:1]
    elif form == "room":
        outputs = outputs[:1] + [
            m("Slice", kept, m.ints(0), m.ints(2), m.ints(2))
            for kept in outputs[1:]]
    m.output(*outputs)


# ---- Weights of few bits

def matmul_nbits(m):
    bits, block = m.pick(2, 4, 4, 8), m.pick(16, 32)
    inner, columns = m.pick(32, 48, 40), 6
    blocks = -(-inner // block)
    packed = m.rng.integers(0, 256, (columns, blocks, block * bits // 8))
    zeros = m.pick(None, "packed", "numbers")
    if zeros == "packed":
        zeros = m.constant(m.rng.integers(
            0, 256, (columns, -(-blocks * bits // 8))).astype("u1"))
    elif zeros == "numbers":
        zeros = m.constant(m.rng.uniform(
            0, 2 ** bits, (columns, blocks)).astype("f4"))
    m.output(m.ms("MatMulNBits", m.input("x", *m.any_shape(inner)),
                  m.constant(packed.astype("u1")),
                  m.constant(m.rng.uniform(0.01, 0.1,
                                           (columns, blocks)).astype("f4")),
                  zeros, None, m.floats(columns) if m.chance() else None,
                  K=inner, N=columns, bits=bits, block_size=block))


# ---- Quantized

def step(m, low=0.01, high=0.05):
    return m.constant(np.float32(m.rng.uniform(low, high)))


def zero(m, kind):
    low, high = (100, 150) if kind == "u1" else (-20, 20)
    return m.constant(np.array(m.rng.integers(low, high), kind))


def whole(m, name, kind, *shape):
    low, high = (0, 256) if kind == "u1" else (-128, 128)
    return m.input(name, *shape, dtype=CODES[kind], make=draw(low, high, kind))


def weights(m, kind, *shape):
    low, high = (0, 256) if kind == "u1" else (-127, 128)
    return m.constant(m.rng.integers(low, high, shape).astype(kind))


def result(m, name, kind):
    m.tolerance = STEPS
    m.output(name, dtype=CODES[kind])


def qlinear_binary(m):
    kind, op = m.pick("u1", "i1"), m.pick("QLinearAdd", "QLinearMul")
    batch, tokens = m.text()
    b = (whole(m, "b", kind, batch, tokens, 8) if m.chance() else
         weights(m, kind, 8))
    result(m, m.ms(op, whole(m, "a", kind, batch, tokens, 8), step(m),
                   zero(m, kind), b, step(m), zero(m, kind), step(m, 0.1, 0.2),
                   zero(m, kind)), kind)


def qlinear_unary(m):
    kind, op = m.pick("u1", "i1"), m.pick("QLinearSigmoid", "QLinearLeakyRelu",
                                          "QLinearSoftmax")
    low, more = 0.02, {}
    if op == "QLinearLeakyRelu":
        more["alpha"] = 0.1
    elif op == "QLinearSoftmax":
        more = {"axis": 2, "opset": 13}
    y = m.constant(np.float32(1 / 256 if op != "QLinearLeakyRelu" else 0.05))
    place = (zero(m, kind) if op == "QLinearLeakyRelu" else
             m.constant(np.array(0 if kind == "u1" else -128, kind)))
    result(m, m.ms(op, whole(m, "x", kind, *m.any_shape(8)), step(m, low),
                   zero(m, kind), y, place, **more), kind)


def qlinear_concat(m):
    batch, tokens = m.text()
    parts = []
    for k in range(m.pick(2, 3)):
        parts += [whole(m, "x%d" % k, "u1", batch, tokens, 3 + k), step(m),
                  zero(m, "u1")]
    result(m, m.ms("QLinearConcat", step(m, 0.04, 0.06), zero(m, "u1"), *parts,
                   axis=m.pick(2, -1)), "u1")


def qlinear_pool(m):
    batch, _ = m.text()
    last = int(m.chance())
    shape = [batch, 9, 8, 5] if last else [batch, 5, 9, 8]
    x = [whole(m, "x", "u1", *shape), step(m), zero(m, "u1"), step(m),
         zero(m, "u1")]
    if m.chance():
        y = m.ms("QLinearGlobalAveragePool", *x, channels_last=last)
    else:
        y = m.ms("QLinearAveragePool", *x, channels_last=last,
                 kernel_shape=[3, 2], strides=[2, 1],
                 pads=m.pick([0, 0, 0, 0], [1, 0, 1, 1]),
                 count_include_pad=int(m.chance()))
    result(m, y, "u1")


def nhwc_pool(m):
    batch, _ = m.text()
    kind = m.pick("u1", "i1")
    m.output(m.ms("NhwcMaxPool", whole(m, "x", kind, batch, 9, 8, 5),
                  kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1]),
             dtype=CODES[kind])


def qlinear_conv(m):
    batch, _ = m.text()
    last = int(m.chance())
    shape = [batch, 9, 8, 4] if last else [batch, 4, 9, 8]
    bias = (m.constant(m.rng.integers(-999, 999, 6).astype("i4"))
            if m.chance() else None)
    result(m, m.ms("QLinearConv", whole(m, "x", "u1", *shape), step(m),
                   zero(m, "u1"), weights(m, "i1", 6, 4, 3, 3), step(m),
                   m.constant(np.array(0, "i1")), step(m, 0.3, 0.5),
                   zero(m, "u1"), bias, channels_last=last,
                   pads=[1, 1, 1, 1]), "u1")


def qgemm(m):
    batch, _ = m.text()
    b = m.chance()
    columns = m.chance()
    scale = (m.constant(m.rng.uniform(0.01, 0.03, 6).astype("f4")) if columns
             else step(m))
    place = m.constant(np.zeros(6 if columns else [], "i1"))
    c = (m.constant(m.rng.integers(-999, 999, 6).astype("i4")) if m.chance()
         else None)
    quantized = m.chance()
    y = m.ms("QGemm", whole(m, "a", "u1", batch, 20), step(m), zero(m, "u1"),
             weights(m, "i1", *([6, 20] if b else [20, 6])), scale, place, c,
             *([step(m, 0.2, 0.4), zero(m, "u1")] if quantized else []),
             transB=int(b), alpha=m.pick(1.0, 0.5))
    if quantized:
        return result(m, y, "u1")
    m.output(y)


def integer_matmul(m):
    columns = m.chance()
    scale = (m.constant(m.rng.uniform(0.01, 0.03, 6).astype("f4")) if columns
             else step(m))
    kind = m.pick("u1", "i1")
    place = zero(m, kind) if m.chance() else None
    bias = m.floats(6) if m.chance() else None
    shape = m.any_shape(20)
    if m.chance():
        m.output(m.ms("MatMulIntegerToFloat", whole(m, "a", "u1", *shape),
                      weights(m, kind, 20, 6), step(m), scale, zero(m, "u1"),
                      place if not columns else None, bias))
        return
    m.tolerance = (1e-3, 5e-3)  # a ninth bit where an element is a tie
    m.output(m.ms("DynamicQuantizeMatMul", m.input("a", *shape),
                  weights(m, kind, 20, 6), scale,
                  place if not columns else None, bias))


def qattention(m):
    batch, tokens = m.text()
    heads, size = 2, 8
    m.output(m.ms("QAttention", whole(m, "x", "u1", batch, tokens, 10),
                  weights(m, "i1", 10, 3 * heads * size), m.floats(48),
                  step(m), step(m, 0.001, 0.004), key_mask(m, batch, tokens),
                  zero(m, "u1"), m.constant(np.array(0, "i1")),
                  num_heads=heads, unidirectional=int(m.chance())))


def quantize_linear(m):
    x = m.input("x", *m.any_shape(6))
    columns = m.chance()
    axis = {"axis": 2} if columns else {}
    scale = (m.constant(m.rng.uniform(0.01, 0.03, 6).astype("f4")) if columns
             else step(m))
    place = m.constant(m.rng.integers(100, 150, 6 if columns else []).astype(
        "u1"))
    q = m.ms("QuantizeLinear", x, scale, place, **axis)
    m.tolerance = STEPS
    m.output(m.ms("DequantizeLinear", q, scale, place, **axis))


MAKERS = [gelu, fused_matmul, fused_gemm, fused_conv, skip_norm, plain_norm,
          embed, attention, multi_head, rotary, group_query, matmul_nbits,
          qlinear_binary, qlinear_unary, qlinear_concat, qlinear_pool,
          nhwc_pool, qlinear_conv, qgemm, integer_matmul, qattention,
          quantize_linear]
MODELS = {maker.__name__: maker for maker in MAKERS}


def make(name, seed):
    m = Microsoft(name, seed)
    MODELS[name](m)
    named = {dim for dims, _, _ in m.inputs.values() for dim in dims}
    m.bounds = {dim: text for dim, text in m.bounds.items() if dim in named}
    return m
