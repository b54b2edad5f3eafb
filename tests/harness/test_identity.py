"""A device that is not what was built is refused, by what it says otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.device.fake_board import SHA256, FakeBoard, Line, served
from tests.harness.test_results import INFO
from tinycnn.boards import load_board
from tinycnn.device import DeviceInfo, open_serial
from tinycnn.errors import DeviceError
from tinycnn.harness import Identity, check_identity, validate

NANO = load_board("nano33ble")
BUILT = Identity(
    "ab" * 32,
    numerics="litert",
    generator="tinycnn 1.2",
    arena_bytes=2048,
    board=NANO,
)
DEVICE = replace(INFO, board="Nano 33 BLE", generator="tinycnn 1.2", numerics="litert")
REBUILD = "run tinycnn build and flash what it made"


def complaint(expected: Identity, info: DeviceInfo) -> tuple[str, str | None]:
    """What is said of a device, and the hint."""
    with pytest.raises(DeviceError) as caught:
        check_identity("port X", expected, info)
    assert caught.value.exit_code == 3
    return str(caught.value), caught.value.hint


def test_what_was_built_is_accepted() -> None:
    """And whatever a device says of what is not known."""
    check_identity("port X", BUILT, DEVICE)
    check_identity("port X", Identity("ab" * 32), replace(INFO, board="?"))


@pytest.mark.parametrize(
    ("said", "text", "hint"),
    [
        (
            {"model_sha256": "cd" * 32},
            f"port X: expected model {'ab' * 32}, got {'cd' * 32}",
            "flash the firmware of this model; the device has 'digits'",
        ),
        (
            {"board": "rpi_pico/rp2040"},
            "port X: expected board nano33ble, got 'rpi_pico/rp2040'",
            REBUILD,
        ),
        (
            {"generator": "tinycnn 1.2 for Chirale_TensorFLowLite 2.0.0"},
            "port X: expected engine compiled, got tflm",
            REBUILD,
        ),
        (
            {"generator": "tinycnn 1.1"},
            "port X: expected generator 'tinycnn 1.2', got 'tinycnn 1.1'",
            REBUILD,
        ),
        (
            {"numerics": "tflm"},
            "port X: expected numerics litert, got tflm",
            REBUILD,
        ),
        (
            {"arena_bytes": 3072},
            "port X: expected arena of 2,048 bytes, got 3,072",
            REBUILD,
        ),
    ],
)
def test_each_mismatch_has_its_name(
    said: dict[str, object], text: str, hint: str
) -> None:
    """What was built against what the device says."""
    assert complaint(BUILT, replace(DEVICE, **said)) == (text, hint)  # type: ignore[arg-type]


def test_the_model_comes_first() -> None:
    """Another firmware differs in all; its model says most."""
    other = replace(DEVICE, model_sha256="cd" * 32, arena_bytes=1, numerics="tflm")

    assert "expected model" in complaint(BUILT, other)[0]


@pytest.mark.parametrize(
    ("board", "said", "is_it"),
    [
        ("nano33ble", "Nano 33 BLE", True),
        ("nano33ble", "Arduino Nano 33 BLE", True),
        ("nano33ble", "simulated Arduino Nano 33 BLE Sense", True),
        ("nano33ble", "arduino_nano_33_ble/nrf52840/sense", True),
        ("nano33ble", "Arduino", True),
        ("nano33ble", "a core's own name", True),
        ("nano33ble", "host", False),
        ("nano33ble", "simulated Raspberry Pi Pico", False),
        ("nano33ble", "Arduino Nano RP2040 Connect", False),
        ("nano33ble", "xiao_ble/nrf52840/sense", False),
        ("pico", "RASPBERRY_PI_PICO", True),
        ("pico", "rpi_pico/rp2040", True),
        ("pico2", "rpi_pico2/rp2350a/m33", True),
        ("pico2", "simulated Raspberry Pi Pico", False),
        ("portenta_h7", "arduino_portenta_h7@1.0.0/stm32h747xx/m7", True),
        ("portenta_h7", "Arduino Due", False),
        ("nrf52840dk", "nrf52840dk/nrf52840", True),
        ("nrf52840dk", "nrf5340dk/nrf5340/cpuapp", False),
    ],
)
def test_boards_are_known_by_many_names(board: str, said: str, is_it: bool) -> None:
    """A name that is nobody's is believed; one that is another's is not."""
    expected, info = (
        replace(BUILT, board=load_board(board)),
        replace(DEVICE, board=said),
    )
    if is_it:
        check_identity("port X", expected, info)
    else:
        text = f"port X: expected board {board}, got '{said}'"
        assert complaint(expected, info)[0] == text


def test_what_a_short_hello_cut_off_is_not_held_against_it() -> None:
    """Strings end where a device's payload does; what follows them is empty then."""
    cut = replace(DEVICE, generator="tinycnn", numerics="", board="")
    check_identity("port X", BUILT, cut)
    check_identity("port X", BUILT, replace(DEVICE, numerics="lit", board=""))

    assert "numerics" in complaint(BUILT, replace(DEVICE, numerics="lit"))[0]
    assert "generator" in complaint(BUILT, replace(cut, generator="other"))[0]


def test_no_image_is_sent_to_another_firmware() -> None:
    """The check is before the first one."""
    fake = FakeBoard()
    rows = np.zeros((1, 100), np.int8)
    identity = Identity(SHA256.hex(), arena_bytes=4096)
    with (
        served(Line(fake)) as url,
        open_serial(url) as device,
        pytest.raises(DeviceError, match="arena of 4,096 bytes, got 2,048"),
    ):
        validate(device, rows, rows[:, :8], identity=identity, reference="x")

    assert fake.runs == 0
