"""Whether a converter's file computes what its original does, on random images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinycnn.errors import TinycnnError, UnsupportedModelError
from tinycnn.reference.float_litert import FloatRunner

__all__ = ["check_agrees", "random_images"]

_SAMPLES = 4
# Two float32 programs that add in another order: some 1e-6 of the largest output in the
# nets tried. A wrong layout, padding or option makes it a tenth and more.
_TOLERANCE = 1e-3


def random_images(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """A few of that shape, -1 to 1."""
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (_SAMPLES, *shape)).astype(np.float32)


def check_agrees(
    content: bytes,
    images: NDArray[np.float32],
    wanted: NDArray[np.float32],
    name: str,
    tool: str,
) -> float:
    """The largest difference of a `.tflite` from its original, of the largest output.

    Args:
        content: The float `.tflite`.
        images: As it takes them, one a row.
        wanted: What the original gives, one a row.
        name: What messages call it.
        tool: Who converted it.

    Raises:
        UnsupportedModelError: If it is too large.
    """
    try:
        found = FloatRunner(content)(images)[0].reshape(len(images), -1)
    except TinycnnError as error:
        raise type(error)(f"{name}: {error}", error.hint) from error
    wanted = wanted.reshape(len(images), -1)
    difference = np.inf
    if found.shape == wanted.shape:
        size = max(float(np.max(np.abs(wanted), initial=0)), 1e-6)
        difference = float(np.max(np.abs(found - wanted), initial=0)) / size
    if not difference <= _TOLERANCE:
        raise UnsupportedModelError(
            f"{name}: expected {tool}'s file within {_TOLERANCE:g} of the original's "
            f"outputs, got {difference:.2g}",
            hint=f"{tool} converts a layer of it wrongly: change it, or export another "
            "way",
        )
    return difference
