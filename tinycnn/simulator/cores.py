"""What the emulator has to know of a core: its model, registers and exceptions.

The rest of the simulator is the same for all cores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import unicorn
from unicorn import arm_const, riscv_const

from tinycnn.simulator.board import SimulatedBoard
from tinycnn.simulator.cycles import BlockCost, Timings, block_cost

__all__ = ["Architecture", "architecture_of", "make_emulator"]

_Exceptions = Mapping[int, tuple[str, str]]
_BlockCosts = Callable[[bytes, int, Timings], BlockCost]


@dataclass(frozen=True, slots=True)
class Architecture:
    """A set of instructions.

    Attributes:
        machine: Its name in ELF files.
        title: What to call code for it.
        kind: The emulator's number of it.
        mode: Likewise.
        stack_pointer: Number of the register.
        program_counter: Likewise.
        link: Likewise.
        thumb_bit: Set in addresses that are jumped to.
        exceptions: What the emulator's numbers mean, and why they happen.
        block_cost: What a block of its code at an address takes.
    """

    machine: str
    title: str
    kind: int
    mode: int
    stack_pointer: int
    program_counter: int
    link: int
    thumb_bit: int
    exceptions: _Exceptions
    block_cost: _BlockCosts


# QEMU's exception numbers.
_ARM = Architecture(
    machine="EM_ARM",
    title="ARM",
    kind=unicorn.UC_ARCH_ARM,
    # With UC_MODE_MCLASS every core would be a Cortex-M33, whatever model is set.
    mode=unicorn.UC_MODE_THUMB,
    stack_pointer=arm_const.UC_ARM_REG_SP,
    program_counter=arm_const.UC_ARM_REG_PC,
    link=arm_const.UC_ARM_REG_LR,
    thumb_bit=1,
    exceptions=MappingProxyType(
        {
            1: ("undefined instruction", "expected Thumb code for a {core}"),
            2: (
                "supervisor call",
                "SVC has no handler: interrupts are not simulated",
            ),
            3: (
                "instruction fetch fault",
                "a return address or function pointer is broken",
            ),
            4: ("unaligned access", "a {core} has words at multiples of 4 bytes only"),
            7: ("breakpoint", "the program stopped itself with BKPT"),
            17: (
                "floating point without an FPU",
                "expected Thumb code for a {core}",
            ),
            18: (
                "invalid state",
                "a function pointer without the Thumb bit was called",
            ),
        }
    ),
    block_cost=block_cost,
)


def _count_instructions(code: bytes, address: int, timings: Timings) -> BlockCost:
    """Each as one cycle: there is no model of what RISC-V cores take."""
    count = place = 0
    while place < len(code):
        place += 4 if code[place] & 3 == 3 else 2
        count += 1
    return BlockCost(count, count, 0, 0, uses_dsp=False)


_RISCV = Architecture(
    machine="EM_RISCV",
    title="RISC-V",
    kind=unicorn.UC_ARCH_RISCV,
    mode=unicorn.UC_MODE_RISCV32,
    stack_pointer=riscv_const.UC_RISCV_REG_SP,
    program_counter=riscv_const.UC_RISCV_REG_PC,
    link=riscv_const.UC_RISCV_REG_RA,
    thumb_bit=0,
    exceptions=MappingProxyType(
        {
            1: (
                "instruction fetch fault",
                "a return address or function pointer is broken",
            ),
            2: ("undefined instruction", "expected code for a {core}"),
            8: ("call of the environment", "ECALL has no handler: there is no system"),
        }
    ),
    block_cost=_count_instructions,
)

# The emulator's Cortex-M3 has the DSP extension, which is looked for elsewhere; its
# SiFive E31 has atomic instructions, which no code of ours contains.
_CORES: Mapping[str, tuple[Architecture, int]] = MappingProxyType(
    {
        "cortex-m0plus": (_ARM, arm_const.UC_CPU_ARM_CORTEX_M0),
        "cortex-m3": (_ARM, arm_const.UC_CPU_ARM_CORTEX_M3),
        "cortex-m4": (_ARM, arm_const.UC_CPU_ARM_CORTEX_M3),
        "cortex-m4f": (_ARM, arm_const.UC_CPU_ARM_CORTEX_M4),
        "cortex-m7": (_ARM, arm_const.UC_CPU_ARM_CORTEX_M7),
        "cortex-m33": (_ARM, arm_const.UC_CPU_ARM_CORTEX_M33),
        "rv32imc": (_RISCV, riscv_const.UC_CPU_RISCV32_SIFIVE_E31),
    }
)


def architecture_of(board: SimulatedBoard) -> Architecture:
    """That of its core."""
    return _CORES[board.core][0]


def make_emulator(board: SimulatedBoard) -> Any:
    """A core with the board's memories."""
    architecture, model = _CORES[board.core]
    emulator = unicorn.Uc(architecture.kind, architecture.mode)
    emulator.ctl_set_cpu_model(model)
    read, write = unicorn.UC_PROT_READ, unicorn.UC_PROT_WRITE
    execute = unicorn.UC_PROT_EXEC
    emulator.mem_map(board.flash_base, board.flash_bytes, read | execute)
    emulator.mem_map(board.ram_base, board.ram_bytes, read | write)
    return emulator
