"""What a peripheral is to the board: a page of registers, memory, a link and a clock.

A peripheral's registers are 32 bits wide: some only keep their value, some do something
when read or written. Touching any other register stops the board: better than firmware
that runs here and hangs on hardware.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from tinycnn.simulator.board import SimulatedBoard

__all__ = [
    "BusFault",
    "Clock",
    "CycleSource",
    "Memory",
    "Peripheral",
    "SerialLink",
]

_WORD = 0xFFFF_FFFF

# A core that looks at the clock again after fewer instructions only waits.
_WAITING = 4096


class BusFault(Exception):
    """An access that the board answers with a fault.

    Args:
        message: What was done.
        hint: Why it cannot be done.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class SerialLink(Protocol):
    """Where the UARTE's bytes go to and come from."""

    def receive(self, size: int, wait_s: float) -> bytes:
        """Bytes that have arrived."""

    def send(self, data: bytes) -> None:
        """Send bytes."""


class Memory(Protocol):
    """RAM as EasyDMA sees it; both raise BusFault outside it."""

    def read(self, address: int, size: int) -> bytes:
        """Bytes of RAM."""

    def write(self, address: int, data: bytes) -> None:
        """Change RAM."""


class CycleSource(Protocol):
    """Counts the cycles that the core has run; instructions, without a cycle model."""

    cycles: int


class Clock:
    """Simulated time: the cycles that were run, plus the time spent waiting.

    A core that waits for its link is asleep: the timers go on, CYCCNT does not. What a
    core without a cycle model computes takes no time at all, rather than a wrong one.
    """

    def __init__(self, source: CycleSource, board: SimulatedBoard) -> None:
        self._source, self._board = source, board
        self._idle_s = 0.0
        self._leaps: deque[float] = deque()
        self._looked_at = 0

    @property
    def cycles(self) -> int:
        """Cycles run since reset; 0 on a core without a cycle model."""
        return self._source.cycles if self._board.has_cycle_model else 0

    def read_s(self) -> float:
        """Seconds since reset; another microsecond for who does nothing but look."""
        if not self._board.has_cycle_model:
            if self._source.cycles - self._looked_at < _WAITING:
                self._idle_s += 1e-6
            self._looked_at = self._source.cycles
        while self._leaps:
            self._idle_s += self._leaps.popleft()
        return self.cycles / self._board.clock_hz + self._idle_s

    def idle(self, seconds: float) -> None:
        """Let time pass without a cycle."""
        self._idle_s += seconds

    def leap(self, seconds: float) -> None:
        """Let time have passed when it is read next; any thread may ask for it."""
        self._leaps.append(seconds)


@dataclass(slots=True)
class Peripheral:
    """One page of registers.

    Attributes:
        values: Registers that keep what is written to them, by offset.
        on_read: Registers whose value is computed.
        on_write: Registers that act; a value in `values` beside one is not changed.
    """

    name: str
    base: int
    values: dict[int, int] = field(default_factory=dict)
    on_read: dict[int, Callable[[], int]] = field(default_factory=dict)
    on_write: dict[int, Callable[[int], None]] = field(default_factory=dict)

    def read(self, offset: int, size: int) -> int:
        """The value of a register.

        Raises:
            BusFault: If it does not exist here, or not 32 bits are read.
        """
        if size == 4:
            if offset in self.on_read:
                return self.on_read[offset]() & _WORD
            if offset in self.values:
                return self.values[offset]
        raise self._fault("read", offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        """Write a register.

        Raises:
            BusFault: If it does not exist here, or not 32 bits are written.
        """
        if size == 4 and offset in self.on_write:
            self.on_write[offset](value)
        elif size == 4 and offset in self.values:
            self.values[offset] = value
        else:
            raise self._fault("write", offset, size)

    def _fault(self, action: str, offset: int, size: int) -> BusFault:
        message = f"{action} of {size} bytes at {self.base + offset:#010x}"
        if size != 4:
            return BusFault(message, f"registers of {self.name} are 32 bits wide")
        return BusFault(
            message, f"register {offset:#05x} of {self.name} is not simulated"
        )
