"""The board table: one `.toml` file a board, facts only, checked on load."""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, PositiveInt

from tinycnn.errors import ProjectError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Board", "board_names", "load_board"]


class Board(BaseModel):
    """What a board has.

    Attributes:
        core: The processor core, as the toolchains' tables name it.
        flash_base: First address of the application in flash.
        flash_bytes: Flash that the application may use.
        ram_base: First address of RAM.
        ram_bytes: All RAM of the chip.
        core_flash_bytes: Flash that the Arduino core needs for an empty sketch.
        core_ram_bytes: RAM that the Arduino core needs, its stack included.
        fqbn: The Arduino tools' name of the board.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    core: Literal["cortex-m4f"]
    clock_hz: PositiveInt
    flash_base: int
    flash_bytes: PositiveInt
    ram_base: int
    ram_bytes: PositiveInt
    core_flash_bytes: int
    core_ram_bytes: int
    fqbn: str


def board_names() -> tuple[str, ...]:
    """All known boards, sorted.

    >>> board_names()
    ('nano33ble',)
    """
    names = (f.name for f in files(__name__).iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


def load_board(name: str) -> Board:
    """The board called `name`.

    Raises:
        ProjectError: If there is no such board.
    """
    if name not in board_names():
        known = ", ".join(board_names())
        raise ProjectError(f"board '{name}': not known", hint=f"boards: {known}")
    text = files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return Board.model_validate(tomllib.loads(text))
