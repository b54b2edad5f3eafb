"""Links to a program that was started for it: on its pipes, or where it listens.

When the program goes away, the error is its own last word.
"""

from __future__ import annotations

import queue
import threading

from tinycnn.device.child import Child
from tinycnn.device.link import READ_BYTES
from tinycnn.device.socket_link import SocketLink
from tinycnn.errors import DeviceError, DeviceTimeoutError

__all__ = ["ChildSocketLink", "PipeLink"]

_READER_GRACE_S = 2.0


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
                data = self._child.stdout.read(READ_BYTES) or b""
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

    def pass_time(self, seconds: float) -> None:
        """Let simulated time pass; see `SimulatedTime`."""
        try:
            self._child.stdin.write(f"pass {seconds!r}\n".encode())
        except (OSError, ValueError) as error:
            raise self._child.obituary() from error

    def close(self) -> None:
        """Close the connection and end the program."""
        self._connection.close()
        self._child.close()
