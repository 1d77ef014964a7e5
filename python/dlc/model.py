# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiled models."""
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _native
from ._arrays import Converter
from ._elf import find_model_symbol
from .errors import InvalidArgument, LoadError, from_status
from .signature import Size, StateSpec, TensorSpec, make_sizes, make_tensor

Array = np.ndarray[Any, np.dtype[Any]]


class Model:
    """A compiled model, ready to run: a library and one context of it.

    A context holds all the memory that running needs. One thread at a time runs
    it, without Python's lock (the GIL); others wait for it. For calls that run
    concurrently, give each thread a Model of its own, made by `fork`: weights
    are shared.

    Arrays can be NumPy's, have Python's buffer protocol, or DLPack
    (`__dlpack__`). What has the model's element type, is dense and aligned is
    never copied, neither inputs nor `out`. Inputs that aren't dense are. An
    element type other than the model's is an error; lists and numbers, which
    have none, take the model's.

    Attributes:
        name: the prefix of the library's functions.
        producer: the compiler and its version.
        target, cpu: what it was compiled for.
        library: the library's file.
        inputs, outputs: tuples of TensorSpec, in the model's order.
        sizes: the sizes that are chosen at each call, a tuple of Size.
        states: what is kept from call to call, a tuple of StateSpec.
        context_bytes, arena_bytes, weights_bytes: memory, for the largest
            sizes; weights are shared by all contexts.
    """

    name: str
    producer: str
    target: str
    cpu: str
    context_bytes: int
    arena_bytes: int
    weights_bytes: int
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    sizes: tuple[Size, ...]
    states: tuple[StateSpec, ...]

    def __init__(self, library: str | os.PathLike[str], *, threads: int = 1,
                 max_sizes: Mapping[str, int] | None = None,
                 weights_path: str | os.PathLike[str] | None = None,
                 keep: object = None):
        """See dlc.load. `keep` lives as long as the library is in use."""
        self.library = os.path.abspath(library)
        symbol = find_model_symbol(self.library)
        try:
            self._library = _native.Library(self.library, symbol)
        except OSError as error:
            raise LoadError(str(error)) from None
        self._keep = keep
        self._describe(self._library.describe())
        self._max_sizes = self._order_sizes(max_sizes)
        self._weights_path = os.fspath(weights_path) if weights_path else None
        self._threads = threads
        self._create()

    def _describe(self, description: dict[str, Any]) -> None:
        for key in ("name", "producer", "cpu", "context_bytes", "arena_bytes",
                    "weights_bytes"):
            setattr(self, key, description[key])
        self.target = description["triple"]
        self.sizes = make_sizes(description)
        sizes = {size.name: size for size in self.sizes}
        self.inputs = tuple(make_tensor(t, sizes)
                            for t in description["inputs"])
        self.outputs = tuple(make_tensor(t, sizes)
                             for t in description["outputs"])
        self.states = tuple(
            StateSpec(make_tensor(tensor, sizes), output,
                      axis if axis >= 0 else None)
            for tensor, output, axis, _ in description["states"])
        self._input_names = [t.name for t in self.inputs]
        self._output_names = [t.name for t in self.outputs]
        # Results whose type isn't that of the library's buffers.
        self._views = [(i, t.dtype) for i, t in enumerate(self.outputs)
                       if t.dtype != t.storage]

    def _order_sizes(self, sizes: Mapping[str, int] | None
                     ) -> tuple[int, ...] | None:
        """Sizes in the library's order, 0 where none is given."""
        if not sizes:
            return None
        names = [size.name for size in self.sizes]
        for name in sizes:
            if name not in names:
                raise InvalidArgument(
                    f"{self.name}: there is no open size {name!r}" +
                    (f"; there are {', '.join(names)}" if names else ""))
        return tuple(sizes.get(name, 0) for name in names)

    def _create(self) -> None:
        # Where sizes are constant, the shape is part of what makes an array.
        results = tuple(
            t.storage if any(isinstance(d, Size) for d in t.shape)
            else (t.shape, t.storage) for t in self.outputs)
        states = tuple(s.tensor for s in self.states)
        self._context = _native.Context(
            self._library, self._threads, self._max_sizes, self._weights_path,
            np.empty, results, tuple(t.storage for t in states),
            Converter(self.inputs, self.outputs, states), from_status)

    # -- running

    def run(self, inputs: Mapping[str, Any],
            out: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Runs the model.

        Args:
            inputs: an array for each input, by name, of the shapes in
                `self.inputs`.
            out: arrays to write outputs to, by name, of the shapes in
                `self.outputs` (`output_shapes` says them where sizes are
                open); they must not overlap each other or inputs. Outputs
                that it lacks get new arrays.

        Returns:
            The outputs by name: new NumPy arrays, or the arrays of `out`.
        """
        try:
            values = [inputs[name] for name in self._input_names]
        except KeyError as error:
            raise InvalidArgument(
                f"{self.name}: input {error.args[0]} is missing") from None
        if len(inputs) != len(values):
            self._refuse_names(inputs, self._input_names, "input")
        results = None
        if out:
            self._refuse_names(out, self._output_names, "output")
            results = [out.get(name) for name in self._output_names]
        return dict(zip(self._output_names, self._run(values, results)))

    def __call__(self, *arrays: Any, out: Any = None, **named: Any) -> Any:
        """Runs the model on inputs in its order, or by name.

        Args:
            out: an array to write the output to; a sequence of them, or None,
                where there are several.

        Returns:
            The output, a tuple where there are several.
        """
        if named:
            arrays = self._order_arrays(arrays, named)
        if len(arrays) != len(self._input_names):
            raise InvalidArgument(
                f"{self.name}: {len(arrays)} arrays given, the model's inputs "
                f"are {', '.join(self._input_names)}")
        is_single = len(self._output_names) == 1
        results = None
        if out is not None:
            results = [out] if is_single else list(out)
            if len(results) != len(self._output_names):
                raise InvalidArgument(
                    f"{self.name}: {len(results)} arrays in out, the model's "
                    f"outputs are {', '.join(self._output_names)}")
        outputs = self._run(list(arrays), results)
        return outputs[0] if is_single else tuple(outputs)

    def _run(self, values: list[Any], results: list[Any] | None) -> list[Any]:
        outputs = self._context.run(values, results)
        for index, dtype in self._views:
            if results is None or results[index] is None:
                outputs[index] = outputs[index].view(dtype)
        return outputs

    def _order_arrays(self, arrays: tuple[Any, ...],
                      named: dict[str, Any]) -> tuple[Any, ...]:
        rest = self._input_names[len(arrays):]
        self._refuse_names(named, rest, "further input")
        missing = [name for name in rest if name not in named]
        if missing:
            raise InvalidArgument(f"{self.name}: input {missing[0]} is missing")
        return arrays + tuple(named[name] for name in rest)

    def _refuse_names(self, given: Mapping[str, Any], names: list[str],
                      what: str) -> None:
        for name in given:
            if name not in names:
                raise InvalidArgument(
                    f"{self.name}: there is no {what} {name!r}; there are "
                    f"{', '.join(names) or 'none'}")

    def output_shapes(self, shapes: Mapping[str, Sequence[int]]
                      ) -> dict[str, tuple[int, ...]]:
        """The shapes of the outputs, for those of the inputs, both by name.
        Runs nothing."""
        self._refuse_names(shapes, self._input_names, "input")
        try:
            given = tuple(tuple(shapes[name]) for name in self._input_names)
        except KeyError as error:
            raise InvalidArgument(
                f"{self.name}: input {error.args[0]} is missing") from None
        return dict(zip(self._output_names, self._context.output_dims(given)))

    # -- contexts and states

    def fork(self, *, threads: int | None = None) -> Model:
        """A further context of the same library, with the same states. The two
        then go on alone, and can run concurrently."""
        twin = object.__new__(Model)
        twin.__dict__.update(self.__dict__)
        if threads is not None:
            twin._threads = threads
        twin._create()
        if self.states:
            twin._context.copy_states(self._context)
        return twin

    def reset(self) -> None:
        """Begins again: states that grow are empty, others zero."""
        self._context.reset()

    def rewind(self, length: int) -> None:
        """Forgets the positions from `length` on, of all states."""
        self._context.rewind(length)

    def state_length(self, name: str) -> int | None:
        """The positions of a state that grows; None of another."""
        length = self._context.state_length(self._find_state(name))
        return None if length < 0 else length

    def _find_state(self, name: str) -> int:
        for index, state in enumerate(self.states):
            if name in (state.name, state.output):
                return index
        self._refuse_names({name: None}, [s.name for s in self.states], "state")
        raise AssertionError

    def read_states(self) -> dict[str, Array]:
        """Copies of all states, by the names of the inputs that they are."""
        return {state.name: self._context.read_state(index)
                .view(state.tensor.dtype)
                for index, state in enumerate(self.states)}

    def write_states(self, states: Mapping[str, Any]) -> None:
        """Sets all states, as `read_states` gave them."""
        names = [state.name for state in self.states]
        self._refuse_names(states, names, "state")
        missing = [name for name in names if name not in states]
        if missing:
            raise InvalidArgument(f"{self.name}: state {missing[0]} is missing")
        self._context.write_states([states[name] for name in names])

    def __repr__(self) -> str:
        inputs = ", ".join(map(str, self.inputs))
        outputs = ", ".join(map(str, self.outputs))
        return f"<dlc.Model {self.name}: ({inputs}) -> ({outputs})>"
