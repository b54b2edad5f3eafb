"""How a command ends: one line, a hint, an exit code; whatever the fault is.

A command comes in, an exit code goes out. What tinycnn foresees says its own line and
hint; what it does not foresee is one line, too, exit code 3, and `--verbose` shows
where it came from. 1 is left for what a command itself found: the result is wrong.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

from tinycnn.children import end_all
from tinycnn.errors import TinycnnError

__all__ = ["VERBOSE", "Fault", "run_to_its_end"]

VERBOSE = "--verbose"
"""Shows the trace of an error: before the command's name, or after it."""

_HINT = f"{VERBOSE} shows where it happened; please report it with that"
_GO_ON = "run the same command again; what was finished is kept"
_BROKEN_PIPE = 128 + 13  # as a program that SIGPIPE ends
_LONGEST = 300  # characters of a line


class Fault(Exception):
    """Carries an exception past click, which has ends of its own for some kinds."""


class _Stopped(KeyboardInterrupt):
    """A signal asks the command to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def run_to_its_end(command: Callable[[], int]) -> int:
    """Run `command` and tell how it ended; returns the exit code."""
    _take_any_character()
    with _signals_stop_it() as stopped:
        try:
            code = command()
            sys.stdout.flush()
        except BaseException as error:  # whatever it is, it ends as the others do
            code = _tell(stopped[0] if stopped else error)
    return code


def _take_any_character() -> None:
    """What a terminal cannot show is written as an escape."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def _signals_stop_it() -> Iterator[list[_Stopped]]:
    """The first signal ends the command in order, a second one at once."""
    stopped: list[_Stopped] = []

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        stopped.append(_Stopped(number))
        end_all()
        raise stopped[-1]

    names = ("SIGINT", "SIGTERM", "SIGHUP")
    before = {}
    try:
        for number in (getattr(signal, n) for n in names if hasattr(signal, n)):
            if signal.getsignal(number) != signal.SIG_IGN:  # as nohup wants it
                before[number] = signal.signal(number, stop)
    except ValueError:  # not the main thread: signals are another's matter
        pass
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(error: BaseException) -> int:
    """Say what ended the command; returns the exit code."""
    if isinstance(error, Fault) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, BrokenPipeError):
        _give_up_output()
        return _BROKEN_PIPE  # who read has seen enough
    with contextlib.suppress(OSError, ValueError):  # no one may be left to tell
        if VERBOSE in sys.argv[1:]:
            click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
        if isinstance(error, click.ClickException):
            error.show()
        else:
            message, hint = _describe(error)
            for line in message.split("\n"):  # a file may have several faults
                click.echo(f"error: {line}", err=True)
            if hint:
                click.echo(f"hint: {hint}", err=True)
    if isinstance(error, OSError):
        _give_up_output()
    return _exit_code(error)


def _exit_code(error: BaseException) -> int:
    if isinstance(error, click.UsageError):
        return 2
    if isinstance(error, TinycnnError | _Stopped):
        return error.exit_code
    return 130 if isinstance(error, KeyboardInterrupt | click.Abort) else 3


def _describe(error: BaseException) -> tuple[str, str | None]:
    """Message and hint."""
    if isinstance(error, TinycnnError):
        return str(error), error.hint
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return "interrupted", _GO_ON
    if isinstance(error, MemoryError):
        return "this computer's memory does not suffice", "end other programs"
    if isinstance(error, OSError) and error.strerror:
        return _describe_system(error)
    text = " ".join(f"{type(error).__name__}: {error}".split())
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 3]}..."
    return f"unforeseen {text}", _HINT


def _describe_system(error: OSError) -> tuple[str, str]:
    """What the system refused, and of which file."""
    names = (name for name in (error.filename, error.filename2) if name is not None)
    where = " -> ".join(
        os.fsdecode(n) if isinstance(n, bytes) else str(n) for n in names
    )
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    hint = "free some space" if full else f"check the path; {VERBOSE} shows who uses it"
    return f"{where or 'the system'}: {error.strerror}", hint


def _give_up_output() -> None:
    """Let what is still to be written go nowhere, so that Python's end is silent."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
