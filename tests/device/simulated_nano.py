"""A Nano 33 BLE on the USB: its serial port, its resets, its two lives.

While it runs, a `FakeBoard` answers on a pseudo terminal. Opened at 1200 bit/s and
closed again it restarts as its bootloader, on another port; reset there it starts what
is in its flash, of which bytes 8 to 40 are the hash of the model.
"""

from __future__ import annotations

import contextlib
import os
import select
import struct
import termios
import threading
import tty
from typing import Any

from tests.device.fake_board import FakeBoard
from tests.device.fake_bootloader import FakeBootloader
from tinycnn.device.ports import DetectedPort

SERIAL = "5A1F0D2C3B4E6F70"


def make_image(sha256: bytes, size: int = 9_000) -> bytes:
    """A program for the Nano that says it runs the model with that hash."""
    vectors = struct.pack("<II", 0x20040000, 0x10101)
    return (vectors + sha256).ljust(size, b"\x55")


def plug_in() -> tuple[int, str]:
    """A new pseudo terminal: the board's end of it, and the name of its port."""
    master, slave = os.openpty()
    tty.setraw(slave)
    name = os.ttyname(slave)
    os.close(slave)
    return master, name


class SimulatedNano:
    """A board that is connected; a context manager, which disconnects it.

    Attributes:
        lives: The modes that it has been in.
        touchable: Whether the application obeys the touch at 1200 bit/s.
        crashes: Whether the application dies before it is seen on the USB.
        unplug_after: Bytes that the bootloader receives before power is lost.
    """

    def __init__(self, image: bytes, *, mode: str = "application") -> None:
        self.bootloader = FakeBootloader()
        self.bootloader.flash[: len(image)] = image
        self.lives = [mode]
        self.touchable = True
        self.crashes = False
        self.unplug_after = 1 << 30
        self._master, port = plug_in()
        self._listed: str | None = port  # None while it restarts
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self) -> SimulatedNano:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5)
        assert not self._thread.is_alive()

    def ports(self) -> tuple[DetectedPort, ...]:
        """What the system lists: this board, if it is not restarting."""
        mode: Any = self.lives[-1]
        device = self._listed
        if device is None:
            return ()
        pid, zeros = (0x805A, "") if mode == "application" else (0x005A, "0" * 16)
        number = zeros + SERIAL
        port = DetectedPort(device, ("nano33ble",), mode, number, 0x2341, pid, "Nano")
        return (port,)

    def _live(self) -> None:
        while not self._stop.is_set():
            if self.lives[-1] == "application":
                self._run_application()
                mode = "bootloader"
            else:
                self._run_bootloader()
                mode = "application" if self.bootloader.starts else "bootloader"
            self._listed, old = None, self._master
            self._master, port = plug_in()
            os.close(old)
            self._stop.wait(3600 if self.crashes and mode == "application" else 0.05)
            self.lives.append(mode)
            self._listed = port
        os.close(self._master)

    def _run_application(self) -> None:
        """Answer, until the touch."""
        board = FakeBoard(sha256=bytes(self.bootloader.flash[8:40]))
        is_armed = False
        while not self._stop.is_set():
            data = self._receive()
            speed = termios.tcgetattr(self._master)[4]
            is_armed = is_armed or speed == termios.B1200
            if is_armed and data is None and self.touchable:
                return
            for reply in board.receive(data or b""):
                os.write(self._master, reply)

    def _run_bootloader(self) -> None:
        """Answer, until a reset."""
        resets = self.bootloader.resets
        self.bootloader.taking, self.bootloader.command = [], b""
        while not self._stop.is_set() and self.bootloader.resets == resets:
            data = self._receive()
            if data is None:
                continue
            if self.unplug_after < len(data):
                self.unplug_after = 1 << 30
                return
            self.unplug_after -= len(data)
            os.write(self._master, self.bootloader.receive(data))

    def _receive(self) -> bytes | None:
        """What arrives within a moment; None while nobody has the port open."""
        if not select.select([self._master], [], [], 0.01)[0]:
            return b""
        with contextlib.suppress(OSError):
            return os.read(self._master, 65_536)
        self._stop.wait(0.01)
        return None
