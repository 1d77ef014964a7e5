#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains the digit classifier that the quickstart compiles.

A small convolutional network (55,000 parameters) in plain NumPy: three 3x3
convolutions, two poolings, one fully connected layer. Trained on 6,500 digits
that are turned, scaled, sheared and shifted anew in every epoch; measured on
the 2,000 test digits, which training never sees. The same seed gives the same
network.

  python3 examples/digits/train.py --data ../shared/data/digits

needs numpy and onnx (`pip install numpy onnx`) and takes some six minutes on
one core. It writes digits.onnx, and, for the example program, the first few
hundred test digits and their labels in MNIST's idx format.
"""
import argparse
import gzip
import os
import struct
import time

import numpy as np


def read_idx(path):
    """The array in an idx file (gzipped or not)."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        data = file.read()
    rank = data[3]
    shape = struct.unpack(">%dI" % rank, data[4:4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def write_idx(path, array):
    with open(path, "wb") as file:
        file.write(bytes([0, 0, 8, array.ndim]))
        file.write(struct.pack(">%dI" % array.ndim, *array.shape))
        file.write(array.tobytes())


def augment(images, rng):
    """Each image under a random affine map about its centre, bilinear."""
    n, height, width = images.shape
    angle = rng.uniform(-0.22, 0.22, n)
    scale = rng.uniform(0.88, 1.12, (2, n))
    shear = rng.uniform(-0.2, 0.2, n)
    shift = rng.uniform(-2.0, 2.0, (2, n))
    cos, sin = np.cos(angle), np.sin(angle)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) - 13.5
    y, x = y.ravel(), x.ravel()
    cy = np.outer(cos * scale[0], y) + np.outer(sin, x) + shift[0][:, None]
    cx = np.outer(-sin + shear, y) + np.outer(cos * scale[1], x)
    cy, cx = cy + 13.5, cx + shift[1][:, None] + 13.5
    padded = np.pad(images, ((0, 0), (1, 2), (1, 2)))
    cy, cx = np.clip(cy, -1, height), np.clip(cx, -1, width)
    y0, x0 = np.floor(cy).astype(np.int32), np.floor(cx).astype(np.int32)
    fy, fx = (cy - y0).astype(np.float32), (cx - x0).astype(np.float32)
    flat = padded.reshape(n, -1)
    row = width + 3
    index = (y0 + 1) * row + x0 + 1

    def at(offset):
        return np.take_along_axis(flat, index + offset, axis=1)

    top = at(0) * (1 - fx) + at(1) * fx
    bottom = at(row) * (1 - fx) + at(row + 1) * fx
    return (top * (1 - fy) + bottom * fy).reshape(images.shape)


class Conv:
    """3x3, padding 1, channels last, followed by ReLU."""

    def __init__(self, inputs, outputs, rng):
        std = np.sqrt(2.0 / (9 * inputs))
        self.weight = rng.normal(0, std, (9 * inputs, outputs)).astype("f4")
        self.bias = np.zeros(outputs, "f4")

    def forward(self, x):
        b, h, w, c = x.shape
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        taps = [padded[:, i:i + h, j:j + w] for i in range(3) for j in range(3)]
        self.columns = np.concatenate(taps, axis=3).reshape(-1, 9 * c)
        self.shape = x.shape
        y = np.maximum(self.columns @ self.weight + self.bias, 0)
        self.active = y > 0
        return y.reshape(b, h, w, -1)

    def backward(self, grad, need_input=True):
        b, h, w, c = self.shape
        grad = grad.reshape(b * h * w, -1) * self.active
        self.grads = [self.columns.T @ grad, grad.sum(axis=0)]
        if not need_input:
            return None
        columns = (grad @ self.weight.T).reshape(b, h, w, 9, c)
        out = np.zeros((b, h + 2, w + 2, c), "f4")
        for tap in range(9):
            i, j = divmod(tap, 3)
            out[:, i:i + h, j:j + w] += columns[:, :, :, tap]
        return out[:, 1:-1, 1:-1]


class Pool:
    """Maximum over 2x2."""

    def forward(self, x):
        b, h, w, c = x.shape
        blocks = x.reshape(b, h // 2, 2, w // 2, 2, c)
        y = blocks.max(axis=(2, 4), keepdims=True)
        self.mask = blocks == y
        return y[:, :, 0, :, 0]

    def backward(self, grad):
        b, h, w, c = grad.shape
        spread = self.mask * grad[:, :, None, :, None]
        return spread.reshape(b, 2 * h, 2 * w, c)


class Network:
    def __init__(self, rng):
        self.convs = [Conv(1, 16, rng), Conv(16, 32, rng), Conv(32, 64, rng)]
        self.pools = [Pool(), Pool()]
        std = np.sqrt(1.0 / 3136)
        self.weight = rng.normal(0, std, (3136, 10)).astype("f4")
        self.bias = np.zeros(10, "f4")

    def parameters(self):
        return [p for c in self.convs for p in (c.weight, c.bias)] + [
            self.weight, self.bias]

    def logits(self, images):
        x = images[..., None]
        for i, conv in enumerate(self.convs):
            x = conv.forward(x)
            if i < 2:
                x = self.pools[i].forward(x)
        self.features = x.reshape(len(x), -1)
        return self.features @ self.weight + self.bias

    def gradients(self, images, labels, rng):
        """Of the mean cross entropy, with dropout before the last layer."""
        self.logits(images)
        keep = (rng.random(self.features.shape, "f4") < 0.6) / np.float32(0.6)
        features = self.features * keep
        z = features @ self.weight + self.bias
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(labels)), labels] -= 1
        p /= len(labels)
        last = [features.T @ p, p.sum(axis=0)]
        grad = ((p @ self.weight.T) * keep).reshape(-1, 7, 7, 64)
        grad = self.pools[1].backward(self.convs[2].backward(grad))
        grad = self.pools[0].backward(self.convs[1].backward(grad))
        self.convs[0].backward(grad, need_input=False)
        return [g for c in self.convs for g in c.grads] + last


def accuracy(network, images, labels):
    hits = 0
    for i in range(0, len(images), 500):
        z = network.logits(images[i:i + 500])
        hits += int((z.argmax(axis=1) == labels[i:i + 500]).sum())
    return hits / len(images)


def train(network, images, labels, epochs, rng):
    """Adam, with a learning rate that falls along a cosine."""
    params = network.parameters()
    first = [np.zeros_like(p) for p in params]
    second = [np.zeros_like(p) for p in params]
    batch, step = 64, 0
    steps = epochs * (len(images) // batch)
    for epoch in range(epochs):
        start = time.time()
        order = rng.permutation(len(images))
        shown = augment(images, rng)
        for i in range(len(images) // batch):
            chosen = order[i * batch:(i + 1) * batch]
            grads = network.gradients(shown[chosen], labels[chosen], rng)
            step += 1
            rate = 1e-3 * (1 + np.cos(np.pi * step / steps)) + 1e-6
            rate *= np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            for p, g, m, v in zip(params, grads, first, second):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                p -= rate * m / (np.sqrt(v) + 1e-8)
        print("epoch %2d: %.2f %% of the training digits, %.0f s" %
              (epoch + 1, 100 * accuracy(network, images, labels),
               time.time() - start), flush=True)


def export(network, path):
    """Writes the network as ONNX: channels first, as ONNX wants it."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    nodes, weights, value = [], [], "image"

    def weight(name, array):
        weights.append(
            numpy_helper.from_array(np.ascontiguousarray(array, "f4"), name))
        return name

    def node(op, inputs, name, **attributes):
        nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        return name

    for i, conv in enumerate(network.convs, 1):
        inputs = conv.weight.shape[0] // 9
        kernel = conv.weight.reshape(3, 3, inputs, -1).transpose(3, 2, 0, 1)
        value = node("Conv", [value, weight("conv%d.weight" % i, kernel),
                              weight("conv%d.bias" % i, conv.bias)],
                     "conv%d" % i, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        value = node("Relu", [value], "relu%d" % i)
        if i < 3:
            value = node("MaxPool", [value], "pool%d" % i,
                         kernel_shape=[2, 2], strides=[2, 2])
    value = node("Flatten", [value], "flatten", axis=1)
    # Channels last to channels first.
    matrix = network.weight.reshape(7, 7, 64, 10).transpose(2, 0, 1, 3)
    value = node("Gemm", [value, weight("fc.weight", matrix.reshape(-1, 10)),
                          weight("fc.bias", network.bias)], "fc")
    node("Softmax", [value], "probabilities", axis=1)
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT,
                                       [1, 1, 28, 28])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT,
                                       [1, 10])], weights)
    model = helper.make_model(graph, ir_version=8, producer_name="dlc",
                              opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model)
    onnx.save(model, path)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--data", required=True,
                        help="folder with MNIST's idx files, gzipped")
    parser.add_argument("--output", default=here)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=int, default=400,
                        help="test digits to keep for the example program")
    args = parser.parse_args()

    sets = {}
    for name in ("train", "test"):
        images, labels = [
            read_idx(os.path.join(args.data, "%s-%s-ubyte.gz" % (name, kind)))
            for kind in ("images-idx3", "labels-idx1")]
        sets[name] = images, labels
    scaled = {n: images.astype("f4") / 255 for n, (images, _) in sets.items()}
    rng = np.random.default_rng(args.seed)
    network = Network(rng)
    train(network, scaled["train"], sets["train"][1], args.epochs, rng)
    print("%.2f %% of the test digits" %
          (100 * accuracy(network, scaled["test"], sets["test"][1])))
    export(network, os.path.join(args.output, "digits.onnx"))
    images, labels = sets["test"]
    write_idx(os.path.join(args.output, "images.idx"), images[:args.keep])
    write_idx(os.path.join(args.output, "labels.idx"), labels[:args.keep])


if __name__ == "__main__":
    main()
