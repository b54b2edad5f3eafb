"""Renew what of the fidelity ledger is made by running: the simulated board's column.

    python -m tools.ledger

runs the probe on the simulated board, and writes tinycnn/boards/ledger/simulated.json
and the table in docs/fidelity.md.
"""

from __future__ import annotations

from pathlib import Path

from tinycnn.boards import load_board
from tinycnn.boards.ledger import ProbeRun, load_runs
from tinycnn.files import write_whole
from tinycnn.probe.run import probe_simulated
from tinycnn.probe.table import to_markdown
from tools.document import write_tables

__all__ = ["DOCUMENT", "SIMULATED", "main", "without_host"]

_ROOT = Path(__file__).parents[1]
SIMULATED = _ROOT / "tinycnn/boards/ledger/simulated.json"
DOCUMENT = _ROOT / "docs/fidelity.md"

_HOST = ("upload", "download", "round_trip")


def without_host(run: ProbeRun) -> ProbeRun:
    """A run of the simulated board without what this computer's speed decides."""
    figures = {name: n for name, n in run.figures.items() if name not in _HOST}
    return run.model_copy(update={"figures": figures})


def main() -> None:
    """Run the probe, and write both files."""
    run = without_host(probe_simulated(load_board("nano33ble")))
    write_whole(run.to_json(), SIMULATED)
    write_tables(to_markdown(load_runs()), "tools.ledger", DOCUMENT)


if __name__ == "__main__":
    main()
