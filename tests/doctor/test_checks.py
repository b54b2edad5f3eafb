"""Every finding, from facts that are made up."""

from dataclasses import replace
from typing import Any

import pytest

from tinycnn.boards import load_board
from tinycnn.device.hello import DeviceInfo
from tinycnn.device.ports import DetectedPort
from tinycnn.doctor import Facts, Finding, Packages, PortFacts, check_computer

NANO = DetectedPort(
    "/dev/ttyACM0", ("nano33ble",), "application", "5A1F", 0x2341, 0x805A, "Nano"
)
OTHER = DetectedPort("/dev/ttyUSB0", (), "other", None, 0x1A86, 0x7523, "CH340")

INFO = DeviceInfo(
    board="nano33ble", board_id="0" * 16, model="demo", model_sha256="ab" * 32,
    generator="", numerics="", clock_hz=64_000_000, arena_bytes=1, stack_bytes=1,
    max_payload=64, inputs=(), outputs=(), cache_on=True, counts_cycles=True,
)  # fmt: skip

PROGRAMS = {
    "arduino-cli": "arduino-cli 1.4.0",
    "arm-none-eabi-gcc": "arm-none-eabi-gcc 12.2.1",
    "bossac": None,
    "west": "west 1.5.0",
}


def make_port(port: DetectedPort = NANO, **changes: Any) -> PortFacts:
    """A port that we may use, with a board that answers."""
    return replace(PortFacts(port, "dialout", True, (), INFO), **changes)


PICO = replace(NANO, boards=("pico",))
PICO_INDEX = f"--additional-urls {load_board('pico').arduino_index}"

# A computer on which nothing is wrong.
FINE = Facts(
    system="linux",
    python=("3.12.1", True),
    packages=(
        Packages("", {"numpy": "2.1.0"}, ()),
        Packages("sim", {"ziglang": "0.13.0"}, ()),
    ),
    programs=PROGRAMS,
    arduino_cores={"arduino:mbed_nano": "4.6.0", "arduino:avr": "1.8.6"},
    knows_nrf52=False,
    zephyr_base="/z/zephyr",
    has_zephyr=True,
    may_use_ports=True,
    has_udev_rule=False,
    probes_modems=False,
    ports=(make_port(),),
)


def find(facts: Facts, subject: str) -> Finding:
    """The finding about one subject."""
    (finding,) = (f for f in check_computer(facts) if f.subject == subject)
    return finding


def test_nothing_is_wrong() -> None:
    """All findings are fine, and none has a fix."""
    findings = check_computer(FINE)

    assert {finding.level for finding in findings} == {"ok"}
    assert not any(finding.fix for finding in findings)
    assert (
        find(FINE, "arduino-cli").text == "arduino-cli 1.4.0, arduino:mbed_nano 4.6.0"
    )
    assert find(FINE, "compilers").text == "zig 0.13.0, arm-none-eabi-gcc 12.2.1"
    assert find(FINE, "/dev/ttyACM0").text == (
        "application of nano33ble, serial number 5A1F, runs demo (abababababab), "
        "instruction cache on, cycle counter runs"
    )


def packages(extra: str, *unfit: str) -> dict[str, Any]:
    """Facts with packages that do not fit, and no compiler."""
    return {"packages": (Packages(extra, {}, unfit),)}


def programs(**changes: Any) -> dict[str, Any]:
    """Facts with other programs."""
    names = {name.replace("_", "-"): version for name, version in changes.items()}
    return {"programs": {**PROGRAMS, **names}}


def ports(*ports: PortFacts) -> dict[str, Any]:
    """Facts with other ports."""
    return {"ports": ports}


# Facts, then subject, level, words of the text and of the fix.
FINDINGS = {
    "old Python": (
        {"python": ("3.9.2", False)},
        ("Python", "problem", "3.9.2 does not fit", "Python 3.12"),
    ),
    "missing package": (
        packages("", "click is not installed"),
        ("tinycnn", "problem", "click is not installed", "pip install 'tinycnn'"),
    ),
    "other version": (
        packages("", "ai-edge-litert: expected ==2.3.0, got 2.2.0"),
        ("tinycnn", "problem", "expected ==2.3.0, got 2.2.0", "pip install"),
    ),
    "missing extra": (
        packages("train", "keras is not installed", "tensorflow is not installed"),
        ("tinycnn[train]", "warning", "keras is not installed; tensorflow", "[train]'"),
    ),
    "no zig": (
        packages("sim", "ziglang is not installed"),
        ("compilers", "warning", "gcc 12.2.1, no zig", "tinycnn[sim]"),
    ),
    "no arduino-cli": (
        programs(arduino_cli=None),
        ("arduino-cli", "warning", "not installed", "core install arduino:mbed_nano"),
    ),
    "no core": (
        {"arduino_cores": {"arduino:avr": "1.8.6"}},
        ("arduino-cli", "warning", "1.4.0, without the core", "arduino:mbed_nano"),
    ),
    "no Zephyr": (
        {**programs(west=None), "zephyr_base": None},
        ("Zephyr", "ok", "not installed; only its framework needs it", None),
    ),
    "no ZEPHYR_BASE": (
        {"zephyr_base": None},
        ("Zephyr", "warning", "ZEPHYR_BASE is not set", "west init"),
    ),
    "no west": (
        programs(west=None),
        ("Zephyr", "warning", "west is not installed", "pip install west"),
    ),
    "wrong ZEPHYR_BASE": (
        {"has_zephyr": False},
        ("Zephyr", "problem", "/z/zephyr, where there is no Zephyr", "unset"),
    ),
    "Debian's bossac": (
        programs(bossac="bossac 1.9.1"),
        ("bossac", "warning", "1.9.1 does not know the Nano's nRF52840", "tinycnn fl"),
    ),
    "Arduino's bossac": (
        {**programs(bossac="bossac 1.9.1-17-g89f3556"), "knows_nrf52": True},
        ("bossac", "ok", "bossac 1.9.1-17", None),
    ),
    "not in the group": (
        {"may_use_ports": False},
        ("permissions", "warning", "not in the group", "usermod -aG dialout $USER"),
    ),
    "a udev rule": (
        {"may_use_ports": False, "has_udev_rule": True},
        ("permissions", "ok", "a udev rule opens", None),
    ),
    "ModemManager": (
        {"probes_modems": True},
        ("ModemManager", "warning", "sends AT commands", "ID_MM_DEVICE_IGNORE"),
    ),
    "no board": (
        ports(make_port(OTHER, hello=None)),
        ("boards", "warning", "none connected", "cable that carries data"),
    ),
    "something else": (
        ports(make_port(OTHER, hello=None, is_allowed=False)),
        ("/dev/ttyUSB0", "ok", "something else (USB 1a86:7523)", None),
    ),
    "permission denied": (
        ports(make_port(is_allowed=False, group="uucp")),
        ("/dev/ttyACM0", "problem", "permission denied", "usermod -aG uucp"),
    ),
    "in use": (
        ports(make_port(users=("screen (process 7)",))),
        ("/dev/ttyACM0", "problem", "in use by screen (process 7)", "end it"),
    ),
    "bootloader": (
        ports(make_port(replace(NANO, mode="bootloader"), hello=None)),
        ("/dev/ttyACM0", "warning", "5A1F, waits for an upload", "tinycnn flash"),
    ),
    "other firmware": (
        ports(make_port(hello="no reply from /dev/ttyACM0")),
        ("/dev/ttyACM0", "warning", "5A1F: no reply from", "tinycnn flash"),
    ),
    "the core of the board that is connected": (
        {"arduino_cores": {}, **ports(make_port(PICO))},
        ("arduino-cli", "warning", "without the core", f"rp2040:rp2040 {PICO_INDEX}"),
    ),
    "an echo on a board's port": (
        ports(make_port(hello="the line echoes", remedy="check the wiring")),
        ("/dev/ttyACM0", "warning", "5A1F: the line echoes", "check the wiring"),
    ),
    "a modem": (
        ports(make_port(OTHER, hello="a modem answers", remedy="choose another")),
        ("/dev/ttyUSB0", "problem", "a modem answers", "choose another"),
    ),
    "port without a board": (
        ports(make_port(OTHER, hello="port /dev/ttyUSB0: not found")),
        ("/dev/ttyUSB0", "problem", "not found", "check name and cable"),
    ),
    "cache off": (
        ports(make_port(hello=replace(INFO, cache_on=False, counts_cycles=False))),
        ("/dev/ttyACM0", "warning", "cache off, cycle counter missing", "switches the"),
    ),
    "cache unknown": (
        ports(make_port(hello=replace(INFO, cache_on=None))),
        ("/dev/ttyACM0", "ok", "instruction cache unknown", None),
    ),
}


@pytest.mark.parametrize("name", FINDINGS)
def test_finding(name: str) -> None:
    """Level, text and fix of each."""
    changes, (subject, level, text, fix) = FINDINGS[name]

    finding = find(replace(FINE, **changes), subject)

    assert finding.level == level
    assert text in finding.text
    assert finding.fix is None if fix is None else fix in finding.fix


def test_only_linux_has_its_troubles() -> None:
    """Groups, udev and ModemManager are not looked at elsewhere."""
    facts = replace(FINE, system="darwin", may_use_ports=False, probes_modems=True)

    subjects = {finding.subject for finding in check_computer(facts)}

    assert not subjects & {"permissions", "ModemManager"}
