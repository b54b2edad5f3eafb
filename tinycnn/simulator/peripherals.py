"""The nRF52840's peripherals, as far as generated firmware uses them.

A peripheral is a page of 32-bit registers: some only keep their value, some do
something when read or written. Touching any other register stops the board: better
than firmware that runs here and hangs on hardware. Offsets and names are those of the
nRF52840 Product Specification and the ARMv7-M Architecture Reference Manual.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

__all__ = [
    "CLOCK_HZ",
    "BusFault",
    "Clock",
    "Memory",
    "Peripheral",
    "SerialLink",
    "build_peripherals",
]

CLOCK_HZ = 64_000_000

# An empty receiver is polled no faster than this.
IDLE_WAIT_S = 0.005

_WORD = 0xFFFF_FFFF


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
    """Counts the cycles that the core has run."""

    cycles: int


class Clock:
    """Simulated time: the cycles that were run, plus the time spent waiting.

    A core that waits for its link is asleep: the timers go on, CYCCNT does not.
    """

    def __init__(self, source: CycleSource) -> None:
        self._source = source
        self._idle_s = 0.0

    @property
    def cycles(self) -> int:
        """Cycles run since reset."""
        return self._source.cycles

    @property
    def now_s(self) -> float:
        """Seconds since reset."""
        return self._source.cycles / CLOCK_HZ + self._idle_s

    def idle(self, seconds: float) -> None:
        """Let time pass without a cycle."""
        self._idle_s += seconds


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


def build_peripherals(
    link: SerialLink, memory: Memory, clock: Clock
) -> tuple[Peripheral, ...]:
    """All peripherals of the board, each on a page of its own."""
    return (
        _ficr(),
        _clock_control(),
        _Uarte(link, memory, clock).peripheral,
        _Timer(clock).peripheral,
        Peripheral("NVMC", 0x4001_E000, {0x400: 1, 0x504: 0}),
        _gpio(),
        _CycleCounter(clock).peripheral,
        _system_control(),
    )


def _ficr() -> Peripheral:
    """Factory information: a DEVICEID that reads `tinycnn` in ASCII."""
    values = {0x010: 4096, 0x014: 256, 0x100: 0x52840, 0x10C: 256, 0x110: 1024}
    values |= {0x060: 0x796E_6974, 0x064: 0x006E_6E63}
    on_read: dict[int, Callable[[], int]] = {
        offset: partial(int, value) for offset, value in values.items()
    }
    return Peripheral("FICR", 0x1000_0000, on_read=on_read)


def _clock_control() -> Peripheral:
    clock = Peripheral("CLOCK", 0x4000_0000, {0x100: 0, 0x104: 0, 0x518: 0})
    clock.on_write[0x000] = lambda _: clock.values.update({0x100: 1})
    clock.on_write[0x008] = lambda _: clock.values.update({0x104: 1})
    return clock


class _Timer:
    """TIMER0 as a free-running counter of up to 16 MHz with six captures."""

    _BITS = (16, 8, 24, 32)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start_s: float | None = None
        self.peripheral = Peripheral("TIMER0", 0x4000_8000)
        self._values = self.peripheral.values
        self._values |= {0x504: 0, 0x508: 0, 0x510: 4}
        self.peripheral.on_write = {0x000: self._start, 0x00C: self._start}
        for i in range(6):
            self._values[0x540 + 4 * i] = 0
            capture = partial(self._capture, 0x540 + 4 * i)
            self.peripheral.on_write[0x040 + 4 * i] = capture

    def _start(self, _: int) -> None:
        self._start_s = self._clock.now_s

    def _capture(self, compare: int, _: int) -> None:
        if self._start_s is not None:
            hz = 16_000_000 >> self._values[0x510]
            bits = self._BITS[self._values[0x508] & 3]
            ticks = int((self._clock.now_s - self._start_s) * hz)
            self._values[compare] = ticks & ((1 << bits) - 1)


def _gpio() -> Peripheral:
    """Ports 0 and 1: outputs keep their value, inputs read 0."""
    gpio = Peripheral("GPIO", 0x5000_0000)
    for port in (0x000, 0x300):
        gpio.values[port + 0x510] = 0
        gpio.values |= {port + 0x700 + 4 * pin: 0 for pin in range(32)}
        for register in (port + 0x504, port + 0x514):  # OUT and DIR, then SET and CLR
            gpio.values |= {register: 0, register + 4: 0, register + 8: 0}
            gpio.on_write[register + 4] = partial(_set_bits, gpio.values, register)
            gpio.on_write[register + 8] = partial(_clear_bits, gpio.values, register)
    return gpio


def _set_bits(values: dict[int, int], register: int, mask: int) -> None:
    values[register] |= mask


def _clear_bits(values: dict[int, int], register: int, mask: int) -> None:
    values[register] &= ~mask


class _CycleCounter:
    """DWT with CYCCNT; it runs while bit 0 of CTRL is set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._control = self._offset = 0
        self.peripheral = Peripheral(
            "DWT",
            0xE000_1000,
            on_read={0x000: lambda: self._control, 0x004: self._count},
            on_write={0x000: self._set_control, 0x004: self._set_count},
        )

    def _count(self) -> int:
        return self._offset + (self._clock.cycles if self._control & 1 else 0)

    def _set_count(self, value: int) -> None:
        self._offset = value - (self._clock.cycles if self._control & 1 else 0)

    def _set_control(self, value: int) -> None:
        count = self._count()
        self._control = value
        self._set_count(count)


def _system_control() -> Peripheral:
    """VTOR, CCR, SHCSR, CFSR, HFSR, CPACR, DHCSR and DEMCR, without effect; CPUID."""
    offsets = (0xD08, 0xD14, 0xD24, 0xD28, 0xD2C, 0xD88, 0xDF0, 0xDFC)
    values = dict.fromkeys(offsets, 0) | {0xD00: 0x410F_C241}
    return Peripheral("SCB", 0xE000_E000, values)


# Registers of the UARTE.
_RXDRDY, _ENDRX, _TXDRDY, _ENDTX, _RXTO = 0x108, 0x110, 0x11C, 0x120, 0x144
_RXSTARTED, _TXSTARTED, _TXSTOPPED = 0x14C, 0x150, 0x158
_RXD_PTR, _RXD_MAXCNT, _RXD_AMOUNT = 0x534, 0x538, 0x53C
_TXD_PTR, _TXD_MAXCNT, _TXD_AMOUNT = 0x544, 0x548, 0x54C
_EVENTS = (_RXDRDY, _ENDRX, _TXDRDY, _ENDTX, _RXTO, _RXSTARTED, _TXSTARTED, _TXSTOPPED)
_POINTERS = (_RXD_PTR, _RXD_MAXCNT, _RXD_AMOUNT, _TXD_PTR, _TXD_MAXCNT, _TXD_AMOUNT)
_SETUP = (0x480, 0x500, 0x508, 0x50C, 0x510, 0x514, 0x524, 0x56C)


class _Uarte:
    """UARTE0 with EasyDMA, whose bytes take no simulated time.

    Reading the RXDRDY event while nothing has arrived means that the firmware waits
    for its host: the simulator then waits too, for at most IDLE_WAIT_S.
    """

    def __init__(self, link: SerialLink, memory: Memory, clock: Clock) -> None:
        self._link, self._memory, self._clock = link, memory, clock
        self._receiving = False
        values = dict.fromkeys((*_EVENTS, *_POINTERS, *_SETUP), 0)
        self.peripheral = Peripheral("UARTE0", 0x4000_2000, values)
        self._values = self.peripheral.values
        self.peripheral.on_read = {_RXDRDY: self._received}
        self.peripheral.on_write = {
            0x000: self._start_receiving,
            0x004: self._stop_receiving,
            0x008: self._send,
            0x00C: lambda _: self._values.update({_TXSTOPPED: 1}),
        }

    def _start_receiving(self, _: int) -> None:
        self._memory.read(self._values[_RXD_PTR], self._values[_RXD_MAXCNT])
        self._receiving = True
        self._values |= {_RXD_AMOUNT: 0, _RXSTARTED: 1}

    def _received(self) -> int:
        values = self._values
        if self._receiving and not values[_RXDRDY]:
            room = values[_RXD_MAXCNT] - values[_RXD_AMOUNT]
            before = time.perf_counter()
            data = self._link.receive(room, IDLE_WAIT_S)
            self._clock.idle(time.perf_counter() - before)
            if data:
                self._store(data)
        return values[_RXDRDY]

    def _store(self, data: bytes) -> None:
        values = self._values
        self._memory.write(values[_RXD_PTR] + values[_RXD_AMOUNT], data)
        values[_RXD_AMOUNT] += len(data)
        values[_RXDRDY] = 1
        if values[_RXD_AMOUNT] == values[_RXD_MAXCNT]:
            values[_ENDRX] = 1
            self._receiving = False

    def _stop_receiving(self, _: int) -> None:
        self._receiving = False
        self._values |= {_ENDRX: 1, _RXTO: 1}

    def _send(self, _: int) -> None:
        values = self._values
        data = self._memory.read(values[_TXD_PTR], values[_TXD_MAXCNT])
        self._link.send(data)
        values |= {_TXD_AMOUNT: len(data), _TXSTARTED: 1, _TXDRDY: 1, _ENDTX: 1}
