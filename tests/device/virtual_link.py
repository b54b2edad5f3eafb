"""A link to a fake board on which time passes only while somebody waits.

Waits of minutes take no time, and the same seed gives the same run.
"""

from __future__ import annotations

from collections import deque

from tests.device.fake_board import Line, StopServing
from tinycnn.device.device import Device
from tinycnn.errors import DeviceError

__all__ = ["VirtualLink", "open_virtual"]

_DELAY_S = 0.001


class VirtualLink:
    """What the board behind `line` answers, when its time has come."""

    name = "virtual://board"

    def __init__(self, line: Line) -> None:
        self.now = 0.0
        self._line, line.pause = line, self._pause
        self._arriving: deque[tuple[float, bytes]] = deque()
        self._latest = 0.0  # when what was sent last arrives
        self._is_closed = False

    def clock(self) -> float:
        """The time here."""
        return self.now

    def write(self, data: bytes) -> None:
        """Send `data`; see `Link`."""
        self._latest = max(self._latest, self.now + _DELAY_S)
        try:
            for piece in self._line.carry(data):
                self._arriving.append((self._latest, piece))
        except StopServing:
            self._is_closed = True

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see `Link`."""
        if self._arriving and self._arriving[0][0] <= self.now + timeout_s:
            self.now = max(self.now, self._arriving[0][0])
            data = b""
            while self._arriving and self._arriving[0][0] <= self.now:
                data += self._arriving.popleft()[1]
            return data
        if self._is_closed:
            raise DeviceError(f"port {self.name}: closed by the device", "plug it in")
        self.now += timeout_s
        return b""

    def close(self) -> None:
        """Let the board go."""

    def _pause(self, seconds: float) -> None:
        """Let what is sent after this arrive so much later."""
        self._latest += seconds


def open_virtual(line: Line, *, reply_timeout_s: float = 3.0) -> Device:
    """The device behind `line`, in virtual time."""
    link = VirtualLink(line)
    return Device(link, reply_timeout_s=reply_timeout_s, clock=link.clock)
