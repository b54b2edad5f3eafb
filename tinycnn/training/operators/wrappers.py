"""Layers around a layer."""

from __future__ import annotations

from dataclasses import replace

from tinycnn.models.backend import keras
from tinycnn.training.operators.functions import READERS as FUNCTIONS
from tinycnn.training.operators.ignored import READERS as IGNORED
from tinycnn.training.operators.linear import READERS as LINEAR
from tinycnn.training.reading import Call, Place, Reading, refusal

__all__ = ["READERS"]

_layers = keras.layers
_BY_VECTOR = (_layers.Dense, _layers.Activation, _layers.ReLU, *IGNORED)


def _read_time_distributed(reading: Reading, call: Call) -> Place:
    """What computes each vector alone does so at each time."""
    inner = call.operation.layer
    if type(inner) not in _BY_VECTOR:
        raise refusal(
            call.operation,
            "a layer inside that computes each vector alone, as Dense",
            type(inner).__name__,
            "use the layer itself, or Conv1D with a kernel of 1",
        )
    reader = {**LINEAR, **FUNCTIONS, **IGNORED}[type(inner)]
    return reader(reading, replace(call, operation=inner))


READERS = {_layers.TimeDistributed: _read_time_distributed}
