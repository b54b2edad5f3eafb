"""Each end of a command: one line, a hint, an exit code; 1 only for a wrong result."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import residual_model
from tinycnn.cli import boards as boards_command

VERBOSE = "--verbose shows where it happened; please report it with that"
FULL = Path("/dev/full")


def raising(error: BaseException) -> object:
    """A function that raises `error`, whatever it is given."""

    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "message", "code"),
    [
        (KeyError("x"), f"unforeseen KeyError: 'x'\nhint: {VERBOSE}", 3),
        (ValueError("a\nb" * 400), "unforeseen ValueError: a ba b", 3),
        (
            RecursionError("deep"),
            f"unforeseen RecursionError: deep\nhint: {VERBOSE}",
            3,
        ),
        (EOFError("end"), f"unforeseen EOFError: end\nhint: {VERBOSE}", 3),
        (SystemExit(1), f"unforeseen SystemExit: 1\nhint: {VERBOSE}", 3),
        (click.FileError("f", "bad"), "could not open file 'f': bad", 3),
        (MemoryError(), "this computer's memory does not suffice", 3),
        (OSError(5, "Input/output error", "a.bin"), "a.bin: Input/output error", 3),
        (
            OSError(28, "No space left", "a"),
            "a: No space left\nhint: free some space",
            3,
        ),
        (OSError("no number"), f"unforeseen OSError: no number\nhint: {VERBOSE}", 3),
        (UnicodeEncodeError("ascii", "é", 0, 1, "no"), "unforeseen UnicodeEncode", 3),
        (
            KeyboardInterrupt(),
            "interrupted\nhint: run the same command again; what",
            130,
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_whatever_is_raised_is_one_line(
    error: BaseException,
    message: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Foreseen or not; the trace is for those who ask, before the error's line."""
    monkeypatch.setattr(boards_command, "print_json", raising(error))
    done = tinycnn("boards", "--json", cwd=tmp_path)

    assert done.returncode == code
    assert done.stderr.lower().startswith(f"error: {message}".lower())
    assert max(map(len, done.stderr.splitlines())) <= 330
    for words in (("--verbose", "boards", "--json"), ("boards", "--json", "--verbose")):
        shown = tinycnn(*words, cwd=tmp_path)
        assert shown.returncode == code
        assert shown.stderr.startswith("Traceback") or "Traceback" in shown.stderr
        assert shown.stderr.endswith(done.stderr)


@pytest.mark.parametrize("words", [("datasets", "show", "x"), ("models", "show", "x")])
def test_parts_of_a_group_show_it_too(words: tuple[str, ...], tmp_path: Path) -> None:
    """Wherever the option stands."""
    done = tinycnn(*words, "--verbose", cwd=tmp_path)

    assert "No such option" not in done.stderr
    assert "Traceback" in done.stderr


def start(*arguments: object, cwd: Path, **more: str) -> subprocess.Popen[str]:
    """The command as a user has it, which is written to and ended."""
    return subprocess.Popen(
        [sys.executable, "-m", "tinycnn", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )


def test_nobody_reads(tmp_path: Path) -> None:
    """`tinycnn boards | head -1`: silence, and never the code of a wrong result."""
    with start("boards", "--json", cwd=tmp_path) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        said = child.stderr.read()

    assert (child.returncode, said) == (141, "")


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has /dev/full")
def test_a_full_disk_behind_the_output(tmp_path: Path) -> None:
    """`tinycnn boards > file` on a full disk."""
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tinycnn", "boards"],
            cwd=Path(__file__).parents[2],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 3
    assert done.stderr.startswith("error: the system: No space left on device\nhint: ")
    assert done.stderr.count("\n") == 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_an_odd_terminal(encoding: str, tmp_path: Path) -> None:
    """What it cannot show is an escape."""
    picture = tmp_path / "Größe✓"
    child = start("init", picture, cwd=tmp_path, PYTHONIOENCODING=encoding)
    out, err = child.communicate()

    assert child.returncode in (0, 2), err
    assert "Traceback" not in out + err


def test_no_home_and_no_folder(tmp_path: Path) -> None:
    """HOME is unset, and the working directory was deleted."""
    gone = tmp_path / "gone"
    gone.mkdir()
    script = "import os, runpy, sys; os.rmdir(os.getcwd()); sys.argv[:] = {}; {}"
    run = "runpy.run_module('tinycnn', run_name='__main__')"
    words = "['tinycnn', 'init']"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    environment.pop("HOME", None)
    done = subprocess.run(
        [sys.executable, "-c", script.format(words, run)],
        cwd=gone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode in (2, 3)
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "place",
    [
        "folder",
        "pipe",
        "socket",
        "/dev/zero",
        "x" * 5000,
        "file/x",
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        ("compile", "{}", "-o", "out"),
        ("compile", "net.tflite", "-o", "{}"),
        ("compile", "net.tflite", "-o", "out", "--labels", "{}"),
        ("analyze", "{}"),
        ("build", "{}"),
        ("init", "{}"),
        ("init", "demo", "--dataset", "{}"),
        ("datasets", "show", "{}"),
    ],
    ids=" ".join,
)
def test_a_path_that_is_something_else(
    place: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    """One line; nothing hangs, nothing that was there changes."""
    (tmp_path / "net.tflite").write_bytes(residual_model())
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine").touch()
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        started = time.monotonic()
        done = tinycnn(*(word.format(place) for word in words), cwd=tmp_path)

    assert "Traceback" not in done.stderr
    assert "unforeseen" not in done.stderr
    assert done.returncode in (0, 2, 3) if words[0] == "init" else (2, 3), done.stderr
    assert time.monotonic() - started < 20
    assert (tmp_path / "file").read_bytes() == b"mine"
    assert (tmp_path / "folder" / "mine").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_ends_the_command_and_its_children(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    """Within two seconds; nothing is left of what was begun."""
    (tmp_path / "net.tflite").write_bytes(residual_model())
    child = start("validate", "net.tflite", cwd=tmp_path, TMPDIR=str(tmp_path))
    assert child.stdout is not None
    while not child.stdout.readline().startswith("build"):
        assert child.poll() is None
    time.sleep(0.3)
    begun = time.monotonic()
    child.send_signal(number)
    _, said = child.communicate(timeout=20)

    assert (child.returncode, said.splitlines()[0]) == (code, "error: interrupted")
    assert time.monotonic() - begun < 2
    assert [path.name for path in tmp_path.iterdir()] == ["net.tflite"]
    assert str(tmp_path) not in _commands()


def _commands() -> str:
    done = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True)
    return done.stdout
