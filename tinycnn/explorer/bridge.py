"""A board's link for one page at a time: who opened it last has it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tinycnn.device import Link

__all__ = ["Bridge"]

WAIT_S = 5.0  # that a page is kept waiting for bytes
_SLICE_S = 1.0  # of it: so long may who ends a board have to wait


class Bridge:
    """One board, started anew for each page that opens it.

    Args:
        open_board: Starts it.
    """

    def __init__(self, open_board: Callable[[], Link]) -> None:
        self._open_board = open_board
        self._lock = threading.Lock()
        self._reading = threading.Lock()  # a link is not closed under a reader's feet
        self._link: Link | None = None
        self._number = 0

    def open(self) -> int:
        """Start the board; the number by which it is read and written, from 1.

        Raises:
            DeviceError: If it does not start.
        """
        self.close()
        with self._lock:
            self._link = self._open_board()
            self._number += 1
            return self._number

    def write(self, number: int, data: bytes) -> None:
        """Send `data`.

        Raises:
            KeyError: If the board with that number is closed.
            DeviceError: If it is gone, or takes no more bytes.
        """
        self._find(number).write(data)

    def read(self, number: int) -> bytes:
        """What has arrived; empty if nothing has for a while.

        Raises:
            KeyError: If the board with that number is closed.
            DeviceError: If it is gone.
        """
        end = time.monotonic() + WAIT_S
        while True:
            with self._reading:
                data = self._find(number).read(_SLICE_S)
            if data or time.monotonic() > end:
                return data

    def close(self) -> None:
        """End the board, if one is open."""
        with self._lock:
            link, self._link = self._link, None
        if link is not None:
            with self._reading:
                link.close()

    def _find(self, number: int) -> Link:
        with self._lock:
            if self._link is None or number != self._number:
                raise KeyError(number)
            return self._link
