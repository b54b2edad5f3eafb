"""How far a verdict on somebody else's firmware reaches, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.device.fake_board import FakeBoard, Line, served
from tinycnn.device import DeviceInfo, Foreign, open_serial
from tinycnn.harness import list_reservations


@pytest.fixture
def info() -> DeviceInfo:
    """What our own firmware says of itself."""
    with served(Line(FakeBoard())) as url, open_serial(url) as device:
        return device.info()


def test_our_own_firmware_has_none(info: DeviceInfo) -> None:
    """Its bytes and its identity are known."""
    assert list_reservations(info) == ()


@pytest.mark.parametrize(
    ("foreign", "line"),
    [
        (Foreign(""), "printed: not known before the run comes to its end"),
        (
            Foreign("", decimals=0),
            "printed: whole numbers, taken for the bytes of the outputs",
        ),
        (
            Foreign("", decimals=3),
            "printed: 3 decimals, within 0.001 each is one value of the output",
        ),
        (
            Foreign("", decimals=2, slack=5),
            "printed: 2 decimals, within 0.01 up to 6 values: any counts as equal",
        ),
    ],
)
def test_others_are_as_exact_as_they_print(
    info: DeviceInfo, foreign: Foreign, line: str
) -> None:
    """And are whatever they say they are."""
    other = replace(info, foreign=foreign, model="vww01")

    identity, printed = list_reservations(other)
    assert identity.endswith("text tells no digest; it calls its model 'vww01'")
    assert printed == line
    assert list_reservations(replace(other, model=""))[0].endswith("nor a name")
