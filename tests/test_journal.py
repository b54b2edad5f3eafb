"""A file that only grows: whole lines, whatever happens, and one writer."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tinycnn.errors import TinycnnError
from tinycnn.journal import Journal

LINES = [b"one", b"", b"three three three", b"4"]


def write(path: Path, *lines: bytes) -> None:
    """Append lines."""
    journal = Journal(path)
    for line in lines:
        journal.append(line)
    journal.close()


def read(path: Path) -> list[bytes]:
    """All whole lines."""
    journal = Journal(path)
    found = list(journal.lines())
    journal.close()
    return found


def test_what_was_appended_is_there(tmp_path: Path) -> None:
    """In its order, by several writers one after the other."""
    path = tmp_path / "new" / "log"
    write(path, *LINES[:2])
    write(path, *LINES[2:])

    assert read(path) == LINES


def test_a_torn_tail_is_cut_wherever_it_ends(tmp_path: Path) -> None:
    """Then lines are appended and read again; nothing is cut before that."""
    path = tmp_path / "log"
    write(path, *LINES)
    whole = path.read_bytes()
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        kept = whole[:size].split(b"\n")[:-1]
        assert read(path) == kept
        assert path.read_bytes() == whole[:size]
        write(path, b"new", b"newer")
        assert read(path) == [*kept, b"new", b"newer"]


def test_a_long_tail_is_cut(tmp_path: Path) -> None:
    """Its start is found where it is far from the end."""
    path = tmp_path / "log"
    path.write_bytes(b"one\n" + b"x" * 200_000)
    write(path, b"two")

    assert path.read_bytes() == b"one\ntwo\n"


def test_there_is_one_writer(tmp_path: Path) -> None:
    """Another process is told in one line, and can have it afterwards."""
    path = tmp_path / "log"
    code = "import sys; from pathlib import Path; from tinycnn.journal import Journal\n"
    code += "try: Journal(Path(sys.argv[1])).append(b'other')\n"
    code += "except Exception as error: print(error, '|', error.hint)"
    command = [sys.executable, "-c", code, str(path)]
    journal = Journal(path)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    journal.append(b"mine")
    journal.close()
    subprocess.run(command, check=True)

    hint = "wait until it ends, then run this again"
    assert said == f"{path}: in use by another process | {hint}\n"
    assert read(path) == [b"mine", b"other"]


@pytest.mark.parametrize("taken", [0, 1, 5])
def test_a_full_disk_is_one_line_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    """Whether it takes nothing of a line or a part; a later line is whole again."""
    path, write_some = tmp_path / "log", os.write
    journal = Journal(path)
    journal.append(b"first")
    with monkeypatch.context() as patch:

        def full(file: int, data: bytes) -> int:
            if not taken:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write_some(file, data[:taken])

        patch.setattr(os, "write", full)
        with pytest.raises(TinycnnError) as caught:
            journal.append(b"second")
    journal.append(b"third")
    journal.close()

    assert str(caught.value) == f"{path}: cannot be written: No space left on device"
    assert caught.value.hint == "free some space"
    assert read(path) == [b"first", b"third"]


def test_lines_reach_the_disk_in_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """About each second, and at the end."""
    synced, clock = [], [0.0]
    path = tmp_path / "log"
    monkeypatch.setattr("tinycnn.journal.time.monotonic", lambda: clock[0])
    monkeypatch.setattr(os, "fsync", lambda _: synced.append(path.stat().st_size))
    journal = Journal(path)
    synced.clear()  # that it is there
    for number in range(35):
        clock[0] = number / 10
        journal.append(b"xyz")
    journal.close()

    assert synced == [4 * 12, 4 * 23, 4 * 34, 4 * 35]


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_one_line(tmp_path: Path, kind: str) -> None:
    """And nothing waits for a pipe."""
    path = tmp_path / "log"
    path.mkdir() if kind == "folder" else os.mkfifo(path)

    with pytest.raises(TinycnnError, match="log: cannot be written: "):
        Journal(path)
