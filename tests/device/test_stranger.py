"""Other ends that are no device: each is named by its own bytes, none is flashed away.

A session of each stranger is played over TCP; two of them also over a terminal.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.device.fake_board import FakeBoard, Line, served
from tinycnn.device import Device, DeviceInfo
from tinycnn.device.opening import open_url
from tinycnn.device.stranger import explain_noise
from tinycnn.errors import DeviceTimeoutError, StrangerError

ECHO = "the line echoes what is sent: TX and RX are joined, or a terminal echoes"
SILENCE_S = 0.6


def say(*texts: bytes) -> Callable[[bytes], bytes]:
    """Answers each message with the next of `texts`, the last for ever."""
    left = list(texts)
    return lambda data: left.pop(0) if len(left) > 1 else left[0]


def type_back(data: bytes) -> bytes:
    """What a terminal in its usual mode echoes: control characters as two letters."""
    return b"".join(
        bytes([byte]) if byte >= 32 else b"^" + bytes([byte + 64]) for byte in data
    )


def ask(url: str) -> DeviceInfo:
    """What the device at `url` says of itself, soon."""
    with Device(open_url(url, 115_200), reply_timeout_s=SILENCE_S) as device:
        return device.info()


@contextmanager
def answering(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """The URL of who gives `answer` to each message."""

    def serve(line: Line, server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            while data := connection.recv(4096):
                connection.sendall(answer(data))

    with served(Line(FakeBoard()), serve) as url:
        yield url


STRANGERS: dict[str, tuple[Callable[[bytes], bytes], str, str]] = {
    "loopback": (bytes, ECHO, "check the wiring"),
    "terminal": (type_back, ECHO, "check the wiring"),
    "modem": (say(b"\r\nERROR\r\n"), "a modem answers there", "--port"),
    "modem that echoes": (lambda sent: sent + b"\r\nOK\r\n", "a modem answers", "--po"),
    "GPS": (
        say(b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n"),
        "a GPS receiver talks there",
        "--port",
    ),
    "MicroPython": (say(b"\r\n>>> "), "a Python prompt answers", "bootloader"),
    "ESP32 in its ROM": (
        say(b"ESP-ROM:esp32s3\r\nrst:0x1,boot:0x0 (DOWNLOAD(USB/UART0))\r\n"),
        "a bootloader waits there",
        "--no-reset",
    ),
    "U-Boot": (say(b"U-Boot 2024.01\r\n=> "), "a bootloader talks", "press reset"),
    "shell": (say(b"\r\nuart:~$ "), "a shell answers there", "--port"),
    "crash": (say(b"++ MbedOS Error Info ++\r\n"), "firmware crashes", "less RAM"),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_is_named(name: str) -> None:
    """With what to do, which is not to flash once more."""
    answer, what, hint = STRANGERS[name]
    with answering(answer) as url, pytest.raises(StrangerError) as caught:
        ask(url)

    assert str(caught.value).startswith(f"no reply from {url} within 0.6 s after HELLO")
    assert what in str(caught.value)
    assert hint in str(caught.value.hint)
    assert "again" not in str(caught.value.hint) or name == "crash"


@pytest.mark.parametrize(
    ("noise", "hint"),
    [
        (b"temperature 21.5\r\n", "other firmware runs there: tinycnn flash; it sent"),
        (b"\xf8\x00\xe0\xf8\x80\xfe\x1c", "another baud rate: give its own with --ba"),
    ],
)
def test_noise_is_told_apart(noise: bytes, hint: str) -> None:
    """Text is of other firmware, the rest of another baud rate."""
    with answering(say(noise)) as url, pytest.raises(DeviceTimeoutError) as caught:
        ask(url)

    assert "bytes that are no packet" in str(caught.value)
    assert hint in str(caught.value.hint)
    assert hint in explain_noise(noise)


def test_a_device_behind_an_echo_is_asked_as_usual() -> None:
    """As on a half-duplex line: what comes back of a request is no reply."""

    class Echo(Line):
        def up(self, data: bytes) -> bytes:
            self.sent = data
            return data

        def down(self, reply: bytes) -> Iterator[bytes]:
            yield self.sent + reply

    board = FakeBoard()
    with served(Echo(board)) as url, Device(open_url(url, 115_200)) as device:
        output = device.infer(bytes(100)).output

    assert output.tolist() == [1, 1, 1, 1, 1, 0, 0, 0]
    assert board.requests == [1, 2, 3]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
def test_a_terminal_that_echoes_is_named() -> None:
    """The other side of a pseudo terminal that nobody has made raw."""
    master, slave = os.openpty()
    name = os.ttyname(slave)
    link = open_url(name, 115_200)  # makes this side raw; the master's is read below

    def type_all() -> None:
        with contextlib.suppress(OSError):  # the other side is gone
            while data := os.read(master, 4096):
                os.write(master, type_back(data))

    typist = threading.Thread(target=type_all, daemon=True)
    typist.start()
    with (
        pytest.raises(StrangerError, match="echoes what is sent"),
        Device(link, reply_timeout_s=SILENCE_S) as device,
    ):
        device.info()

    os.close(slave)
    typist.join(5)
    os.close(master)


def test_a_board_that_boots_for_four_seconds_is_found() -> None:
    """It is asked twice a second: what was sent before is lost."""
    started = time.monotonic()

    class Boot(Line):
        def up(self, data: bytes) -> bytes:
            return data if time.monotonic() > started + 4.0 else b""

    with served(Boot(FakeBoard())) as url, Device(open_url(url, 115_200)) as device:
        assert device.info().model == "m"
        resends = device.counters.resends

    assert time.monotonic() - started < 4.9
    assert resends in (8, 9)
