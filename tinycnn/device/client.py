"""The host's half of the link: ask, wait, ask again, until a reply or the deadline.

Several requests may be on their way (`window`); replies are taken in their order. Each
request carries the session and a new sequence number; what does not repeat both is late
or foreign, and ignored. Repeating a request is safe, because a device runs a sequence
number once only. One deadline bounds the wait for a reply, from the reply before it on,
however often is asked.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import fields
from enum import Enum

from tinycnn.device.counters import Counters
from tinycnn.device.deadline import Clock, Deadline
from tinycnn.device.hearing import Ear
from tinycnn.device.hello import DeviceInfo, parse_hello
from tinycnn.device.link import Link, SharedPort
from tinycnn.device.packets import (
    DELIMITER,
    MAX_PAYLOAD_BYTES,
    PROTOCOL_VERSION,
    ErrorCode,
    Packet,
    PacketType,
)
from tinycnn.device.payloads import parse_error
from tinycnn.device.refusals import SessionLostError, explain_refusal
from tinycnn.device.waits import Waits
from tinycnn.device.window import Request, Window, WindowLimits
from tinycnn.errors import DeviceTimeoutError, ProtocolError

__all__ = ["REPLY_TIMEOUT_S", "Client"]

REPLY_TIMEOUT_S = 15.0  # where nothing else is said

# A device that is there answers HELLO at once, unless it is just starting.
_HELLO_SHARE = 1 / 3
_HELLO_TIMEOUT_S = 5.0  # if an exchange may take so long

# Who sends without a pause, and no packet, is not waited for as long as who is silent.
_NOISE_S = 5.0
_NOISE_BYTES = 1 << 15

# After a broken packet the reply may still follow: noise comes in bursts.
_SETTLE_S = 0.005
_LONGEST_SETTLE_S = 0.25


class _Miss(Enum):
    """Why a wait ended without a reply."""

    TIMEOUT = 1
    BROKEN = 2


class Client:
    """Exchanges over one link.

    Args:
        link: Where the device is.
        reply_timeout_s: How long a reply may take, all repetitions included.
        clock: Tells the time.
    """

    def __init__(
        self, link: Link, *, reply_timeout_s: float, clock: Clock = time.monotonic
    ) -> None:
        self._link = link
        self._reply_timeout_s = reply_timeout_s
        self._clock = clock
        self._ear = Ear()
        self._window = Window(0)
        self._waits = Waits()
        self._counts = dict.fromkeys((field.name for field in fields(Counters)), 0)

    @property
    def name(self) -> str:
        """The link's name."""
        return self._link.name

    @property
    def counters(self) -> Counters:
        """What happened so far."""
        return Counters(**self._counts)

    @property
    def limits(self) -> WindowLimits:
        """What may be on its way to the device."""
        return self._window.limits

    @property
    def has_room(self) -> bool:
        """Whether another request may be on its way."""
        return self._window.has_room

    def hello(self) -> DeviceInfo:
        """Start a session; what the device says of itself.

        All requests that are on their way are given up.

        Raises:
            ProtocolError: If the device speaks another protocol.
            DeviceTimeoutError: If it does not answer; a StrangerError if another does.
            DeviceError: If the link is dead.
        """
        self._window = Window(secrets.randbits(32))
        timeout_s = max(
            self._reply_timeout_s * _HELLO_SHARE,
            min(self._reply_timeout_s, _HELLO_TIMEOUT_S),
        )
        info = parse_hello(self._ask(PacketType.HELLO, b"", timeout_s))
        self._window.open(info.window, slowly=self._counts["resets"] > 0)
        return info

    def exchange(self, kind: PacketType, payload: bytes) -> bytes:
        """Send a request, with no other on its way; the payload of its reply.

        Raises:
            SessionLostError: If the device was reset.
            ProtocolError: If the device refuses the request.
            DeviceTimeoutError: If it does not answer.
            DeviceError: If the link is dead.
        """
        return self._ask(kind, payload, self._reply_timeout_s)

    def submit(self, kind: PacketType, payload: bytes, reply_bytes: int) -> None:
        """Let a request be on its way, of which the reply is taken later.

        Args:
            kind: What is asked.
            payload: Of the request.
            reply_bytes: Payload of its reply, at most.
        """
        self._window.put(kind, payload, reply_bytes)

    def push(self) -> None:
        """Send of what was submitted as much as may be on its way now.

        Raises:
            DeviceError: If the link is dead.
        """
        self._send(b"")

    def next_reply(self) -> bytes:
        """The payload of the reply to the oldest request that was submitted.

        Raises:
            DeviceError: As `exchange` does; the requests stay on their way.
        """
        return self._await_oldest(self._reply_timeout_s)

    def forget(self) -> None:
        """Give up what was submitted."""
        self._window.forget()

    def _ask(self, kind: PacketType, payload: bytes, timeout_s: float) -> bytes:
        if not self._window.is_empty:
            raise RuntimeError(f"{kind.name} while other requests are on their way")
        self._window.put(kind, payload, MAX_PAYLOAD_BYTES)
        try:
            return self._await_oldest(timeout_s)
        except BaseException:
            self._window.forget()
            raise

    def _await_oldest(self, timeout_s: float) -> bytes:
        window, request = self._window, self._window.oldest
        asked, deadline = self._clock(), Deadline(timeout_s, self._clock)
        patience = Deadline(min(timeout_s, _NOISE_S), self._clock)
        wait_s, settle_s = self._waits.first_s(request.kind, timeout_s), _SETTLE_S
        self._ear.begin()
        if request.reply is None:
            self._send(DELIMITER if request.kind == PacketType.HELLO else b"")
        while miss := self._listen(
            request, min(wait_s, deadline.remaining()), settle_s
        ):
            if deadline.expired:
                raise self._no_reply(request, timeout_s)
            if patience.expired and self._ear.noise_bytes >= _NOISE_BYTES:
                raise self._no_reply(request, min(timeout_s, _NOISE_S))
            if miss is _Miss.TIMEOUT:
                self._counts["timeouts"] += 1
                wait_s = self._waits.after_silence_s(request.kind, wait_s)
            else:
                settle_s = min(2 * settle_s, _LONGEST_SETTLE_S)
            window.lose()
            self._ear.is_suspect = False
            asked = self._clock()
            self._send(DELIMITER)  # ends what the device has half received
        self._waits.learn(request.kind, self._clock() - asked)
        return window.take()

    def _send(self, start: bytes) -> None:
        """Send `start` and what may be on its way now, if there is anything."""
        due = list(self._window.send())
        if not due:
            return
        self._counts["resends"] += sum(request.times_sent > 1 for request in due)
        try:
            self._link.write(start + b"".join(request.message for request in due))
        except DeviceTimeoutError:
            self._counts["timeouts"] += 1  # the device may wake up before the deadline

    def _listen(self, request: Request, wait_s: float, settle_s: float) -> _Miss | None:
        """Wait for the reply to `request`; why there is none."""
        deadline, miss = Deadline(wait_s, self._clock), _Miss.TIMEOUT
        is_heard = False
        while request.reply is None:
            if self._window.has_gap:
                return _Miss.BROKEN
            if miss is _Miss.TIMEOUT and self._ear.is_suspect:
                miss = _Miss.BROKEN
                settle_s = min(settle_s, deadline.remaining())
                deadline = Deadline(settle_s, self._clock)
            if deadline.expired and is_heard:
                return miss
            # Once at least: this computer may have slept until now.
            replies, broken = self._ear.hear(self._link.read(deadline.remaining()))
            self._counts["crc_errors"] += broken
            for reply in replies:
                self._match(reply)
            is_heard = True
        return None

    def _match(self, packet: Packet) -> None:
        """Keep `packet` if it answers a request that waits for it."""
        if packet.version != PROTOCOL_VERSION:
            raise self._other_version(f"version {packet.version}")
        request = self._window.find(packet)
        if request is None:
            self._counts["stale"] += 1
        elif packet.type == request.kind | PacketType.REPLY:
            self._window.answer(request, packet.payload)
            self._counts["exchanges"] += 1
        elif packet.type == PacketType.ERROR:
            self._refuse(request, packet.payload)
        else:
            text = f"expected a reply to {request.name}, got type {packet.type}"
            hint = "flash the firmware again"
            raise ProtocolError(f"{self.name}: {text}", hint=hint)

    def _refuse(self, request: Request, payload: bytes) -> None:
        """Raise what the device says of a request, if it is not that one is missing."""
        code, text = parse_error(payload)
        if code == ErrorCode.ORDER:
            self._window.tell_gap()
            return
        if code == ErrorCode.SESSION:
            self._counts["resets"] += 1
            lost = SessionLostError(f"{self.name}: was reset before {request.name}")
            lost.said = self._ear.quote_crash()
            raise lost
        if code == ErrorCode.VERSION:
            raise self._other_version(f"another ({text})")
        raise explain_refusal(self.name, request, code, text)

    def _other_version(self, got: str) -> ProtocolError:
        text = f"{self.name}: expected protocol version {PROTOCOL_VERSION}, got {got}"
        hint = "build and flash the firmware with this version of tinycnn"
        return ProtocolError(text, hint=hint)

    def _no_reply(self, request: Request, timeout_s: float) -> DeviceTimeoutError:
        text = f"no reply from {self.name} within {timeout_s:.1f} s"
        text = f"{text} after {request.name}"
        if isinstance(self._link, SharedPort) and (users := self._link.other_users()):
            text = f"{text}: the port is also open in {' and '.join(users)}"
            hint = "end that program: what it reads is missing here"
            return DeviceTimeoutError(text, hint)
        return self._ear.explain(
            text, request.message, has_answered=self._counts["exchanges"] > 0
        )
