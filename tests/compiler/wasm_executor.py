"""Runs a `Program` in WebAssembly, kernel by kernel.

The kernels are compiled once; each call gets its params, tables and arena in the
module's memory, as `executor` does on the host.
"""

from __future__ import annotations

import ctypes
import hashlib
import subprocess
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.compiler.executor import (
    FIRMWARE,
    ITEM_TYPES,
    make_struct,
    plain_sources,
    write_sources,
)
from tests.compiler.unrolled import unroll
from tests.zig import ZIG_CC
from tinycnn.compiler import Program
from tinycnn.device.wasm_module import WasmModule
from tinycnn.firmware import WasmVariant
from tinycnn.firmware.web_assembly import CORES, LINKING, TARGET
from tinycnn.runtime import kernel_functions

_ROOM = 48 << 20  # for tables, params and arena
_FUEL = 10**11
_PORT = FIRMWARE / "ports/wasm"


def build_wasm_executor(
    folder: Path, variant: WasmVariant, firmware: Path = FIRMWARE
) -> WasmExecutor:
    """All kernels as a module, kept in `folder` by a hash of all that went into it."""
    exports = [f"-Wl,--export={name}" for name in kernel_functions(firmware)]
    compiler = [*ZIG_CC, *TARGET, *CORES[variant]]
    compiler += ["-O2", "-std=c11", "-ffreestanding", "-fno-sanitize=undefined"]
    compiler += [f"-I{_PORT}", *LINKING, *exports]
    sources = plain_sources(firmware)
    port = [path.read_text() for path in sorted(_PORT.iterdir())]
    parts = repr((compiler, version("ziglang"), sorted(sources.items()), port))
    module = folder / f"{hashlib.sha256(parts.encode()).hexdigest()[:16]}.wasm"
    if not module.exists():
        with TemporaryDirectory(dir=folder) as work:
            room = Path(work) / "room.c"
            room.write_text(
                f"static char room[{_ROOM}] __attribute__((aligned(16)));\n"
                '__attribute__((export_name("room"))) void *f(void) { return room; }\n'
            )
            built = Path(work) / module.name
            files = [*write_sources(Path(work), sources), str(room)]
            files.append(str(_PORT / "wasm_string.c"))
            subprocess.run([*compiler, *files, "-o", str(built)], check=True)
            built.replace(module)
    return WasmExecutor(module)


class WasmExecutor:
    """The kernels of one module."""

    def __init__(self, module: Path) -> None:
        self._module = WasmModule(module, fuel=_FUEL)
        self._start = self._module.call("room")

    def run(self, program: Program, inputs: Iterable[np.ndarray]) -> list[bytes]:
        """Raw output bytes for each input, the arena poisoned before each run."""
        program = unroll(program)
        address: dict[str, int | None] = {"NULL": 0}
        end = self._start
        for array in program.arrays:
            values = np.ascontiguousarray(array.values, ITEM_TYPES[array.ctype])
            address[array.name] = end
            end = self._put(end, values.tobytes())
        arena = end + 16
        for buffer in program.buffers:
            address[buffer.name] = arena + buffer.offset
        end = arena + -(-(program.arena_bytes + 32) // 16) * 16
        calls = []
        for call in program.calls:
            content = bytes(make_struct(call.params, address, ctypes.c_uint32))
            arguments = [int(address[a] or 0) for a in call.arguments]
            calls.append((call.function, end, arguments))
            end = self._put(end, content)
        assert end < self._start + _ROOM
        return [self._run_one(program, arena, calls, x) for x in inputs]

    def _run_one(
        self,
        program: Program,
        arena: int,
        calls: list[tuple[str, int, list[int]]],
        x: np.ndarray,
    ) -> bytes:
        module, size = self._module, program.arena_bytes
        module.write(arena - 16, b"\xa5" * (size + 32))
        raw = x.tobytes()
        for buffer in program.inputs:
            part, raw = raw[: buffer.tensor.bytes], raw[buffer.tensor.bytes :]
            module.write(arena + buffer.offset, part)
        for function, params, arguments in calls:
            module.call(function, params, *arguments)
        assert module.read(arena - 16, 16) == b"\xa5" * 16, "written before the arena"
        assert module.read(arena + size, 16) == b"\xa5" * 16, "written after"
        return b"".join(
            module.read(arena + b.offset, b.tensor.bytes) for b in program.outputs
        )

    def _put(self, address: int, data: bytes) -> int:
        """Write data; the next free address."""
        if data:
            self._module.write(address, data)
        return address + -(-len(data) // 16) * 16
