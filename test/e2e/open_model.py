# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small models with open sizes in the making, and the sizes to run them at."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

INT = np.int64


class Model:
    """A model in the making; every call adds a node and returns its first
    output. `bounds` are the --dim options, `sizes` those to run, and `refused`
    inputs' shapes that aren't taken, with what the error must say. What dlc
    doesn't do yet says so with `unsupported`. `reference` makes outputs of
    inputs where ONNX Runtime isn't one."""

    def __init__(self, name, seed, opset=17, **bounds):
        self.rng = np.random.default_rng([seed, *name.encode()])
        self.name, self.opset, self.bounds = name, opset, bounds
        self.nodes, self.weights, self.inputs, self.outputs = [], [], {}, []
        self.sizes, self.refused, self.unsupported = [], [], None
        self.reference = None

    def input(self, name, *dims, make=None, dtype=TensorProto.FLOAT):
        """`make(rng, shape)` draws values that aren't normal."""
        self.inputs[name] = (dims, make or (
            lambda rng, shape: rng.standard_normal(shape).astype("f4")), dtype)
        return name

    def constant(self, value):
        name = "c%d" % len(self.weights)
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def ints(self, *values):
        return self.constant(np.array(values, INT))

    def weight(self, *shape):
        value = self.rng.standard_normal(shape)
        return self.constant((value / np.sqrt(shape[0])).astype("f4"))

    def kernel(self, *shape):
        value = self.rng.standard_normal(shape)
        return self.constant(
            (value / np.sqrt(np.prod(shape[1:]))).astype("f4"))

    def __call__(self, op, *inputs, outputs=1, **attributes):
        names = ["v%d_%d" % (len(self.nodes), k) for k in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def size(self, value, axis):
        """One size as exporters write it: a scalar."""
        return self("Gather", self("Shape", value), self.constant(INT(axis)),
                    axis=0)

    def list(self, *parts):
        """A shape of scalars and numbers."""
        return self("Concat", *(
            self.ints(p) if isinstance(p, int) else
            self("Unsqueeze", p, self.ints(0)) for p in parts), axis=0)

    def output(self, *names, dtype=TensorProto.FLOAT):
        for name in names:
            self.outputs.append(helper.make_tensor_value_info(name, dtype,
                                                              None))

    def shapes(self, sizes):
        """The inputs' shapes; a dimension's name may be a sum."""
        return {name: [eval(str(d), {}, dict(sizes)) for d in dims]
                for name, (dims, _, _) in self.inputs.items()}

    def feeds(self, rng, shapes):
        return {name: np.asarray(make(rng, shapes[name]), order="C")
                for name, (_, make, _) in self.inputs.items()}

    def proto(self):
        graph = helper.make_graph(
            self.nodes, self.name,
            [helper.make_tensor_value_info(name, dtype, dims)
             for name, (dims, _, dtype) in self.inputs.items()],
            self.outputs, self.weights)
        domains = {node.domain for node in self.nodes} - {""}
        return helper.make_model(graph, ir_version=10, opset_imports=[
            helper.make_opsetid("", self.opset),
            *(helper.make_opsetid(domain, 1) for domain in sorted(domains))])


def below(limit):
    return lambda rng, shape: rng.integers(0, limit, shape)


def text_sizes(m):
    """Batches and sequences: the least, odd, likely, at the bound."""
    m.sizes = [dict(batch=b, sequence=s) for b, s in
               ((1, 1), (3, 7), (2, 16), (1, 33), (5, 40), (2, 13))]
    return m


TEXT = dict(batch="1..5:2", sequence="1..40:16")
IMAGE = dict(batch="1..4:1", height="16..70:32", width="16..70:48")


def image_sizes(m):
    m.sizes = [dict(batch=b, height=h, width=w) for b, h, w in
               ((1, 16, 16), (3, 17, 31), (1, 32, 48), (4, 70, 70), (2, 19, 64),
                (1, 45, 23))]
    return m
