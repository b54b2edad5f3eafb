import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tinycnn.training.checkpoint import Checkpoint, Epoch, State

pytestmark = pytest.mark.train

# Trains to the end, or kills itself before the third epoch; saves the weights.
TRAIN = """
import os, signal, sys
from pathlib import Path
import numpy as np
from tinycnn.datasets.dataset import Dataset, Split
from tinycnn.models.backend import keras
from tinycnn.recipe import TrainingSettings
from tinycnn.training.checkpoint import Checkpoint
from tinycnn.training.fit import Hooks, train_model
from tinycnn.training.quantize import fine_tune, quantize_model
from tinycnn.training.weights import save_weights

checkpoint, result, killed = sys.argv[1:]
rng = np.random.default_rng(0)
split = Split(rng.integers(0, 256, (64, 8, 8, 1), np.uint8), np.arange(64) % 4)
dataset = Dataset("noise", tuple("abcd"), split, split, split)
augment = {"rotate": 9.0, "mixup": 0.2}
recipe = TrainingSettings(epochs=4, batch_size=16, augment=augment)
keras.utils.set_random_seed(1)
model = keras.Sequential([
    keras.Input((8, 8, 1)),
    keras.layers.Conv2D(4, 3),
    keras.layers.BatchNormalization(),
    keras.layers.ReLU(),
    keras.layers.Dropout(0.3),
    keras.layers.Flatten(),
    keras.layers.Dense(4),
])

def before_epoch(number):
    if number == 3 and stage == killed:
        os.kill(os.getpid(), signal.SIGKILL)

def hooks():
    path = Path(f"{checkpoint}.{stage}")
    return Hooks(before_epoch=before_epoch, checkpoint=Checkpoint(path, "key"))

stage = "float"
train_model(model, dataset, recipe, seed=1, hooks=hooks())
stage = "twin"
twin = quantize_model(model)
fine_tune(twin, dataset, recipe, seed=1, hooks=hooks())
save_weights(twin, Path(result))
"""


def _run(folder, name, *, killed=""):
    paths = [str(folder / name), str(folder / "result.npz")]
    command = [sys.executable, "-c", TRAIN, *paths, killed]
    return subprocess.run(command, cwd=Path(__file__).parents[2]).returncode


def test_a_killed_training_ends_with_the_same_bits(tmp_path):
    """Killed in both stages, it goes on from the last epoch to the same weights."""
    assert _run(tmp_path, "whole") == 0
    expected = np.load(tmp_path / "result.npz")

    assert _run(tmp_path, "torn", killed="float") == -signal.SIGKILL
    assert _run(tmp_path, "torn", killed="twin") == -signal.SIGKILL
    assert _run(tmp_path, "torn") == 0
    found = np.load(tmp_path / "result.npz")
    assert expected.files == found.files
    for name in expected.files:
        np.testing.assert_array_equal(expected[name], found[name])


@pytest.fixture
def state():
    """A state after one epoch."""
    start = State((), -1, (), (np.arange(3.0),), (np.int64(7),))
    return start.after(Epoch(1.5, 0.5, 1.0, 0.25), (np.ones(2),), (np.int64(8),))


def test_a_state_is_read_as_it_was_written(tmp_path, state):
    """Numbers keep their types, epochs their order."""
    checkpoint = Checkpoint(tmp_path / "a.checkpoint", "key")
    checkpoint.save(state)
    found = checkpoint.load()

    assert (found.epochs, found.best) == (state.epochs, 0)
    np.testing.assert_array_equal(found.best_weights, state.weights)
    assert found.optimizer[0].dtype == np.int64


@pytest.mark.parametrize("damage", ["other key", "torn", "missing"])
def test_a_file_of_no_use_is_as_good_as_none(tmp_path, state, damage):
    """Training then starts anew."""
    checkpoint = Checkpoint(tmp_path / "a.checkpoint", "key")
    if damage != "missing":
        Checkpoint(checkpoint.path, "key" if damage == "torn" else damage).save(state)
    if damage == "torn":
        checkpoint.path.write_bytes(checkpoint.path.read_bytes()[:-30])

    assert checkpoint.load() is None


def test_the_best_epoch_keeps_its_weights(state):
    """A worse epoch changes the weights to go on from, not the best ones."""
    worse = state.after(Epoch(1.0, 0.9, 2.0, 0.2), (np.zeros(2),), ())
    equal = worse.after(Epoch(1.0, 0.9, 2.0, 0.25), (np.full(2, 5.0),), ())

    assert (worse.best, equal.best) == (0, 2)
    np.testing.assert_array_equal(worse.best_weights[0], 1)
    np.testing.assert_array_equal(equal.best_weights[0], 5)
