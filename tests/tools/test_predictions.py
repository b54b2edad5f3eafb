"""Operators whose cycles are not as predicted are told, if they count."""

import pytest

from tinycnn.harness import OpProfile, Profile
from tools.predictions import is_off


@pytest.mark.parametrize(
    ("cycles", "predicted", "expected"),
    [
        (1000, 1140, False),
        (1000, 1160, True),
        (1000, 840, True),
        (1000, None, True),
        (10, 100, False),  # far off, but of nothing
    ],
)
def test_predictions_that_count_are_told(
    cycles: int, predicted: int | None, expected: bool
) -> None:
    """From 15 % and 1 % of the model's time."""
    operator = OpProfile(0, "MEAN", "tcnn_mean_s8_dsp", 0, cycles, predicted, 0)
    other = OpProfile(1, "ADD", "tcnn_add_s8_dsp", 0, 9000, 9000, 0)
    operators = operator, other
    profile = Profile("", "gcc", "estimated", 0, None, operators, cycles + 9000)

    assert is_off(operator, profile) == expected
