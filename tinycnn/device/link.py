"""Byte streams to devices: serial ports, TCP connections, programs on pipes.

All have the same four members (`Link`). Every failure of the operating system becomes
one `DeviceError` that names the port and what to do; a port that takes no more bytes is
a `DeviceTimeoutError`. Bytes may be lost or damaged on the way: that is the protocol's
business, not a link's.
"""

from __future__ import annotations

import contextlib
import errno
import queue
import socket
import threading
from typing import Any, Protocol
from urllib.parse import urlsplit

import serial
from serial.tools.list_ports import comports

from tinycnn.device.child import Child
from tinycnn.device.deadline import Deadline
from tinycnn.device.processes import port_users
from tinycnn.errors import DeviceError, DeviceTimeoutError

try:
    from termios import error as _TermiosError
except ImportError:  # Windows has no termios

    class _TermiosError(Exception):  # type: ignore[no-redef]
        """Never raised where there is no termios."""


__all__ = [
    "ChildSocketLink",
    "Link",
    "PipeLink",
    "SerialLink",
    "SocketLink",
    "open_url",
    "touch_1200bps",
]

_READ_BYTES = 65_536
_WRITE_TIMEOUT_S = 2.0
_CONNECT_TIMEOUT_S = 5.0
_SERIAL_TICK_S = 0.02
_TOUCH_BAUD = 1_200
_READER_GRACE_S = 2.0
_UNPLUGGED = "check the cable and the board's power, then run the command again"

# What pyserial lets through when a port fails; termios.error is not an OSError.
_PORT_ERRORS = (OSError, ValueError, _TermiosError)


class Link(Protocol):
    """A byte stream to a device."""

    @property
    def name(self) -> str:
        """What to call the link in messages."""

    def write(self, data: bytes) -> None:
        """Send `data`.

        Raises:
            DeviceTimeoutError: If the device takes no more bytes.
            DeviceError: If the link is dead.
        """

    def read(self, timeout_s: float) -> bytes:
        """What has arrived, waiting at most `timeout_s` for it; empty if nothing.

        Raises:
            DeviceError: If the link is dead.
        """

    def close(self) -> None:
        """Let the device go; never raises."""


def open_url(url: str, baud: int) -> Link:
    """The link that `url` names: a TCP connection for socket://, else a serial port.

    Raises:
        DeviceError: If it cannot be opened.
    """
    if not url.startswith("socket://"):
        return SerialLink(url, baud)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port:
        text = f"port {url}: expected socket://HOST:PORT"
        raise DeviceError(text, hint="for example socket://127.0.0.1:4000")
    return SocketLink(host, port)


def touch_1200bps(url: str) -> None:
    """Ask the board on a port for its bootloader: open it at 1200 bit/s, hang up.

    Raises:
        DeviceError: If the port cannot be opened.
    """
    link = SerialLink(url, _TOUCH_BAUD)
    link.hang_up()
    link.close()


class SerialLink:
    """A serial port by any URL that pyserial knows.

    Args:
        url: Such as /dev/ttyACM0, COM3, rfc2217://HOST:PORT.
        baud: Bits per second; USB ports ignore it.

    Raises:
        DeviceError: If the port cannot be opened.
    """

    def __init__(self, url: str, baud: int) -> None:
        self.name = url
        try:
            # pyserial raises DTR, which a USB board needs before it talks.
            self._port: Any = serial.serial_for_url(
                url,
                baudrate=baud,
                timeout=_SERIAL_TICK_S,
                write_timeout=_WRITE_TIMEOUT_S,
                exclusive=True,
            )
        except _PORT_ERRORS as error:
            raise _cannot_open(url, error) from error

    def write(self, data: bytes) -> None:
        """Send `data`; see `Link`."""
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise _not_taken(self.name) from error
        except _PORT_ERRORS as error:
            raise _lost(self.name, error) from error

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see `Link`."""
        deadline = Deadline(timeout_s)
        try:
            while True:
                # The port's own timeout stays as it is: setting it costs system calls.
                data = self._port.read(1)
                if data:
                    return bytes(data + self._port.read(self._port.in_waiting))
                if deadline.expired:
                    return b""
        except _PORT_ERRORS as error:
            raise _lost(self.name, error) from error

    def hang_up(self) -> None:
        """Drop DTR, where there is one."""
        with contextlib.suppress(*_PORT_ERRORS):
            self._port.dtr = False

    def close(self) -> None:
        """Let the port go."""
        with contextlib.suppress(*_PORT_ERRORS):
            self._port.close()


class SocketLink:
    """A TCP connection that carries a serial port's bytes.

    pyserial has one too, which reads byte by byte and leaves Nagle's algorithm on: an
    exchange would take 40 ms.

    Raises:
        DeviceError: If nothing listens there.
    """

    def __init__(self, host: str, port: int) -> None:
        self.name = f"socket://{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), _CONNECT_TIMEOUT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, OverflowError) as error:
            text = f"port {self.name}: cannot connect: {_reason(error)}"
            raise DeviceError(text, hint="start the server, check host") from error

    def write(self, data: bytes) -> None:
        """Send `data`; see `Link`."""
        try:
            self._socket.settimeout(_WRITE_TIMEOUT_S)
            self._socket.sendall(data)
        except TimeoutError as error:
            raise _not_taken(self.name) from error
        except OSError as error:
            raise _lost(self.name, error) from error

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see `Link`."""
        try:
            self._socket.settimeout(max(timeout_s, 0.001))
            data = self._socket.recv(_READ_BYTES)
        except TimeoutError:
            return b""
        except OSError as error:
            raise _lost(self.name, error) from error
        if not data:
            raise DeviceError(f"port {self.name}: closed by the device", _UNPLUGGED)
        return data

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError):
            self._socket.close()


class PipeLink:
    """A program that speaks the protocol on its standard input and output."""

    def __init__(self, child: Child) -> None:
        self.name = child.name
        self._child = child
        self._arrived: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._pump, daemon=True)
        self._reader.start()

    def write(self, data: bytes) -> None:
        """Send `data`; see `Link`."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._child.stdin.write(rest) :]
        except (OSError, ValueError) as error:
            raise self._child.obituary() from error

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see `Link`."""
        try:
            data = self._arrived.get(timeout=timeout_s)
        except queue.Empty:
            return b""
        if not data:
            self._arrived.put(b"")
            raise self._child.obituary()
        return data

    def close(self) -> None:
        """End the program."""
        self._child.end()
        # A pipe closed under a reader's feet would let it read the next file that gets
        # the same number.
        self._reader.join(_READER_GRACE_S)
        if not self._reader.is_alive():
            self._child.close()

    def _pump(self) -> None:
        """Move what the program says to the queue; an empty item is its end."""
        data = b"-"
        while data:
            try:
                data = self._child.stdout.read(_READ_BYTES) or b""
            except (OSError, ValueError):
                data = b""
            self._arrived.put(data)


class ChildSocketLink:
    """A TCP connection to a program that was started for it and dies with it."""

    def __init__(self, child: Child, connection: SocketLink) -> None:
        self.name = child.name
        self._child = child
        self._connection = connection

    def write(self, data: bytes) -> None:
        """Send `data`; see `Link`."""
        try:
            self._connection.write(data)
        except DeviceTimeoutError:
            raise
        except DeviceError as error:
            raise self._child.obituary() from error

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see `Link`."""
        try:
            return self._connection.read(timeout_s)
        except DeviceError as error:
            raise self._child.obituary() from error

    def close(self) -> None:
        """Close the connection and end the program."""
        self._connection.close()
        self._child.close()


def _not_taken(name: str) -> DeviceTimeoutError:
    text = f"port {name}: took no bytes for {_WRITE_TIMEOUT_S} s"
    return DeviceTimeoutError(text, hint="press reset on the board")


def _lost(name: str, error: Exception) -> DeviceError:
    return DeviceError(f"port {name}: lost: {_reason(error)}", hint=_UNPLUGGED)


def _reason(error: Exception) -> str:
    """The operating system's words, on one line."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else error
    return " ".join(str(text).split()) or type(error).__name__


def _cannot_open(url: str, error: Exception) -> DeviceError:
    number = getattr(error, "errno", None)
    text = str(error)
    if number == errno.ENOENT or "FileNotFoundError" in text:
        return DeviceError(f"port {url}: not found", hint=_ports_hint())
    if number == errno.EACCES or "PermissionError" in text:
        hint = (
            "close other programs that use the port; on Linux join its group (sudo "
            "usermod -aG dialout $USER) and log in again; see tinycnn doctor"
        )
        return DeviceError(f"port {url}: permission denied", hint=hint)
    if number in (errno.EBUSY, errno.EAGAIN):
        users = " and ".join(port_users(url))
        hint = "close the program that uses it, such as a serial monitor"
        return DeviceError(f"port {url}: busy{users and f', used by {users}'}", hint)
    if number == errno.EISDIR or "Could not configure port" in text:
        return DeviceError(f"port {url}: not a serial port", hint=_ports_hint())
    return DeviceError(f"port {url}: cannot open: {_reason(error)}", hint=_ports_hint())


def _ports_hint() -> str:
    found = ", ".join(sorted(port.device for port in comports()))
    return f"serial ports here: {found}" if found else "no serial port found here"
