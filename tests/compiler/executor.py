"""Runs a `Program` by calling the C kernels one by one, without generated C.

The kernels are compiled once into a shared library; params structs are built from the
program's data. Generated C itself is tested by whole models.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import itertools
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np

from tests.compiler.chain_calls import make_links
from tests.zig import ZIG_CC
from tinycnn.compiler import Program
from tinycnn.compiler.ir.params import CField, Params, c_fields
from tinycnn.runtime import VERSION_HEADER, kernel_functions, kernel_sources

ITEM_TYPES = {
    "int8_t": np.int8,
    "uint8_t": np.uint8,
    "int16_t": np.int16,
    "int32_t": np.int32,
}


FIRMWARE = Path(__file__).parents[2] / "firmware"
_COMPILER = (
    *(*ZIG_CC, "-shared", "-fPIC", "-O2", "-std=c11"),
    *("-fsanitize=undefined", "-fsanitize-trap=undefined"),
)
_STRICT = "-Wall -Wextra -Werror -Wconversion -Wshadow -Wdouble-promotion".split()


class Runner(Protocol):
    """What runs programs, wherever their kernels are."""

    def run(self, program: Program, inputs: Iterable[np.ndarray]) -> list[bytes]:
        """Raw output bytes for each input."""


def build_executor(
    folder: Path,
    firmware: Path = FIRMWARE,
    kernels: Iterable[str] | None = None,
    *,
    strict: bool = True,
) -> Executor:
    """The kernels of `firmware`, built with the undefined-behaviour sanitizer.

    Args:
        folder: Keeps the library, named by a hash of all that went into it, so that
            other processes and later runs do not compile again.
        firmware: Of which to take the kernels.
        kernels: Their functions; by default all.
        strict: Whether a warning is an error.
    """
    compiler = [*_COMPILER, *(_STRICT if strict else ())]
    sources = plain_sources(firmware, kernels)
    parts = repr((*compiler, version("ziglang"), sorted(sources.items())))
    library = folder / f"{hashlib.sha256(parts.encode()).hexdigest()[:16]}.so"
    if not library.exists():
        with TemporaryDirectory(dir=folder) as work:
            built = Path(work) / library.name
            command = [*compiler, *write_sources(Path(work), sources)]
            subprocess.run([*command, "-o", str(built)], check=True)
            built.replace(library)
    return Executor(library)


def plain_sources(
    firmware: Path = FIRMWARE, kernels: Iterable[str] | None = None
) -> dict[str, str]:
    """The files of kernels, by default all, with functions under their plain names."""
    functions = kernel_functions(firmware) if kernels is None else kernels
    plain = (firmware / "include/tcnn" / VERSION_HEADER).read_text()
    return {**kernel_sources(functions, root=firmware), VERSION_HEADER: plain}


def write_sources(folder: Path, sources: Mapping[str, str]) -> list[str]:
    """The C files among `sources`, written into `folder` beside their headers."""
    for name, text in sources.items():
        (folder / name).write_text(text)
    return [str(folder / name) for name in sources if name.endswith(".c")]


class Executor:
    """The kernels of one shared library."""

    def __init__(self, library: Path) -> None:
        self.library = ctypes.CDLL(str(library))

    def run(self, program: Program, inputs: Iterable[np.ndarray]) -> list[bytes]:
        """Raw output bytes for each input, the arena poisoned before each run."""
        arena = np.empty(program.arena_bytes + 64, np.uint8)
        base = -arena.ctypes.data % 16 + 16
        tables = {
            a.name: np.ascontiguousarray(a.values, ITEM_TYPES[a.ctype])
            for a in program.arrays
        }
        address: dict[str, int | None] = {"NULL": None}
        address |= {name: table.ctypes.data for name, table in tables.items()}
        for buffer in program.buffers:
            address[buffer.name] = arena.ctypes.data + base + buffer.offset
        chains = {
            f"{call.name}_links": make_links(call, self.library, address, make_struct)
            for call in program.calls
            if call.links
        }
        address |= {name: ctypes.addressof(table) for name, table in chains.items()}
        calls = [
            (
                self.library[call.function],
                make_struct(call.params, address),
                [ctypes.c_void_p(address[a]) for a in call.arguments],
            )
            for call in program.calls
        ]
        outputs = []
        for x in inputs:
            arena[:] = 0xA5
            raw = np.frombuffer(x.tobytes(), np.uint8)
            for buffer in program.inputs if program.fed is None else ():
                part, raw = raw[: buffer.tensor.bytes], raw[buffer.tensor.bytes :]
                arena[base + buffer.offset :][: len(part)] = part
            for call, (kernel, params, arguments) in zip(
                program.calls, calls, strict=True
            ):
                for fed in split(x.tobytes()) if call.is_fed else ((),):
                    kernel(ctypes.byref(params), *arguments, *fed)
            assert np.all(arena[:base] == 0xA5), "written before the arena"
            assert np.all(arena[base + program.arena_bytes :] == 0xA5), "written after"
            outputs.append(
                b"".join(
                    arena[base + b.offset :][: b.tensor.bytes].tobytes()
                    for b in program.outputs
                )
            )
        return outputs


def split(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Parts of an input, of all sizes: bytes, the first's number, how many."""
    offset, sizes = 0, itertools.cycle((1, 50, 3, 700, 16))
    while offset < len(data):
        part = data[offset : offset + next(sizes)]
        yield part, offset, len(part)
        offset += len(part)


@functools.cache
def c_struct(params: Any, pointer: Any) -> type[ctypes.Structure]:
    """The C struct that a class of params stands for."""
    fields = [(field.name, _c_type(field, pointer)) for field in _fields_of(params)]
    return type(params.__name__, (ctypes.Structure,), {"_fields_": fields})


@functools.cache
def _fields_of(params: Any) -> tuple[CField, ...]:
    return c_fields(params)


def _c_type(field: CField, pointer: Any) -> Any:
    inner: Any = field.params
    if inner is not None:
        return c_struct(inner, pointer)
    if field.ctype.endswith("*"):
        return pointer
    item = {"int32_t": ctypes.c_int32, "float": ctypes.c_float}[field.ctype]
    return item * field.count if field.count else item


def make_struct(
    params: Params, address: Mapping[str, int | None], pointer: Any = ctypes.c_void_p
) -> ctypes.Structure:
    """The C struct with the values of `params`, for a machine with such pointers."""
    kind: Any = type(params)
    struct = c_struct(kind, pointer)()
    _fill(struct, params, address)
    return struct


def _fill(
    struct: ctypes.Structure, params: Params, address: Mapping[str, int | None]
) -> None:
    kind: Any = type(params)
    for field in _fields_of(kind):
        value = getattr(params, field.name)
        if isinstance(value, Params):
            _fill(getattr(struct, field.name), value, address)
        else:
            value = address[value] if isinstance(value, str) else value
            setattr(struct, field.name, value)
