"""A profile becomes bars."""

from __future__ import annotations

from typing import Any

from tinycnn.harness import OpProfile, Profile
from tinycnn.report.profile import draw_profile

CONV = OpProfile(1, "CONV_2D", "tcnn_conv_2d_s8", 600, 1200, None, 96)
POOL = OpProfile(3, "MAX_POOL_2D", "tcnn_max_pool_2d_s8", 0, 300, None, 40)


def draw(*operators: OpProfile, clock_hz: int = 64_000_000) -> Any:
    """The chart of some operators."""
    method = "estimated (Cortex-M4 cycle model)"
    return draw_profile(Profile("", "sim", method, clock_hz, True, operators, 1500))


def test_bars_are_as_long_as_their_cycles() -> None:
    """The operator that takes the most has the longest bar."""
    conv, pool = draw(CONV, POOL).bars

    assert float(conv.width) == 4 * float(pool.width)
    assert (conv.label, pool.label) == ("1 CONV_2D", "3 MAX_POOL_2D")
    assert conv.text == "1,200, 2.00 a MAC, 80.00 %"
    assert pool.text == "300, 20.00 %"
    assert conv.title.splitlines() == ["tcnn_conv_2d_s8", conv.text, "stack 96 bytes"]


def test_headline_says_how_it_was_found() -> None:
    """Estimates are never shown without that word; without a clock there is no time."""
    known, unknown = draw(CONV, POOL), draw(CONV, POOL, clock_hz=0)

    assert known.headline == (
        "1,500 cycles, 0.02 ms at 64 MHz on sim: estimated (Cortex-M4 cycle model)"
    )
    assert unknown.headline == "1,500 cycles on sim: estimated (Cortex-M4 cycle model)"


def test_a_prediction_is_a_mark_on_the_same_axis() -> None:
    """It may lie beyond every bar; operators without one have no mark."""
    predicted = OpProfile(1, "CONV_2D", "tcnn_conv_2d_s8_dsp", 600, 1200, 1500, 96)
    chart = draw(predicted, POOL)
    conv, pool = chart.bars
    mark = float(conv.predicted) - chart.left

    assert (chart.has_prediction, pool.predicted) == (True, None)
    assert abs(mark / float(conv.width) - 1500 / 1200) < 0.001
    assert conv.title.splitlines()[-1] == "predicted 1,500"
    assert not draw(CONV).has_prediction


def test_a_model_without_kernel_calls_has_no_bars() -> None:
    """Nothing is divided by nothing."""
    assert draw().bars == ()
