# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small seeded models of ops on images, signals and random numbers, for
kinds.py: against ONNX Runtime, or NumPy where that says more."""
import numpy as np
from onnx import TensorProto


def sizes(g, count, low=1, high=9):
    return [int(g.rng.integers(low, high)) for _ in range(count)]


def grid_sample(g):
    """Coordinates inside, at, beyond and far beyond the borders."""
    g.opset = g.pick(16, 20, 20)
    rank = 2 if g.opset == 16 else g.pick(2, 2, 3)
    modes = ["nearest", "bilinear", "bicubic"]
    if g.opset == 20:
        modes = ["nearest", "linear"] + ["cubic"] * (rank == 2)
    channels, batch = int(g.pick(1, 2, 3, 8, 17)), int(g.pick(1, 2))
    x = g.input(g.normal(batch, channels, *sizes(g, rank)))
    points = sizes(g, rank)
    grid = g.rng.uniform(-1.5, 1.5, (batch, *points, rank)).astype("f4")
    grid.reshape(-1)[::7] = g.rng.integers(-2, 3, grid.reshape(-1)[::7].shape)
    grid.reshape(-1)[3::11] *= 40
    grid = g.input(grid, "grid")
    for mode in modes:
        for padding in ("zeros", "border", "reflection"):
            g.output(g("GridSample", x, grid, mode=mode, padding_mode=padding,
                       align_corners=int(g.pick(0, 1))))


def affine_grid(g):
    g.opset = 20
    rank, batch = g.pick(2, 3), int(g.pick(1, 3))
    theta = g.input(g.normal(batch, rank, rank + 1))
    size = g.constant(np.array([batch, 3, *sizes(g, rank, 2)]))
    for corners in (0, 1):
        g.output(g("AffineGrid", theta, size, align_corners=corners))


def roi_align(g):
    """Regions inside and partly or all outside, some turned inside out."""
    g.opset = g.pick(10, 16)
    batch, channels = int(g.pick(1, 3)), int(g.pick(1, 3, 16))
    height, width = sizes(g, 2, 3, 20)
    x = g.input(g.normal(batch, channels, height, width))
    count = int(g.pick(1, 5))
    corners = g.rng.uniform(-4, 30, (count, 2))
    extent = g.rng.uniform(0.1, 25, (count, 2))
    rois = g.input(np.concatenate([corners, corners + extent], 1).astype("f4"),
                   "rois")
    images = g.input(g.rng.integers(0, batch, count), "images")
    for sampling in (0, 1, 2, 3):
        kind = dict(output_height=int(g.pick(1, 2, 5)),
                    output_width=int(g.pick(1, 3, 4)), sampling_ratio=sampling,
                    spatial_scale=float(g.pick(1.0, 0.5)))
        if g.opset >= 16:
            kind["coordinate_transformation_mode"] = str(
                g.pick("half_pixel", "output_half_pixel"))
        for mode in ("avg", "max"):
            g.output(g("RoiAlign", x, rois, images, mode=mode, **kind))


def max_roi_pool(g):
    g.opset = 17
    batch = int(g.pick(1, 3))
    height, width = sizes(g, 2, 3, 20)
    x = g.input(g.normal(batch, int(g.pick(1, 3, 16)), height, width))
    count = 6
    corners = g.rng.uniform(-3, 20, (count, 2))
    rois = np.concatenate([g.rng.integers(0, batch, (count, 1)), corners,
                           corners + g.rng.uniform(0, 15, (count, 2))], 1)
    rois = g.input(rois.astype("f4"), "rois")
    for scale in (1.0, 0.5, 0.0625):
        g.output(g("MaxRoiPool", x, rois, spatial_scale=scale,
                   pooled_shape=sizes(g, 2, 1, 5)))


def deform_conv(g):
    g.opset = 19
    batch, offset_group = int(g.pick(1, 2)), int(g.pick(1, 2))
    group = int(g.pick(1, 2))
    channels, outputs = 4 * int(g.pick(1, 2)), 2 * int(g.pick(1, 3))
    kernel, strides, dilations = (sizes(g, 2, 1, 4) for _ in range(3))
    pads = sizes(g, 4, 0, 3)
    image = [k * d + int(g.rng.integers(2, 9))
             for k, d in zip(kernel, dilations)]
    counts = [(image[i] + pads[i] + pads[i + 2]
               - (kernel[i] - 1) * dilations[i] - 1) // strides[i] + 1
              for i in range(2)]
    x = g.input(g.normal(batch, channels, *image))
    elements = offset_group * kernel[0] * kernel[1]
    offset = g.input(2 * g.normal(batch, 2 * elements, *counts), "offset")
    inputs = [x, g.constant(g.normal(outputs, channels // group, *kernel)),
              offset, g.constant(g.normal(outputs)) if g.pick(0, 1) else ""]
    if g.pick(0, 1):
        inputs.append(g.input(abs(g.normal(batch, elements, *counts)), "mask"))
    g.output(g("DeformConv", *inputs, group=group, offset_group=offset_group,
               strides=strides, dilations=dilations, pads=pads))


def antialias(g):
    """By scales that aren't the ratio of sizes, ONNX Runtime takes other
    coordinates than the standard says, but for half_pixel; and a size that a
    scale doesn't change is copied."""
    g.opset = 18
    x = g.input(g.normal(1, int(g.pick(1, 3, 8)), *sizes(g, 2, 4, 40)))
    shape = g.inputs[x].shape
    for mode in ("linear", "cubic"):
        kind = dict(mode=mode, antialias=1, coordinate_transformation_mode=str(
            g.pick("half_pixel", "align_corners", "asymmetric")),
            exclude_outside=int(g.pick(0, 1)))
        to = [*shape[:2], *sizes(g, 2, 2, 30)]
        g.output(g("Resize", x, "", "", g.constant(np.array(to)), **kind))
        scales = np.array([1, 1, g.rng.uniform(0.1, 0.8),
                           g.rng.uniform(0.2, 0.8)], "f4")
        kind["coordinate_transformation_mode"] = "half_pixel"
        g.output(g("Resize", x, "", g.constant(scales), **kind))


def col2im(g):
    g.opset = 18
    rank = int(g.pick(1, 2, 2, 3))
    block, strides, dilations = (sizes(g, rank, 1, 4) for _ in range(3))
    pads = sizes(g, 2 * rank, 0, 2)
    image = [k * d + int(g.rng.integers(0, 6)) for k, d in zip(block,
                                                               dilations)]
    blocks = np.prod([(image[i] + pads[i] + pads[i + rank]
                       - (block[i] - 1) * dilations[i] - 1) // strides[i] + 1
                      for i in range(rank)])
    x = g.input(g.normal(int(g.pick(1, 2)), int(g.pick(1, 3)) * np.prod(block),
                         blocks))
    g.output(g("Col2Im", x, g.constant(np.array(image)),
               g.constant(np.array(block)), strides=strides, pads=pads,
               dilations=dilations))


def unpool(g):
    """Positions of maxima, ties among them, and back."""
    g.opset = 17
    rank = int(g.pick(1, 2, 3))
    image = sizes(g, rank, 4, 12)
    x = g.normal(int(g.pick(1, 2)), int(g.pick(1, 3)), *image)
    if g.pick(0, 1):
        x = np.round(x)
    x = g.input(x)
    kernel = sizes(g, rank, 2, 4)
    kind = dict(kernel_shape=kernel, strides=sizes(g, rank, 1, 4))
    y, i = g("MaxPool", x, outputs=2, **kind)
    g.output(y)
    g.output(i, dtype=TensorProto.INT64)
    y, _ = g("MaxPool", x, outputs=2, kernel_shape=[2] * rank,
             strides=[2] * rank)
    g.output(g("MaxUnpool", y, _, kernel_shape=[2] * rank, strides=[2] * rank,
               ) if all(n % 2 == 0 for n in image) else y)
    _, i = g("MaxPool", x, outputs=2, storage_order=int(rank > 1),
             dilations=sizes(g, rank, 1, 3), pads=[1] * 2 * rank, **kind)
    g.output(i, dtype=TensorProto.INT64)


def fourier(g):
    """Lengths that are products, primes, and longer than the axis."""
    g.opset = g.pick(17, 20)
    length = int(g.pick(1, 2, 7, 16, 60, 255, 256, 257, 289, 514, 1024, 1000))
    complex_ = int(g.pick(1, 2))
    axis, rest = int(g.pick(0, 1)), int(g.pick(1, 3))
    shape = [length, rest] if axis == 0 else [rest, length]
    array = g.normal(*shape, complex_)
    x = g.input(array)
    signal = array[..., 0] + (1j * array[..., 1] if complex_ == 2 else 0)
    given = {"axis": axis} if g.opset == 17 else {}
    inputs = ["", g.constant(np.int64(axis))] if g.opset == 20 else []

    def pairs(values):
        return np.stack([values.real, values.imag], -1).astype("f4")

    g.output(g("DFT", x, *inputs, **given), pairs(np.fft.fft(signal, axis=axis)))
    g.output(g("DFT", x, *inputs, inverse=1, **given),
             pairs(np.fft.ifft(signal, axis=axis)))
    other = max(1, length + int(g.pick(-3, 5)))
    inputs[:1] = [g.constant(np.int64(other))]
    g.output(g("DFT", x, *inputs, **given),
             pairs(np.fft.fft(signal, other, axis=axis)))
    if complex_ == 1:
        g.output(g("DFT", x, *inputs, onesided=1, **given),
                 pairs(np.fft.rfft(signal, other, axis=axis)))


def half_fourier(g):
    """Real signals from halves of their transforms."""
    g.opset = 20
    length = int(g.pick(2, 7, 16, 60, 256, 289, 300))
    signal = g.rng.standard_normal((2, length))
    half = np.fft.rfft(signal)
    x = g.input(np.stack([half.real, half.imag], -1).astype("f4"))
    g.output(g("DFT", x, g.constant(np.int64(length)), inverse=1, onesided=1),
             signal[..., None].astype("f4"))


def stft(g):
    length, step = int(g.pick(4, 16, 25, 64)), int(g.pick(1, 3, 16))
    x = g.input(g.normal(2, length + int(g.rng.integers(0, 60)), 1))
    window = g.constant(np.hanning(length).astype("f4"))
    for onesided in (0, 1):
        g.output(g("STFT", x, g.constant(np.int64(step)), window,
                   g.constant(np.int64(length)), onesided=onesided))
        g.output(g("STFT", x, g.constant(np.int64(step)), "",
                   g.constant(np.int64(length)), onesided=onesided))


def mel_weights(g):
    """Times a spectrogram."""
    bands, length = int(g.pick(4, 8, 40)), int(g.pick(64, 512))
    rate = int(g.pick(8000, 16000))
    matrix = g("MelWeightMatrix", *(g.constant(v) for v in (
        np.int64(bands), np.int64(length), np.int64(rate), np.float32(20),
        np.float32(rate * 0.45))))
    x = g.input(abs(g.normal(3, length // 2 + 1)))
    g.output(g("MatMul", x, matrix))


def determinants(g):
    """Of matrices that need pivots, and singular ones."""
    size = int(g.pick(1, 2, 3, 5, 9))
    array = g.normal(2, 3, size, size)
    array[0, 0, 0, 0] = 0
    array[0, 1, -1] = array[0, 1, 0]
    x = g.input(array)
    want = np.linalg.det(array.astype("f8")).astype("f4")
    if size > 1:
        want[0, 1] = 0
    g.output(g("Det", x), want)


def cumprod(g):
    g.opset = 26
    array = g.normal(*sizes(g, 3, 1, 7))
    x = g.input(array)
    for exclusive in (0, 1):
        for reverse in (0, 1):
            axis = int(g.rng.integers(3))
            want = np.flip(array, axis) if reverse else array
            if exclusive:
                ones = np.ones_like(np.take(want, [0], axis))
                want = np.concatenate([ones, np.delete(want, -1, axis)], axis)
            want = np.cumprod(want, axis)
            g.output(g("CumProd", x, g.constant(np.int64(axis)),
                       exclusive=exclusive, reverse=reverse),
                     np.flip(want, axis) if reverse else want)


def center_crop_pad(g):
    g.opset = 18
    x = g.input(g.normal(*sizes(g, 3)))
    axes = [[0, 1, 2], [1, -1], [2, 0]][g.rng.integers(3)]
    for _ in range(3):
        g.output(g("CenterCropPad", x, g.constant(np.array(
            sizes(g, len(axes), 1, 12))), axes=axes))


def philox(counter, key):
    """The two words of Philox-2x32-10, by the paper."""
    left = counter & np.uint64(0xffffffff)
    right, key = counter >> np.uint64(32), np.uint64(key)
    for _ in range(10):
        product = left * np.uint64(0xD256D193)
        left = (product >> np.uint64(32)) ^ key ^ right
        right = product & np.uint64(0xffffffff)
        key = (key + np.uint64(0x9E3779B9)) & np.uint64(0xffffffff)
    return left, right


# The known answers that come with the paper's library.
for counter, key, answer in (
        (0, 0, (0xff1dae59, 0x6cd10df2)),
        (2 ** 64 - 1, 2 ** 32 - 1, (0x2c3f628b, 0xab4fd7ad)),
        (0x85a308d3243f6a88, 0x13198a2e, (0xdd7ce038, 0xf62a4c12))):
    assert philox(np.uint64(counter), key) == answer


def seed_bits(seed):
    return int(np.float32(seed).view("u4"))


def uniform_numbers(count, key):
    left, _ = philox(np.arange(count, dtype="u8"), key)
    return ((left >> np.uint64(8)) * 2.0 ** -24).astype("f4")


def normal_numbers(count, key):
    left, right = philox(np.arange(count, dtype="u8"), key)
    radius = np.sqrt(-2 * np.log(((left >> np.uint64(1)) + 0.5) * 2.0 ** -31))
    angle = 2 * np.pi * (right >> np.uint64(8)) * 2.0 ** -24
    return (radius * np.cos(angle)).astype("f4")


def check_chances(values, edges, chances):
    """That values fall between edges as often as they should: chi squared less
    than what one sample in ten thousand exceeds (Wilson and Hilferty)."""
    counts = np.histogram(values, edges)[0]
    expected = len(values) * np.asarray(chances)
    free = len(chances) - 1
    limit = free * (1 - 2 / (9 * free) + 3.72 * np.sqrt(2 / (9 * free))) ** 3
    assert sum((counts - expected) ** 2 / expected) < limit
    # Neighbours don't know of each other.
    centered = values - values.mean()
    correlation = (centered[1:] * centered[:-1]).mean() / centered.var()
    assert abs(correlation) < 4 / np.sqrt(len(values))


def random_numbers(g):
    """The numbers of the published generator, which are distributed as they
    should be; without a seed a node has that of its place."""
    shape = [100, 163]
    count, seed = shape[0] * shape[1], float(g.rng.integers(1, 1000))
    key = seed_bits(seed)
    uniform, normal = uniform_numbers(count, key), normal_numbers(count, key)
    check_chances(uniform, np.linspace(0, 1, 33), [1 / 32] * 32)
    # Eighths of the normal distribution.
    edges = [-1.150349, -0.674490, -0.318639, 0]
    edges = [-np.inf, *edges, *[-e for e in edges[2::-1]], np.inf]
    check_chances(normal, edges, [1 / 8] * 8)
    x = g.input(g.normal(*shape))
    g.output(g("RandomUniform", shape=shape, seed=seed),
             uniform.reshape(shape))
    g.output(g("RandomNormalLike", x, seed=seed, mean=3.0, scale=0.5),
             normal.reshape(shape) * np.float32(0.5) + 3)
    g.output(g("RandomUniformLike", x, low=-1.0, high=3.0),
             uniform_numbers(count, 1).reshape(shape) * 4 - 1)
    g.output(g("RandomNormal", shape=[7]), normal_numbers(7, 2))


def random_choices(g):
    """Bernoulli, Multinomial and Dropout decide by uniform numbers."""
    classes, count = int(g.pick(1, 2, 7)), int(g.pick(1, 50))
    seed = float(g.rng.integers(1, 1000))
    key = seed_bits(seed)
    chances = g.rng.uniform(0, 1, (3, classes)).astype("f4")
    x = g.input(np.log(chances))
    sums = np.cumsum(chances / chances.sum(1, keepdims=True), 1)[:, None, :-1]
    draws = uniform_numbers(3 * count, key).reshape(3, count, 1)
    g.output(g("Multinomial", x, sample_size=count, seed=seed),
             (sums <= draws).sum(2).astype("i4"), TensorProto.INT32)
    p = g.input(chances, "chances")
    numbers = uniform_numbers(3 * classes, key).reshape(3, classes)
    g.output(g("Bernoulli", p, seed=seed), (numbers < chances).astype("f4"))
    key = int(seed)
    numbers = uniform_numbers(3 * classes, key).reshape(3, classes)
    kept = numbers >= np.float32(0.3)
    y, mask = g("Dropout", p, g.constant(np.float32(0.3)),
                g.constant(np.array(True)), outputs=2, seed=key)
    g.output(y, np.where(kept, chances / np.float32(0.7), 0).astype("f4"))
    g.output(mask, kept, TensorProto.BOOL)


KINDS = {f.__name__: f for f in (
    grid_sample, affine_grid, roi_align, max_roi_pool, deform_conv, antialias,
    col2im, unpool, fourier, half_fourier, stft, mel_weights, determinants,
    cumprod, center_crop_pad, random_numbers, random_choices)}
