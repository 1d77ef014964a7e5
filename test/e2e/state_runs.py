# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a library with states, in a process of its own, since it may crash.

  state_runs.py LIBRARY FEEDS.npz RESULTS.npz

FEEDS has `call/input` arrays in the inputs' order. The calls run in order in
one context; the same bits must come of it with two threads, again after a
reset, in two contexts by turns, in a fork, from written states, and after a
rewind. RESULTS has `call/output` and `state/number`, the states at the end.
"""
import ctypes as c
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                ".."))
from compiled_model import CompiledModel, Tensor  # noqa: E402


def run(model, arrays):
    return [np.array(o) for o in model(*arrays)]


def read(model):
    return [model.read_state(k) for k in range(len(model.states))]


def check_same(got, want, what):
    for x, y in zip(got, want, strict=True):
        if x.shape != y.shape or x.tobytes() != y.tobytes():
            sys.exit("other bits " + what)


def check_all(model, calls, outputs, states, what):
    for arrays, want in zip(calls, outputs):
        check_same(run(model, arrays), want, what)
    check_same(read(model), states, what + ", in the states")


def lengths(model):
    return [model.model.state_length(model.context, k)
            for k in range(len(model.states))]


def check_fork(model, other, calls, outputs, states):
    """From the middle on, a fork goes on as the original does."""
    half = len(calls) // 2
    model.check(model.model.state_reset(model.context))
    for arrays in calls[:half]:
        model(*arrays)
    model.check(other.model.state_fork(model.context, other.context))
    check_same(read(other), read(model), "in a fork")
    kept = read(model)
    check_all(other, calls[half:], outputs[half:], states, "after a fork")
    check_same(read(model), kept, "in what was forked")
    other.write_states(kept)
    check_all(other, calls[half:], outputs[half:], states, "after a write")


def check_rewind(model, calls, outputs, states):
    """What is forgotten can be said again."""
    if any(state.axis < 0 for state in model.states):
        if not model.model.state_rewind(model.context, 0):
            sys.exit("a state without positions is rewound")
        return
    half = len(calls) // 2
    model.check(model.model.state_reset(model.context))
    for arrays in calls[:half]:
        model(*arrays)
    length = lengths(model)[0]
    for arrays in calls[half:]:
        model(*arrays)
    model.check(model.model.state_rewind(model.context, length))
    check_all(model, calls[half:], outputs[half:], states, "after a rewind")


def check_full(model, calls):
    """A call beyond the bound is refused, and nothing is changed."""
    growing = [k for k, state in enumerate(model.states) if state.axis >= 0]
    if not growing:
        return
    bound = model.model.symbols[model.states[growing[0]].symbol].max
    while True:
        kept = read(model)
        marks = [np.full(o.bytes, 42, "u1") for o in model.outputs]
        error = try_call(model, calls[-1], marks)
        if error:
            break
        if max(lengths(model)) > bound:
            sys.exit("a state has %d positions, at most %d are possible" %
                     (max(lengths(model)), bound))
    if "room for" not in error:
        sys.exit("what doesn't fit is refused with: " + error)
    if any((m != 42).any() for m in marks):
        sys.exit("outputs of a call that is refused are written")
    check_same(read(model), kept, "after a call that was refused")


def try_call(model, arrays, buffers):
    """The error of a call of run_tensors, if it is one."""
    def view(pointer, info, shape):
        return Tensor(pointer, info.dtype, len(shape),
                      (c.c_int64 * max(len(shape), 1))(*shape))
    ins = [view(a.ctypes.data, i, a.shape)
           for a, i in zip(arrays, model.inputs)]
    outs = [view(b.ctypes.data, o, o.shape())
            for b, o in zip(buffers, model.outputs)]
    call = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.POINTER(Tensor), c.c_size_t,
                       c.POINTER(Tensor), c.c_size_t)(model.model.run_tensors)
    if not call(model.context, (Tensor * len(ins))(*ins), len(ins),
                (Tensor * len(outs))(*outs), len(outs)):
        return None
    return model.model.last_error(model.context).decode()


def check_width(model, calls):
    """Sizes that aren't lengths stay while there is something in a state."""
    if "batch" not in [n.decode() for n in model.states[0].dim_names[:1]]:
        return
    wide = [np.concatenate([a, a]) for a in calls[0]]
    model.check(model.model.state_reset(model.context))
    run(model, calls[0])
    kept = read(model)
    try:
        model(*wide)
        sys.exit("another batch is taken while there are states")
    except RuntimeError as error:
        if "until the state is reset" not in str(error):
            sys.exit("another batch is refused with: %s" % error)
    check_same(read(model), kept, "after a call that was refused")
    model.check(model.model.state_reset(model.context))
    if read_error(model) != "nothing is kept before the first call":
        sys.exit("a state is read before the first call")
    model(*wide)


def read_error(model):
    try:
        model.read_state(0)
    except RuntimeError as error:
        return str(error).split(": ", 1)[1]
    return None


def check_memory(model):
    """Beside the states there is no room for a copy of what grows: the arena
    has less than the smallest of those."""
    growing = [s.bytes for s in model.states if s.axis >= 0]
    if not growing or sys.argv[4:] != ["large"]:
        return
    states = sum(s.bytes for s in model.states)
    rest = model.model.arena_bytes - states
    if rest >= min(growing):
        sys.exit("%d bytes beside states of %d, each of at least %d" %
                 (rest, states, min(growing)))


def main():
    library, feeds, results = sys.argv[1:4]
    calls = {}
    with np.load(feeds) as arrays:
        for key in arrays.files:
            calls.setdefault(key.split("/")[0], []).append(arrays[key])
    names, calls = list(calls), list(calls.values())
    model, other = CompiledModel(library), CompiledModel(library)
    check_memory(model)
    outputs = [run(model, arrays) for arrays in calls]
    states = read(model)
    np.savez(results,
             **{"%s/%03d" % (name, k): o for name, out in zip(names, outputs)
                for k, o in enumerate(out)},
             **{"state/%03d" % k: s for k, s in enumerate(states)})
    parallel = CompiledModel(library, threads=2)
    check_all(parallel, calls, outputs, states, "with two threads")
    model.check(model.model.state_reset(model.context))
    for arrays, want in zip(calls, outputs):
        check_same(run(model, arrays), want, "after a reset")
        check_same(run(other, arrays), want, "in another context")
    check_fork(model, other, calls, outputs, states)
    check_rewind(model, calls, outputs, states)
    check_full(model, calls)
    check_width(model, calls)
    for context in (model, other, parallel):
        context.close()


if __name__ == "__main__":
    main()
