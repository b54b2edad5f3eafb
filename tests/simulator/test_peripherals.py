from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from tinycnn.simulator.board import NANO_33_BLE, SimulatedBoard
from tinycnn.simulator.bus import BusFault, Clock
from tinycnn.simulator.peripherals import build_peripherals


class Counter:
    """Cycles that a test sets."""

    cycles = 0


class Ram:
    """RAM that begins at address 0."""

    def __init__(self) -> None:
        self.bytes = bytearray(64)

    def read(self, address: int, size: int) -> bytes:
        """What EasyDMA sends."""
        if address + size > len(self.bytes):
            raise BusFault("outside", "inside")
        return bytes(self.bytes[address : address + size])

    def write(self, address: int, data: bytes) -> None:
        """What EasyDMA received."""
        self.bytes[address : address + len(data)] = data


class Link:
    """A client that has sent `incoming`."""

    def __init__(self) -> None:
        self.incoming, self.sent = b"", b""

    def receive(self, size: int, wait_s: float) -> bytes:
        """The next bytes of what was sent."""
        data, self.incoming = self.incoming[:size], self.incoming[size:]
        return data

    def send(self, data: bytes) -> None:
        """Keep the board's bytes."""
        self.sent += data


class Bench:
    """All peripherals on a bench."""

    def __init__(
        self, board: SimulatedBoard = NANO_33_BLE, *, reset_reason: int = 0
    ) -> None:
        self.counter, self.ram, self.link = Counter(), Ram(), Link()
        self.resets = 0
        self.clock = Clock(self.counter, board)
        pages = build_peripherals(
            self.link,
            self.ram,
            self.clock,
            board,
            reset=self.reset,
            reset_reason=reset_reason,
        )
        self.pages = {page.base: page for page in pages}

    def reset(self) -> None:
        """Count it."""
        self.resets += 1

    def read(self, address: int) -> int:
        """A register of any peripheral."""
        return self.pages[address & ~0xFFF].read(address & 0xFFF, 4)

    def write(self, address: int, value: int) -> None:
        """Set a register of any peripheral."""
        self.pages[address & ~0xFFF].write(address & 0xFFF, 4, value)


@pytest.fixture
def bench() -> Bench:
    """A new set of peripherals."""
    return Bench()


UARTE, TIMER, GPIO, DWT = 0x4000_2000, 0x4000_8000, 0x5000_0000, 0xE000_1000


def test_the_chip_has_its_factory_number(bench: Bench) -> None:
    """FICR's DEVICEID reads tinycnn."""
    words = [bench.read(0x1000_0060 + 4 * i).to_bytes(4, "little") for i in (0, 1)]

    assert b"".join(words) == b"tinycnn\0"


def test_the_factory_number_cannot_be_written(bench: Bench) -> None:
    """FICR is read-only."""
    with pytest.raises(BusFault, match="write of 4 bytes at 0x10000060") as caught:
        bench.write(0x1000_0060, 1)

    assert caught.value.hint == "register 0x060 of FICR is not simulated"


def test_software_resets_the_board_with_the_key_alone() -> None:
    """AIRCR's SYSRESETREQ; RESETREAS tells why it started, until ones clear it."""
    bench = Bench(reset_reason=4)
    for value in (0x0000_0004, 0x05FA_0000, 0x05FB_0004):
        bench.write(0xE000_ED0C, value)
    ignored = bench.resets
    bench.write(0xE000_ED0C, 0x05FA_0004)
    reason = bench.read(0x4000_0400)
    bench.write(0x4000_0400, 4)

    assert (ignored, bench.resets) == (0, 1)
    assert (reason, bench.read(0x4000_0400)) == (4, 0)


def test_the_instruction_cache_is_off_until_it_is_switched_on(bench: Bench) -> None:
    """NVMC's ICACHECNF reads back what was written to it."""
    before = bench.read(0x4001_E540)
    bench.write(0x4001_E540, 1)

    assert (before, bench.read(0x4001_E540)) == (0, 1)


def test_cyccnt_counts_only_while_it_is_enabled(bench: Bench) -> None:
    """Bit 0 of CTRL starts and stops it; a write sets it."""
    bench.counter.cycles = 1000
    before = bench.read(DWT + 4)
    bench.write(DWT, 1)
    bench.write(DWT + 4, 5)
    bench.counter.cycles = 1100
    bench.clock.idle(1.0)
    running = bench.read(DWT + 4)
    bench.write(DWT, 0)
    bench.counter.cycles = 2000

    assert (before, running, bench.read(DWT + 4)) == (0, 105, 105)


def test_cyccnt_wraps_at_32_bits(bench: Bench) -> None:
    """As the hardware's does, after 67 seconds."""
    bench.write(DWT, 1)
    bench.counter.cycles = 2**32 + 7

    assert bench.read(DWT + 4) == 7


@pytest.mark.parametrize(
    ("bits", "expected"), [(3, 1_000_064), (2, 1_000_064), (0, 1_000_064 % 65536)]
)
def test_the_timer_counts_cycles_and_waiting(
    bench: Bench, bits: int, expected: int
) -> None:
    """Prescaler 4 makes microseconds, cut to the width of the timer."""
    bench.write(TIMER + 0x508, bits)
    bench.write(TIMER + 0x510, 4)
    bench.write(TIMER, 1)
    bench.counter.cycles = 64 * 64
    bench.clock.idle(1.0)
    bench.write(TIMER + 0x044, 1)

    assert bench.read(TIMER + 0x544) == expected


def test_a_timer_that_was_not_started_reads_zero(bench: Bench) -> None:
    """Time passes, the timer does not."""
    bench.counter.cycles = 6400
    bench.write(TIMER + 0x040, 1)

    assert bench.read(TIMER + 0x540) == 0


@pytest.mark.parametrize("port", [0x000, 0x300])
def test_pins_are_set_and_cleared(bench: Bench, port: int) -> None:
    """OUTSET and OUTCLR change the bits that they name, no other."""
    out = GPIO + port + 0x504
    bench.write(out, 0b0101)
    bench.write(out + 4, 0b0010)
    bench.write(out + 8, 0b0100)

    assert bench.read(out) == 0b0011


def test_the_oscillators_start_at_once(bench: Bench) -> None:
    """Firmware that waits for a clock goes on."""
    bench.write(0x4000_0000, 1)
    bench.write(0x4000_0008, 1)

    assert [bench.read(0x4000_0100), bench.read(0x4000_0104)] == [1, 1]


def test_the_uarte_stores_what_has_arrived(bench: Bench) -> None:
    """EasyDMA writes to RAM; STOPRX ends the transfer and says how much it was."""
    bench.link.incoming = b"abcdef"
    bench.write(UARTE + 0x534, 8)
    bench.write(UARTE + 0x538, 4)
    bench.write(UARTE, 1)
    events = [bench.read(UARTE + 0x108), bench.read(UARTE + 0x110)]
    bench.write(UARTE + 4, 1)

    assert events == [1, 1]
    assert bench.read(UARTE + 0x53C) == 4
    assert bytes(bench.ram.bytes[8:14]) == b"abcd\0\0"
    assert bench.link.incoming == b"ef"


def test_the_uarte_sends_from_ram(bench: Bench) -> None:
    """ENDTX follows, with the amount."""
    bench.ram.bytes[:3] = b"xyz"
    bench.write(UARTE + 0x548, 3)
    bench.write(UARTE + 8, 1)

    assert bench.link.sent == b"xyz"
    assert [bench.read(UARTE + 0x120), bench.read(UARTE + 0x54C)] == [1, 3]


def test_the_uarte_refuses_a_buffer_outside_ram_before_it_receives(
    bench: Bench,
) -> None:
    """A wrong pointer is found at STARTRX, not when a byte comes."""
    bench.write(UARTE + 0x534, 60)
    bench.write(UARTE + 0x538, 8)

    with pytest.raises(BusFault, match="outside"):
        bench.write(UARTE, 1)


def test_registers_are_words(bench: Bench) -> None:
    """Bytes and halfwords fault."""
    with pytest.raises(BusFault, match="read of 2 bytes at 0x50000504") as caught:
        bench.pages[GPIO].read(0x504, 2)

    assert caught.value.hint == "registers of GPIO are 32 bits wide"


def make_bench(core: str, **changes: Any) -> Bench:
    """Peripherals of a board with another core."""
    return Bench(replace(NANO_33_BLE, core=core, **changes))


def test_a_core_without_a_cycle_model_counts_no_cycles() -> None:
    """DWT says that it has no counter (NOCYCCNT), whatever is written."""
    bench = make_bench("cortex-m7")
    bench.counter.cycles = 1000
    bench.write(DWT, 1)
    bench.write(DWT + 4, 5)

    assert (bench.read(DWT), bench.read(DWT + 4)) == (1 << 25, 0)


def test_time_stands_still_while_a_core_without_a_cycle_model_computes() -> None:
    """It goes on while the core waits, be it by looking at the clock."""
    bench = make_bench("cortex-m0plus")
    bench.write(TIMER, 1)
    times = []
    for cycles in (10_000, 20_000, 20_010, 20_020, 30_000):
        bench.counter.cycles = cycles
        bench.write(TIMER + 0x040, 1)
        times.append(bench.read(TIMER + 0x540))

    assert [b - a for a, b in pairwise(times)] == [0, 1, 1, 0]


def test_a_cortex_m0_has_neither_cyccnt_nor_cpacr() -> None:
    """Nor has anything else of the nRF52840 where its flash lies."""
    bench = make_bench("cortex-m0plus", flash_base=0x1000_0000)

    assert DWT not in bench.pages
    assert 0x1000_0000 not in bench.pages
    with pytest.raises(BusFault, match="0xe000ed88"):
        bench.read(0xE000_ED88)


@pytest.mark.parametrize(
    ("core", "part"),
    [
        ("cortex-m0plus", 0xC60),
        ("cortex-m3", 0xC23),
        ("cortex-m4f", 0xC24),
        ("cortex-m7", 0xC27),
        ("cortex-m33", 0xD21),
    ],
)
def test_a_core_says_which_it_is(core: str, part: int) -> None:
    """By its part number in CPUID."""
    assert make_bench(core).read(0xE000_ED00) >> 4 & 0xFFF == part


def test_time_leaps_when_it_is_read_next(bench: Bench) -> None:
    """The timer has passed it, in one step; the cycle counter has not."""
    bench.write(TIMER + 0x508, 3)
    bench.write(TIMER, 1)
    bench.clock.leap(3600.0)
    bench.clock.leap(0.5)
    bench.write(TIMER + 0x040, 1)

    assert bench.read(TIMER + 0x540) == 3_600_500_000
    assert bench.clock.cycles == 0


def test_the_cause_of_a_start_is_power(bench: Bench) -> None:
    """RESETREAS has no bit for it; a one clears any other."""
    assert bench.read(0x4000_0400) == 0
    bench.pages[0x4000_0000].values[0x400] = 0b101
    bench.write(0x4000_0400, 0b001)

    assert bench.read(0x4000_0400) == 0b100
