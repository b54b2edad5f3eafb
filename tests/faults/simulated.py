"""The simulated board behind a line: its resets, its hanging, its end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.device.fake_board import FakeBoard
from tinycnn.device.packets import DELIMITER

__all__ = ["SimulatedBoard", "Simulator", "run_simulator"]

_TIMEOUT_S = 60.0


class Simulator:
    """A running simulator, whose board is reset whenever its client leaves."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self.port = port
        self._alarm: threading.Timer | None = None

    def hang(self, seconds: float) -> None:
        """Stop it, and let it go on later."""
        self._process.send_signal(signal.SIGSTOP)
        self._alarm = threading.Timer(seconds, self._go_on)
        self._alarm.daemon = True
        self._alarm.start()

    def wake(self) -> None:
        """Let it go on now."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm.join()
        self._go_on()

    def _go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def run_simulator(elf: Path) -> Iterator[Simulator]:
    """A simulator that runs the firmware image `elf`."""
    command = [sys.executable, "-m", "tinycnn.simulator", os.fspath(elf), "--stay"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().split()[-1]
            yield Simulator(process, urlsplit(url).port or 0)
        finally:
            process.kill()


class SimulatedBoard(FakeBoard):
    """What a line leads to where the simulator answers instead of Python."""

    simulator: Simulator
    _connection: socket.socket | None = None

    @classmethod
    def of(cls, simulator: Simulator) -> SimulatedBoard:
        """The board of a simulator, just reset."""
        board = cls()
        board.simulator = simulator
        board.reset()
        return board

    def reset(self) -> None:
        """Press its button."""
        super().reset()
        self.leave()
        if not hasattr(self, "simulator"):
            return
        self.simulator.wake()
        address = "127.0.0.1", self.simulator.port
        self._connection = socket.create_connection(address, _TIMEOUT_S)
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._half = b""
        self.source = self._connection.fileno()

    def leave(self) -> None:
        """Let another have it."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self.source = None, None

    def receive(self, data: bytes) -> Iterator[bytes]:
        """Send `data`; the replies that have arrived meanwhile."""
        if self._connection is None:
            return
        with contextlib.suppress(BlockingIOError):
            if data:
                self._connection.settimeout(_TIMEOUT_S)
                self._connection.sendall(data)
            self._connection.setblocking(False)
            arrived = self._connection.recv(65_536)
            if not arrived:
                raise ConnectionError("the simulator has ended")
            self._half += arrived
        *replies, self._half = self._half.split(DELIMITER)
        for reply in replies:
            yield reply + DELIMITER
