"""A fake board on a pty that is plugged in under a name, and pulled out again."""

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
from collections.abc import Callable
from pathlib import Path

from tests.device.fake_board import FakeBoard, messages_of
from tinycnn.device.deadline import Deadline
from tinycnn.device.packets import Packet, PacketType

__all__ = ["Socket", "SteadyBoard"]


def _unread(terminal: int) -> int:
    """Bytes that wait to be read there."""
    waiting = fcntl.ioctl(terminal, termios.FIONREAD, bytes(4))
    return int.from_bytes(waiting, sys.byteorder)


class SteadyBoard(FakeBoard):
    """Its answer follows from the image alone: each byte plus 1, then zeros."""

    def work(self, packet: Packet) -> bytes:
        """As any, without the number of runs."""
        reply = super().work(packet)
        return reply[:-4] + bytes(4) if packet.type == PacketType.INFER else reply


class Socket:
    """Where one board at a time is plugged in: a link at `path` leads to its port."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ports: list[str] = []
        self._end: Callable[[], None] = lambda: None

    def plug(
        self, board: FakeBoard, *, replies: int | None = None, name: Path | None = None
    ) -> None:
        """Plug a board in.

        Args:
            board: Which.
            replies: After so many the next request pulls the cable; never without.
            name: Under another name than that of this socket.
        """
        board.reset()
        master, slave = pty.openpty()
        tty.setraw(slave)
        self.ports.append(os.ttyname(slave))
        link = name or self.path
        link.unlink(missing_ok=True)
        link.symlink_to(self.ports[-1])
        ended = threading.Event()

        def work() -> None:
            left = -1 if replies is None else replies
            waiting: list[bytes] = []
            while not ended.is_set() and not (left == 0 and waiting):
                if waiting:
                    for reply in board.receive(waiting.pop(0)):
                        os.write(master, reply)
                        left -= 1
                elif select.select([master], [], [], 0.01)[0]:
                    waiting = messages_of(os.read(master, 65536))
            deadline = Deadline(1.0)
            while _unread(slave) and not (ended.is_set() or deadline.expired):
                ended.wait(0.001)  # what was said before has arrived
            link.unlink(missing_ok=True)
            os.close(slave)
            os.close(master)

        def run() -> None:
            with contextlib.suppress(OSError):
                work()

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
