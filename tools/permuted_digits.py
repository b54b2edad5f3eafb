"""Train a convolution and a dense network on digits and on permuted digits.

    python -m tools.permuted_digits

Prints accuracies on test images, which the explorer's lab tells
(`web/src/lab/buys/permuting.tsx`). All four see the same images in the
same order; where they are permuted, all pixels of all images are in one other order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinycnn.datasets import load_dataset
from tinycnn.models.backend import keras
from tinycnn.project import DatasetSettings
from tinycnn.recipe import AugmentSettings, TrainingSettings
from tinycnn.training.fit import evaluate, train_model

_SEED = 1
_RECIPE = TrainingSettings(epochs=60, augment=AugmentSettings())


def main() -> None:
    """Print a line for each network."""
    dataset = load_dataset(DatasetSettings(name="digits"), seed=_SEED)
    mixed = _permuted(dataset)
    for name, build in (("convolution", _convolution), ("dense", _dense)):
        scores = []
        for images in (dataset, mixed):
            keras.utils.set_random_seed(_SEED)
            model = build()
            train_model(model, images, _RECIPE, seed=_SEED)
            scores.append(evaluate(model, images.test))
        weights = model.count_params()
        print(
            f"{name} ({weights:,} weights): {scores[0]:.2%}, permuted {scores[1]:.2%}"
        )


def _permuted(dataset: Any) -> Any:
    from dataclasses import replace

    order = np.random.default_rng(_SEED).permutation(64)

    def mix(split: Any) -> Any:
        flat = split.images.reshape(len(split), 64)[:, order]
        return replace(split, images=flat.reshape(split.images.shape))

    return replace(
        dataset,
        train=mix(dataset.train),
        validation=mix(dataset.validation),
        test=mix(dataset.test),
    )


def _convolution() -> Any:
    layers = keras.layers
    image = keras.Input((8, 8, 1))
    x = layers.Conv2D(16, 3, activation="relu", padding="same")(image)
    x = layers.Conv2D(24, 3, activation="relu", padding="same")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(32, 3, activation="relu", padding="same")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(10)(x)
    return keras.Model(image, layers.Softmax()(x))


def _dense() -> Any:
    layers = keras.layers
    image = keras.Input((8, 8, 1))
    x = layers.Flatten()(image)
    x = layers.Dense(96, activation="relu")(x)
    x = layers.Dense(48, activation="relu")(x)
    x = layers.Dense(10)(x)
    return keras.Model(image, layers.Softmax()(x))


if __name__ == "__main__":
    main()
