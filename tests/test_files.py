"""Old or new, and whole: files and folders that take a place in one step."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tinycnn import files
from tinycnn.errors import TinycnnError
from tinycnn.files import (
    reading,
    scratch_folder,
    write_whole,
    writing,
    writing_folder,
)

# Replaces a file and a folder of three files for ever; each holds one letter only.
_REPLACE = """
import sys
from itertools import cycle
from pathlib import Path
from tinycnn.files import write_whole, writing_folder
folder = Path(sys.argv[1])
for letter in cycle("ab"):
    write_whole(letter * 100_000, folder / "file")
    with writing_folder(folder / "sub") as new:
        for name in "123":
            (new / name).write_text(letter)
    print(letter, flush=True)
"""


def test_a_kill_leaves_old_or_new(tmp_path: Path) -> None:
    """Whenever it comes."""
    for number in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", _REPLACE, str(tmp_path)],
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(number * 0.007)
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()

        text = (tmp_path / "file").read_text()
        assert text in ("a" * 100_000, "b" * 100_000)
        held = {path.name: path.read_text() for path in (tmp_path / "sub").iterdir()}
        assert held.keys() == set("123")
        assert len(set(held.values())) == 1


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_folder_takes_the_place_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool
) -> None:
    """Nothing of the old one stays, on systems without an exchange, too."""
    if not can_exchange:
        monkeypatch.setattr(files, "_exchange", lambda one, other: False)
    for name in ("old", "new"):
        with writing_folder(tmp_path / "deep" / "sub") as folder:
            (folder / name).touch()

    assert [p.name for p in (tmp_path / "deep").rglob("*")] == ["sub", "new"]


def test_what_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    """The old file and the old folder stay, and nothing beside them."""
    write_whole("old", tmp_path / "file")
    with writing_folder(tmp_path / "sub") as folder:
        (folder / "old").touch()

    def fail_in_file() -> None:
        with writing(tmp_path / "file") as stream:
            stream.write(b"ne")
            raise RuntimeError

    def fail_in_folder() -> None:
        with writing_folder(tmp_path / "sub") as folder:
            (folder / "new").touch()
            raise RuntimeError

    for fail in (fail_in_file, fail_in_folder):
        with pytest.raises(RuntimeError):
            fail()

    assert (tmp_path / "file").read_text() == "old"
    assert {p.name for p in tmp_path.rglob("*")} == {"file", "sub", "old"}


def test_a_failed_move_puts_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where two steps are needed and the second one fails."""
    monkeypatch.setattr(files, "_exchange", lambda one, other: False)
    (tmp_path / "sub").mkdir()
    moved: list[str] = []

    def replace(source: Path, target: Path) -> None:
        moved.append(target.name)
        if len(moved) == 2:
            raise PermissionError
        source.rename(target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(PermissionError), writing_folder(tmp_path / "sub"):
        pass

    assert [p.name for p in tmp_path.iterdir()] == ["sub"]


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """With its path, the reason and a remedy."""
    (tmp_path / "file").touch()
    with pytest.raises(TinycnnError, match=r"file.x: cannot be written: ") as caught:
        write_whole("text", tmp_path / "file" / "x")

    assert caught.value.hint == "choose another file"


def test_only_this_module_replaces_files() -> None:
    """What is written whole is written here."""
    package = Path(files.__file__).parent
    others = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "os.replace(" in path.read_text("utf-8")
    ]

    assert set(others) == {"files.py", "simulator/native.py"}


def test_only_regular_files_of_a_bounded_size_are_read(tmp_path: Path) -> None:
    """A pipe, a socket, a device, a folder and a large file are refused at once."""
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    with reading(tmp_path / "link", max_bytes=5) as stream:
        assert stream.read() == b"12345"

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for place, reason in (
            (tmp_path / "pipe", "expected a file, got a pipe, socket or device"),
            (tmp_path / "socket", "expected a file, got a pipe, socket or device"),
            (Path("/dev/zero"), "expected a file, got a pipe, socket or device"),
            (tmp_path, "expected a file, got a folder"),
            (tmp_path / "loop", "Too many levels of symbolic links"),
            (tmp_path / "file", "expected at most 4 bytes, got 5"),
        ):
            with pytest.raises(OSError, match=reason), reading(place, max_bytes=4):
                pass


# Begins a file, a folder and a scratch folder, and is killed.
_BEGIN = """
import os, signal, sys
from pathlib import Path
from tinycnn.files import scratch_folder, writing, writing_folder
folder = Path(sys.argv[1])
with writing(folder / "file"), writing_folder(folder / "sub"), scratch_folder():
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_next_one_sweeps_what_a_kill_left(tmp_path: Path) -> None:
    """Beside the place and in the system's scratch folder; nothing of anyone else."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-c", _BEGIN, str(tmp_path)]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    root = Path(__file__).parents[1]
    subprocess.run(command, cwd=root, env=environment, check=False)
    left = [path.name for path in tmp_path.iterdir()]
    assert len(left) == 3
    assert len(list(scratch.iterdir())) == 1
    others = {
        f".tinycnn-{os.getppid()}-12345678-ab",
        ".file.1-deadbeef.part",
        ".x.part",
    }
    for name in others:
        (tmp_path / name).touch()
    write_whole("text", tmp_path / "file")
    with scratch_folder(scratch):
        assert len(list(scratch.iterdir())) == 1

    assert {path.name for path in tmp_path.iterdir()} == {"scratch", "file", *others}
    assert list(scratch.iterdir()) == []
