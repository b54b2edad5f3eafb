from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tinycnn.datasets.ranges import StoredValues, ValueRange, find_range, survey
from tinycnn.errors import DatasetError

RAMP = np.arange(256, dtype=np.uint8)


@pytest.mark.parametrize(
    "stored",
    [
        RAMP,
        RAMP.astype(np.int64),
        RAMP.astype(np.float64),
        RAMP.astype(np.float32) / 255,
        (RAMP / 255).astype(np.float16),
        RAMP.astype(np.float32) / 127.5 - 1,
        (RAMP / 255 + 1e-7).astype(np.float32),
    ],
)
def test_bytes_survive_what_people_scale_them_to(stored: NDArray[np.generic]) -> None:
    """0 to 1, -1 to 1 and 0 to 255 of any type give back the bytes they were."""
    values = find_range("x", survey(stored))

    assert np.array_equal(values.to_bytes(stored), RAMP)


@pytest.mark.parametrize(
    ("high", "white", "meaning"),
    [
        (200, 255, "255 is taken as white"),
        (900, 1_023, "taken as 10-bit, 1,023 is white"),
        (4_000, 4_095, "taken as 12-bit, 4,095 is white"),
        (16_383, 16_383, "taken as 14-bit, 16,383 is white"),
        (40_000, 65_535, "taken as 16-bit, 65,535 is white"),
    ],
)
def test_the_depth_is_the_smallest_that_holds_all(
    high: int, white: int, meaning: str
) -> None:
    """Sensors give 10 to 14 bits in files of 16."""
    for kind in ("16-bit", "uint16", "float64"):
        values = find_range("x", StoredValues(kind, 0, high, True))

        assert values == ValueRange(0, white, meaning)


def test_a_mask_of_two_values_is_black_and_white() -> None:
    """Booleans, and bytes of 0 and 1."""
    for mask in (RAMP > 99, (RAMP > 99).astype(np.uint8)):
        values = find_range("x", survey(mask))

        assert set(values.to_bytes(mask).tolist()) == {0, 255}


def test_dark_bytes_stay_bytes() -> None:
    """uint8 says what is white; only a mask of 0 and 1 does not."""
    assert find_range("x", survey(RAMP[:17])).white == 255


@pytest.mark.parametrize(
    ("stored", "got", "hint"),
    [
        (np.array([-2.1, 2.6]), "float64 from -2.1 to 2.6", "standardised or centred"),
        (np.array([-0.4, 0.5]), "float64 from -0.4 to 0.5", "standardised or centred"),
        (np.array([0, np.nan]), "float64 from nan to nan", "NaN or infinite"),
        (np.array([0, np.inf]), "float64 from 0 to inf", "NaN or infinite"),
        (np.array([-128, 127], np.int8), "int8 from -128 to 127", "if -128 is black"),
        (np.arange(17.0), "float64 from 0 to 16", "multiply them by 255 / 16"),
        (np.arange(17), "int64 from 0 to 16", "multiply them by 255 / 16"),
        (np.array([0, 300.5]), "float64 from 0 to 300.5", "with 255 as white"),
        (np.array([0, 1 << 19]), "int64 from 0 to 524,288", "with 255 as white"),
    ],
)
def test_values_of_several_meanings_are_refused(
    stored: NDArray[np.generic], got: str, hint: str
) -> None:
    """The message says what the values are, the hint why they say nothing."""
    with pytest.raises(DatasetError) as caught:
        find_range("a.npz: array 'x'", survey(stored))

    assert str(caught.value) == (
        "a.npz: array 'x': expected values from 0 to 255, 0 to 1 or -1 to 1, or whole "
        f"numbers of 10 to 16 bits, got {got}"
    )
    assert hint in str(caught.value.hint)


def test_many_images_are_scaled_as_one() -> None:
    """Work in parts changes nothing."""
    rng = np.random.Generator(np.random.PCG64(1))
    stored = rng.integers(0, 4_096, (700, 3, 3, 1))

    scaled = ValueRange(0, 4_095, "").to_bytes(stored)

    assert np.array_equal(scaled, np.floor(stored * 255 / 4_095 + 0.5))
