"""Pixels become PNGs."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from tinycnn.report.picture import encode_png


def _decode(url: str) -> np.ndarray:
    kind, _, data = url.partition(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_small_pictures_keep_their_pixels(channels: int) -> None:
    """PNG loses nothing; a grey picture has no channel axis."""
    rng = np.random.Generator(np.random.PCG64(channels))
    pixels = rng.integers(0, 256, (5, 7, channels), np.uint8)

    assert np.array_equal(_decode(encode_png(pixels)), pixels.squeeze())


def test_other_channels_are_averaged() -> None:
    """A picture of two channels is shown in grey."""
    pixels = np.dstack((np.full((2, 2), 10), np.full((2, 2), 30))).astype(np.uint8)

    assert _decode(encode_png(pixels)).tolist() == [[20, 20], [20, 20]]


def test_large_pictures_are_reduced() -> None:
    """A thumbnail does not carry more pixels than it can show."""
    assert _decode(encode_png(np.zeros((300, 150, 3), np.uint8))).shape == (100, 50, 3)


def test_matrix_of_many_classes_is_not_reduced() -> None:
    """In a picture with an alpha channel every pixel counts."""
    assert _decode(encode_png(np.zeros((200, 200, 4), np.uint8))).shape == (200, 200, 4)
