"""Which operators take other cycles than `analyze` predicts?

Each model is built, run under the meter and compared with its reference. An operator is
told if the prediction is off by more than 15 % of what it takes, and that is 1 % of the
model's time or more.

    python -m tools.predictions MODEL.tflite...
    python -m tools.predictions --optimize ram --all MODEL.tflite...

Exit codes: 0 none, 1 some, or an output is not the reference's, 2 usage, 3 any other
error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from tinycnn.choices import Arrival, Optimize
from tinycnn.compiler import Objective, compile_tflite
from tinycnn.errors import TinycnnError
from tinycnn.firmware import Pattern, make_input
from tinycnn.harness import OpProfile, Profile
from tools.bench.image import COMPILERS, NAME, Compiler
from tools.bench.measure import measure_build, run_reference
from tools.bench.meters import find_meter
from tools.bench.record import Network

__all__ = ["is_off", "main", "measure_model"]

_OFF = 0.15
_SHARE = 0.01


def measure_model(content: bytes, objective: Objective, compiler: Compiler) -> Profile:
    """What the operators of a model take under the meter, and were predicted to.

    Raises:
        OutputError: If the output is not the reference's.
        TinycnnError: If the model, a tool or the meter fails.
    """
    compilation = compile_tflite(content, name=NAME, objective=objective)
    inputs = make_input(compilation.program, Pattern(0))
    expected = run_reference(content, Network("the model", ""), inputs)
    meter = find_meter()
    return measure_build(compilation, compiler, inputs, expected, meter).profile


def is_off(operator: OpProfile, profile: Profile) -> bool:
    """Whether the prediction is, by so much that it counts."""
    error = abs((operator.predicted_cycles or 0) - operator.cycles)
    return error > _OFF * operator.cycles and profile.share(operator) >= _SHARE


def main(arguments: Sequence[str] | None = None) -> int:
    """Print those that are off; returns the exit code."""
    compilers = {str(compiler): compiler for compiler in COMPILERS}
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("models", nargs="+", type=Path)
    add("--optimize", choices=get_args(Optimize), default="speed")
    add("--input", choices=get_args(Arrival), default="whole", help="how it arrives")
    add("--compiler", choices=compilers, default="gcc -O2", help="default: gcc -O2")
    add("--all", action="store_true", help="those that are not off, too")
    options = parser.parse_args(arguments)
    objective = Objective(options.optimize, arrival=options.input)
    exit_code, off = 0, 0
    for path in options.models:
        try:
            content, compiler = path.read_bytes(), compilers[options.compiler]
            profile = measure_model(content, objective, compiler)
        except TinycnnError as error:
            print(f"{path.stem}: {error}")
            exit_code = max(exit_code, error.exit_code)
            continue
        for operator in profile.operators:
            off += is_off(operator, profile)
            if options.all or is_off(operator, profile):
                print(_tell(path.stem, operator, profile), flush=True)
    print(f"{off} operators of {len(options.models)} models are off by more than 15 %")
    return exit_code or int(off > 0)


def _tell(model: str, operator: OpProfile, profile: Profile) -> str:
    predicted = operator.predicted_cycles or 0
    return (
        f"{model:24} {operator.index:3} {operator.kind:18} {operator.kernel:40} "
        f"{operator.cycles:10,} predicted {predicted:10,} "
        f"{predicted / operator.cycles - 1:+5.0%} of {profile.share(operator):4.0%}"
    )


if __name__ == "__main__":
    sys.exit(main())
