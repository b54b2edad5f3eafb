"""Packets: the shared vectors, random round trips, and damage."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinycnn.device.packets import (
    DELIMITER,
    MAX_PAYLOAD_BYTES,
    Packet,
    PacketDecoder,
    cobs_decode,
    cobs_encode,
    decode_packet,
    encode_packet,
)
from tinycnn.errors import ProtocolError

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))
U32 = st.integers(0, 2**32 - 1)
PACKETS = st.builds(Packet, st.integers(0, 255), U32, U32, st.binary(max_size=600))


@pytest.mark.parametrize("vector", VECTORS["cobs"])
def test_cobs_vectors(vector: dict[str, str]) -> None:
    """Encoding and decoding give the shared vectors."""
    data, encoded = bytes.fromhex(vector["data"]), bytes.fromhex(vector["encoded"])

    assert (cobs_encode(data), cobs_decode(encoded)) == (encoded, data)


@pytest.mark.parametrize("vector", VECTORS["packets"], ids=lambda v: v["name"])
def test_packet_vectors(vector: dict[str, Any]) -> None:
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
