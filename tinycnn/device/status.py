"""STATUS' reply: what a device watches beside its work.

`firmware/include/tcnn/harness.h` is the manual. Guards lie where nobody writes but who
writes too far, a seal is a sum of the arena that breaks if it changes between two runs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntFlag

from tinycnn.errors import ProtocolError

__all__ = ["DeviceStatus", "StatusAction", "parse_status"]

_STATUS = struct.Struct("<IIIIIHHBBQIIIIII")

_GUARDS = ("before the arena", "behind the arena", "at the stack's end")
_BUFFERS = (
    "before the buffer of requests",
    "behind the buffer of requests",
    "before the buffer of replies",
    "behind the buffer of replies",
)
_GUARDED = (*_GUARDS, *_BUFFERS)
_CAUSES = (
    "power-on",
    "reset pin",
    "watchdog",
    "software",
    "lockup",
    "wake-up",
    "brown-out",
    "debugger",
)
_COUNTS = ("uptime_us", "runs", "requests", "repeats", "late", "broken", "errors")


class StatusAction(IntFlag):
    """What a device does before it answers STATUS.

    PAINT paints the arena, where its engine keeps nothing in it, SEAL seals it at the
    end of the next run, MEND makes all guards whole.
    """

    NONE = 0
    PAINT = 1
    SEAL = 2
    MEND = 4


class _Seal(IntFlag):
    REST = 1
    REST_BROKEN = 2
    INPUTS = 4
    INPUTS_BROKEN = 8


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """What a device says of its memory, its link and its start.

    Attributes:
        arena_bytes: Of the model's memory, in use.
        arena_room_bytes: There are of it.
        arena_written_bytes: Of these, written since they were painted: at its start, or
            when it was asked to.
        stack_bytes: Most stack used since its start; 0 when unknown.
        stack_room_bytes: Stack there is; 0 when unknown.
        guards: Where guards are watched.
        dead_guards: Those of them that were overwritten.
        reset_causes: Why it started; empty when unknown.
        sealed: What of the arena was sealed after a run and may not have changed since:
            "inputs", "rest".
        broken_seals: What of that has changed.
        uptime_us: Microseconds since its start.
        runs: Of the model, since its start, as all that follows.
        requests: Sound packets that were requests.
        repeats: Of these, sent again.
        late: Of these, come too late.
        broken: Packets that were no sound ones.
        errors: Answers that were errors.
    """

    arena_bytes: int
    arena_room_bytes: int
    arena_written_bytes: int
    stack_bytes: int
    stack_room_bytes: int
    guards: tuple[str, ...]
    dead_guards: tuple[str, ...]
    reset_causes: tuple[str, ...]
    sealed: tuple[str, ...]
    broken_seals: tuple[str, ...]
    uptime_us: int
    runs: int
    requests: int
    repeats: int
    late: int
    broken: int
    errors: int


def parse_status(payload: bytes) -> DeviceStatus:
    """What the payload of a STATUS reply says.

    Raises:
        ProtocolError: If it is not what the protocol allows.
    """
    if len(payload) != _STATUS.size:
        text = f"STATUS reply: expected {_STATUS.size} bytes, got {len(payload)}"
        raise ProtocolError(text)
    values = _STATUS.unpack(payload)
    arena, room, written, *_ = values
    guards, dead, causes, seals = values[5:9]
    if written > room or dead & ~guards:
        text = f"STATUS reply: {written} of {room} bytes written, guards {dead:#x}"
        raise ProtocolError(f"{text} of {guards:#x} dead")
    return DeviceStatus(
        arena_bytes=arena,
        arena_room_bytes=room,
        arena_written_bytes=written,
        stack_bytes=values[3],
        stack_room_bytes=values[4],
        guards=_names(guards, _GUARDED),
        dead_guards=_names(dead, _GUARDED),
        reset_causes=_names(causes, _CAUSES),
        sealed=_seals(seals, _Seal.REST, _Seal.INPUTS),
        broken_seals=_seals(seals, _Seal.REST_BROKEN, _Seal.INPUTS_BROKEN),
        **dict(zip(_COUNTS, values[9:], strict=True)),
    )


def _names(bits: int, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the bits that are set; others by their number."""
    return tuple(
        names[i] if i < len(names) else f"number {i}"
        for i in range(bits.bit_length())
        if bits >> i & 1
    )


def _seals(bits: int, rest: _Seal, inputs: _Seal) -> tuple[str, ...]:
    words = {"rest": rest, "inputs": inputs}
    return tuple(word for word, bit in words.items() if bits & bit)
