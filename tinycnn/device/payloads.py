"""Payloads of requests and replies, HELLO's aside: values in, bytes out and back.

`firmware/include/tcnn/harness.h` is the manual. Everything that is parsed here comes
from a wire and is checked; text from a device is made printable before anybody sees it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from tinycnn.errors import ProtocolError

__all__ = [
    "FIRST_INPUT_BYTES",
    "FIRST_STEP_BYTES",
    "OFFSET_BYTES",
    "TIMES_BYTES",
    "StepRun",
    "frame_payload",
    "parse_error",
    "parse_frame",
    "parse_inference",
    "parse_profile",
    "printable",
    "profile_payload",
    "read_payload",
    "write_payload",
]

OFFSET_BYTES = 4
FIRST_STEP_BYTES = 2
FIRST_INPUT_BYTES = 4

_TIMES = struct.Struct("<II")
_STEP = struct.Struct("<III")
TIMES_BYTES = _TIMES.size


@dataclass(frozen=True, slots=True)
class StepRun:
    """What one kernel call took.

    Attributes:
        cycles: Processor cycles; 0 when the device has no counter.
        micros: Microseconds, by the device's clock.
        stack_bytes: Most stack used; 0 when unknown.
    """

    cycles: int
    micros: int
    stack_bytes: int


def write_payload(offset: int, part: bytes) -> bytes:
    """Payload of WRITE and INFER: `part` of the input, which begins at `offset`."""
    return offset.to_bytes(OFFSET_BYTES, "little") + part


def read_payload(offset: int, size: int) -> bytes:
    """Payload of READ: the outputs' `size` bytes from `offset` on."""
    return struct.pack("<IH", offset, size)


def parse_inference(payload: bytes, output_bytes: int) -> tuple[int, int, bytes]:
    """Cycles, microseconds and the outputs' first bytes of an INFER reply.

    Raises:
        ProtocolError: If there are not `output_bytes` of them.
    """
    return _parse_run(payload, output_bytes, "INFER reply: expected {} output bytes")


def parse_frame(payload: bytes, input_bytes: int) -> tuple[int, int, bytes]:
    """Cycles, microseconds and bytes of the inputs of a frame's last reply.

    Raises:
        ProtocolError: If there are not `input_bytes` of them.
    """
    return _parse_run(payload, input_bytes, "FRAME reply: expected {} input bytes")


def _parse_run(payload: bytes, size: int, expected: str) -> tuple[int, int, bytes]:
    got = len(payload) - _TIMES.size
    if got != size:
        text = f"{expected.format(size)}, got {max(got, 0)}"
        raise ProtocolError(text, hint="flash the firmware again")
    cycles, micros = _TIMES.unpack_from(payload)
    return cycles, micros, payload[_TIMES.size :]


def profile_payload(first: int, offset: int, part: bytes) -> bytes:
    """Payload of PROFILE: the first step to tell of, then that of INFER."""
    head = first.to_bytes(FIRST_STEP_BYTES, "little")
    return head + write_payload(offset, part)


def frame_payload(first: int, offset: int, part: bytes) -> bytes:
    """Payload of FRAME: the first byte of the inputs to tell of, then as WRITE."""
    head = first.to_bytes(FIRST_INPUT_BYTES, "little")
    return head + write_payload(offset, part)


def parse_profile(payload: bytes) -> tuple[int, tuple[StepRun, ...]]:
    """Steps in all, and those that a PROFILE reply tells of.

    Raises:
        ProtocolError: If it ends within one.
    """
    steps = payload[FIRST_STEP_BYTES:]
    if len(payload) < FIRST_STEP_BYTES or len(steps) % _STEP.size:
        raise ProtocolError(f"PROFILE reply: {len(payload)} bytes")
    total = int.from_bytes(payload[:FIRST_STEP_BYTES], "little")
    return total, tuple(StepRun(*step) for step in _STEP.iter_unpack(steps))


def parse_error(payload: bytes) -> tuple[int, str]:
    """Code and text of an ERROR; code 0 when it has none."""
    return (payload[0] if payload else 0), printable(payload[1:])


def printable(data: bytes) -> str:
    r"""`data` as one line of text that is safe to show.

    >>> printable(b"Hard\x1b[31mFault\n")
    'Hard.[31mFault'
    """
    text = data.decode("ascii", "replace").strip()
    return "".join(c if " " <= c <= "~" else "." for c in text)
