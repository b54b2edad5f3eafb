"""Weights on disk: a plain `.npz`, in the order of a model's weights.

The architecture is not stored: build the model again with the same arguments, rewrite
it with `quantize_model` if it was a twin, then load. Files of Keras' own formats are
never read, as they can hold code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.errors import InvalidModelError
from tinycnn.files import make_way, reading, writing

__all__ = ["load_weights", "read_arrays", "read_weights", "save_weights"]
__all__ += ["write_arrays"]

_MAX_BYTES = 1 << 32


def save_weights(model: Any, path: Path) -> None:
    """Write the weights of `model` to `path`, whole or not at all."""
    write_arrays(path, {_key(i): w for i, w in enumerate(model.get_weights())})


def write_arrays(path: Path, arrays: dict[str, Any]) -> None:
    """Write an `.npz` file, whole or not at all."""
    make_way(path)
    with writing(path) as stream:
        np.savez(stream, **arrays)


def load_weights(model: Any, path: Path) -> None:
    """Give `model` the weights that `save_weights` wrote to `path`.

    Raises:
        InvalidModelError: If the file is broken or belongs to another architecture.
    """
    expected = [weight.shape for weight in model.get_weights()]
    weights = read_weights(path)
    found = [weight.shape for weight in weights]
    if found != expected:
        raise InvalidModelError(
            f"weights {path}: expected {len(expected)} arrays as in model "
            f"'{model.name}', got {len(found)} of other shapes",
            hint="delete it and run tinycnn build",
        )
    model.set_weights(weights)


def read_weights(path: Path) -> list[NDArray[np.float32]]:
    """The arrays that `save_weights` wrote to `path`, in a model's order.

    Raises:
        InvalidModelError: If the file is broken.
    """
    try:
        arrays = read_arrays(path)
        return [np.asarray(arrays[_key(i)], np.float32) for i in range(len(arrays))]
    except Exception as error:  # of many kinds: zipfile and numpy trust their input
        raise InvalidModelError(
            f"weights {path}: expected an .npz file of weights, "
            f"got {type(error).__name__}: {error}",
            hint="delete it and run tinycnn build",
        ) from error


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """What `write_arrays` wrote; of a file that is not whole anything is raised."""
    with (
        reading(path, max_bytes=_MAX_BYTES) as stream,
        np.load(stream, allow_pickle=False) as archive,
    ):
        return dict(archive.items())


def _key(index: int) -> str:
    return f"weight_{index:04}"
