"""Small networks for microcontrollers, a family each: plain functional Keras models.

A model takes images as real values in [0, 1] and ends in class probabilities. Every
layer has a name of its own, so the same call gives the same model, names included,
whatever the process built before. Listing the names needs no TensorFlow.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from tinycnn.errors import ProjectError
from tinycnn.families import FAMILIES, KnobValue, knob_values
from tinycnn.models.saved import build_file_model
from tinycnn.models.user import build_user_model
from tinycnn.project import ModelSettings

__all__ = ["build_file_model", "build_from_settings", "build_model", "model_names"]


def model_names() -> tuple[str, ...]:
    """The names of all families, sorted.

    >>> model_names()[:3]
    ('alexnet', 'densenet', 'ds_cnn')
    """
    return tuple(FAMILIES)


def build_from_settings(
    settings: ModelSettings,
    *,
    root: Path,
    input_shape: tuple[int, int, int],
    classes: int,
    grid: tuple[int, int] | None = None,
    seed: int = 0,
) -> Any:
    """The Keras model that `[model]` of a project names, with freshly drawn weights.

    Args:
        settings: The `[model]` table.
        root: The project's folder, which `settings.build` is relative to.
        input_shape: Height, width and channels of an image.
        classes: Number of classes.
        grid: Rows and columns of the cells that have a class each; None if the image
            has.
        seed: Fixes the drawn weights; it also sets Keras' global seed.

    Raises:
        ProjectError: If the images do not suit the model, or the user's own cannot be
            built.
    """
    if settings.name is not None:
        if grid is not None:
            raise ProjectError(
                f"model '{settings.name}': expected labels for the whole image, got a "
                f"grid of {grid[0]}x{grid[1]} cells",
                hint="write a network of your own: build = 'net.py:build'",
            )
        return build_model(
            settings.name,
            input_shape=input_shape,
            classes=classes,
            seed=seed,
            **settings.knobs,
        )
    _seed_keras(seed)
    if settings.file is not None:
        return build_file_model(
            settings, root=root, input_shape=input_shape, classes=classes, grid=grid
        )
    return build_user_model(
        settings, root=root, input_shape=input_shape, classes=classes, grid=grid
    )


def build_model(
    name: str,
    *,
    input_shape: tuple[int, int, int],
    classes: int,
    seed: int = 0,
    **knobs: KnobValue,
) -> Any:
    """The Keras model called `name`, with freshly drawn weights.

    Args:
        name: One of `model_names()`.
        input_shape: Height, width and channels of an image.
        classes: Number of classes.
        seed: Fixes the drawn weights; it also sets Keras' global seed.
        knobs: Those of `tinycnn.families`; the others have their defaults.

    Raises:
        ProjectError: If there is no such model or knob, or the images do not suit it.
    """
    values = knob_values(name, knobs)
    _seed_keras(seed)
    family = import_module(f"{__name__}.{name}")
    return family.build(input_shape=input_shape, classes=classes, **values)


def _seed_keras(seed: int) -> None:
    from tinycnn.models.backend import keras

    keras.utils.set_random_seed(seed)
