"""Where wrong numbers are is said in the fewest words that fit them all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tinycnn.harness.reasons.pattern import find_region


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (np.s_[0, :, :, 3], "in channel 3"),
        (np.s_[0, :, -1, :], "in the last column"),
        (np.s_[0, 0, :, :], "in the first row"),
        (np.s_[0, -1, :, 2], "in channel 2, in the last row"),
        (np.s_[0, :, :, 4:], "in the channels from 4 on"),
        (np.s_[0, :, :, 1::2], "in odd channels"),
        (np.s_[0, :, :, 1::4], "in every fourth channel, 1 and so on"),
        (np.s_[0, 2:4, 1:3, :], "in rows 2 to 3, in columns 1 to 2"),
        (np.s_[0, [0, -1], 1:3, :], "in columns 1 to 2, at the border of the image"),
        (np.s_[:], ""),
    ],
)
def test_a_region_has_its_words(index: Any, words: str) -> None:
    """For an image of 5 rows, 4 columns and 6 channels."""
    differs = np.zeros((1, 5, 4, 6), np.bool_)
    differs[index] = True
    found = find_region(differs)

    assert found.words == words
    assert not (differs & ~found.mask).any()
