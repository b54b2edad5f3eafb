"""Compile every `.tflite` file of a folder and compare it with its reference.

A table: equal outputs of all, arena and its bound, bytes of weights and tables, seconds
of the compilation, memory of it and the comparison. Run from the repository's root:

    python -m tools.compare_models FOLDER --inputs 1000 --numerics tflm --device sim
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.compiler.cases import draw_rows
from tinycnn.analysis.fit import find_objective
from tinycnn.boards import load_board
from tinycnn.compiler import Compilation, compile_tflite
from tinycnn.device import Device, open_host, open_simulated
from tinycnn.errors import TinycnnError
from tinycnn.firmware import build_host, build_image, write_arduino_project
from tinycnn.reference import Limits, load_isolated_reference

LIMITS = Limits(cpu_s=1800, wall_s=3600)


@dataclass(frozen=True)
class Row:
    """What is measured of one model."""

    equal: str
    arena: str = "-"
    constants: str = "-"
    seconds: str = "-"
    memory: str = "-"
    note: str = ""


def measure(path: Path, options: argparse.Namespace, folder: Path) -> Row:
    """One line of the table."""
    start = time.monotonic()
    try:
        compilation = compile_tflite(
            path.read_bytes(),
            name="m",
            numerics=options.numerics,
            objective=find_objective(load_board(options.board), options.optimize),
        )
        seconds = time.monotonic() - start
        equal = compare(path, compilation, options, folder)
    except TinycnnError as error:
        return Row("-", note=str(error)[:100])
    plan, arrays = compilation.plan, compilation.program.arrays
    sizes = {"int32_t": 4, "float": 4}
    constants = sum(a.values.size * sizes.get(a.ctype, 1) for a in arrays)
    return Row(
        equal,
        f"{plan.arena_bytes:,} (bound {plan.lower_bound_bytes:,})",
        f"{constants:,}",
        f"{seconds:.2f}",
        f"{peak_mib()}",
    )


def peak_mib() -> int:
    """The most memory of this process, MiB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def compare(
    path: Path, compilation: Compilation, options: argparse.Namespace, folder: Path
) -> str:
    """Equal outputs / all."""
    program, rng = compilation.program, np.random.default_rng(options.seed)
    rows = draw_rows(rng, [b.tensor for b in program.inputs], options.inputs)
    reference = load_isolated_reference(path, options.numerics, limits=LIMITS)
    expected = [row.tobytes() for row in reference.run(rows)]
    with open_device(compilation, options, folder) as device:
        got = [device.infer(row.tobytes()).output.tobytes() for row in rows]
    equal = sum(a == b for a, b in zip(expected, got, strict=True))
    return f"{equal}/{len(rows)}"


def open_device(
    compilation: Compilation, options: argparse.Namespace, folder: Path
) -> Device:
    """The generated C as a program of this computer, or on the simulated board."""
    board = load_board(options.board)
    project = write_arduino_project(
        folder,
        name="m",
        model_sources=compilation.sources,
        kernels=compilation.program.kernels,
        board=board,
    )
    if options.device == "host":
        return open_host(build_host(project, output=folder / "host"))
    image = build_image(project, board, output=folder / "m.elf")
    return open_simulated(image.elf, board.name)


def main() -> int:
    """Print the table; each model is measured in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--numerics", choices=["litert", "tflm"], default="litert")
    parser.add_argument("--device", choices=["host", "sim"], default="host")
    parser.add_argument("--board", default="nano33ble", help="of the kernels")
    parser.add_argument("--optimize", choices=["speed", "size", "ram"], default="speed")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print("| model | equal | arena | constants | s | MiB | note |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for path in sorted(options.folder.glob("*.tflite")):
        child = os.fork()
        if child == 0:
            with tempfile.TemporaryDirectory() as folder:
                row = measure(path, options, Path(folder))
            cells = (path.stem, row.equal, row.arena, row.constants)
            text = " | ".join((*cells, row.seconds, row.memory, row.note))
            print(f"| {text} |", flush=True)
            os._exit(0)
        os.waitpid(child, 0)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
