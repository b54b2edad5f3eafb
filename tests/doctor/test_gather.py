"""The facts of a computer: of this one, and of one with programs that are made up."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from tests.device.fake_board import FakeBoard, Line, served
from tinycnn.doctor import check_computer, gather_facts

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")


def test_this_computer_has_what_the_tests_need() -> None:
    """Python and tinycnn's own packages are in order."""
    facts = gather_facts()

    assert facts.python[1]
    plain = facts.packages[0]
    assert (plain.extra, plain.unfit) == ("", ())
    assert {"ai-edge-litert", "click", "pyserial"} <= set(plain.found)
    assert not any("click" in packages.found for packages in facts.packages[1:])
    assert "pytest" not in str(facts.packages)


def test_other_versions_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is named with what was expected."""
    monkeypatch.setattr(metadata, "version", lambda name: "0.1")

    plain = gather_facts().packages[0]

    assert "ai-edge-litert: expected ==2.3.0, got 0.1" in plain.unfit
    assert not plain.found


def test_board_on_a_port_is_asked() -> None:
    """By the protocol; on any URL."""
    with served(Line(FakeBoard())) as url:
        facts = gather_facts(url)

    (port,) = facts.ports
    assert (port.port.device, port.hello.model) == (url, "m")


def test_port_that_is_not_there_is_a_problem() -> None:
    """When it was asked for."""
    finding = check_computer(gather_facts("/dev/no-such-port"))[-1]

    assert (finding.level, finding.subject) == ("problem", "/dev/no-such-port")
    assert "not found" in finding.text or "cannot open" in finding.text


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_program_that_uses_a_port_is_named() -> None:
    """With its number, and without opening the port."""
    master, slave = os.openpty()
    name = os.ttyname(slave)
    os.close(slave)
    program = "import os, sys; os.open(sys.argv[1], 2); print(flush=True); input()"
    command = [sys.executable, "-c", program, name]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as user:
        user.stdout.readline()
        (port,) = gather_facts(name).ports
        user.stdin.close()
    os.close(master)

    (name,) = port.users
    assert name.endswith(f" (process {user.pid})")


@posix
def test_programs_tell_their_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in its own way; one that fails to start is not there."""
    cores = "ID Installed Latest Name\narduino:mbed_nano 4.6.0 4.7.0 Arduino Nano\n"
    (tmp_path / "cores").write_text(cores)
    says = {
        "arduino-cli": f"[ $1 = core ] && cat {tmp_path}/cores || echo Version: 1.4.0",
        "bossac": 'echo "Basic (BOSSA) Version 1.9.1"; echo "-r0x10000"; exit 1',
        "west": 'echo "West version: v1.5.0"',
        "arm-none-eabi-gcc": "echo 12.2.1",
    }
    for name, script in says.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "VERSION").touch()
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("ZEPHYR_BASE", str(tmp_path))

    facts = gather_facts()

    assert facts.programs == {
        "arduino-cli": "arduino-cli 1.4.0",
        "arm-none-eabi-gcc": "arm-none-eabi-gcc 12.2.1",
        "bossac": "bossac 1.9.1",
        "west": "west 1.5.0",
    }
    assert facts.arduino_cores == {"arduino:mbed_nano": "4.6.0"}
    assert facts.has_zephyr
    assert not facts.knows_nrf52


def test_programs_that_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A computer with nothing but Python."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ZEPHYR_BASE", raising=False)

    facts = gather_facts()

    assert set(facts.programs.values()) == {None}
    assert (facts.arduino_cores, facts.zephyr_base) == ({}, None)
