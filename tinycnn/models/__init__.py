"""The zoo: small networks for microcontrollers, each a plain functional Keras model.

A model takes images as real values in [0, 1] and ends in class probabilities. Every
layer has a name of its own, so the same call gives the same model, names included,
whatever the process built before. Listing the names needs no TensorFlow.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any

from tinycnn.errors import ProjectError

__all__ = ["build_model", "check_model_name", "model_names"]

_FAMILIES = ("lenet5", "tiny_cnn")


def model_names() -> tuple[str, ...]:
    """All models of the zoo, sorted.

    >>> model_names()
    ('lenet5', 'tiny_cnn')
    """
    return _FAMILIES


def build_model(
    name: str,
    *,
    input_shape: tuple[int, int, int],
    classes: int,
    width: float = 1.0,
    seed: int = 0,
) -> Any:
    """The Keras model called `name`, with freshly drawn weights.

    Args:
        name: One of `model_names()`.
        input_shape: Height, width and channels of an image.
        classes: Number of classes.
        width: Multiplies the number of channels.
        seed: Fixes the drawn weights; it also sets Keras' global seed.

    Raises:
        ProjectError: If there is no such model or the images do not suit it.
    """
    check_model_name(name)
    if width <= 0:
        raise ProjectError(
            f"model '{name}': expected width above 0, got {width}", hint="try 1.0"
        )
    from tinycnn.models.backend import keras

    keras.utils.set_random_seed(seed)
    family = import_module(f"{__name__}.{name}")
    return family.build(input_shape=input_shape, classes=classes, width=width)


def check_model_name(name: str) -> None:
    """Return if the zoo has a model called `name`; needs no TensorFlow.

    Raises:
        ProjectError: If it has not; the hint names the nearest one.
    """
    if name in _FAMILIES:
        return
    nearest = get_close_matches(name.lower(), _FAMILIES, n=1, cutoff=0.4)
    known = f"models: {', '.join(_FAMILIES)}"
    hint = f"did you mean '{nearest[0]}'? {known}" if nearest else known
    raise ProjectError(f"model '{name}': not known", hint=hint)
