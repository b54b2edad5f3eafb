"""What row by row costs and saves: `python -m tools.measure_rows MODEL.tflite ...`.

With `--numerics tflm` before the models these equal TFLite Micro.

Each model is built three times, as the fastest layer by layer, with `optimize = "ram"`,
and with that and an input that arrives by rows; the independent meter counts the cycles
of one inference, whose output is compared with the reference's. Exit codes: 0 equal, 1
not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tinycnn.choices import Numerics
from tinycnn.compiler import Objective, compile_tflite
from tinycnn.firmware import Pattern, make_input
from tinycnn.reference import load_isolated_reference
from tools.bench.image import NAME, Compiler, build_bare_image
from tools.bench.meters import find_meter

__all__ = ["main"]

_WAYS = (
    ("layer by layer", Objective()),
    ("ram", Objective("ram")),
    ("ram, by rows", Objective("ram", arrival="rows")),
)


def main(arguments: Sequence[str]) -> int:
    """Print a line for each model and way; 1 if an output differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--numerics", choices=["litert", "tflm"], default="litert")
    options = parser.parse_args(arguments)
    meter = find_meter()
    if meter is None:
        sys.exit("expected a meter: set TINYCNN_METER")
    compiler, failed = Compiler("arm-none-eabi-gcc", "-O2"), 0
    for path in options.models:
        for way, objective in _WAYS:
            arena, cycles, is_equal = _measure(
                path, options.numerics, objective, compiler, meter
            )
            failed |= not is_equal
            outcome = "" if is_equal else "  DIFFERENT"
            print(
                f"{path.stem:24} {way:14} {arena:7,} bytes {cycles / 1e6:7.3f} M"
                f"{outcome}",
                flush=True,
            )
    return int(failed)


def _measure(
    path: Path,
    numerics: Numerics,
    objective: Objective,
    compiler: Compiler,
    meter: Path,
) -> tuple[int, int, bool]:
    """Arena, cycles, and whether the output is the reference's."""
    compilation = compile_tflite(
        path.read_bytes(), name=NAME, numerics=numerics, objective=objective
    )
    inputs = make_input(compilation.program, Pattern(0))
    with tempfile.TemporaryDirectory() as folder:
        image = build_bare_image(compilation, compiler, inputs, Path(folder))
        command = [sys.executable, str(meter), str(image.elf), "--quiet"]
        result = Path(folder) / "run.json"
        command += ["--json", str(result)]
        subprocess.run(command, check=True, capture_output=True)
        run = json.loads(result.read_text("utf-8"))
    expected = load_isolated_reference(path, numerics).run(inputs[np.newaxis])
    output = run["output"].encode("latin1")
    arena = compilation.plan.arena_bytes
    return arena, run["cycles_stalls"], output == expected.tobytes()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
