"""Which operators take more than 3 % of a model's time in a portable kernel?

    python -m tools.portable_share MODEL.tflite...
    python -m tools.portable_share --optimize ram --all MODEL.tflite...

Times are those that the compiler predicts for a Cortex-M4 with the memory of a board.
Exit codes: 0 none, 1 some, 3 a model cannot be compiled.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinycnn.analysis.fit import find_objective
from tinycnn.boards import load_board
from tinycnn.compiler import Objective, Program, compile_tflite
from tinycnn.errors import TinycnnError

__all__ = ["LIMIT", "Share", "find_shares", "main"]

LIMIT = 0.03  # of a model's time
_NOTICED = 1000  # cycles, of which fewer are nobody's loss
_BOARD = "nano33ble"
_BY_WORDS = {"tcnn_move_s8"}


@dataclass(frozen=True, slots=True)
class Share:
    """An operator's part of a model's time.

    Attributes:
        index: The operator's number in the file.
        kind: Its name in TFLite's schema.
        kernels: The C functions, in a chain several.
        cycles: Predicted.
        share: Of all predicted cycles of the model.
    """

    index: int
    kind: str
    kernels: tuple[str, ...]
    cycles: int
    share: float

    @property
    def is_portable(self) -> bool:
        """Whether a kernel is in plain C, and does not move bytes by words."""
        return any(not k.endswith("_dsp") for k in self.kernels if k not in _BY_WORDS)

    @property
    def is_slow(self) -> bool:
        """Whether that takes time."""
        return self.is_portable and self.share > LIMIT and self.cycles >= _NOTICED


def find_shares(program: Program) -> Iterator[Share]:
    """Those of all operators, in the order in which they run."""
    total = sum(call.predicted_cycles or 0 for call in program.calls)
    for call in program.calls:
        if call.predicted_cycles:
            cycles = call.predicted_cycles
            index, kind = call.op.index, call.op.kind
            calls = [link.call for link in call.links] or [call]
            kernels = tuple(dict.fromkeys(call.function for call in calls))
            yield Share(index, kind, kernels, cycles, cycles / total)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the shares; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--optimize", choices=["speed", "size", "ram"], default="speed")
    parser.add_argument("--all", action="store_true", help="DSP kernels, too")
    options = parser.parse_args(arguments)
    objective = find_objective(load_board(_BOARD), options.optimize)
    exit_code, portable = 0, 0
    for path in options.models:
        try:
            shares = list(_read_shares(path, objective))
        except TinycnnError as error:
            print(f"{path.name}: {error}")
            exit_code = error.exit_code
            continue
        slow = [share for share in shares if share.is_slow]
        portable += bool(slow)
        for share in shares if options.all else slow:
            kernels = ", ".join(share.kernels)
            print(
                f"{path.stem:30} {share.index:3} {share.kind:20} {kernels:40} "
                f"{share.cycles:10,} {share.share:4.0%}"
            )
    print(
        f"{portable} of {len(options.models)} models have a portable kernel above 3 %"
    )
    return exit_code or int(portable > 0)


def _read_shares(path: Path, objective: Objective | None) -> Iterator[Share]:
    compiled = compile_tflite(path.read_bytes(), name="m", objective=objective)
    return find_shares(compiled.program)


if __name__ == "__main__":
    sys.exit(main())
