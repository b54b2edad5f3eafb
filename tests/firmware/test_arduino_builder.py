"""The generated sketch under the real Arduino builder, then in QEMU.

Debian's arduino-builder compiles the unmodified folder with the flags of the Nano 33
BLE's own core; the core itself is ours, from firmware/ports/sim.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import require_tool
from tests.firmware.qemu import run_in_qemu
from tinycnn.device import open_serial
from tinycnn.firmware import FirmwareProject, firmware_dir

pytestmark = pytest.mark.external

PLATFORM = Path(__file__).parent / "arduino_platform"
DEBIAN = "/usr/share/arduino-builder"
MACHINE = "mps2-an386"  # of QEMU: the one that the platform's board is


def make_hardware_folder(folder: Path) -> Path:
    """The layout in which Arduino's tools look for boards, cores and variants."""
    platform = folder / "tinycnn/sim"
    sim = firmware_dir() / "ports/sim"
    shutil.copytree(PLATFORM, platform)
    shutil.copytree(sim / "core", platform / "cores/core")
    shutil.copytree(sim / "mps2", platform / "variants/mps2")
    return folder


def build(ino: Path, folder: Path, *options: str | Path) -> tuple[str, Path]:
    """Output of the builder for the sketch `ino`, and the ELF file."""
    for tool in ("arduino-builder", "arduino-ctags", "arm-none-eabi-g++"):
        require_tool(tool)
    (folder / "build").mkdir()
    hardware = make_hardware_folder(folder / "hardware")
    command: list[str | Path] = [
        "arduino-builder",
        "-compile",
        "-hardware",
        DEBIAN,
        "-hardware",
    ]
    command += [hardware, "-tools", DEBIAN, "-fqbn", "tinycnn:sim:mps2_an386"]
    command += ["-build-path", folder / "build", "-core-api-version", "10819"]
    command += ["-warnings=all", *options, ino]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr, folder / "build" / f"{ino.name}.elf"


@pytest.fixture
def built_sketch(project: FirmwareProject, tmp_path: Path) -> tuple[str, Path]:
    """The sketch."""
    return build(project.folder / "counting.ino", tmp_path)


def test_arduino_builds_the_sketch_without_a_warning(
    built_sketch: tuple[str, Path],
) -> None:
    """With -warnings=all and the flags of the board's own core."""
    output, elf = built_sketch

    assert elf.is_file()
    assert "warning" not in output.lower()


def test_what_arduino_built_serves_the_model(built_sketch: tuple[str, Path]) -> None:
    """HELLO and INFER over QEMU's serial port, by the client that boards get."""
    with run_in_qemu(MACHINE, built_sketch[1]) as port, open_serial(port) as device:
        info = device.info()
        outputs = [device.infer(bytes([i, 2, 3, 255])).output for i in range(20)]

    assert (info.model, info.board) == ("counting", "QEMU mps2-an386")
    assert [output.tobytes() for output in outputs] == [
        bytes([i + 1, 3, 4, 0, i + 1, 0, 0, 0]) for i in range(20)
    ]


def test_the_library_and_its_example_build_without_a_warning(
    project: FirmwareProject, tmp_path: Path
) -> None:
    """Found by its header, as the IDE finds it."""
    libraries = project.folder.parent / "libraries"
    ino = libraries / "tinycnn_counting/examples/serve/serve.ino"
    output, elf = build(ino, tmp_path, "-libraries", libraries)

    assert elf.is_file()
    assert "warning" not in output.lower()
