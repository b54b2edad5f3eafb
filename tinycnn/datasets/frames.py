"""Raw frames of a sensor, to and from images.

What a model sees of a frame is what it sees of a photo in a folder: the frame's pixels
as 8-bit RGB, then Pillow's conversion to grey, crop or pad, and bilinear resizing. The
device's `tcnn_preprocess` (firmware/include/tcnn/preprocess.h) must give the same
bytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tinycnn.datasets.pictures import fit_image
from tinycnn.frames import FrameFormat, ImageFit, Pixels

__all__ = ["frame_to_image", "image_to_frame"]

# Pillow's names of the same pixels: of a row of bytes, and of what they become.
_DECODERS: dict[Pixels, tuple[str, str]] = {
    "grey": ("L", "L"),
    "rgb565": ("BGR;16", "RGB"),
    "rgb888": ("RGB", "RGB"),
}


def frame_to_image(
    data: bytes,
    frame: FrameFormat,
    *,
    image_shape: tuple[int, int, int],
    fit: ImageFit,
) -> NDArray[np.uint8]:
    """The image that a model is given of a raw frame.

    Args:
        data: The frame's bytes.
        frame: What they are.
        image_shape: Height, width and channels of the model's images.
        fit: How a frame gets their shape.
    """
    if frame.pixels == "rgb565":  # Pillow wants the low byte first
        data = np.frombuffer(data, "<u2").byteswap().tobytes()
    raw_mode, mode = _DECODERS[frame.pixels]
    size = (frame.width, frame.height)
    picture = Image.frombytes(mode, size, data, "raw", raw_mode)
    height, width, channels = image_shape
    flat = picture.convert("L" if channels == 1 else "RGB")
    shaped = fit_image(flat, (width, height), fit)
    return np.asarray(shaped, np.uint8).reshape(image_shape)


def image_to_frame(image: NDArray[np.uint8], pixels: Pixels) -> bytes:
    r"""The bytes that a sensor would send of an RGB image of its size.

    >>> white = np.full((1, 1, 3), 255, np.uint8)
    >>> image_to_frame(white, "rgb565"), image_to_frame(white, "grey")
    (b'\xff\xff', b'\xff')
    """
    if pixels == "grey":
        return Image.fromarray(image).convert("L").tobytes()
    if pixels == "rgb888":
        return image.tobytes()
    red, green, blue = np.moveaxis(image.astype(">u2"), -1, 0)
    packed: NDArray[np.uint16] = (red >> 3 << 11) | (green >> 2 << 5) | (blue >> 3)
    return packed.astype(">u2").tobytes()
