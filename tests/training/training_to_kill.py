"""Trains a network and its twin; as a program it kills itself on the way.

python training_to_kill.py CHECKPOINT STAGE
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tinycnn.datasets.dataset import Dataset, Split
from tinycnn.recipe import AugmentSettings, TrainingSettings

STAGES = ("float", "twin")
_KILLED_IN = 2  # the number of the epoch


def train_in_stages(checkpoint: Path, killed: Any = None) -> list[np.ndarray]:
    """The weights after both stages, and the first one's film.

    `killed` names the stage in which to die.
    """
    from tinycnn.training.checkpoint import Checkpoint
    from tinycnn.training.fit import Hooks, train_model
    from tinycnn.training.quantize import fine_tune, quantize_model

    def hooks(stage: str) -> Any:
        def before_epoch(number: int) -> None:
            if (stage, number) == (killed, _KILLED_IN):
                os.kill(os.getpid(), signal.SIGKILL)

        path = checkpoint.with_suffix(f".{stage}")
        return Hooks(before_epoch=before_epoch, checkpoint=Checkpoint(path, "key"))

    rng = np.random.default_rng(0)
    split = Split(rng.integers(0, 256, (64, 8, 8, 1), np.uint8), np.arange(64) % 4)
    dataset = Dataset("noise", tuple("abcd"), split, split, split)
    augment = AugmentSettings(rotate=9.0, mixup=0.2)
    recipe = TrainingSettings(epochs=3, batch_size=16, augment=augment)
    model = _network()
    first = train_model(model, dataset, recipe, seed=1, hooks=hooks("float"))
    assert first.film.epochs == (0, 1, 2, 3)
    twin = quantize_model(model)
    fine_tune(twin, dataset, recipe, seed=1, hooks=hooks("twin"))
    return [*twin.get_weights(), *first.film.frames]


def _network() -> Any:
    """Everything that has a state: weights, averages, random numbers of a dropout."""
    from tinycnn.models.backend import keras

    keras.utils.set_random_seed(1)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(4),
        ]
    )


if __name__ == "__main__":
    train_in_stages(Path(sys.argv[1]), sys.argv[2])
