"""The requests that are on their way: which may be sent, which are answered. No I/O.

A device carries requests out in order, each right after the one with the number before
it, and keeps its last replies. So whatever is lost is sent again from the oldest
request on that has no reply, and nothing is run twice. After a loss one request is on
its way at a time, and one more with each reply: a bad line is not flooded.
`firmware/include/tcnn/harness.h` is the manual.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tinycnn.device.packets import Packet, PacketType, encode_packet

__all__ = ["ONE_BY_ONE", "Request", "Window", "WindowLimits"]

_REPLY_OVERHEAD_BYTES = 19
_COBS_RUN_BYTES = 254
_HEADER_AND_CRC_BYTES = 16
_ANY_NUMBER = (1 << 32) - 1
_USUAL_BYTES = 3_000  # that wait outside the device; they fit a port's buffer
_SEQUENCES = 1 << 32


@dataclass(frozen=True, slots=True)
class WindowLimits:
    """What a device says may be on its way to it.

    Attributes:
        max_payload: Largest payload of a request or reply, in bytes.
        requests: Requests that are not answered.
        reply_bytes: The device's room for their replies.
        receive_bytes: Bytes behind the oldest of these requests that it takes.
        waits: Whether the link makes the host wait, so that more do no harm.
    """

    max_payload: int
    requests: int
    reply_bytes: int
    receive_bytes: int
    waits: bool = False

    @property
    def is_paced(self) -> bool:
        """Whether the host waits for the device, whatever it sends."""
        return self.waits or self.receive_bytes == _ANY_NUMBER

    @property
    def bytes_behind(self) -> int:
        """Bytes that are sent behind the oldest request, at most."""
        if self.receive_bytes == _ANY_NUMBER:
            return _USUAL_BYTES
        return max(self.receive_bytes, _USUAL_BYTES if self.waits else 0)

    def keeps(self, count: int, payload_bytes: int, largest_bytes: int) -> bool:
        """Whether replies can all be asked for again.

        Args:
            count: How many.
            payload_bytes: Of all their payloads.
            largest_bytes: Of the largest payload, whose reply counts twice.
        """
        runs = (self.max_payload + _HEADER_AND_CRC_BYTES) // _COBS_RUN_BYTES
        more = (count + 1) * (_REPLY_OVERHEAD_BYTES + runs)
        return payload_bytes + largest_bytes + more <= self.reply_bytes


ONE_BY_ONE = WindowLimits(max_payload=64, requests=1, reply_bytes=0, receive_bytes=0)
"""What is allowed before the device has said what it can."""


@dataclass(eq=False)
class Request:
    """One request.

    Attributes:
        packet: What is asked.
        reply_bytes: Payload of its reply, at most.
        is_sent: Whether it was sent since the last loss.
        times_sent: How often it was sent.
        reply: The payload of its reply; None while there is none.
        is_news: Whether that came since the last loss.
    """

    packet: Packet
    reply_bytes: int
    is_sent: bool = False
    times_sent: int = 0
    reply: bytes | None = None
    is_news: bool = False

    @cached_property
    def message(self) -> bytes:
        """What is sent."""
        return encode_packet(self.packet)

    @property
    def kind(self) -> PacketType:
        """Its type, without the mark of one that follows another."""
        return PacketType(self.packet.type & ~PacketType.CHAINED)

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return f"{self.kind.name} {self.packet.sequence}"


class Window:
    """The requests of one session that are not done with, oldest first.

    Attributes:
        limits: What the device allows.
    """

    def __init__(self, session: int) -> None:
        self.limits = ONE_BY_ONE
        self._session = session
        self._sequence = -1
        self._open: deque[Request] = deque()
        self._width = 1  # requests that may be on their way at present
        self._gap_told = False

    def open(self, limits: WindowLimits, *, slowly: bool = False) -> None:
        """Let as many requests be on their way as the device allows.

        Args:
            limits: What it allows.
            slowly: Whether to begin with one, as after a loss.
        """
        self.limits = limits
        self._width = 1 if slowly else limits.requests

    def put(self, kind: PacketType, payload: bytes, reply_bytes: int) -> None:
        """Add a request behind the others."""
        self._sequence = (self._sequence + 1) % _SEQUENCES
        mark = PacketType.CHAINED if self._open else 0
        packet = Packet(kind | mark, self._session, self._sequence, payload)
        self._open.append(Request(packet, reply_bytes))

    @property
    def oldest(self) -> Request:
        """The request whose reply comes next."""
        return self._open[0]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked that is not done with."""
        return not self._open

    @property
    def has_room(self) -> bool:
        """Whether another request would be sent at once, or soon."""
        return len(self._open) < self.limits.requests and all(
            request.is_sent for request in self._open
        )

    def send(self) -> Iterator[Request]:
        """The requests that may be sent now; they count as sent."""
        limits, behind, replies, largest = self.limits, 0, 0, 0
        width = min(self._width, limits.requests)
        for number, request in enumerate(self._open):
            replies += request.reply_bytes
            largest = max(largest, request.reply_bytes)
            if number:
                behind += len(request.message)
                if number >= width or behind > limits.bytes_behind:
                    return
                if not limits.keeps(number + 1, replies, largest):
                    return
            if not request.is_sent and request.reply is None:
                request.is_sent = True
                request.times_sent += 1
                yield request

    def find(self, packet: Packet) -> Request | None:
        """The request that `packet` answers; None if it is none that waits for it."""
        if packet.session != self._session:
            return None
        for request in self._open:
            if request.packet.sequence == packet.sequence:
                return request if request.reply is None else None
        return None

    def answer(self, request: Request, payload: bytes) -> None:
        """Keep the reply to one of the requests."""
        request.reply, request.is_news = payload, True
        self._width = min(self._width + 1, self.limits.requests)

    def tell_gap(self) -> None:
        """The device says that a request before one that it received is missing."""
        self._gap_told = True

    @property
    def has_gap(self) -> bool:
        """Whether the oldest request or its reply is known to be lost.

        The device says so, or has answered a later request.
        """
        return self._gap_told or any(request.is_news for request in self._open)

    def take(self) -> bytes:
        """The reply to the oldest request, which has one and is done with then."""
        return self._open.popleft().reply or b""

    def lose(self) -> None:
        """What has no reply is to be sent again, slowly."""
        self._width, self._gap_told = 1, False
        for request in self._open:
            request.is_sent = request.is_news = False

    def forget(self) -> None:
        """Give up all requests; their replies are stale."""
        self._open.clear()
