"""Damage `.tflite` files and see that each is refused clearly, or accepted and right.

Each mutant replays from its seed. Run from the repository's root:

    python -m tools.fuzz_tflite --mutants 500000 model.tflite ...
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.compiler.executor import build_executor
from tests.compiler.hostile import ACCEPTED, check_mutant, compare_isolated
from tests.compiler.models import conv_model, residual_model
from tests.compiler.mutants import mutate


def main() -> int:
    """Print the classes of outcomes; 1 if any mutant is neither."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--mutants", type=int, default=500000)
    parser.add_argument("--seed", type=int, default=0, help="of the first mutant")
    parser.add_argument("--sample", type=int, default=1000, help="compare one in N")
    parser.add_argument("--seconds", type=float, default=20.0, help="longest allowed")
    options = parser.parse_args()
    models = [path.read_bytes() for path in options.files]
    models = models or [residual_model(), conv_model()]
    outcomes: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    failed, slowest = 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        executor = build_executor(Path(folder))
        for seed in range(options.seed, options.seed + options.mutants):
            mutant = mutate(models[seed % len(models)], seed)
            start = time.monotonic()
            try:
                outcome = check_mutant(mutant)
                if outcome == ACCEPTED and outcomes[ACCEPTED] % options.sample == 0:
                    compared[
                        compare_isolated(mutant, seed, executor, Path(folder))
                    ] += 1
            except Exception:  # whatever it is, it is the finding
                outcome = "traceback"
                print(f"seed {seed}: {traceback.format_exc(limit=-3)}", flush=True)
            seconds = time.monotonic() - start
            slowest = max(slowest, seconds)
            if seconds > options.seconds:
                print(f"seed {seed}: {seconds:.1f} s", flush=True)
            failed += outcome == "traceback" or seconds > options.seconds
            outcomes[outcome] += 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"outcomes {dict(outcomes)}; compared {dict(compared)}")
    print(f"slowest {slowest:.2f} s; most memory {memory} MiB; failed {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
