# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small seeded models with open sizes of ops that sample images, pool over
regions, or transform signals."""
import numpy as np
from onnx import TensorProto

from open_model import Model


def samples(seed):
    """At coordinates some of which are far outside, infinite or no numbers:
    nothing is read there, and with zeros around nothing comes from there."""
    m = Model("samples", seed, opset=20, batch="1..3:1", height="1..40:12",
              width="1..40:16", points="1..90:20")

    def grid(rng, shape):
        values = rng.uniform(-1.6, 1.6, shape).astype("f4")
        flat = values.reshape(-1)
        flat[::9] = 1e4
        flat[4::9] = -3e4
        return values

    x = m.input("x", "batch", 5, "height", "width")
    at = m.input("grid", "batch", "points", 3, 2, make=grid)
    for mode in ("nearest", "linear", "cubic"):
        for padding in ("zeros", "border"):
            m.output(m("GridSample", x, at, mode=mode, padding_mode=padding,
                       align_corners=int(m.rng.integers(2))))
    wild = m.input("wild", "batch", "points", 1, 2,
                   make=lambda rng, shape: rng.choice(
                       np.array([np.nan, np.inf, -np.inf, 1e30], "f4"), shape))
    m.output(m("Mul", m("GridSample", x, wild, padding_mode="zeros"),
               m.constant(np.float32(1))))
    m.output(m("IsNaN", m("GridSample", x, wild, mode="cubic",
                          padding_mode="reflection")), dtype=TensorProto.BOOL)
    # What ONNX Runtime makes of such coordinates isn't defined.
    import onnxruntime
    session = []

    def reference(arrays):
        if not session:
            session.append(onnxruntime.InferenceSession(
                m.proto().SerializeToString(),
                providers=["CPUExecutionProvider"]))
        tame = dict(arrays, wild=np.zeros_like(arrays["wild"]))
        results = session[0].run(None, tame)
        return results[:-2] + [np.zeros_like(r) for r in results[-2:]]

    m.reference = reference
    m.sizes = [dict(batch=b, height=h, width=w, points=p) for b, h, w, p in
               ((1, 1, 1, 1), (2, 3, 7, 5), (1, 12, 16, 20), (3, 40, 9, 90),
                (1, 13, 40, 33))]
    return m


def regions(seed):
    """Of images whose number and sizes are open, as many as there are; some
    lie outside, have no size, or name no image."""
    m = Model("regions", seed, opset=16, batch="1..3:1", height="1..40:12",
              width="1..40:16", count="1..30:8")

    def rois(rng, shape):
        low = rng.uniform(-10, 50, (shape[0], 2))
        extent = rng.uniform(0.1, 30, (shape[0], 2))
        return np.concatenate([low, low + extent], 1).astype("f4")

    x = m.input("x", "batch", 3, "height", "width")
    boxes = m.input("rois", "count", 4, make=rois)
    images = m.input("images", "count", dtype=TensorProto.INT64,
                     make=lambda rng, shape: np.zeros(shape, "i8"))
    for sampling in (0, 2):
        m.output(m("RoiAlign", x, boxes, images, output_height=2,
                   output_width=3, sampling_ratio=sampling))
    first = m("Concat", m("Cast", m("Unsqueeze", images, m.ints(1)),
                          to=TensorProto.FLOAT), boxes, axis=1)
    m.output(m("MaxRoiPool", x, first, pooled_shape=[2, 3],
               spatial_scale=0.5))
    m.sizes = [dict(batch=b, height=h, width=w, count=c) for b, h, w, c in
               ((1, 1, 1, 1), (2, 3, 7, 5), (1, 12, 16, 8), (3, 40, 9, 30),
                (1, 13, 40, 17))]
    return m


def deformed(seed):
    """Convolutions whose windows' elements lie anywhere."""
    m = Model("deformed", seed, opset=19, batch="1..3:1", height="3..40:12",
              width="3..40:16")
    x = m.input("x", "batch", 4, "height", "width")
    offset = m.input("offset", "batch", 18, "height", "width",
                     make=lambda rng, shape:
                     (3 * rng.standard_normal(shape)).astype("f4"))
    mask = m.input("mask", "batch", 9, "height", "width")
    m.output(m("DeformConv", x, m.kernel(6, 4, 3, 3), offset, "", mask,
               pads=[1, 1, 1, 1]))
    m.sizes = [dict(batch=b, height=h, width=w) for b, h, w in
               ((1, 3, 3), (2, 3, 7), (1, 12, 16), (3, 40, 9), (1, 13, 40))]
    return m


def spectra(seed):
    """Transforms of a known length along an open signal, and of an open
    one."""
    m = Model("spectra", seed, opset=20, batch="1..3:1", length="16..300:100")
    x = m.input("x", "batch", "length", 1)
    m.output(m("STFT", x, m.constant(np.int64(5)),
               m.constant(np.hanning(16).astype("f4"))))
    axis = m.constant(np.int64(1))
    m.output(m("DFT", x, "", axis), m("DFT", x, "", axis, onesided=1),
             m("DFT", m("DFT", x, "", axis), "", axis, inverse=1))
    m.output(m("CenterCropPad", x, m.ints(320), axes=[1]),
             m("CenterCropPad", x, m.ints(9), axes=[1]))

    def reference(arrays):
        signal = arrays["x"][..., 0].astype("f8")
        length = signal.shape[1]

        def pairs(values):
            return np.stack([values.real, values.imag], -1).astype("f4")

        frames = np.stack([signal[:, k:k + 16] for k in
                           range(0, length - 15, 5)], 1)
        window = np.hanning(16).astype("f4")
        yield pairs(np.fft.rfft(frames * window))
        yield pairs(np.fft.fft(signal))
        yield pairs(np.fft.rfft(signal))
        yield pairs(signal + 0j)
        before = (320 - length) // 2
        yield np.pad(arrays["x"], ((0, 0), (before, 320 - length - before),
                                   (0, 0)))
        start = (length - 9) // 2
        yield arrays["x"][:, start:start + 9]

    m.reference = reference
    m.sizes = [dict(batch=b, length=n) for b, n in
               ((1, 16), (2, 17), (1, 100), (3, 300), (1, 257))]
    return m


def unpooled(seed):
    """Positions of maxima of images of open sizes, and what there was; blocks
    that add up to such an image; random numbers for each element."""
    m = Model("unpooled", seed, opset=18, batch="1..3:1", height="2..20:6",
              width="2..20:8")
    m.output(m("Neg", m.input("half", "height", "width")))
    x = m.input("x", "batch", 3, "2 * height", "2 * width")
    y, i = m("MaxPool", x, outputs=2, kernel_shape=[2, 2], strides=[2, 2])
    m.output(y)
    m.output(i, dtype=TensorProto.INT64)
    m.output(m("MaxUnpool", y, i, kernel_shape=[2, 2], strides=[2, 2]))
    _, i = m("MaxPool", x, outputs=2, kernel_shape=[3, 2], strides=[2, 1],
             pads=[1, 0, 1, 1], storage_order=1)
    m.output(i, dtype=TensorProto.INT64)
    blocks = m.input("blocks", "batch", 8, "height * width")
    m.output(m("Col2Im", blocks, m.list(m.size(x, 2), m.size(x, 3)),
               m.ints(2, 2), strides=[2, 2]))
    m.sizes = [dict(batch=b, height=h, width=w) for b, h, w in
               ((1, 2, 2), (2, 3, 7), (1, 6, 8), (3, 20, 9), (1, 13, 20))]
    return m


MODELS = {f.__name__: f for f in (samples, regions, deformed, spectra,
                                  unpooled)}
