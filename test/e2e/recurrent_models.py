# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Seeded recurrent layers: a choice from the product of everything that RNN,
GRU and LSTM can be told, at known or open sizes."""
import numpy as np
from onnx import TensorProto, helper

from open_models import Model

OPS = {"RNN": (1, ["Tanh"]), "GRU": (3, ["Sigmoid", "Tanh"]),
       "LSTM": (4, ["Sigmoid", "Tanh", "Tanh"])}
# With the parameters that they take.
FUNCTIONS = {"Relu": "", "Tanh": "", "Sigmoid": "", "Affine": "ab",
             "LeakyRelu": "a", "ThresholdedRelu": "a", "ScaledTanh": "ab",
             "HardSigmoid": "ab", "Elu": "a", "Softsign": "", "Softplus": ""}
# What gates may have: others let states, and errors with them, grow beyond all
# bounds.
GATES = ["Sigmoid", "HardSigmoid"]


def choose(rng, chance):
    return rng.random() < chance


def pick_functions(rng, names, attributes):
    """Other activations, and some of their parameters."""
    names = [str(rng.choice(GATES if name == "Sigmoid" else list(FUNCTIONS)))
             for name in names]
    attributes["activations"] = names
    for letter, name in (("a", "activation_alpha"), ("b", "activation_beta")):
        count = sum(letter in FUNCTIONS[n] for n in names)
        if count:
            attributes[name] = [float(v) for v in rng.uniform(0.2, 0.7, count)]


def recurrent(op, seed):
    """The model; its `peer` is the same for ONNX Runtime, which knows but one
    layout."""
    gates, functions = OPS[op]
    m = Model("recurrent_" + op, seed, opset=int(
        np.random.default_rng(seed).choice([7, 14, 17, 22])))
    rng = m.rng
    direction = str(rng.choice(["forward", "reverse", "bidirectional"]))
    count = 2 if direction == "bidirectional" else 1
    hidden, width = int(rng.integers(1, 20)), int(rng.integers(1, 9))
    steps, batch = int(rng.integers(1, 8)), int(rng.integers(1, 6))
    layout = int(m.opset >= 14 and choose(rng, 0.3))
    attributes = {"direction": direction, "hidden_size": hidden}
    if choose(rng, 0.4):
        pick_functions(rng, functions * count, attributes)
    if choose(rng, 0.3):
        attributes["clip"] = float(rng.uniform(0.3, 1.0))
    if op == "GRU":
        attributes["linear_before_reset"] = int(choose(rng, 0.5))
    if op == "LSTM" and choose(rng, 0.3):
        attributes["input_forget"] = 1

    def state(name):
        dims = ([m.batch, count, hidden] if layout else
                [count, m.batch, hidden])
        return m.input(name, *dims)

    m.batch, m.steps = batch, steps
    if choose(rng, 0.5):
        m.bounds["batch"], m.batch = "1..6", "batch"
    if choose(rng, 0.5):
        m.bounds["steps"], m.steps = "1..9", "steps"
    x = m.input("x", *([m.batch, m.steps, width] if layout else
                       [m.steps, m.batch, width]))

    def scaled(*shape):
        value = rng.standard_normal(shape) / np.sqrt(shape[-1])
        return value.astype("f4")

    w, r = scaled(count, gates * hidden, width), scaled(count, gates * hidden,
                                                        hidden)
    if choose(rng, 0.15):
        weights = [m.input("w", *w.shape), m.input("r", *r.shape)]
        m.inputs["w"] = (w.shape, lambda rng, shape: w, TensorProto.FLOAT)
        m.inputs["r"] = (r.shape, lambda rng, shape: r, TensorProto.FLOAT)
    else:
        weights = [m.constant(w), m.constant(r)]
    inputs = [x, *weights,
              m.constant(scaled(count, 2 * gates * hidden))
              if choose(rng, 0.8) else "", "", ""]
    lengths = choose(rng, 0.4)
    if lengths:
        # Within the least steps that run.
        inputs[4] = m.input(
            "lengths", m.batch, dtype=TensorProto.INT32, make=lambda rng, shape:
            rng.integers(1, m.least + 1, shape).astype("i4"))
    if choose(rng, 0.5):
        inputs[5] = state("initial_h")
    if op == "LSTM":
        inputs += [state("initial_c") if choose(rng, 0.5) else "",
                   m.constant(scaled(count, 3 * hidden))
                   if choose(rng, 0.4) else ""]
    while not inputs[-1]:
        inputs.pop()
    outputs = ["y", "y_h", "y_c"][:3 if op == "LSTM" else 2]
    if choose(rng, 0.2):
        outputs[int(rng.integers(len(outputs)))] = ""
    m.output(*(o for o in outputs if o))
    m.sizes = [{"batch": b if "batch" in m.bounds else batch,
                "steps": s if "steps" in m.bounds else steps}
               for b, s in ((batch, steps), (1, 9), (6, 5), (3, 1))]
    if not m.bounds:
        m.sizes = m.sizes[:1]
    elif lengths:
        m.sizes = [s for s in m.sizes if s["steps"] > 1] or m.sizes[:1]
    m.least = min(s["steps"] for s in m.sizes)
    layouts = {"layout": 1} if layout else {}
    m.nodes = [helper.make_node(op, inputs, outputs, **layouts, **attributes)]
    m.peer = None
    if layout:
        m.nodes, nodes = transpose_all(op, inputs, outputs, attributes), m.nodes
        m.peer, m.nodes = m.proto(), nodes
    return m


def transpose_all(op, inputs, outputs, attributes):
    """The layer in layout 0, between transpositions."""
    nodes, inner_in, inner_out = [], list(inputs), []
    for k in (0, 5, 6):
        if k < len(inputs) and inputs[k]:
            inner_in[k] = inputs[k] + "_0"
            nodes.append(helper.make_node("Transpose", [inputs[k]],
                                          [inner_in[k]], perm=[1, 0, 2]))
    for k, name in enumerate(outputs):
        inner_out.append(name and name + "_0")
    nodes.append(helper.make_node(op, inner_in, inner_out, **attributes))
    for k, name in enumerate(outputs):
        if name:
            nodes.append(helper.make_node(
                "Transpose", [name + "_0"], [name],
                perm=[1, 0, 2] if k else [2, 0, 1, 3]))
    return nodes
