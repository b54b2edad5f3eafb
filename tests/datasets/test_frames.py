from __future__ import annotations

import numpy as np
import pytest

from tinycnn.datasets import frame_to_image, image_to_frame
from tinycnn.frames import PIXEL_BYTES, FrameFormat, Pixels


def decode(data: bytes, pixels: Pixels, channels: int) -> list[list[int]]:
    """A frame of one row as an image of its own size."""
    width = len(data) // PIXEL_BYTES[pixels]
    frame = FrameFormat(width=width, height=1, pixels=pixels)
    shape = (1, width, channels)
    image = frame_to_image(data, frame, image_shape=shape, fit="crop")
    return image.reshape(width, channels).tolist()


def test_every_rgb565_pixel_is_scaled_to_eight_bits() -> None:
    """Each field of all 65,536 values, the high byte first, rounded down."""
    values = np.arange(65_536).reshape(64, 1024)
    frame = FrameFormat(width=1024, height=64, pixels="rgb565")
    image = frame_to_image(
        values.astype(">u2").tobytes(), frame, image_shape=(64, 1024, 3), fit="crop"
    )

    red, green, blue = values >> 11, (values >> 5) & 63, values & 31
    expected = np.stack([red * 255 // 31, green * 255 // 63, blue * 255 // 31], -1)
    assert np.array_equal(image, expected)


def test_pixels_get_the_channels_of_the_model() -> None:
    """Grey becomes three equal channels; colours are weighed as in ITU-R BT.601."""
    assert decode(b"\x07\xf0", "grey", 3) == [[7] * 3, [240] * 3]
    assert decode(b"\x0a\x14\x1e", "rgb888", 3) == [[10, 20, 30]]
    assert decode(b"\xff\0\0\0\xff\0\0\0\xff", "rgb888", 1) == [[76], [150], [29]]
    assert decode(b"\xf8\0\x07\xe0\0\x1f", "rgb565", 1) == [[76], [150], [29]]


def test_a_frame_is_cropped_or_padded_as_photos_are() -> None:
    """About the centre; with black."""
    frame = FrameFormat(width=4, height=2, pixels="grey")
    data = bytes([1, 2, 3, 4, 5, 6, 7, 8])
    shape = {"crop": (2, 2, 1), "pad": (4, 4, 1)}
    crop, pad = (
        frame_to_image(data, frame, image_shape=shape[fit], fit=fit)[..., 0].tolist()
        for fit in ("crop", "pad")
    )

    assert crop == [[2, 3], [6, 7]]
    assert pad == [[0] * 4, [1, 2, 3, 4], [5, 6, 7, 8], [0] * 4]


@pytest.mark.parametrize("pixels", PIXEL_BYTES)
def test_an_image_survives_as_a_frame_as_far_as_its_bits(pixels: Pixels) -> None:
    """RGB565 keeps five or six bits, grey none of the colour."""
    image = np.random.default_rng(0).integers(0, 256, (30, 20, 3), np.uint8)
    frame = FrameFormat(width=20, height=30, pixels=pixels)
    data = image_to_frame(image, pixels)
    back = frame_to_image(data, frame, image_shape=image.shape, fit="crop")

    lost = np.abs(back.astype(int) - image)
    assert len(data) == frame.bytes
    if pixels == "grey":
        assert (back == back[..., :1]).all()
    else:
        assert lost.max() <= (7 if pixels == "rgb565" else 0)
