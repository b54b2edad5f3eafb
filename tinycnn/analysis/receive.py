"""Where the next image waits while the model runs: the size of a board's buffer for it.

In: bytes of the model's inputs and outputs, and RAM that nothing else takes. Out: a
size, which is generated into the firmware and counted in the account of RAM. The next
image's requests fit it whole, if there is room; what does not fit waits in the host, if
the link can make it wait, and is not sent before if it cannot.
`firmware/include/tcnn/harness.h` is the manual of the packets that are counted here.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_RECEIVE", "LEAST_RECEIVE_BYTES", "ReceiveBuffer", "plan_receive"]

LEAST_RECEIVE_BYTES = 256  # four packets of USB: all works, little is ahead

# Small images travel several at a time: no pause on a line, nor for USB's delays.
_USUAL_BYTES = 2_048
_UNIT_BYTES = 64  # a packet of USB
_SPARE_BYTES = 4_096  # of RAM, left free: a heap, a little more stack

_PART_BYTES = 956  # of an image in a packet: Zephyr's, the smallest of all ports
_PACKET_BYTES = 12 + 4 + 4 + 1 + 1  # header, CRC, offset, one COBS byte, delimiter
_COBS_RUN_BYTES = 254


@dataclass(frozen=True, slots=True)
class ReceiveBuffer:
    """The buffer for requests that arrive while the model runs.

    Attributes:
        bytes: Its size.
        image_bytes: What the requests of one image take.
    """

    bytes: int
    image_bytes: int

    @property
    def holds(self) -> str:
        """How much of the next image that is, in words."""
        if self.bytes >= self.image_bytes:
            return f"the next image whole ({self.image_bytes:,})"
        return f"of the next image's {self.image_bytes:,}, as no more is left"


DEFAULT_RECEIVE = ReceiveBuffer(_USUAL_BYTES, 0)
"""For firmware of which nothing is known."""


def plan_receive(input_bytes: int, free_bytes: int) -> ReceiveBuffer:
    """The buffer for a model's images.

    Args:
        input_bytes: Of all inputs.
        free_bytes: Of RAM that nothing else takes; may be negative.
    """
    image = _count_request_bytes(input_bytes)
    wanted = -(-max(image, _USUAL_BYTES) // _UNIT_BYTES) * _UNIT_BYTES
    room = (free_bytes - _SPARE_BYTES) // _UNIT_BYTES * _UNIT_BYTES
    return ReceiveBuffer(max(min(wanted, room), LEAST_RECEIVE_BYTES), image)


def _count_request_bytes(input_bytes: int) -> int:
    """On the link: the parts of an image, at most, of which the last runs the model."""
    parts = -(-input_bytes // _PART_BYTES)
    data = input_bytes + parts * _PACKET_BYTES
    return data + data // _COBS_RUN_BYTES
