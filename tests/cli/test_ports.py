"""The options of a port, on each command that speaks to a board."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import conv_model
from tests.device.fake_board import FakeBoard, Line, served

ECHO = "the line echoes what is sent: TX and RX are joined, or a terminal echoes"
COMMANDS = ("validate model.tflite", "profile model.tflite", "doctor")


@contextlib.contextmanager
def loopback() -> Iterator[str]:
    """The URL of a line whose ends are joined."""

    def serve(line: Line, server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            while data := connection.recv(4096):
                connection.sendall(data)

    with served(Line(FakeBoard()), serve) as url:
        yield url


@pytest.mark.parametrize("command", COMMANDS)
def test_an_echo_is_named_within_the_timeout(tmp_path: Path, command: str) -> None:
    """And not answered by the advice to flash."""
    (tmp_path / "model.tflite").write_bytes(conv_model())
    with loopback() as url:
        options = ("--port", url, "--timeout", "0.5", "--no-reset")
        done = tinycnn(*command.split(), *options, cwd=tmp_path)

    said = done.stdout + done.stderr
    assert done.returncode == (1 if command == "doctor" else 3)
    assert ECHO in said
    assert "check the wiring" in said
    assert "fix: tinycnn flash" not in said
    assert "flash the firmware" not in said
    assert "within 0.5 s" in said or command == "doctor"


@pytest.mark.parametrize("port", ["", " "])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_port_has_a_name(tmp_path: Path, command: str, port: str) -> None:
    """A shell's variable that was not set does not choose the simulated board."""
    done = tinycnn(*command.split(), "--port", port, cwd=tmp_path)

    assert done.returncode == 2
    assert "--port: expected a port, got nothing" in done.stderr


@pytest.mark.parametrize("command", ["validate", "profile", "classify", "flash"])
def test_a_timeout_is_a_time(tmp_path: Path, command: str) -> None:
    """Nothing and less is refused."""
    done = tinycnn(command, "a", "b", "--timeout", "0", cwd=tmp_path)

    assert done.returncode == 2
    assert "'--timeout': 0.0 is not in the range" in done.stderr
