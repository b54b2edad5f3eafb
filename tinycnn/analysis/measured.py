"""Predicted cycles by what a board's own probe found, in the place of the model's."""

from __future__ import annotations

from dataclasses import replace

from tinycnn.analysis.fit import Analysis, Call
from tinycnn.boards.ledger import ProbeRun, pace_of

__all__ = ["predict_measured"]


def predict_measured(analysis: Analysis, run: ProbeRun | None) -> Analysis:
    """The same analysis, its cycles predicted for the board of `run`; None: as it is.

    All calls of an operator have the pace of the kernel that is named for it.
    """
    if run is None:
        return analysis
    cycles = [
        round(cycles * pace_of(kernel, run))
        for kernel, cycles in zip(analysis.kernels, analysis.cycles, strict=True)
    ]
    calls = tuple(
        _predict(call, pace_of(analysis.kernels[call.step], run))
        for call in analysis.calls
    )
    return replace(analysis, cycles=tuple(cycles), calls=calls)


def _predict(call: Call, pace: float) -> Call:
    if call.predicted_cycles is None:
        return call
    return replace(call, predicted_cycles=round(call.predicted_cycles * pace))
