"""Preprocessing: does a device make the same input of a raw frame as the host?

Frames go in, an input comes back and is compared with what the host makes of the same
frame; a difference is a result, not an error. Besides random bytes there are frames at
the edges: of one colour, of the finest patterns, of single pixels in the corners.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets import image_to_frame
from tinycnn.device import Device, DeviceInfo
from tinycnn.frames import FrameFormat
from tinycnn.harness.identity import Identity, check_identity

__all__ = ["FrameCheck", "FrameDifference", "check_frames", "draw_frames"]
__all__ += ["frame_check_to_json"]


@dataclass(frozen=True, slots=True)
class FrameDifference:
    """A frame of which device and host make different inputs.

    Attributes:
        frame: Its name.
        bytes: How many bytes of the input differ.
        first: The first of them.
        expected: Its value on the host.
        got: Its value on the device.
    """

    frame: str
    bytes: int
    first: int
    expected: int
    got: int


@dataclass(frozen=True, slots=True)
class FrameCheck:
    """What a check found.

    Attributes:
        device: What the device says of itself.
        frame: What its frames are.
        frames: How many were sent.
        differences: Those of which the inputs differ.
        cycles: Processor cycles of preprocessing one; 0 without a counter.
        micros: Microseconds of it, by the device's clock.
    """

    device_name: str
    device: DeviceInfo
    frame: FrameFormat
    frames: int
    differences: tuple[FrameDifference, ...]
    cycles: int
    micros: int

    @property
    def equal(self) -> bool:
        """True if every byte of every input is the host's."""
        return not self.differences


def draw_frames(frame: FrameFormat, count: int) -> Iterator[tuple[str, bytes]]:
    """Frames at the edges, then `count` random ones, each with a name."""
    y, x = np.mgrid[: frame.height, : frame.width]
    greys = {
        "black": 0 * x,
        "white": 0 * x + 255,
        "columns": x % 2 * 255,
        "rows": y % 2 * 255,
        "checkers": (x + y) % 2 * 255,
        "ramp": x * 255 // max(frame.width - 1, 1),
        "first pixel": (x + y == 0) * 255,
        "last pixel": (x + y == frame.width + frame.height - 2) * 255,
    }
    for name, grey in greys.items():
        yield name, _to_frame(np.stack([grey] * 3, axis=-1), frame)
    for channel, name in enumerate(("red", "green", "blue")):
        picture = np.zeros((frame.height, frame.width, 3), np.uint8)
        picture[..., channel] = 255
        yield name, _to_frame(picture, frame)
    rng = np.random.default_rng(0)
    for number in range(count):
        yield f"random {number}", rng.bytes(frame.bytes)


def check_frames(
    device: Device,
    expected: Callable[[bytes, FrameFormat], NDArray[np.int8]],
    *,
    count: int,
    identity: Identity,
    on_progress: Callable[[int, int], None] | None = None,
) -> FrameCheck:
    """Compare the device's inputs with those that `expected` makes of the same frames.

    Args:
        device: An open device.
        expected: The host's preprocessing.
        count: How many random frames there are besides those at the edges.
        identity: What the device must say of itself.
        on_progress: Called with frames done and frames in all.

    Raises:
        DeviceError: If the device is another than was built, takes no raw frames, or
            fails.
    """
    info = device.info()
    check_identity(device.name, identity, info)
    frame = device.frame()
    frames = list(draw_frames(frame, count))
    differences = []
    for number, (name, data) in enumerate(frames, 1):
        made = device.preprocess(data)
        wanted = expected(data, frame).reshape(-1)
        if not np.array_equal(wanted, made.input):
            differences.append(_difference(name, wanted, made.input))
        if on_progress is not None:
            on_progress(number, len(frames))
    return FrameCheck(
        device_name=device.name,
        device=info,
        frame=frame,
        frames=len(frames),
        differences=tuple(differences),
        cycles=made.cycles,
        micros=made.micros,
    )


def frame_check_to_json(check: FrameCheck) -> Mapping[str, object]:
    """What a check found, without what the device says of itself, for machines."""
    return {
        "equal": check.equal,
        "frames": check.frames,
        "differences": [asdict(difference) for difference in check.differences],
        "frame": asdict(check.frame),
        "device": check.device_name,
        "board": check.device.board,
        "model_sha256": check.device.model_sha256,
        "preprocessing_cycles": check.cycles,
        "preprocessing_us": check.micros,
    }


def _to_frame(picture: NDArray[np.integer], frame: FrameFormat) -> bytes:
    return image_to_frame(picture.astype(np.uint8), frame.pixels)


def _difference(
    name: str, wanted: NDArray[np.int8], got: NDArray[np.int8]
) -> FrameDifference:
    places = np.flatnonzero(wanted != got)
    first = int(places[0])
    return FrameDifference(
        name, len(places), first, int(wanted[first]), int(got[first])
    )
