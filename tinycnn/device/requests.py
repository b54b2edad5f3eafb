"""What a device is asked for one image or raw frame: its requests, part by part.

In: a client, what the device said of itself, and the bytes. Out: what came back. The
first request that fails ends it; who asks may begin again, as each starts with the
first byte. `firmware/harness/tcnn_requests.c` is the other side.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinycnn.device.client import Client
from tinycnn.device.hello import DeviceInfo
from tinycnn.device.packets import MAX_PAYLOAD_BYTES, PacketType
from tinycnn.device.payloads import (
    FIRST_INPUT_BYTES,
    FIRST_STEP_BYTES,
    OFFSET_BYTES,
    StepRun,
    frame_payload,
    parse_frame,
    parse_inference,
    parse_profile,
    profile_payload,
    read_payload,
    write_payload,
)
from tinycnn.device.trace import Checksums, read_checksums, read_tensor
from tinycnn.errors import DeviceError, ProtocolError

__all__ = [
    "Image",
    "Run",
    "checked_part",
    "image_bytes",
    "named",
    "part_bytes",
    "parts_of",
    "preprocess_frame",
    "profile_image",
    "read_place",
    "read_places",
    "run_frame",
    "write_image",
]

Image = bytes | NDArray[np.int8]


class Run(NamedTuple):
    """What one run took, and the bytes of all outputs."""

    cycles: int
    micros: int
    output: bytes


def image_bytes(name: str, info: DeviceInfo, image: Image) -> bytes:
    """The bytes of an image that suits the device called `name`.

    Raises:
        DeviceError: If it has another size than the input.
    """
    data = image if isinstance(image, bytes) else image.tobytes()
    if len(data) != info.input_bytes:
        text = f"{name}: expected an image of {info.input_bytes} bytes, got {len(data)}"
        raise DeviceError(text, hint="use the model's data set")
    return data


def part_bytes(info: DeviceInfo, head_bytes: int = 0) -> int:
    """Most bytes that go into one request or reply, behind `head_bytes` of others."""
    return min(info.max_payload, MAX_PAYLOAD_BYTES) - head_bytes


def parts_of(start: int, end: int, info: DeviceInfo) -> Iterator[tuple[int, int]]:
    """Offset and size of the parts that bytes from `start` to `end` are read in."""
    most = part_bytes(info)
    for offset in range(start, end, most):
        yield offset, min(most, end - offset)


def checked_part(part: bytes, size: int) -> bytes:
    """A part of the outputs, which must have `size` bytes.

    Raises:
        ProtocolError: If it has not.
    """
    if len(part) != size:
        raise ProtocolError(
            f"READ reply: expected {size} output bytes, got {len(part)}"
        )
    return part


@contextmanager
def named(name: str) -> Iterator[None]:
    """Put the device's name before what the protocol says."""
    try:
        yield
    except ProtocolError as error:
        if str(error).startswith(name):
            raise
        hint = error.hint or "flash the firmware again"
        raise ProtocolError(f"{name}: {error}", hint=hint) from error


def write_image(client: Client, info: DeviceInfo, data: bytes) -> None:
    """Give the device an image, on which nothing is run."""
    last = _write_start(client, info, data, OFFSET_BYTES)
    client.exchange(PacketType.WRITE, write_payload(last, data[last:]))


def profile_image(client: Client, info: DeviceInfo, data: bytes) -> tuple[StepRun, ...]:
    """What each kernel call took; run once more for steps that fit no reply."""
    steps: tuple[StepRun, ...] = ()
    while True:
        last = _write_start(client, info, data, FIRST_STEP_BYTES + OFFSET_BYTES)
        request = profile_payload(len(steps), last, data[last:])
        total, more = parse_profile(client.exchange(PacketType.PROFILE, request))
        steps += more
        if not more or len(steps) >= total:
            return steps


def read_places(client: Client, info: DeviceInfo, data: bytes) -> Checksums:
    """The checksums of all places of a traced model."""
    return read_checksums(partial(_run_traced, PacketType.CHECKSUM, client, info, data))


def read_place(
    place: int, size: int, client: Client, info: DeviceInfo, data: bytes
) -> bytes:
    """The `size` bytes of a place of a traced model."""
    run = partial(_run_traced, PacketType.TENSOR, client, info, data)
    return read_tensor(place, size, run, partial(client.exchange, PacketType.TENSOR))


def preprocess_frame(client: Client, info: DeviceInfo, frame: bytes) -> Run:
    """What preprocessing took, and all bytes of the model's input."""
    cycles, micros, image = _send_frame(client, info, frame)
    while len(image) < info.input_bytes:
        request = frame_payload(len(image), len(frame), b"")
        left = info.replied_bytes(info.input_bytes - len(image))
        image += parse_frame(client.exchange(PacketType.FRAME, request), left)[2]
    return Run(cycles, micros, image)


def run_frame(client: Client, info: DeviceInfo, frame: bytes) -> Run:
    """What the model's run on a raw frame took, and all bytes of the outputs."""
    _send_frame(client, info, frame)
    reply = client.exchange(PacketType.INFER, write_payload(0, b""))
    replied = info.replied_bytes(info.output_bytes)
    cycles, micros, output = parse_inference(reply, replied)
    for offset, size in parts_of(len(output), info.output_bytes, info):
        request = read_payload(offset, size)
        output += checked_part(client.exchange(PacketType.READ, request), size)
    return Run(cycles, micros, output)


def _send_frame(
    client: Client, info: DeviceInfo, frame: bytes
) -> tuple[int, int, bytes]:
    """Times of preprocessing, and the first bytes of the model's input."""
    most = part_bytes(info, FIRST_INPUT_BYTES + OFFSET_BYTES)
    reply = b""
    for offset in range(0, len(frame), most):
        request = frame_payload(0, offset, frame[offset : offset + most])
        reply = client.exchange(PacketType.FRAME, request)
    return parse_frame(reply, info.replied_bytes(info.input_bytes))


def _run_traced(
    kind: PacketType, client: Client, info: DeviceInfo, data: bytes, head: bytes
) -> bytes:
    last = _write_start(client, info, data, len(head) + OFFSET_BYTES)
    return client.exchange(kind, head + write_payload(last, data[last:]))


def _write_start(client: Client, info: DeviceInfo, data: bytes, head_bytes: int) -> int:
    """Send all of the image but its last part, which begins where it is said."""
    most = part_bytes(info, head_bytes)
    last = (len(data) - 1) // most * most
    for offset in range(0, last, most):
        part = data[offset : offset + most]
        client.exchange(PacketType.WRITE, write_payload(offset, part))
    return last
