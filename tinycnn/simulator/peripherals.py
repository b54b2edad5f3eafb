"""The nRF52840's peripherals, as far as generated firmware uses them.

Offsets and names are those of the nRF52840 Product Specification and, for the core's
own registers, of the ARMv7-M Architecture Reference Manual.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tinycnn.simulator.board import SimulatedBoard
from tinycnn.simulator.bus import Clock, Memory, Peripheral, SerialLink
from tinycnn.simulator.uarte import Uarte

__all__ = ["RESET_BY_SOFTWARE", "USUAL_DEVICE_ID", "build_peripherals"]

# It reads `tinycnn` in ASCII.
USUAL_DEVICE_ID = b"tinycnn\0"

# RESETREAS.SREQ: reset by software.
RESET_BY_SOFTWARE = 1 << 2

_AIRCR_KEY, _SYSRESETREQ = 0x05FA, 1 << 2
_WITHOUT_DWT = ("cortex-m0plus", "rv32imc")
_CPUIDS = {
    "cortex-m0plus": 0x410C_C601,
    "cortex-m3": 0x412F_C231,
    "cortex-m4": 0x410F_C241,
    "cortex-m4f": 0x410F_C241,
    "cortex-m7": 0x411F_C271,
    "cortex-m33": 0x410F_D213,
}


def build_peripherals(
    link: SerialLink,
    memory: Memory,
    clock: Clock,
    board: SimulatedBoard,
    *,
    reset: Callable[[], None],
    reset_reason: int = 0,
    device_id: bytes = USUAL_DEVICE_ID,
) -> tuple[Peripheral, ...]:
    """All peripherals of the board, each on a page of its own.

    Those outside the core are the nRF52840's on every board; where flash lies on its
    factory information, that is missing.

    Args:
        link: The other end of its UART.
        memory: RAM.
        clock: Tells the time.
        board: Which there is.
        reset: Called when software asks for a reset.
        reset_reason: What RESETREAS reads at the start.
        device_id: What DEVICEID reads, eight bytes.
    """
    peripherals = (
        _ficr(device_id),
        _clock_control(reset_reason),
        Uarte(link, memory, clock).peripheral,
        _Timer(clock).peripheral,
        Peripheral("NVMC", 0x4001_E000, {0x400: 1, 0x504: 0, 0x540: 0}),
        _gpio(),
        _cycle_counter(clock, board),
        _system_control(board, reset),
    )
    return tuple(p for p in peripherals if p and not board.is_flash(p.base))


def _ficr(device_id: bytes) -> Peripheral:
    """Factory information."""
    values = {0x010: 4096, 0x014: 256, 0x100: 0x52840, 0x10C: 256, 0x110: 1024}
    for place in (0, 4):
        word = device_id[place : place + 4]
        values[0x060 + place] = int.from_bytes(word, "little")
    on_read: dict[int, Callable[[], int]] = {
        offset: partial(int, value) for offset, value in values.items()
    }
    return Peripheral("FICR", 0x1000_0000, on_read=on_read)


def _clock_control(reset_reason: int) -> Peripheral:
    """CLOCK and POWER; RESETREAS has no bit set after power-on, ones clear its bits."""
    values = {0x100: 0, 0x104: 0, 0x518: 0, 0x400: reset_reason}
    clock = Peripheral("CLOCK", 0x4000_0000, values)
    clock.on_write[0x400] = partial(_clear_bits, clock.values, 0x400)
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
        self._start_s = self._clock.read_s()

    def _capture(self, compare: int, _: int) -> None:
        if self._start_s is not None:
            hz = 16_000_000 >> self._values[0x510]
            bits = self._BITS[self._values[0x508] & 3]
            ticks = int((self._clock.read_s() - self._start_s) * hz)
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


def _cycle_counter(clock: Clock, board: SimulatedBoard) -> Peripheral | None:
    """DWT; without a cycle model, as it is on cores that do not count."""
    if board.core in _WITHOUT_DWT:
        return None
    if board.has_cycle_model:
        return _CycleCounter(clock).peripheral
    no_counter = {0x000: lambda: 1 << 25, 0x004: lambda: 0}
    ignore = dict.fromkeys((0x000, 0x004), lambda _: None)
    return Peripheral("DWT", 0xE000_1000, on_read=no_counter, on_write=ignore)


def _system_control(
    board: SimulatedBoard, reset: Callable[[], None]
) -> Peripheral | None:
    """VTOR, CCR, SHCSR, CFSR, HFSR, CPACR, DHCSR and DEMCR, without effect; CPUID.

    AIRCR resets the board when SYSRESETREQ is written with its key. Cores that are no
    Cortex-M have nothing of it.
    """
    if board.core not in _CPUIDS:
        return None
    offsets = {0xD08, 0xD14, 0xD24, 0xD28, 0xD2C, 0xD88, 0xDF0, 0xDFC}
    if not board.has_fpu:
        offsets.remove(0xD88)
    values = dict.fromkeys(offsets, 0) | {0xD00: _CPUIDS[board.core]}

    def request(value: int) -> None:
        if value >> 16 == _AIRCR_KEY and value & _SYSRESETREQ:
            reset()

    return Peripheral("SCB", 0xE000_E000, values, on_write={0xD0C: request})
