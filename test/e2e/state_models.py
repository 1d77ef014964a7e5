# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small seeded models that keep something from call to call: decoders as
exporters write them, and recurrent ones."""
import numpy as np
from onnx import TensorProto

from open_models import Model, below

VOCABULARY = 50


class StateModel(Model):
    """`states`: pairs of an input and the output that is its next value;
    `calls`: the sizes of the calls, in order, without the states' lengths."""

    def __init__(self, name, seed, **bounds):
        super().__init__(name, seed, **bounds)
        self.states, self.calls, self.flags = [], [], []

    def state(self, name, *dims, dtype=TensorProto.FLOAT):
        return self.input(name, *dims, dtype=dtype)

    def next(self, name, value, output):
        """The next value of the state `name`, under a name of its own."""
        self.nodes.append(_identity(value, output))
        self.output(output)
        self.states.append((name, output))

    def named(self, output, op, *inputs, **attributes):
        """A node whose output has a name, as results do."""
        value = self(op, *inputs, **attributes)
        self.nodes[-1].output[0] = output
        del value
        return output


def _identity(value, output):
    from onnx import helper
    return helper.make_node("Identity", [value], [output])


def scalar(m, value):
    return m.constant(np.float32(value))


def norm(m, x, width):
    scale = m.constant(1 + 0.1 * m.rng.standard_normal(width).astype("f4"))
    bias = m.constant(0.1 * m.rng.standard_normal(width).astype("f4"))
    return m("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-5)


def rms_norm(m, x, width):
    mean = m("ReduceMean", m("Pow", x, scalar(m, 2)), axes=[-1], keepdims=1)
    root = m("Sqrt", m("Add", mean, scalar(m, 1e-6)))
    scale = m.constant(1 + 0.1 * m.rng.standard_normal(width).astype("f4"))
    return m("Mul", m("Div", x, root), scale)


def causal_mask(m, past, new):
    """0 where a key comes no later than the query, else a large negative
    number, of 1 x 1 x new x (past + new): as exporters compute it."""
    total = m("Add", past, new)
    keys = m("Range", m.constant(np.int64(0)), total, m.constant(np.int64(1)))
    queries = m("Range", past, total, m.constant(np.int64(1)))
    seen = m("LessOrEqual", m("Unsqueeze", keys, m.ints(0)),
             m("Unsqueeze", queries, m.ints(1)))
    mask = m("Where", seen, scalar(m, 0), scalar(m, -3.4e38))
    return m("Unsqueeze", mask, m.ints(0, 1)), queries


def heads(m, x, batch, new, count, size):
    x = m("Reshape", x, m.list(batch, new, count, size))
    return m("Transpose", x, perm=[0, 2, 1, 3])


def attend(m, q, k, v, mask, size, batch, new, width):
    scores = m("MatMul", q, m("Transpose", k, perm=[0, 1, 3, 2]))
    scores = m("Mul", scores, scalar(m, size ** -0.5))
    weights = m("Softmax", m("Add", scores, mask), axis=-1)
    y = m("Transpose", m("MatMul", weights, v), perm=[0, 2, 1, 3])
    return m("Reshape", y, m.list(batch, new, width))


def decoder_calls(m):
    """A prompt, then tokens one by one, then several at once."""
    m.calls = ([dict(batch=2, sequence=5)] +
               [dict(batch=2, sequence=1)] * 9 + [dict(batch=2, sequence=3)] +
               [dict(batch=2, sequence=1)] * 3)
    return m


def gpt(seed):
    """GPT-2's way: positions learned, keys and values concatenated in front of
    the product."""
    m = StateModel("gpt", seed, batch="1..4:1", sequence="1..24:1",
                   past_sequence="0..24:16")
    width, count, size, layers = 48, 3, 16, 2
    ids = m.input("input_ids", "batch", "sequence", make=below(VOCABULARY),
                  dtype=TensorProto.INT64)
    batch, new = m.size(ids, 0), m.size(ids, 1)
    pasts = [[m.state("past_key_values.%d.%s" % (i, kind), "batch", count,
                      "past_sequence", size) for kind in ("key", "value")]
             for i in range(layers)]
    mask, positions = causal_mask(m, m.size(pasts[0][0], 2), new)
    x = m("Add", m("Gather", m.weight(VOCABULARY, width), ids),
          m("Gather", m.weight(64, width), positions))
    for i, (past_key, past_value) in enumerate(pasts):
        y = norm(m, x, width)
        qkv = m("Add", m("MatMul", y, m.weight(width, 3 * width)),
                m.constant(m.rng.standard_normal(3 * width).astype("f4")))
        q, k, v = m("Split", qkv, m.ints(width, width, width), axis=2,
                    outputs=3)
        q, k, v = (heads(m, t, batch, new, count, size) for t in (q, k, v))
        k = m.named("present.%d.key" % i, "Concat", past_key, k, axis=2)
        v = m.named("present.%d.value" % i, "Concat", past_value, v, axis=2)
        y = attend(m, q, k, v, mask, size, batch, new, width)
        x = m("Add", x, m("MatMul", y, m.weight(width, width)))
        y = m("MatMul", norm(m, x, width), m.weight(width, 4 * width))
        y = m("MatMul", m("Gelu", y) if m.opset >= 20 else m("Relu", y),
              m.weight(4 * width, width))
        x = m("Add", x, y)
    m.output(m("MatMul", norm(m, x, width), m.weight(width, VOCABULARY)))
    for i in range(layers):
        for kind in ("key", "value"):
            m.output("present.%d.%s" % (i, kind))
            m.states.append(("past_key_values.%d.%s" % (i, kind),
                             "present.%d.%s" % (i, kind)))
    m.flags = ["past_key_values.*=present.*"]
    return decoder_calls(m)


def rotate(m, x, cos, sin, size):
    half = size // 2
    first = m("Slice", x, m.ints(0), m.ints(half), m.ints(3))
    second = m("Slice", x, m.ints(half), m.ints(2 ** 62), m.ints(3))
    turned = m("Concat", m("Neg", second), first, axis=-1)
    return m("Add", m("Mul", x, cos), m("Mul", turned, sin))


def llama(seed):
    """Llama's way: rotary positions, and several heads that share keys and
    values, which are repeated."""
    m = StateModel("llama", seed, batch="1..4:1", sequence="1..24:1",
                   past_sequence="0..24:16")
    width, count, kv_count, size, layers = 64, 4, 2, 16, 2
    ids = m.input("input_ids", "batch", "sequence", make=below(VOCABULARY),
                  dtype=TensorProto.INT64)
    batch, new = m.size(ids, 0), m.size(ids, 1)
    pasts = [[m.state("past_key_values.%d.%s" % (i, kind), "batch", kv_count,
                      "past_sequence", size) for kind in ("key", "value")]
             for i in range(layers)]
    past = m.size(pasts[0][0], 2)
    mask, positions = causal_mask(m, past, new)
    turns = m("Mul", m("Unsqueeze", m("Cast", positions, to=TensorProto.FLOAT),
                       m.ints(1)),
              m.constant((1e4 ** -(np.arange(size // 2) * 2 / size))
                         .astype("f4")[None]))
    turns = m("Concat", turns, turns, axis=-1)
    cos, sin = m("Cos", turns), m("Sin", turns)
    x = m("Gather", m.weight(VOCABULARY, width), ids)
    total = m("Add", past, new)
    repeated = m.list(batch, kv_count, count // kv_count, total, size)
    for i, (past_key, past_value) in enumerate(pasts):
        y = rms_norm(m, x, width)
        q = heads(m, m("MatMul", y, m.weight(width, count * size)), batch, new,
                  count, size)
        k, v = (heads(m, m("MatMul", y, m.weight(width, kv_count * size)),
                      batch, new, kv_count, size) for _ in range(2))
        q, k = rotate(m, q, cos, sin, size), rotate(m, k, cos, sin, size)
        k = m.named("present.%d.key" % i, "Concat", past_key, k, axis=-2)
        v = m.named("present.%d.value" % i, "Concat", past_value, v, axis=-2)
        k, v = (m("Reshape", m("Expand", m("Unsqueeze", t, m.ints(2)),
                               repeated),
                  m.list(batch, count, total, size)) for t in (k, v))
        y = attend(m, q, k, v, mask, size, batch, new, count * size)
        x = m("Add", x, m("MatMul", y, m.weight(count * size, width)))
        y = rms_norm(m, x, width)
        gate = m("MatMul", y, m.weight(width, 2 * width))
        gate = m("Mul", gate, m("Sigmoid", gate))
        y = m("Mul", gate, m("MatMul", y, m.weight(width, 2 * width)))
        x = m("Add", x, m("MatMul", y, m.weight(2 * width, width)))
    m.output(m("MatMul", rms_norm(m, x, width), m.weight(width, VOCABULARY)))
    for i in range(layers):
        for kind in ("key", "value"):
            m.output("present.%d.%s" % (i, kind))
            m.states.append(("past_key_values.%d.%s" % (i, kind),
                             "present.%d.%s" % (i, kind)))
    m.flags = ["auto"]
    return decoder_calls(m)


def gru_cell(seed):
    """h to h, of a fixed shape but for the batch."""
    m = StateModel("gru_cell", seed, batch="1..8:1")
    x = m.input("x", "batch", 10)
    h = m.state("h", "batch", 12)
    both = m("Concat", x, h, axis=1)
    z = m("Sigmoid", m("MatMul", both, m.weight(22, 12)))
    r = m("Sigmoid", m("MatMul", both, m.weight(22, 12)))
    n = m("Tanh", m("Add", m("MatMul", x, m.weight(10, 12)),
                    m("Mul", r, m("MatMul", h, m.weight(12, 12)))))
    new = m.named("h_next", "Add", m("Mul", z, h),
                  m("Mul", m("Sub", scalar(m, 1), z), n))
    m.output(m("MatMul", new, m.weight(12, 5)), "h_next")
    m.states, m.flags = [("h", "h_next")], ["h=h_next"]
    m.calls = [dict(batch=3)] * 8
    return m


def window(seed):
    """The last 7 frames, all sizes known: what streaming audio keeps. The
    convolution reads the window after it has moved, the output before it."""
    m = StateModel("window", seed)
    frame = m.input("frame", 1, 4, 2)
    past = m.state("buffer_in", 1, 4, 7)
    both = m("Concat", past, frame, axis=2)
    m.named("buffer_out", "Slice", both, m.ints(2), m.ints(9), m.ints(2))
    m.output(m("Conv", both, m.kernel(6, 4, 3)), m("Neg", past), "buffer_out")
    m.states, m.flags = [("buffer_in", "buffer_out")], ["auto"]
    m.calls = [{}] * 6
    return m


def swap(seed):
    """Two states, each the next value of the other; and one that counts."""
    m = StateModel("swap", seed)
    a, b = m.state("a", 3, 5), m.state("b", 3, 5)
    count = m.state("count", 1, dtype=TensorProto.INT64)
    m.named("a_next", "Add", b, m.input("x", 3, 5))
    m.named("b_next", "Mul", a, scalar(m, 0.5))
    m.named("count_next", "Add", count, m.ints(1))
    m.output("a_next", "b_next")
    m.output("count_next", dtype=TensorProto.INT64)
    m.output(m("Sub", "a_next", "b_next"))
    m.output(m("Identity", count), dtype=TensorProto.INT64)
    m.states = [(n, n + "_next") for n in ("a", "b", "count")]
    m.flags = ["*=*_next"]
    m.calls = [{}] * 5
    return m


MODELS = {f.__name__: f for f in (gpt, llama, gru_cell, window, swap)}
