"""Keras models in files: read without running code that a file brings.

Keras' safe mode refuses what holds code; here that is told beforehand, by the layers'
names. What is read becomes one graph of Keras' own layers, with its weights.
"""

from __future__ import annotations

from typing import Any

from tinycnn.errors import UnsupportedModelError
from tinycnn.files import scratch_folder

__all__ = ["model_to_bytes", "read_saved_model"]


def read_saved_model(data: bytes, name: str) -> Any:
    """The Keras model in the bytes of a `.keras` file.

    Args:
        data: The file.
        name: What messages call it.

    Raises:
        UnsupportedModelError: If it holds code or layers that are not Keras'.
    """
    from tinycnn.models.backend import keras

    with scratch_folder() as folder:
        path = folder / "net.keras"
        path.write_bytes(data)
        try:
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:  # Keras raises whatever it met
            raise _refusal(name, error) from error


def model_to_bytes(model: Any) -> bytes:
    """A Keras model as a `.keras` file."""
    with scratch_folder() as folder:
        path = folder / "net.keras"
        model.save(path)
        return path.read_bytes()


def _refusal(name: str, error: Exception) -> UnsupportedModelError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return UnsupportedModelError(
        f"{name}: cannot be loaded by Keras 3: {reason}",
        hint="build it with Keras' own layers, and save it again as .keras",
    )
