"""An image onto a board, until the board says that it runs the image's model.

Flashing is a list of steps, each a line of text and what it does, so that a dry run
shows what a real one will do. A board that restarts comes back as another USB device,
often on another port: it is known by its serial number, or else by being new.
"""

from __future__ import annotations

import shlex
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinycnn.boards import Board
from tinycnn.device.client import REPLY_TIMEOUT_S
from tinycnn.device.deadline import Deadline
from tinycnn.device.hello import DeviceInfo
from tinycnn.device.link import Link
from tinycnn.device.opening import USUAL_OPTIONS, PortOptions, open_url, speak
from tinycnn.device.ports import DetectedPort, detect_ports, find_port
from tinycnn.device.samba import PAGE_BYTES, Bootloader
from tinycnn.device.serial_link import touch_1200bps
from tinycnn.device.text import TextModel
from tinycnn.device.upload import copy_to_drive, list_drives, run_tool, upload_command
from tinycnn.errors import DeviceError, DeviceTimeoutError, ToolchainError

__all__ = ["Computer", "FlashJob", "Flashing"]

_TOUCHES = 2
_POLL_S = 0.1
_SERIAL_DIGITS = 16  # a bootloader puts zeros before them
# What finds the board by its serial port; the others know the probe or the USB device.
_BY_PORT = ("samba", "bossac", "arduino-cli", "esptool", "platformio")
_TOUCHES_ITSELF = ("arduino-cli", "west", "teensy_loader_cli", "platformio")


@dataclass(frozen=True, slots=True)
class FlashJob:
    """What to flash, and what the board must say afterwards.

    Attributes:
        board: The kind of board.
        method: What puts the image on it: an entry of `Board.upload` but "none".
        image: The file.
        model_sha256: Of the model in it.
        speaks_text: Whether the firmware speaks the text dialect.
    """

    board: Board
    method: str
    image: Path
    model_sha256: str
    speaks_text: bool = False


@dataclass(frozen=True, slots=True)
class Computer:
    """What flashing needs of a computer; a test brings its own.

    Attributes:
        restart_s: How long a board may take to come back.
        settle_s: How long the system may take to make its port usable.
        options: How the board is asked what it runs.
    """

    ports: Callable[[], tuple[DetectedPort, ...]] = detect_ports
    open_link: Callable[[str, int], Link] = open_url
    options: PortOptions = USUAL_OPTIONS
    touch: Callable[[str], None] = touch_1200bps
    run: Callable[[Sequence[str]], None] = run_tool
    drives: Callable[[], tuple[Path, ...]] = list_drives
    restart_s: float = 10.0
    settle_s: float = 10.0  # ModemManager takes its time


class Flashing:
    """One image on its way to one board.

    Args:
        job: What to flash.
        port: Where the board is; None finds it by its USB ids.
        computer: What flashing needs of this computer.
        on_page: Told how many pages of how many are written.
        is_rehearsal: Only the words of the steps are wanted; no board need be there.

    Attributes:
        retries: Pages that had to be written again.
        info: What the board said of itself at the end.

    Raises:
        DeviceError: If there is no such board, or more than one.
        ToolchainError: If the image is not one for the board.
    """

    def __init__(
        self,
        job: FlashJob,
        port: str | None,
        *,
        computer: Computer | None = None,
        on_page: Callable[[int, int], None] = lambda done, total: None,
        is_rehearsal: bool = False,
    ) -> None:
        self.retries = 0
        self.info: DeviceInfo | None = None
        self._job = job
        self._computer = computer or Computer()
        self._on_page = on_page
        self._image = job.image.read_bytes()
        if job.method == "samba":
            _check_image(job, self._image)
        self._seen = self._computer.ports()
        if is_rehearsal and not any(job.board.name in p.boards for p in self._seen):
            port = port or "PORT"
        self._port = _choose_port(self._seen, job, port)

    @property
    def port(self) -> str:
        """Where the board is now; empty while that is not known."""
        return self._port.device if self._port else ""

    @property
    def steps(self) -> tuple[tuple[str, Callable[[], None]], ...]:
        """What is to be done, in words and in deed."""
        board, method = self._job.board, self._job.method
        runs = self._port is not None and self._port.mode != "bootloader"
        is_touched = runs and board.touch_1200bps and method not in _TOUCHES_ITSELF
        steps = []
        if is_touched:
            text = f"open {self.port} at 1200 bit/s: the bootloader starts"
            steps.append((text, self._start_bootloader))
        steps.append(self._upload_step(is_touched=is_touched))
        if board.touch_1200bps or not runs:
            steps.append(("wait for the application's port", self._await_application))
        text = f"say HELLO: expect model {self._job.model_sha256[:12]}"
        return (*steps, (text, self._check_model))

    def _upload_step(self, *, is_touched: bool) -> tuple[str, Callable[[], None]]:
        image = self._job.image.name
        if self._job.method == "samba":
            pages = -(-len(self._image) // PAGE_BYTES)
            text = f"write {image} in {pages} pages, compare the CRC of each, restart"
            return text, self._write_pages
        if self._job.method == "uf2":
            return f"copy {image} to the bootloader's drive", self._copy
        command = shlex.join(self._command())
        if is_touched and self._job.method in _BY_PORT:
            return f"at the bootloader's port: {command}", self._run_tool
        return f"run {command}", self._run_tool

    def _start_bootloader(self) -> None:
        for touch in range(_TOUCHES):
            self._seen = self._computer.ports()
            if touch and self._port not in self._seen:
                break
            self._computer.touch(self.port)
            if self._job.method not in _BY_PORT or self._arrives("bootloader"):
                return
        text = f"port {self.port}: no bootloader came"
        hint = "press the board's reset button twice, quickly, and flash again"
        raise DeviceTimeoutError(text, hint=hint)

    def _write_pages(self) -> None:
        link = self._open()
        try:
            bootloader = Bootloader(link)
            bootloader.connect()
            bootloader.write(self._image, self._on_page)
            self.retries = bootloader.retries
            self._seen = self._computer.ports()
            bootloader.start()
        finally:
            link.close()

    def _copy(self) -> None:
        deadline = Deadline(self._computer.restart_s)
        while not (drives := self._computer.drives()) and not deadline.expired:
            time.sleep(_POLL_S)
        self._seen = self._computer.ports()
        copy_to_drive(self._job.image, drives)

    def _run_tool(self) -> None:
        self._seen = self._computer.ports()
        self._computer.run(self._command())

    def _command(self) -> tuple[str, ...]:
        job = self._job
        return upload_command(job.method, job.board, job.image, self.port)

    def _await_application(self) -> None:
        if not self._arrives("application"):
            name, time_s = self._job.board.name, self._computer.restart_s
            text = f"{name}: did not come back within {time_s:.0f} s of its upload"
            hint = "press reset once; if it stays away, its firmware crashes at start"
            raise DeviceTimeoutError(text, hint=hint)

    def _check_model(self) -> None:
        timeout_s = self._computer.options.reply_timeout_s or REPLY_TIMEOUT_S
        # Our own firmware tells of itself, so that nothing need be known beforehand.
        told = TextModel((), ()) if self._job.speaks_text else None
        with speak(self._open(), timeout_s, told) as device:
            self.info = device.info()
        expected, got = self._job.model_sha256, self.info.model_sha256
        if got != expected:
            text = f"port {self.port}: expected model {expected[:12]}, got {got[:12]}"
            hint = "the image is of another model: run tinycnn build, then flash again"
            raise DeviceError(text, hint=hint)

    def _arrives(self, mode: str) -> bool:
        """Whether the board's port in `mode` comes in time; then it is the port."""
        deadline = Deadline(self._computer.restart_s)
        # Another's port is not taken for ours as long as ours may still come.
        by_serial = Deadline(self._computer.restart_s / 2 if self._serial else 0.0)
        while not deadline.expired:
            name = self._job.board.name
            ports = [
                port
                for port in self._computer.ports()
                if port.mode == mode and name in port.boards
            ]
            found = [port for port in ports if _serial(port) == self._serial]
            if by_serial.expired and (not found or not self._serial):
                found = [port for port in ports if port not in self._seen]
            if len(found) == 1:
                self._port = found[0]
                return True
            time.sleep(_POLL_S)
        return False

    @property
    def _serial(self) -> str | None:
        return _serial(self._port) if self._port else None

    def _open(self) -> Link:
        """The board's port; a new one may be held for a moment by the system."""
        deadline = Deadline(self._computer.settle_s)
        while True:
            try:
                return self._computer.open_link(self.port, self._computer.options.baud)
            except DeviceError:
                if deadline.expired:
                    raise
                time.sleep(_POLL_S)


def _serial(port: DetectedPort) -> str | None:
    number = (port.serial_number or "").upper()
    return number[-_SERIAL_DIGITS:] or None


def _check_image(job: FlashJob, image: bytes) -> None:
    """Do nothing if `image` begins as a program at the board's place for one does."""
    board, name = job.board, job.image.name
    if len(image) > board.flash_bytes:
        text = f"{name}: expected at most {board.flash_bytes:,} bytes of flash, got "
        raise ToolchainError(f"{text}{len(image):,}", hint="choose a smaller model")
    stack, start = struct.unpack_from("<II", image.ljust(8, b"\0"))
    in_ram = board.ram_base < stack <= board.ram_base + board.ram_bytes
    if not in_ram or not 0 <= start - board.flash_base < len(image):
        text = f"{name}: expected a program for address 0x{board.flash_base:x}, got one"
        raise ToolchainError(
            f"{text} that starts at 0x{start:x} with its stack at 0x{stack:x}",
            hint="run tinycnn build again",
        )


def _choose_port(
    ports: Sequence[DetectedPort], job: FlashJob, wanted: str | None
) -> DetectedPort | None:
    """The port where the board is; None if the upload does without."""
    name = job.board.name
    if wanted:
        port = find_port(wanted, ports)
        if port.boards and name not in port.boards:
            text = f"port {wanted}: expected a {name}, got a {' or '.join(port.boards)}"
            hint = "choose another --port, or that board in tinycnn.toml"
            raise DeviceError(text, hint=hint)
        return port
    found = [port for port in ports if name in port.boards]
    if len(found) > 1:
        listing = ", ".join(f"{p.device} ({p.mode}, {_serial(p)})" for p in found)
        text = f"{len(found)} boards of the kind {name}: {listing}"
        raise DeviceError(text, hint="choose one with --port")
    if not found and job.method in _BY_PORT:
        here = ", ".join(port.device for port in ports) or "none"
        hint = f"connect it, or press its reset button twice; serial ports here: {here}"
        raise DeviceError(f"no {name} found", hint=hint)
    return found[0] if found else None
