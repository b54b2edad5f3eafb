"""What TFLite Micro needs for a model: measured with the `tflite-micro` wheel.

The wheel records what it allocates but only prints it, on standard error, and an arena
that is too small is told by failing. So this module is also a program, the child that
does so with the model on its stdin: alone it lets the recording allocator print; with a
number of bytes it looks for the least arena of at least so many.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass

from tinycnn.errors import InvalidModelError
from tinycnn.reference.tflm import find_tflm_runtime

__all__ = ["TflmArena", "measure_arena"]

_STEP = 16  # what arenas are aligned to
_GENEROUS_BYTES = 1 << 28
_RECORDED = re.compile(r"Arena allocation total (\d+) bytes")


@dataclass(frozen=True, slots=True)
class TflmArena:
    """What the interpreter needs on this computer, where pointers are wide.

    Attributes:
        recorded_bytes: What stays allocated, by the recording allocator.
        least_bytes: The smallest arena that it starts in: its planner needs room, too.
    """

    recorded_bytes: int
    least_bytes: int


def measure_arena(model: bytes) -> TflmArena:
    """The arena of the model with TFLite Micro's reference kernels.

    Raises:
        InvalidModelError: If the interpreter refuses the model.
        ToolchainError: If the interpreter is not installed.
    """
    find_tflm_runtime()
    recorded = _RECORDED.search(_run_child(model).stderr.decode("utf-8", "replace"))
    if recorded is None:
        raise InvalidModelError("tflite-micro: expected its recorded allocation")
    least = int(_run_child(model, recorded[1]).stdout)
    return TflmArena(int(recorded[1]), least)


def _run_child(model: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", __name__, *arguments]
    done = subprocess.run(command, input=model, capture_output=True, check=False)
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = lines[-1] if lines else f"exit code {done.returncode}"
        raise InvalidModelError(f"tflite-micro refuses the model: {reason}")
    return done


def _main(least_bytes: str | None = None) -> None:
    start = find_tflm_runtime().Interpreter.from_bytes
    model = sys.stdin.buffer.read()
    if least_bytes is None:
        start(model, arena_size=_GENEROUS_BYTES).print_allocations()
        return
    refused, accepted = int(least_bytes) // _STEP - 1, _GENEROUS_BYTES // _STEP
    while accepted - refused > 1:
        middle = (refused + accepted) // 2
        try:
            start(model, arena_size=middle * _STEP)
            accepted = middle
        except RuntimeError:
            refused = middle
    print(accepted * _STEP)


if __name__ == "__main__":
    _main(*sys.argv[1:])
