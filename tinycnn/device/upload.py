"""The programs that put an image on a board: one table of commands, and their runner.

Most take the raw image, which begins at the board's `flash_base`; UF2 and Intel hex
files name their addresses, and `west` knows them from its build folder. A command
leaves the board running the image.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import string
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tinycnn.boards import Board
from tinycnn.errors import DeviceError, ToolchainError

__all__ = ["copy_to_drive", "find_method", "image_suffix", "list_drives"]
__all__ += ["run_tool", "upload_command"]

_COMMANDS = {
    "arduino-cli": "arduino-cli upload --fqbn {board.fqbn} --port {port} "
    "--input-file {image}",
    "bossac": "bossac --port={port} --erase --write --verify --boot {image} --reset",
    # The comma: a board that runs its application is left alone.
    "dfu-util": "dfu-util --wait --device ,{board.usb.bootloader[0]} --alt 0 "
    "--dfuse-address {board.flash_base:#010x}:leave --download {image}",
    # The whole flash: bootloader, partitions and sketch, as arduino-cli merges them.
    "esptool": "esptool --port {port} write-flash 0x0 {image}",
    "openocd": "openocd -f {board.openocd[0]} -f {board.openocd[1]} "
    "-c 'program {{{image}}} verify reset exit {board.flash_base:#010x}'",
    "platformio": "pio run --target upload --upload-port {port} "
    "--project-dir {image.parent.parent}/platformio/{image.stem}",
    "pyocd": "pyocd flash --target {board.pyocd} "
    "--base-address {board.flash_base:#010x} {image}",
    "teensy_loader_cli": "teensy_loader_cli --mcu={board.teensy} -w -s {image}",
    "west": "west flash --build-dir {image.parent}",
}
_SUFFIXES = {"uf2": "uf2", "teensy_loader_cli": "hex", "esptool": "merged.bin"}
# What takes no other framework's files, but for those that have the same.
_OF_ARDUINO = {
    "zephyr": ("arduino-cli", "esptool", "teensy_loader_cli"),
    "platformio": ("arduino-cli", "esptool"),
}
_OWN = {"zephyr": "west"}
_TIMEOUT_S = 300.0
_KEPT_BYTES = 4_000
_MOST_SHOWN = 1_000  # of a tool's last line, which may be a command to copy


def find_method(board: Board, framework: str) -> str:
    """What puts firmware of a framework on the board; never "none".

    >>> from tinycnn.boards import load_board
    >>> find_method(load_board("teensy40"), "arduino")
    'teensy_loader_cli'

    Raises:
        ToolchainError: If no program is known that does.
    """
    if board.upload in _OF_ARDUINO.get(framework, ()):
        return _OWN.get(framework, framework)
    if board.upload == "none":
        text = f"board {board.name}: no program that uploads to it is known"
        raise ToolchainError(text, hint="upload with what its maker offers")
    return board.upload


def image_suffix(method: str) -> str:
    """How the file that a method takes ends: NAME.bin, NAME.uf2."""
    return _SUFFIXES.get(method, "bin")


def upload_command(
    method: str, board: Board, image: Path, port: str
) -> tuple[str, ...]:
    """The command of the table that puts `image` on the `board` at `port`.

    >>> from tinycnn.boards import load_board
    >>> " ".join(upload_command("pyocd", load_board("nrf52840dk"), Path("a.bin"), ""))
    'pyocd flash --target nrf52840 --base-address 0x00000000 a.bin'
    """
    words = shlex.split(_COMMANDS[method])
    return tuple(word.format(board=board, image=image, port=port) for word in words)


def run_tool(command: Sequence[str], *, timeout_s: float = _TIMEOUT_S) -> None:
    """Run a command to its end.

    Raises:
        ToolchainError: If it is not there, fails, or takes longer than `timeout_s`.
    """
    name = command[0]
    with tempfile.TemporaryFile() as output:  # not a pipe: it may be of any length
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, timeout=timeout_s, check=False,
            )  # fmt: skip
        except FileNotFoundError as error:
            text = f"{name}: not found"
            hint = f"install {name}, which this board needs for an upload"
            raise ToolchainError(text, hint, command=command) from error
        except subprocess.TimeoutExpired as error:
            text = f"{name}: not done after {timeout_s:.0f} s"
            raise ToolchainError(text, "reset the board", command=command) from error
        output.seek(max(0, output.tell() - _KEPT_BYTES))
        log = output.read().decode("utf-8", "replace")
    if done.returncode != 0:
        last = (log.strip().splitlines() or ["no output"])[-1].strip()
        raise ToolchainError(
            f"{name}: failed with exit code {done.returncode}: {last[:_MOST_SHOWN]}",
            hint=f"to see all it says: {shlex.join(command)}",
            command=command,
            returncode=done.returncode,
            log=log,
        )


def list_drives() -> tuple[Path, ...]:
    """The drives of bootloaders that take UF2 files."""
    if sys.platform == "win32":
        mounts = [Path(f"{letter}:/") for letter in string.ascii_uppercase]
    elif sys.platform == "darwin":
        mounts = list(Path("/Volumes").iterdir())
    else:
        fields = map(str.split, Path("/proc/self/mounts").read_text().splitlines())
        mounts = [Path(field[1].replace("\\040", " ")) for field in fields]
    return tuple(mount for mount in mounts if _takes_uf2(mount))


def copy_to_drive(image: Path, drives: Sequence[Path]) -> None:
    """Copy `image` to the only one of `drives`, whose board then restarts.

    Raises:
        DeviceError: If there is not one drive, or it cannot be written.
    """
    if len(drives) != 1:
        names = ", ".join(map(str, drives)) or "none"
        text = f"expected one drive of a bootloader, got {names}"
        hint = "hold BOOTSEL while connecting the board; let the system mount its drive"
        raise DeviceError(text, hint=hint)
    target = drives[0] / image.name
    try:
        with image.open("rb") as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink)
            sink.flush()
            with contextlib.suppress(OSError):  # the last block restarts the board
                os.fsync(sink.fileno())
    except OSError as error:
        text = f"{target}: cannot be written: {error.strerror or error}"
        raise DeviceError(text, hint="connect the board again") from error


def _takes_uf2(mount: Path) -> bool:
    with contextlib.suppress(OSError):  # a drive without a medium, or not ours
        return (mount / "INFO_UF2.TXT").is_file()
    return False
