"""Fake boards on TCP ports, told apart by their ids, and models to ask them for."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tests.device.fake_board import FakeBoard, Line, StopServing
from tests.device.pluggable import SteadyBoard
from tests.workbench.test_operations import make_subject
from tinycnn.harness import Profile, ValidationResult
from tinycnn.reference import Reference, ReferenceIdentity
from tinycnn.workbench import DeviceChoice, Subject

__all__ = ["WrongBoard", "choose", "make_board", "plugged", "subject_of"]


class WrongBoard(SteadyBoard):
    """Answers some images wrongly: those whose first byte is above 63."""

    def work(self, packet: Any) -> bytes:
        """As the right one, but for these."""
        reply = super().work(packet)
        is_answer = len(reply) == 16 and 63 < self.input[0] < 128
        return reply[:-1] + b"\1" if is_answer else reply


def make_board(number: int, kind: type[FakeBoard] = SteadyBoard, **told: Any) -> Line:
    """A board with an id of its own, on a line without faults."""
    return Line(kind(board_id=bytes([number]) * 8, **told))


@contextlib.contextmanager
def plugged(*lines: Line) -> Iterator[list[str]]:
    """The ports of boards, which take one connection after the other."""
    ended = threading.Event()

    def serve(line: Line, server: socket.socket) -> None:
        server.settimeout(0.05)
        while not ended.is_set():
            with contextlib.suppress(OSError, StopServing):
                connection, _ = server.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(5)
                with connection:
                    line.board.reset()
                    while data := connection.recv(65536):
                        for piece in line.carry(data):
                            connection.sendall(piece)

    with contextlib.ExitStack() as stack:
        urls, threads = [], []
        for line in lines:
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            urls.append(f"socket://127.0.0.1:{server.getsockname()[1]}")
            thread = threading.Thread(target=serve, args=(line, server), daemon=True)
            threads.append(thread)
            thread.start()
        try:
            yield urls
        finally:
            ended.set()
            for thread in threads:
                thread.join(6)


def subject_of(kept: list[ValidationResult | Profile], count: int = 40) -> Subject:
    """Images whose answer follows from the image alone."""

    def run_rows(batch: Sequence[bytes]) -> list[bytes]:
        return [bytes((b + 1) & 255 for b in row[:4]) + bytes(4) for row in batch]

    rows = np.random.default_rng(1).integers(-128, 128, (count, 100), np.int8)
    reference = Reference(ReferenceIdentity("plus one", "1", "none", 1), run_rows)
    return replace(make_subject(reference, kept.append), inputs=rows)


def choose(ports: Sequence[str], **more: Any) -> DeviceChoice:
    """The boards on these ports."""
    return DeviceChoice(port=ports[0], more_ports=tuple(ports[1:]), **more)
