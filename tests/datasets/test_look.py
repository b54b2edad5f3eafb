"""Size and colour that suit the pictures of a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tinycnn.datasets import look_at_path


def _save(root: Path, sizes: list[tuple[int, int]], mode: str = "RGB") -> Path:
    rng = np.random.default_rng(1)
    for number, (width, height) in enumerate(sizes):
        folder = root / "ab"[number % 2]
        folder.mkdir(exist_ok=True)
        pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
        Image.fromarray(pixels).convert(mode).save(folder / f"{number}.png")
    return root


@pytest.mark.parametrize(
    ("sizes", "chosen"),
    [
        ([(28, 28)] * 4, 28),
        ([(80, 48)] * 4, (48, 80)),
        ([(17, 9)] * 4, (9, 17)),
        ([(5, 5)] * 4, 16),
        ([(224, 224)] * 4, 64),
        ([(640, 480), (480, 480), (500, 500)], 64),
        ([(320, 160), (300, 160)], (48, 88)),
        ([(100, 400)] * 2, (88, 48)),
        ([(20, 20), (24, 24)], 24),
    ],
)
def test_an_image_has_the_shape_of_the_pictures(
    tmp_path: Path, sizes: list[tuple[int, int]], chosen: int | tuple[int, int]
) -> None:
    """Small ones that are alike stay as they are; others get few pixels."""
    look = look_at_path(_save(tmp_path, sizes))

    assert look is not None
    assert look.image_size == chosen
    assert look.pictures == len(sizes)


@pytest.mark.parametrize(("mode", "channels"), [("RGB", 3), ("L", 1), ("P", 3)])
def test_colour_is_what_is_seen(tmp_path: Path, mode: str, channels: int) -> None:
    """Not what the file could hold: a grey JPEG in RGB is grey."""
    look = look_at_path(_save(tmp_path, [(20, 20)] * 4, mode))
    grey = Image.new("RGB", (20, 20), (90, 90, 90))

    assert look is not None
    assert look.channels == channels
    for folder in "ab":
        for path in (tmp_path / folder).iterdir():
            grey.save(path)
    look = look_at_path(tmp_path)
    assert look is not None
    assert str(look) == "4 pictures of 20x20 pixels, grey"


def test_arrays_and_broken_pictures_are_not_looked_at(tmp_path: Path) -> None:
    """They have their size, or none."""
    np.savez(tmp_path / "a.npz", x=np.zeros(3), y=np.zeros(3))
    assert look_at_path(tmp_path / "a.npz") is None
    _save(tmp_path, [(8, 8)] * 2)
    for path in tmp_path.glob("?/*.png"):
        path.write_bytes(b"no")
    assert look_at_path(tmp_path) is None
