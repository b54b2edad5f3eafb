"""Chains on this computer without generated C: their links call back into Python.

The C driver runs as it is; what it calls for some rows of a link is a function here,
which sets the params as the generated one does, and calls the kernel.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from tinycnn.compiler.ir.program import KernelCall, LinkCall

INT, POINTER = ctypes.c_int32, ctypes.c_void_p

MakeStruct = Callable[..., ctypes.Structure]


class Rows(ctypes.Structure):
    """`tcnn_rows_t`."""

    _fields_ = [
        ("inputs", POINTER * 2),
        ("output", POINTER),
        ("scratch", POINTER),
        ("input_rows", INT),
        ("pad_top", INT),
        ("output_rows", INT),
    ]


COMPUTE = ctypes.CFUNCTYPE(None, ctypes.POINTER(Rows))


class Band(ctypes.Structure):
    """`tcnn_band_t`."""

    _fields_ = [(name, INT) for name in ("height", "row_bytes", "kept", "offset")]


class Link(ctypes.Structure):
    """`tcnn_link_t`."""

    _fields_ = [
        ("compute", COMPUTE),
        ("inputs", INT * 2),
        *((name, INT) for name in ("window", "stride", "pad_top", "at_once")),
        ("output", Band),
    ]


def make_links(
    call: KernelCall,
    library: ctypes.CDLL,
    address: Mapping[str, int | None],
    make_struct: MakeStruct,
) -> Any:
    """The table of a chain's links, to be kept while it runs."""
    table = (Link * len(call.links))()
    for entry, link in zip(table, call.links, strict=True):
        entry.compute = COMPUTE(_compute(link, library, address, make_struct))
        for name, value in link.fields.items():
            if isinstance(value, dict):
                setattr(entry, name, Band(**value))
            elif isinstance(value, tuple):
                setattr(entry, name, (INT * 2)(*map(INT, value)))
            elif name != "compute":
                setattr(entry, name, value)
    return table


def _compute(
    link: LinkCall,
    library: ctypes.CDLL,
    address: Mapping[str, int | None],
    make_struct: MakeStruct,
) -> Callable[[Any], None]:
    kernel = library[link.call.function]

    def compute(pointer: Any) -> None:
        rows = pointer.contents
        params = make_struct(link.call.params, address)
        for field, text in link.changes:
            *path, name = field.split(".")
            struct = params
            for part in path:
                struct = getattr(struct, part)
            setattr(struct, name, eval(text.replace("->", "."), {"rows": rows}))
        arguments = [_find(name, rows, address) for name in link.call.arguments]
        kernel(ctypes.byref(params), *map(ctypes.c_void_p, arguments))

    return compute


def _find(name: str, rows: Rows, address: Mapping[str, int | None]) -> int | None:
    """The address behind an argument's C text."""
    if not name.startswith("rows->"):
        return address[name]
    found: int | None = eval(name.replace("->", "."), {"rows": rows})
    return found
