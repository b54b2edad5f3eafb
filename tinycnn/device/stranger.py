"""Who is at the other end, where no device of ours answers: told by what it sends.

In go the bytes that were heard and the request that was sent, out comes a name in
words, with what to do. Nothing is named that its own bytes do not give away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tinycnn.device.packets import DELIMITER
from tinycnn.device.payloads import printable

__all__ = ["HEARD_BYTES", "Stranger", "explain_noise", "quote_crash", "recognize"]

# What is kept of the bytes that were heard: a prompt comes last.
HEARD_BYTES = 4_096

_SHOWN = 80
_TEXT_SHARE = 0.9  # of the bytes of a text are printable
_PRINTABLE = frozenset(range(0x20, 0x7F)) | frozenset(b"\t\r\n")

_ANOTHER_PORT = "choose the board's port with --port; tinycnn doctor lists them"
_ENTER_BOOTLOADER = (
    "start the board's bootloader (press reset twice), then tinycnn flash"
)

_CRASH = rb"Guru Meditation|HARD ?FAULT|Hard ?Fault|ZEPHYR FATAL ERROR|MbedOS Error"

# The first that is found counts: what answers may echo, too.
_TALKS = (
    (
        rb"m-timestamp-mode-|m-init-done|e-\[Unknown command",
        "firmware answers there that speaks the text of MLPerf Tiny's runner",
        "tinycnn validate and profile speak it with --dialect mlperf",
    ),
    (
        rb">>> |MicroPython|CircuitPython",
        "a Python prompt answers: MicroPython or CircuitPython runs there",
        _ENTER_BOOTLOADER,
    ),
    (rb"\$[A-Z]{5},[^\r\n]*", "a GPS receiver talks there (NMEA)", _ANOTHER_PORT),
    (
        rb"(?<![^\r\n])(?:OK|ERROR|\+CM[ES] ERROR:[^\r\n]*)\r",
        "a modem answers there (AT commands)",
        _ANOTHER_PORT,
    ),
    (
        rb"waiting for download|DOWNLOAD\(",
        "a bootloader waits there: the chip was reset into download mode",
        "press reset; where it comes back: --no-reset leaves DTR and RTS alone",
    ),
    (
        _CRASH,
        "its firmware crashes",
        "build and flash again; a model that needs less RAM may help",
    ),
    (
        rb"U-Boot|autoboot|[Bb]oot ?loader|MCUboot",
        "a bootloader talks there",
        "let it start the firmware: press reset; or run tinycnn flash",
    ),
    (
        rb"uart:~\$|[Ll]ogin:|[Pp]assword:|(?:nsh|esp32|sh)> ?$",
        "a shell answers there",
        "choose another --port, or flash tinycnn's firmware",
    ),
)
_CARETS = re.compile(rb"(?:\^[@-_]){3}")  # how a terminal echoes control characters


@dataclass(frozen=True, slots=True)
class Stranger:
    """What is at the other end instead of a device.

    Attributes:
        what: It is or does, in words.
        hint: What to do about it.
    """

    what: str
    hint: str


def recognize(heard: bytes, sent: bytes, past: bytes = b"") -> Stranger | None:
    r"""Who said `heard` to the request `sent`; None where that cannot be told.

    Firmware that crashed may have said so before, in `past`.

    >>> recognize(b"\r\nERROR\r\n", b"\2\1\0").what
    'a modem answers there (AT commands)'
    """
    for pattern, what, hint in _TALKS:
        if pattern == _CRASH and (said := quote_crash(past + heard)):
            return Stranger(f"{what}: {said}", hint)
        if re.search(pattern, heard):
            return Stranger(what, hint)
    if sent.strip(DELIMITER) in heard or _CARETS.search(heard):
        what = (
            "the line echoes what is sent: TX and RX are joined, or a terminal echoes"
        )
        return Stranger(what, "check the wiring, and that the port is the board's")
    return None


def quote_crash(heard: bytes) -> str:
    r"""What firmware says as it crashes, on one line; empty where it does not.

    >>> quote_crash(b"ok\0\r\n++ MbedOS Error Info ++\r\nError Status: 0x80\r\n")
    '++ MbedOS Error Info ++ Error Status: 0x80'
    """
    found = re.search(_CRASH, heard)
    if found is None:
        return ""
    start = max(heard.rfind(end, 0, found.start()) for end in (b"\n", DELIMITER)) + 1
    text = heard[start:].partition(DELIMITER)[0]
    return printable(b" ".join(text.split())[:_SHOWN])


def explain_noise(heard: bytes) -> str:
    """What to do about a device that sends `heard`, which is no packet."""
    shown = f"it sent: {printable(heard[:_SHOWN])}"
    if sum(byte in _PRINTABLE for byte in heard) >= _TEXT_SHARE * len(heard):
        return f"other firmware runs there: tinycnn flash; {shown}"
    return f"it may run at another baud rate: give its own with --baud; {shown}"
