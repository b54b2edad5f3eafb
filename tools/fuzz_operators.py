"""Compare random models of one operator, or whole networks, with the reference.

Each case replays from its seed. Run from the repository's root:

    python -m tools.fuzz_operators --cases 20000 --operator CONV_2D --numerics tflm
    python -m tools.fuzz_operators --cases 5000 --operator NETWORK
    python -m tools.fuzz_operators --cases 2000 --operator CHAINS --family dsp --arrives
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np

from tests.compiler.cases import CASES
from tests.compiler.emulator import build_emulator
from tests.compiler.equality import (
    DIFFERENT,
    EQUAL,
    NO_REFERENCE,
    REFUSED,
    compare_case,
    compare_model,
)
from tests.compiler.executor import Runner, build_executor
from tests.compiler.kernels.cases import KERNEL_CASES, is_refused
from tests.compiler.kernels.forced import assert_equal, family_of, force
from tests.compiler.random_chains import compare_chains
from tests.compiler.random_networks import draw_network
from tests.compiler.wasm_executor import build_wasm_executor
from tinycnn.choices import Family
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.errors import RefusedModelError

NETWORK = "NETWORK"
CHAINS = "CHAINS"  # networks of which some operators run row by row


def compare(kind: str, seed: int, executor: Runner, numerics: Numerics) -> str:
    """The outcome of one case."""
    if kind == CHAINS:
        return compare_rows(seed, [executor], numerics)
    if kind != NETWORK:
        return compare_case(kind, seed, executor, numerics)
    rng = np.random.default_rng([seed, 3])
    return compare_model(draw_network(rng), rng, executor, numerics)


def compare_rows(
    seed: int,
    executors: Sequence[Runner],
    numerics: Numerics,
    family: Family = "dsp",
    *,
    arrives: bool = False,
) -> str:
    """The outcome of one network with chains."""
    try:
        links = compare_chains([seed], executors, numerics, family, arrives=arrives)
        return EQUAL if links else "not chained"
    except AssertionError:
        return DIFFERENT


def fuzz_chains(executors: Sequence[Runner], options: argparse.Namespace) -> int:
    """Print the outcomes of networks with chains; the number of those that differ."""
    outcomes: Counter[str] = Counter()
    for seed in range(options.seed, options.seed + options.cases):
        outcome = compare_rows(
            seed,
            executors,
            options.numerics,
            options.family,
            arrives=options.arrives,
        )
        outcomes[outcome] += 1
        if outcome == DIFFERENT:
            print(f"{CHAINS}: seed {seed} differs", flush=True)
    print(f"{CHAINS}: {dict(outcomes)}", flush=True)
    return outcomes[DIFFERENT]


def fuzz_kernels(executors: Sequence[Runner], options: argparse.Namespace) -> int:
    """Print the outcomes of a core's kernels; the number of those that differ."""
    failed = 0
    for function, draw, _ in KERNEL_CASES:
        if family_of(function) != options.family:
            continue
        if options.kernel not in (None, function):
            continue
        if is_refused(draw, options.numerics):
            print(f"{function}, {draw.__name__}: refused under {options.numerics}")
            continue
        outcomes: Counter[str] = Counter()
        for seed in range(options.seed, options.seed + options.cases):
            rng = np.random.default_rng([seed, 11])
            model = draw(rng)
            program = force(model, function, options.numerics)
            if program is None:
                outcomes["not offered"] += 1
                continue
            try:
                assert_equal(model, program, rng, executors, options.numerics)
                outcomes[EQUAL] += 1
            except RefusedModelError:
                outcomes[NO_REFERENCE] += 1
            except AssertionError as error:
                outcomes[DIFFERENT] += 1
                print(f"{draw.__name__}: seed {seed} differs: {error}", flush=True)
        failed += outcomes[DIFFERENT]
        print(f"{function}, {draw.__name__}: {dict(outcomes)}", flush=True)
    return failed


def main() -> int:
    """Print the outcomes of each operator; 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20000)
    parser.add_argument("--operator", choices=[*sorted(CASES), NETWORK, CHAINS])
    parser.add_argument("--numerics", choices=["litert", "tflm"], default="litert")
    parser.add_argument("--seed", type=int, default=0, help="of the first case")
    parser.add_argument(
        "--arrives", action="store_true", help="inputs of chains come in parts"
    )
    parser.add_argument(
        "--family",
        choices=get_args(Family),
        help="kernels for DSP, or for a fast multiplication and no more, on an "
        "emulated Cortex-M4 or M0+ unless --wasm is given",
    )
    parser.add_argument("--kernel", help="only this function of the family")
    parser.add_argument(
        "--wasm", choices=["simd", "mvp"], help="kernels as WebAssembly, here"
    )
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        executor: Runner
        if options.wasm:
            executor = build_wasm_executor(Path(folder), options.wasm)
        else:
            executor = build_executor(Path(folder))
        if options.family:
            executors: list[Runner] = [executor]
            if not options.wasm:
                place, family = Path(folder) / "emulated", options.family
                executors.append(build_emulator(place, family=family))
            fuzz = fuzz_chains if options.operator == CHAINS else fuzz_kernels
            return 1 if fuzz(executors, options) else 0
        for kind in [options.operator] if options.operator else sorted(CASES):
            if kind in REFUSED[options.numerics]:
                print(f"{kind}: refused under {options.numerics}", flush=True)
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
