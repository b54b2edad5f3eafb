"""Is the device the one that was built for? It is asked before its first image.

A build knows what it linked; a device says in HELLO what it runs. Each difference is an
error of its own name: a verdict would be another firmware's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tinycnn.boards import Board, board_names, load_board
from tinycnn.device import DeviceInfo
from tinycnn.errors import DeviceError

__all__ = ["Identity", "check_identity"]

_HOST = "host"
_SIMULATED = "simulated "
_ENGINES = {True: "tflm", False: "compiled"}
_LIBRARY = " for "  # in a generator's name, before the library that the model runs in


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device must say of itself; None where it may say anything.

    Attributes:
        model_sha256: Of the `.tflite` file, hexadecimal.
        numerics: The reference that its outputs equal.
        generator: Program and version that wrote the code, with the library it is for.
        arena_bytes: Memory of the model's activations.
        board: The kind of board; None for a program of this computer.
    """

    model_sha256: str
    numerics: str | None = None
    generator: str | None = None
    arena_bytes: int | None = None
    board: Board | None = None


def check_identity(name: str, expected: Identity, info: DeviceInfo) -> None:
    """Do nothing if a device is what was built.

    Args:
        name: What to call the device.
        expected: What was built.
        info: What the device says of itself.

    Raises:
        DeviceError: If it says another thing; the first difference is named.
    """
    if info.foreign is not None:
        return  # it says nothing that could be compared: the verdict has to tell that
    for what, wanted, got in _list_differences(expected, info):
        text = f"{name}: expected {what} {wanted}, got {got}"
        hint = f"flash the firmware of this model; the device has '{info.model}'"
        if what != "model":
            hint = "run tinycnn build and flash what it made"
        raise DeviceError(text, hint=hint)


def _list_differences(
    expected: Identity, info: DeviceInfo
) -> Iterator[tuple[str, str, str]]:
    """What differs, with what was wanted and what was got; the gravest first."""
    if info.model_sha256 != expected.model_sha256:
        yield "model", expected.model_sha256, info.model_sha256
    if expected.board is not None and not _is_called(expected.board, info.board):
        yield "board", expected.board.name, f"'{info.board}'"
    wanted, got = expected.generator, info.generator
    if wanted is not None and not _is_said(wanted, got, info.numerics + info.board):
        engines = _ENGINES[_LIBRARY in wanted], _ENGINES[_LIBRARY in got]
        if engines[0] != engines[1]:
            yield "engine", engines[0], engines[1]
        yield "generator", f"'{wanted}'", f"'{got}'"
    numerics = expected.numerics
    if numerics is not None and not _is_said(numerics, info.numerics, info.board):
        yield "numerics", numerics, info.numerics
    if expected.arena_bytes not in (None, info.arena_bytes):
        arena = f"{expected.arena_bytes:,} bytes"
        yield "arena", f"of {arena}", f"{info.arena_bytes:,}"


def _is_said(wanted: str, said: str, following: str) -> bool:
    """Whether `said` is what is wanted, or what a short HELLO had room for of it."""
    return said == wanted or (not following and wanted.startswith(said))


def _is_called(board: Board, said: str) -> bool:
    """Whether a device that calls its board `said` can be a `board`.

    Each Arduino core and each release of Zephyr has names of its own. A name that means
    no board of the table says nothing; one that means others only says which it is not.
    """
    boards = [load_board(name) for name in board_names()]
    title = said.removeprefix(_SIMULATED)
    words = _words(title.partition("/")[0].partition("@")[0])  # Zephyr's chip, revision
    means = [b.name for b in boards if b.title == title]
    if not means and words != {"arduino"}:
        means = [b.name for b in boards if words <= _names_of(b)]
    return said != _HOST and (board.name in means or not means or not said)


def _names_of(board: Board) -> set[str]:
    names = (board.name, board.title, board.zephyr_target or "", *board.aliases)
    return set().union(*map(_words, names))


def _words(name: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", name.lower()))
