"""What is known about a computer, before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tinycnn.device.hello import DeviceInfo
from tinycnn.device.ports import DetectedPort

__all__ = ["Facts", "Packages", "PortFacts"]


@dataclass(frozen=True, slots=True)
class Packages:
    """The Python packages of one install.

    Attributes:
        extra: The install `tinycnn[extra]`; empty for tinycnn itself.
        found: Versions of those that fit, by name.
        unfit: What was expected and what is there, one text each.
    """

    extra: str
    found: Mapping[str, str]
    unfit: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PortFacts:
    """A serial port.

    Attributes:
        port: What the USB says about it.
        group: Who may open it, on Linux; empty elsewhere.
        is_allowed: Whether we may.
        users: Programs that have it open, where that can be seen.
        hello: What the board there said of itself, or why it did not; None if it was
            not asked.
        remedy: What to do about something else that answered there.
    """

    port: DetectedPort
    group: str
    is_allowed: bool
    users: tuple[str, ...]
    hello: DeviceInfo | str | None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A computer.

    Attributes:
        system: As `sys.platform` calls it.
        python: Version of Python, and whether tinycnn runs on it.
        packages: Of each install.
        programs: Versions of programs, None for those that are not there.
        arduino_cores: What arduino-cli has installed: versions by name.
        knows_nrf52: Whether bossac is the one that knows the Nano.
        zephyr_base: What ZEPHYR_BASE names, if anything.
        has_zephyr: Whether Zephyr is there.
        may_use_ports: Whether we are in the group of serial ports, or may do anything.
        has_udev_rule: Whether a rule gives everyone the boards' ports.
        probes_modems: Whether ModemManager runs.
        ports: The serial ports.
    """

    system: str
    python: tuple[str, bool]
    packages: tuple[Packages, ...]
    programs: Mapping[str, str | None]
    arduino_cores: Mapping[str, str]
    knows_nrf52: bool
    zephyr_base: str | None
    has_zephyr: bool
    may_use_ports: bool
    has_udev_rule: bool
    probes_modems: bool
    ports: tuple[PortFacts, ...]
