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
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    config = folder / "exporter.yaml"
    config.write_text("".join(f"{n}:\n{text}" for n, text in resources.items()))
    (folder / "places.yaml").write_text("".join(map(_PLACE.format, resources)))
    with ExitStack() as stack:
        programs = environment / "bin"
        for name, *words in (
            ("labgrid-coordinator", "-l", address),
            ("labgrid-exporter", "-c", address, "-n", "exp", "--hostname", "127.0.0.1",
             str(config)),
        ):  # fmt: skip
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            child = subprocess.Popen(
                [str(programs / name), *words], cwd=folder, stdout=log, stderr=log
            )
            stack.callback(child.wait, 20)
            stack.callback(child.terminate)
            time.sleep(0.5)
        laboratory = Laboratory(environment, address)
        _await_ports(laboratory, resources)
        yield laboratory


def _await_ports(laboratory: Laboratory, places: Iterable[str]) -> None:
    end = time.monotonic() + _START_S
    missing = set(places)
    while missing:
        known = laboratory.client("resources").stdout
        missing = {place for place in missing if f"exp/{place}/" not in known}
        if missing and time.monotonic() > end:
            pytest.fail("labgrid does not start")
