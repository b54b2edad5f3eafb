"""Facts of a computer -> findings: each is fine, a warning or a problem, with its fix.

A problem stops something that was asked for: a package of tinycnn itself, a board that
is connected but cannot be used. What merely is not there, and would be needed for more
than was tried, is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tinycnn.boards import Board, load_board, load_boards
from tinycnn.device.hello import DeviceInfo
from tinycnn.device.ports import DetectedPort
from tinycnn.doctor.facts import Facts, Packages, PortFacts

__all__ = ["Finding", "check_computer"]

_GROUP = "dialout"  # who may use serial ports, on most systems
Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        level: How bad it is.
        subject: What was looked at.
        text: What was found.
        fix: What to do about it.
    """

    level: Level
    subject: str
    text: str
    fix: str | None = None


def check_computer(facts: Facts) -> tuple[Finding, ...]:
    """All findings about a computer, in the order of the way to a board."""
    return (
        _check_python(facts),
        *map(_check_packages, facts.packages),
        _check_compilers(facts),
        _check_arduino(facts),
        _check_zephyr(facts),
        _check_bossac(facts),
        *_check_linux(facts),
        *_check_ports(facts),
    )


def _check_python(facts: Facts) -> Finding:
    version, fits = facts.python
    if fits:
        return Finding("ok", "Python", version)
    return Finding("problem", "Python", f"{version} does not fit", "use Python 3.12")


def _check_packages(packages: Packages) -> Finding:
    subject = f"tinycnn[{packages.extra}]" if packages.extra else "tinycnn"
    if not packages.unfit:
        versions = ", ".join(f"{name} {v}" for name, v in packages.found.items())
        return Finding("ok", subject, versions)
    text, fix = "; ".join(packages.unfit), f"pip install '{subject}'"
    return Finding("warning" if packages.extra else "problem", subject, text, fix)


def _check_compilers(facts: Facts) -> Finding:
    subject = "compilers"
    found = {p.extra: p.found for p in facts.packages}.get("sim", {})
    zig, gcc = found.get("ziglang"), facts.programs["arm-none-eabi-gcc"]
    names = [f"zig {zig}"] * bool(zig) + [str(gcc)] * bool(gcc)
    if zig:
        return Finding("ok", subject, ", ".join(names))
    text = ", ".join([*names, "no zig: no program for this computer"])
    return Finding("warning", subject, text, "pip install 'tinycnn[sim]'")


def _check_arduino(facts: Facts) -> Finding:
    subject, version = "arduino-cli", facts.programs["arduino-cli"]
    install = str(_board_of(facts).arduino_install)
    if version is None:
        text = "not installed: no image for a real board with the Arduino framework"
        fix = f"install it from https://arduino.github.io/arduino-cli, then {install}"
        return Finding("warning", subject, text, fix)
    known = {board.arduino_platform for board in load_boards()}
    cores = [f"{name} {v}" for name, v in facts.arduino_cores.items() if name in known]
    if not cores:
        text = f"{version}, without the core of any board of tinycnn"
        return Finding("warning", subject, text, install)
    return Finding("ok", subject, f"{version}, {', '.join(cores)}")


def _board_of(facts: Facts) -> Board:
    """The first board with an Arduino core that is connected, or else the Nano."""
    names = [name for port in facts.ports for name in port.port.boards]
    boards = map(load_board, [*names, "nano33ble"])
    return next(board for board in boards if board.fqbn)


def _check_zephyr(facts: Facts) -> Finding:
    subject, west, base = "Zephyr", facts.programs["west"], facts.zephyr_base
    if base and not facts.has_zephyr:
        text = f"ZEPHYR_BASE is {base}, where there is no Zephyr"
        fix = "set it to the folder zephyr of a west workspace, or unset it"
        return Finding("problem", subject, text, fix)
    if west and base:
        return Finding("ok", subject, f"{west}, ZEPHYR_BASE is {base}")
    if not west and not base:
        return Finding("ok", subject, "not installed; only its framework needs it")
    if west:
        fix = "west init and west update a workspace, set ZEPHYR_BASE to its zephyr"
        return Finding("warning", subject, f"{west}, but ZEPHYR_BASE is not set", fix)
    return Finding("warning", subject, "west is not installed", "pip install west")


def _check_bossac(facts: Facts) -> Finding:
    subject, version = "bossac", facts.programs["bossac"]
    if version is None:
        text = "not installed; not needed: tinycnn flash speaks to the Nano by itself"
        return Finding("ok", subject, text)
    if facts.knows_nrf52:
        return Finding("ok", subject, version)
    text = f"{version} does not know the Nano's nRF52840, and west flash would take it"
    fix = "use tinycnn flash, which needs no bossac"
    return Finding("warning", subject, text, fix)


def _check_linux(facts: Facts) -> Iterator[Finding]:
    if facts.system != "linux":
        return
    subject = "permissions"
    if facts.may_use_ports:
        yield Finding("ok", subject, "this user may use serial ports")
    elif facts.has_udev_rule:
        yield Finding("ok", subject, "a udev rule opens the boards' ports to everyone")
    else:
        text = "this user is not in the group of serial ports, and no udev rule helps"
        yield Finding("warning", subject, text, _join_group(_GROUP))
    if facts.probes_modems:
        text = "is running: it sends AT commands to every port that is new"
        fix = (
            'a udev rule: ATTRS{idVendor}=="2341", ENV{ID_MM_DEVICE_IGNORE}="1"; '
            "or sudo systemctl disable --now ModemManager"
        )
        yield Finding("warning", "ModemManager", text, fix)
    else:
        yield Finding("ok", "ModemManager", "not running")


def _check_ports(facts: Facts) -> Iterator[Finding]:
    for port in facts.ports:
        yield _check_port(port)
    if not any(port.port.boards or port.hello for port in facts.ports):
        fix = "connect one by a USB cable that carries data"
        yield Finding("warning", "boards", "none connected", fix)


def _check_port(facts: PortFacts) -> Finding:
    port, hello = facts.port, facts.hello
    name, text = port.device, _describe(port)
    if not port.boards and hello is None:
        return Finding("ok", name, text)
    if not facts.is_allowed:
        fix = _join_group(facts.group or _GROUP)
        return Finding("problem", name, f"{text}: permission denied", fix)
    if facts.users:
        text = f"{text}: in use by {' and '.join(facts.users)}"
        return Finding("problem", name, text, "end it; a port serves one program")
    if port.mode == "bootloader":
        return Finding("warning", name, f"{text}, waits for an upload", "tinycnn flash")
    if not isinstance(hello, DeviceInfo):
        level: Level = "warning" if port.boards else "problem"
        fix = "check name and cable of the port; is tinycnn's firmware at its end?"
        fix = facts.remedy or ("tinycnn flash" if port.boards else fix)
        return Finding(level, name, f"{text}: {hello}", fix)
    cache = {True: "on", False: "off", None: "unknown"}[hello.cache_on]
    text = (
        f"{text}, runs {hello.model} ({hello.model_sha256[:12]}), instruction cache "
        f"{cache}, cycle counter {'runs' if hello.counts_cycles else 'missing'}"
    )
    if hello.cache_on is False:
        fix = "tinycnn build and tinycnn flash: the firmware switches the cache on"
        return Finding("warning", name, text, fix)
    return Finding("ok", name, text)


def _describe(port: DetectedPort) -> str:
    if port.boards:
        serial = f", serial number {port.serial_number}" if port.serial_number else ""
        return f"{port.mode} of {' or '.join(port.boards)}{serial}"
    usb = f" (USB {port.vid:04x}:{port.pid:04x})" if port.vid and port.pid else ""
    return f"something else{usb}"


def _join_group(group: str) -> str:
    return (
        f"sudo usermod -aG {group} $USER and log in again; or a udev rule: "
        'SUBSYSTEMS=="usb", ATTRS{idVendor}=="2341", MODE:="0666"'
    )
