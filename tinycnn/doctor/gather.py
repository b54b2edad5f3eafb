"""Gathers the facts of this computer: runs programs, reads /proc, asks boards."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tinycnn.device import USUAL_OPTIONS, DeviceInfo, PortOptions, open_serial
from tinycnn.device.ports import DetectedPort, detect_ports, find_port
from tinycnn.device.processes import list_processes, port_users
from tinycnn.doctor.facts import Facts, Packages, PortFacts
from tinycnn.errors import DeviceError, StrangerError

__all__ = ["gather_facts"]

_EXTRAS = ("", "sim", "train", "wasm", "tflm")
# How each program is asked for its version.
_PROGRAMS = {
    "arduino-cli": "version",
    "arm-none-eabi-gcc": "-dumpfullversion",
    "bossac": "--help",
    "west": "--version",
}
_TIMEOUT_S = 20.0
_GROUPS = ("dialout", "uucp")  # who may use serial ports
_RULES = ("/etc/udev/rules.d", "/run/udev/rules.d", "/usr/lib/udev/rules.d")
_ARDUINO = 'ATTRS{idVendor}=="2341"'


def gather_facts(
    port: str | None = None, options: PortOptions = USUAL_OPTIONS
) -> Facts:
    """The facts of this computer.

    Args:
        port: The only port to look at, by any URL; None looks at all.
        options: How boards are spoken to.
    """
    base, bossac = os.environ.get("ZEPHYR_BASE"), shutil.which("bossac")
    detected = detect_ports()
    if port:
        detected = (find_port(port, detected),)
    return Facts(
        system=sys.platform,
        python=_find_python(),
        packages=tuple(_find_packages()),
        programs={name: _version(name, word) for name, word in _PROGRAMS.items()},
        arduino_cores=_find_cores(),
        knows_nrf52=bossac is not None and b"nRF52840" in Path(bossac).read_bytes(),
        zephyr_base=base,
        has_zephyr=base is not None and Path(base, "VERSION").is_file(),
        may_use_ports=_may_use_ports(),
        has_udev_rule=any(_ARDUINO in rules for rules in _read_rules()),
        probes_modems=any(name == "ModemManager" for _, name in list_processes()),
        ports=tuple(
            _look_at(one, options, is_asked=port is not None) for one in detected
        ),
    )


def _find_python() -> tuple[str, bool]:
    version = ".".join(map(str, sys.version_info[:3]))
    wanted = metadata.metadata("tinycnn")["Requires-Python"]
    return version, SpecifierSet(wanted).contains(version)


def _find_packages() -> Iterator[Packages]:
    """What each install needs of this computer, beyond the plain one."""
    wanted = [Requirement(line) for line in metadata.requires("tinycnn") or ()]
    plain: list[Requirement] = []
    for extra in _EXTRAS:
        applies = [
            requirement
            for requirement in wanted
            if requirement not in plain
            and (
                not requirement.marker or requirement.marker.evaluate({"extra": extra})
            )
        ]
        plain = plain or applies
        found, unfit = {}, []
        for requirement in applies:
            try:
                version = metadata.version(requirement.name)
            except metadata.PackageNotFoundError:
                unfit.append(f"{requirement.name} is not installed")
                continue
            if requirement.specifier.contains(version, prereleases=True):
                found[requirement.name] = version
            else:
                expected = f"expected {requirement.specifier}, got {version}"
                unfit.append(f"{requirement.name}: {expected}")
        if applies:
            yield Packages(extra, found, tuple(unfit))


def _run(command: Sequence[str]) -> str | None:
    """What a program prints; None if it is not there, or does not work."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace")


def _version(name: str, word: str) -> str | None:
    text = _run([name, word])
    if text is None:
        return None
    number = re.search(r"\d+\.\d+[\w.+-]*", text)
    return f"{name} {number[0]}" if number else name


def _find_cores() -> dict[str, str]:
    lines = (_run(["arduino-cli", "core", "list"]) or "").splitlines()
    rows = (re.match(r"(\w+:\w+)\s+(\S+)", line) for line in lines)
    return {row[1]: row[2] for row in rows if row}


def _may_use_ports() -> bool:
    try:
        import grp
    except ImportError:  # Windows asks nobody
        return True
    wanted = {group.gr_gid for group in grp.getgrall() if group.gr_name in _GROUPS}
    return os.geteuid() == 0 or bool(wanted & {os.getegid(), *os.getgroups()})


def _read_rules() -> Iterator[str]:
    for folder in _RULES:
        for file in Path(folder).glob("*.rules"):
            with contextlib.suppress(OSError):
                yield file.read_text("utf-8", "replace")


def _look_at(port: DetectedPort, options: PortOptions, *, is_asked: bool) -> PortFacts:
    path = Path(port.device)
    is_file = path.exists()
    is_allowed = not is_file or os.access(path, os.R_OK | os.W_OK)
    users = port_users(port.device) if is_file else ()
    hello: DeviceInfo | str | None = None
    remedy = None
    if is_asked or (port.boards and port.mode == "application"):
        hello = "not asked"
        if is_allowed and not users:
            hello, remedy = _say_hello(port.device, options)
    group = ""
    with contextlib.suppress(OSError, KeyError, NotImplementedError):
        group = path.group()
    return PortFacts(port, group, is_allowed, users, hello, remedy)


def _say_hello(url: str, options: PortOptions) -> tuple[DeviceInfo | str, str | None]:
    """What the device says, or the error; and the remedy where another answers."""
    try:
        with open_serial(url, options) as device:
            return device.info(), None
    except StrangerError as error:
        return str(error), error.hint
    except DeviceError as error:
        return str(error), None
