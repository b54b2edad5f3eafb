"""How the core sees the page at an address that it meets for the first time.

Addresses are not translated, and what memory allows is checked elsewhere; RAM is
declared without code as long as none is fetched from it, which keeps stores fast.
Before a load or store the emulator writes the IT state of the instruction to the core:
it is cleared. Before a fetch the state is that of the next block, and right.
"""

from __future__ import annotations

import ctypes
from typing import Any

import unicorn

from tinycnn.simulator.board import SimulatedBoard
from tinycnn.simulator.native import Core, add_hook, clear_it_state, core

__all__ = ["Memory", "attach_pages"]


class Memory(ctypes.Structure):
    """Where RAM is, for hooks.c."""

    _fields_ = (
        ("core", Core),
        ("ram_base", ctypes.c_uint32),
        ("ram_bytes", ctypes.c_uint32),
    )


def attach_pages(
    emulator: Any, board: SimulatedBoard, library: ctypes.CDLL | None
) -> Memory:
    """Let pages be seen so; what is returned is to be kept as long as the emulator.

    Args:
        emulator: The unicorn engine.
        board: Where RAM is.
        library: hooks.c compiled; None: the same in Python.
    """
    memory = Memory(core(emulator), board.ram_base, board.ram_bytes)
    emulator.ctl_set_tlb_mode(unicorn.UC_TLB_VIRTUAL)
    if library is not None:
        add_hook(emulator, memory, unicorn.UC_HOOK_TLB_FILL, library.fill_page)
        return memory

    def fill(emulator: Any, page: int, kind: int, entry: Any, _data: Any) -> bool:
        entry.paddr = page
        entry.perms = unicorn.UC_PROT_ALL
        if kind == unicorn.UC_MEM_FETCH:
            return True
        if board.is_ram(page):
            entry.perms = unicorn.UC_PROT_READ | unicorn.UC_PROT_WRITE
        clear_it_state(emulator)
        return True

    emulator.hook_add(unicorn.UC_HOOK_TLB_FILL, fill)
    return memory
