"""What size and colour the pictures of a data set have, and what a network should see.

A sample of the pictures is opened. A network's image keeps their shape and, if they are
small and all alike, their size; else it has about as many pixels as a microcontroller
has the time and RAM for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

from tinycnn.datasets.images import survey_pictures
from tinycnn.datasets.pictures import Glance, glance_at

__all__ = ["Look", "look_at"]

_SAMPLE = 200  # pictures that are opened
_MOST_PIXELS = 64 * 64  # of an image: 16 KB of each 4 channels in the arena
_STEP = 8  # pixels: sides that can be halved three times
_SQUARE = 1.25  # shapes of less are square
_LONGEST = 2.0  # shapes of more are cropped
_COLOURED = 0.1  # share of pictures in colour that makes a set of them coloured


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen.

    Attributes:
        pictures: How many there are.
        smallest: Width and height of the one with the fewest pixels.
        largest: Of the one with the most.
        coloured: Share of the pictures that have colours, 0 to 1.
        image_size: Height and width that suit, or both in one.
        channels: That suit: 1 for grey, 3 for RGB.
    """

    pictures: int
    smallest: tuple[int, int]
    largest: tuple[int, int]
    coloured: float
    image_size: int | tuple[int, int]
    channels: Literal[1, 3]

    def __str__(self) -> str:
        """In a line, for people."""
        small, large = (f"{w}x{h}" for w, h in (self.smallest, self.largest))
        sizes = small if small == large else f"{small} to {large}"
        if self.coloured in (0, 1):
            colours = "in colour" if self.coloured else "grey"
        else:
            colours = f"{self.coloured:.0%} in colour"
        return f"{self.pictures:,} pictures of {sizes} pixels, {colours}"


def look_at(folder: Path, table: Path | None = None) -> Look | None:
    """What a sample of the pictures in `folder` has; None if none can be read.

    Raises:
        DatasetError: If the layout of the folder is not understood.
    """
    files = survey_pictures(folder, table).files
    step = max(1, len(files) // _SAMPLE)
    found = [glance_at(file.path, file.content) for file in files[::step]]
    seen = [glance for glance in found if glance is not None]
    if not seen:
        return None
    by_pixels = sorted(seen, key=lambda glance: glance.width * glance.height)
    coloured = sum(glance.is_coloured for glance in seen) / len(seen)
    return Look(
        len(files),
        (by_pixels[0].width, by_pixels[0].height),
        (by_pixels[-1].width, by_pixels[-1].height),
        coloured,
        _choose_size(seen),
        3 if coloured >= _COLOURED else 1,
    )


def _choose_size(seen: list[Glance]) -> int | tuple[int, int]:
    sizes = {(glance.width, glance.height) for glance in seen}
    width, height = next(iter(sizes))
    is_small = min(width, height) >= _STEP and width * height <= _MOST_PIXELS
    if len(sizes) > 1 or not is_small:
        width, height = _shrink(
            median(math.log(glance.width / glance.height) for glance in seen),
            median(glance.width * glance.height for glance in seen),
        )
    return width if width == height else (height, width)


def _shrink(log_shape: float, pixels: float) -> tuple[int, int]:
    """Width and height of at most the pixels that suit, and of that shape."""
    shape = min(max(math.exp(log_shape), 1 / _LONGEST), _LONGEST)
    if 1 / _SQUARE < shape < _SQUARE:
        shape = 1
    area = min(pixels, _MOST_PIXELS)
    sides = (math.sqrt(area * shape), math.sqrt(area / shape))
    width, height = (max(2 * _STEP, _STEP * round(side / _STEP)) for side in sides)
    return width, height
