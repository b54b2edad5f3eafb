"""Programs that play the device: their last words are the error, and none is left."""

from __future__ import annotations

import os
import sys
import time

import pytest

from tinycnn.device.child import Child
from tinycnn.errors import DeviceError

GO_ON = "run the command again; what was answered is kept where there is a log"


def python(program: str) -> Child:
    """A Python program as a child."""
    return Child([sys.executable, "-c", program], name="child")


@pytest.mark.parametrize(
    ("program", "message", "hint"),
    [
        (
            "import sys; sys.stderr.write('fault: read at 0x0\\nhint: look\\nbye\\n')",
            "child: read at 0x0",
            "look",
        ),
        ("import sys; sys.exit('out of luck')", "child: out of luck", GO_ON),
        ("raise SystemExit(7)", "child: ended with exit code 7", GO_ON),
        ("import os; os.kill(os.getpid(), 9)", "child: ended by SIGKILL", GO_ON),
    ],
)
def test_obituary_is_what_the_program_said(
    program: str, message: str, hint: str
) -> None:
    """A fault line, else the last line, else the exit code names the cause."""
    child = python(program)

    error = child.obituary()
    child.close()

    assert (str(error), error.hint) == (message, hint)


def test_program_that_does_not_exist() -> None:
    """A missing program is an error that names it."""
    with pytest.raises(DeviceError, match="nothing: cannot be started: No such file"):
        Child(["/nonexistent/program"], name="nothing")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to ignore")
def test_stubborn_program_is_killed() -> None:
    """A program that will not end is ended by force."""
    program = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    child = python(program)
    pid = int(child.first_line(10))

    started = time.monotonic()
    child.close()

    assert time.monotonic() - started < 5
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_first_line_has_a_time_limit() -> None:
    """A program that says nothing is an error after the limit."""
    child = python("import time; time.sleep(60)")

    with pytest.raises(DeviceError, match="child: not ready within 0 s") as error:
        child.first_line(0.1)
    child.close()

    assert error.value.hint == "close other programs and try again"
