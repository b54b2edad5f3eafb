"""TCP connections that carry a serial port's bytes."""

from __future__ import annotations

import contextlib
import socket

from tinycnn.device.link import (
    READ_BYTES,
    UNREACHABLE,
    WRITE_TIMEOUT_S,
    hint_lost,
    lost,
    reason_of,
    took_nothing,
)
from tinycnn.errors import DeviceError, LinkLostError

__all__ = ["SocketLink"]

_CONNECT_TIMEOUT_S = 5.0


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
            text = f"port {self.name}: cannot connect: {reason_of(error)}"
            raise DeviceError(text, hint=UNREACHABLE) from error

    def write(self, data: bytes) -> None:
        """Send `data`; see `Link`."""
        try:
            self._socket.settimeout(WRITE_TIMEOUT_S)
            self._socket.sendall(data)
        except TimeoutError as error:
            raise took_nothing(self.name, WRITE_TIMEOUT_S) from error
        except OSError as error:
            raise lost(self.name, error) from error

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see `Link`."""
        try:
            self._socket.settimeout(max(timeout_s, 0.001))
            data = self._socket.recv(READ_BYTES)
        except TimeoutError:
            return b""
        except OSError as error:
            raise lost(self.name, error) from error
        if not data:
            text = f"port {self.name}: closed by the device"
            raise LinkLostError(text, hint_lost(self.name))
        return data

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError):
            self._socket.close()
