"""The fidelity ledger: what is emulated, how that is checked, what boards really do.

    rows/*.toml -> row -> run -> costs -> mix

A row is a class of instructions, a memory, a peripheral or a figure of the link. Most
have a loop that `tinycnn probe` runs, on the simulated board and on a real one alike.
"""

from __future__ import annotations

from tinycnn.boards.ledger.costs import cost_rows, find_timings
from tinycnn.boards.ledger.mix import pace_of
from tinycnn.boards.ledger.row import Loop, Row, load_rows
from tinycnn.boards.ledger.run import (
    RUN_FILE,
    Cycles,
    ProbeRun,
    find_run,
    load_runs,
    load_simulated,
    read_run,
)

__all__ = ["RUN_FILE", "Cycles", "Loop", "ProbeRun", "Row", "cost_rows", "find_run"]
__all__ += ["find_timings", "load_rows", "load_runs", "load_simulated", "read_run"]
__all__ += ["pace_of"]
