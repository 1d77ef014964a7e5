# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Keyword arguments as options of the command line."""
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .errors import Error

# The size of a dimension, its bounds, bounds and what is likely, or as on the
# command line: 4, (1, 512), (1, 512, 128), "1..512:128".
Dim = int | tuple[int, int] | tuple[int, int, int] | str
# Pairs of an input and an output: "auto", "past.*=present.*", several of them,
# or {input: output}.
States = str | Sequence[str] | Mapping[str, str]
# An array, or a .npy or .pb file.
Tensor = Any


class Arguments:
    """The arguments of one run of the compiler; arrays become files in
    `folder`."""

    def __init__(self, folder: str):
        self.folder = folder
        self.list: list[str] = []

    def add(self, name: str, value: object) -> None:
        """`--name=value`; nothing for None."""
        if value is not None:
            self.list.append(f"--{name}={value}")

    def add_flag(self, name: str, is_set: bool) -> None:
        if is_set:
            self.list.append(f"--{name}")

    def add_sizes(self, shape: Mapping[str, Sequence[int]] | None,
                  dim: Mapping[str, Dim] | None,
                  constant: Mapping[str, Tensor] | None) -> None:
        """What is said of a model's inputs."""
        for name, sizes in (shape or {}).items():
            self.add("shape", f"{name}={'x'.join(map(str, sizes))}")
        for name, bounds in (dim or {}).items():
            self.add("dim", f"{name}={_spell_dim(bounds)}")
        for name, value in (constant or {}).items():
            self.add("constant", f"{name}={self.tensor_file(value)}")

    def add_states(self, state: States | None) -> None:
        if isinstance(state, str):
            state = [state]
        elif isinstance(state, Mapping):
            state = [f"{before}={after}" for before, after in state.items()]
        for pair in state or ():
            self.add("state", pair)

    def add_data(self, name: str, data: Any, scale: float | None,
                 offset: float | None, samples: int | None) -> None:
        """A data set: files or arrays, in the order of inputs or by name."""
        if isinstance(data, Mapping):
            for key, value in data.items():
                self.add(name, f"{key}={self.tensor_file(value)}")
        else:
            for value in data if isinstance(data, (list, tuple)) else [data]:
                self.add(name, self.tensor_file(value))
        self.add("scale", scale)
        self.add("offset", offset)
        self.add("samples", samples)

    def tensor_file(self, value: Tensor) -> str:
        """The name of a file with the values."""
        if isinstance(value, (str, os.PathLike)):
            return os.fspath(value)
        path = os.path.join(self.folder, f"tensor{len(self.list)}")
        array = np.asarray(value)
        if array.dtype.name == "bfloat16":
            # NumPy's format has no such type, ONNX's has.
            try:
                from onnx import numpy_helper
            except ImportError:
                raise Error("bfloat16 arrays need the package onnx here"
                            ) from None
            with open(path + ".pb", "wb") as file:
                file.write(numpy_helper.from_array(array).SerializeToString())
            return path + ".pb"
        np.save(path + ".npy", array)
        return path + ".npy"


def _spell_dim(bounds: Dim) -> str:
    if isinstance(bounds, tuple):
        low, high, *likely = bounds
        return f"{low}..{high}" + "".join(f":{size}" for size in likely)
    return str(bounds)
