"""Runs a `Program` on an emulated Cortex-M4 or M0+, kernel by kernel.

The kernels are compiled once; each call gets its params, tables and arena in emulated
memory, as `executor` does on the host. So the code for these cores itself runs. Where a
chain's driver calls a link, it comes here, and the link's kernel is called.
"""

from __future__ import annotations

import ctypes
import struct
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from tests.compiler.chain_calls import fill_links, link_struct, rows_struct, set_rows
from tests.compiler.executor import (
    FIRMWARE,
    ITEM_TYPES,
    make_struct,
    plain_sources,
    split,
    write_sources,
)
from tests.conftest import require_module
from tests.zig import ZIG_CC
from tinycnn.choices import Family
from tinycnn.compiler import Program
from tinycnn.compiler.ir.program import KernelCall, LinkCall
from tinycnn.firmware.compilers import GCC

_CODE, _DATA, _RAM = 0x0, 0x1000_0000, 0x2000_0000
_STACK, _RETURN = 0x3000_0000, 0x00F0_0000
_PART = _DATA + (60 << 20)  # of an input that arrives
_LINKS = _RETURN + 0x100  # where the functions of links would be, 4 bytes each
_POINTER = ctypes.c_uint32
_ROWS, _LINK = rows_struct(_POINTER), link_struct(_POINTER)
_STACK_BYTES = 4096
_ZIG = [
    *(*ZIG_CC, "-fno-sanitize=undefined"),
    *("-isystem", str(FIRMWARE / "ports/sim/libc"), "-target"),
]
_GCC = ["arm-none-eabi-gcc", "-mthumb", "--specs=nano.specs", "-nostartfiles"]
_CORES: Mapping[tuple[str, Family], str] = MappingProxyType(
    {
        ("zig", "dsp"): "thumb-freestanding-eabihf -mcpu=cortex_m4+vfp4d16sp",
        ("zig", "mul"): "thumb-freestanding-eabi -mcpu=cortex_m0plus",
        (GCC, "dsp"): "-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16",
        (GCC, "mul"): "-mcpu=cortex-m0plus -mfloat-abi=soft",
    }
)
# The stack that any kernel may take.
STACK_LIMIT = 1024


def build_emulator(
    folder: Path,
    *,
    compiler: str = "zig",
    flags: tuple[str, ...] = ("-O2",),
    firmware: Path = FIRMWARE,
    kernels: Iterable[str] | None = None,
    family: Family = "dsp",
) -> Emulator:
    """Kernels, by default all, for a Cortex-M4, or M0+, at address 0."""
    folder.mkdir(exist_ok=True)
    elf = folder / "kernels.elf"
    script = folder / "kernels.ld"
    script.write_text("SECTIONS { . = 0; .text : { *(.text*) *(.rodata*) } }")
    sources = write_sources(folder, plain_sources(firmware, kernels))
    program = _ZIG if compiler == "zig" else _GCC
    core = _CORES[compiler, family].split()
    link = [f"-Wl,-T,{script},--no-gc-sections,-e,0"]
    command = [*program, *core, *flags, *sources, *link, "-o", str(elf)]
    subprocess.run(command, check=True)
    return Emulator(elf, family)


class Emulator:
    """The kernels of one image on one emulated processor."""

    def __init__(self, elf: Path, family: Family = "dsp") -> None:
        require_module("unicorn")
        import unicorn
        from elftools.elf.elffile import ELFFile
        from unicorn import arm_const

        self._arm = arm_const
        self._error = unicorn.UcError
        self._uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
        is_m4 = family == "dsp"
        self._uc.ctl_set_cpu_model(
            arm_const.UC_CPU_ARM_CORTEX_M4 if is_m4 else arm_const.UC_CPU_ARM_CORTEX_M0
        )
        for base, size in (
            (_CODE, 1 << 20),
            (_DATA, 64 << 20),
            (_RAM, 64 << 20),
            (_STACK, _STACK_BYTES),
            (_RETURN, 4096),
        ):
            self._uc.mem_map(base, size)
        end = _RETURN + 4095
        self._uc.hook_add(
            unicorn.UC_HOOK_CODE, lambda uc, *_: uc.emu_stop(), begin=_LINKS, end=end
        )
        if is_m4:
            self._enable_fpu()
        with elf.open("rb") as stream:
            image = ELFFile(stream)
            for segment in image.iter_segments("PT_LOAD"):
                self._uc.mem_write(segment["p_vaddr"], segment.data())
            table = image.get_section_by_name(".symtab")
            self._symbols = {s.name: s["st_value"] for s in table.iter_symbols()}
        self.stack_bytes = 0
        self._links: list[LinkCall] = []
        self._address: dict[str, int] = {}
        self._end = _DATA

    def _enable_fpu(self) -> None:
        """Full access to the FPU, as start-up code gives it."""
        arm = self._arm
        self._uc.reg_write(arm.UC_ARM_REG_C1_C0_2, 0xF << 20)
        self._uc.reg_write(arm.UC_ARM_REG_FPEXC, 1 << 30)

    def run(self, program: Program, inputs: Iterable[np.ndarray]) -> list[bytes]:
        """Raw output bytes for each input, the arena poisoned before each run."""
        address: dict[str, int] = {"NULL": 0}
        end = _DATA
        for array in program.arrays:
            values = np.ascontiguousarray(array.values, ITEM_TYPES[array.ctype])
            self._uc.mem_write(end, values.tobytes())
            address[array.name] = end
            end += -(-values.nbytes // 16) * 16
        for buffer in program.buffers:
            address[buffer.name] = _RAM + 64 + buffer.offset
        self._links, self._address = [], address
        params = []
        for call in program.calls:
            if call.links:
                address[f"{call.name}_links"] = end
                end = self._put(self._make_links(call), end)
            params.append(end)
            end = self._put(make_struct(call.params, address, _POINTER), end)
        self._end = end
        return [self._run_one(program, x, params) for x in inputs]

    def _put(self, content: Any, place: int) -> int:
        """Write a struct; returns where the next may be."""
        self._uc.mem_write(place, bytes(content))
        return place + -(-ctypes.sizeof(content) // 16) * 16

    def _make_links(self, call: KernelCall) -> Any:
        table = (_LINK * len(call.links))()
        fill_links(table, call)
        for entry, link in zip(table, call.links, strict=True):
            entry.compute = (_LINKS + 4 * len(self._links)) | 1
            self._links.append(link)
        return table

    def _run_one(self, program: Program, x: np.ndarray, params: list[int]) -> bytes:
        guard = b"\xa5" * 64
        self._uc.mem_write(_RAM, guard + b"\xa5" * program.arena_bytes + guard)
        raw = x.tobytes()
        for buffer in program.inputs if program.fed is None else ():
            part, raw = raw[: buffer.tensor.bytes], raw[buffer.tensor.bytes :]
            self._uc.mem_write(_RAM + 64 + buffer.offset, part)
        for call, place in zip(program.calls, params, strict=True):
            arguments = [place, *(self._address[a] for a in call.arguments)]
            if not call.is_fed:
                self._call(call.function, arguments)
                continue
            for part, offset, size in split(raw):
                self._uc.mem_write(_PART, part)
                self._call(call.function, [*arguments, _PART, offset, size])
        assert self._uc.mem_read(_RAM, 64) == guard, "written before the arena"
        after = _RAM + 64 + program.arena_bytes
        assert self._uc.mem_read(after, 64) == guard, "written after"
        return b"".join(
            bytes(self._uc.mem_read(_RAM + 64 + b.offset, b.tensor.bytes))
            for b in program.outputs
        )

    def _call(self, function: str, arguments: Sequence[int]) -> None:
        arm, uc = self._arm, self._uc
        paint = b"\x5a" * _STACK_BYTES
        uc.mem_write(_STACK, paint)
        top = _STACK + _STACK_BYTES - 64
        uc.mem_write(top, struct.pack(f"<{len(arguments)}I", *arguments)[16:])
        for register, value in zip(range(4), arguments, strict=False):
            uc.reg_write(arm.UC_ARM_REG_R0 + register, value)
        saved = {arm.UC_ARM_REG_R4 + i: 0xC0DE0000 + i for i in range(8)}
        for register, value in saved.items():
            uc.reg_write(register, value)
        uc.reg_write(arm.UC_ARM_REG_SP, top)
        uc.reg_write(arm.UC_ARM_REG_LR, _RETURN | 1)
        self._run_to_end(self._symbols[function])
        assert uc.reg_read(arm.UC_ARM_REG_SP) == top, f"{function}: stack pointer"
        for register, value in saved.items():
            assert uc.reg_read(register) == value, f"{function}: register not restored"
        below = bytes(uc.mem_read(_STACK, top - _STACK))
        unused = len(below) - len(below.lstrip(b"\x5a"))
        self.stack_bytes = max(self.stack_bytes, len(below) - unused)

    def _run_to_end(self, entry: int) -> None:
        """Go on at `entry`; links that are called on the way are called from here."""
        arm, uc = self._arm, self._uc
        uc.emu_start(entry | 1, _RETURN)
        while (place := uc.reg_read(arm.UC_ARM_REG_PC)) != _RETURN:
            back = uc.reg_read(arm.UC_ARM_REG_LR)
            self._call_link(self._links[(place - _LINKS) // 4])
            uc.emu_start(back | 1, _RETURN)

    def _call_link(self, link: LinkCall) -> None:
        """As its function in C does: the kernel's call, for the rows behind r0."""
        arm, uc = self._arm, self._uc
        place = uc.reg_read(arm.UC_ARM_REG_R0)
        rows = _ROWS.from_buffer_copy(uc.mem_read(place, ctypes.sizeof(_ROWS)))
        params = make_struct(link.call.params, self._address, _POINTER)
        arguments = [self._end, *set_rows(link, rows, params, self._address)]
        self._put(params, self._end)
        top = uc.reg_read(arm.UC_ARM_REG_SP)
        inner = top - 32
        uc.mem_write(inner, struct.pack(f"<{len(arguments)}I", *arguments)[16:])
        for register, value in zip(range(4), arguments, strict=False):
            uc.reg_write(arm.UC_ARM_REG_R0 + register, value)
        uc.reg_write(arm.UC_ARM_REG_SP, inner)
        uc.reg_write(arm.UC_ARM_REG_LR, _RETURN | 1)
        uc.emu_start(self._symbols[link.call.function] | 1, _RETURN)
        assert uc.reg_read(arm.UC_ARM_REG_SP) == inner, link.call.function
        uc.reg_write(arm.UC_ARM_REG_SP, top)
