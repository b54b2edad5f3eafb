"""Weights on disk: a plain `.npz`, in the order of a model's weights.

The architecture is not stored: build the model again with the same arguments, rewrite
it with `quantize_model` if it was a twin, then load. Files of Keras' own formats are
never read, as they can hold code.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.errors import InvalidModelError
from tinycnn.files import writing

__all__ = ["load_weights", "read_weights", "save_weights", "write_arrays"]


def save_weights(model: Any, path: Path) -> None:
    """Write the weights of `model` to `path`, whole or not at all."""
    write_arrays(path, {_key(i): w for i, w in enumerate(model.get_weights())})


def write_arrays(path: Path, arrays: dict[str, Any]) -> None:
    """Write an `.npz` file, whole or not at all."""
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
            hint="train the model again",
        )
    model.set_weights(weights)


def read_weights(path: Path) -> list[NDArray[np.float32]]:
    """The arrays that `save_weights` wrote to `path`, in a model's order.

    Raises:
        InvalidModelError: If the file is broken.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            keys = [_key(i) for i in range(len(archive.files))]
            return [np.asarray(archive[key], np.float32) for key in keys]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InvalidModelError(
            f"weights {path}: expected an .npz file of weights, got {error}",
            hint="train the model again",
        ) from error


def _key(index: int) -> str:
    return f"weight_{index:04}"
