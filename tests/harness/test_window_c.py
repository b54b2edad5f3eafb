"""Several requests on their way to the C: in order, once each, whatever is lost.

The host here loses, doubles and repeats packets by chance; what the device says of its
own window is all that it keeps to.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.c_build import Build
from tests.harness.test_harness_c import HELLO, INFER, READ, WRITE, RawHost, error_of
from tests.harness.test_harness_c import open_raw as open_raw
from tinycnn.device.hello import DeviceInfo, parse_hello
from tinycnn.device.packets import (
    NO_SEQUENCE,
    ErrorCode,
    Packet,
    PacketType,
    encode_packet,
)
from tinycnn.device.payloads import read_payload, write_payload

CHAINED, REPLY = PacketType.CHAINED, PacketType.REPLY


def request(kind: int, sequence: int, payload: bytes) -> bytes:
    """A request of session 1."""
    return encode_packet(Packet(kind, 1, sequence, payload))


def run(sequence: int, *, mark: int = CHAINED, data: bytes = b"\1\2\3\4") -> bytes:
    """A request to run the model, which is to follow another."""
    return request(INFER | mark, sequence, write_payload(0, data))


@pytest.fixture
def host(
    open_raw: Callable[[Path], RawHost], build_host: Build, gcc: list[str]
) -> RawHost:
    """The counting model under address sanitizer, greeted with number 0."""
    raw = open_raw(build_host(compiler=gcc))
    raw.ask(HELLO, 0)
    return raw


def describe(host: RawHost) -> DeviceInfo:
    """What the device says of itself; begins session 1 anew at number 0."""
    host.ask(HELLO, 0, session=9)
    return parse_hello(host.ask(HELLO, 0).payload)


def test_hello_says_what_may_be_on_its_way(host: RawHost) -> None:
    """Eight requests, replies in the buffer that there is, any bytes on a pipe."""
    window = describe(host).window

    assert (window.requests, window.receive_bytes) == (32, 2**32 - 1)
    assert window.keeps(8, 8 * 8, 8)
    assert not window.keeps(1, window.max_payload, window.max_payload)


def test_requests_are_carried_out_in_order(host: RawHost) -> None:
    """Eight are sent at once; the replies come in their order."""
    host.send(*(run(n, data=bytes([n, 0, 0, 0])) for n in range(1, 9)))
    replies = [host.receive() for _ in range(8)]

    assert [reply.sequence for reply in replies] == list(range(1, 9))
    assert [reply.payload[8] for reply in replies] == list(range(2, 10))
    assert [reply.payload[12] for reply in replies] == list(range(1, 9))
    assert {reply.type for reply in replies} == {INFER | REPLY}


def test_what_follows_a_lost_request_waits_for_it(host: RawHost) -> None:
    """The gap is told once; then all are sent again, and each has run once."""
    host.send(run(1), run(3), run(4), run(5))
    first, gap = host.receive(), host.receive()
    host.send(run(2), run(3), run(4))
    rest = [host.receive() for _ in range(3)]

    assert error_of(gap) == (ErrorCode.ORDER, 3)
    assert [reply.payload[12] for reply in (first, *rest)] == [1, 2, 3, 4]


def test_replies_that_were_lost_are_sent_again(host: RawHost) -> None:
    """All eight of them, byte for byte, and nothing runs again."""
    messages = [run(n) for n in range(1, 9)]
    host.send(*messages)
    first = [host.receive() for _ in range(8)]
    host.send(*messages)
    again = [host.receive() for _ in range(8)]

    assert first == again
    assert host.ask(INFER, 9, write_payload(0, b"")).payload[12] == 9


def test_a_reply_that_is_not_kept_any_more_is_not_made_up(host: RawHost) -> None:
    """The 33rd last request is too old: ignored, not run again."""
    for n in range(1, 34):
        host.send(run(n))
        host.receive()

    assert host.ask(INFER | CHAINED, 34, write_payload(0, b"")).payload[12] == 34
    host.send(run(1), run(35))
    assert host.receive().sequence == 35


def test_a_refused_request_stops_those_behind_it(host: RawHost) -> None:
    """A wrong part of the input never leads to an answer of the run behind it."""
    wrong = request(WRITE | CHAINED, 1, write_payload(3, b"ab"))
    host.send(wrong, run(2), run(3))
    refused, gap = host.receive(), host.receive()
    host.send(wrong, run(2))

    assert error_of(refused) == (ErrorCode.RANGE, 1)
    assert error_of(gap) == (ErrorCode.ORDER, 2)
    assert error_of(host.receive()) == (ErrorCode.RANGE, 1)


def test_an_unmarked_request_need_not_follow(host: RawHost) -> None:
    """A host that gave up goes on with any greater number."""
    host.send(run(5, mark=0), run(7))

    assert host.receive().sequence == 5
    assert error_of(host.receive()) == (ErrorCode.ORDER, 7)


def test_sequence_numbers_wrap_in_a_chain(host: RawHost) -> None:
    """Number 0 follows 0xFFFFFFFF."""
    host.ask(HELLO, 0xFFFFFFFE, session=7)
    for sequence in (0xFFFFFFFF, 0, 1):
        packet = Packet(INFER | CHAINED, 7, sequence, write_payload(0, b""))
        host.send(encode_packet(packet))

    assert [host.receive().payload[12] for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("seed", range(8))
def test_chance_loses_doubles_and_repeats(host: RawHost, seed: int) -> None:
    """Of 300 requests of all sizes each reply is right, and each run was one."""
    chance = random.Random(seed)
    window = describe(host).window
    asked: dict[int, tuple[bytes, int]] = {}
    for n in range(1, 301):
        kind = chance.choice([WRITE, INFER, INFER, READ])
        if kind == READ:
            size = chance.randint(0, 8)
            asked[n] = request(READ | CHAINED, n, read_payload(0, size)), size
        else:
            data = chance.randbytes(chance.randint(0, 4))
            payload = write_payload(4 - len(data), data)
            asked[n] = request(kind | CHAINED, n, payload), 16 * (kind == INFER)
    replies: dict[int, Packet] = {}
    oldest = 1
    while oldest <= 300:
        upper = chance.randint(oldest, min(oldest + window.requests - 1, 300))
        for n in range(oldest, upper + 1):
            if chance.random() < 0.8:
                host.send(*[asked[n][0]] * chance.choice([1, 1, 2]))
        host.send(b"\5\1\0")  # a broken packet: all before it was worked on
        while (packet := host.receive()).sequence != NO_SEQUENCE:
            if packet.type != PacketType.ERROR and chance.random() < 0.7:
                known = replies.setdefault(packet.sequence, packet)
                assert known == packet
        while oldest in replies:
            oldest += 1

    assert {n: len(packet.payload) for n, packet in replies.items()} == {
        n: size for n, (_, size) in asked.items()
    }
    runs = [p.payload[12:] for n, p in sorted(replies.items()) if p.type & 3 == 3]
    assert runs == [n.to_bytes(4, "little") for n in range(1, len(runs) + 1)]
