import subprocess
from pathlib import Path

import pytest

from tests.zig import ZIG_CC
from tinycnn.firmware import firmware_dir

PORTS = firmware_dir() / "ports"
SIM = PORTS / "sim"
FLAGS = (
    "-Wall -Wextra -Werror -Wconversion -Wshadow -Wdouble-promotion -Wcast-align "
    "-fno-sanitize=undefined -c"
).split()
CORES = {
    "m0plus": "-target thumb-freestanding-eabi -mcpu=cortex_m0plus",
    "m4f": "-target thumb-freestanding-eabihf -mcpu=cortex_m4+vfp4d16sp",
    "m33": "-target thumb-freestanding-eabihf -mcpu=cortex_m33+dsp+fp_armv8d16sp",
}
MACROS = ['-DBOARD_NAME="board"', "-DVARIANT_MCK=64000000u"]
SHARED = sorted([*PORTS.glob("arduino/*.cpp"), *SIM.glob("core/*.c*")])
CASES = [
    pytest.param(backend, core, path, id=f"{backend}-{core}-{path.name}")
    for backend in ("nrf52840", "mps2")
    for core in CORES
    for path in [*SHARED, SIM / backend / "backend.c"]
]


@pytest.mark.parametrize(("backend", "core", "source"), CASES)
def test_a_port_compiles_without_a_warning(
    backend: str, core: str, source: Path, tmp_path: Path
) -> None:
    """With the flags of the house, for every backend that it can be built for."""
    standard = ["-std=c11"] if source.suffix == ".c" else ["-std=gnu++14", "-x", "c++"]
    folders = (SIM / "core", SIM / backend, firmware_dir() / "include/tcnn")
    command = [*ZIG_CC, *standard, *FLAGS, *MACROS]
    command += CORES[core].split()
    command += [f"-I{folder}" for folder in folders]
    command += [str(source), "-o", str(tmp_path / "port.o")]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
