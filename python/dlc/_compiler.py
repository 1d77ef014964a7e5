# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the compiler, a program of its own: what happens to it doesn't happen
to Python."""
from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from .errors import CompileError, CompilerCrash, Diagnostic, Error

PROGRAM = Path(__file__).parent / "bin" / "dlc"


class ModelFile(NamedTuple):
    """A file with a model, and what messages call it."""
    path: str
    name: str


def run(command: str, arguments: Sequence[str],
        model: ModelFile | None = None) -> str:
    """Runs a command of dlc, on a model if there is one; what it prints to
    stdout."""
    if model:
        arguments = [*arguments, model.path]
    try:
        result = subprocess.run(
            [PROGRAM, command, *arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace")
    except OSError as error:
        raise Error(f"can't run {PROGRAM}: {error.strerror}") from error
    if result.returncode == 0:
        return result.stdout
    if result.returncode < 0:
        name = signal.Signals(-result.returncode).name
        raise CompilerCrash(f"the compiler ended by {name}; please report "
                            f"this with the model\n{result.stderr[-2000:]}")
    if result.returncode == 127:  # the dynamic linker's
        raise Error(f"can't run {PROGRAM}: {result.stderr.strip()}")
    raise CompileError(parse_errors(result.stderr, model))


def parse_errors(stderr: str,
                 model: ModelFile | None) -> tuple[Diagnostic, ...]:
    """What the compiler said."""
    name = ""
    if model:
        name = model.name
        stderr = stderr.replace(model.path, name)
    texts: list[str] = []
    is_error = False
    for line in stderr.splitlines():
        if line.startswith("error: "):
            is_error = True
            texts.append(line.removeprefix("error: "))
        elif line.startswith(("note: ", "warning: ")):
            is_error = False
        elif is_error:
            texts[-1] += "\n" + line
    return tuple(Diagnostic.parse(text, name) for text in
                 texts or [stderr.strip() or "failed without saying why"])


def version() -> str:
    """The version of the compiler and of its LLVM."""
    return run("--version", []).strip()


@contextmanager
def model_file(model: Any) -> Iterator[ModelFile]:
    """A file with the model: a path, bytes, or an onnx.ModelProto."""
    if isinstance(model, (str, os.PathLike)):
        path = os.fspath(model)
        yield ModelFile(path, path)
        return
    if hasattr(model, "SerializeToString"):
        try:
            model = model.SerializeToString()
        except Exception as error:
            raise Error("the model can't be serialized, it may be larger than "
                        "2 GB; save it to a file with external data, and "
                        f"give its path: {error}") from error
    if not isinstance(model, (bytes, bytearray, memoryview)):
        raise TypeError("a model is a path, bytes, or an onnx.ModelProto, not "
                        f"{type(model).__name__}")
    with tempfile.TemporaryDirectory(prefix="dlc-") as work:
        path = os.path.join(work, "model.onnx")
        with open(path, "wb") as file:
            file.write(model)
        yield ModelFile(path, "the model")


def main() -> None:
    """The command line `dlc`, and `python -m dlc`; `diff` and `reduce` are
    commands that only Python has."""
    if sys.argv[1:2] in (["diff"], ["reduce"]):
        module = importlib.import_module(f"{__package__}.{sys.argv[1]}")
        del sys.argv[1]
        sys.exit(module.main())
    os.execv(PROGRAM, ["dlc", *sys.argv[1:]])
