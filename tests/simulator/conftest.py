"""Firmware for the simulated board, and the simulator as a program."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tinycnn.boards import Board, load_board
from tinycnn.firmware import FirmwareProject, build_image

SKETCHES = Path(__file__).parent / "sketches"
TIMEOUT_S = 60


def simulator_command(elf: Path, *options: str) -> list[str]:
    """The simulator as a program that runs `elf`."""
    return [sys.executable, "-m", "tinycnn.simulator", str(elf), *options]


class RunningBoard:
    """A running simulator and the client of its serial link."""

    def __init__(self, elf: Path, *options: str) -> None:
        command = simulator_command(elf, *options)
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)
        address = self.process.stdout.readline().strip()
        port = int(address.rpartition(":")[2])
        self.link = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes, size: int) -> bytes:
        """Send `request`, receive `size` bytes or what comes before the end."""
        self.link.sendall(request)
        reply = b""
        while len(reply) < size and (data := self.link.recv(size - len(reply))):
            reply += data
        return reply

    def end(self) -> tuple[int, str]:
        """Exit code and standard error, once the simulator has ended."""
        error = self.process.communicate(timeout=TIMEOUT_S)[1]
        return self.process.returncode, error


@contextmanager
def run_board(elf: Path, *options: str) -> Iterator[RunningBoard]:
    """The simulator running `elf`, killed in the end if it still runs."""
    board = RunningBoard(elf, *options)
    try:
        yield board
    finally:
        board.link.close()
        board.process.kill()
        board.process.communicate()


@pytest.fixture(scope="session")
def build_sketch(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Builds a sketch of the folder `sketches`, by default for the Nano; the file."""
    folder = tmp_path_factory.mktemp("images")

    def build(name: str, board: Board | None = None) -> Path:
        board = board or load_board("nano33ble")
        project = FirmwareProject(name, SKETCHES, (f"{name}.ino",))
        output = folder / f"{name}-{board.name}.elf"
        if not output.exists():
            build_image(project, board, output=output)
        return output

    return build


@pytest.fixture(scope="session")
def faults(build_sketch: Callable[..., Path]) -> Path:
    """Firmware that does whatever wrong thing it is asked for."""
    return build_sketch("faults")
