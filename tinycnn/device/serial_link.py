"""Serial ports, by any URL that pyserial knows."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import Any

import serial
from serial.tools.list_ports import comports

from tinycnn.device.deadline import Deadline
from tinycnn.device.link import (
    UNREACHABLE,
    WRITE_TIMEOUT_S,
    is_remote,
    lost,
    reason_of,
    took_nothing,
)
from tinycnn.device.processes import port_users
from tinycnn.errors import DeviceError

try:
    from termios import error as _TermiosError
except ImportError:  # Windows has no termios

    class _TermiosError(Exception):  # type: ignore[no-redef]
        """Never raised where there is no termios."""


__all__ = ["SerialLink", "touch_1200bps"]

_TICK_S = 0.02
_TOUCH_BAUD = 1_200

# What pyserial lets through when a port fails; termios.error is not an OSError.
_PORT_ERRORS = (OSError, ValueError, _TermiosError)


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
        dtr: Whether DTR and RTS are raised, as a USB board needs before it talks.

    Raises:
        DeviceError: If the port cannot be opened.
    """

    def __init__(self, url: str, baud: int, *, dtr: bool = True) -> None:
        self.name = url
        try:
            self._port: Any = serial.serial_for_url(
                url,
                baudrate=baud,
                timeout=_TICK_S,
                write_timeout=None if _is_rfc2217(url) else WRITE_TIMEOUT_S,
                exclusive=True,
                do_not_open=True,
            )
            # Said before it is opened: on some boards a moment is enough for a reset.
            self._port.dtr = self._port.rts = dtr
            self._port.open()
        except _PORT_ERRORS as error:
            raise _cannot_open(url, error) from error

    def write(self, data: bytes) -> None:
        """Send `data`; see `Link`."""
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise took_nothing(self.name, WRITE_TIMEOUT_S) from error
        except _PORT_ERRORS as error:
            raise lost(self.name, error) from error

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see `Link`."""
        deadline = Deadline(timeout_s)
        try:
            while True:
                # The port's own timeout stays as it is: setting it costs system calls.
                data = self._read(1)
                if data:
                    return data + self._read(self._port.in_waiting)
                if deadline.expired:
                    return b""
        except _PORT_ERRORS as error:
            raise lost(self.name, error) from error

    def _read(self, size: int) -> bytes:
        """What has arrived of `size` bytes, after a moment."""
        try:
            return bytes(self._port.read(size))
        except serial.SerialException:
            # Bytes were there and are gone: either so is the port, which the next line
            # says, or another program was faster.
            self._port.in_waiting  # noqa: B018
            return b""

    def other_users(self) -> tuple[str, ...]:
        """The programs that have the port open but this one; see `SharedPort`."""
        if "://" in self.name:
            return ()
        mine = f"(process {os.getpid()})"
        users = port_users(self.name)
        return tuple(user for user in users if not user.endswith(mine))

    def hang_up(self) -> None:
        """Drop DTR, where there is one."""
        with contextlib.suppress(*_PORT_ERRORS):
            self._port.dtr = False

    def close(self) -> None:
        """Let the port go."""
        with contextlib.suppress(*_PORT_ERRORS):
            self._port.close()


def _is_rfc2217(url: str) -> bool:
    """Whether pyserial refuses a write timeout; its socket has one of its own."""
    return url.startswith("rfc2217://")


def _cannot_open(url: str, error: Exception) -> DeviceError:
    number = getattr(error, "errno", None)
    text = str(error)
    if is_remote(url):
        reason = reason_of(error).removeprefix(f"Could not open port {url}: ")
        return DeviceError(f"port {url}: cannot connect: {reason}", UNREACHABLE)
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
    reason = f"port {url}: cannot open: {reason_of(error)}"
    return DeviceError(reason, hint=_ports_hint())


def _ports_hint() -> str:
    found = ", ".join(sorted(port.device for port in comports()))
    return f"serial ports here: {found}" if found else "no serial port found here"
