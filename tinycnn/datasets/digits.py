"""The embedded data set: 1,797 handwritten digits of 8x8 pixels.

`datasets/digits/README.md` names source, licence and digest. The file holds the
original values 0 to 16; they are scaled to 0 to 255 here.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tinycnn.datasets.dataset import Reading
from tinycnn.datasets.download import check_sha256
from tinycnn.datasets.npz import read_npz
from tinycnn.datasets.split import make_split
from tinycnn.errors import DatasetError

__all__ = ["datasets_dir", "read_digits"]

_SHA256 = "6f801551877abf69fbf3711373bb642a18dc933430a3385cd6febc235225ea6f"


def datasets_dir() -> Path:
    """The folder of the data sets that ship with tinycnn.

    In a checkout it is the one beside the package, else the copy inside the package.

    Raises:
        DatasetError: If there is neither.
    """
    package = Path(__file__).parents[1]
    for folder in (package.parent / "datasets", package / "_datasets"):
        if (folder / "digits" / "digits.npz").is_file():
            return folder
    raise DatasetError(
        f"{package / '_datasets'}: the embedded data sets are missing",
        hint="reinstall tinycnn",
    )


def read_digits() -> Reading:
    """All digits in the order of their source.

    A value v of 0 to 16 becomes (v * 255 + 8) // 16: v * 255 / 16, rounded half up.

    Raises:
        DatasetError: If the file is missing or changed.
    """
    path = datasets_dir() / "digits" / "digits.npz"
    check_sha256(path, _SHA256)
    digits = read_npz(path)
    images = (digits.images.images.astype(np.uint16) * 255 + 8) // 16
    scaled = make_split(images.astype(np.uint8), digits.images.labels)
    return replace(digits, images=scaled)
