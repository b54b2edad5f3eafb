"""The host's half of an exchange: ask, wait, ask again, until a reply or the deadline.

Stop and wait: one request is on its way at a time. Each carries the session and a new
sequence number; what does not repeat both is late or foreign, and ignored. Repeating a
request is safe, because a device runs a sequence number once only. One deadline bounds
an exchange, however often it is repeated.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import astuple, dataclass, fields
from enum import Enum

from tinycnn.device.deadline import Deadline
from tinycnn.device.hello import DeviceInfo, parse_hello
from tinycnn.device.link import Link
from tinycnn.device.packets import (
    DELIMITER,
    PROTOCOL_VERSION,
    ErrorCode,
    Packet,
    PacketDecoder,
    PacketType,
    encode_packet,
)
from tinycnn.device.payloads import parse_error
from tinycnn.device.stranger import HEARD_BYTES, explain_noise, recognize
from tinycnn.errors import (
    DeviceError,
    DeviceTimeoutError,
    ProtocolError,
    StrangerError,
)

__all__ = ["REPLY_TIMEOUT_S", "Client", "Counters", "SessionLostError"]

REPLY_TIMEOUT_S = 15.0  # where nothing else is said

# A device that is there answers HELLO at once, unless it is just starting: it is asked
# again and again, and found soon after its start.
_HELLO_SHARE = 1 / 3
_HELLO_TIMEOUT_S = 5.0  # if an exchange may take so long
_HELLO_EVERY_S = 0.5

# How long to wait before asking again: until the first reply of its kind has shown how
# long the device takes, then a multiple of that. Shares are of the exchange's timeout.
_FIRST_WAIT_SHARE = 1 / 15
_SHORTEST_WAIT_SHARE = 1 / 60
_LONGEST_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 4.0
_WAIT_FACTOR = 4.0

# After a broken packet the reply may still follow: noise comes in bursts.
_SETTLE_S = 0.005
_LONGEST_SETTLE_S = 0.25


class SessionLostError(DeviceError):
    """The device no longer knows the session: it was reset."""


class _Miss(Enum):
    """Why a wait ended without a reply."""

    TIMEOUT = 1
    BROKEN = 2


@dataclass(frozen=True, slots=True)
class Counters:
    """What happened on a link so far.

    Attributes:
        exchanges: Requests that were answered.
        resends: Requests sent again.
        timeouts: Waits that ended in silence.
        crc_errors: Broken packets, seen by either side.
        stale: Replies to earlier requests.
        resets: Times that the device had lost its session.
    """

    exchanges: int = 0
    resends: int = 0
    timeouts: int = 0
    crc_errors: int = 0
    stale: int = 0
    resets: int = 0

    def __add__(self, other: Counters) -> Counters:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Counters(*(one + another for one, another in pairs))


class Client:
    """Exchanges over one link.

    Args:
        link: Where the device is.
        reply_timeout_s: How long an exchange may take, all repetitions included.
    """

    def __init__(self, link: Link, *, reply_timeout_s: float) -> None:
        self._link = link
        self._reply_timeout_s = reply_timeout_s
        self._decoder = PacketDecoder()
        self._session = 0
        self._sequence = 0
        self._usual_s: dict[int, float] = {}
        self._counts = dict.fromkeys((field.name for field in fields(Counters)), 0)
        self._heard = b""  # in this exchange, its end
        self._heard_bytes = 0

    @property
    def name(self) -> str:
        """The link's name."""
        return self._link.name

    @property
    def counters(self) -> Counters:
        """What happened so far."""
        return Counters(**self._counts)

    def hello(self) -> DeviceInfo:
        """Start a session; what the device says of itself.

        Raises:
            ProtocolError: If the device speaks another protocol.
            DeviceTimeoutError: If it does not answer; a StrangerError if another does.
            DeviceError: If the link is dead.
        """
        self._session = secrets.randbits(32)
        self._sequence = 0
        timeout_s = max(
            self._reply_timeout_s * _HELLO_SHARE,
            min(self._reply_timeout_s, _HELLO_TIMEOUT_S),
        )
        return parse_hello(self._exchange(PacketType.HELLO, b"", timeout_s))

    def exchange(self, kind: PacketType, payload: bytes) -> bytes:
        """Send a request; the payload of its reply.

        Raises:
            SessionLostError: If the device was reset.
            ProtocolError: If the device refuses the request.
            DeviceTimeoutError: If it does not answer.
            DeviceError: If the link is dead.
        """
        self._sequence += 1
        return self._exchange(kind, payload, self._reply_timeout_s)

    def _exchange(self, kind: PacketType, payload: bytes, timeout_s: float) -> bytes:
        request = Packet(kind, self._session, self._sequence, payload)
        message = encode_packet(request)
        deadline = Deadline(timeout_s)
        wait_s, settle_s = self._first_wait(kind, timeout_s), _SETTLE_S
        self._heard, self._heard_bytes = b"", 0
        if kind == PacketType.HELLO:
            message = DELIMITER + message  # ends what the device has half received
        while True:
            started = time.monotonic()
            self._send(message)
            patience_s = min(wait_s, deadline.remaining())
            reply = self._await_reply(request, patience_s, settle_s)
            if isinstance(reply, bytes):
                self._learn(kind, time.monotonic() - started)
                return reply
            if deadline.expired:
                raise self._no_reply(request, timeout_s)
            if reply is _Miss.TIMEOUT:
                self._counts["timeouts"] += 1
                if kind != PacketType.HELLO:
                    wait_s = min(2 * wait_s, max(_LONGEST_WAIT_S, wait_s))
            else:
                settle_s = min(2 * settle_s, _LONGEST_SETTLE_S)
            self._counts["resends"] += 1
            message = DELIMITER + encode_packet(request)

    def _send(self, message: bytes) -> None:
        try:
            self._link.write(message)
        except DeviceTimeoutError:
            self._counts["timeouts"] += 1  # the device may wake up before the deadline

    def _await_reply(
        self, request: Packet, wait_s: float, settle_s: float
    ) -> bytes | _Miss:
        """The reply's payload, or why there is none."""
        deadline, miss = Deadline(wait_s), _Miss.TIMEOUT
        crc_errors = self._counts["crc_errors"]
        while True:
            reply = self._take(request, self._link.read(deadline.remaining()))
            if reply is not None:
                self._counts["exchanges"] += 1
                return reply
            if miss is _Miss.TIMEOUT and self._counts["crc_errors"] > crc_errors:
                miss = _Miss.BROKEN
                deadline = Deadline(min(settle_s, deadline.remaining()))
            if deadline.expired:
                return miss

    def _take(self, request: Packet, data: bytes) -> bytes | None:
        """The reply's payload if it ends in `data`; counts all else."""
        reply = None
        broken = self._decoder.broken
        self._heard = (self._heard + data)[-HEARD_BYTES:]
        self._heard_bytes += len(data)
        for packet in self._decoder.feed(data):
            if _is_bad_packet(packet):
                self._counts["crc_errors"] += 1
            else:
                matched = self._match(request, packet)
                reply = reply if matched is None else matched
        self._counts["crc_errors"] += self._decoder.broken - broken
        return reply

    def _match(self, request: Packet, packet: Packet) -> bytes | None:
        """The payload of `packet` if it answers `request`.

        None if it is a late one, or a request: what we sent, come back as an echo.
        """
        if not packet.type & PacketType.REPLY:
            return None
        if packet.version != PROTOCOL_VERSION:
            raise self._other_version(f"version {packet.version}")
        if (packet.session, packet.sequence) != (request.session, request.sequence):
            self._counts["stale"] += 1
            return None
        if packet.type == request.type | PacketType.REPLY:
            return packet.payload
        name = f"{PacketType(request.type).name} {request.sequence}"
        if packet.type != PacketType.ERROR:
            text = f"{self.name}: expected a reply to {name}, got type {packet.type}"
            raise ProtocolError(text, hint="flash the firmware again")
        code, text = parse_error(packet.payload)
        if code == ErrorCode.SESSION:
            self._counts["resets"] += 1
            raise SessionLostError(f"{self.name}: was reset before {name}")
        if code == ErrorCode.VERSION:
            raise self._other_version(f"another ({text})")
        text = f"{self.name}: refused {name}: error {code} ({text})"
        hint = "flash the firmware again"
        if code == ErrorCode.MODEL:
            hint = "build with the version of TFLite Micro that model.cpp names"
        if request.type in (PacketType.CHECKSUM, PacketType.TENSOR):
            hint = "flash a debug harness: tinycnn build --trace, then tinycnn flash"
        raise ProtocolError(text, hint=hint)

    def _other_version(self, got: str) -> ProtocolError:
        text = f"{self.name}: expected protocol version {PROTOCOL_VERSION}, got {got}"
        hint = "build and flash the firmware with this version of tinycnn"
        return ProtocolError(text, hint=hint)

    def _first_wait(self, kind: PacketType, timeout_s: float) -> float:
        if kind == PacketType.HELLO:
            return _HELLO_EVERY_S
        if kind not in self._usual_s:
            return min(_LONGEST_FIRST_WAIT_S, timeout_s * _FIRST_WAIT_SHARE)
        shortest_s = min(_LONGEST_FIRST_WAIT_S, timeout_s * _SHORTEST_WAIT_SHARE)
        return max(shortest_s, _WAIT_FACTOR * self._usual_s[kind])

    def _learn(self, kind: PacketType, took_s: float) -> None:
        """Remember how long a reply takes, from the last time that it was asked for."""
        self._usual_s[kind] = max(took_s, 0.9 * self._usual_s.get(kind, 0.0))

    def _no_reply(self, request: Packet, timeout_s: float) -> DeviceTimeoutError:
        name = f"{PacketType(request.type).name} {request.sequence}"
        text = f"no reply from {self.name} within {timeout_s:.1f} s after {name}"
        if stranger := recognize(self._heard, encode_packet(request)):
            return StrangerError(f"{text}: {stranger.what}", hint=stranger.hint)
        if self._heard_bytes == 0:
            hint = "press reset; check that the port is the board's"
        else:
            text += f", only {self._heard_bytes} bytes that are no packet"
            noise = self._decoder.unfinished()[:200] or self._decoder.last_broken
            hint = explain_noise(noise)
        return DeviceTimeoutError(text, hint=hint)


def _is_bad_packet(packet: Packet) -> bool:
    """True if the device says that what it received was broken."""
    code = parse_error(packet.payload)[0]
    return packet.type == PacketType.ERROR and code == ErrorCode.BAD_PACKET
