"""All rows of the fault table, in order."""

from __future__ import annotations

import re

from tests.faults import board_rows, line_rows, tool_rows
from tests.faults.scene import Row
from tests.faults.table import ROWS as _FOUND

__all__ = ["ROWS"]


def _place(row: Row) -> tuple[str, int, str]:
    letter, number, rest = re.fullmatch(r"([A-Z])(\d*)(.*)", row.name).groups()
    return letter, int(number or 0), rest


_FILES = board_rows, line_rows, tool_rows  # each adds its own
ROWS = tuple(sorted(_FOUND, key=_place))
