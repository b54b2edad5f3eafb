"""Starts a network from what another has learned, its head first.

In: a freshly drawn model and the weights of another of the same layers, up to an end
that differs, as with another number of classes. Out: the model, trained in two phases:
first the layers that are new, then all of them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import Any

from numpy.typing import NDArray

from tinycnn.datasets.dataset import Dataset
from tinycnn.errors import ProjectError
from tinycnn.models.backend import captured_stderr, keras
from tinycnn.names import did_you_mean
from tinycnn.recipe import TrainingSettings, TransferSettings
from tinycnn.training.fit import Hooks, train_model

__all__ = ["adopt_weights", "imagenet_weights", "train_head"]

_IMAGENET_WIDTHS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)
_MOBILENET_ARRAYS = 260  # of weights, at any width


def adopt_weights(model: Any, weights: Sequence[NDArray[Any]]) -> int:
    """Give `model` the first of `weights`, as many as fit; returns how many layers did.

    Raises:
        ProjectError: If not even the first layer with weights fits.
    """
    taken, adopted = 0, 0
    for layer in model.layers:
        own = layer.weights
        found = weights[taken : taken + len(own)]
        if [w.shape for w in found] != [tuple(w.shape) for w in own]:
            break
        layer.set_weights(found)
        taken += len(own)
        adopted += 1
    if taken == 0:
        raise ProjectError(
            f"model '{model.name}': expected to start with the layers of the network "
            "it is transferred from, got others",
            hint="use the same model, width and channels of images in both projects",
        )
    return adopted


def imagenet_weights(model: Any) -> list[NDArray[Any]]:
    """Keras' weights of MobileNetV2, for images in [0, 1], that suit `model`.

    Raises:
        ProjectError: If it starts like no width of MobileNetV2 that Keras has weights
            for, or they cannot be downloaded.
    """
    shape = tuple(model.inputs[0].shape[1:])
    found = [tuple(w.shape) for w in model.weights]
    for alpha in _IMAGENET_WIDTHS if len(found) > _MOBILENET_ARRAYS else ():
        options = {"input_shape": shape, "alpha": alpha, "include_top": False}
        expected = keras.applications.MobileNetV2(weights=None, **options).weights
        if found[: len(expected)] == [tuple(w.shape) for w in expected]:
            return _for_unit_images(_download(options))
    raise ProjectError(
        f"model '{model.name}': expected the layers of Keras' MobileNetV2 to start "
        "from imagenet, got others",
        hint="use keras.applications.MobileNetV2 in a model of your own",
    )


def _download(options: dict[str, Any]) -> list[NDArray[Any]]:
    """Keras keeps what it downloads, and checks it, in a cache of its own."""
    try:
        with captured_stderr(), redirect_stdout(io.StringIO()):
            model = keras.applications.MobileNetV2(weights="imagenet", **options)
    except Exception as error:  # of the network or the file, in many types
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ProjectError(
            f"imagenet: expected to download Keras' weights, got '{lines[0]}'",
            hint="check the network",
        ) from error
    weights: list[NDArray[Any]] = model.get_weights()
    return weights


def _for_unit_images(weights: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """Weights for images in [0, 1] instead of [-1, 1].

    The second to fifth are the first convolution's normalization. At the border, where
    padding is black now and was grey, the outputs differ.
    """
    kernel, gamma, beta, mean, variance = weights[:5]
    mean = mean + kernel.sum(axis=(0, 1, 2))
    return [2 * kernel, gamma, beta, mean, variance, *weights[5:]]


def train_head(
    model: Any,
    adopted: int,
    dataset: Dataset,
    recipe: TrainingSettings,
    *,
    seed: int,
    hooks: Hooks,
) -> None:
    """Train `model` with its first layers frozen.

    Where all layers have weights of the other network, and none is named, none is new
    and nothing happens.

    Args:
        model: Has weights of another network.
        adopted: How many of its layers have.
        dataset: What to learn from.
        recipe: How to train the head; what is frozen is in its `transfer`.
        seed: As for `train_model`.
        hooks: As for `train_model`.

    Raises:
        ProjectError: If there is no layer of the name, or nothing is left to train.
    """
    transfer = recipe.transfer or TransferSettings(source="")
    if transfer.freeze is None and adopted == len(model.layers):
        return
    frozen = model.layers[: _count_frozen(model, adopted, transfer.freeze)]
    were_trainable = [layer.trainable for layer in frozen]
    for layer in frozen:
        layer.trainable = False
    try:
        if not model.trainable_variables:
            raise ProjectError(
                "training.transfer: no layer is left to train after "
                f"'{frozen[-1].name}'",
                hint="freeze an earlier layer",
            )
        train_model(model, dataset, recipe, seed=seed, hooks=hooks)
    finally:
        for layer, was_trainable in zip(frozen, were_trainable, strict=True):
            layer.trainable = was_trainable


def _count_frozen(model: Any, adopted: int, last: str | None) -> int:
    names = [layer.name for layer in model.layers]
    if last is None:
        return adopted
    if last not in names:
        raise ProjectError(
            f"training.transfer.freeze: no layer '{last}' in model '{model.name}'",
            hint=f"{did_you_mean(last, names)} its layers: {', '.join(names)}".lstrip(),
        )
    return names.index(last) + 1
