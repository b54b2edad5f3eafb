"""Opens a device: a program or module here, a simulated board, or one on a port.

They differ in nothing else: what is opened is a `Device`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from tinycnn.device.child import Child
from tinycnn.device.child_link import ChildSocketLink, PipeLink
from tinycnn.device.client import REPLY_TIMEOUT_S
from tinycnn.device.device import Device
from tinycnn.device.link import Link, is_remote
from tinycnn.device.serial_link import SerialLink
from tinycnn.device.socket_link import SocketLink
from tinycnn.device.text import TextDevice, TextModel
from tinycnn.device.wasm_link import WasmLink
from tinycnn.errors import DeviceError

__all__ = ["USUAL_OPTIONS", "PortOptions"]
__all__ += ["open_host", "open_serial", "open_simulated", "open_url", "open_wasm"]
__all__ += ["has_simulator", "speak", "start_simulator"]

# Simulated time passes slower than real time; a simulator that dies is noticed at once.
_SIMULATED_REPLY_TIMEOUT_S = 120.0
_SIMULATOR_START_S = 30.0
_SIMULATOR_PACKAGES = ("capstone", "elftools", "unicorn")


@dataclass(frozen=True, slots=True)
class PortOptions:
    """How a board on a serial port is spoken to.

    Attributes:
        baud: Bits per second; USB ports ignore it.
        reply_timeout_s: How long one image may take; None: as long as is usual.
        dtr: Whether DTR and RTS are raised, which a USB board needs before it talks;
            boards where they hold the reset or start the bootloader want them low.
    """

    baud: int = 115_200
    reply_timeout_s: float | None = None
    dtr: bool = True


USUAL_OPTIONS = PortOptions()


def open_host(
    executable: Path,
    *,
    reply_timeout_s: float | None = None,
    text: TextModel | None = None,
) -> Device:
    """The model as a program of this computer, on pipes.

    Args:
        executable: The program.
        reply_timeout_s: How long one image may take; None: as long as is usual.
        text: Of a program that speaks text, what it should run.

    Raises:
        DeviceError: If the program cannot be started.
    """
    child = Child([str(executable.resolve())], name=f"host process {executable.name}")
    return speak(PipeLink(child), reply_timeout_s or REPLY_TIMEOUT_S, text)


def open_serial(
    url: str, options: PortOptions = USUAL_OPTIONS, *, text: TextModel | None = None
) -> Device:
    """The board on a serial port.

    Args:
        url: Any that pyserial knows, or socket://HOST:PORT.
        options: How it is spoken to.
        text: Of a board that speaks text, what it should run.

    Raises:
        DeviceError: If the port cannot be opened.
    """
    link = open_url(url, options.baud, dtr=options.dtr)
    return speak(link, options.reply_timeout_s or REPLY_TIMEOUT_S, text)


def open_simulated(
    elf: Path,
    board: str = "nano33ble",
    *,
    reply_timeout_s: float | None = None,
    timings: Mapping[str, int] | None = None,
    text: TextModel | None = None,
) -> Device:
    """A simulated board that runs the firmware image `elf`.

    Args:
        elf: The image.
        board: Its name in messages.
        reply_timeout_s: How long one image may take; None: as long as is usual.
        timings: Cycles by rule of the cycle model, of those that are not its own.
        text: Of firmware that speaks text, what it should run.

    Raises:
        DeviceError: If the simulator is not installed or does not start.
    """
    link = start_simulator(elf, board, timings=timings)
    return speak(link, reply_timeout_s or _SIMULATED_REPLY_TIMEOUT_S, text)


def has_simulator() -> bool:
    """Whether a board can be simulated here."""
    return all(map(find_spec, _SIMULATOR_PACKAGES))


def start_simulator(
    elf: Path, board: str = "nano33ble", *, timings: Mapping[str, int] | None = None
) -> Link:
    """The bytes of a simulated board that runs the firmware image `elf`.

    Args:
        elf: The image.
        board: Its name in messages.
        timings: Cycles by rule of the cycle model, of those that are not its own.

    Raises:
        DeviceError: If the simulator is not installed or does not start.
    """
    if not has_simulator():
        missing = f"simulated {board}: the simulator is not installed"
        raise DeviceError(missing, hint="pip install 'tinycnn[sim]'")
    command = [sys.executable, "-m", "tinycnn.simulator", os.fspath(elf)]
    if timings:
        command += ["--timings", json.dumps(dict(timings))]
    child = Child(
        [*command, "--listen", "127.0.0.1:0", "--control"], name=f"simulated {board}"
    )
    try:
        line = child.first_line(_SIMULATOR_START_S)
        scheme, _, address = line.partition("://")
        host, _, port = address.partition(":")
        if scheme != "listening socket" or not port.isdecimal():
            raise child.obituary()
        return ChildSocketLink(child, SocketLink(host, int(port)))
    except BaseException:
        child.close()
        raise


def open_wasm(
    module: Path,
    *,
    reply_timeout_s: float | None = None,
    text: TextModel | None = None,
) -> Device:
    """The model as WebAssembly, run in this process.

    Args:
        module: The `.wasm` file.
        reply_timeout_s: How long one image may take; None: as long as is usual.
        text: Of a module that speaks text, what it should run.

    Raises:
        DeviceError: If wasmtime is not installed, or it is no such module.
    """
    timeout_s = reply_timeout_s or REPLY_TIMEOUT_S
    return speak(WasmLink(module, timeout_s=timeout_s), timeout_s, text)


def speak(link: Link, timeout_s: float, text: TextModel | None = None) -> Device:
    """The device at the other end of `link`.

    Args:
        link: Closed with the device.
        timeout_s: How long one image may take.
        text: Of a device that speaks text, what it should run.
    """
    if text is None:
        return Device(link, reply_timeout_s=timeout_s)
    return TextDevice(link, text, reply_timeout_s=timeout_s)


def open_url(url: str, baud: int, *, dtr: bool = True) -> Link:
    """The link that `url` names: a TCP connection for socket://, else a serial port.

    Args:
        url: Any that pyserial knows, or socket://HOST:PORT.
        baud: Bits per second.
        dtr: Whether DTR and RTS are raised.

    Raises:
        DeviceError: If it cannot be opened.
    """
    if not is_remote(url):
        return SerialLink(url, baud, dtr=dtr)
    scheme = url.partition("://")[0]
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port:
        text = f"port {url}: expected {scheme}://HOST:PORT"
        raise DeviceError(text, hint=f"for example {scheme}://127.0.0.1:4000")
    if scheme == "socket":
        return SocketLink(host, port)
    return SerialLink(url, baud, dtr=dtr)
