"""The Nano 33 BLE's bootloader in Python, as its published binaries behave.

It takes bytes and gives bytes. `MemoryLink` puts it behind a link that can damage what
passes, `on_a_pty` behind a serial port.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import threading
from binascii import crc_hqx
from collections.abc import Iterator
from operator import and_

from tinycnn.errors import DeviceError

KINDS = b"NVIXSYZK"
PAGE = 4096
BASE = 0x10000
FLASH = 983_040
BUFFER = 8192


class FakeBootloader:
    """The command loop, with a flash that behaves like one."""

    version = b"Arduino Bootloader (SAM-BA extended) 2.0 [Arduino:IKXYZ]"
    chip = b"nRF52840-QIAA"
    writable = FLASH  # beyond it nothing is written, without a word

    def __init__(self) -> None:
        self.flash = bytearray(b"\xff" * FLASH)
        self.buffer = bytearray(BUFFER)
        self.copy_from = 0
        self.command = b""
        self.taking: list[int] = []  # addresses in the buffer of the bytes that follow
        self.writes: list[int] = []
        self.resets = 0

    @property
    def starts(self) -> bool:
        """Whether a reset would start an application."""
        return b"\xff" * 4 not in (self.flash[:4], self.flash[4:8])

    def receive(self, data: bytes) -> bytes:
        """The replies to `data`."""
        replies = b""
        while data:
            if self.taking:
                taken = data[: len(self.taking)]
                self.buffer[self.taking[0] : self.taking[0] + len(taken)] = taken
                del self.taking[: len(taken)]
                data = data[len(taken) :]
                continue
            head, hash_, data = data.partition(b"#")
            self.command += head
            if hash_:
                command, self.command = self.command, b""
                replies += self.answer(command)
        return replies

    def answer(self, command: bytes) -> bytes:
        """What follows one command; nothing if it is not known."""
        kind = command[:1]
        if not kind or kind not in KINDS:
            return b""
        first, second = (
            int(re.findall(rb"^[0-9A-Fa-f]*", command[start:])[0] or b"0", 16)
            for start in (1, 10)
        )
        if kind == b"N":
            return b"\n\r"
        if kind == b"V":
            return self.version + b"\n\r\0n"
        if kind == b"I":
            return self.chip + b"\n\r\0X"
        if kind == b"X":
            return b"X\n\r"
        if kind == b"S":
            self.taking = list(range(first, first + second))
        if kind == b"Y":
            self.copy(first, second)
            return b"Y\n\r"
        if kind == b"Z":
            return b"Z%08X#\n\r" % crc_hqx(self.flash[first : first + second], 0)
        self.resets += kind == b"K"
        return b""

    def copy(self, to: int, size: int) -> None:
        """Erase and write, or remember where the next copy comes from.

        Only whole pages are erased; writing what is not erased clears bits.
        """
        if size == 0:
            self.copy_from = to
            return
        to = (min(to, 0xFFFFFFFF) + BASE) % (1 << 32) - BASE
        if to + size > self.writable:
            return
        if to % PAGE == 0 and size % PAGE == 0:
            self.flash[to : to + size] = b"\xff" * size
            self.writes.append(to)
        start = max(to, 0)
        data = self.buffer[self.copy_from : self.copy_from + size][start - to :]
        end = start + len(data)
        self.flash[start:end] = bytes(map(and_, self.flash[start:end], data))


class MemoryLink:
    """A link to a bootloader; this one is perfect, the faults override it."""

    name = "fake"

    def __init__(self, board: FakeBootloader, seed: int = 0) -> None:
        self.board = board
        self.chance = random.Random(seed)
        self.arrived = b""

    def up(self, data: bytes) -> bytes:
        """What reaches the board of what the host sent."""
        return data

    def down(self, reply: bytes) -> bytes:
        """What reaches the host of a reply."""
        return reply

    def write(self, data: bytes) -> None:
        """Give `data` to the board."""
        reply = self.board.receive(self.up(data))
        if reply:
            self.arrived += self.down(reply)

    def read(self, timeout_s: float) -> bytes:
        """What the board has said, without any waiting."""
        data, self.arrived = self.arrived, b""
        return data

    def close(self) -> None:
        """There is nothing to close."""


class UnpluggedLink(MemoryLink):
    """The cable is pulled after some messages."""

    def __init__(self, board: FakeBootloader, seed: int = 0) -> None:
        super().__init__(board, seed)
        self.left = self.chance.randrange(1, 30)

    def write(self, data: bytes) -> None:
        """Give `data` to the board, or part of it and no more."""
        self.left -= 1
        if self.left < 0:
            self.board.receive(data[: self.chance.randrange(len(data))])
            raise DeviceError("port fake: lost: unplugged", hint="check the cable")
        super().write(data)


@contextlib.contextmanager
def on_a_pty(board: FakeBootloader, *, unplug_after: int = 1 << 30) -> Iterator[str]:
    """The port of a board that is unplugged when it has received so many bytes."""
    import tty  # not on Windows

    master, slave = os.openpty()
    tty.setraw(slave)

    def serve() -> None:
        left = unplug_after
        with contextlib.suppress(OSError):
            while left > 0 and (data := os.read(master, 65_536)):
                left -= len(data)
                os.write(master, board.receive(data))
        os.close(master)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield os.ttyname(slave)
    os.close(slave)
    thread.join(5)
    assert not thread.is_alive()
