"""Faults of programs: those that play the device, and those that flash it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.device.fake_board import FakeBoard, Line
from tests.device.pluggable import SteadyBoard
from tests.faults.scene import Scene
from tests.faults.table import TIMEOUT, list_port, row
from tinycnn.boards import load_board
from tinycnn.device.flash import Computer, Flashing, FlashJob
from tinycnn.device.upload import run_tool

__all__: list[str] = []

_NEW = b"\2" * 32
_FLASHED = "nucleo_f446re"  # by openocd
_TOOLS = {
    "fails": "echo no probe found >&2; exit 1",
    "hangs": "exec sleep 60",
    "talks": "head -c 30000000 /dev/zero | tr '\\0' x >&2; echo dead >&2; exit 2",
    "lies": "exit 0",
    "is missing": "",
}
_FAILED = r"^error: (openocd: (failed with exit code|not done|not found)|port .*expec)"


@row("F24", "ended", says=_FAILED)
def flash_with_a_broken_tool(scene: Scene) -> None:
    """The program that flashes fails, hangs, talks without end, lies or is missing."""
    scene.socket.plug_line(Line(scene.board))
    folder = scene.folder / "bin"
    folder.mkdir()
    scene.patch.setenv("PATH", str(folder))  # no real one is there
    _install(folder, _TOOLS[scene.pick(list(_TOOLS))])
    image = scene.folder / "demo.bin"
    image.write_bytes(bytes(64))
    job = FlashJob(load_board(_FLASHED), "openocd", image, _NEW.hex())
    port = replace(list_port(scene.port), boards=(_FLASHED,))
    computer = Computer(ports=lambda: (port,), run=partial(run_tool, timeout_s=0.5))

    def flash() -> None:
        flashing = Flashing(job, None, computer=computer)
        for _, action in flashing.steps:
            action()

    def mend() -> None:
        _install(folder, "exit 0")
        scene.board.sha256 = _NEW

    scene.run, scene.mend = flash, mend


def _install(folder: Path, program: str) -> None:
    """A tool in the way of the real one; none without a program."""
    tool = folder / "openocd"
    tool.unlink(missing_ok=True)
    if program:
        tool.write_text(f"#!/bin/sh\nPATH=/bin:/usr/bin\n{program}\n")
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)


# Moves bytes between its pipes and a board in this process; starts at once.
_HOST = """#!{python} -ISu
import os, select, socket
board = socket.create_connection(("127.0.0.1", {port}))
ends = {{0: board.fileno(), board.fileno(): 1}}
while True:
    for end in select.select(list(ends), [], [])[0]:
        data = os.read(end, 65536)
        if not data:
            raise SystemExit
        os.write(ends[end], data)
"""


@row("K", "ended", says=r": ended by SIGKILL", on="python and simulated")
def kill_the_program(scene: Scene) -> None:
    """The program that plays the device is killed."""
    _run_program(scene, signal.SIGKILL)


@row("S", "ended", says=TIMEOUT.replace(r"\S+", ".*"), on="python and simulated")
def stop_the_program(scene: Scene) -> None:
    """The program that plays the device is stopped."""
    scene.timeout_s /= 3
    _run_program(scene, signal.SIGSTOP)


def _run_program(scene: Scene, number: signal.Signals) -> None:
    """Validate on a program that gets a signal at some image."""
    if isinstance(scene.board, SteadyBoard):
        scene.device, scene.program = "host", scene.folder / "host"
        port = scene.stack.enter_context(_listening(scene.board))
        scene.program.write_text(_HOST.format(python=sys.executable, port=port))
        scene.program.chmod(0o755)
    else:
        scene.device = "sim"
    at, known = scene.chance.randrange(1, scene.bench.images - 4), _list_children()

    def strike(done: int) -> None:
        if done == at:
            for child in _list_children() - known:
                os.kill(child, number)

    def mend() -> None:
        scene.on_progress = lambda done: None

    scene.on_progress, scene.mend = strike, mend


@contextmanager
def _listening(board: FakeBoard) -> Iterator[int]:
    """Where the board is, for one program after the other."""

    def serve(server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                board.reset()
                with connection, contextlib.suppress(OSError):
                    while data := connection.recv(65_536):
                        for reply in board.receive(data):
                            connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _list_children() -> set[int]:
    """The programs that this one has started and not ended."""
    tasks = Path("/proc/self/task").iterdir()
    lists = [task.joinpath("children").read_text().split() for task in tasks]
    return {int(child) for children in lists for child in children}
