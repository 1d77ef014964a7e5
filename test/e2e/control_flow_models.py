# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random models of nested branches and loops: If, Loop and Scan, up to three
deep, that read values of the graphs around them."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from open_models import Model

FLOAT, INT, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
DEEPEST = 3


class Value:
    def __init__(self, name, shape):
        self.name, self.shape = name, tuple(shape)


class Block:
    """A graph in the making: the model's, or one inside. `values` are those of
    floats that its nodes may read, its own last."""

    def __init__(self, model, outer=None):
        self.model, self.rng = model, model.rng
        self.nodes, self.weights = [], []
        self.depth = outer.depth + 1 if outer else 0
        self.values = list(outer.values) if outer else []
        self.numbers = list(outer.numbers) if outer else []
        self.bools = list(outer.bools) if outer else []

    def pick(self, values):
        return values[int(self.rng.integers(len(values)))]

    def chance(self, p):
        return self.rng.random() < p

    def name(self):
        self.model.count += 1
        return "v%d" % self.model.count

    def __call__(self, op, *inputs, outputs=1, **attributes):
        names = [self.name() for _ in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value):
        """An initializer of this graph, or a node."""
        tensor = numpy_helper.from_array(np.asarray(value), self.name())
        if self.chance(0.5):
            return self("Constant", value=tensor)
        self.weights.append(tensor)
        return tensor.name

    def add(self, name, shape):
        self.values.append(Value(name, shape))
        return self.values[-1]

    def graph(self, name, inputs, outputs):
        return helper.make_graph(
            self.nodes, name, inputs,
            [helper.make_tensor_value_info(o, *t) for o, *t in outputs],
            self.weights)

    # -- values ---------------------------------------------------------------

    def recent(self):
        """A value, rather one of this graph."""
        return self.values[-1 - min(int(self.rng.geometric(0.35)) - 1,
                                    len(self.values) - 1)]

    def scalar(self, value):
        """One number of the whole tensor, of rank 0."""
        total = self("ReduceMean", value.name, keepdims=0)
        return self("Tanh", total) if self.chance(0.5) else total

    def condition(self):
        if self.bools and self.chance(0.5):
            name = self.pick(self.bools)
            return self("Not", name) if self.chance(0.3) else name
        limit = self.constant(np.float32(self.rng.uniform(-0.4, 0.4)))
        return self(self.pick(["Less", "Greater"]), self.scalar(self.recent()),
                    limit)

    def like(self, shape):
        """A value of the shape: computed from one of this graph's."""
        same = [v for v in self.values[-4:] if v.shape == tuple(shape)]
        if same:
            return self.pick(same).name
        same = [v for v in self.values if v.shape == tuple(shape)]
        number = self.scalar(self.recent())
        if same:
            return self("Add", self.pick(same).name, number)
        zeros = self.constant(np.zeros(shape, "f4"))
        return self("Add", zeros, number)

    # -- nodes ----------------------------------------------------------------

    def elementwise(self):
        x = self.recent()
        op = self.pick(["Tanh", "Sigmoid", "Neg", "Relu", "Add", "Sub", "Mul",
                        "Max", "Sin"])
        if op in ("Add", "Sub", "Mul", "Max"):
            other = self.like(x.shape) if self.chance(0.7) else self.constant(
                np.float32(self.rng.uniform(-1, 1)))
            y = self(op, x.name, other)
            self.add(self("Tanh", y), x.shape)
        else:
            self.add(self(op, x.name), x.shape)

    def product(self):
        x = self.recent()
        if len(x.shape) != 2 or not isinstance(x.shape[1], int):
            return self.elementwise()
        width = int(self.rng.integers(1, 6))
        w = self.rng.standard_normal((x.shape[1], width)) / np.sqrt(x.shape[1])
        y = self("MatMul", x.name, self.constant(w.astype("f4")))
        self.add(self("Tanh", y), (x.shape[0], width))

    def counted(self):
        """The number of the iteration as data."""
        if not self.numbers:
            return self.elementwise()
        x = self.recent()
        number = self("Cast", self.pick(self.numbers), to=FLOAT)
        scaled = self("Mul", number, self.constant(np.float32(0.1)))
        self.add(self("Sin", self("Add", x.name, scaled)), x.shape)

    def branch(self):
        shapes = [self.recent().shape for _ in range(self.rng.integers(1, 3))]
        condition = self.condition()
        graphs = []
        for name in ("then", "else"):
            inner = Block(self.model, self)
            inner.fill()
            graphs.append(inner.graph(name, [], [
                (inner.result(shape), FLOAT, shape) for shape in shapes]))
        names = [self.name() for _ in shapes]
        self.nodes.append(helper.make_node(
            "If", [condition], names, then_branch=graphs[0],
            else_branch=graphs[1]))
        for name, shape in zip(names, shapes):
            self.add(name, shape)

    def result(self, shape):
        """An output of this graph: what it made, or a value around it."""
        name = self.like(shape)
        return self("Identity", name)

    def loop(self):
        states = [self.recent() for _ in range(self.rng.integers(1, 3))]
        inner = Block(self.model, self)
        number, holds = self.name(), self.name()
        inner.numbers.append(number)
        arguments = [self.name() for _ in states]
        for name, state in zip(arguments, states):
            inner.add(name, state.shape)
        inner.fill()
        results = [inner.result(s.shape) for s in states]
        scans = []
        kind = self.pick(["for", "for", "while", "until", "input"])
        condition, trips = self.constant(np.array(True)), int(
            self.rng.integers(0, 5))
        if kind in ("for", "input"):
            goes_on = inner("Identity", holds) if self.chance(0.5) else (
                inner.constant(np.array(True)))
            if self.chance(0.3):
                condition = ""
        elif kind == "while":
            last = inner.constant(np.int64(self.rng.integers(0, 4)))
            goes_on = inner("Less", number, last)
        else:
            limit = inner.constant(np.float32(self.rng.uniform(-0.5, 0.5)))
            value = Value(results[0], states[0].shape)
            goes_on = inner("Less", inner.scalar(value), limit)
        count = self.constant(np.int64(trips))
        if kind == "input":
            count = self.model.number()
        elif kind == "for":
            scans = [inner.recent() for _ in range(self.rng.integers(0, 3))]
        elif kind == "while" and self.chance(0.5):
            count = ""
        elif self.chance(0.3) and self.bools:
            condition = self.pick(self.bools)
        body = inner.graph(
            "body", [helper.make_tensor_value_info(number, INT, []),
                     helper.make_tensor_value_info(holds, BOOL, [])] + [
                helper.make_tensor_value_info(a, FLOAT, s.shape)
                for a, s in zip(arguments, states)],
            [(goes_on, BOOL, [])]
            + [(r, FLOAT, s.shape) for r, s in zip(results, states)]
            + [(inner.copied(s), FLOAT, s.shape) for s in scans])
        names = [self.name() for _ in states + scans]
        self.nodes.append(helper.make_node(
            "Loop", [count, condition] + [s.name for s in states], names,
            body=body))
        for name, state in zip(names, states):
            self.add(name, state.shape)
        for name, scan in zip(names[len(states):], scans):
            if trips:
                self.add(name, (trips, *scan.shape))

    def copied(self, value):
        return self("Identity", value.name)

    def scan(self):
        sources = [v for v in self.values if len(v.shape) >= 1]
        x = self.pick(sources[-6:])
        axis = int(self.rng.integers(len(x.shape)))
        inputs = [(x, axis, int(self.rng.integers(2)))]
        for other in sources:
            axes = [a for a, n in enumerate(other.shape) if n == x.shape[axis]]
            if axes and self.chance(0.3) and len(inputs) < 3:
                inputs.append((other, self.pick(axes),
                               int(self.rng.integers(2))))
        states = [self.recent() for _ in range(self.rng.integers(0, 3))]
        inner = Block(self.model, self)
        arguments = [self.name() for _ in states + inputs]
        shapes = [s.shape for s in states] + [
            v.shape[:a] + v.shape[a + 1:] for v, a, _ in inputs]
        for name, shape in zip(arguments, shapes):
            inner.add(name, shape)
        inner.fill()
        results = [inner.result(s.shape) for s in states]
        outs = [inner.recent() for _ in range(
            self.rng.integers(0 if states else 1, 3))]
        out_axes = [int(self.rng.integers(len(o.shape) + 1)) for o in outs]
        directions = [int(self.rng.integers(2)) for _ in outs]
        body = inner.graph(
            "body", [helper.make_tensor_value_info(a, FLOAT, shape)
                     for a, shape in zip(arguments, shapes)],
            [(r, FLOAT, s.shape) for r, s in zip(results, states)]
            + [(inner.copied(o), FLOAT, o.shape) for o in outs])
        names = [self.name() for _ in states + outs]
        negative = self.chance(0.3)
        attributes = {
            "scan_input_axes": [a - len(v.shape) * negative
                                for v, a, _ in inputs],
            "scan_input_directions": [d for _, _, d in inputs]}
        if outs:
            attributes.update(
                scan_output_axes=[a - (len(o.shape) + 1) * negative
                                  for a, o in zip(out_axes, outs)],
                scan_output_directions=directions)
        self.nodes.append(helper.make_node(
            "Scan", [s.name for s in states] + [v.name for v, _, _ in inputs],
            names, body=body, num_scan_inputs=len(inputs), **attributes))
        for name, state in zip(names, states):
            self.add(name, state.shape)
        for name, out, a in zip(names[len(states):], outs, out_axes):
            self.add(name, out.shape[:a] + (x.shape[axis],) + out.shape[a:])

    def fill(self):
        for _ in range(int(self.rng.integers(1, 4 if self.depth else 6))):
            makers = [self.elementwise, self.elementwise, self.product,
                      self.counted]
            if self.depth < DEEPEST and self.model.count < 400:
                makers += [self.branch, self.loop, self.scan]
            self.pick(makers)()


class Random(Model):
    """`numbers` are inputs that are trip counts."""

    def __init__(self, seed):
        super().__init__("control_flow", seed)
        self.count, self.numbers = 0, 0
        block = Block(self)
        rows = "rows" if self.rng.random() < 0.4 else 3
        for name in ("x", "y"):
            dims = [(rows, 4), (2, rows), (rows,), (3, 4)][
                int(self.rng.integers(4))]
            block.add(self.input(name, *dims), dims)
            if "rows" in dims:
                self.bounds["rows"] = "1..7"
        block.bools.append(self.input(
            "flag", dtype=BOOL,
            make=lambda rng, shape: np.array(rng.integers(2), bool)))
        self.block = block
        block.fill()
        while not any(n.op_type in ("If", "Loop", "Scan")
                      for n in block.nodes):
            block.fill()
        self.nodes, self.weights = block.nodes, block.weights
        self.output(*dict.fromkeys(
            block.copied(v) for v in block.values[-3:]))
        self.sizes = [{"rows": n} for n in (3, 1, 7)]
        if not self.bounds:
            self.sizes = self.sizes[:2]

    def number(self):
        name = "n%d" % self.numbers
        self.numbers += 1
        return self.input(name, dtype=INT, make=lambda rng, shape: np.array(
            rng.integers(0, 5), np.int64))
