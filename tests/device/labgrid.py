"""A labgrid laboratory on this computer: a coordinator, an exporter, and places.

labgrid brings a `serial` package of its own, so it has an environment of its own: the
one that TINYCNN_LABGRID names, or one that is made once and kept in pytest's cache.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.conftest import fail_or_skip

__all__ = ["Laboratory", "make_environment", "open_laboratory"]

PACKAGE = "labgrid==26.0.1"
_START_S = 60.0
_ATTEMPTS = 3

# As a coordinator keeps it; each call of the client takes a second.
_PLACE = """{0}:
  aliases: []
  comment: ''
  matches:
  - cls: '*'
    exporter: exp
    group: {0}
    name: null
    rename: null
  tags: {{}}
  created: 0.0
  changed: 0.0
"""


def make_environment(folder: Path) -> Path:
    """The folder of an environment with labgrid; the test skips if there is none."""
    if named := os.environ.get("TINYCNN_LABGRID"):
        return Path(named)
    program = folder / "bin" / "labgrid-client"
    if program.exists():
        return folder
    # Neither a pip of its own nor bytecode of what is never imported.
    venv = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)]
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    pip += ["install", "--quiet", "--no-compile", PACKAGE]
    for command in (venv, pip):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            program.unlink(missing_ok=True)
            fail_or_skip(f"{PACKAGE} cannot be installed: {done.stderr[-300:]}")
    return folder


class Laboratory:
    """A coordinator with places, each of which has one serial port."""

    def __init__(self, environment: Path, address: str) -> None:
        self.environment, self.address = environment, address

    def client(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What labgrid's client says."""
        program = str(self.environment / "bin" / "labgrid-client")
        command = [program, "-x", self.address, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def await_free(self, seconds: float = 30.0) -> bool:
        """Whether nobody has any place, soon."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if "board" not in self.client("who").stdout:
                return True
            time.sleep(0.5)
        return False


@contextmanager
def open_laboratory(
    environment: Path, folder: Path, resources: dict[str, str]
) -> Iterator[Laboratory]:
    """A laboratory whose places have these resources, as YAML."""
    config = folder / "exporter.yaml"
    config.write_text("".join(f"{n}:\n{text}" for n, text in resources.items()))
    (folder / "places.yaml").write_text("".join(map(_PLACE.format, resources)))
    said = ""
    for _ in range(_ATTEMPTS):
        with ExitStack() as stack:
            # Until the coordinator has the port, another program may take it.
            with socket.create_server(("127.0.0.1", 0)) as free:
                laboratory = Laboratory(
                    environment, f"127.0.0.1:{free.getsockname()[1]}"
                )
            at = laboratory.address
            exporter = ["-c", at, "-n", "exp", "--hostname", "127.0.0.1", str(config)]
            programs = [
                stack.enter_context(_started(environment / "bin" / name, folder, words))
                for name, words in (
                    ("labgrid-coordinator", ["-l", at]),
                    ("labgrid-exporter", exporter),
                )
            ]
            said = _await_ports(laboratory, resources, programs)
            if not said:
                yield laboratory
                return
        said += "".join(log.read_text()[-1000:] for log in folder.glob("*.log"))
    pytest.fail(f"labgrid does not start: {said}")


@contextmanager
def _started(
    program: Path, folder: Path, words: list[str]
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{program.name}.log").open("wb") as log:
        child = subprocess.Popen(
            [str(program), *words], cwd=folder, stdout=log, stderr=log
        )
        try:
            time.sleep(0.5)
            yield child
        finally:
            child.terminate()
            child.wait(20)


def _await_ports(
    laboratory: Laboratory,
    places: Iterable[str],
    programs: list[subprocess.Popen[bytes]],
) -> str:
    """Empty when each place has its port; else what is seen instead."""
    end = time.monotonic() + _START_S
    while True:
        client = laboratory.client("resources")
        if all(f"exp/{place}/" in client.stdout for place in places):
            return ""
        ended = any(program.poll() is not None for program in programs)
        if ended or time.monotonic() > end:
            return client.stdout + client.stderr
