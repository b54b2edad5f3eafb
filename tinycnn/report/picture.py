"""uint8 pixels -> a PNG in a data URL; the same pixels give the same bytes."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["encode_png"]

_MOST_PIXELS = 128


def encode_png(pixels: NDArray[np.uint8]) -> str:
    """A data URL of pixels of shape (H, W, C); large pictures are reduced.

    One channel is grey, three are RGB, four RGBA; of more, the mean is shown.
    """
    h, w, c = pixels.shape
    if c not in (3, 4):
        pixels = np.round(pixels.mean(axis=2)).astype(np.uint8)
    picture = Image.fromarray(pixels)
    reduction = -(-max(h, w) // _MOST_PIXELS)
    if reduction > 1 and c != 4:
        picture = picture.reduce(reduction)
    stream = io.BytesIO()
    picture.save(stream, format="PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"
