"""Holds a place of labgrid for another program, and releases it when that has ended.

However the other ends: its end of the pipe closes even when it is killed. Run as a
script of its own, with the command that leads to the place as arguments; it says on its
output how the place was acquired, in one line.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time

_TIMEOUT_S = 60.0
_TRIES = 3


def main(client: list[str]) -> int:
    """Acquire, wait for the end of the input, release; the last one's exit code."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # only the input's end counts
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    code, words = _run([*client, "acquire"])
    with contextlib.suppress(OSError):  # who asked may be gone
        print(code, words, flush=True)
    if code:
        return code
    with contextlib.suppress(OSError):
        sys.stdin.read()
    for _ in range(_TRIES):
        code, words = _run([*client, "release"])
        if not code:
            break
        time.sleep(1)
    return code


def _run(command: list[str]) -> tuple[int, str]:
    """Exit code of a command, and the last line that it wrote."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, " ".join(str(error).split())
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    return done.returncode, lines[-1].strip() if lines else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
