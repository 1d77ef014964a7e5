# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small seeded models with open sizes: what exporters write of shapes, and the
ops whose sizes follow from them."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

import open_checks
import open_images
import open_vision
from open_model import (IMAGE, INT, TEXT, Model, below, image_sizes,
                        text_sizes)


def split_heads(seed):
    """Shape, Gather, Concat and Reshape, there and back."""
    m = Model("split_heads", seed, **TEXT)
    x = m.input("x", "batch", "sequence", 24)
    batch, sequence = m.size(x, 0), m.size(x, 1)
    y = m("Reshape", x, m.list(batch, sequence, 3, 8))
    y = m("Softmax", m("Transpose", y, perm=[0, 2, 1, 3]), axis=2)
    y = m("Transpose", y, perm=[0, 2, 1, 3])
    m.output(m("Reshape", y, m.list(batch, sequence, 24)))
    rows = m("Mul", batch, sequence)
    flat = m("Reshape", x, m.list(rows, -1))
    m.output(m("Relu", m("MatMul", flat, m.weight(24, 17))))
    m.output(m("Exp", m("Reshape", y, m.list(-1))))
    m.output(m("Cast", m("Shape", x), to=TensorProto.INT64),
             dtype=TensorProto.INT64)
    return text_sizes(m)


def masks(seed):
    """Range, and masks of sizes and lengths."""
    m = Model("masks", seed, **TEXT)
    x = m.input("x", "batch", "sequence")
    lengths = m.input("lengths", "batch", make=below(41),
                      dtype=TensorProto.INT64)
    places = m("Range", m.constant(INT(0)), m.size(x, 1), m.constant(INT(1)))
    row = m("Unsqueeze", places, m.ints(0))
    column = m("Unsqueeze", places, m.ints(1))
    within = m("Less", row, m("Unsqueeze", lengths, m.ints(1)))
    causal = m("LessOrEqual", row, column)
    both = m("And", m("Unsqueeze", within, m.ints(1)), causal)
    scores = m("Mul", m("Unsqueeze", x, m.ints(1)),
               m("Unsqueeze", x, m.ints(2)))
    hidden = m("Where", both, scores, m.constant(np.float32(-1e4)))
    m.output(m("Softmax", hidden, axis=-1))
    m.output(m("Cast", m("Not", both), to=TensorProto.FLOAT))
    m.output(m("Trilu", scores, upper=0))
    return text_sizes(m)


def fills(seed):
    """Expand, Tile and ConstantOfShape by sizes of other inputs."""
    m = Model("fills", seed, **TEXT)
    x = m.input("x", "batch", 1, 5)
    y = m.input("y", "sequence")
    batch, sequence = m.size(x, 0), m.size(y, 0)
    wide = m("Expand", x, m.list(batch, sequence, 5))
    m.output(m("Add", wide, m("Unsqueeze", y, m.ints(1))))
    m.output(m("Tile", x, m.list(1, sequence, 2)))
    m.output(m("Expand", y, m.list(batch, 1)))
    ones = m("ConstantOfShape", m.list(batch, sequence),
             value=numpy_helper.from_array(np.array([2.5], "f4")))
    m.output(m("Mul", ones, y))
    return text_sizes(m)


def slices(seed):
    """Slices whose ends are sizes, from the end, reversed and strided."""
    m = Model("slices", seed, batch="1..5:2", sequence="4..40:16",
              other="1..40")
    x = m.input("x", "batch", "sequence", 6)
    y = m.input("y", "other")
    last = m("Sub", m.size(x, 1), m.constant(INT(1)))
    half = m("Div", m.size(x, 1), m.constant(INT(2)))
    one = m.ints(1)

    def cut(start, end, step=1):
        return m("Slice", x, m.list(start), m.list(end), one, m.ints(step))

    m.output(cut(1, last), cut(half, 2 ** 31), cut(0, half), cut(-3, 2 ** 40))
    m.output(cut(-1, -2 ** 40, -1), cut(1, 2 ** 31, 2))
    m.output(m("Concat", m("Neg", cut(half, 2 ** 31)), cut(0, half), axis=1))
    m.output(m("Slice", y, m.ints(0), m.list(m.size(y, 0)), m.ints(0)))
    m.output(m("Gather", x, m.constant(INT(-1)), axis=1))
    text_sizes(m)
    m.sizes = [dict(s, sequence=max(4, s["sequence"]), other=1 + 3 * k)
               for k, s in enumerate(m.sizes)]
    return m


def cuts(seed):
    """Slices between numbers, which the size must reach."""
    m = Model("cuts", seed, size="1..40:19")
    x = m.input("x", "size")
    zero = m.ints(0)
    for start, end, step in ((3, 10, 1), (-9, -3, 2), (11, 2, -3)):
        m.output(m("Slice", x, m.ints(start), m.ints(end), zero,
                   m.ints(step)))
    m.sizes = [dict(size=n) for n in (12, 13, 19, 40, 27)]
    m.refused = [(dict(x=[n]), "dimension 0 (size) is %d, the model takes 12"
                  % n) for n in (1, 5, 9, 11)]
    return m


def layer(m, x, width, heads, mask=None, past=None):
    """Attention and a feed-forward net; with the cache of keys, it's grown."""
    batch, sequence = m.size(x, 0), m.size(x, 1)

    def normal(y):
        return m("LayerNormalization", y, m.weight(width), m.weight(width))

    y = normal(x)

    def project(perm):
        z = m("Add", m("MatMul", y, m.weight(width, width)), m.weight(width))
        z = m("Reshape", z, m.list(batch, sequence, heads, width // heads))
        return m("Transpose", z, perm=perm)

    q, k, v = project([0, 2, 1, 3]), project([0, 2, 1, 3]), project(
        [0, 2, 1, 3])
    if past:
        k = m("Concat", past[0], k, axis=2)
        v = m("Concat", past[1], v, axis=2)
    scores = m("MatMul", q, m("Transpose", k, perm=[0, 1, 3, 2]))
    scores = m("Mul", scores, m.constant(np.float32((width / heads) ** -0.5)))
    if mask:
        scores = m("Add", scores, mask)
    y = m("MatMul", m("Softmax", scores, axis=-1), v)
    y = m("Reshape", m("Transpose", y, perm=[0, 2, 1, 3]),
          m.list(batch, sequence, width))
    x = m("Add", x, m("MatMul", y, m.weight(width, width)))
    y = m("MatMul", normal(x), m.weight(width, 2 * width))
    y = m("Mul", y, m("Sigmoid", y))
    return m("Add", x, m("MatMul", y, m.weight(2 * width, width))), k, v


def transformer(seed):
    """Embeddings, places, a mask of the input, two layers, the first token."""
    m = Model("transformer", seed, **TEXT)
    ids = m.input("ids", "batch", "sequence", make=below(50),
                  dtype=TensorProto.INT64)
    seen = m.input("mask", "batch", "sequence", make=below(2),
                   dtype=TensorProto.INT64)
    x = m("Gather", m.weight(50, 32), ids)
    places = m("Slice", m.weight(40, 32), m.ints(0),
               m.list(m.size(ids, 1)), m.ints(0))
    x = m("Add", x, places)
    hide = m("Sub", m.constant(np.float32(1)),
             m("Cast", seen, to=TensorProto.FLOAT))
    hide = m("Mul", m("Unsqueeze", hide, m.ints(1, 2)),
             m.constant(np.float32(-1e4)))
    for _ in range(2):
        x = layer(m, x, 32, 4, hide)[0]
    m.output(x)
    m.output(m("Tanh", m("MatMul", m("Gather", x, m.constant(INT(0)), axis=1),
                         m.weight(32, 3))))
    text_sizes(m)
    m.refused = [(dict(ids=[2, 5], mask=[2, 6]), "mask: dimension 1 (sequence)"),
                 (dict(ids=[6, 5], mask=[6, 5]), "dimension 0 (batch) is 6"),
                 (dict(ids=[2, 41], mask=[2, 41]),
                  "dimension 1 (sequence) is 41"),
                 (dict(ids=[2, 0], mask=[2, 0]), "dimension 1 (sequence) is 0")]
    return m


def images(seed):
    """Convolutions and pooling of images of all sizes."""
    m = Model("images", seed, **IMAGE)
    x = m.input("x", "batch", 3, "height", "width")
    x = m("Relu", m("Conv", x, m.kernel(16, 3, 3, 3), m.weight(16),
                    strides=[2, 2], pads=[1] * 4))
    y = m("Conv", x, m.kernel(16, 1, 5, 5), group=16, pads=[2] * 4)
    x = m("HardSwish", m("Add", x, y))
    x = m("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    x = m("Conv", x, m.kernel(24, 16, 3, 3), m.weight(24), pads=[0, 1, 2, 1])
    m.output(m("AveragePool", x, kernel_shape=[3, 2], pads=[1, 0, 1, 1],
               strides=[1, 2]))
    m.output(m("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2],
               ceil_mode=1))
    m.output(m("Conv", x, m.kernel(9, 24, 3, 3), dilations=[2, 2],
               pads=[2] * 4))
    x = m("Flatten", m("GlobalAveragePool", m("Relu", x)))
    m.output(m("Softmax", m("MatMul", x, m.weight(24, 10))))
    return image_sizes(m)


def ceil_mode(seed):
    """Pooling of whole windows and rests, with padding."""
    m = Model("ceil_mode", seed, **IMAGE)
    x = m.input("x", "batch", 3, "height", "width")
    m.output(m("AveragePool", m("Relu", x), kernel_shape=[2, 2],
               strides=[2, 2], ceil_mode=1, pads=[1, 0, 0, 1]))
    m.output(m("MaxPool", x, kernel_shape=[3, 2], strides=[2, 3], ceil_mode=1,
               pads=[1, 1, 1, 1]))
    return image_sizes(m)


def same_padding(seed):
    """As Keras pads: by what the size leaves over."""
    m = Model("same_padding", seed, **IMAGE)
    x = m.input("x", "batch", 3, "height", "width")
    m.output(m("Conv", x, m.kernel(8, 3, 3, 3), auto_pad="SAME_UPPER",
               strides=[2, 2]))
    m.output(m("MaxPool", x, kernel_shape=[3, 3], auto_pad="SAME_UPPER",
               strides=[2, 2]))
    return image_sizes(m)


def same_unstrided(seed):
    """Where the padding doesn't depend on the size."""
    m = Model("same_unstrided", seed, **IMAGE)
    x = m.input("x", "batch", 3, "height", "width")
    m.output(m("Conv", x, m.kernel(8, 3, 3, 3), auto_pad="SAME_UPPER"))
    m.output(m("AveragePool", x, kernel_shape=[2, 2], auto_pad="SAME_LOWER"))
    return image_sizes(m)


def upsample(seed):
    """Resize by factors and to other sizes, transposed convolutions; a step
    down and up again."""
    m = Model("upsample", seed, **IMAGE)
    x = m.input("x", "batch", 8, "height", "width")
    nearest = dict(mode="nearest", nearest_mode="floor",
                   coordinate_transformation_mode="asymmetric")
    down = m("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    twice = m("Resize", down, "", m.constant(np.array([1, 1, 2, 2], "f4")),
              **nearest)
    m.output(m("Conv", twice, m.kernel(5, 8, 3, 3), pads=[1] * 4))
    m.output(m("ConvTranspose", down, m.kernel(8, 6, 2, 2), strides=[2, 2]))
    m.output(m("ConvTranspose", m("Relu", down), m.kernel(8, 6, 3, 3),
               strides=[2, 2], pads=[1] * 4, output_padding=[1, 1]))
    return image_sizes(m)


def unet(seed):
    """To the size of what is joined, as exporters write it."""
    m = Model("unet", seed, **IMAGE)
    x = m.input("x", "batch", 4, "height", "width")
    down = m("Relu", m("Conv", x, m.kernel(8, 4, 3, 3), strides=[2, 2],
                       pads=[1] * 4))
    sizes = m("Concat", m("Slice", m("Shape", down), m.ints(0), m.ints(2)),
              m("Slice", m("Shape", x), m.ints(2), m.ints(4)), axis=0)
    up = m("Resize", down, "", "", sizes, mode="nearest",
           nearest_mode="floor", coordinate_transformation_mode="asymmetric")
    y = m("Concat", x, up, axis=1)
    m.output(m("Conv", y, m.kernel(3, 12, 3, 3), pads=[1] * 4))
    return image_sizes(m)


def bilinear(seed):
    """Linear interpolation, by a factor."""
    m = Model("bilinear", seed, **IMAGE)
    x = m.input("x", "batch", 3, "height", "width")
    m.output(m("Resize", m("Relu", x), "",
               m.constant(np.array([1, 1, 2, 2], "f4")), mode="linear",
               coordinate_transformation_mode="half_pixel"))
    return image_sizes(m)


def cache(seed):
    """Keys and values of before, joined with those of now."""
    m = Model("cache", seed, batch="1..3:1", past_sequence_length="0..60:30",
              sequence_length="1..20:1")
    x = m.input("x", "batch", "sequence_length", 32)
    past = [m.input(n, "batch", 4, "past_sequence_length", 8)
            for n in ("past_key", "past_value")]
    mask = m.input("mask", "batch", "past_sequence_length + sequence_length",
                   make=below(2), dtype=TensorProto.INT64)
    hide = m("Mul", m("Cast", m("Sub", mask, m.constant(INT(1))),
                      to=TensorProto.FLOAT), m.constant(np.float32(1e4)))
    y, k, v = layer(m, x, 32, 4, m("Unsqueeze", hide, m.ints(1, 2)), past)
    m.output(y, k, v)
    m.sizes = [dict(batch=b, past_sequence_length=p, sequence_length=s)
               for b, p, s in ((1, 0, 1), (1, 30, 1), (2, 0, 13), (3, 60, 20),
                               (1, 17, 5), (2, 59, 1))]
    shapes = m.shapes(m.sizes[4])
    m.refused = [(dict(shapes, mask=[1, 21]), "mask: dimension 1"),
                 (dict(shapes, past_value=[1, 4, 16, 8]),
                  "past_value: dimension 2 (past_sequence_length)")]
    return m


def one_more(seed):
    """A step of decoding: the mask is one longer than the past."""
    m = Model("one_more", seed, batch="1..3:1", past="0..60:30")
    x = m.input("x", "batch", 1, 16)
    past = [m.input(n, "batch", 2, "past", 8)
            for n in ("past_key", "past_value")]
    mask = m.input("mask", "batch", "past + 1")
    y, k, v = layer(m, x, 16, 2, m("Unsqueeze", mask, m.ints(1, 2)), past)
    m.output(y, k, v)
    m.sizes = [dict(batch=b, past=p) for b, p in
               ((1, 0), (2, 7), (1, 30), (3, 60), (1, 31))]
    shapes = m.shapes(m.sizes[1])
    m.refused = [(dict(shapes, mask=[2, 7]), "mask: dimension 1 (past + 1)")]
    return m


def reductions(seed):
    """Along open dimensions and beside them."""
    m = Model("reductions", seed, opset=18, **TEXT)
    x = m.input("x", "batch", "sequence", 10)
    for op in ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceL2",
               "ReduceLogSumExp"):
        m.output(m(op, x, m.ints(1), keepdims=0))
    m.output(m("ReduceMean", x, m.ints(0, 1), keepdims=1))
    m.output(m("ReduceSum", m("Exp", x)))
    m.output(m("ArgMax", x, axis=1), dtype=TensorProto.INT64)
    m.output(m("Softmax", x, axis=1), m("LogSoftmax", x, axis=0))
    m.output(m("CumSum", x, m.constant(INT(1))))
    y = m("Transpose", x, perm=[0, 2, 1])
    m.output(m("InstanceNormalization", y, m.weight(10), m.weight(10)))
    return text_sizes(m)


def gathers(seed):
    """Indices of open sizes, into open sizes."""
    m = Model("gathers", seed, count="1..30", **TEXT)
    x = m.input("x", "batch", "sequence", 6)
    some = m.input("some", "count", make=lambda rng, shape: -rng.integers(
        0, 2, shape), dtype=TensorProto.INT64)
    m.output(m("Gather", x, some, axis=1))
    m.output(m("Gather", m("Relu", x), m("Unsqueeze", some, m.ints(1)),
               axis=0))
    m.output(m("GatherElements", m.weight(1, 40), m(
        "Unsqueeze", some, m.ints(0)), axis=1))
    m.output(m("OneHot", some, m.constant(INT(7)),
               m.constant(np.array([0, 3], "f4"))))
    text_sizes(m)
    m.sizes = [dict(s, count=1 + 4 * k) for k, s in enumerate(m.sizes)]
    return m


def windows(seed):
    """Blocks of pixels: the size must be a multiple."""
    m = Model("windows", seed, batch="1..3:1", height="4..64:32",
              width="4..64:32")
    x = m.input("x", "batch", "height", "width", 6)
    four = m.constant(INT(4))
    batch = m.size(x, 0)
    height, width = m("Div", m.size(x, 1), four), m("Div", m.size(x, 2), four)
    y = m("Reshape", x, m.list(batch, height, 4, width, 4, 6))
    y = m("Transpose", y, perm=[0, 1, 3, 2, 4, 5])
    y = m("Reshape", y, m.ints(-1, 16, 6))
    y = m("Softmax", y, axis=1)
    y = m("Reshape", y, m.list(batch, height, width, 4, 4, 6))
    y = m("Transpose", y, perm=[0, 1, 3, 2, 4, 5])
    m.output(m("Reshape", y, m.list(batch, m.size(x, 1), m.size(x, 2), 6)))
    m.sizes = [dict(batch=b, height=h, width=w) for b, h, w in
               ((1, 4, 4), (2, 8, 20), (1, 32, 32), (3, 64, 64), (1, 12, 60))]
    m.refused = [(dict(x=[1, 10, 8, 6]), "Reshape"),
                 (dict(x=[1, 68, 8, 6]), "dimension 1 (height) is 68")]
    return m


def rows_of_four(seed):
    """A reshape that must divide."""
    m = Model("rows_of_four", seed, count="1..100:40")
    x = m.input("x", "count")
    m.output(m("Softmax", m("Reshape", x, m.ints(-1, 4))))
    m.sizes = [dict(count=n) for n in (4, 12, 40, 100, 52)]
    m.refused = [(dict(x=[n]), "Reshape") for n in (1, 6, 99)] + [
        (dict(x=[101]), "x: dimension 0 (count) is 101")]
    return m


def pairs(seed):
    """Sizes that must be equal, by two names."""
    m = Model("pairs", seed, left="1..9:4", right="1..9:4")
    x, y = m.input("x", "left", 3), m.input("y", "right", 3)
    m.output(m("MatMul", x, m("Transpose", y, perm=[1, 0])))
    m.output(m("Concat", x, y, axis=0))
    m.output(m("Add", m("Unsqueeze", x, m.ints(1)), y))
    m.sizes = [dict(left=a, right=b) for a, b in
               ((1, 1), (3, 5), (4, 4), (9, 9), (1, 7), (8, 1))]
    return m


def equals(seed):
    """Two names of one size: no broadcasting is meant."""
    m = Model("equals", seed, left="1..9:4", right="1..9:4")
    x, y = m.input("x", "left", 3), m.input("y", "right", 3)
    m.output(m("Mul", m("Exp", x), y))
    m.output(m("MatMul", m("Transpose", x, perm=[1, 0]), y))
    m.sizes = [dict(left=n, right=n) for n in (1, 3, 4, 9, 7)]
    m.refused = [(dict(x=[a, 3], y=[b, 3]), "left is %d, right is %d" % (a, b))
                 for a, b in ((3, 4), (9, 2), (1, 5))]
    return m


def borders(seed):
    """Pads of all modes; up to the next multiple, and cut again."""
    m = Model("borders", seed, **IMAGE)
    x = m.input("x", "batch", 2, "height", "width")
    for mode in ("constant", "reflect", "edge"):
        m.output(m("Pad", x, m.ints(0, 0, 3, 1, 0, 0, 0, 5), mode=mode))
    m.output(m("Pad", m("Exp", x), m.ints(0, 1, -3, 1, 0, 0, -2, -5)))
    return image_sizes(m)


def to_multiple(seed):
    """Pads up to the next multiple of eight, as windowed attention does."""
    m = Model("to_multiple", seed, **IMAGE)
    x = m.input("x", "batch", 2, "height", "width")
    eight = m.constant(INT(8))

    def missing(axis):
        size = m.size(x, axis)
        return m("Mod", m("Sub", eight, m("Mod", size, eight)), eight)

    y = m("Pad", x, m.list(0, 0, 0, 0, 0, 0, missing(2), missing(3)))
    y = m("AveragePool", y, kernel_shape=[8, 8], strides=[8, 8])
    m.output(y)
    return image_sizes(m)


def shuffles(seed):
    """Pixels into channels and back, splits, stacks."""
    m = Model("shuffles", seed, opset=18, **IMAGE)
    x = m.input("x", "batch", 8, "height", "width")
    m.output(m("DepthToSpace", x, blocksize=2))
    m.output(m("DepthToSpace", m("Relu", x), blocksize=2, mode="CRD"))
    left, right = m("Split", x, outputs=2, axis=1, num_outputs=2)
    m.output(m("Mul", left, m("Sigmoid", right)))
    y = m("Reshape", x, m.list(m.size(x, 0), 2, 4, m.size(x, 2), m.size(x, 3)))
    y = m("Transpose", y, perm=[0, 2, 1, 3, 4])
    m.output(m("Reshape", y, m.list(m.size(x, 0), 8, m.size(x, 2),
                                    m.size(x, 3))))
    m.output(m("Transpose", m("Reshape", x, m.ints(0, 0, -1)),
               perm=[0, 2, 1]))
    return image_sizes(m)


def halves(seed):
    """An open dimension in equal parts, which every size must have."""
    m = Model("halves", seed, opset=13, size="2..40:16")
    x = m.input("x", 3, "size")
    left, right = m("Split", x, outputs=2, axis=1)
    m.output(m("Mul", left, m("Sigmoid", right)))
    m.sizes = [dict(size=n) for n in (2, 6, 16, 40, 22)]
    m.refused = [(dict(x=[3, 7]), "size must be a multiple of 2")]
    return m


def attention_op(seed):
    """ONNX's own op behind rotated keys: a past and tokens of any length."""
    m = Model("attention_op", seed, opset=24, batch="1..3:1", tokens="1..12:4",
              past="0..20:8")
    m.sizes = [dict(batch=b, tokens=t, past=p) for b, t, p in
               ((1, 1, 8), (3, 5, 0), (2, 12, 20), (1, 7, 3))]
    q = m.input("q", "batch", "tokens", 32)
    k, v = (m.input(n, "batch", "tokens", 16) for n in "kv")
    past = [m.input(n, "batch", 2, "past", 8) for n in ("past_k", "past_v")]
    seen = m.input("seen", "batch", 1, "tokens", "tokens + past",
                   dtype=TensorProto.BOOL,
                   make=lambda rng, shape: rng.random(shape) < 0.9)
    m.output(*m("Attention", q, k, v, seen, *past, outputs=3, q_num_heads=4,
                kv_num_heads=2, is_causal=1, softcap=3.0))
    return m


MODELS = {f.__name__: f for f in (
    split_heads, masks, fills, slices, cuts, transformer, images, ceil_mode,
    same_padding, same_unstrided, upsample, unet, bilinear, cache, one_more,
    reductions, gathers, windows, rows_of_four, pairs, equals, borders,
    to_multiple, shuffles, halves, attention_op)}
MODELS.update(open_checks.MODELS)
MODELS.update(open_images.MODELS)
MODELS.update(open_vision.MODELS)
