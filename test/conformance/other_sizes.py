# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Other sizes for a node test: its inputs grown or shrunk, with the outputs
that ONNX Runtime or else ONNX's reference implementation computes.

Which sizes belong together isn't known, so dimensions of equal size change
together, then some alone. What the reference refuses, a library has to refuse,
too, or it would read past an input's end.
"""
import collections
import os

import numpy as np
import onnx
import onnx.numpy_helper
import onnx.reference
import onnxruntime

# At most so many other sizes of a test, and so many that nobody should take.
LIMIT = 5
LIMIT_REFUSED = 2


def load(path):
    with open(path, "rb") as file:
        return onnx.numpy_helper.to_array(onnx.TensorProto.FromString(
            file.read()))


def load_all(folder, kind):
    paths = (os.path.join(folder, "%s_%d.pb" % (kind, k)) for k in range(99))
    return [load(path) for path in paths if os.path.exists(path)]


def save(folder, kind, arrays):
    for k, array in enumerate(arrays):
        path = os.path.join(folder, "%s_%d.pb" % (kind, k))
        with open(path, "wb") as file:
            file.write(onnx.numpy_helper.from_array(
                np.asarray(array)).SerializeToString())


def is_close(got, want, args):
    """As dlc run --compare judges."""
    if got.dtype != want.dtype or got.shape != want.shape:
        return False
    if got.dtype.kind not in "fc":
        return np.array_equal(got, want)
    got, want = got.astype(np.float64), want.astype(np.float64)
    finite = np.abs(want[np.isfinite(want)])
    atol = float(args.atol) * (finite.max() if finite.size else 0)
    return np.allclose(got, want, float(args.rtol), atol, equal_nan=True)


def references(model):
    """Functions from a dictionary of inputs to the outputs."""
    def by_runtime():
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"])
        return lambda feeds: session.run(None, feeds)

    def by_onnx():
        evaluator = onnx.reference.ReferenceEvaluator(
            onnx.ModelProto.FromString(model))
        return lambda feeds: evaluator.run(None, feeds)

    return by_runtime, by_onnx


def find_reference(model, feeds, outputs, args):
    """The first reference that gives the test's own outputs, or None."""
    for make in references(model):
        try:
            compute = make()
            got = compute(feeds)
        except Exception:  # pylint: disable=broad-except
            continue
        if len(got) == len(outputs) and all(
                isinstance(g, np.ndarray) and is_close(g, want, args)
                for g, want in zip(got, outputs)):
            return compute
    return None


def changes(feeds, kept, keep_ones):
    """Dictionaries from (input, axis) to the new size."""
    dims = {(name, axis): size for name, array in feeds.items()
            if name not in kept for axis, size in enumerate(array.shape)
            if size != 1 or not keep_ones}
    groups = collections.defaultdict(list)
    for dim, size in dims.items():
        groups[size].append(dim)
    large = [members for size, members in sorted(groups.items(), reverse=True)
             if size > 1]
    for members in large:
        yield {dim: dims[dim] + 1 for dim in members}
    yield {dim: size + 1 for dim, size in dims.items() if dim[1] == 0}
    # Broadcasts in another direction, and what only one dimension decides.
    for dim, size in dims.items():
        yield {dim: 1 if size > 1 else 3}
    for dim, size in dims.items():
        yield {dim: size + 1}
    for members in large:
        yield {dim: dims[dim] - 1 for dim in members}


def resize(array, axis, size):
    """Repeats or drops elements, so that the values stay valid."""
    old = array.shape[axis]
    if old == 0:
        return np.zeros(array.shape[:axis] + (size,) + array.shape[axis + 1:],
                        array.dtype)
    return np.take(array, np.arange(size) % old, axis)


def other_sizes(model, names, kept, keep_ones, data, args):
    """Yields the changed sizes as text, the inputs and the outputs, or None
    for outputs that can't be."""
    try:
        feeds = dict(zip(names, load_all(data, "input")))
        outputs = load_all(data, "output")
    except Exception:  # pylint: disable=broad-except
        return  # Not tensors.
    compute = find_reference(model, feeds, outputs, args)
    if not compute:
        return
    seen = []
    taken = refused = 0
    for change in changes(feeds, kept, keep_ones):
        if not change or change in seen:
            continue
        seen.append(change)
        changed = dict(feeds)
        for (name, axis), size in change.items():
            changed[name] = resize(changed[name], axis, size)
        try:
            outputs = compute(changed)
            taken += 1
        except Exception:  # pylint: disable=broad-except
            outputs = None
            refused += 1
        if (taken if outputs else refused) > (LIMIT if outputs
                                              else LIMIT_REFUSED):
            continue
        yield (" ".join("%s=%s" % (name, "x".join(map(str, array.shape)))
                        for name, array in changed.items()), changed, outputs)
