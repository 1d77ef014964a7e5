# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes and reads ONNX files with Python's standard library only.

For tests: it writes what no ONNX library would, and needs none installed. A
message is the bytes of its fields; the numbers are those of onnx.proto.
"""
import struct

FLOAT, UINT8, INT8, INT32, INT64, STRING, BOOL, FLOAT16, DOUBLE = (
    1, 2, 3, 6, 7, 8, 9, 10, 11)


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def integer(field, value):
    return varint(field << 3) + varint(value)


def message(field, data):
    if isinstance(data, str):
        data = data.encode()
    return varint(field << 3 | 2) + varint(len(data)) + data


def tensor(name, dtype, dims, raw=None, external=None):
    """A TensorProto. `external`: key -> value of its external data."""
    out = b"".join(integer(1, d) for d in dims) + integer(2, dtype)
    out += message(8, name)
    if raw is not None:
        out += message(9, raw)
    if external is not None:
        for key, value in external.items():
            out += message(13, message(1, key) + message(2, str(value)))
        out += integer(14, 1)
    return out


def floats(name, dims, values=None):
    """A float tensor, 0.01 everywhere unless `values` are given."""
    count = 1
    for d in dims:
        count *= d
    values = [0.01] * count if values is None else values
    return tensor(name, FLOAT, dims, struct.pack("<%df" % len(values), *values))


def int64s(name, values):
    raw = struct.pack("<%dq" % len(values), *values)
    return tensor(name, INT64, [len(values)], raw)


def value_info(name, dtype, dims):
    """`dims`: integers, or strings for symbolic dimensions."""
    shape = b""
    for d in dims:
        dim = message(2, d) if isinstance(d, str) else integer(1, d)
        shape += message(1, dim)
    kind = integer(1, dtype) + message(2, shape)
    return message(1, name) + message(2, message(1, kind))


def attribute(name, value):
    """An int, a text, a list of ints or of texts, a Graph, or the bytes of a
    TensorProto."""
    out = message(1, name)
    if isinstance(value, int):
        return out + integer(3, value) + integer(20, 2)
    if isinstance(value, str):
        return out + message(4, value) + integer(20, 3)
    if isinstance(value, Graph):
        return out + message(6, bytes(value)) + integer(20, 5)
    if value and isinstance(value, list) and isinstance(value[0], str):
        return (out + b"".join(message(9, v) for v in value)
                + integer(20, 8))
    if isinstance(value, bytes):
        return out + message(5, value) + integer(20, 4)
    return out + b"".join(integer(8, v) for v in value) + integer(20, 7)


def node(op, inputs, outputs, name="", domain="", **attributes):
    out = b"".join(message(1, i) for i in inputs)
    out += b"".join(message(2, o) for o in outputs)
    out += message(3, name or "the_" + op.lower()) + message(4, op)
    out += b"".join(message(5, attribute(k, v)) for k, v in attributes.items())
    return out + (message(7, domain) if domain else b"")


class Graph(bytes):
    """The bytes of a GraphProto."""


def graph(nodes, inputs, outputs, initializers=()):
    """Inputs and outputs: value_info, or a name alone."""
    def info(value):
        return message(1, value) if isinstance(value, str) else value
    out = b"".join(message(1, n) for n in nodes) + message(2, "g")
    out += b"".join(message(5, t) for t in initializers)
    out += b"".join(message(11, info(i)) for i in inputs)
    out += b"".join(message(12, info(o)) for o in outputs)
    return Graph(out)


def model(nodes, inputs, outputs, initializers=(), opset=17):
    return (integer(1, 8) + message(8, message(1, "") + integer(2, opset))
            + message(7, graph(nodes, inputs, outputs, initializers)))


def fields(data):
    """The (number, value) pairs of a message: integers or bytes."""
    at = 0

    def read():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = read()
        kind = key & 7
        if kind == 0:
            yield key >> 3, read()
            continue
        size = read() if kind == 2 else 8 if kind == 1 else 4
        yield key >> 3, data[at:at + size]
        at += size


def op_types(path):
    """The op types in the main graph of the model in the file `path`."""
    with open(path, "rb") as file:
        data = file.read()
    names = []
    for number, graph in fields(data):
        if number != 7:
            continue
        for number, item in fields(graph):
            if number == 1:
                names += [v.decode() for n, v in fields(item) if n == 4]
    return names
