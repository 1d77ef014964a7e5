#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the encoder of BERT-base as an ONNX model, and inputs for it.

  build/venv/bin/python benchmarks/bert.py FOLDER

The shape is the published one (Devlin et al., arXiv 1810.04805): 12 layers,
768 wide, 12 heads, 3072 wide in between; 128 tokens, batch 1. Weights are
random, from a seed. Layer norm, GELU and attention are spelled in small ops,
as exporters of opset 13 do. The inputs are the embedded tokens and the mask of
the tokens that are there. `compare.py --models bert_base` uses this module.
"""
import argparse
import os

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

LAYERS, WIDTH, HEADS, INNER = 12, 768, 12, 3072


class Encoder:
    """The graph in the making; every method adds nodes, returns a value."""

    def __init__(self, tokens, seed, width=WIDTH, heads=HEADS, inner=INNER):
        self.tokens, self.width = tokens, width
        self.heads, self.inner = heads, inner
        self.rng = np.random.default_rng(seed)
        self.nodes, self.weights, self.constants = [], [], {}

    def weight(self, *shape, base=0.0):
        value = self.rng.standard_normal(shape, np.float32) * 0.02 + base
        name = "w%d" % len(self.weights)
        self.weights.append(numpy_helper.from_array(value.astype("f4"), name))
        return name

    def constant(self, value):
        value = np.asarray(value)
        key = value.dtype.str, value.tobytes()
        if key not in self.constants:
            self.constants[key] = "c%d" % len(self.constants)
            self.weights.append(
                numpy_helper.from_array(value, self.constants[key]))
        return self.constants[key]

    def __call__(self, op, *inputs, **attributes):
        name = "%s_%d" % (op.lower(), len(self.nodes))
        self.nodes.append(
            helper.make_node(op, inputs, [name], name, **attributes))
        return name

    def number(self, value):
        return self.constant(np.float32(value))

    def dense(self, x, inputs, outputs):
        return self("Add", self.weight(outputs),
                    self("MatMul", x, self.weight(inputs, outputs)))

    def layer_norm(self, x):
        centred = self("Sub", x, self("ReduceMean", x, axes=[-1]))
        variance = self("ReduceMean", self("Pow", centred, self.number(2)),
                        axes=[-1])
        deviation = self("Sqrt", self("Add", variance, self.number(1e-12)))
        scaled = self("Mul", self("Div", centred, deviation),
                      self.weight(self.width, base=1.0))
        return self("Add", scaled, self.weight(self.width))

    def gelu(self, x):
        erf = self("Erf", self("Div", x, self.number(np.sqrt(2))))
        return self("Mul", self("Mul", x, self("Add", erf, self.number(1))),
                    self.number(0.5))

    def attention(self, x, mask):
        size = self.width // self.heads
        split = self.constant(np.array([1, self.tokens, self.heads, size]))

        def project(perm):
            y = self("Reshape", self.dense(x, self.width, self.width), split)
            return self("Transpose", y, perm=perm)

        query, key = project([0, 2, 1, 3]), project([0, 2, 3, 1])
        scores = self("Div", self("MatMul", query, key),
                      self.number(np.sqrt(size)))
        shares = self("Softmax", self("Add", scores, mask), axis=-1)
        y = self("MatMul", shares, project([0, 2, 1, 3]))
        y = self("Reshape", self("Transpose", y, perm=[0, 2, 1, 3]),
                 self.constant(np.array([1, self.tokens, self.width])))
        return self.dense(y, self.width, self.width)

    def layer(self, x, mask):
        x = self.layer_norm(self("Add", self.attention(x, mask), x))
        y = self.gelu(self.dense(x, self.width, self.inner))
        return self.layer_norm(
            self("Add", self.dense(y, self.inner, self.width), x))

    def model(self, layers):
        # 0 where a token is, a large negative number where none is.
        there = self("Cast", self("Unsqueeze", "attention_mask",
                                  self.constant(np.array([1, 2]))),
                     to=TensorProto.FLOAT)
        mask = self("Mul", self("Sub", self.number(1), there),
                    self.number(-10000))
        x = "embedded"
        for _ in range(layers):
            x = self.layer(x, mask)
        shape = [1, self.tokens, self.width]
        graph = helper.make_graph(
            self.nodes, "bert",
            [helper.make_tensor_value_info("embedded", TensorProto.FLOAT,
                                           shape),
             helper.make_tensor_value_info("attention_mask", TensorProto.INT64,
                                           [1, self.tokens])],
            [helper.make_tensor_value_info(x, TensorProto.FLOAT, shape)],
            self.weights)
        return helper.make_model(graph, ir_version=8, opset_imports=[
            helper.make_opsetid("", 13)])


def make_inputs(tokens, width, seed):
    """Embedded tokens as layer norm leaves them; the last eighth is padding."""
    rng = np.random.default_rng(seed)
    mask = np.ones([1, tokens], np.int64)
    mask[:, tokens - tokens // 8:] = 0
    return [rng.standard_normal([1, tokens, width], np.float32), mask]


def write(folder, layers=LAYERS, tokens=128, seed=0):
    """Writes model.onnx and test_data_set_0 unless they are there; the two."""
    path = os.path.join(folder, "model.onnx")
    data = os.path.join(folder, "test_data_set_0")
    if not os.path.exists(path):
        os.makedirs(data, exist_ok=True)
        for k, value in enumerate(make_inputs(tokens, WIDTH, seed)):
            with open(os.path.join(data, "input_%d.pb" % k), "wb") as file:
                file.write(numpy_helper.from_array(value).SerializeToString())
        save(Encoder(tokens, seed).model(layers), path + ".new")
        os.replace(path + ".new", path)
    return path, data


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="where model.onnx is written")
    parser.add_argument("--layers", type=int, default=LAYERS)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(write(options.folder, options.layers, options.tokens,
                options.seed)[0])


if __name__ == "__main__":
    main()
