"""STATUS: what a device watches beside its work, from a wire that may say anything."""

from __future__ import annotations

import struct

import pytest

from tests.device.fake_board import FakeBoard, Line, served
from tinycnn.device import open_serial
from tinycnn.device.status import parse_status
from tinycnn.errors import ProtocolError

LAYOUT = "<IIIIIHHBBQIIIIII"


def payload(**changes: int) -> bytes:
    """A reply's payload, with some of its numbers replaced."""
    values = {
        **{"used": 700, "room": 800, "written": 640, "stack": 304, "stack_room": 4000},
        **{"guards": 0x7F, "dead": 0, "causes": 1, "seals": 0, "uptime": 1 << 33},
        **{"runs": 1, "requests": 2, "repeats": 3, "late": 4, "broken": 5, "errors": 6},
    }
    return struct.pack(LAYOUT, *{**values, **changes}.values())


def test_every_number_has_its_place() -> None:
    """In the order of harness.h."""
    status = parse_status(payload())

    assert (status.arena_bytes, status.arena_room_bytes) == (700, 800)
    assert status.arena_written_bytes == 640
    assert (status.stack_bytes, status.stack_room_bytes) == (304, 4000)
    assert status.uptime_us == 1 << 33
    assert (status.runs, status.requests, status.repeats) == (1, 2, 3)
    assert (status.late, status.broken, status.errors) == (4, 5, 6)


def test_bits_have_names() -> None:
    """Guards by where they lie, causes of a start, seals by what they are on."""
    status = parse_status(payload(dead=0b100_0010, causes=0b101, seals=0b0111))

    assert len(status.guards) == 7
    assert status.dead_guards == ("behind the arena", "behind the buffer of replies")
    assert status.reset_causes == ("power-on", "watchdog")
    assert (status.sealed, status.broken_seals) == (("rest", "inputs"), ("rest",))


def test_a_guard_without_a_name_has_a_number() -> None:
    """A sketch may watch buffers of its own."""
    assert parse_status(payload(guards=0x80)).guards == ("number 7",)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (payload()[:-1], "expected 58 bytes, got 57"),
        (payload() + b"\0", "expected 58 bytes, got 59"),
        (payload(written=801), "801 of 800 bytes written"),
        (payload(guards=1, dead=2), "guards 0x2 of 0x1 dead"),
    ],
)
def test_what_cannot_be_is_refused(data: bytes, message: str) -> None:
    """It comes from a wire."""
    with pytest.raises(ProtocolError, match=message):
        parse_status(data)


def test_a_device_tells_its_status() -> None:
    """Through the same exchange as all requests; its time is real."""
    with served(Line(FakeBoard())) as url, open_serial(url) as device:
        device.infer(bytes(100))
        status = device.status()
        passed = device.pass_time(1.0)

    assert (status.runs, status.stack_room_bytes) == (1, 4096)
    assert not passed
