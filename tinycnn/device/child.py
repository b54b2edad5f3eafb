"""A program that plays the device: started, listened to on stderr, always ended.

What the program says on stderr as it dies (`fault: …`, `hint: …`, or any last line) is
kept, so that the error which a user sees is the program's own.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from typing import IO

from tinycnn.errors import DeviceError

__all__ = ["Child"]

_KEPT_LINES = 50
_GRACE_S = 2.0
_GO_ON = "run the command again; what was answered is kept where there is a log"


class Child:
    """A running program with pipes for its three streams.

    Args:
        command: Program and arguments.
        name: What to call it in errors.

    Raises:
        DeviceError: If it cannot be started.
    """

    def __init__(self, command: Sequence[str], *, name: str) -> None:
        self.name = name
        pipe = subprocess.PIPE
        try:
            # Its own session: Ctrl-C reaches tinycnn, which ends the child in order.
            self._process = subprocess.Popen(
                list(command), stdin=pipe, stdout=pipe, stderr=pipe,
                bufsize=0, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            text = f"{name}: cannot be started: {error.strerror or error}"
            raise DeviceError(text, hint="run tinycnn build again") from error
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def stdin(self) -> IO[bytes]:
        """Where the program reads, unbuffered."""
        return _present(self._process.stdin)

    @property
    def stdout(self) -> IO[bytes]:
        """Where the program writes, unbuffered."""
        return _present(self._process.stdout)

    def first_line(self, timeout_s: float) -> str:
        """The first line of the program's standard output; empty if it has none.

        Raises:
            DeviceError: If it says nothing in time.
        """
        got: list[bytes] = []

        def read() -> None:
            got.append(self.stdout.readline(1000))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        reader.join(timeout_s)
        if not got:
            self._process.kill()
            reader.join(_GRACE_S)
            text = f"{self.name}: not ready within {timeout_s:.0f} s"
            raise DeviceError(text, hint="close other programs and try again")
        return got[0].decode("utf-8", "replace").strip()

    def obituary(self) -> DeviceError:
        """Why the program went away, in its own words; ends it if it has not ended."""
        code = self._end(_GRACE_S)
        lines = [line for line in self._lines if line]
        faults = [line for line in lines if line.startswith("fault: ")]
        hints = [line for line in lines if line.startswith("hint: ")]
        cause = (faults or lines or [_name_end(code)])[-1]
        hint = hints[-1].removeprefix("hint: ") if hints else _GO_ON
        return DeviceError(f"{self.name}: {cause.removeprefix('fault: ')}", hint)

    def end(self) -> None:
        """End the program: by closing its stdin, and by force if that is not enough."""
        with contextlib.suppress(OSError):  # gone, with bytes still to be read
            self.stdin.close()
        self._end(_GRACE_S)

    def close(self) -> None:
        """End the program and let its pipes go; no thread may be reading them."""
        self.end()
        self.stdout.close()
        if self._process.stderr is not None and not self._listener.is_alive():
            self._process.stderr.close()

    def _end(self, grace_s: float) -> int:
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace_s)
        finally:
            self._process.kill()  # also when Ctrl-C comes while waiting
        code = self._process.wait()
        self._listener.join(grace_s)
        return code

    def _listen(self) -> None:
        for line in _present(self._process.stderr):
            self._lines.append(line[:1000].decode("utf-8", "replace").strip())


def _name_end(code: int) -> str:
    """How a program ended that said nothing."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"


def _present(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the program has no such pipe")
    return stream
