from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from tinycnn.datasets import datasets_dir, digits
from tinycnn.datasets.digits import read_digits
from tinycnn.errors import DatasetError


def test_all_digits_are_there() -> None:
    """The embedded data set has 1,797 images of 8x8 pixels in ten classes."""
    reading = read_digits()
    digits = reading.images

    assert digits.images.shape == (1797, 8, 8, 1)
    assert digits.images.dtype == np.uint8
    assert reading.class_names == tuple("0123456789")
    assert np.bincount(digits.labels).tolist() == [
        *(178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
    ]


def test_values_are_scaled_by_the_documented_rule() -> None:
    """The 17 original values become v * 255 / 16, rounded half up."""
    digits = read_digits().images

    expected = [int(v * 255 / 16 + 0.5) for v in range(17)]
    assert np.unique(digits.images).tolist() == expected


def test_the_first_image_is_the_first_of_the_source() -> None:
    """The order and orientation of the source are kept."""
    digits = read_digits().images

    original = (digits.images[0, :3, :, 0].astype(int) * 16 + 127) // 255
    assert original.tolist() == [
        [0, 0, 5, 13, 9, 1, 0, 0],
        [0, 0, 13, 15, 10, 15, 5, 0],
        [0, 3, 15, 2, 0, 11, 8, 0],
    ]
    assert digits.labels[:10].tolist() == list(range(10))


def test_the_readme_names_source_licence_and_digest() -> None:
    """What ships beside the file says where it is from and what it is."""
    folder: Path = datasets_dir() / "digits"

    text = (folder / "README.md").read_text(encoding="utf-8")

    digest = hashlib.sha256((folder / "digits.npz").read_bytes()).hexdigest()
    assert digest in text
    assert re.search(r"CC BY 4\.0", text)
    assert "scikit-learn" in text


def test_an_installed_package_brings_its_own_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a checkout the copy inside the package is used; another is not."""
    inside = tmp_path / "tinycnn" / "datasets" / "digits.py"
    monkeypatch.setattr(digits, "__file__", str(inside))
    (tmp_path / "datasets").mkdir()  # another package of that name
    packaged = tmp_path / "tinycnn" / "_datasets"
    (packaged / "digits").mkdir(parents=True)
    (packaged / "digits" / "digits.npz").write_bytes(b"")

    assert datasets_dir() == packaged


def test_a_broken_installation_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the embedded file is nowhere, the hint is to install again."""
    inside = tmp_path / "tinycnn" / "datasets" / "digits.py"
    monkeypatch.setattr(digits, "__file__", str(inside))

    with pytest.raises(DatasetError, match="embedded data sets are missing") as caught:
        datasets_dir()

    assert caught.value.hint == "reinstall tinycnn"
