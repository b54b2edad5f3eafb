"""`tinycnn validate --place`: a board of a labgrid laboratory, by its place's name."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.cli.command import tinycnn
from tests.conftest import require_tool
from tests.device.fake_board import Line
from tests.device.labgrid import Laboratory, make_environment, open_laboratory
from tests.harness.mistaken import picture_model
from tests.harness.mistaken_board import MistakenBoard
from tests.workbench.boards import plugged
from tinycnn.device.places import find_client, parse_place
from tinycnn.errors import DeviceError
from tinycnn.reference import load_reference
from tinycnn.workbench import file

RAW = "  NetworkSerialPort:\n    host: {}\n    port: {}\n    protocol: raw\n"
SHOWN = """Acquired resource 'SerialPort' (exp/b/NetworkSerialPort/SerialPort):
  {'acquired': 'b',
   'avail': %s,
   'cls': 'NetworkSerialPort',
   'params': {'extra': {'proxy': 'h', 'proxy_required': %s}, 'host': 'h',
              'port': 7%s}}
"""


@contextmanager
def pty_board() -> Iterator[str]:
    """The device of a board on a pseudo terminal."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    board, ended = MistakenBoard(board_id=b"\2" * 8), threading.Event()

    def serve() -> None:
        while not ended.is_set():
            if select.select([master], [], [], 0.05)[0]:
                with suppress(OSError):
                    for reply in board.receive(os.read(master, 65536)):
                        os.write(master, reply)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        ended.set()
        thread.join(5)
        os.close(master)
        os.close(slave)


@pytest.fixture(scope="module")
def laboratory(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Laboratory]:
    """Two places: a board's bytes as they are, and a serial port by ser2net."""
    require_tool("ser2net")
    cache = getattr(request.config, "cache", None)
    kept = Path(cache.mkdir("labgrid")) if cache else tmp_path_factory.mktemp("labgrid")
    environment = make_environment(kept / "venv")
    with ExitStack() as stack:
        line = Line(MistakenBoard(board_id=b"\1" * 8))
        (url,) = stack.enter_context(plugged(line))
        host, port = url.removeprefix("socket://").split(":")
        path = stack.enter_context(pty_board())
        resources = {
            "board1": RAW.format(host, port),
            "board2": f"  RawSerialPort:\n    port: {path}\n    speed: 115200\n",
        }
        folder = tmp_path_factory.mktemp("laboratory")
        yield stack.enter_context(open_laboratory(environment, folder, resources))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model, and a reference that starts at once."""
    monkeypatch.setattr(file, "load_isolated_reference", load_reference)
    (tmp_path / "net.tflite").write_bytes(picture_model())
    return tmp_path


@pytest.mark.filterwarnings("ignore:set(Daemon|Name)")  # pyserial's, of rfc2217://
@pytest.mark.external
def test_places_are_acquired_and_released(
    laboratory: Laboratory, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both kinds of ports share the images; one that somebody has is refused."""
    monkeypatch.setenv("TINYCNN_LABGRID", str(laboratory.environment))
    where = ("--coordinator", laboratory.address, "--count", 12)
    both = ("--place", "board1", "--place", "board2")
    done = tinycnn("validate", "net.tflite", *both, *where, cwd=folder)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS: 12 of 12 images equal on 2 boards" in done.stdout
    assert "place board1 is socket://127.0.0.1:" in done.stdout
    assert "place board2 is rfc2217://127.0.0.1:" in done.stdout
    assert laboratory.await_free(1)

    laboratory.client("-p", "board2", "acquire")
    done = tinycnn("validate", "net.tflite", *both, *where, cwd=folder)
    laboratory.client("-p", "board2", "release")
    assert done.returncode == 3
    assert done.stderr.startswith("error: place board2: cannot be acquired: ")
    assert "already acquired" in done.stderr
    assert laboratory.await_free(1)


@pytest.mark.external
def test_a_place_is_released_by_a_kill(laboratory: Laboratory, folder: Path) -> None:
    """Even by one that cannot be caught."""
    command = [sys.executable, "-m", "tinycnn", "validate", "net.tflite"]
    command += ["--place", "board1", "--coordinator", laboratory.address]
    environment = os.environ | {"TINYCNN_LABGRID": str(laboratory.environment)}
    with subprocess.Popen(
        [*command, "--count", "20000"], cwd=folder, env=environment,
        stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        for line in child.stdout:
            if "place board1 is" in line:
                break
        held = laboratory.client("who").stdout
        time.sleep(0.2)
        child.send_signal(signal.SIGKILL)

    assert "board1" in held
    assert laboratory.await_free()


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (("True", "False", ", 'protocol': 'raw'"), "socket://h:7"),
        (("True", "False", ""), "rfc2217://h:7?ign_set_control&timeout=10"),
    ],
)
def test_a_place_becomes_a_url(told: tuple[str, ...], expected: str) -> None:
    """By the protocol of its exporter."""
    assert parse_place("b", SHOWN % told) == expected


@pytest.mark.parametrize(
    ("shown", "got"),
    [
        ("Place 'b':\n", "none"),
        (SHOWN % ("False", "False", ""), "one that is not available"),
        (SHOWN % ("True", "True", ""), "one that is not available"),
        (SHOWN % ("True", "False", "") * 2, "rfc2217://h:7"),
        ("Acquired resource 'x' (a):\n  {'cls': open('x')}\n", "none"),
    ],
)
def test_a_place_without_one_serial_port_is_an_error(shown: str, got: str) -> None:
    """What it has is said."""
    with pytest.raises(DeviceError, match="place b: expected one serial port") as told:
        parse_place("b", shown)
    assert f"got {got}" in str(told.value)


def test_labgrid_may_be_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With how to install it, and where to say where it is."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TINYCNN_LABGRID", raising=False)
    done = tinycnn("validate", "net.tflite", "--place", "a", "--count", 1, cwd=folder)

    assert done.returncode == 3
    assert done.stderr.startswith("error: labgrid-client: not found\nhint: install ")
    with pytest.raises(DeviceError, match="nowhere: labgrid-client is not there"):
        find_client("nowhere")
