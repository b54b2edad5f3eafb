"""Play the fault table many times: how runs end with each fault of a link.

`python -m tools.torture_link` plays every row 100 times against a board in Python,
`--simulated` against the simulated board, `--row F5` one row only. A case replays from
its seed: `--row F5 --seed 17 --repeats 1`. Pauses are as long as the row says with
`--full`. Ctrl-C ends it, after the line of the row at hand. Survived: complete and
right. Ended: one line and a hint, exit code 3, and complete and right when it is gone
on with. Wrong: anything else.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import traceback
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tests.faults.benches import python_bench, simulated_bench
from tests.faults.rows import ROWS
from tests.faults.scene import Bench, Row, play

_PAUSE_S = 20.0
_STOPPED = 130  # as a program that Ctrl-C ends


def main() -> int:
    """Print the table; 1 if a run ended wrong."""
    options = _parse()
    kind = "simulated" if options.simulated else "python"
    rows = [row for row in ROWS if kind in row.boards]
    rows = [row for row in rows if options.row in (None, row.name)]
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = Path(scratch)
        bench = python_bench()
        if options.simulated:
            bench = stack.enter_context(simulated_bench(folder))
        print(
            f"{'row':<5}{'survived':>9}{'ended':>7}{'wrong':>7}{'s':>7}  what happens"
        )
        for row in rows:
            begun, counts, is_stopped = time.monotonic(), Counter[str](), False
            try:
                for seed in range(options.seed, options.seed + options.repeats):
                    counts[_play(row, seed, bench, folder, full=options.full)] += 1
            except KeyboardInterrupt:
                is_stopped = True
            _tell(row, counts, time.monotonic() - begun)
            wrong += counts["wrong"]
            if is_stopped:
                return _STOPPED
    return 1 if wrong else 0


def _tell(row: Row, counts: Counter[str], took_s: float) -> None:
    """The row's line of the table."""
    widths = (("survived", 9), ("ended", 7), ("wrong", 7))
    ends = "".join(f"{counts[end]:>{width}}" for end, width in widths)
    print(f"{row.name:<5}{ends}{took_s:>7.0f}  {row.title}", flush=True)


def _play(row: Row, seed: int, bench: Bench, folder: Path, *, full: bool) -> str:
    with tempfile.TemporaryDirectory(dir=folder) as empty:
        try:
            full_s = _PAUSE_S if full else None
            return play(row, seed, bench, Path(empty), full_s=full_s)
        except Exception:  # whatever it is, the others are played, too
            print(f"{row.name}, seed {seed}:\n{traceback.format_exc()}", flush=True)
            return "wrong"


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--row", help="one only, by its name")
    parser.add_argument("--repeats", type=int, default=100, help="of each row")
    parser.add_argument("--seed", type=int, default=0, help="of the first repeat")
    parser.add_argument(
        "--simulated", action="store_true", help="against the simulated board"
    )
    parser.add_argument(
        "--full", action="store_true", help="pauses of 20 s are not scaled down"
    )
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
