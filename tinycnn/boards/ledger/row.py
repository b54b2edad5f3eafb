"""A row of the ledger, and all of them, as the files in `rows` have them."""

from __future__ import annotations

import sys
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    StringConstraints,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Loop", "Measured", "Row", "load_rows"]

_PROBED = "tests/probe/test_run.py"

# A row fits 80 columns.
_Title = Annotated[str, StringConstraints(min_length=1, max_length=34)]
_Emulated = Annotated[str, StringConstraints(min_length=1, max_length=16)]
_Documented = Annotated[str, StringConstraints(min_length=1, max_length=14)]


def _as_lines(value: object) -> object:
    return (value,) if isinstance(value, str) else value


_Lines = Annotated[
    tuple[str, ...], BeforeValidator(_as_lines), Field(strict=False, min_length=0)
]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Loop(_Facts):
    """Instructions that the probe repeats.

    Registers r1 to r3, r12, lr and s0 to s3 are theirs. Before each turn of the loop r0
    is set to the data and the flags to "equal"; labels 2 to 9 are theirs, too.

    Attributes:
        body: One repetition, in unified syntax.
        setup: What comes once before.
        count: Operations of the row in one body.
        words: Cycles of a body that words take, one each.
        beside: Other rules whose cost is in a body, and how often.
        repeat: Repetitions in the shorter of the row's two loops.
        needs: What the core must have beside Armv7-M.
        place: Where r0 points: 256 bytes and more, aligned to 16.
        where: Where the code lies.
    """

    body: _Lines
    setup: _Lines = ()
    count: PositiveInt = 1
    words: int = 0
    beside: dict[str, int] = Field(default_factory=dict)
    repeat: PositiveInt = 32
    needs: Literal["", "dsp", "fpu"] = ""
    place: Literal["ram", "flash"] = "ram"
    where: Literal["flash", "ram"] = "flash"


class Measured(_Facts):
    """A figure that is found otherwise, from outside."""

    unit: str


class Row(_Facts):
    """What is known of one thing.

    Attributes:
        id: Its name in probe files.
        title: For people.
        here: What the emulation does.
        documents: What the documents say; `not found` where that was not read.
        source: Which document.
        checked: The test that holds what the emulation does.
        rule: The rule of the cycle model that is measured here.
        note: What else is to be known.
        probe: What measures it.
        measured: What it is a figure of, where the probe finds it from outside.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    title: _Title
    here: _Emulated
    documents: _Documented
    source: str
    checked: str = _PROBED
    rule: str | None = None
    note: str = ""
    probe: Loop | None = None
    measured: Measured | None = None

    @property
    def unit(self) -> str:
        """Of what a board was found to do; empty where nothing measures it."""
        if self.probe is not None:
            return "cycles"
        return self.measured.unit if self.measured else ""


class _File(_Facts):
    row: Annotated[tuple[Row, ...], Field(strict=False)]


@cache
def load_rows() -> tuple[Row, ...]:
    """The whole ledger, in its order."""
    folder = files("tinycnn.boards.ledger") / "rows"
    tables = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    return tuple(
        row
        for table in sorted(tables, key=lambda file: file.name)
        for row in _File.model_validate(tomllib.loads(table.read_text("utf-8"))).row
    )
