"""A reference interpreter in a process of its own, with limits: for foreign models.

The interpreters trust their input and die on some broken files. Here a crash, a loop
or a memory bomb ends the child, and the caller gets one line. Run as a program, this
module is the child: it reads rows of one size from stdin and writes rows of one size,
after that size, to stdout. Windows has no such limits; only a wall clock guards there.
"""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tinycnn.children import run
from tinycnn.errors import RefusedModelError, TinycnnError
from tinycnn.files import scratch_folder
from tinycnn.reference.interpreters import LOADERS
from tinycnn.reference.reference import RunRows
from tinycnn.reference.refusal import boil_down, shorten

__all__ = ["Limits", "isolate", "limit_process"]

_SIZE = struct.Struct("<I")
_REFUSED = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use.

    Attributes:
        memory_bytes: Address space.
        cpu_s: Processor time.
        wall_s: Time until it is ended from outside.
    """

    memory_bytes: int = 4 << 30
    cpu_s: int = 10
    wall_s: int = 20


def isolate(numerics: str, model: Path, limits: Limits) -> RunRows:
    """The function that runs `model` in a child; each call starts a new one."""
    return lambda rows: _run_child(numerics, model.resolve(), limits, rows)


def _run_child(
    numerics: str, model: Path, limits: Limits, rows: Sequence[bytes]
) -> list[bytes]:
    command = [sys.executable, "-m", __name__, numerics, os.fspath(model)]
    command += [str(limits.memory_bytes), str(limits.cpu_s)]
    row_bytes = len(rows[0]) if rows else 0
    package_root = os.fspath(Path(__file__).parents[2])
    environment = {
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(
            filter(None, (package_root, os.environ.get("PYTHONPATH")))
        ),
    }
    with scratch_folder() as folder:
        try:
            done = run(
                command,
                sent=_SIZE.pack(row_bytes) + b"".join(rows),
                timeout_s=limits.wall_s,
                folder=folder,
                environment=environment,
            )
        except subprocess.TimeoutExpired as error:
            raise RefusedModelError(
                f"{model.name}: the {numerics} reference did not finish in "
                f"{limits.wall_s} s"
            ) from error
    if done.returncode:
        raise RefusedModelError(shorten(f"{model.name}: {_why(numerics, done)}"))
    return _split(done.stdout, len(rows))


def _why(numerics: str, done: subprocess.CompletedProcess[bytes]) -> str:
    """What ended the child, in one line."""
    if done.returncode == _REFUSED:
        *printed, raised = done.stderr.decode("utf-8", "replace").strip().splitlines()
        found = boil_down("\n".join(printed))  # TFLite Micro prints where it fails
        if not found.startswith("op "):
            return raised
        return f"{raised.partition(': ')[0]}: {found}"
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        return f"the {numerics} reference died of {name}"
    return f"the {numerics} reference ended with exit code {done.returncode}"


def _split(data: bytes, count: int) -> list[bytes]:
    (size,) = _SIZE.unpack_from(data)
    return [data[_SIZE.size + i * size :][:size] for i in range(count)]


def limit_process(memory_bytes: int, cpu_s: int) -> None:
    """Limit this process from now on, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main(numerics: str, model: str, memory_bytes: str, cpu_s: str) -> int:
    """The child: rows on stdin, outputs on stdout."""
    stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the interpreter prints is not an output
    limit_process(int(memory_bytes), int(cpu_s))
    data = sys.stdin.buffer.read()
    (row_bytes,) = _SIZE.unpack_from(data)
    body = data[_SIZE.size :]
    rows = [body[i : i + row_bytes] for i in range(0, len(body), row_bytes or 1)]
    try:
        outputs = LOADERS[numerics](Path(model).read_bytes())(rows)
    except (TinycnnError, ValueError, RuntimeError, MemoryError) as error:
        sys.stderr.write(f"\n{' '.join(str(error).split()) or 'out of memory'}\n")
        return _REFUSED
    with stdout:
        stdout.write(_SIZE.pack(len(outputs[0]) if outputs else 0))
        stdout.write(b"".join(outputs))
    return 0


if __name__ == "__main__":
    raise SystemExit(_main(*sys.argv[1:]))
