"""A board on a pty that is plugged in under a name, and pulled out again.

Between the pty and the board lies a line, which may damage what passes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.device.fake_board import FakeBoard, Line, StopServing
from tinycnn.device.deadline import Deadline
from tinycnn.device.packets import DELIMITER, Packet, PacketType

__all__ = ["Socket", "SteadyBoard"]

_TICK_S = 0.01
_ON_ITS_WAY_S = 0.02  # from one end of a pty to where it can be counted at the other
_WRITTEN_BYTES = 4_096  # at once, where the other side may not read


class SteadyBoard(FakeBoard):
    """Its answer follows from the image alone: each byte plus 1, then zeros."""

    def work(self, packet: Packet) -> bytes:
        """As any, without the number of runs."""
        reply = super().work(packet)
        return reply[:-4] + bytes(4) if packet.type == PacketType.INFER else reply


class _Cord(Line):
    """A perfect line that comes out after some replies, at the next request."""

    def __init__(self, board: FakeBoard, replies: int | None) -> None:
        super().__init__(board)
        self._left = -1 if replies is None else replies

    def up(self, data: bytes) -> bytes:
        if self._left == 0:
            raise StopServing
        return data

    def down(self, reply: bytes) -> Iterator[bytes]:
        self._left -= 1
        yield reply


class Socket:
    """Where one board at a time is plugged in: a link at `path` leads to its port."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ports: list[str] = []
        self._end: Callable[[], None] = lambda: None

    def plug(
        self, board: FakeBoard, *, replies: int | None = None, name: Path | None = None
    ) -> None:
        """Plug a board in, which starts then.

        Args:
            board: Which.
            replies: After so many the next request pulls the cable; never without.
            name: Under another name than that of this socket.
        """
        board.reset()
        self.plug_line(_Cord(board, replies), name=name)

    def plug_line(self, line: Line, *, name: Path | None = None) -> None:
        """Plug in a board behind a line."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        self.ports.append(os.ttyname(slave))
        link = name or self.path
        link.unlink(missing_ok=True)
        link.symlink_to(self.ports[-1])
        ended = threading.Event()

        def run() -> None:
            with contextlib.suppress(OSError, StopServing):
                _relay(line, master, ended)
            deadline = Deadline(1.0)
            ended.wait(_ON_ITS_WAY_S)
            while _unread(slave) and not (ended.is_set() or deadline.expired):
                ended.wait(0.001)  # what was said before has arrived
            link.unlink(missing_ok=True)
            os.close(slave)
            os.close(master)

        thread = threading.Thread(target=run, daemon=True)

        def end() -> None:
            ended.set()
            thread.join(5)
            assert not thread.is_alive()

        self._end = end
        thread.start()

    def unplug(self) -> None:
        """Pull the cable out; the port's name is gone with it."""
        self._end()


def _unread(terminal: int) -> int:
    """Bytes that wait to be read there."""
    waiting = fcntl.ioctl(terminal, termios.FIONREAD, bytes(4))
    return int.from_bytes(waiting, sys.byteorder)


def _relay(line: Line, master: int, ended: threading.Event) -> None:
    """Move messages, whole ones, between a pty's `master` and the board on `line`."""

    def wait(seconds: float) -> None:
        if ended.wait(seconds):
            raise StopServing

    def write(data: bytes) -> None:
        while data:
            wait(0)
            if select.select([], [master], [], _TICK_S)[1]:
                data = data[os.write(master, data[:_WRITTEN_BYTES]) :]

    os.set_blocking(master, False)
    line.pause, line.master = wait, master
    half = b""
    while not ended.is_set():
        board = line.board.source
        sources = [master] if board is None else [master, board]
        ready = select.select(sources, [], [], _TICK_S)[0]
        if master in ready:
            whole, end, half = (half + os.read(master, 65_536)).rpartition(DELIMITER)
            for piece in line.carry(whole + end):
                write(piece)
        if board in ready:
            for reply in line.board.receive(b""):
                for piece in line.down(reply):
                    write(piece)
