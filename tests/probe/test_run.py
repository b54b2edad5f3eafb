"""The probe on the simulated board: it finds what the cycle model charges."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.cli.command import tinycnn
from tests.conftest import require_tool
from tests.firmware.test_arduino_builder import build as build_with_arduino
from tests.harness.test_results import INFO
from tests.simulator.conftest import simulator_command
from tinycnn.boards import load_board
from tinycnn.boards.ledger import cost_rows, find_timings, load_simulated
from tinycnn.device import Device, open_simulated
from tinycnn.errors import DeviceError, ToolchainError
from tinycnn.firmware import FirmwareImage, build_image, firmware_dir
from tinycnn.firmware.compilers import cross_compiler
from tinycnn.probe.program import probe_digest, write_probe
from tinycnn.probe.run import probe_device
from tinycnn.simulator.cycles import Timings

NANO = load_board("nano33ble")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> FirmwareImage:
    """The probe, linked for the simulated Nano."""
    folder = tmp_path_factory.mktemp("probe")
    return build_image(write_probe(folder, NANO), NANO, output=folder / "probe.elf")


@pytest.mark.emulated
def test_the_shipped_run_is_todays(image: FirmwareImage) -> None:
    """Every loop takes what simulated.json says, with the cache on and off."""
    with open_simulated(image.elf) as device:
        run = probe_device(device, NANO, repeats=1)

    shipped = load_simulated()
    assert shipped.program == run.program, "run python -m tools.ledger"
    assert run.cycles == shipped.cycles
    assert (run.core, run.board_id) == ("cortex-m4 r0p1", "74696e79636e6e00")
    assert run.is_simulated
    assert run.figures["clock"] == pytest.approx(64, rel=0.01)
    assert run.figures.keys() >= {"upload", "round_trip"}
    assert run.notes == ("ram_code: no code in RAM here",)


@pytest.mark.emulated
def test_every_rule_is_found_again(image: FirmwareImage) -> None:
    """A machine with other timings, each of its own: the probe tells them all."""
    names = [field.name for field in fields(Timings)]
    planted = {name: 2 + index for index, name in enumerate(names)}
    planted |= {"load": 30, "load_pipelined": 21}

    with open_simulated(image.elf, timings=planted) as device:
        run = probe_device(device, NANO, repeats=1)

    assert find_timings(run) == planted
    assert cost_rows(run)["load_chained"] == 30


@pytest.mark.emulated
def test_a_device_that_is_no_probe_is_refused(
    image: FirmwareImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name; and a probe whose loops are older than today's."""
    monkeypatch.setattr("tinycnn.probe.run.probe_digest", lambda: "0" * 64)
    with (
        open_simulated(image.elf) as device,
        pytest.raises(DeviceError, match="expected this version's probe, got probe by"),
    ):
        probe_device(device, NANO)


@pytest.mark.emulated
def test_another_core_than_the_boards_is_refused(image: FirmwareImage) -> None:
    """Its figures would be taken for the board's."""
    with (
        open_simulated(image.elf) as device,
        pytest.raises(DeviceError, match="cortex-m7 of a portenta_h7, got a cortex-m4"),
    ):
        probe_device(device, load_board("portenta_h7"))


def test_a_device_without_a_counter_is_told() -> None:
    """As the simulated boards whose core has no cycle model."""
    info = replace(INFO, model_sha256=probe_digest(), counts_cycles=False)
    device = Mock(spec=Device, info=lambda: info)
    device.name = "sim"

    with pytest.raises(DeviceError, match="sim: expected a counter of processor"):
        probe_device(device, NANO)


def test_a_core_without_a_counter_is_told(tmp_path: Path) -> None:
    """Before anything is written."""
    with pytest.raises(ToolchainError, match=r"pico: .* got cortex-m0plus"):
        write_probe(tmp_path, load_board("pico"))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["due", "portenta_h7", "nrf5340dk", "nano33ble"])
@pytest.mark.parametrize("toolchain", ["zig", "arm-none-eabi-gcc"])
def test_every_core_assembles_its_loops(
    tmp_path: Path, name: str, toolchain: str
) -> None:
    """Without warnings, by both compilers; what a core lacks is left out."""
    libc = ["-isystem", str(firmware_dir() / "ports/sim/libc")]
    if toolchain != "zig":
        require_tool(toolchain)
        libc = []
    board = load_board(name)
    sources = write_probe(tmp_path, board).folder / "src"
    command = cross_compiler(
        "zig" if toolchain == "zig" else "arm-none-eabi-gcc", board
    )
    flags = "-std=gnu11 -Os -Wall -Wextra -Werror -c probe_model.c -o probe.o".split()

    done = subprocess.run(
        [*command, *libc, *flags],
        cwd=sources,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.external
def test_arduino_builds_the_probe_without_a_warning(tmp_path: Path) -> None:
    """The sketch as it is, with the flags of the board's own core."""
    sketch = write_probe(tmp_path, NANO).folder / "probe.ino"
    (tmp_path / "work").mkdir()

    output, elf = build_with_arduino(sketch, tmp_path / "work")

    assert elf.is_file()
    assert "warning" not in output.lower()


def test_the_same_probe_is_a_zephyr_application(tmp_path: Path) -> None:
    """The loops are the same bytes."""
    arduino = write_probe(tmp_path / "arduino", NANO).folder
    zephyr = write_probe(tmp_path / "zephyr", NANO, "zephyr").folder

    one, other = (folder / "src/probe_model.c" for folder in (arduino, zephyr))
    assert one.read_bytes() == other.read_bytes()
    assert probe_digest()[:2] in one.read_text()


@pytest.fixture
def port(image: FirmwareImage) -> Iterator[str]:
    """A port with a board that runs the probe."""
    process = subprocess.Popen(
        simulator_command(image.elf), stdout=subprocess.PIPE, text=True
    )
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.emulated
def test_the_command_measures_and_compares(port: str, tmp_path: Path) -> None:
    """On a port; what is kept is what is shown, in a table of 80 columns."""
    done = tinycnn("probe", "--port", port, "--json", cwd=tmp_path)
    again = tinycnn("probe", "--compare", "probe.json", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    kept = (tmp_path / "probe.json").read_text()
    assert json.loads(done.stdout) == json.loads(kept)
    lines = again.stdout.splitlines()
    assert max(map(len, lines)) <= 88
    assert lines[0].split() == ["what", "simulated", "found", "no", "cache", "more"]
    assert "estimated: simulated Arduino Nano 33 BLE Sense" in again.stdout
    assert not [line for line in lines[1:50] if not line.endswith("=")]


def test_the_command_writes_a_sketch(tmp_path: Path) -> None:
    """To be built by other means; its README says how."""
    done = tinycnn("probe", "--sketch", "here", cwd=tmp_path)

    assert done.stdout == "here/probe: its README.md says how to build it\n"
    assert (tmp_path / "here/probe/probe.ino").is_file()


def test_the_ledger_fits_a_terminal(tmp_path: Path) -> None:
    """In 80 columns, also with what was measured; as Markdown and as JSON, too."""
    (tmp_path / "probe.json").write_text(load_simulated().to_json())
    plain = tinycnn("probe", "ledger", cwd=tmp_path)
    measured = tinycnn("probe", "ledger", "--measured", "probe.json", cwd=tmp_path)
    as_json = tinycnn("probe", "ledger", "--json", cwd=tmp_path)
    markdown = tinycnn("probe", "ledger", "--markdown", cwd=tmp_path)

    for done in (plain, measured):
        assert done.returncode == 0
        assert max(map(len, done.stdout.splitlines())) <= 80
    assert "LDR right after LDR" in plain.stdout
    assert len(json.loads(as_json.stdout)["rows"]) > 60
    assert markdown.stdout.startswith("| what | rule | simulated |")


@pytest.mark.parametrize("text", ["{", "[]", '{"divide": -1}', '{"speed": 2}', "1"])
def test_the_simulator_refuses_other_timings(text: str) -> None:
    """Usage: in one line, with the rules that there are."""
    command = [sys.executable, "-m", "tinycnn.simulator", "x.elf", "--timings", text]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "expected an object of cycles, 0 to 1000, by data_processing" in done.stderr
    assert "Traceback" not in done.stderr
