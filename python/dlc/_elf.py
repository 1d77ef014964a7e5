# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The symbol by which a library describes itself."""
from __future__ import annotations

import struct
from typing import BinaryIO

from .errors import LoadError

_SUFFIX = b"_dlc_model_v1"
_DYNSYM = 11


def find_model_symbol(path: str) -> str:
    """The one exported symbol that ends in `_dlc_model_v1`."""
    try:
        with open(path, "rb") as file:
            return _find(file, path)
    except OSError as error:
        if isinstance(error, LoadError):
            raise
        raise LoadError(f"{path}: {error.strerror}") from error
    except (struct.error, IndexError, UnicodeDecodeError):
        raise LoadError(f"{path}: not an ELF library") from None


def _find(file: BinaryIO, path: str) -> str:
    head = file.read(64)
    if head[:6] != b"\x7fELF\x02\x01":
        raise LoadError(f"{path}: not an ELF library")
    (offset,) = struct.unpack_from("<Q", head, 40)
    entry_bytes, count = struct.unpack_from("<HH", head, 58)

    def read(at: int, size: int) -> bytes:
        file.seek(at)
        return file.read(size)

    def section(index: int) -> tuple[int, ...]:
        # name, type, flags, address, offset, size, link
        return struct.unpack("<IIQQQQI",
                             read(offset + index * entry_bytes, 44))

    for index in range(count):
        _, kind, _, _, at, size, link = section(index)
        if kind != _DYNSYM:
            continue
        _, _, _, _, strings_at, strings_size, _ = section(link)
        strings = read(strings_at, strings_size)
        for (name,) in struct.iter_unpack("<I20x", read(at, size)):
            text = strings[name:strings.index(b"\0", name)]
            if text.endswith(_SUFFIX):
                return text.decode()
    raise LoadError(f"{path}: not a model compiled by dlc: it exports no "
                    "*_dlc_model_v1")
