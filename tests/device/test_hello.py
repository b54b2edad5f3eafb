"""What a device says of itself: read as it is, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.device.fake_board import FakeBoard
from tinycnn.device.hello import TensorInfo, parse_hello
from tinycnn.errors import ProtocolError
from tinycnn.frames import FrameFormat


def test_hello_reply_is_read() -> None:
    """Every field of a HELLO reply is where the protocol has it."""
    info = parse_hello(FakeBoard().hello())

    assert (info.model, info.generator, info.numerics) == ("m", "tests", "none")
    assert (info.board, info.board_id) == ("fake", "0102030405060708")
    assert info.model_sha256 == bytes(range(32)).hex()
    assert (info.clock_hz, info.arena_bytes) == (64_000_000, 2048)
    assert (info.stack_bytes, info.max_payload) == (512, 64)
    assert info.inputs == (TensorInfo("int8", (100,), 0.5, -3, 100),)
    assert (info.cache_on, info.counts_cycles) == (True, True)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [(0, (None, False)), (1, (None, False)), (4, (False, False)), (6, (False, True))],
)
def test_flags_of_a_hello_reply(flags: int, expected: tuple[bool | None, bool]) -> None:
    """A cache that is not known is neither on nor off."""
    info = parse_hello(FakeBoard(flags=flags).hello())

    assert (info.cache_on, info.counts_cycles) == expected


@given(st.binary(max_size=300), st.booleans())
def test_any_hello_reply_is_read_or_refused(payload: bytes, magic: bool) -> None:
    """No HELLO reply, however wrong, raises anything but a ProtocolError."""
    hello = FakeBoard().hello()
    try:
        said = parse_hello(hello[: 62 * magic] + payload).model
    except ProtocolError as error:
        said = str(error)

    assert said.isprintable()


def test_cut_hello_reply_is_refused() -> None:
    """A HELLO reply that ends too early anywhere is refused."""
    hello = FakeBoard().hello()
    for size in range(len(hello)):
        with pytest.raises(ProtocolError, match="HELLO reply: ends too early"):
            parse_hello(hello[:size])


def test_a_raw_frame_is_described() -> None:
    """Width, height and pixels follow the strings where raw frames are taken."""
    frame = parse_hello(FakeBoard(frame_format=(160, 120, 2)).hello()).frame

    assert frame == FrameFormat(width=160, height=120, pixels="rgb565")
    assert frame is not None
    assert frame.bytes == 38_400
    assert parse_hello(FakeBoard().hello()).frame is None


@pytest.mark.parametrize("wrong", [(0, 9, 1), (9, 2000, 1), (9, 9, 0), (9, 9, 4)])
def test_a_frame_that_cannot_be_is_refused(wrong: tuple[int, int, int]) -> None:
    """No size, a vast one, or pixels that are not known."""
    with pytest.raises(ProtocolError, match="HELLO reply: frames of"):
        parse_hello(FakeBoard(frame_format=wrong).hello())
