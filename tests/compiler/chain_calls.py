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


def rows_struct(pointer: Any) -> type[ctypes.Structure]:
    """`tcnn_rows_t` for a machine with such pointers."""
    fields = [("inputs", pointer * 2), ("output", pointer), ("scratch", pointer)]
    counts = [(name, INT) for name in ("input_rows", "pad_top", "output_rows")]
    return type("Rows", (ctypes.Structure,), {"_fields_": [*fields, *counts]})


Rows = rows_struct(POINTER)

COMPUTE = ctypes.CFUNCTYPE(None, ctypes.POINTER(Rows))


class Band(ctypes.Structure):
    """`tcnn_band_t`."""

    _fields_ = [(name, INT) for name in ("height", "row_bytes", "kept", "offset")]


def link_struct(compute: Any) -> type[ctypes.Structure]:
    """`tcnn_link_t` for a machine with such pointers to functions."""
    counts = [(name, INT) for name in ("window", "stride", "pad_top", "at_once")]
    fields = [("compute", compute), ("inputs", INT * 2), *counts, ("output", Band)]
    return type("Link", (ctypes.Structure,), {"_fields_": fields})


Link = link_struct(COMPUTE)


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
    fill_links(table, call)
    return table


def fill_links(table: Any, call: KernelCall) -> None:
    """Set all but the functions."""
    for entry, link in zip(table, call.links, strict=True):
        for name, value in link.fields.items():
            if isinstance(value, dict):
                setattr(entry, name, Band(**value))
            elif isinstance(value, tuple):
                setattr(entry, name, (INT * 2)(*map(INT, value)))
            elif name != "compute":
                setattr(entry, name, value)


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
        arguments = set_rows(link, rows, params, address)
        kernel(ctypes.byref(params), *map(ctypes.c_void_p, arguments))

    return compute


def set_rows(
    link: LinkCall, rows: Any, params: Any, address: Mapping[str, Any]
) -> list[Any]:
    """The arguments of a link's kernel for some rows, which are set in its params."""
    for field, text in link.changes:
        *path, name = field.split(".")
        struct = params
        for part in path:
            struct = getattr(struct, part)
        setattr(struct, name, eval(text.replace("->", "."), {"rows": rows}))
    return [_find(name, rows, address) for name in link.call.arguments]


def _find(name: str, rows: Any, address: Mapping[str, Any]) -> Any:
    """The address behind an argument's C text."""
    if not name.startswith("rows->"):
        return address[name]
    return eval(name.replace("->", "."), {"rows": rows})
