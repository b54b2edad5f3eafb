"""Raw frames of a sensor: what they are, and who brings them to a model.

The words that a project file, a device and its firmware have in common. Frames become
images in `tinycnn.datasets.frames` on the host, and in `tcnn_preprocess` on a device.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["MAX_SIDE", "PIXEL_BYTES", "App", "FrameFormat", "ImageFit", "Pixels"]

ImageFit = Literal["crop", "pad"]
"""How a picture gets the shape of a model's images: cropped, or padded with black."""

App = Literal["validate", "camera", "serial"]
"""What firmware does beside serving its model: a camera's frames, or any sensor's that
arrive on the serial link, are preprocessed on the device."""

Pixels = Literal["grey", "rgb565", "rgb888"]
"""How pixels are stored: in 1, 2 (the high byte first) or 3 bytes."""

PIXEL_BYTES: Mapping[Pixels, int] = MappingProxyType(
    {"grey": 1, "rgb565": 2, "rgb888": 3}
)
MAX_SIDE = 1024  # pixels


@dataclass(frozen=True, slots=True)
class FrameFormat:
    """What a sensor delivers: rows from the top, pixels from the left.

    Raises:
        ValueError: If a side is not 1 to `MAX_SIDE` pixels.
    """

    width: int
    height: int
    pixels: Pixels

    def __post_init__(self) -> None:
        if not (0 < self.width <= MAX_SIDE and 0 < self.height <= MAX_SIDE):
            raise ValueError(f"frames of {self.width}x{self.height} pixels")

    @property
    def bytes(self) -> int:
        """Size of one frame.

        >>> FrameFormat(width=160, height=120, pixels="rgb565").bytes
        38400
        """
        return self.width * self.height * PIXEL_BYTES[self.pixels]
