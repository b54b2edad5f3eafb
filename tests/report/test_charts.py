"""Training curves become points on shared axes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinycnn.artifacts import Curves
from tinycnn.report import Report
from tinycnn.report.charts import draw_curves, make_ticks


def test_phases_share_one_axis(report: Report) -> None:
    """Epochs count on through all phases, and the second phase begins at a border."""
    loss, _ = draw_curves(report.curves)
    first, second = loss.phases

    assert (first.name, first.epochs, first.shaded) == ("float", "1\u20132", False)
    assert (second.name, second.epochs, second.shaded) == ("fake-quantized", "3", True)
    assert float(first.x) + float(first.width) == pytest.approx(
        float(second.x), abs=0.1
    )
    assert [dot.title for dot in loss.series[0].dots] == [
        "epoch 1, training: 2",
        "epoch 2, training: 1",
        "epoch 3, training: 0.9",
    ]


def test_training_and_validation_are_both_drawn(report: Report) -> None:
    """Each series has one line a phase; accuracy is in per cent."""
    _, accuracy = draw_curves(report.curves)
    training, validation = accuracy.series

    assert (training.name, validation.name) == ("training", "validation")
    assert [line.count(",") for line in validation.lines] == [2, 1]
    assert validation.dots[-1].title == "epoch 3, validation: 75.00 %"
    assert accuracy.description == "last epoch: training 85.00 %, validation 75.00 %"


def test_points_lie_inside_the_plot(report: Report) -> None:
    """Nothing is drawn outside the axes, and a greater loss is drawn higher."""
    loss, _ = draw_curves(report.curves)
    dots = [dot for series in loss.series for dot in series.dots]

    assert all(loss.left < float(dot.x) < loss.right for dot in dots)
    assert all(loss.top <= float(dot.y) <= loss.bottom for dot in dots)
    assert float(loss.series[1].dots[0].y) < float(loss.series[0].dots[0].y)


def test_losses_that_are_not_finite_are_left_out() -> None:
    """A diverged training still has a chart."""
    curve = Curves((1.0, math.nan), (0.5, 0.5), (math.inf, 2.0), (0.5, 0.5), 0.5)
    loss, _ = draw_curves({"float": curve})

    assert [len(series.dots) for series in loss.series] == [1, 1]


def test_no_epoch_no_chart() -> None:
    """A model that was not trained here has no curves."""
    assert draw_curves({}) == ()
    assert draw_curves({"float": Curves((), (), (), (), 0.5)}) == ()


@given(
    st.floats(-1e6, 1e6),
    st.floats(0.01, 1e6),
)
def test_ticks_span_the_values(low: float, span: float) -> None:
    """Ticks are few, rise evenly, and begin below and end above the values."""
    ticks = make_ticks(low, low + span)
    step = ticks[1] - ticks[0]

    assert 2 <= len(ticks) <= 8
    assert ticks[0] <= low + 1e-6 * step
    assert ticks[-1] >= low + span - 1e-6 * step


def test_ticks_of_a_constant() -> None:
    """Equal values still make an axis."""
    assert make_ticks(0, 0) == (0.0, 0.2)
    assert make_ticks(100, 100) == (100.0, 120.0)
    assert make_ticks(100 - 1e-13, 100) == (100.0, 120.0)
