"""What the device's C watches beside its work, in a program of this computer."""

from __future__ import annotations

import time
from pathlib import Path

from tests.harness.c_build import Build
from tinycnn.device import Device, StatusAction, open_host
from tinycnn.device.packets import ErrorCode, PacketType
from tinycnn.errors import ProtocolError

IMAGE = b"\1\2\3\4"
WILD_MODEL = """\
/* wild_model.c - writes where it must not, as its inputs tell */
#include "tcnn/tcnn.h"
static struct {
    uint8_t before[16];
    uint8_t arena[64];
    uint8_t behind[16];
} memory TCNN_ALIGN(16);
static void run(uint8_t *arena) {
    arena[32] = arena[0];
    *(arena + arena[1] - 16) ^= arena[2];
}
static void step(uint8_t *arena, uint32_t number) { (void)number, run(arena); }
static const tcnn_tensor_t in = {TCNN_UINT8, 1, {4}, 1.0f, 0, 0, 4};
static const tcnn_tensor_t out = {TCNN_UINT8, 1, {1}, 1.0f, 0, 32, 1};
extern const tcnn_model_t wild_model;
const tcnn_model_t wild_model = {
    .name = "wild", .generator = "tests", .numerics = "none", .arena = memory.arena,
    .arena_bytes = sizeof memory.arena, .input_count = 1, .inputs = &in,
    .output_count = 1, .outputs = &out, .invoke = run, .steps = 1, .step = step,
    .guard_bytes = sizeof memory.before,
};
"""


def open_wild(build_host: Build, folder: Path) -> Device:
    """A model of 64 bytes; an image is output, place (less 16), and what to flip."""
    source = folder / "wild_model.c"
    source.write_text(WILD_MODEL)
    program = build_host("-UTCNN_MODEL", "-DTCNN_MODEL=wild_model", more=[source])
    return open_host(program)


def test_a_sound_device_has_whole_guards(counting_host: Path) -> None:
    """It counts what it did, and knows how long it is up."""
    with open_host(counting_host) as device:
        before = device.status()
        for _ in range(3):
            device.infer(IMAGE)
        after = device.status()

    assert (before.runs, after.runs) == (0, 3)
    assert after.requests - before.requests == 4
    assert after.uptime_us > before.uptime_us
    assert len(after.guards) == 4
    assert after.dead_guards == ()


def test_only_what_was_written_counts(build_host: Build, tmp_path: Path) -> None:
    """The arena is painted at the start, and again when it is asked for."""
    with open_wild(build_host, tmp_path) as device:
        at_start = device.status()
        device.infer(bytes([7, 16 + 40, 1, 0]))
        after = device.status()
        painted = device.status(StatusAction.PAINT)

    assert (at_start.arena_written_bytes, at_start.arena_room_bytes) == (0, 64)
    assert after.arena_written_bytes == 64 - 28  # a run of paint from byte 4 to 31
    assert painted.arena_written_bytes == 0


def test_a_guard_dies_where_somebody_writes(build_host: Build, tmp_path: Path) -> None:
    """The nearest and the farthest byte; it stays dead until it is mended."""
    places = {0: "before the arena", 15: "before the arena"}
    places |= {80: "behind the arena", 95: "behind the arena"}
    with open_wild(build_host, tmp_path) as device:
        for place, name in places.items():
            device.infer(bytes([7, place, 1, 0]))
            dead = [device.status().dead_guards for _ in range(2)]
            mended = device.status(StatusAction.MEND).dead_guards

            assert dead == [(name,), (name,)]
            assert mended == ()
        device.infer(bytes([7, 79, 1, 0]))

        assert device.status().dead_guards == ()


def test_a_seal_holds_while_nobody_writes(counting_host: Path) -> None:
    """It is set at the end of the next run, and lifted by what may write."""
    with open_host(counting_host) as device:
        device.status(StatusAction.SEAL)
        asked = device.status().sealed
        device.infer(IMAGE)
        time.sleep(0.02)
        sealed = device.status()
        device.write(IMAGE)
        written = device.status()
        device.infer(IMAGE)
        after = device.status().sealed

    assert (asked, after) == ((), ())
    assert (sealed.sealed, sealed.broken_seals) == (("rest", "inputs"), ())
    assert (written.sealed, written.broken_seals) == (("rest",), ())


def test_errors_and_broken_packets_are_counted(counting_host: Path) -> None:
    """As the device sees them."""
    with open_host(counting_host) as device:
        device.status()
        try:
            device._client.exchange(PacketType.STATUS, b"\1\2")
        except ProtocolError as error:
            told = str(error)
        device._link.write(b"\1\2\3\0")
        time.sleep(0.05)
        status = device.status()

    assert f"error {int(ErrorCode.LENGTH)}" in told
    assert (status.broken, status.errors) == (1, 2)
