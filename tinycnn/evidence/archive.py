"""Members <-> the bytes of a zip file; the same members give the same bytes.

What is read is hostile until it was checked: only members whose names are known, once
each, of a bounded size, and nothing before, between or after them that a reader of zip
files would take for something. Every refusal is one line that names file and member.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from tinycnn.errors import TinycnnError
from tinycnn.files import reading

__all__ = ["MAX_BYTES", "pack", "refuse", "unpack"]

MAX_BYTES = 1 << 30
"""Of an archive, and of all its members together."""

_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can say
_PERMISSIONS = 0o100644 << 16  # of a plain file
_UNIX = 3
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# The record that ends a zip file: its size in bytes, where the directory begins.
_END = struct.Struct("<4s8xIIH")
_LOCAL_BYTES = 30  # of a member's header, without its name
_MOST_DIRECTORY_BYTES = 1 << 16
_ENCRYPTED = 1  # bit 0 of a member's flags
_CHUNK_BYTES = 1 << 20


def pack(members: Mapping[str, bytes]) -> bytes:
    """A zip file of `members`, in their order, without a time or an owner."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system, info.external_attr = _UNIX, _PERMISSIONS
            file.writestr(info, content, zipfile.ZIP_DEFLATED, compresslevel=9)
    return stream.getvalue()


def unpack(path: Path, limits: Mapping[str, int]) -> dict[str, bytes]:
    """The members of the zip file `path`.

    Args:
        path: The file.
        limits: The most bytes of each member that there may be, by its name.

    Raises:
        TinycnnError: If it cannot be read, is damaged, or has another member.
    """
    try:
        with reading(path, max_bytes=MAX_BYTES) as stream:
            content = stream.read()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise refuse(path, what, hint="check the path") from error
    directory = _find_directory(path, content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            infos = file.infolist()
            _check(path, infos, limits)
            _check_places(path, infos, directory)
            return {info.filename: _read(path, file, info) for info in infos}
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise refuse(path, f"expected a zip file that is whole, {error}") from error


def refuse(path: Path, what: str, hint: str = "") -> TinycnnError:
    """What is wrong with an archive, in one line."""
    text = " ".join(f"{path}: {what}".split())
    return TinycnnError(text, hint=hint or "get the archive again from who made it")


def _find_directory(path: Path, content: bytes) -> int:
    """Where the list of members begins; it must be the last of the file."""
    if len(content) >= _END.size:
        magic, size, start, comment = _END.unpack(content[-_END.size :])
        is_last = start + size == len(content) - _END.size and comment == 0
        if magic == b"PK\x05\x06" and is_last and size <= _MOST_DIRECTORY_BYTES:
            return int(start)
    raise refuse(path, "expected a whole zip file, got a part of one or another file")


def _check_places(path: Path, infos: list[zipfile.ZipInfo], end: int) -> None:
    """Members lie end to end, so that nothing is hidden between them."""
    place = 0
    for info in infos:
        if info.header_offset != place or info.extra or info.comment:
            raise refuse(path, f"{info.filename}: unexpected bytes beside it")
        place += _LOCAL_BYTES + len(info.filename) + info.compress_size
    if place != end:
        raise refuse(path, "unexpected bytes after the last member")


def _check(path: Path, infos: list[zipfile.ZipInfo], limits: Mapping[str, int]) -> None:
    """Refuse what no archive of ours has, before anything is unpacked."""
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        if name not in limits or info.orig_filename != name:
            raise refuse(path, f"unexpected member {_show(info.orig_filename)}")
        if name in seen:
            raise refuse(path, f"{name}: expected once, got twice")
        seen.add(name)
        if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
            raise refuse(path, f"{name}: encrypted, or packed in a way that is unknown")
        if info.file_size > limits[name]:
            most = f"expected at most {limits[name]:,} bytes"
            raise refuse(path, f"{name}: {most}, got {info.file_size:,}")
    if sum(info.file_size for info in infos) > MAX_BYTES:
        raise refuse(path, f"expected at most {MAX_BYTES:,} bytes of members, got more")


def _read(path: Path, file: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """One member, no more of it than it says that it has."""
    name = info.filename
    parts, size = [], 0
    try:
        with file.open(info) as stream:
            while part := stream.read(_CHUNK_BYTES):
                parts.append(part)
                size += len(part)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        text = str(error) or type(error).__name__
        raise refuse(path, f"{name}: damaged: {text}") from error
    if size != info.file_size:
        raise refuse(path, f"{name}: expected {info.file_size:,} bytes, got {size:,}")
    return b"".join(parts)


def _show(name: str) -> str:
    """A name that may hold anything, short and in one line."""
    shown = ascii(name)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
