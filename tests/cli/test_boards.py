import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from tests.cli.command import tinycnn
from tinycnn.boards import board_names, load_board
from tinycnn.cli.boards import boards


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs the command while a Nano is plugged in."""
    nano = ListPortInfo("/dev/ttyACM7")
    nano.vid, nano.pid, nano.serial_number = 0x2341, 0x005A, "5A1F"
    monkeypatch.setattr(list_ports, "comports", lambda: [nano])
    return lambda *arguments: CliRunner().invoke(boards, arguments).stdout


def test_the_list_has_a_line_for_each_board(run: Callable[..., str]) -> None:
    """Under a header, by name."""
    lines = [line.split() for line in run().splitlines()]

    assert [line[0] for line in lines[1:-1]] == list(board_names())
    nano = next(line for line in lines if line[0] == "nano33ble")
    assert nano[-3:] == ["cortex-m4f", "960", "256"]
    assert max(map(len, run().splitlines())) <= 80


def test_a_board_is_shown_with_its_ports(run: Callable[..., str]) -> None:
    """By any of its names; memory is what the Arduino core leaves."""
    text = " ".join(run("show", "nano33blesense").split())

    assert text.startswith("Arduino Nano 33 BLE Sense name nano33ble, nano33blesense")
    assert "core cortex-m4f at 64 MHz: DSP, FPU for single precision" in text
    assert "RAM 262,144 bytes at 0x20000000; 218,224 beside the Arduino core" in text
    assert "Arduino arduino:mbed_nano:nano33ble, core 4.6.0" in text
    assert text.endswith("port /dev/ttyACM7 bootloader, serial number 5A1F")
    assert run("show", "pico").split()[-3:] == ["ports", "none", "found"]


def test_json_has_all_facts(run: Callable[..., str]) -> None:
    """Of every board in the list; of the one that is shown, its ports, too."""
    listed = json.loads(run("--json"))["boards"]
    shown = json.loads(run("show", "nano33ble", "--json"))

    ports = shown.pop("ports")
    assert shown in listed
    assert [board["name"] for board in listed] == list(board_names())
    assert shown["usb"]["bootloader"] == ["2341:005a"]
    assert (shown["has_dsp"], shown["frameworks"]) == (
        True,
        ["arduino", "zephyr", "platformio"],
    )
    assert [(p["device"], p["mode"]) for p in ports] == [("/dev/ttyACM7", "bootloader")]


def test_an_unknown_board_is_a_usage_error(tmp_path: Path) -> None:
    """With the names that are known."""
    done = tinycnn("boards", "show", "uno", cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr.startswith(
        "error: board 'uno': not known\nhint: did you mean 'uno_q'? tinycnn boards "
    )


def test_every_board_can_be_shown(run: Callable[..., str]) -> None:
    """Whatever it lacks: Arduino, a light, a bootloader."""
    for name in board_names():
        assert run("show", name).startswith(load_board(name).title)
