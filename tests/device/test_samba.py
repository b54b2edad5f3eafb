"""The Nano's bootloader client: the image is in flash, or one clear error says why not.

The bootloader is a simulated one; it does what the published binaries do.
"""

from __future__ import annotations

import random
import sys
from typing import Any

import pytest

from tests.device.fake_bootloader import (
    FLASH,
    PAGE,
    FakeBootloader,
    MemoryLink,
    UnpluggedLink,
    on_a_pty,
)
from tinycnn.device.opening import open_url
from tinycnn.device.samba import Bootloader
from tinycnn.errors import (
    DeviceError,
    DeviceTimeoutError,
    ProtocolError,
    StrangerError,
)

IMAGE = random.Random(1).randbytes(5 * PAGE + 123)
SEEDS = range(50)
TIMEOUT_S = 0.003

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")


def upload(link: Any, image: bytes = IMAGE, *, timeout_s: float = TIMEOUT_S) -> int:
    """What the command does between opening and closing the port."""
    bootloader = Bootloader(link, reply_timeout_s=timeout_s)
    bootloader.connect()
    bootloader.write(image, lambda done, total: None)
    bootloader.start()
    return bootloader.retries


def holds(board: FakeBootloader, image: bytes = IMAGE) -> bool:
    """True if the flash holds the image and nothing else."""
    return board.flash == image.ljust(FLASH, b"\xff")


@pytest.mark.parametrize("size", [8, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE])
def test_image_is_written(size: int) -> None:
    """Of any length; the board is then reset and starts it."""
    board = FakeBootloader()

    retries = upload(MemoryLink(board), IMAGE[:size])

    assert (retries, board.resets, board.starts) == (0, 1, True)
    assert holds(board, IMAGE[:size])


def test_first_page_goes_last() -> None:
    """Emptied before anything else, so that a board without it waits for an upload."""
    board = FakeBootloader()

    upload(MemoryLink(board))

    assert board.writes == [0, *range(PAGE, 6 * PAGE, PAGE), 0]


def test_progress_counts_pages() -> None:
    """The first page that is told of is none."""
    told = []
    bootloader = Bootloader(MemoryLink(FakeBootloader()))

    bootloader.write(IMAGE[: 2 * PAGE], lambda done, total: told.append((done, total)))

    assert told == [(0, 2), (1, 2), (2, 2)]


class _BytesLost(MemoryLink):
    """One to 64 bytes of what the host sends vanish."""

    def up(self, data: bytes) -> bytes:
        if self.chance.random() < 0.05:
            start = self.chance.randrange(len(data))
            data = data[:start] + data[start + self.chance.randint(1, 64) :]
        return data


class _BitsFlipped(MemoryLink):
    """A bit of a page that the host sends is flipped."""

    def up(self, data: bytes) -> bytes:
        if len(data) > 4000 and self.chance.random() < 0.1:
            place = self.chance.randrange(100, len(data))
            data = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        return data


class _RepliesLost(MemoryLink):
    """Replies vanish."""

    def down(self, reply: bytes) -> bytes:
        return b"" if self.chance.random() < 0.05 else reply


class _RepliesCut(MemoryLink):
    """Replies end early."""

    def down(self, reply: bytes) -> bytes:
        cut = self.chance.random() < 0.05
        return reply[: self.chance.randrange(len(reply))] if cut else reply


class _Refusals(MemoryLink):
    """A NAK or noise comes instead of a reply."""

    def down(self, reply: bytes) -> bytes:
        if self.chance.random() > 0.05:
            return reply
        return b"\x15" if self.chance.random() < 0.5 else self.chance.randbytes(99)


class _Dribble(MemoryLink):
    """Replies come byte by byte."""

    def read(self, timeout_s: float) -> bytes:
        data, self.arrived = self.arrived[:1], self.arrived[1:]
        return data


class _LeftOver(MemoryLink):
    """Another program was stopped in the middle of a page, or probed for a modem."""

    def __init__(self, board: FakeBootloader, seed: int = 0) -> None:
        super().__init__(board, seed)
        page = b"S00000034,00001000#" + bytes(self.chance.randrange(PAGE))
        board.receive(page if self.chance.random() < 0.5 else b"AT\r\nAT\r\n")


FAULTS = [_BytesLost, _BitsFlipped, _RepliesLost, _RepliesCut]
FAULTS += [_Refusals, _LeftOver]


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_that_pass_are_overcome(fault: Any) -> None:
    """Either the flash holds the image, or an error says so and nothing was started."""
    retries = failed = 0
    for seed in SEEDS:
        board = FakeBootloader()
        try:
            retries += upload(fault(board, seed))
        except DeviceError:
            failed += 1
            assert board.resets == 0
        else:
            assert holds(board)
    assert failed <= len(SEEDS) // 20
    assert retries > 0


def test_replies_that_come_byte_by_byte() -> None:
    """Reading goes on to the end of each, and to nothing's end."""
    board = FakeBootloader()

    retries = upload(_Dribble(board), timeout_s=5.0)

    assert retries == 0
    assert holds(board)


class _DigitLost(MemoryLink):
    """A digit of an address vanishes once, so that pages 0 and 1 are written over."""

    lost = False

    def up(self, data: bytes) -> bytes:
        if self.lost or not data.startswith(b"Y00004000,"):
            return data
        self.lost = True
        return data.replace(b"Y00004000,", b"Y0000400,")


def test_page_that_was_right_is_looked_at_again() -> None:
    """The bootloader says yes to any address; the last look is at the whole image."""
    board = FakeBootloader()

    retries = upload(_DigitLost(board))

    assert board.writes.count(PAGE) == 2
    assert retries > 0
    assert holds(board)


def test_unplugged_board_can_be_flashed_again() -> None:
    """At whatever moment: the board stays in its bootloader, and the next try works."""
    for seed in SEEDS:
        board = FakeBootloader()
        upload(MemoryLink(board), IMAGE[::-1])
        board.writes.clear()
        with pytest.raises(DeviceError, match="unplugged"):
            upload(UnpluggedLink(board, seed))
        assert board.starts == (not board.writes)

        upload(MemoryLink(board))

        assert holds(board)


class _Silent(MemoryLink):
    def down(self, reply: bytes) -> bytes:
        return b""


class _Nonsense(MemoryLink):
    def down(self, reply: bytes) -> bytes:
        return b"\x15\x15"


class _Echo(MemoryLink):
    def write(self, data: bytes) -> None:
        self.arrived += data


class _Endless(MemoryLink):
    def read(self, timeout_s: float) -> bytes:
        return self.chance.randbytes(64)


class _LyingCrc(MemoryLink):
    def down(self, reply: bytes) -> bytes:
        return b"Z0000DEAD#\n\r" if reply[:1] == b"Z" else reply


class _OtherChip(FakeBootloader):
    chip = b"SAMD21G18A"


class _PlainSamba(FakeBootloader):
    version = b"v1.1 Dec 15 2010 19:25:04"


class _SmallFlash(FakeBootloader):
    writable = 3 * PAGE


FATAL = {
    "silence": (
        _Silent(FakeBootloader()),
        DeviceTimeoutError,
        "port fake: no bootloader's reply to #N# within 0.0 s",
        "reset button twice",
    ),
    "nak": (
        _Nonsense(FakeBootloader()),
        ProtocolError,
        "port fake: no bootloader's reply to #N#, got '..'",
        "reset button twice",
    ),
    "echo": (
        _Echo(FakeBootloader()),
        StrangerError,
        "no bootloader's reply to #N#: the line echoes what is sent: TX and RX are",
        "check the wiring",
    ),
    "endless noise": (
        _Endless(FakeBootloader()),
        ProtocolError,
        "port fake: no bootloader's reply to #N#, got '",
        "reset button twice",
    ),
    "another chip": (
        MemoryLink(_OtherChip()),
        DeviceError,
        "expected the bootloader of an nRF52840-QIAA, got 'SAMD21G18A'",
        "another kind of board",
    ),
    "a bootloader that cannot prove": (
        MemoryLink(_PlainSamba()),
        DeviceError,
        "bootloader 'v1.1 Dec 15 2010 19:25:04' cannot prove a write",
        "upload with arduino-cli",
    ),
    "wrong CRC": (
        _LyingCrc(FakeBootloader()),
        ProtocolError,
        "page at 0x00000: expected CRC e03e, got dead; 0 of 6 pages are written",
        "comes up in its bootloader",
    ),
    "flash that takes nothing": (
        MemoryLink(_SmallFlash()),
        ProtocolError,
        ", got e03e; 2 of 6 pages are written",
        "too large for this bootloader",
    ),
}


@pytest.mark.parametrize("name", FATAL)
def test_faults_that_stay_are_errors(name: str) -> None:
    """One line and a remedy; the board is not started."""
    link, kind, message, hint = FATAL[name]

    with pytest.raises(kind) as error:
        upload(link)

    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert hint in error.value.hint
    assert link.board.resets == 0


@pytest.fixture
def board() -> FakeBootloader:
    """A board that was never flashed."""
    return FakeBootloader()


@posix
def test_image_passes_a_serial_port(board: FakeBootloader) -> None:
    """The same over a pseudo terminal."""
    with on_a_pty(board) as port:
        link = open_url(port, 115_200)
        retries = upload(link, timeout_s=2.0)
        link.close()

    assert (retries, board.starts) == (0, True)
    assert holds(board)


@posix
@pytest.mark.parametrize("seed", range(10))
def test_serial_port_that_vanishes(board: FakeBootloader, seed: int) -> None:
    """F12: unplugged in the middle of an upload."""
    after = random.Random(seed).randrange(100, 5 * PAGE)
    with on_a_pty(board, unplug_after=after) as port:
        link = open_url(port, 115_200)
        with pytest.raises(DeviceError, match=r"port /dev/.*: (lost|no bootloader)"):
            upload(link, timeout_s=0.5)
        link.close()

    assert not board.starts
