"""How often kernels use each timing rule: what other timings make of a prediction.

`mix.json` was measured on networks of the benchmark by `python -m tools.ledger_mix`:
uses of each rule in 1,000 cycles, by kernel, and in all for kernels that are not there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from tinycnn.boards.ledger.costs import find_timings
from tinycnn.boards.ledger.run import ProbeRun, load_simulated

__all__ = ["pace_of"]

_ALL = "all"


def pace_of(kernel: str, run: ProbeRun) -> float:
    """What a kernel takes by what a run measured, as a multiple of the model's cycles.

    Args:
        kernel: Its C function.
        run: Of a board; a rule that it did not measure costs what the model says.
    """
    usual, mix = find_timings(load_simulated()), _load_mix()
    uses = mix.get(kernel, mix[_ALL])
    more = {rule: n - usual[rule] for rule, n in find_timings(run).items()}
    return max(1 + sum(uses.get(rule, 0.0) * n for rule, n in more.items()) / 1000, 0.0)


@cache
def _load_mix() -> Mapping[str, Mapping[str, float]]:
    file = files("tinycnn.boards.ledger") / "mix.json"
    mix: Mapping[str, Mapping[str, float]] = json.loads(file.read_text("utf-8"))
    return mix
