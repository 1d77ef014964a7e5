# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a model takes and gives."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import LoadError

try:
    import ml_dtypes
    _BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
except ImportError:
    _BFLOAT16 = np.dtype(np.uint16)

# By the numbers of the C ABI: the name, NumPy's type, and the type of the
# buffers that the library is handed.
ELEMENT_TYPES = {
    1: ("float32", np.dtype(np.float32)), 2: ("uint8", np.dtype(np.uint8)),
    3: ("int8", np.dtype(np.int8)), 4: ("uint16", np.dtype(np.uint16)),
    5: ("int16", np.dtype(np.int16)), 6: ("int32", np.dtype(np.int32)),
    7: ("int64", np.dtype(np.int64)), 9: ("bool", np.dtype(np.bool_)),
    10: ("float16", np.dtype(np.float16)),
    11: ("float64", np.dtype(np.float64)),
    12: ("uint32", np.dtype(np.uint32)), 13: ("uint64", np.dtype(np.uint64)),
    16: ("bfloat16", _BFLOAT16),
}
# What arrays can't hold as the C ABI has it.
NARROW_TYPES = {
    17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2",
    20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1",
    24: "float8e8m0", 25: "uint2", 26: "int2",
}


@dataclass(frozen=True)
class Size:
    """A size that is chosen at each call.

    Attributes:
        name: its name; of one that follows from others a formula, such as
            `2 * sequence + 1`, and the rest is None.
        min, max: what it may be.
        likely: what the library was made to be fast at.
        kept: it is the length of a state, which the model keeps.
    """
    name: str
    min: int | None = None
    max: int | None = None
    likely: int | None = None
    kept: bool = False

    def __str__(self) -> str:
        return self.name


Shape = tuple["int | Size", ...]


@dataclass(frozen=True)
class TensorSpec:
    """An input or an output.

    Attributes:
        name: the model's name for it.
        type: the element type, `float32`, `bfloat16` ...
        dtype: that type in NumPy; ml_dtypes' for bfloat16 where that is
            installed, else uint16 for its bits.
        shape: an integer for each dimension, or a Size.
        dim_names: the model's names of the dimensions, or "".
        max_bytes: the bytes of the data, for the largest sizes.
    """
    name: str
    type: str
    dtype: np.dtype[Any]
    shape: Shape
    dim_names: tuple[str, ...]
    max_bytes: int

    @property
    def storage(self) -> np.dtype[Any]:
        """The type of the buffer that the library reads or writes."""
        return (np.dtype(np.uint16) if self.type == "bfloat16"
                else self.dtype)

    def __str__(self) -> str:
        return f"{self.name}: {self.type}[{', '.join(map(str, self.shape))}]"


@dataclass(frozen=True)
class StateSpec:
    """A value that a model keeps from call to call.

    Attributes:
        tensor: the model's input that it is.
        output: the model's output that it is.
        axis: the dimension in which it grows; None if each call replaces it.
    """
    tensor: TensorSpec
    output: str
    axis: int | None

    @property
    def name(self) -> str:
        return self.tensor.name


def make_tensor(description: tuple[Any, ...],
                sizes: dict[str, Size]) -> TensorSpec:
    """A tensor as dlc._native describes it."""
    name, number, dims, names, max_bytes = description
    if number not in ELEMENT_TYPES:
        type_name = NARROW_TYPES.get(number, f"type {number}")
        raise LoadError(f"{name}: elements of {type_name} can't be taken from "
                        "Python; Cast them at the model's inputs and outputs")
    type_name, dtype = ELEMENT_TYPES[number]
    shape = tuple(sizes.get(text, Size(text)) if dim < 0 else dim
                  for dim, text in zip(dims, names))
    return TensorSpec(name, type_name, dtype, shape, names, max_bytes)


def make_sizes(description: dict[str, Any]) -> tuple[Size, ...]:
    """The sizes that a library leaves open."""
    kept = {symbol for *_, symbol in description["states"]}
    return tuple(Size(name, low, high, likely, i in kept)
                 for i, (name, low, high, likely)
                 in enumerate(description["symbols"]))
