import subprocess
import sys

import pytest

from tinycnn.firmware import firmware_dir

PORTS = firmware_dir() / "ports"
SIM = PORTS / "sim"
FLAGS = (
    "-Wall -Wextra -Werror -Wconversion -Wshadow -Wdouble-promotion -Wcast-align "
    "-fno-sanitize=undefined -target thumb-freestanding-eabihf "
    "-mcpu=cortex_m4+vfp4d16sp -c"
).split()
BOARDS = ("nano33ble", "mps2_an386")
SHARED = sorted([*PORTS.glob("arduino/*.cpp"), *SIM.glob("core/*.c*")])
CASES = [(board, path) for board in BOARDS for path in SHARED]
CASES += [(board, SIM / board / "backend.c") for board in BOARDS]


@pytest.mark.parametrize(("board", "source"), CASES)
def test_a_port_compiles_without_a_warning(board, source, tmp_path):
    """With the flags of the house, for every board that it can be built for."""
    standard = ["-std=c11"] if source.suffix == ".c" else ["-std=gnu++14", "-x", "c++"]
    folders = (SIM / "core", SIM / board, firmware_dir() / "include/tcnn")
    command = [sys.executable, "-m", "ziglang", "cc", *standard, *FLAGS]
    command += [f"-I{folder}" for folder in folders]
    command += [str(source), "-o", str(tmp_path / "port.o")]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
