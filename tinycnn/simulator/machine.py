"""The board: Cortex-M4F, flash, RAM and peripherals; runs until something ends it.

Flash from 0x10000 to 0x100000 can be read and executed, RAM from 0x20000000 to
0x20040000 read and written; any other access is a fault, even where hardware would let
it pass (the bootloader's flash at address 0: a null pointer). Interrupts are not
simulated; firmware polls. The FPU is on from reset, and unaligned LDRD, STRD, LDM and
STM are carried out, where hardware faults.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import unicorn
from unicorn import arm_const

from tinycnn.simulator.bus import BusFault, Clock, Peripheral, SerialLink
from tinycnn.simulator.counter import Counter, attach_counter
from tinycnn.simulator.image import FLASH_BASE, FLASH_END, RAM_BASE, RAM_END, Image
from tinycnn.simulator.peripherals import build_peripherals

__all__ = ["BoardLink", "Fault", "Machine"]

_NEVER = 0xFFFF_FFFE  # an address that is not executed

_IT_STATE = 0x0600_FC00  # of the program status register

# What the emulator calls them (QEMU's exception numbers).
_EXCEPTIONS = {
    1: ("undefined instruction", "expected Thumb code for a Cortex-M4 with FPU"),
    2: ("supervisor call", "SVC has no handler: interrupts are not simulated"),
    3: ("instruction fetch fault", "a return address or function pointer is broken"),
    7: ("breakpoint", "the program stopped itself with BKPT"),
    17: ("floating point without an FPU", "build for fpv4-sp-d16, single precision"),
    18: ("invalid state", "a function pointer without the Thumb bit was called"),
}

_ACCESSES = {
    unicorn.UC_MEM_READ_UNMAPPED: "read",
    unicorn.UC_MEM_READ_PROT: "read",
    unicorn.UC_MEM_WRITE_UNMAPPED: "write",
    unicorn.UC_MEM_WRITE_PROT: "write",
    unicorn.UC_MEM_FETCH_UNMAPPED: "execution",
    unicorn.UC_MEM_FETCH_PROT: "execution",
}


class BoardLink(SerialLink, Protocol):
    """A serial link whose client may go."""

    closed: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the board stopped.

    Attributes:
        message: What was done, where in the program.
        hint: The likely cause.
    """

    message: str
    hint: str


class _Ram:
    """RAM as EasyDMA sees it."""

    def __init__(self, emulator: Any) -> None:
        self._emulator = emulator

    def read(self, address: int, size: int) -> bytes:
        self._check("read", address, size)
        return bytes(self._emulator.mem_read(address, size)) if size else b""

    def write(self, address: int, data: bytes) -> None:
        self._check("write", address, len(data))
        self._emulator.mem_write(address, data)

    def _check(self, action: str, address: int, size: int) -> None:
        if address >= RAM_BASE and address + size <= RAM_END:
            return
        hint = "EasyDMA reaches RAM only"
        if address < FLASH_END:
            hint = "EasyDMA cannot read flash: copy the data to a buffer in RAM first"
        raise BusFault(f"DMA {action} of {size} bytes at {address:#010x}", hint)


class Machine:
    """A board with `image` in its flash.

    Args:
        link: The other end of its serial link.
        limit_cycles: Stop after so many.
        compiled: Count with the compiled hook where there is a compiler.
    """

    def __init__(
        self,
        image: Image,
        link: BoardLink,
        *,
        limit_cycles: int | None = None,
        compiled: bool = True,
    ) -> None:
        self._image, self._link = image, link
        self._fault: Fault | None = None
        self._emulator = _emulator()
        for address, data in image.segments:
            self._emulator.mem_write(address, data)
        self.counter: Counter = attach_counter(
            self._emulator,
            start=image.reset,
            limit_cycles=limit_cycles,
            compiled=compiled,
        )
        clock = Clock(self.counter)
        for peripheral in build_peripherals(link, _Ram(self._emulator), clock):
            self._connect(peripheral)
        self._catch_invalid_accesses()
        self._emulator.hook_add(unicorn.UC_HOOK_INTR, self._on_exception)

    def run(self) -> Fault | None:
        """Run from reset; None when the client has gone or the limit is reached."""
        self._emulator.reg_write(arm_const.UC_ARM_REG_SP, self._image.stack_top)
        try:
            self._emulator.emu_start(self._image.reset | 1, _NEVER)
        except unicorn.UcError as error:
            if error.errno == unicorn.UC_ERR_FETCH_PROT:
                self._record_jump(self._emulator.reg_read(arm_const.UC_ARM_REG_PC))
            elif self._fault is None:
                self._record(*_describe(error))
        if self._fault is None and not self._link.closed and not self._at_limit:
            self._record(
                "the core went to sleep",
                "nothing wakes it: interrupts are not simulated",
            )
        return self._fault

    def stop(self) -> None:
        """End `run` soon; may be called from another thread."""
        self._emulator.emu_stop()

    @property
    def _at_limit(self) -> bool:
        return self.counter.cycles >= self.counter.limit_cycles

    def _connect(self, peripheral: Peripheral) -> None:
        def read(_emulator: Any, offset: int, size: int, _data: Any) -> int:
            try:
                return peripheral.read(offset, size)
            except BusFault as fault:
                self._record(str(fault), fault.hint)
                return 0
            finally:
                if self._link.closed:
                    self.stop()

        def write(_emulator: Any, offset: int, size: int, v: int, _data: Any) -> None:
            try:
                peripheral.write(offset, size, v)
            except BusFault as fault:
                self._record(str(fault), fault.hint)

        self._emulator.mmio_map(peripheral.base, 0x1000, read, None, write, None)

    def _catch_invalid_accesses(self) -> None:
        """Report what lies outside memory, and keep stores to RAM fast.

        The emulator takes a slow path for every store to a page that could hold code
        or lies under a hook for memory accesses, be it for invalid ones. So RAM has no
        such hook, and its pages are declared without code.
        """
        emulator = self._emulator
        for begin, end in ((0, RAM_BASE - 1), (RAM_END, 0xFFFF_FFFF)):
            emulator.hook_add(
                unicorn.UC_HOOK_MEM_INVALID,
                self._on_invalid_access,
                begin=begin,
                end=end,
            )
        emulator.ctl_set_tlb_mode(unicorn.UC_TLB_VIRTUAL)
        emulator.hook_add(unicorn.UC_HOOK_TLB_FILL, _fill_tlb)

    def _record(self, what: str, hint: str) -> None:
        """Keep the first fault, with its place, and stop.

        The emulator knows the exact instruction of a memory fault; for registers of
        peripherals it knows the basic block, whose first instruction is named.
        """
        if self._fault is None:
            pc = self._emulator.reg_read(arm_const.UC_ARM_REG_PC)
            place = f"in {self._image.place(pc)} (pc {pc:#010x})"
            self._fault = Fault(f"{what} {place}", hint)
        self.stop()

    def _on_invalid_access(
        self, emulator: Any, kind: int, address: int, size: int, value: int, _data: Any
    ) -> bool:
        access = _ACCESSES[kind]
        if access == "execution":
            self._record_jump(address)
        else:
            sp = emulator.reg_read(arm_const.UC_ARM_REG_SP)
            what = f"{access} of {size} bytes at {address:#010x}"
            self._record(what, _hint(access, address, sp))
        return False

    def _record_jump(self, address: int) -> None:
        """Keep a jump to where no code is; it has a caller but no place of its own."""
        if self._fault is None:
            lr = self._emulator.reg_read(arm_const.UC_ARM_REG_LR) & ~1
            caller = f"{self._image.place(lr)} (lr {lr:#010x})"
            what = f"execution at {address:#010x}, to return to {caller}"
            self._fault = Fault(what, _hint("execution", address, RAM_END))

    def _on_exception(self, _emulator: Any, number: int, _data: Any) -> None:
        what, hint = _EXCEPTIONS.get(number, (f"exception {number}", "not simulated"))
        self._record(what, hint)


def _emulator() -> Any:
    emulator = unicorn.Uc(
        unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS
    )
    emulator.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M4)
    read, write = unicorn.UC_PROT_READ, unicorn.UC_PROT_WRITE
    execute = unicorn.UC_PROT_EXEC
    emulator.mem_map(FLASH_BASE, FLASH_END - FLASH_BASE, read | execute)
    emulator.mem_map(RAM_BASE, RAM_END - RAM_BASE, read | write)
    return emulator


def _fill_tlb(emulator: Any, page: int, kind: int, entry: Any, _data: Any) -> bool:
    """How the core sees the page at an address that it meets for the first time.

    Addresses are not translated, and what memory allows is checked elsewhere; RAM is
    declared without code as long as none is fetched from it.
    The emulator has just written the IT state of the current instruction to the core,
    where it must be clear inside a block: what follows would become conditional.
    """
    state = emulator.reg_read(arm_const.UC_ARM_REG_XPSR)
    if state & _IT_STATE:
        emulator.reg_write(arm_const.UC_ARM_REG_XPSR, state & ~_IT_STATE)
    entry.paddr = page
    entry.perms = unicorn.UC_PROT_ALL
    if RAM_BASE <= page < RAM_END and kind != unicorn.UC_MEM_FETCH:
        entry.perms = unicorn.UC_PROT_READ | unicorn.UC_PROT_WRITE
    return True


def _hint(access: str, address: int, sp: int) -> str:
    """The likely cause of an access outside memory."""
    if sp < RAM_BASE or RAM_BASE - 0x1_0000 <= address < RAM_BASE:
        return "stack overflow: make large local arrays static"
    if address < FLASH_BASE:
        return "null pointer: the first 64 KB of flash are the bootloader's"
    if address < FLASH_END:
        return "flash is read-only: data that changes must not be const"
    if RAM_BASE <= address < RAM_END:
        return "RAM holds no code: a function pointer or return address is broken"
    if RAM_END <= address < RAM_END + 0x10_0000:
        return "past the end of RAM: the board has 256 KB"
    if address < FLASH_END + 0x10_0000:
        return "past the end of flash: the board has 1 MB"
    if address >> 28 in (4, 5, 14):
        return "this peripheral is not simulated"
    return "the board has no memory there: a wild pointer"


def _describe(error: unicorn.UcError) -> tuple[str, str]:
    """What went wrong, and a hint, where no hook was asked."""
    if error.errno == unicorn.UC_ERR_INSN_INVALID:
        return _EXCEPTIONS[1]
    return str(error).lower(), "expected code for a Cortex-M4F"
