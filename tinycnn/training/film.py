"""The first layer's weights, epoch by epoch, to be looked at: a film of bounded size.

It is part of a training's state, so that a training that was stopped has all of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_BYTES", "Film", "first_filters"]

MOST_BYTES = 500_000
_MOST_FRAMES = 60
_FEWEST_FRAMES = 4  # a larger layer shows some of its filters


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """Frames of one shape.

    Attributes:
        epochs: After which epoch each is, in order; 0 is before the first.
        frames: The weights, float16: rows, columns, inputs, outputs.
    """

    epochs: tuple[int, ...] = ()
    frames: tuple[NDArray[np.float16], ...] = ()

    def add(self, epoch: int, weights: NDArray[Any] | None) -> Film:
        """One frame more; where it becomes too long, every second of the old ones goes.

        The first stays, and the one that is added. None adds nothing.
        """
        if weights is None:
            return self
        frame = _cut(weights.astype(np.float16))
        most = min(_MOST_FRAMES, MOST_BYTES // max(1, frame.nbytes))
        kept = slice(None) if len(self.frames) < most else slice(None, None, 2)
        return Film((*self.epochs[kept], epoch), (*self.frames[kept], frame))

    def then(self, later: Film, epochs: int) -> Film:
        """This one and a later one, whose epochs begin after so many.

        Only the later one where the layer has become another.
        """
        shapes = {frame.shape for frame in (*self.frames, *later.frames)}
        pairs = zip(later.epochs, later.frames, strict=True)
        film = self if len(shapes) == 1 else Film()
        start = 1 if film.frames else 0  # its first frame is the last of the one before
        for epoch, frame in [*pairs][start:]:
            film = film.add(epochs + epoch, frame)
        return film


def _cut(frame: NDArray[np.float16]) -> NDArray[np.float16]:
    """As many of the filters, outputs last, as a frame has room for."""
    one = frame[..., :1].nbytes
    return frame[..., : max(1, MOST_BYTES // _FEWEST_FRAMES // max(1, one))]


def first_filters(layers: Iterable[Any]) -> NDArray[Any] | None:
    """The weights of the first convolution; None of a network without one.

    Of a depthwise one each filter has one input.
    """
    for layer in layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is None or len(kernel.shape) != 4:
            continue
        weights = np.asarray(kernel)
        if not hasattr(layer, "depth_multiplier"):
            return weights
        return weights.reshape(*weights.shape[:2], 1, -1)
    return None
