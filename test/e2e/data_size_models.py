# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small seeded models with sizes that depend on data. Each comes with inputs
of which nothing, something and everything is selected."""
import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

INT, BOOL, FLOAT = TensorProto.INT64, TensorProto.BOOL, TensorProto.FLOAT
TYPES = {np.dtype("f4"): FLOAT, np.dtype("f8"): TensorProto.DOUBLE,
         np.dtype("i8"): INT, np.dtype("i4"): TensorProto.INT32,
         np.dtype("u1"): TensorProto.UINT8, np.dtype("?"): BOOL}


class Model:
    """A graph under construction: calling it adds a node."""

    def __init__(self, name, opset=19, bounds=()):
        self.name, self.opset, self.bounds = name, opset, dict(bounds)
        self.nodes, self.inputs, self.outputs = [], [], []
        self.constants, self.cases, self.refused = [], [], []

    def input(self, name, dtype, *dims):
        self.inputs.append(helper.make_tensor_value_info(name, dtype, dims))
        return name

    def constant(self, value):
        name = "c%d" % len(self.constants)
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def ints(self, *values):
        return self.constant(np.array(values, "i8"))

    def __call__(self, op, *inputs, outputs=1, name=None, **attributes):
        names = ["%s_%d_%d" % (op.lower(), len(self.nodes), i)
                 for i in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, name=name or "",
                                           **attributes))
        return names[0] if outputs == 1 else names

    def output(self, name, dtype, *dims):
        self.outputs.append(helper.make_tensor_value_info(name, dtype, dims))

    def case(self, *arrays):
        self.cases.append(dict(zip([i.name for i in self.inputs],
                                   map(np.asarray, arrays))))

    def refuse(self, text, *arrays):
        """Inputs that the library must refuse with this text."""
        self.refused.append((dict(zip([i.name for i in self.inputs], arrays)),
                             text))

    def graph(self):
        return helper.make_graph(self.nodes, self.name, self.inputs,
                                 self.outputs, self.constants)

    def proto(self):
        model = helper.make_model(self.graph(), ir_version=9, opset_imports=[
            helper.make_opsetid("", self.opset)])
        checker.check_model(model)
        return model


def masks(rng, *shape):
    """Nothing, everything and some of it."""
    yield np.zeros(shape, "?")
    yield np.ones(shape, "?")
    for density in (0.1, 0.5, 0.9):
        yield rng.random(shape) < density


def nonzero(rng):
    """Positions, what lies there, and sums of it."""
    m = Model("nonzero", bounds={"n": "0..40:16"})
    x = m.input("x", FLOAT, "n", 5)
    found = m("NonZero", x)
    rows = m("Transpose", found, perm=[1, 0])
    values = m("GatherND", x, rows)
    m.output(found, INT, 2, None)
    m.output(rows, INT, None, 2)
    m.output(m("Exp", values), FLOAT, None)
    m.output(m("ReduceSum", m("Mul", values, values), keepdims=0), FLOAT)
    m.output(m("Shape", values), INT, 1)
    m.output(m("Concat", values, m("Neg", values), m.constant(np.float32([7])),
               axis=0), FLOAT, None)
    for n in (16, 40, 1, 0):
        for mask in masks(rng, n, 5):
            m.case(rng.standard_normal((n, 5)).astype("f4") * mask)
    return m


def compress(rng):
    m = Model("compress")
    x, c = m.input("x", FLOAT, 6, 7, 3), m.input("c", BOOL, 7)
    flat = m.input("f", BOOL, 126)
    kept = m("Compress", x, c, axis=1)
    m.output(kept, FLOAT, 6, None, 3)
    m.output(m("MatMul", m("Transpose", kept, perm=[0, 2, 1]), kept), FLOAT,
             6, 3, 3)
    m.output(m("Relu", m("Compress", x, flat)), FLOAT, None)
    for c, f in zip(masks(rng, 7), masks(rng, 126)):
        m.case(rng.standard_normal((6, 7, 3)).astype("f4"), c, f)
    return m


def topk(rng):
    """A computed k, along each axis, largest and smallest, of many equals."""
    m = Model("topk", bounds={"n": "1..300:40"})
    x, k = m.input("x", FLOAT, "n", 9, 2), m.input("k", INT, 1)
    nine = m("Min", k, m.ints(9))
    for count, axis, largest in ((k, 0, 1), (k, 0, 0), (nine, 1, 1)):
        v, i = m("TopK", x, count, outputs=2, axis=axis, largest=largest,
                 name="select" if largest and not axis else None)
        m.output(v, FLOAT, None, None, None)
        m.output(i, INT, None, None, None)
    v, i = m("TopK", m("Neg", x), m.ints(1), outputs=2, axis=0)
    m.output(v, FLOAT, 1, 9, 2)
    for n, k in ((300, 300), (300, 17), (40, 1), (1, 1), (7, 5), (40, 0)):
        m.case(rng.integers(0, n + 1, (n, 9, 2)).astype("f4"),
               np.array([k], "i8"))
    one = np.ones((5, 9, 2), "f4")
    m.refuse("TopK:select", one, np.array([6], "i8"))
    m.refuse("is -1", one, np.array([-1], "i8"))
    m.refuse("is -9223372036854775808", one, np.array([-2 ** 63], "i8"))
    return m


def boxes(rng, *shape):
    """Corners of boxes of which many overlap."""
    centers = rng.uniform(0, 4, (*shape, 2))
    sizes = rng.uniform(0.2, 2, (*shape, 2))
    return np.concatenate([centers - sizes / 2, centers + sizes / 2],
                          -1).astype("f4")


def suppress(rng):
    m = Model("suppress", bounds={"boxes": "0..300:100"})
    b = m.input("b", FLOAT, 2, "boxes", 4)
    s, most = m.input("s", FLOAT, 2, 3, "boxes"), m.input("most", INT, 1)
    iou, least = m.input("iou", FLOAT, 1), m.input("least", FLOAT, 1)
    kept = m("NonMaxSuppression", b, s, most, iou, least)
    m.output(kept, INT, None, 3)
    m.output(m("NonMaxSuppression", b, s, m.ints(4), iou, "",
               center_point_box=1), INT, None, 3)
    m.output(m("Gather", m("Transpose", b, perm=[1, 0, 2]),
               m("Squeeze", m("Slice", kept, m.ints(2), m.ints(3),
                              m.ints(1)), m.ints(1)), axis=0),
             FLOAT, None, 2, 4)
    for n, most, iou, least in ((100, 10, 0.5, 0.2), (300, 300, 0.9, 0.0),
                                (7, 100, 0.1, 0.5), (100, 0, 0.5, 0.1),
                                (100, 10, 0.5, 2.0), (1, 1, 0.0, 0.0)):
        scores = rng.random((2, 3, n)).astype("f4").round(2)
        m.case(boxes(rng, 2, n), scores, np.array([most], "i8"),
               np.array([iou], "f4"), np.array([least], "f4"))
    return m


def unique(rng, dtype="f4", axis=None, is_sorted=1):
    m = Model("unique_%s_%s_%d" % (dtype, axis, is_sorted),
              bounds={"n": "0..90:30"})
    x = m.input("x", TYPES[np.dtype(dtype)], "n", 2, 3)
    attributes = {} if axis is None else {"axis": axis}
    y, first, inverse, counts = m("Unique", x, outputs=4, sorted=is_sorted,
                                  **attributes)
    shape = [None] * (1 if axis is None else 3)
    m.output(y, TYPES[np.dtype(dtype)], *shape)
    for name in (first, inverse, counts):
        m.output(name, INT, None)
    for n, most in ((30, 4), (90, 2), (90, 200), (1, 3), (5, 1)):
        m.case(rng.integers(0, most, (n, 2, 3)).astype(dtype))
    return m


def head(rng):
    """What follows a detector's network, as torchvision exports it: scores
    above a threshold, their boxes, the best of them, suppression, the rest."""
    m = Model("head", bounds={"anchors": "1..200:100"})
    b, s = m.input("b", FLOAT, "anchors", 4), m.input("s", FLOAT, "anchors")
    limit = m.input("limit", FLOAT)
    found = m("Squeeze", m("NonZero", m("Greater", s, limit)), m.ints(0))
    kept_boxes, kept = m("Gather", b, found), m("Gather", s, found)
    count = m("Min", m("Shape", kept), m.ints(50))
    best, order = m("TopK", kept, count, outputs=2)
    best_boxes = m("Gather", kept_boxes, order)
    rows = m("NonMaxSuppression", m("Unsqueeze", best_boxes, m.ints(0)),
             m("Unsqueeze", best, m.ints(0, 1)), m.ints(20),
             m.constant(np.float32([0.4])))
    chosen = m("Squeeze", m("Slice", rows, m.ints(2), m.ints(3), m.ints(1)),
               m.ints(1))
    m.output(m("Gather", best_boxes, chosen), FLOAT, "detections", 4)
    m.output(m("Gather", best, chosen), FLOAT, "detections2")
    for n, limit in ((100, 0.5), (200, 0.0), (200, -1.0), (100, 2.0), (1, 0.5),
                     (60, 0.9)):
        m.case(boxes(rng, n), rng.permutation(n).astype("f4") / n,
               np.float32(limit))
    return m


def loop(rng):
    """A body that finds other positions in each iteration."""
    body = Model("body")
    body.input("i", INT)
    body.input("c", BOOL)
    total = body.input("sum", FLOAT, 4)
    mask = body("Greater", "x", body("Cast", "i", to=FLOAT))
    values = body("Compress", "x", body("Reshape", mask, body.ints(-1)))
    found = body("Gather", values, body("Squeeze", body("NonZero", body(
        "Greater", values, body.constant(np.float32(1)))), body.ints(0)))
    part = body("ReduceSum", found, keepdims=1)
    next_sum = body("Add", total, part)
    going = body("Identity", "c")
    body.output(going, BOOL)
    body.output(next_sum, FLOAT, 4)
    body.output(body("Exp", next_sum), FLOAT, 4)
    m = Model("loop")
    m.input("x", FLOAT, 3, 5)
    m.input("start", FLOAT, 4)
    y, each = m("Loop", m.constant(np.int64(6)), "", "start", outputs=2,
                body=body.graph())
    m.output(y, FLOAT, 4)
    m.output(each, FLOAT, 6, 4)
    for low, high in ((-3, 7), (7, 8), (-9, -1), (0, 3)):
        m.case(rng.uniform(low, high, (3, 5)).astype("f4"),
               rng.uniform(-700, -600, 4).astype("f4"))
    return m


def branch(rng):
    """Sizes found in one way of a branch alone."""
    way = Model("way")
    found = way("Compress", "x", way("Greater", "x", way.constant(
        np.float32(0.5))))
    way.output(way("ReduceSum", found, keepdims=1), FLOAT, 1)
    other = Model("other")
    other.output(other("ReduceMax", "x", keepdims=1), FLOAT, 1)
    m = Model("branch")
    m.input("x", FLOAT, 11)
    m.input("b", BOOL)
    m.output(m("If", "b", then_branch=way.graph(), else_branch=other.graph()),
             FLOAT, 1)
    for flag in (True, False):
        m.case(rng.random(11).astype("f4"), np.array(flag))
    return m


def slices(rng):
    """Bounds, steps and axes that are inputs."""
    m = Model("slices", bounds={"n": "1..40:16"})
    x = m.input("x", FLOAT, "n", 7)
    start, end = m.input("start", INT, 1), m.input("end", INT, 1)
    step, axis = m.input("step", INT, 1), m.input("axis", INT, 1)
    m.output(m("Relu", m("Slice", x, start, end)), FLOAT, None, 7)
    m.output(m("Slice", x, start, end, m.ints(1), step), FLOAT, "n", None)
    m.output(m("Exp", m("Slice", x, start, end, axis, step)), FLOAT, None,
             None)
    low, high = -2 ** 63, 2 ** 63 - 1
    for n, start, end, step, axis in (
            (16, 2, 5, 1, 0), (16, -3, high, 2, 1), (16, -1, low, -1, 0),
            (40, 5, 2, 1, 1), (40, 100, -100, -3, -1), (1, 0, 1, 1, 0),
            (7, -100, 3, 2, -2), (7, 6, -8, -2, 0), (9, high, low, low, 1)):
        m.case(rng.standard_normal((n, 7)).astype("f4"),
               *[np.array([v], "i8") for v in (start, end, step, axis)])
    return m


def shapes(rng):
    """Shapes, repetitions, pads and lengths that are inputs."""
    m = Model("shapes")
    x = m.input("x", FLOAT, 2, 12)
    shape, target = m.input("shape", INT, 3), m.input("target", INT, 3)
    repeats, pads = m.input("repeats", INT, 2), m.input("pads", INT, 4)
    parts = m.input("parts", INT, 2)
    m.output(m("Neg", m("Reshape", x, shape, name="reshape")), FLOAT, None,
             None, None)
    m.output(m("Expand", x, target), FLOAT, 5, 2, 12)
    m.output(m("Tile", x, repeats), FLOAT, 6, 24)
    m.output(m("Pad", x, pads, mode="edge"), FLOAT, 6, 20)
    a, b = m("Split", x, parts, outputs=2, axis=1)
    m.output(m("Concat", b, a, axis=1), FLOAT, 2, None)
    m.output(m("ConstantOfShape", repeats), FLOAT, 8, 8)
    value = rng.standard_normal((2, 12)).astype("f4")

    def arrays(shape=(4, 3, 2), target=(5, 2, 12), repeats=(3, 2),
               pads=(1, 2, 3, 4), parts=(5, 7)):
        return [value] + [np.array(v, "i8") for v in (shape, target, repeats,
                                                      pads, parts)]
    m.case(*arrays())
    m.case(*arrays((-1, 0, 1), (1, 1, 1), (0, 1), (0, 0, 0, 0), (0, 12)))
    m.case(*arrays((24, 1, -1), (3, 1, 12), (1, 0), (2, 0, 0, 1), (12, 0)))
    m.case(*arrays((1, 4, 6), (1, 2, 1), (2, 2), (0, 8, 0, 0), (6, 6)))
    m.refuse("Reshape:reshape", *arrays((4, 3, 3)))
    m.refuse("Reshape:reshape", *arrays((4, 3, 1)))
    m.refuse("Reshape:reshape", *arrays((5, -1, 1)))
    m.refuse("Expand:", *arrays(target=(6, 2, 12)))
    m.refuse("Expand:", *arrays(target=(5, 3, 12)))
    m.refuse("is -4", *arrays(repeats=(-4, 1)))
    m.refuse("Pad:", *arrays(pads=(0, -1, 0, 0)))
    m.refuse("Split:", *arrays(parts=(5, 6)))
    m.refuse("Split:", *arrays(parts=(-5, 17)))
    return m


def axes(rng):
    """Reductions along axes that are inputs."""
    m = Model("axes", bounds={"n": "1..9:4"})
    x, a = m.input("x", FLOAT, "n", 3, 5), m.input("a", INT, 2)
    for op in ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin",
               "ReduceL2", "ReduceLogSumExp"):
        m.output(m(op, x, a, name=op), FLOAT, None, None, None)
        m.output(m(op, x, a, keepdims=0), FLOAT, None)
    for n, axes in ((4, (0, 1)), (9, (2, 0)), (1, (-1, -2)), (5, (1, -3))):
        m.case(rng.standard_normal((n, 3, 5)).astype("f4"),
               np.array(axes, "i8"))
    m.refuse("ReduceSum:", np.ones((4, 3, 5), "f4"), np.array((1, 1), "i8"))
    m.refuse("ReduceSum:", np.ones((4, 3, 5), "f4"), np.array((1, 3), "i8"))
    return m


def all_models(rng):
    yield from (make(rng) for make in (nonzero, compress, topk, suppress, head,
                                       loop, branch, slices, shapes, axes))
    for dtype in ("f4", "i8"):
        for axis in (None, 0, 1, 2):
            for is_sorted in (0, 1):
                yield unique(rng, dtype, axis, is_sorted)
