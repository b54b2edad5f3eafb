"""The power goes: what was not brought to the disk is lost, and what is there is whole.

A stand-in for the disk sees each fsync: of a file it keeps the bytes, of a folder the
names. At a cut a tree is made of nothing but that; or, as a disk may order things
otherwise, of all names with only those bytes.
"""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.observer import Log
from tinycnn.artifacts import BuildFolder, Inputs
from tinycnn.files import write_whole, writing_folder
from tinycnn.pipeline.stages import StageRunner

CUTS = 50
REPLACE = os.replace
HIDDEN = (".tinycnn-", ".part", ".partial")


class PowerCut(BaseException):
    """Nothing of the program runs any more."""


class Disk:
    """Keeps what was synced, by inode; the power goes when `calls` are over."""

    def __init__(self) -> None:
        self.calls = 0  # until the cut; 0 for ever
        self.bytes: dict[int, bytes] = {}
        self.names: dict[int, dict[str, int]] = {}

    def sync(self, descriptor: int) -> None:
        """As os.fsync."""
        self.count()
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        inode = os.fstat(descriptor).st_ino
        if path.is_dir():
            self.names[inode] = {p.name: p.stat().st_ino for p in path.iterdir()}
        else:
            self.names.pop(inode, None)  # of a folder that was deleted
            self.bytes[inode] = path.read_bytes()

    def replace(self, source: Path, target: Path) -> None:
        """As os.replace."""
        self.count()
        REPLACE(source, target)

    def count(self) -> None:
        """One call less until the cut."""
        self.calls -= 1
        if self.calls == 0:
            raise PowerCut

    def after(self, folder: int, *, all_names: Path | None) -> dict[str, object]:
        """The tree below a folder, given by its inode, when the power is back."""
        if all_names is None:
            names = self.names.get(folder, {})
        else:
            names = {p.name: p.stat().st_ino for p in all_names.iterdir()}
        found: dict[str, object] = {}
        for name, inode in names.items():
            place = all_names / name if all_names else None
            if place.is_dir() if place else inode in self.names:
                found[name] = self.after(inode, all_names=place)
            else:
                found[name] = self.bytes.get(inode, b"lost")
        return {k: v for k, v in found.items() if not any(h in k for h in HIDDEN)}


def write_file(root: Path, text: str) -> None:
    """A file of one letter."""
    write_whole(text * 50, root / "file")


def write_folder(root: Path, text: str) -> None:
    """A folder of files of one letter."""
    with writing_folder(root / "sub") as new:
        for name in ("a", "b"):
            (new / name).write_text(text)


def write_stage(root: Path, text: str) -> None:
    """The outputs of a stage; its record comes last."""

    def make(out: BuildFolder) -> None:
        for name in ("a", "b"):
            (out.path / name).write_text(text)

    StageRunner(BuildFolder(root), Log()).run("s", Inputs(settings={"x": text}), make)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads /proc")
@pytest.mark.parametrize("write", [write_file, write_folder, write_stage])
@pytest.mark.parametrize("keeps_names", [False, True])
def test_a_power_cut_leaves_old_or_new(
    write: Callable[[Path, str], None],
    keeps_names: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At fifty instants; a record is never of outputs that are not there."""
    trees = [look(tmp_path / letter, write, letter) for letter in "on"]
    for number in range(CUTS):
        root = tmp_path / str(number)
        root.mkdir()
        disk = Disk()
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", disk.sync)
            write(root, "o")
            disk.calls = random.Random(number).randrange(1, 14)
            patch.setattr(os, "replace", disk.replace)
            with contextlib.suppress(PowerCut):
                write(root, "n")
            inode = root.stat().st_ino
        found = disk.after(inode, all_names=root if keeps_names else None)

        assert found in trees or is_known_mixture(found, trees), number


def look(root: Path, write: Callable[[Path, str], None], letter: str) -> object:
    """The tree that `write` leaves."""
    root.mkdir()
    write(root, letter)

    def tree(folder: Path) -> dict[str, object]:
        return {
            p.name: tree(p) if p.is_dir() else p.read_bytes() for p in folder.iterdir()
        }

    return tree(root)


def is_known_mixture(found: dict[str, object], trees: list[object]) -> bool:
    """Outputs are whole, and the old record tells that the new ones are not its."""
    old, new = trees
    assert isinstance(old, dict)
    assert isinstance(new, dict)
    whole = all(found[name] in (old[name], new[name]) for name in found)
    return whole and found.get("stages.json") == old.get("stages.json")
