"""What TFLite Micro needs for a model: measured with the `tflite-micro` wheel.

The wheel records what it allocates but only prints it, on standard error, and in an
arena that is too small it fails or dies. So this module is also a program: a child with
the model on its stdin, which forks once for each arena that it tries. (There are wheels
for Linux only.)
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from dataclasses import dataclass

from tinycnn.children import run
from tinycnn.errors import RefusedModelError
from tinycnn.reference.refusal import boil_down, shorten
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
        RefusedModelError: If the interpreter refuses the model.
        ToolchainError: If the interpreter is not installed.
    """
    find_tflm_runtime()
    command = [sys.executable, "-m", __name__]
    done = run(command, sent=model)
    if done.returncode:
        reason = boil_down(done.stderr.decode("utf-8", "replace"))
        raise RefusedModelError(shorten(f"tflite-micro refuses the model: {reason}"))
    recorded, least = map(int, done.stdout.split())
    return TflmArena(recorded, least)


def _main() -> int:
    start = find_tflm_runtime().Interpreter.from_bytes
    model = sys.stdin.buffer.read()

    def try_arena(size_bytes: int) -> str | None:
        """What the interpreter prints in such an arena; None if it does not start."""
        with tempfile.TemporaryFile() as log:
            if not (child := os.fork()):
                os.dup2(log.fileno(), 2)
                start(model, arena_size=size_bytes).print_allocations()
                os._exit(0)
            _, status = os.waitpid(child, 0)
            log.seek(0)
            return None if status else log.read().decode("utf-8", "replace")

    printed = _RECORDED.search(try_arena(_GENEROUS_BYTES) or "")
    if printed is None:
        start(model, arena_size=_GENEROUS_BYTES)  # says why
        return 1
    recorded = int(printed[1])
    refused, accepted = recorded // _STEP - 1, _GENEROUS_BYTES // _STEP
    while accepted - refused > 1:
        middle = (refused + accepted) // 2
        if try_arena(middle * _STEP) is None:
            refused = middle
        else:
            accepted = middle
    print(recorded, accepted * _STEP)
    return 0


if __name__ == "__main__":
    raise SystemExit(_main())
