"""Counts the instructions and cycles of everything that the emulator runs.

A hook runs at every basic block and adds that block's cost; a branch taken and a load
pipelined across two blocks are seen there too. The hook is in hooks.c, or, without a
compiler, the same in Python, much slower. Costs are decoded once a block, by cycles.py.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import unicorn
from unicorn.unicorn_py3.unicorn import uclib

from tinycnn.simulator.cycles import CORTEX_M4, PIPELINES, BlockCost, Timings
from tinycnn.simulator.native import Core, add_hook, clear_it_state, core

__all__ = ["Counter", "attach_counter"]

_NO_LIMIT = 2**64 - 1


class _Block(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_uint32)
        for name in ("size", "instructions", "cycles", "head", "tail")
    )


_Decode = ctypes.CFUNCTYPE(
    None, ctypes.c_uint32, ctypes.c_uint32, ctypes.POINTER(_Block)
)


class Counter(ctypes.Structure):
    """Running totals; `cycles` covers all of the current block.

    Attributes:
        instructions: Instructions executed.
        cycles: Their cycles.
        limit_cycles: The emulator stops when so many have passed.
    """

    instructions: int
    cycles: int
    limit_cycles: int
    end: int
    tail: int
    refill: int
    saving: int
    flash_wait: int

    _fields_ = (
        ("instructions", ctypes.c_uint64),
        ("cycles", ctypes.c_uint64),
        ("limit_cycles", ctypes.c_uint64),
        ("blocks", ctypes.POINTER(_Block)),
        ("flash_base", ctypes.c_uint32),
        ("flash_bytes", ctypes.c_uint32),
        ("end", ctypes.c_uint32),
        ("tail", ctypes.c_uint32),
        ("pipelines", ctypes.c_uint32),
        ("refill", ctypes.c_uint32),
        ("saving", ctypes.c_uint32),
        ("flash_wait", ctypes.c_uint32),
        ("decode", _Decode),
        ("stop", ctypes.c_void_p),
        ("core", Core),
    )


def attach_counter(
    emulator: Any,
    *,
    code: range,
    start: int,
    cost: Callable[[bytes, int], BlockCost],
    timings: Timings = CORTEX_M4,
    limit_cycles: int | None = None,
    library: ctypes.CDLL | None,
) -> Counter:
    """A counter of all that `emulator` runs from now on.

    Args:
        emulator: The unicorn engine.
        code: The addresses where code lies; data that are read there wait for flash.
        start: Address of the first instruction.
        cost: Of the block with that code at that address; asked once a block.
        timings: What is seen between blocks, or at a load, costs by these.
        limit_cycles: Stop the emulator after so many.
        library: hooks.c compiled; None: count in Python.
    """
    counter = Counter(
        end=start,
        limit_cycles=_NO_LIMIT if limit_cycles is None else limit_cycles,
        pipelines=PIPELINES,
        refill=timings.refill,
        saving=timings.pipelined_saving,
        flash_wait=timings.flash_wait,
    )

    def cost_at(address: int, size: int) -> BlockCost:
        return cost(bytes(emulator.mem_read(address, size)), address)

    if library is None:
        hook = _python_hook(emulator, counter, cost_at)
        emulator.hook_add(unicorn.UC_HOOK_BLOCK, hook)
        if timings.flash_wait:
            wait = _python_wait(emulator, counter)
            kind = unicorn.UC_HOOK_MEM_READ
            emulator.hook_add(kind, wait, begin=code.start, end=code.stop - 1)
    else:
        counter.flash_base, counter.flash_bytes = code.start, len(code)
        _attach_compiled(emulator, counter, library, cost_at, code)
    return counter


def _python_hook(
    emulator: Any, counter: Counter, cost_at: Callable[[int, int], BlockCost]
) -> Callable[[Any, int, int, Any], None]:
    costs: dict[tuple[int, int], BlockCost] = {}

    def count_block(_emulator: Any, address: int, size: int, _data: Any) -> None:
        cost = costs.get((address, size))
        if cost is None:
            cost = costs[address, size] = cost_at(address, size)
        if counter.cycles >= counter.limit_cycles:
            emulator.emu_stop()
        cycles = cost.cycles
        if address != counter.end:
            cycles += counter.refill
        elif cost.head & counter.tail == PIPELINES:
            cycles -= counter.saving
        counter.instructions += cost.instructions
        counter.cycles += cycles
        counter.end = address + size
        counter.tail = cost.tail

    return count_block


def _python_wait(emulator: Any, counter: Counter) -> Callable[..., None]:
    def wait(*_access: Any) -> None:
        counter.cycles += counter.flash_wait
        clear_it_state(emulator)

    return wait


def _attach_compiled(
    emulator: Any,
    counter: Counter,
    library: ctypes.CDLL,
    cost_at: Callable[[int, int], BlockCost],
    code: range,
) -> None:
    def decode(address: int, size: int, block: Any) -> None:
        cost = cost_at(address, size)
        block[0] = _Block(size, cost.instructions, cost.cycles, cost.head, cost.tail)

    counter.blocks = (_Block * (counter.flash_bytes // 2))()
    counter.decode = _Decode(decode)
    counter.stop = ctypes.cast(uclib.uc_emu_stop, ctypes.c_void_p)
    counter.core = core(emulator)
    everywhere, flash = (1, 0), (code.start, code.stop - 1)
    add_hook(emulator, counter, unicorn.UC_HOOK_BLOCK, library.count_block, everywhere)
    if counter.flash_wait:
        kind, function = unicorn.UC_HOOK_MEM_READ, library.count_flash_read
        add_hook(emulator, counter, kind, function, flash)
