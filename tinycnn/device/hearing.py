"""What is heard of a device: its replies, and who may be there instead. No I/O.

Bytes from a link go in, replies come out. Of what is no packet so much is remembered as
tells who is at the other end, and whether a reply may just have been spoilt.
"""

from __future__ import annotations

from tinycnn.device.packets import ErrorCode, Packet, PacketDecoder, PacketType
from tinycnn.device.payloads import parse_error
from tinycnn.device.stranger import (
    HEARD_BYTES,
    explain_noise,
    quote_crash,
    recognize,
)
from tinycnn.errors import DeviceTimeoutError, StrangerError

__all__ = ["Ear"]


class Ear:
    """Takes what arrives on one link.

    Attributes:
        is_suspect: Whether the last that was heard was a broken packet.
        noise_bytes: Bytes since the last packet, or since `begin`.
    """

    def __init__(self) -> None:
        self.is_suspect = False
        self.noise_bytes = 0
        self._decoder = PacketDecoder()
        self._heard = b""  # since `begin`, its end
        self._past = b""  # in the last exchange before it in which anything was
        self._heard_bytes = 0

    def begin(self) -> None:
        """Another exchange begins."""
        self._past = self._heard or self._past
        self._heard, self._heard_bytes, self.noise_bytes = b"", 0, 0

    def hear(self, data: bytes) -> tuple[list[Packet], int]:
        """The replies that end in `data`; how many broken packets either side saw."""
        self._heard = (self._heard + data)[-HEARD_BYTES:]
        self._heard_bytes += len(data)
        broken = -self._decoder.broken
        packets = self._decoder.feed(data)
        self.noise_bytes = 0 if packets else self.noise_bytes + len(data)
        broken += self._decoder.broken + sum(map(_is_bad_packet, packets))
        self.is_suspect = broken > 0 or (self.is_suspect and not packets)
        # What is no reply is a request: what we sent, come back as an echo.
        replies = [
            packet
            for packet in packets
            if packet.type & PacketType.REPLY and not _is_bad_packet(packet)
        ]
        return replies, broken

    def quote_crash(self) -> str:
        """What the device said of a crash; empty if nothing."""
        return quote_crash(self._past + self._heard)

    def explain(
        self, text: str, sent: bytes, *, has_answered: bool
    ) -> DeviceTimeoutError:
        """The error that there is no reply, with what was heard instead.

        Args:
            text: What is missing.
            sent: The request.
            has_answered: Whether the device answered others before.
        """
        if stranger := recognize(self._heard, sent, self._past):
            return StrangerError(f"{text}: {stranger.what}", hint=stranger.hint)
        hint = "press reset; check that the port is the board's"
        if self._heard_bytes:
            text += f", only {self._heard_bytes} bytes that are no packet"
            noise = self._decoder.unfinished()[:200] or self._decoder.last_broken
            hint = explain_noise(noise)
        if has_answered:  # so that port and baud rate are right
            hint = "it answered before: check the cable or press reset, then run again"
        return DeviceTimeoutError(text, hint=hint)


def _is_bad_packet(packet: Packet) -> bool:
    """True if the device says that what it received was broken."""
    code = parse_error(packet.payload)[0]
    return packet.type == PacketType.ERROR and code == ErrorCode.BAD_PACKET
