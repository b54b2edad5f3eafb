"""Writes data.npz: canvases with handwritten digits on them, and where they are.

Of tinycnn's own digits, 0, 1 and 7 are placed at random on 48x48 canvases, none to
three on each. A grid of 6x6 cells says the class of the digit whose centre lies in a
cell; all other cells are background.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tinycnn.datasets import load_dataset
from tinycnn.project import DatasetSettings

SIDE, CELL, MOST = 48, 8, 3
DIGITS = (0, 1, 7)
COUNT = 3_000


def main() -> None:
    """The same file each time."""
    rng = np.random.default_rng(7)
    digits = load_dataset(DatasetSettings(name="digits"), seed=0).train
    images = np.zeros((COUNT, SIDE, SIDE, 1), np.uint8)
    cells = np.zeros((COUNT, SIDE // CELL, SIDE // CELL), np.int64)
    for image, grid in zip(images, cells, strict=True):
        image[...] = rng.integers(0, 60) + rng.integers(0, 30, image.shape)
        taken = np.zeros((SIDE, SIDE), bool)
        for _ in range(rng.integers(0, MOST + 1)):
            label = int(rng.integers(len(DIGITS)))
            choice = rng.choice(np.flatnonzero(digits.labels == DIGITS[label]))
            picture = digits.images[choice].repeat(2, axis=0).repeat(2, axis=1)
            side = len(picture)
            y, x = rng.integers(0, SIDE - side + 1, 2)
            place = np.s_[y : y + side, x : x + side]
            if taken[place].any():
                continue
            taken[place] = True
            image[place] = np.maximum(image[place], picture)
            grid[(y + side // 2) // CELL, (x + side // 2) // CELL] = 1 + label
    names = ("background", *map(str, DIGITS))
    path = Path(__file__).with_name("data.npz")
    np.savez_compressed(path, x=images, y=cells, class_names=np.array(names))


if __name__ == "__main__":
    main()
