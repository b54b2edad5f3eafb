"""The board table: one `.toml` file a board, facts only, checked on load.

What was not read in the documents or sources of the board's makers is marked `not
verified` in its file.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from tinycnn.errors import ProjectError
from tinycnn.names import did_you_mean

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Board", "Core", "Led", "PlatformIo", "Upload", "UsbIds"]
__all__ += ["board_aliases", "board_names", "load_board", "load_boards", "parse_board"]

Core = Literal[
    "cortex-m0plus",
    "cortex-m3",
    "cortex-m4",
    "cortex-m4f",
    "cortex-m7",
    "cortex-m33",
    "cortex-m55",
    "cortex-m85",
    "rv32imc",
    "rv32imac",
    "xtensa-lx6",
    "xtensa-lx7",
]
Upload = Literal[
    "samba",  # the Nano 33 BLE's bootloader, spoken to directly
    "bossac",
    "uf2",  # a drive on which the file is put
    "dfu-util",
    "openocd",
    "pyocd",
    "arduino-cli",  # with a tool that the board's core brings
    "esptool",
    "teensy_loader_cli",
    "west",
    "none",
]

# What multiplies two pairs of 16-bit numbers at once; the M33s of the table have it.
_WITH_DSP = (
    "cortex-m4",
    "cortex-m4f",
    "cortex-m7",
    "cortex-m33",
    "cortex-m55",
    "cortex-m85",
)
_WITHOUT_FPU = ("cortex-m0plus", "cortex-m3", "cortex-m4", "rv32imc", "rv32imac")
# Cores that nothing here emulates, and one that has no instruction which they lack.
_STAND_INS: dict[Core, Core | None] = {
    "cortex-m55": "cortex-m33",
    "cortex-m85": "cortex-m33",
    "rv32imac": "rv32imc",
    "xtensa-lx6": None,
    "xtensa-lx7": None,
}

_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
_UsbId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{4}:[0-9a-f]{4}$")]
_Names = Annotated[tuple[_Name, ...], Field(strict=False)]
_UsbIdList = Annotated[tuple[_UsbId, ...], Field(strict=False)]
_Files = Annotated[tuple[str, ...], Field(strict=False)]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class UsbIds(_Facts):
    """Whom a board's USB serial ports say they are: `vendor:product`, in hexadecimal.

    Attributes:
        application: While firmware runs; also the debug probe on the board, if it
            carries the serial link.
        bootloader: While the board waits for an upload.
    """

    application: _UsbIdList = ()
    bootloader: _UsbIdList = ()


class Led(_Facts):
    """The light that every board has; `pin` is the chip's name of it."""

    pin: str
    active: Literal["high", "low"]


class PlatformIo(_Facts):
    """What PlatformIO calls a board.

    Attributes:
        platform: Its name in PlatformIO's registry, or where it is fetched.
        board: The board's name there.
        core: The Arduino core of the platform, where it has several.
    """

    platform: str
    board: str
    core: str | None = None


class Board(_Facts):
    """What a board has.

    Attributes:
        name: Of its file, too.
        aliases: Other names that it is found by.
        core: The processor core that runs the model, as Arm calls it.
        clock_hz: At which the board's usual software runs it.
        fpu: Floats that the core computes in hardware.
        flash_base: First address of the application in flash.
        flash_bytes: Flash that the application may use.
        ram_base: First address of RAM.
        ram_bytes: RAM at `ram_base`, all in one piece.
        core_flash_bytes: Flash that the Arduino core needs for an empty sketch; 0 where
            it was not measured.
        core_ram_bytes: RAM that it needs, its stack included; likewise.
        runs_from_ram: Whether the Arduino core copies code and constants to RAM.
        stack_bytes: Of setup() and loop() on the Arduino core; 0 where the stack ends
            at the heap.
        fqbn: The Arduino tools' name of the board.
        arduino_core: Release of the Arduino core that the facts are from.
        arduino_index: Where the Arduino tools find a core that is not Arduino's own.
        zephyr_target: Zephyr's name of the board.
        zephyr_modules: Of Zephyr, those that hold the files of its chip.
        esp_idf_target: ESP-IDF's name of its chip.
        pico_board: The Pico SDK's name of the board.
        platformio: What PlatformIO calls it.
        usb: The ids of its serial ports.
        upload: What puts firmware on it, when it is not `west`.
        openocd: OpenOCD's configuration files.
        pyocd: pyOCD's name of the chip.
        teensy: That of `teensy_loader_cli`.
        touch_1200bps: Whether opening the port at 1200 bit/s starts the bootloader.
        dtr_resets: Whether DTR and RTS, raised, hold it in reset.
        source: The files that its facts are from.
        led: Its light; None where it has none that a pin drives.
    """

    name: _Name
    title: str
    aliases: _Names = ()
    core: Core
    clock_hz: PositiveInt
    fpu: Literal["none", "single", "double"]
    flash_base: NonNegativeInt
    flash_bytes: PositiveInt
    ram_base: PositiveInt
    ram_bytes: PositiveInt
    core_flash_bytes: NonNegativeInt
    core_ram_bytes: NonNegativeInt
    runs_from_ram: bool = False
    stack_bytes: NonNegativeInt = 0
    fqbn: str | None = None
    arduino_core: str | None = None
    arduino_index: str | None = None
    zephyr_target: str | None = None
    zephyr_modules: _Files = ()
    esp_idf_target: str | None = None
    pico_board: str | None = None
    platformio: PlatformIo | None = None
    usb: UsbIds
    upload: Upload
    openocd: _Files = ()
    pyocd: str | None = None
    teensy: str | None = None
    touch_1200bps: bool
    dtr_resets: bool = False
    source: Annotated[str, StringConstraints(min_length=1)]
    led: Led | None = None

    @property
    def has_dsp(self) -> bool:
        """Whether the core has the DSP instructions, SMLAD among them."""
        return self.core in _WITH_DSP

    @property
    def simulated_core(self) -> Core | None:
        """The core that firmware runs on without the board; None: on none."""
        return _STAND_INS.get(self.core, self.core)

    @property
    def is_simulated(self) -> bool:
        """Whether firmware for it can be built and run without it."""
        return self.simulated_core is not None

    @property
    def frameworks(self) -> tuple[str, ...]:
        """What firmware for it can be made of."""
        names = {
            "arduino": self.fqbn,
            "zephyr": self.zephyr_target,
            "platformio": self.platformio,
            "esp-idf": self.esp_idf_target,
            "pico-sdk": self.pico_board,
        }
        return tuple(framework for framework, name in names.items() if name)

    @property
    def arduino_platform(self) -> str | None:
        """The Arduino tools' name of its core, such as arduino:mbed_nano."""
        return self.fqbn and ":".join(self.fqbn.split(":")[:2])

    @property
    def arduino_install(self) -> str | None:
        """The whole command that installs its core; None where it has none."""
        if self.fqbn is None:
            return None
        more = f" --additional-urls {self.arduino_index}" if self.arduino_index else ""
        return f"arduino-cli core install {self.arduino_platform}{more}"

    @model_validator(mode="after")
    def _check(self) -> Board:
        if (self.fpu == "none") != (self.core in _WITHOUT_FPU):
            raise ValueError(f"expected the FPU of a {self.core}, got fpu '{self.fpu}'")
        if self.core_flash_bytes >= self.flash_bytes:
            raise ValueError("expected core_flash_bytes below flash_bytes")
        if self.core_ram_bytes >= self.ram_bytes:
            raise ValueError("expected core_ram_bytes below ram_bytes")
        if (self.fqbn is None) != (self.arduino_core is None):
            raise ValueError("expected fqbn and arduino_core together")
        if set(self.usb.application) & set(self.usb.bootloader):
            raise ValueError("expected other usb ids in bootloader than in application")
        if not self.frameworks:
            raise ValueError("expected fqbn or zephyr_target")
        needs = {
            "openocd": ("openocd", self.openocd),
            "pyocd": ("pyocd", self.pyocd),
            "teensy_loader_cli": ("teensy", self.teensy),
        }
        key, fact = needs.get(self.upload, ("", True))
        if not fact:
            raise ValueError(f"expected {key}, which upload asks for")
        return self


def board_names() -> tuple[str, ...]:
    """All known boards, sorted.

    >>> "nano33ble" in board_names()
    True
    """
    return tuple(board.name for board in load_boards())


def board_aliases() -> tuple[str, ...]:
    """All names by which a board is found, sorted by board."""
    return tuple(
        name for board in load_boards() for name in (board.name, *board.aliases)
    )


@cache
def load_boards() -> tuple[Board, ...]:
    """The whole table, sorted by name."""
    tables = (file for file in files(__name__).iterdir() if file.name.endswith(".toml"))
    return tuple(
        parse_board(table.read_text(encoding="utf-8"), source=table.name)
        for table in sorted(tables, key=lambda table: table.name)
    )


def load_board(name: str) -> Board:
    """The board called `name`, which may be an alias.

    >>> load_board("nano33blesense").name
    'nano33ble'

    Raises:
        ProjectError: If there is no such board.
    """
    for board in load_boards():
        if name in (board.name, *board.aliases):
            return board
    question = did_you_mean(name, board_aliases())
    hint = f"{question} tinycnn boards lists all {len(load_boards())}".lstrip()
    raise ProjectError(f"board '{name}': not known", hint=hint)


def parse_board(text: str, *, source: str) -> Board:
    """The board that the TOML in `text` describes; `source` names it in messages.

    Raises:
        ProjectError: If something in it is wrong; names file and key.
    """
    try:
        board = Board.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ProjectError(f"{source}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "board"
        raise ProjectError(f"{source}: {key}: {_expectation(first)}") from error
    if f"{board.name}.toml" != source:
        raise ProjectError(
            f"{source}: name: expected that of the file, got '{board.name}'"
        )
    return board


def _expectation(problem: ErrorDetails) -> str:
    """What was expected and what was met, in our words."""
    if problem["type"] == "missing":
        return "expected a value"
    if problem["type"] == "extra_forbidden":
        return "expected no such key"
    what = problem["msg"].removeprefix("Value error, ")
    what = re.sub(r"^(Input|String) should (be )?", "expected ", what)
    return f"{what}, got {problem['input']!r}" if problem["loc"] else what
