"""The Arduino Nano 33 BLE's bootloader: an image in, the same image in flash, proven.

It speaks SAM-BA with Arduino's extensions over its USB serial port. A command is a
letter, hexadecimal arguments and `#`; what it does is what the published binaries do:

    N#                 nothing; replies LF CR
    V#, I#             reply version or chip as text, LF CR and two stray bytes
    S<at>,<size>#      takes that many raw bytes into its buffer; no reply
    Y<at>,0#           the next copy begins there in the buffer; replies Y LF CR
    Y<to>,<size>#      erases whole pages of flash, copies, replies Y LF CR: even if
                       nothing was written
    Z<from>,<size>#    replies Z<CRC># LF CR: the CRC-16/XMODEM of 4,096 bytes of flash
                       at most
    K#                 resets; no reply

Addresses count from the application. Other commands are ignored, reading (`R`) and
erasing (`X`, only acknowledged) among them, so the CRC is the one proof of a write, and
`#` ends whatever was sent by half. The first page is emptied first and written last: a
board without it comes up in its bootloader, so an upload that breaks off can be
repeated without a finger on the button.
"""

from __future__ import annotations

import re
from binascii import crc_hqx
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from tinycnn.device.deadline import Deadline
from tinycnn.device.link import Link
from tinycnn.device.payloads import printable
from tinycnn.device.stranger import recognize
from tinycnn.errors import (
    DeviceError,
    DeviceTimeoutError,
    ProtocolError,
    StrangerError,
)

__all__ = ["PAGE_BYTES", "Bootloader"]

PAGE_BYTES = 4_096

_ERASED = b"\xff"
_BUFFER = 0x34  # where in its buffer Arduino's own tool puts a page
_CHIP = "nRF52840-QIAA"
_NEEDED = frozenset("KYZ")
_TRIES = 5
_REPLY_TIMEOUT_S = 1.0  # a page takes 0.15 s
_QUIET_S = 0.1

_EMPTY = re.compile(rb"\n\r")
_TEXT = re.compile(rb"([ -~]*)\n\r")
_COPIED = re.compile(rb"Y\n\r")
_CRC = re.compile(rb"Z([0-9A-F]{8})#\n\r")

_DOUBLE_TAP = "press the board's reset button twice, quickly, and try again"
_Result = TypeVar("_Result")


class Bootloader:
    """A bootloader at the other end of a link, which the caller closes.

    Attributes:
        retries: What had to be done again so far.
    """

    def __init__(
        self, link: Link, *, reply_timeout_s: float = _REPLY_TIMEOUT_S
    ) -> None:
        self.retries = 0
        self._link = link
        self._reply_timeout_s = reply_timeout_s

    def connect(self) -> str:
        """Its version, once it has proven to be the Nano's.

        Raises:
            DeviceTimeoutError: If nothing answers.
            DeviceError: If something else answers, or the link is dead.
        """
        self._persist(partial(self._ask, b"#N#", _EMPTY))
        version = self._persist(partial(self._read, b"V#"))
        found = self._persist(partial(self._read, b"I#"))
        name = f"port {self._link.name}"
        if found != _CHIP:
            text = f"{name}: expected the bootloader of an {_CHIP}, got {found!r}"
            hint = "this is another kind of board: give the right one with --port"
            raise DeviceError(text, hint=hint)
        if not set(version.partition("[Arduino:")[2]) >= _NEEDED:
            text = f"{name}: bootloader {version!r} cannot prove a write"
            raise DeviceError(text, hint="upload with arduino-cli")
        return version

    def write(self, image: bytes, on_page: Callable[[int, int], None]) -> None:
        """Put `image` at the application's place in flash; the whole is verified.

        Args:
            image: What a linker makes of it, from its first address on.
            on_page: Told how many pages of how many are written.

        Raises:
            DeviceError: If a page cannot be written; says how many were.
        """
        size = -len(image) % PAGE_BYTES + len(image)
        pages = [
            (start, image[start : start + PAGE_BYTES].ljust(PAGE_BYTES, _ERASED))
            for start in range(0, size, PAGE_BYTES)
        ]
        order, done = [(0, _ERASED * PAGE_BYTES), *pages[1:], pages[0]], 0
        try:
            for _ in range(_TRIES):
                for done, page in enumerate(order):
                    self._persist(partial(self._write_page, *page))
                    on_page(done, len(pages))
                # A command of which a digit is lost hits pages that were right.
                order = [page for page in pages if not self._holds(*page)]
                if not order:
                    return
        except DeviceError as error:
            text = f"{error}; {max(done - 1, 0)} of {len(pages)} pages are written"
            hint = f"{error.hint}; the board comes up in its bootloader"
            raise type(error)(text, hint=hint) from error
        text = f"port {self._link.name}: pages change while others are written"
        raise ProtocolError(text, hint="try another cable")

    def start(self) -> None:
        """Reset the board, which starts what was written.

        Raises:
            DeviceError: If the link is dead.
        """
        self._link.write(b"K#")

    def _write_page(self, address: int, data: bytes) -> None:
        self._link.write(b"S%08X,%08X#%b" % (_BUFFER, PAGE_BYTES, data))
        self._ask(b"Y%08X,0#" % _BUFFER, _COPIED)
        self._ask(b"Y%08X,%08X#" % (address, PAGE_BYTES), _COPIED)
        expected, got = crc_hqx(data, 0), self._read_crc(address)
        if got != expected:
            text = f"port {self._link.name}: page at 0x{address:05x}: expected CRC "
            hint = "try another cable; the image may be too large for this bootloader"
            raise ProtocolError(f"{text}{expected:04x}, got {got:04x}", hint=hint)

    def _holds(self, address: int, data: bytes) -> bool:
        return self._persist(partial(self._read_crc, address)) == crc_hqx(data, 0)

    def _read_crc(self, address: int) -> int:
        return int(self._ask(b"Z%08X,%08X#" % (address, PAGE_BYTES), _CRC), 16)

    def _read(self, command: bytes) -> str:
        """The text that `command` asks for."""
        text = self._ask(command, _TEXT)
        self._drain()
        return text.decode()

    def _ask(self, command: bytes, reply: re.Pattern[bytes]) -> bytes:
        """What `reply` has in its brackets, or all of it."""
        self._link.write(command)
        deadline, got = Deadline(self._reply_timeout_s), b""
        while True:
            got += self._link.read(deadline.remaining())
            if match := reply.match(got):
                return match[match.lastindex or 0]
            if deadline.expired or got.endswith(b"\n\r"):
                raise self._no_reply(command, got)

    def _no_reply(self, command: bytes, got: bytes) -> DeviceError:
        text = f"port {self._link.name}: no bootloader's reply to {command.decode()}"
        if not got:
            within = f" within {self._reply_timeout_s:.1f} s"
            return DeviceTimeoutError(text + within, hint=_DOUBLE_TAP)
        if stranger := recognize(got, command):
            return StrangerError(f"{text}: {stranger.what}", hint=stranger.hint)
        return ProtocolError(f"{text}, got '{printable(got[:40])}'", hint=_DOUBLE_TAP)

    def _persist(self, action: Callable[[], _Result]) -> _Result:
        """The result of `action`, which is tried again after silence and nonsense."""
        for _ in range(_TRIES - 1):
            try:
                return action()
            except (DeviceTimeoutError, ProtocolError):
                self.retries += 1
                # Ends a page of which bytes were lost, or that another program left.
                self._link.write(b"#" * PAGE_BYTES)
                self._drain()
        return action()

    def _drain(self) -> None:
        """Read until the line is quiet."""
        deadline = Deadline(self._reply_timeout_s)
        while self._link.read(_QUIET_S) and not deadline.expired:
            pass
