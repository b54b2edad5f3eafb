"""Zip files: the same bytes for the same members, and nothing hostile is unpacked."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tinycnn.errors import TinycnnError
from tinycnn.evidence.archive import pack, unpack

MEMBERS = {"a.txt": b"abc" * 100, "b.bin": bytes(range(64))}
LIMITS = {"a.txt": 1000, "b.bin": 1000}


def refusal(path: Path) -> str:
    """Why it is refused."""
    with pytest.raises(TinycnnError) as refused:
        unpack(path, LIMITS)
    text = str(refused.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    assert refused.value.exit_code == 3
    assert refused.value.hint
    return text.removeprefix(f"{path}: ")


def test_what_is_packed_is_unpacked(tmp_path: Path) -> None:
    """By us and by Python's own reader; without time and owner."""
    data = pack(MEMBERS)
    (tmp_path / "x.zip").write_bytes(data)

    assert unpack(tmp_path / "x.zip", LIMITS) == MEMBERS
    assert pack(MEMBERS) == data
    with zipfile.ZipFile(tmp_path / "x.zip") as file:
        assert file.namelist() == [*MEMBERS]
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_part_of_an_archive_is_refused(tmp_path: Path) -> None:
    """Wherever it was cut."""
    data, path = pack(MEMBERS), tmp_path / "x.zip"
    for size in range(len(data)):
        path.write_bytes(data[:size])
        assert "whole" in refusal(path)


def test_a_changed_byte_changes_no_content(tmp_path: Path) -> None:
    """Each bit of each byte: the archive is refused, or holds what it held."""
    data, path = pack(MEMBERS), tmp_path / "x.zip"
    refused = 0
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        try:
            assert unpack(path, LIMITS) == MEMBERS
        except TinycnnError:
            refused += 1

    assert refused > 0.6 * len(data)


NAMES = ("../a.txt", "/a.txt", "C:\\a.txt", "a.txt/", "A.TXT", "x\n\x1b[2J", "b" * 999)


@pytest.mark.parametrize("name", NAMES)
def test_a_member_that_nobody_knows_is_refused(name: str, tmp_path: Path) -> None:
    """Whatever its name could do to a folder or a terminal."""
    (tmp_path / "x.zip").write_bytes(pack({**MEMBERS, name: b"evil"}))
    text = refusal(tmp_path / "x.zip")

    assert text.startswith("unexpected member '")
    assert text.isprintable()
    assert len(text) < 100


def test_a_name_that_ends_early_is_refused(tmp_path: Path) -> None:
    """Python cuts names at a zero byte."""
    data = pack({"a.txt?x": b"evil"}).replace(b"a.txt?x", b"a.txt\0x")
    (tmp_path / "x.zip").write_bytes(data)

    assert refusal(tmp_path / "x.zip").startswith("unexpected member 'a.txt")


def packed_otherwise() -> bytes:
    """Whole, but by a method that not every reader knows."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr(zipfile.ZipInfo("a.txt"), b"abc", zipfile.ZIP_BZIP2)
    return stream.getvalue()


def twice() -> bytes:
    """One name, two contents."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr(zipfile.ZipInfo("a.txt"), b"abc")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr(zipfile.ZipInfo("a.txt"), b"xyz")
    return stream.getvalue()


def locked() -> bytes:
    """A member that wants a password."""
    data = bytearray(pack({"a.txt": b"abc"}))
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + place] |= 1
    return bytes(data)


def bomb() -> bytes:
    """Much of nothing."""
    return pack({"a.txt": bytes(10_000_000)})


def lying_bomb() -> bytes:
    """Much of nothing that says it were little."""
    data = bytearray(bomb())
    for magic, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(magic) + place, 100)
    return bytes(data)


def overlapping() -> bytes:
    """Two names for the same bytes, which multiplies them."""
    stream = io.BytesIO(pack({"a.txt": b"abc"}))
    with zipfile.ZipFile(stream, "a") as file:
        info = zipfile.ZipInfo("b.bin")
        for key in ("CRC", "compress_size", "file_size", "header_offset"):
            setattr(info, key, getattr(file.infolist()[0], key))
        file.filelist.append(info)
        setattr(file, "_didModify", True)  # noqa: B010
    return stream.getvalue()


WRONG: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "whole"),
    "no zip": (lambda: b"tinycnn" * 99, "whole"),
    "before": (lambda: b"#!/bin/sh\n" + pack(MEMBERS), "whole"),
    "after": (lambda: pack(MEMBERS) + b"\n", "whole"),
    "twice": (twice, "a.txt: expected once, got twice"),
    "locked": (locked, "a.txt: encrypted"),
    "bzip2": (packed_otherwise, "a.txt: encrypted, or"),
    "bomb": (bomb, "a.txt: expected at most 1,000 bytes, got 10,000,000"),
    "lying bomb": (lying_bomb, "a.txt: "),
    "overlapping": (overlapping, "b.bin: unexpected bytes"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_no_archive_of_ours_is_is_refused(kind: str, tmp_path: Path) -> None:
    """In one line that names file and member."""
    make, told = WRONG[kind]
    (tmp_path / "x.zip").write_bytes(make())

    assert told in refusal(tmp_path / "x.zip")


def test_a_hidden_gap_is_refused(tmp_path: Path) -> None:
    """Bytes between two members are seen by no reader of zip files."""
    data = pack(MEMBERS)
    first = data.index(b"PK\x03\x04", 4)
    hidden = data[:first] + b"hidden" + data[first:]
    end = len(hidden) - 22
    directory = struct.unpack_from("<I", hidden, end + 16)[0] + 6
    changed = bytearray(hidden)
    struct.pack_into("<I", changed, end + 16, directory)
    second = bytes(changed).index(b"PK\x01\x02", directory + 4)
    struct.pack_into("<I", changed, second + 42, first + 6)
    (tmp_path / "x.zip").write_bytes(changed)
    with zipfile.ZipFile(tmp_path / "x.zip") as file:
        assert file.read("b.bin") == MEMBERS["b.bin"]

    assert refusal(tmp_path / "x.zip") == "b.bin: unexpected bytes beside it"


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder, a pipe, nothing."""
    assert "cannot be read" in refusal(tmp_path)
    assert "cannot be read" in refusal(tmp_path / "none.zip")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "a pipe" in refusal(tmp_path / "pipe")
