"""Every fault of the table: complete and right, or one line and gone on with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.benches import python_bench, simulated_bench
from tests.faults.rows import ROWS
from tests.faults.scene import Bench, Row, play

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and pty")

REPEATS = 5
SIMULATED_REPEATS = 1


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The simulated board."""
    with simulated_bench(tmp_path_factory.mktemp("simulated")) as bench:
        yield bench


@pytest.mark.parametrize("seed", range(REPEATS))  # tools/torture_link.py: 100
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_fault_with_a_board_in_python(row: Row, seed: int, tmp_path: Path) -> None:
    """The run survives it, or ends in order."""
    play(row, seed, python_bench(), tmp_path)


@pytest.mark.emulated
@pytest.mark.parametrize("seed", range(SIMULATED_REPEATS))
@pytest.mark.parametrize(
    "row", [row for row in ROWS if "simulated" in row.boards], ids=lambda row: row.name
)
def test_fault_with_the_simulated_board(
    row: Row, seed: int, tmp_path: Path, simulated: Bench
) -> None:
    """The same, with the firmware."""
    play(row, seed, simulated, tmp_path)
