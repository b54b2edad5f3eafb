"""How the first layer's weights came about: the frames that training kept."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.artifacts import Film
from tinycnn.explorer.exhibit import Exhibit

__all__ = ["describe_film"]

_LARGEST = 127  # steps from zero to the largest weight


def describe_film(exhibit: Exhibit) -> tuple[dict[str, Any] | None, bytes]:
    """What is told of the frames, and all of them end to end as int8.

    Each frame is a filter after the other, rows, columns, inputs; None without a film,
    or where one is broken.
    """
    made = exhibit.made
    film = made.build.film.read_if_there() if made else None
    frames = _read(film) if film else None
    if made is None or film is None or frames is None:
        return None, b""
    step = float(np.abs(frames).max()) / _LARGEST or 1.0
    curves = made.build.float_curves.read_if_there()
    accuracies = curves.val_accuracy if curves else ()
    told = {
        "epochs": list(film.epochs),
        "filters": frames.shape[1],
        "side": list(frames.shape[2:]),
        "step": step,
        "accuracies": [
            accuracies[epoch - 1] if 0 < epoch <= len(accuracies) else None
            for epoch in film.epochs
        ],
    }
    return told, np.rint(frames / step).astype(np.int8).tobytes()


def _read(film: Film) -> NDArray[np.float32] | None:
    """Frames, filters, rows, columns, inputs; None of what is no film."""
    try:
        held = np.frombuffer(base64.b64decode(film.weights, validate=True), "<f2")
        frames = held.reshape(len(film.epochs), *film.shape).astype(np.float32)
    except ValueError:
        return None
    if frames.ndim != 5 or not frames.size or not np.isfinite(frames).all():
        return None
    return frames.transpose(0, 4, 1, 2, 3)
