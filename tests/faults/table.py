"""The fault table: its rows, and what they have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.faults.scene import Ending, Row, Scene
from tinycnn.device.ports import DetectedPort

__all__ = ["BOARD", "ROWS", "TIMEOUT", "list_port", "row"]

ROWS: list[Row] = []

TIMEOUT = r"no reply from \S+ within [0-9.]+ s after (HELLO|WRITE|INFER|STATUS)"
BOARD = r"board [0-9a-f]{16}"

_ENDINGS: dict[str, tuple[Ending, ...]] = {
    "survived": ("survived",),
    "ended": ("ended",),
    "either": ("survived", "ended"),
}
_Stage = Callable[[Scene], None]


def row(
    name: str, ends: str, *, says: str = "$.", on: str = "python"
) -> Callable[[_Stage], _Stage]:
    """Put a row into the table; its title is the function's docstring.

    Args:
        name: Its number.
        ends: How it may end.
        says: What it says then, a regular expression; one that begins with ^ says
            whether an image is named.
        on: On which boards it can be played.
    """

    def add(stage: _Stage) -> _Stage:
        title = (stage.__doc__ or "").strip().rstrip(".")
        boards = tuple(on.split(" and "))
        ROWS.append(Row(name, title, stage, _ENDINGS[ends], says, boards))
        return stage

    return add


def list_port(device: str) -> DetectedPort:
    """A port of a board with the usual serial number."""
    port = DetectedPort("", ("nano33ble",), "application", "5A", 0x2341, 0x805A, "")
    return replace(port, device=device)
