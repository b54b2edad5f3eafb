"""Payloads: their layout, and replies of a wrong length."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinycnn.device.payloads import (
    StepRun,
    frame_payload,
    parse_error,
    parse_frame,
    parse_inference,
    parse_profile,
    printable,
    profile_payload,
    write_payload,
)
from tinycnn.errors import ProtocolError


@pytest.mark.parametrize("got", [0, 3, 5])
def test_an_input_of_wrong_length_is_refused(got: int) -> None:
    """The reply to a frame has as many bytes as HELLO promised."""
    with pytest.raises(ProtocolError, match=f"expected 4 input bytes, got {got}"):
        parse_frame(struct.pack("<II", 1, 2) + bytes(got), 4)


def test_frame_payload_has_the_first_input_byte_first() -> None:
    """Then the offset in the frame; four bytes each, little endian."""
    assert frame_payload(0x102, 3, b"x") == b"\x02\x01\0\0\3\0\0\0x"


@pytest.mark.parametrize("got", [0, 3, 5])
def test_inference_of_wrong_length_is_refused(got: int) -> None:
    """An output that is not as long as HELLO said is refused."""
    payload = struct.pack("<II", 1, 2) + bytes(got)

    with pytest.raises(ProtocolError, match=f"expected 4 output bytes, got {got}"):
        parse_inference(payload, 4)


def test_inference_is_read() -> None:
    """Cycles, microseconds and output of a reply."""
    assert parse_inference(struct.pack("<II", 7, 8) + b"ab", 2) == (7, 8, b"ab")


@pytest.mark.parametrize("size", [0, 1, 13, 25])
def test_profile_of_wrong_length_is_refused(size: int) -> None:
    """A reply that ends within a step, or before the first, is refused."""
    with pytest.raises(ProtocolError, match=f"PROFILE reply: {size} bytes"):
        parse_profile(bytes(size))


def test_profile_is_read() -> None:
    """Steps in all, then cycles, microseconds and stack of some."""
    payload = struct.pack("<HIIIIII", 9, 1, 2, 3, 4, 5, 6)

    assert parse_profile(payload) == (9, (StepRun(1, 2, 3), StepRun(4, 5, 6)))


def test_profile_payload_has_the_first_step_first() -> None:
    """Two bytes, little endian, before what INFER takes."""
    assert profile_payload(0x102, 3, b"x") == b"\x02\x01\3\0\0\0x"


def test_write_payload_has_offset_first() -> None:
    """The offset is four bytes, little endian."""
    assert write_payload(0x1234, b"x") == b"\x34\x12\0\0x"


def test_error_is_read() -> None:
    """Code and text of an error; code 0 for an empty one."""
    assert [parse_error(b"\5too far"), parse_error(b"")] == [(5, "too far"), (0, "")]


@given(st.binary())
def test_text_of_devices_is_safe_to_show(data: bytes) -> None:
    """No control character of a device reaches the terminal."""
    text = printable(data)

    assert all(" " <= character <= "~" for character in text)
