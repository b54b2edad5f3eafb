"""Renew tinycnn/boards/ledger/mix.json: how often kernels use each timing rule.

    python -m tools.ledger_mix NETWORK.tflite... --kernels OPERATOR.tflite...

The cycles of a program are a sum over the rules. So a rule that costs one cycle more
tells how often it was used: each model is profiled once for each rule, and once as it
is. What is written is uses in 1,000 cycles, by kernel and in all of the networks. Of
single operators that no network has only their kernels count.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from tinycnn.cli.console import ConsoleObserver
from tinycnn.device import open_simulated
from tinycnn.files import write_whole
from tinycnn.simulator.cycles import CORTEX_M4
from tinycnn.workbench import ImageChoice, bench_file
from tinycnn.workbench.subject import Subject

__all__ = ["count_uses", "main"]

_FILE = Path(__file__).parents[1] / "tinycnn/boards/ledger/mix.json"
_ALL = "all"


def count_uses(path: Path) -> dict[str, Counter[str]]:
    """Cycles, as "cycles", and uses of each rule in one inference, by kernel."""
    with (
        ConsoleObserver(quiet=True) as observer,
        bench_file(path, images=ImageChoice(1), observer=observer) as subject,
    ):
        program = subject.program("sim")
        usual = _profile(subject, program, {})
        found = {kernel: Counter(cycles=cycles) for kernel, cycles in usual.items()}
        for rule, cycles in asdict(CORTEX_M4).items():
            changed = _profile(subject, program, {rule: cycles + 1})
            for kernel, total in changed.items():
                found[kernel][rule] = total - usual[kernel]
    return found


def _profile(
    subject: Subject, program: Path, timings: Mapping[str, int]
) -> Counter[str]:
    """Cycles of an inference, by kernel."""
    total: Counter[str] = Counter()
    with open_simulated(program, timings=timings) as device:
        steps = device.profile(subject.inputs[0])
    for call, step in zip(subject.analysis.calls, steps, strict=True):
        total[call.function] += step.cycles
    return total


def main() -> None:
    """Profile the models, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="+", type=Path)
    parser.add_argument("--kernels", nargs="*", type=Path, default=[])
    options = parser.parse_args()
    uses: dict[str, Counter[str]] = {_ALL: Counter()}
    for path in options.networks:
        for kernel, counts in count_uses(path).items():
            uses.setdefault(kernel, Counter()).update(counts)
            uses[_ALL].update(counts)
    known = set(uses)
    for path in options.kernels:
        for kernel, counts in count_uses(path).items():
            if kernel not in known:
                uses.setdefault(kernel, Counter()).update(counts)
    mix = {
        kernel: {
            rule: round(1000 * counts[rule] / counts["cycles"], 1)
            for rule in asdict(CORTEX_M4)
            if round(1000 * counts[rule] / counts["cycles"], 1)
        }
        for kernel, counts in sorted(uses.items())
    }
    write_whole(json.dumps(mix, indent=1) + "\n", _FILE)


if __name__ == "__main__":
    main()
