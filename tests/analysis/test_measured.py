"""Predictions by a board's own probe follow the simulated board that counts by it."""

from __future__ import annotations

import pytest

from tests.compiler.models import image_model
from tinycnn.analysis.fit import analyze_tflite, find_objective
from tinycnn.analysis.measured import predict_measured
from tinycnn.boards import load_board
from tinycnn.boards.ledger import Cycles, ProbeRun, load_simulated, pace_of


def waiting(cycles: float) -> ProbeRun:
    """A board that waits for data from flash."""
    found = dict(load_simulated().cycles)
    found["flash_wait"] = Cycles(usual=found["flash_wait"].usual + cycles)
    update = {"cycles": found, "is_simulated": False, "board_id": "12ab"}
    return load_simulated().model_copy(update=update)


def test_without_a_probe_nothing_changes() -> None:
    """Nor with one that found what the model says."""
    objective = find_objective(load_board("nano33ble"))
    analysis = analyze_tflite(image_model(3), objective)

    assert predict_measured(analysis, None) is analysis
    assert predict_measured(analysis, load_simulated()).cycles == analysis.cycles


def test_a_board_that_waits_is_slower() -> None:
    """Little, as weights lie in RAM; both totals say the same."""
    objective = find_objective(load_board("nano33ble"))
    analysis = analyze_tflite(image_model(3), objective)
    slower = predict_measured(analysis, waiting(2))

    pairs = zip(slower.cycles, analysis.cycles, strict=True)
    assert all(cycles > usual for cycles, usual in pairs)
    assert 1.005 < sum(slower.cycles) / sum(analysis.cycles) < 1.05
    calls = [call.predicted_cycles or 0 for call in slower.calls]
    assert sum(calls) == pytest.approx(sum(slower.cycles), abs=len(calls))


def test_dense_layers_wait_most() -> None:
    """They read each weight once; convolutions keep theirs in RAM."""
    paces = {
        kernel: pace_of(kernel, waiting(2))
        for kernel in (
            "tcnn_conv_2d_s8_dsp",
            "all",
            "tcnn_of_tomorrow_s8",
            "tcnn_depthwise_conv_2d_s8_dsp",
            "tcnn_fully_connected_s8_dsp",
        )
    }

    convolution, usual, unknown, depthwise, dense = paces.values()
    assert 1 < convolution < usual == unknown < depthwise < dense < 2
