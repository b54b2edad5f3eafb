"""The device's state machine in C, asked over real pipes by a host that misbehaves."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.harness.c_build import C_TESTS, Build
from tinycnn.device.child import Child
from tinycnn.device.child_link import PipeLink
from tinycnn.device.deadline import Deadline
from tinycnn.device.hello import parse_hello
from tinycnn.device.packets import (
    NO_SEQUENCE,
    ErrorCode,
    Packet,
    PacketDecoder,
    PacketType,
    encode_packet,
)
from tinycnn.device.payloads import (
    frame_payload,
    parse_frame,
    parse_profile,
    profile_payload,
    read_payload,
    write_payload,
)
from tinycnn.frames import FrameFormat

HELLO, WRITE = PacketType.HELLO, PacketType.WRITE
INFER, READ = PacketType.INFER, PacketType.READ
PROFILE, FRAME = PacketType.PROFILE, PacketType.FRAME
FRAME_FLAGS = ("-DINPUT_BYTES=3000", "-DTCNN_PREPROCESS=adding_preprocess")
SILENCE_S = 0.3
MAX_PAYLOAD = 1024


class RawHost:
    """Sends any bytes to a program and reads its packets."""

    def __init__(self, program: Path) -> None:
        self.child = Child([str(program)], name="host")
        self.link = PipeLink(self.child)
        self.decoder = PacketDecoder()
        self.packets: list[Packet] = []

    def send(self, *messages: bytes) -> None:
        """Send bytes as they are."""
        self.link.write(b"".join(messages))

    def receive(self) -> Packet:
        """The next packet."""
        deadline = Deadline(10.0)
        while not self.packets:
            assert not deadline.expired
            self.packets += self.decoder.feed(self.link.read(deadline.remaining()))
        return self.packets.pop(0)

    def ask(
        self, kind: int, sequence: int, payload: bytes = b"", **more: int
    ) -> Packet:
        """Send a request of session 1 and read one packet."""
        session = more.pop("session", 1)
        self.send(encode_packet(Packet(kind, session, sequence, payload, **more)))
        return self.receive()

    def close(self) -> str:
        """End standard input; what the program says to that."""
        self.child.stdin.close()
        end = str(self.child.obituary())
        self.link.close()
        return end


@pytest.fixture
def open_raw() -> Iterator[Callable[[Path], RawHost]]:
    """Opens programs and sees that they end well."""
    hosts = []

    def open_program(program: Path) -> RawHost:
        hosts.append(RawHost(program))
        return hosts[-1]

    yield open_program
    ends = {host.close() for host in hosts}
    assert ends == {"host: ended with exit code 0"}


@pytest.fixture
def host(open_raw: Callable[[Path], RawHost], counting_host: Path) -> RawHost:
    """The counting model, greeted in session 1 with sequence number 0."""
    raw = open_raw(counting_host)
    assert raw.ask(HELLO, 0).type == HELLO | PacketType.REPLY
    return raw


def infer(host: RawHost, sequence: int, data: bytes = b"\1\2\3\4") -> tuple[bytes, int]:
    """The output of one run and the number of runs so far."""
    reply = host.ask(INFER, sequence, write_payload(0, data))
    assert reply.type == INFER | PacketType.REPLY
    output = reply.payload[8:]
    return output[:4], int.from_bytes(output[4:], "little")


def error_of(packet: Packet) -> tuple[int, int]:
    """Code and sequence number of an error."""
    assert packet.type == PacketType.ERROR
    return packet.payload[0], packet.sequence


def test_hello_describes_model_and_board(host: RawHost) -> None:
    """HELLO says what the model's structure says."""
    info = parse_hello(host.ask(HELLO, 0, session=2).payload)

    assert (info.model, info.generator, info.board) == ("counting", "tests", "host")
    assert info.model_sha256 == "c001d00d" + 56 * "0"
    assert (info.inputs[0].shape, info.inputs[0].scale) == ((1, 4), 0.5)
    assert (info.inputs[0].zero_point, info.output_bytes) == (-3, 8)
    assert (info.max_payload, info.arena_bytes) == (MAX_PAYLOAD, 24)
    assert (info.cache_on, info.counts_cycles, info.stack_bytes) == (None, False, 0)


def test_infer_runs_the_model(host: RawHost) -> None:
    """INFER answers with the output of the model."""
    assert infer(host, 1, b"\1\2\3\xff") == (b"\2\3\4\0", 1)
    assert infer(host, 2, b"\5\6\7\x08") == (b"\6\7\x08\x09", 2)


def test_profile_runs_each_step_once(host: RawHost) -> None:
    """The outputs of a profiled run can be read, and the next run is the second."""
    request = Packet(PROFILE, 1, 1, profile_payload(0, 0, b"\1\2\3\4"))
    host.send(encode_packet(request) * 2)
    first, again = host.receive(), host.receive()
    output = host.ask(READ, 2, read_payload(0, 8)).payload

    total, steps = parse_profile(first.payload)
    assert first == again
    assert (total, [step.stack_bytes for step in steps]) == (2, [0, 0])
    assert output == b"\2\3\4\5\1\0\0\0"
    assert infer(host, 3)[1] == 2


def test_profile_tells_of_as_many_steps_as_fit(
    open_raw: Callable[[Path], RawHost], build_host: Build
) -> None:
    """Of 100 steps 85 fit a reply; the others follow from where it ends."""
    host = open_raw(build_host("-DSTEPS=100"))
    host.ask(HELLO, 0)
    told = []
    for sequence, first in enumerate((0, 85, 100, 0xFFFF), start=1):
        request = profile_payload(first, 0, b"\1\2\3\4")
        total, steps = parse_profile(host.ask(PROFILE, sequence, request).payload)
        told.append((total, len(steps)))

    assert told == [(100, 85), (100, 15), (100, 0), (100, 0)]
    assert infer(host, 9)[1] == 5


def test_repeated_request_is_answered_but_not_run(host: RawHost) -> None:
    """A request that is sent ten times runs once and is answered ten times, alike."""
    message = encode_packet(Packet(INFER, 1, 1, write_payload(0, b"\1\2\3\4")))
    host.send(message * 10)
    replies = [host.receive() for _ in range(10)]

    assert replies == [replies[0]] * 10
    assert infer(host, 2)[1] == 2


def test_older_request_is_ignored(host: RawHost) -> None:
    """A request that was overtaken by a newer one changes nothing."""
    infer(host, 5)
    host.send(encode_packet(Packet(WRITE, 1, 4, write_payload(0, b"\x63"))))

    reply = host.ask(INFER, 6, write_payload(1, b"\2"))

    assert (reply.sequence, reply.payload[8:10]) == (6, b"\2\3")


def test_sequence_numbers_wrap_around(host: RawHost) -> None:
    """Number 0 is newer than 0xFFFFFFF0."""
    host.ask(HELLO, 0xFFFFFFF0, session=7)

    assert host.ask(WRITE, 0, write_payload(0, b""), session=7).type == WRITE | 0x80


def test_error_does_not_displace_the_reply(host: RawHost) -> None:
    """After a broken packet and a refused request the last reply is still repeated."""
    message = encode_packet(Packet(INFER, 1, 1, write_payload(0, b"\1\2\3\4")))
    host.send(message, b"\x05\x01\0", encode_packet(Packet(0x55, 1, 2)), message)
    first, broken, refused, again = (host.receive() for _ in range(4))

    assert first == again
    assert error_of(broken) == (ErrorCode.BAD_PACKET, NO_SEQUENCE)
    assert error_of(refused) == (ErrorCode.TYPE, 2)


def test_wrong_crc_is_answered_with_bad_packet(host: RawHost) -> None:
    """Each of 200 packets with a flipped bit is refused, none is run."""
    chance = random.Random(1)
    good = encode_packet(Packet(INFER, 1, 1, write_payload(0, b"\1\2\3\4")))
    for _ in range(200):
        bad = bytearray(good)
        bad[chance.randrange(len(bad) - 1)] ^= 1 << chance.randrange(8)
        host.send(bytes(bad))
    host.send(good)

    packet = host.receive()
    while packet.type == PacketType.ERROR:
        assert error_of(packet) == (ErrorCode.BAD_PACKET, NO_SEQUENCE)
        packet = host.receive()

    assert packet.payload[12:] == b"\1\0\0\0"


def test_half_a_packet_is_forgotten_after_silence(host: RawHost) -> None:
    """A packet that stops in its middle does not spoil the one after the silence."""
    host.send(encode_packet(Packet(INFER, 1, 1, write_payload(0, b"\1\2\3\4")))[:10])
    time.sleep(SILENCE_S)

    assert infer(host, 1)[1] == 1


def test_half_a_packet_without_silence_spoils_one_packet(host: RawHost) -> None:
    """Two packets run together are answered once, with BAD_PACKET."""
    message = encode_packet(Packet(INFER, 1, 1, write_payload(0, b"\1\2\3\4")))
    host.send(message[:10], message)

    assert error_of(host.receive()) == (ErrorCode.BAD_PACKET, NO_SEQUENCE)
    assert infer(host, 1)[1] == 1


@pytest.mark.parametrize("kind", [HELLO | 0x80, INFER | 0x80, PacketType.ERROR])
def test_replies_and_errors_are_not_answered(host: RawHost, kind: int) -> None:
    """Of this session or another, of this version or another."""
    host.send(encode_packet(Packet(kind, 1, 1)), encode_packet(Packet(kind, 9, 1)))
    host.send(encode_packet(Packet(kind, 1, 1, b"", version=1)))

    assert infer(host, 1) == (b"\2\3\4\5", 1)


def flip(data: bytes) -> bytes:
    """Each packet with one bit wrong."""
    return b"\0".join(
        bytes([packet[0] ^ 0x80, *packet[1:]]) if packet else packet
        for packet in data.split(b"\0")
    )


@pytest.mark.parametrize("line", [bytes, flip], ids=["clean", "damaging"])
def test_an_echo_ends(host: RawHost, line: Callable[[bytes], bytes]) -> None:
    """One broken packet on a line that sends back all that the device says."""
    host.send(b"\x05\x01\0")
    count, deadline = 0, Deadline(1.0)
    while not deadline.expired:
        echo = host.link.read(0.05)
        count += echo.count(0)
        host.send(line(echo))

    assert 1 <= count <= 10
    assert infer(host, 1)[1] == 1


@pytest.mark.parametrize("size", [1041, 2000, 100_000])
def test_over_long_packet_is_cut(host: RawHost, size: int) -> None:
    """A packet beyond the limit is refused once, whatever its length."""
    host.send(b"\x55" * size, b"\0")

    assert error_of(host.receive()) == (ErrorCode.BAD_PACKET, NO_SEQUENCE)
    assert infer(host, 1)[1] == 1


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Packet(HELLO, 1, 1, b"", version=1), ErrorCode.VERSION),
        (Packet(HELLO, 1, 1, b"x"), ErrorCode.LENGTH),
        (Packet(0x7F, 1, 1), ErrorCode.TYPE),
        (Packet(FRAME, 1, 1, frame_payload(0, 0, b"a")), ErrorCode.TYPE),
        (Packet(PROFILE, 1, 1, b"\0"), ErrorCode.LENGTH),
        (Packet(PROFILE, 1, 1, profile_payload(0, 0, b"")[:5]), ErrorCode.LENGTH),
        (Packet(PROFILE, 1, 1, profile_payload(0, 4, b"a")), ErrorCode.RANGE),
        (Packet(PROFILE, 9, 1, profile_payload(0, 0, b"a")), ErrorCode.SESSION),
        (Packet(READ, 1, 1, read_payload(0, 8)[:5]), ErrorCode.LENGTH),
        (Packet(READ, 1, 1, read_payload(0, 9)), ErrorCode.RANGE),
        (Packet(READ, 1, 1, read_payload(8, 1)), ErrorCode.RANGE),
        (Packet(READ, 1, 1, read_payload(0xFFFFFFFF, 2)), ErrorCode.RANGE),
        (Packet(WRITE, 9, 1, write_payload(0, b"a")), ErrorCode.SESSION),
        (Packet(INFER, 9, 1, write_payload(0, b"a")), ErrorCode.SESSION),
        (Packet(WRITE, 1, 1, b""), ErrorCode.LENGTH),
        (Packet(INFER, 1, 1, b"\0\0\0"), ErrorCode.LENGTH),
        (Packet(WRITE, 1, 1, write_payload(0, b"abcde")), ErrorCode.RANGE),
        (Packet(WRITE, 1, 1, write_payload(4, b"a")), ErrorCode.RANGE),
        (Packet(WRITE, 1, 1, write_payload(5, b"")), ErrorCode.RANGE),
        (Packet(WRITE, 1, 1, write_payload(0xFFFFFFFF, b"ab")), ErrorCode.RANGE),
        (Packet(INFER, 1, 1, write_payload(3, b"ab")), ErrorCode.RANGE),
    ],
)
def test_wrong_request_is_refused(
    host: RawHost, request_: Packet, code: ErrorCode
) -> None:
    """A wrong request is answered with its error and changes nothing."""
    host.send(encode_packet(request_))

    assert error_of(host.receive()) == (code, request_.sequence)
    assert infer(host, 1) == (b"\2\3\4\5", 1)


@pytest.fixture
def raw_host(open_raw: Callable[[Path], RawHost], build_host: Build) -> RawHost:
    """The model with 3,000 bytes of input, each the sum of two bytes of a frame."""
    flags = ("-fsanitize=undefined", "-fsanitize-trap=undefined", *FRAME_FLAGS)
    host = open_raw(build_host(*flags, more=[C_TESTS / "adding_preprocess.c"]))
    host.ask(HELLO, 0)
    return host


def test_hello_tells_what_a_raw_frame_is(raw_host: RawHost) -> None:
    """Width, height and pixels; a host without frames says nothing of it."""
    info = parse_hello(raw_host.ask(HELLO, 0, session=2).payload)

    assert info.frame == FrameFormat(width=50, height=40, pixels="rgb565")


def test_a_raw_frame_becomes_the_input(raw_host: RawHost) -> None:
    """In parts; the input comes back with the last, and can be asked for again."""
    frame = bytes(i % 251 for i in range(4000))
    expected = bytes((frame[i] + frame[i + 1000]) % 256 for i in range(3000))
    parts = [(0, 0, frame[:1000]), (0, 1000, frame[1000:2016]), (0, 3000, frame[3000:])]
    replies = [
        raw_host.ask(FRAME, sequence, frame_payload(*part))
        for sequence, part in enumerate([*parts[:2], (0, 2016, frame[2016:3000])], 1)
    ]
    got = b""
    for sequence, part in enumerate([parts[2], (1016, 4000, b""), (2032, 4000, b"")]):
        reply = raw_host.ask(FRAME, 10 + sequence, frame_payload(*part))
        got += parse_frame(reply.payload, min(1016, 3000 - len(got)))[2]

    assert [reply.payload for reply in replies] == [b""] * 3
    assert got == expected
    assert infer(raw_host, 20, b"") == (bytes(b + 1 & 255 for b in expected[:4]), 1)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (frame_payload(0, 0, b"")[:7], ErrorCode.LENGTH),
        (frame_payload(0, 3999, b"ab"), ErrorCode.RANGE),
        (frame_payload(0, 4001, b""), ErrorCode.RANGE),
        (frame_payload(0, 0xFFFFFFFF, b"ab"), ErrorCode.RANGE),
        (frame_payload(3001, 0, b"a"), ErrorCode.RANGE),
    ],
)
def test_a_wrong_raw_frame_is_refused(
    raw_host: RawHost, payload: bytes, code: ErrorCode
) -> None:
    """Too short, or outside the frame or the inputs; nothing changes."""
    assert error_of(raw_host.ask(FRAME, 1, payload)) == (code, 1)
    assert infer(raw_host, 1, b"\1\2\3\4") == (b"\2\3\4\5", 1)


def test_request_before_hello_is_refused(
    open_raw: Callable[[Path], RawHost], counting_host: Path
) -> None:
    """A device that was just started knows no session, not even number 0."""
    reply = open_raw(counting_host).ask(WRITE, 0, write_payload(0, b"a"), session=0)

    assert error_of(reply) == (ErrorCode.SESSION, 0)


def test_parts_are_put_together(host: RawHost) -> None:
    """The input may come in any number of parts, empty ones too."""
    host.ask(WRITE, 1, write_payload(0, b"\1\2"))
    host.ask(WRITE, 2, write_payload(4, b""))
    host.ask(WRITE, 3, write_payload(2, b"\3\4"))

    reply = host.ask(INFER, 4, write_payload(0, b""))

    assert reply.payload[8:12] == b"\2\3\4\5"


@pytest.mark.parametrize("size", [MAX_PAYLOAD - 4, MAX_PAYLOAD - 3])
def test_payload_at_its_limit(
    open_raw: Callable[[Path], RawHost], build_host: Build, size: int
) -> None:
    """The largest payload is taken; one byte more is a broken packet."""
    host = open_raw(build_host("-DINPUT_BYTES=3000"))
    host.ask(HELLO, 0)

    reply = host.ask(WRITE, 1, write_payload(0, bytes(size)))

    fits = size + 4 <= MAX_PAYLOAD
    assert reply.type == (WRITE | PacketType.REPLY if fits else PacketType.ERROR)


def test_empty_packets_are_ignored(host: RawHost) -> None:
    """Delimiters alone get no answer."""
    host.send(b"\0" * 1000)

    assert infer(host, 1)[1] == 1


@pytest.mark.parametrize("seed", range(3))
def test_garbage_harms_nothing(
    open_raw: Callable[[Path], RawHost], build_host: Build, gcc: list[str], seed: int
) -> None:
    """After 400 kB of noise and cut packets the next good packet is answered."""
    chance = random.Random(seed)
    host = open_raw(build_host(compiler=gcc))
    good = encode_packet(Packet(INFER, 1, 1, write_payload(0, b"\1\2\3\4")))
    noise = [
        good[: chance.randrange(len(good))] + chance.randbytes(chance.randrange(8000))
        for _ in range(100)
    ]
    hello = encode_packet(Packet(HELLO, 77, 0))
    sender = threading.Thread(target=host.send, args=(*noise, b"\0", hello))
    sender.start()

    packet = host.receive()
    while packet.session != 77:
        assert error_of(packet) == (ErrorCode.BAD_PACKET, NO_SEQUENCE)
        packet = host.receive()

    sender.join()
    assert packet.type == HELLO | PacketType.REPLY
