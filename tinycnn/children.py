"""Programs that tinycnn runs and waits for: none outlives what it was started for.

A command comes in, what it printed goes out. Each has a session of its own, so that all
that it started in turn can be ended with it; whoever is asked to stop ends them all.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["end_all", "run", "run_text"]

_running: set[subprocess.Popen[bytes]] = set()


def run(
    command: Sequence[str],
    *,
    sent: bytes = b"",
    folder: Path | str | None = None,
    environment: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run `command` to its end; what it printed is in the result.

    Args:
        command: Program and arguments.
        sent: Its standard input.
        folder: Where it runs.
        environment: Its variables; this process' own without.
        timeout_s: When it is ended.

    Raises:
        OSError: If it cannot be started.
        subprocess.TimeoutExpired: If it takes longer.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        list(command), stdin=pipe, stdout=pipe, stderr=pipe,
        cwd=folder, env=environment, start_new_session=True,
    ) as child:  # fmt: skip
        _running.add(child)
        try:
            out, err = child.communicate(sent, timeout_s)
        finally:
            _end(child)
            _running.discard(child)
    return subprocess.CompletedProcess(list(command), child.returncode, out, err)


def run_text(
    command: Sequence[str],
    *,
    folder: Path | str | None = None,
    environment: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """As `run`, with text; bytes that are no UTF-8 are replaced."""
    done = run(command, folder=folder, environment=environment, timeout_s=timeout_s)
    out, err = (
        stream.decode("utf-8", "replace") for stream in (done.stdout, done.stderr)
    )
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def end_all() -> None:
    """End all programs that run; who waits for them goes on at once."""
    for child in tuple(_running):
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a program and what it started, unless it ended by itself."""
    if child.returncode is not None:
        return
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
