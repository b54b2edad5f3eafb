"""Packets and payloads: the shared vectors, random round trips, and damage."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.device.fake_board import FakeBoard
from tinycnn.device.protocol import (
    DELIMITER,
    MAX_PAYLOAD_BYTES,
    Packet,
    PacketDecoder,
    StepRun,
    TensorInfo,
    cobs_decode,
    cobs_encode,
    decode_packet,
    encode_packet,
    frame_payload,
    parse_error,
    parse_frame,
    parse_hello,
    parse_inference,
    parse_profile,
    printable,
    profile_payload,
    write_payload,
)
from tinycnn.errors import ProtocolError
from tinycnn.frames import FrameFormat

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))
U32 = st.integers(0, 2**32 - 1)
PACKETS = st.builds(Packet, st.integers(0, 255), U32, U32, st.binary(max_size=600))


@pytest.mark.parametrize("vector", VECTORS["cobs"])
def test_cobs_vectors(vector: dict[str, str]) -> None:
    """Encoding and decoding give the shared vectors."""
    data, encoded = bytes.fromhex(vector["data"]), bytes.fromhex(vector["encoded"])

    assert (cobs_encode(data), cobs_decode(encoded)) == (encoded, data)


@pytest.mark.parametrize("vector", VECTORS["packets"], ids=lambda v: v["name"])
def test_packet_vectors(vector: dict[str, str | int]) -> None:
    """Packets of every type are encoded and decoded as in the shared vectors."""
    names = ("type", "session", "sequence", "payload", "version")
    kind, session, sequence, payload, version = (vector[name] for name in names)
    packet = Packet(kind, session, sequence, bytes.fromhex(payload), version)
    encoded = bytes.fromhex(vector["encoded"])

    assert encode_packet(packet) == encoded + DELIMITER
    assert decode_packet(encoded) == packet


@pytest.mark.parametrize(
    "vector",
    [v for v in VECTORS["broken"] if v["name"] != "payload beyond the limit"],
    ids=lambda v: v["name"],
)
def test_broken_vectors(vector: dict[str, str]) -> None:
    """Packets that are broken are refused; only the device has the smaller limit."""
    with pytest.raises(ProtocolError, match=r"packet( of \d+ bytes)?: "):
        decode_packet(bytes.fromhex(vector["encoded"]))


@given(st.binary(max_size=1200))
def test_cobs_has_no_zeros_and_can_be_undone(data: bytes) -> None:
    """Any data survive encoding and decoding, without a zero in between."""
    encoded = cobs_encode(data)

    assert 0 not in encoded
    assert cobs_decode(encoded) == data


@given(st.lists(PACKETS, max_size=5), st.randoms(use_true_random=False))
def test_packets_survive_any_cutting(
    packets: list[Packet], chance: random.Random
) -> None:
    """A decoder finds all packets, in whatever pieces they arrive."""
    stream = b"".join(encode_packet(packet) for packet in packets)
    decoder = PacketDecoder()
    found: list[Packet] = []
    while stream:
        size = chance.randint(1, 100)
        found += decoder.feed(stream[:size])
        stream = stream[size:]

    assert (found, decoder.broken) == (packets, 0)


@given(st.lists(st.binary(max_size=3000), max_size=10))
def test_random_bytes_never_raise(pieces: list[bytes]) -> None:
    """Bytes that are no packets are dropped in silence."""
    decoder = PacketDecoder()

    assert [decoder.feed(piece) for piece in pieces] == [[]] * len(pieces)


def test_endless_bytes_do_not_grow_the_decoder() -> None:
    """A megabyte without delimiter is one broken packet and takes no memory."""
    decoder = PacketDecoder()
    for _ in range(256):
        decoder.feed(b"\x55" * 4096)
        assert len(decoder.unfinished()) <= MAX_PAYLOAD_BYTES + 100

    assert decoder.feed(b"\x55\0" + encode_packet(Packet(1, 2, 3))) == [Packet(1, 2, 3)]
    assert (decoder.broken, len(decoder.last_broken)) == (1, 200)


def test_no_corrupt_packet_is_accepted() -> None:
    """Of 20,000 with flipped, lost, added or swapped bytes none gets through."""
    chance = random.Random(2)
    accepted = 0
    for number in range(20_000):
        good = encode_packet(Packet(3, 1, number, chance.randbytes(40)))[:-1]
        bad = bytearray(good)
        place = chance.randrange(len(bad))
        if number % 4 == 0:
            bad[place] ^= 1 << chance.randrange(8)
        elif number % 4 == 1:
            del bad[place : place + chance.randint(1, 8)]
        elif number % 4 == 2:
            bad[place:place] = chance.randbytes(chance.randint(1, 8))
        else:
            bad[place:] = chance.randbytes(len(bad) - place)
        packets = PacketDecoder().feed(bytes(bad) + DELIMITER)
        accepted += bytes(bad) != good and packets != []

    assert accepted == 0


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
