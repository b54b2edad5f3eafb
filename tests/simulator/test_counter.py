import os
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.simulator.conftest import run_board, simulator_command

pytestmark = pytest.mark.emulated

WAITS = ["--timings", '{"flash_wait": 2, "load": 4, "refill": 3}']

MODES = pytest.mark.parametrize("mode", [[], ["--python"]], ids=["compiled", "python"])


@pytest.fixture
def counts(build_sketch: Callable[..., Path]) -> Path:
    """Firmware that counts its own cycles."""
    return build_sketch("counts")


@MODES
def test_cyccnt_counts_a_loop_exactly(counts: Path, mode: bytes) -> None:
    """100 turns of subs (1) and a taken bne (1 + 2) take 400 cycles more."""
    with run_board(counts, *mode) as board:
        replies = [board.ask(bytes([n]), 4) for n in (1, 2, 3, 3)]

    cycles = [int.from_bytes(reply, "little") for reply in replies]
    assert [b - a for a, b in pairwise(cycles)] == [400, 400, 0]


@pytest.mark.parametrize("options", [[], WAITS, [*WAITS, "--python"]])
def test_code_behind_an_it_block_is_not_conditional(
    counts: Path, options: list[str]
) -> None:
    """Memory first met inside an IT block leaves no condition behind.

    Nor does a load from flash, at which the board is made to wait.
    """
    with run_board(counts, *options) as board:
        assert board.ask(b"\0", 4) == (300).to_bytes(4, "little")


@pytest.mark.parametrize("timings", [[], WAITS], ids=["usual", "waiting"])
def test_both_counters_count_the_same(counts: Path, timings: list[str]) -> None:
    """The compiled counter and the one in Python agree on every cycle."""
    command = simulator_command(counts, "--run-for", "20000", *timings)
    compiled, python = (
        subprocess.check_output([*command, *options], text=True)
        for options in ([], ["--python"])
    )

    assert compiled == python
    assert compiled.startswith("ran ")
    assert 20_000 <= int(compiled.split()[-2]) < 20_100


def test_without_a_cache_the_count_is_the_same(counts: Path, tmp_path: Path) -> None:
    """Where nothing can be compiled the simulator says so and counts in Python."""
    nowhere = tmp_path / "file"
    nowhere.write_text("not a folder")
    names = ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME")
    command = simulator_command(counts, "--run-for", "9000")

    done = subprocess.run(
        command,
        env={**os.environ, **dict.fromkeys(names, str(nowhere))},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert done.stderr.startswith("counting in Python, about 100 times slower: ")
    assert done.stdout == subprocess.check_output([*command, "--python"], text=True)
