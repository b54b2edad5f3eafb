"""What one run of the probe found: the file that an owner of a board sends."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    StringConstraints,
    ValidationError,
)

from tinycnn.errors import ProjectError
from tinycnn.files import read_whole

__all__ = ["Cycles", "ProbeRun"]
__all__ += ["find_run", "load_runs", "load_simulated", "parse_run", "read_run"]

RUN_FILE = "probe.json"
"""Where what was found is kept; beside a project it is taken for its board's."""

_MOST_BYTES = 1 << 20
_HINT = "make one with tinycnn probe --port, or ask its owner for it"
_Figure = Annotated[float, Field(allow_inf_nan=False, ge=-10_000, le=1e9)]
_Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]*$")]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cycles(_Facts):
    """Cycles of one repetition of a row's body.

    Attributes:
        usual: With the instruction cache as the firmware starts it.
        uncached: With it off; None where it cannot be switched.
    """

    usual: _Figure
    uncached: _Figure | None = None


class ProbeRun(_Facts):
    """A board, and what was measured on it.

    Attributes:
        kind: Tells the file from others.
        tinycnn: Version that measured.
        program: Digest of the probe's loops.
        kind_of_board: Its name in the board table.
        board: What the board calls itself.
        board_id: Of the device.
        core: By its CPUID: `cortex-m4 r0p1`.
        clock_hz: Core clock, as the firmware has it.
        cache_on: Whether the instruction cache was on; None where there is none.
        is_simulated: Whether it is the simulated board's.
        repeats: Runs of each loop, of which the fastest counts.
        cycles: Of the rows with a loop, by row.
        figures: Of the others that were measured, by row.
        notes: What could not be measured, and why.
    """

    kind: Literal["tinycnn probe"] = "tinycnn probe"
    tinycnn: str
    program: _Hex
    kind_of_board: str
    board: str
    board_id: _Hex
    core: str
    clock_hz: NonNegativeInt
    cache_on: bool | None
    is_simulated: bool
    repeats: NonNegativeInt
    cycles: dict[str, Cycles]
    figures: dict[str, NonNegativeFloat]
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The board with its number."""
        return f"{self.board} {self.board_id}".strip()

    def to_json(self) -> str:
        """The text of a file, ending in a newline."""
        return self.model_dump_json(indent=2) + "\n"


def parse_run(text: str | bytes, *, source: str) -> ProbeRun:
    """The run that a file's text tells of; `source` names it in messages.

    Raises:
        ProjectError: If it is no probe file; names the first key that is wrong.
    """
    try:
        return ProbeRun.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        key = ".".join(map(str, first["loc"])) or "file"
        text = f"{source}: {key}: expected what tinycnn probe wrote: {first['msg']}"
        raise ProjectError(text, hint=_HINT) from error


def read_run(path: Path) -> ProbeRun:
    """The run in a file.

    Raises:
        ProjectError: If it cannot be read, or is no probe file.
    """
    content = read_whole(path, hint=_HINT, max_bytes=_MOST_BYTES)
    return parse_run(content, source=str(path))


def find_run(board: str, folder: Path | None = None) -> ProbeRun | None:
    """What was measured on boards of a kind; None if that is not known.

    What lies in a project's folder comes before what tinycnn brings.

    Args:
        board: The kind's name in the board table.
        folder: Of the project.

    Raises:
        ProjectError: If the project's file is broken.
    """
    own = folder / RUN_FILE if folder else None
    known = [read_run(own)] if own is not None and own.is_file() else []
    known += load_runs()
    return next(
        (run for run in known if run.kind_of_board == board and not run.is_simulated),
        None,
    )


@cache
def load_runs() -> tuple[ProbeRun, ...]:
    """What owners of boards sent, by the name of their files."""
    folder = files("tinycnn.boards.ledger") / "runs"
    found = (file for file in folder.iterdir() if file.name.endswith(".json"))
    return tuple(
        parse_run(file.read_text("utf-8"), source=file.name)
        for file in sorted(found, key=lambda file: file.name)
    )


@cache
def load_simulated() -> ProbeRun:
    """What the probe finds on the simulated board, which is what the model says."""
    file = files("tinycnn.boards.ledger") / "simulated.json"
    return parse_run(file.read_text("utf-8"), source=file.name)
