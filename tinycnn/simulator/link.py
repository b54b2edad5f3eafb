"""The other end of the board's serial link: one TCP client.

The link is as fast as the network; a client that sends faster than the firmware reads
is slowed down by the socket, as hardware flow control would.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable

__all__ = ["Link", "accept_client", "listen"]

_WATCH_INTERVAL_S = 0.5


class Link:
    """A connected client; `closed` becomes true when it has gone."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self.closed = False

    def receive(self, size: int, wait_s: float) -> bytes:
        """At most `size` bytes that have arrived, after waiting at most `wait_s`."""
        if self.closed or not select.select([self._connection], [], [], wait_s)[0]:
            return b""
        try:
            data = self._connection.recv(size)
        except ConnectionError:
            data = b""
        if not data:  # never false again: `watch` may have seen the end meanwhile
            self.closed = True
        return data

    def send(self, data: bytes) -> None:
        """Send all of `data`, or nothing when the client has gone."""
        try:
            self._connection.sendall(data)
        except ConnectionError:
            self.closed = True

    def watch(self, on_close: Callable[[], None]) -> None:
        """Call `on_close` when the client goes, even if nobody receives any more."""

        def watch() -> None:
            while not self.closed:
                time.sleep(_WATCH_INTERVAL_S)
                self.closed = self.closed or self._has_ended()
            on_close()

        threading.Thread(target=watch, daemon=True).start()

    def _has_ended(self) -> bool:
        try:
            if not select.select([self._connection], [], [], 0)[0]:
                return False
            return not self._connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on `host` and `port`; port 0 lets the system choose."""
    return socket.create_server((host, port), backlog=1)


def accept_client(server: socket.socket, timeout_s: float | None) -> Link:
    """The next client.

    Args:
        server: Where it connects.
        timeout_s: How long to wait; None: for ever.

    Raises:
        TimeoutError: If none has come in time.
    """
    server.settimeout(timeout_s)
    try:
        connection, _ = server.accept()
    except TimeoutError as error:
        raise TimeoutError(f"no client within {timeout_s:g} s") from error
    connection.settimeout(None)
    return Link(connection)
