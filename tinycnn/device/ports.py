"""The serial ports of this computer, and which of them are boards.

A port is known by its USB ids, which the board table holds. Several boards can share
them, as all boards with an ST-LINK do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from tinycnn.boards import load_boards

__all__ = ["DetectedPort", "detect_ports", "find_port", "identify_port"]


@dataclass(frozen=True, slots=True)
class DetectedPort:
    """A serial port, and what is at its other end.

    Attributes:
        device: What to open: `/dev/ttyACM0`, `COM3`.
        boards: Names of the boards that it can be; empty where it is none.
        mode: Whether firmware runs there or a bootloader waits; "other" is no board.
        serial_number: Of the USB device, if it says.
        vid: Its USB vendor; None where the port is not USB.
        pid: Its USB product.
        description: What the system calls it.
        location: Where it is on the USB bus, such as 1-1.4:1.0, if that is known.
    """

    device: str
    boards: tuple[str, ...]
    mode: Literal["application", "bootloader", "other"]
    serial_number: str | None
    vid: int | None
    pid: int | None
    description: str
    location: str | None = None


def detect_ports() -> tuple[DetectedPort, ...]:
    """All serial ports of this computer, boards or not, by name."""
    ports = map(identify_port, list_ports.comports())
    return tuple(sorted(ports, key=lambda port: port.device))


def find_port(name: str, ports: Iterable[DetectedPort]) -> DetectedPort:
    """The port that is called `name` or that a link of this name means.

    A port that is not among `ports`, such as a URL, is one of which nothing is known.
    """
    path = os.path.realpath(name)
    unlisted = DetectedPort(name, (), "other", None, None, None, "")
    listed = (port for port in ports if os.path.realpath(port.device) == path)
    return next(listed, unlisted)


def identify_port(port: ListPortInfo) -> DetectedPort:
    """What the board table knows about `port`."""
    usb_id = f"{port.vid or 0:04x}:{port.pid or 0:04x}"
    waiting = tuple(b.name for b in load_boards() if usb_id in b.usb.bootloader)
    running = tuple(b.name for b in load_boards() if usb_id in b.usb.application)
    return DetectedPort(
        device=port.device,
        boards=waiting or running,
        mode="bootloader" if waiting else "application" if running else "other",
        serial_number=port.serial_number,
        vid=port.vid,
        pid=port.pid,
        description=port.description or "",
        location=port.location,
    )
