"""The board: core, flash, RAM and peripherals; runs until something ends it.

The application's flash can be read and executed, RAM read and written; any other access
is a fault, even where hardware would let it pass (a bootloader's flash at address 0: a
null pointer). Interrupts are not simulated; firmware polls. The FPU is on from reset,
and unaligned LDRD, STRD, LDM and STM are carried out, where hardware faults; on a
Cortex-M0+ every unaligned access faults.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import unicorn

from tinycnn.simulator.board import SimulatedBoard
from tinycnn.simulator.bus import BusFault, Clock, Peripheral, SerialLink
from tinycnn.simulator.cores import architecture_of, make_emulator
from tinycnn.simulator.counter import Counter, attach_counter
from tinycnn.simulator.cycles import CORTEX_M4, BlockCost, Timings
from tinycnn.simulator.image import Image
from tinycnn.simulator.native import load_hooks, map_registers
from tinycnn.simulator.pages import attach_pages
from tinycnn.simulator.peripherals import USUAL_DEVICE_ID, build_peripherals

__all__ = ["BoardLink", "Fault", "Machine"]

_NEVER = 0xFFFF_FFFE  # an address that is not executed

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

    def __init__(self, emulator: Any, board: SimulatedBoard) -> None:
        self._emulator, self._board = emulator, board

    def read(self, address: int, size: int) -> bytes:
        self._check("read", address, size)
        return bytes(self._emulator.mem_read(address, size)) if size else b""

    def write(self, address: int, data: bytes) -> None:
        self._check("write", address, len(data))
        self._emulator.mem_write(address, data)

    def _check(self, action: str, address: int, size: int) -> None:
        board = self._board
        if address >= board.ram_base and address + size <= board.ram_end:
            return
        hint = "EasyDMA reaches RAM only"
        if board.is_flash(address):
            hint = "EasyDMA cannot read flash: copy the data to a buffer in RAM first"
        raise BusFault(f"DMA {action} of {size} bytes at {address:#010x}", hint)


class Machine:
    """A board with `image` in its flash.

    Args:
        link: The other end of its serial link.
        timings: What instructions cost.
        limit_cycles: Stop after so many.
        compiled: Count with the compiled hook where there is a compiler.
        reset_reason: Why it starts, as RESETREAS tells; 0: power-on.
        device_id: The factory's number of the chip, eight bytes.

    Attributes:
        is_reset: Software asked for a reset: `run` has ended, for another machine to
            take its place.
    """

    def __init__(
        self,
        image: Image,
        link: BoardLink,
        *,
        timings: Timings = CORTEX_M4,
        limit_cycles: int | None = None,
        compiled: bool = True,
        reset_reason: int = 0,
        device_id: bytes = USUAL_DEVICE_ID,
    ) -> None:
        self.is_reset = False
        self._timings = timings
        self._image, self._link, self._board = image, link, image.board
        self._fault: Fault | None = None
        self._error: BaseException | None = None
        self._core = architecture_of(image.board)
        self._emulator = make_emulator(image.board)
        for address, data in image.segments:
            self._emulator.mem_write(address, data)
        library = load_hooks() if compiled else None
        self.counter: Counter = attach_counter(
            self._emulator,
            code=image.code,
            start=image.reset,
            cost=self._cost,
            timings=timings,
            limit_cycles=limit_cycles,
            library=library,
        )
        self.clock = Clock(self.counter, image.board)
        ram = _Ram(self._emulator, image.board)
        peripherals = build_peripherals(
            link,
            ram,
            self.clock,
            image.board,
            reset=self._reset,
            reset_reason=reset_reason,
            device_id=device_id,
        )
        self._registers = [self._connect(peripheral) for peripheral in peripherals]
        self._catch_invalid_accesses()
        self._pages = attach_pages(self._emulator, image.board, library)
        self._emulator.hook_add(unicorn.UC_HOOK_INTR, self._on_exception)

    def run(self) -> Fault | None:
        """Run from reset; None at the limit, at a reset, or if the client has gone."""
        core = self._core
        self._emulator.reg_write(core.stack_pointer, self._image.stack_top)
        try:
            self._emulator.emu_start(self._image.reset | core.thumb_bit, _NEVER)
        except unicorn.UcError as error:
            if error.errno == unicorn.UC_ERR_FETCH_PROT:
                self._record_jump(self._emulator.reg_read(core.program_counter))
            elif self._fault is None:
                self._describe(error)
        if self._error is not None:
            raise self._error
        is_over = self.is_reset or self._link.closed or self._at_limit
        if self._fault is None and not is_over:
            self._record(
                "the core went to sleep",
                "nothing wakes it: interrupts are not simulated",
            )
        return self._fault

    def _describe(self, error: unicorn.UcError) -> None:
        """Keep what went wrong where no hook was asked."""
        if error.errno == unicorn.UC_ERR_INSN_INVALID:
            self._on_exception(self._emulator, 1, None)
        else:
            self._record(str(error).lower(), f"expected code for a {self._board.core}")

    def stop(self) -> None:
        """End `run` soon; may be called from another thread."""
        self._emulator.emu_stop()

    def _reset(self) -> None:
        self.is_reset = True
        self.stop()

    @property
    def _at_limit(self) -> bool:
        return self.counter.cycles >= self.counter.limit_cycles

    def _connect(self, peripheral: Peripheral) -> object:
        """Let the core reach registers; the result is to be kept with the emulator."""

        def read(_emulator: Any, offset: int, size: int, _data: Any) -> int:
            try:
                return peripheral.read(offset, size)
            except BaseException as error:  # C is between here and who can take it
                self._end(error)
                return 0
            finally:
                if self._link.closed:
                    self.stop()

        def write(_emulator: Any, offset: int, size: int, v: int, _data: Any) -> None:
            try:
                peripheral.write(offset, size, v)
            except BaseException as error:
                self._end(error)

        return map_registers(self._emulator, peripheral.base, 0x1000, read, write)

    def _end(self, error: BaseException) -> None:
        """Stop at what a peripheral raised: a fault, or raised again by `run`."""
        if isinstance(error, BusFault):
            self._record(str(error), error.hint)
        else:
            self._error = self._error or error
            self.stop()

    def _catch_invalid_accesses(self) -> None:
        """Report what lies outside memory, and keep stores to RAM fast.

        The emulator takes a slow path for every store to a page that could hold code
        or lies under a hook for memory accesses, be it for invalid ones. So RAM has no
        such hook, and `attach_pages` declares it without code.
        """
        emulator, board = self._emulator, self._board
        for begin, end in ((0, board.ram_base - 1), (board.ram_end, 0xFFFF_FFFF)):
            emulator.hook_add(
                unicorn.UC_HOOK_MEM_INVALID,
                self._on_invalid_access,
                begin=begin,
                end=end,
            )

    def _cost(self, code: bytes, address: int) -> BlockCost:
        """What a block costs; the emulator lets every core but the smallest run DSP."""
        cost = self._core.block_cost(code, address, self._timings)
        if cost.uses_dsp and not self._board.has_dsp:
            self._on_exception(self._emulator, 1, None)
        return cost

    def _record(self, what: str, hint: str) -> None:
        """Keep the first fault, with its place, and stop.

        The emulator knows the exact instruction of a memory fault; for registers of
        peripherals it knows the basic block, whose first instruction is named.
        """
        if self._fault is None:
            pc = self._emulator.reg_read(self._core.program_counter)
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
            sp = emulator.reg_read(self._core.stack_pointer)
            what = f"{access} of {size} bytes at {address:#010x}"
            self._record(what, _hint(self._board, access, address, sp))
        return False

    def _record_jump(self, address: int) -> None:
        """Keep a jump to where no code is; it has a caller but no place of its own."""
        if self._fault is None:
            lr = self._emulator.reg_read(self._core.link) & ~1
            caller = f"{self._image.place(lr)} (lr {lr:#010x})"
            what = f"execution at {address:#010x}, to return to {caller}"
            self._fault = Fault(
                what, _hint(self._board, "execution", address, self._board.ram_end)
            )

    def _on_exception(self, _emulator: Any, number: int, _data: Any) -> None:
        unknown = f"exception {number}", "not simulated"
        what, hint = self._core.exceptions.get(number, unknown)
        self._record(what, hint.format(core=self._board.core))


def _hint(board: SimulatedBoard, access: str, address: int, sp: int) -> str:
    """The likely cause of an access outside memory."""
    below_ram = board.ram_base - 0x1_0000 <= address < board.ram_base
    if sp < board.ram_base or below_ram:
        return "stack overflow: make large local arrays static"
    if board.is_flash(address):
        return "flash is read-only: data that changes must not be const"
    if board.is_ram(address):
        return "RAM holds no code: a function pointer or return address is broken"
    if board.ram_end <= address < board.ram_end + 0x10_0000:
        return f"past the end of RAM: the board has {board.ram_bytes >> 10:,} KB"
    if board.flash_end <= address < board.flash_end + 0x10_0000:
        return f"past the end of flash: it ends at {board.flash_end:#x}"
    if address < 0x1_0000:
        return "null pointer: nothing of the application lies there"
    if address >> 28 in (4, 5, 14):
        return "this peripheral is not simulated"
    return "the board has no memory there: a wild pointer"
