"""One process has a build folder, the others are told who; a kill lets go of it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.command import tinycnn
from tests.pipeline.pretend import pretend_project
from tinycnn import files
from tinycnn.artifacts import BuildFolder, claim
from tinycnn.errors import TinycnnError

_HOLD = """
import sys
from pathlib import Path
from tinycnn.artifacts import BuildFolder, claim
with claim(BuildFolder(Path(sys.argv[1])), "build demo", makes=True):
    print("has it", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process has the build folder."""
    command = [sys.executable, "-c", _HOLD, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    ) as child:  # fmt: skip
        assert child.stdout.readline() == "has it\n"
        yield child
        child.kill()


def take(folder: Path) -> None:
    """Have it for a moment."""
    with claim(BuildFolder(folder), "validate demo", makes=True):
        pass


def test_the_other_one_is_named(tmp_path: Path) -> None:
    """Its command, its number, since when; it is not disturbed."""
    with held(tmp_path) as child:
        for _ in range(2):
            with pytest.raises(TinycnnError) as caught:
                take(tmp_path)
            said = rf"{tmp_path}: in use by tinycnn build demo, process {child.pid}, "
            assert re.fullmatch(said + r"since [-\d]{10} [:\d]{8}", str(caught.value))
            assert caught.value.hint == "wait until it ends, then run this again"
            assert caught.value.exit_code == 3
        child.communicate()

    take(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_kill_lets_go_of_it(tmp_path: Path) -> None:
    """The file stays and locks nothing, even if its number is another's by now."""
    with held(tmp_path) as child:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    lock = tmp_path / ".lock"
    owner = json.loads(lock.read_text())
    lock.write_text(json.dumps({**owner, "pid": 1}))
    take(tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{}", "[]", "\0" * 9, '{"pid": 1}'])
def test_who_says_nothing_is_another_process(text: str, tmp_path: Path) -> None:
    """A file that says nothing sensible."""
    with held(tmp_path):
        (tmp_path / ".lock").write_text(text)
        with pytest.raises(TinycnnError, match=r"in use by another process$"):
            take(tmp_path)


@pytest.mark.parametrize("kind", ["folder", "pipe", "loop", "empty"])
def test_what_is_no_lock_makes_way(kind: str, tmp_path: Path) -> None:
    """Whatever lies there."""
    lock = tmp_path / ".lock"
    makers = {
        "folder": lock.mkdir,
        "pipe": lambda: os.mkfifo(lock),
        "empty": lock.touch,
    }
    makers.get(kind, lambda: lock.symlink_to(".lock"))()
    take(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_what_was_killed_is_swept(tmp_path: Path) -> None:
    """Only what is ours and not finished."""
    mine = [".hidden", "model.tflite", ".gitignore", "a.partial.txt", "x.part"]
    for name in mine:
        (tmp_path / name).touch()
    for name in (".train.partial", ".convert.partial"):
        (tmp_path / name / "deep").mkdir(parents=True)
    take(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == set(mine)


def test_scratch_folders_of_the_killed_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system has them, too."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    stamp = files._stamp().replace(str(os.getpid()), str(child.pid))
    (tmp_path / "scratch" / f".tinycnn-{stamp}-ab_c" / "deep").mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    take(tmp_path / "build")

    assert list((tmp_path / "scratch").iterdir()) == []


def test_nothing_is_claimed_where_nothing_is(tmp_path: Path) -> None:
    """A folder that was never built stays away."""
    with claim(BuildFolder(tmp_path / "build"), "report", makes=False):
        assert not (tmp_path / "build").exists()


def test_each_command_that_writes_asks(tmp_path: Path) -> None:
    """And those that only read do not."""
    folder = tmp_path / "demo"
    folder.mkdir()
    pretend_project(folder)
    with held(folder / "build"):
        for words in ("build", "train", "convert", "report", "validate", "profile"):
            done = tinycnn(words, "demo", cwd=tmp_path)
            assert done.returncode == 3, words
            assert "build: in use by tinycnn build demo, process" in done.stderr
        assert tinycnn("analyze", "demo", cwd=tmp_path).returncode == 0


_RACE = """
import sys, time
from pathlib import Path
from tinycnn.artifacts import BuildFolder, claim
from tinycnn.errors import TinycnnError
folder = Path(sys.argv[1])
taken = refused = 0
for _ in range(200):
    try:
        with claim(BuildFolder(folder), "build", makes=True):
            (folder.parent / "inside").mkdir()
            (folder.parent / "inside").rmdir()
            taken += 1
    except TinycnnError:
        refused += 1
print(taken, refused)
"""


def test_never_two_at_once(tmp_path: Path) -> None:
    """Four processes, which take it and give it back as fast as they can."""
    command = [sys.executable, "-c", _RACE, str(tmp_path / "build")]
    children = [
        subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
        for _ in range(4)
    ]
    counts = [list(map(int, child.communicate()[0].split())) for child in children]

    assert [sum(each) for each in counts] == [200] * 4
    assert sum(taken for taken, _ in counts) > 0
