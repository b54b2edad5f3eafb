"""Compare random models of one operator, or whole networks, with the reference.

Each case replays from its seed. Run from the repository's root:

    python -m tools.fuzz_operators --cases 20000 --operator CONV_2D --numerics tflm
    python -m tools.fuzz_operators --cases 5000 --operator NETWORK
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from tests.compiler.cases import CASES
from tests.compiler.equality import DIFFERENT, NOT_IN_TFLM, compare_case, compare_model
from tests.compiler.executor import Executor, build_executor
from tests.compiler.random_networks import draw_network

NETWORK = "NETWORK"


def compare(kind: str, seed: int, executor: Executor, numerics: str) -> str:
    """The outcome of one case."""
    if kind != NETWORK:
        return compare_case(kind, seed, executor, numerics)
    rng = np.random.default_rng([seed, 3])
    return compare_model(draw_network(rng), rng, executor, numerics)


def main() -> int:
    """Print the outcomes of each operator; 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20000)
    parser.add_argument("--operator", choices=[*sorted(CASES), NETWORK])
    parser.add_argument("--numerics", choices=["litert", "tflm"], default="litert")
    parser.add_argument("--seed", type=int, default=0, help="of the first case")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        executor = build_executor(Path(folder))
        for kind in [options.operator] if options.operator else sorted(CASES):
            if options.numerics == "tflm" and kind in NOT_IN_TFLM:
                print(f"{kind}: not in TFLite Micro", flush=True)
                continue
            outcomes: Counter[str] = Counter()
            for seed in range(options.seed, options.seed + options.cases):
                outcome = compare(kind, seed, executor, options.numerics)
                outcomes[outcome] += 1
                if outcome == DIFFERENT:
                    print(f"{kind}: seed {seed} differs", flush=True)
            failed += outcomes[DIFFERENT]
            print(f"{kind}: {dict(outcomes)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
