"""One inference -> its output, its cycles and its stack.

A meter is a program of its own: it runs a bare image between the image's markers, and
writes what it counted as JSON. Where there is none, the simulated board profiles a
sketch made of the same sources.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.boards import load_board
from tinycnn.compiler import Compilation
from tinycnn.device import StepRun, open_simulated
from tinycnn.errors import ToolchainError
from tinycnn.firmware import build_image, write_arduino_project
from tools.bench.image import NAME, Compiler, Image
from tools.bench.record import FLASH_WAIT

__all__ = ["BOARD", "Run", "find_beside", "find_meter", "run_meter", "simulate"]

BOARD = "nano33ble"
_SHARED = Path(__file__).resolve().parents[3] / "shared"


@dataclass(frozen=True, slots=True)
class Run:
    """What was seen of one inference.

    Attributes:
        output: Its bytes.
        cycles: Of all.
        waiting_cycles: Of all where each word of data read from flash waits.
        steps: Of each kernel call.
        stack_bytes: Of all.
    """

    output: bytes
    cycles: int
    waiting_cycles: int
    steps: tuple[StepRun, ...]
    stack_bytes: int


def find_meter() -> Path | None:
    """The program that counts; None: the simulated board is to do so."""
    return find_beside("TINYCNN_METER", "tools/m4run.py")


def find_beside(variable: str, path: str) -> Path | None:
    """What an environment variable names, else what lies beside the repository."""
    if variable in os.environ:
        return Path(os.environ[variable])
    return _SHARED / path if (_SHARED / path).exists() else None


def run_meter(meter: Path, image: Image, calls: int) -> Run:
    """What the program `meter` counts in `image`, whose inference makes `calls` calls.

    Raises:
        ToolchainError: If it fails, or sees another number of calls.
    """
    result = image.elf.with_suffix(".json")
    command = [sys.executable, str(meter), str(image.elf), "--json", str(result)]
    command += ["--quiet", "--calls-in", f"{NAME}_invoke"]
    command += ["--flash-wait", str(FLASH_WAIT)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ToolchainError(
            f"{meter.name}: failed with exit code {done.returncode}",
            hint=done.stdout + done.stderr,
        )
    found = json.loads(result.read_text(encoding="utf-8"))
    # The first segment is what lies outside the calls, a tail call at the end included.
    outside, *inside = (s["cycles_stalls"] for s in found["segments"])
    cycles = [*inside, outside][:calls]
    if len(cycles) != calls or len(inside) > calls:
        raise ToolchainError(
            f"{meter.name}: expected {calls} calls in {NAME}_invoke, got {len(inside)}",
            hint="the compiler has inlined a kernel",
        )
    return Run(
        output=found["output"].encode("latin1"),
        cycles=found["cycles_stalls"],
        waiting_cycles=found["cycles_wait"][str(FLASH_WAIT)],
        steps=tuple(StepRun(n, 0, 0) for n in cycles),
        stack_bytes=found["stack_bytes"],
    )


def simulate(
    compilation: Compilation,
    compiler: Compiler,
    inputs: NDArray[np.int8],
    folder: Path,
) -> Run:
    """What the simulated board tells of a sketch that is written to `folder`.

    Raises:
        ToolchainError: If the sketch cannot be built.
        DeviceError: If the board fails.
    """
    board = load_board(BOARD)
    sketch = write_arduino_project(
        folder,
        name=NAME,
        model_sources=compilation.sources,
        kernels=compilation.program.kernels,
        board=board,
    )
    image = build_image(
        sketch,
        board,
        output=folder / "bench.elf",
        toolchain=compiler.toolchain,
        optimization=compiler.optimization,
    )
    with open_simulated(image.elf, board.name) as device:
        inference = device.infer(inputs)
        steps = device.profile(inputs)
    timings = {"flash_wait": FLASH_WAIT}
    with open_simulated(image.elf, board.name, timings=timings) as device:
        waiting = device.infer(inputs)
    return Run(
        output=inference.output.tobytes(),
        cycles=inference.cycles,
        waiting_cycles=waiting.cycles,
        steps=steps,
        stack_bytes=max(step.stack_bytes for step in steps),
    )
