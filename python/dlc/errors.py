# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What goes wrong, as exceptions."""
from __future__ import annotations

import re
from dataclasses import dataclass

_NODE = re.compile(r"node #(?P<index>\d+)(?: '(?P<name>.*?)')? "
                   r"\((?P<op>[^(),]+)(?:, opset (?P<opset>\d+))?\): "
                   r"(?P<cause>.*)", re.DOTALL)
# What passes know of a node: `Conv:conv1: the cause`.
_LOCATION = re.compile(r"(?P<op>[A-Z]\w*):(?P<name>\S+): (?P<cause>.*)",
                       re.DOTALL)


@dataclass(frozen=True)
class Diagnostic:
    """One error of the compiler.

    Attributes:
        text: all of it.
        cause: without the file and the node.
        node: the name of the node, or its output's; None if it is about none.
        index: the place of the node in its graph, if that is said.
        op: the node's operator.
        opset: the version of operators that the node was written for.
    """
    text: str
    cause: str
    node: str | None = None
    index: int | None = None
    op: str | None = None
    opset: int | None = None

    @staticmethod
    def parse(text: str, file: str = "") -> Diagnostic:
        """Takes apart a message; `file` is what it calls the model."""
        text = text.strip()
        rest = text.removeprefix(f"{file}: ")
        if found := _NODE.match(rest):
            opset = found["opset"]
            return Diagnostic(text, found["cause"], found["name"] or None,
                              int(found["index"]), found["op"],
                              int(opset) if opset else None)
        if found := _LOCATION.match(rest):
            return Diagnostic(text, found["cause"], found["name"], None,
                              found["op"])
        return Diagnostic(text, rest)


class Error(Exception):
    """What dlc refuses or can't do.

    Attributes:
        node: the node of the model that it is about, or None.
        op: that node's operator, or None.
        cause: the text without file and node.
    """

    def __init__(self, text: str, diagnostic: Diagnostic | None = None):
        super().__init__(text)
        diagnostic = diagnostic or Diagnostic.parse(text)
        self.node = diagnostic.node
        self.op = diagnostic.op
        self.cause = diagnostic.cause


class CompileError(Error):
    """The compiler refuses a model or an option.

    Attributes:
        diagnostics: all that it says, one for each node that isn't supported.
    """

    def __init__(self, diagnostics: tuple[Diagnostic, ...]):
        super().__init__("\n".join(d.text for d in diagnostics),
                         diagnostics[0])
        self.diagnostics = diagnostics


class CompilerCrash(Error):
    """The compiler came to an unexpected end: a defect of dlc."""


class LoadError(Error, OSError):
    """A file is no library compiled by dlc, or can't be loaded here."""


class InvalidArgument(Error, ValueError):
    """An array, a size or an option doesn't fit the model."""


class OutOfMemory(Error, MemoryError):
    """A context's memory can't be allocated, or is too small for the sizes."""


class UnsupportedCPU(Error):
    """This machine lacks instructions that the library was compiled for."""


class BadWeights(Error):
    """The file with a library's weights is missing, or another model's."""


class DeviceError(Error):
    """There is no GPU or no driver, or one of its calls failed."""


# Numbered as dlc_status of the C ABI.
_STATUS = {1: InvalidArgument, 2: OutOfMemory, 3: UnsupportedCPU,
           4: BadWeights, 5: DeviceError}


def from_status(status: int, text: str) -> Error:
    """The exception for what a function of a library returned."""
    return _STATUS.get(status, Error)(text)
