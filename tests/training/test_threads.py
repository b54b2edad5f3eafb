"""Neither its cores nor its environment: the computer does not decide the weights."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tinycnn.errors import ToolchainError

pytestmark = pytest.mark.train

TRAINING = """
import hashlib, os, sys
import numpy as np
os.sched_setaffinity(0, {int(core) for core in sys.argv[1:]})
from tinycnn.datasets.dataset import Dataset, Split
from tinycnn.models import build_model
from tinycnn.recipe import TrainingSettings
from tinycnn.training.fit import train_model
rng = np.random.default_rng(0)
split = Split(rng.integers(0, 256, (512, 28, 28, 1), np.uint8), np.arange(512) % 10)
dataset = Dataset("noise", tuple("0123456789"), split, split, split)
model = build_model("lenet5", input_shape=(28, 28, 1), classes=10, seed=1)
train_model(model, dataset, TrainingSettings(epochs=1, batch_size=128), seed=1)
print(hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest())
"""


def _digest(*cores: int, **environment: str) -> str:
    """Of the weights that a process on some cores trains."""
    return subprocess.run(
        [sys.executable, "-c", TRAINING, *map(str, cores)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, **environment},
    ).stdout


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cannot choose cores")
def test_any_number_of_cores_trains_the_same_weights() -> None:
    """Nor does an environment that turns TensorFlow's fast kernels off change a bit."""
    cores = sorted(os.sched_getaffinity(0))
    expected = _digest(*cores)

    assert _digest(cores[0], TF_ENABLE_ONEDNN_OPTS="0", OMP_NUM_THREADS="1") == expected


def test_another_number_of_threads_needs_a_process_of_its_own() -> None:
    """TensorFlow takes it once; to train with another would give other weights."""
    from tinycnn.models.backend import pin_threads, tf

    tf.zeros(1)  # starts TensorFlow
    pin_threads(2)
    with pytest.raises(ToolchainError, match="expected 3 threads, got 2") as caught:
        pin_threads(3)
    assert caught.value.hint == "train in a process of its own, as tinycnn train does"


def test_a_process_that_used_tensorflow_may_look_but_not_train() -> None:
    """Importing is no fault; training would give the weights of this computer."""
    code = """
import tensorflow as tf
tf.zeros(1)
from tinycnn.errors import ToolchainError
from tinycnn.models.backend import pin_threads
try:
    pin_threads(2)
except ToolchainError as error:
    print(error)
"""
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert found.stdout == "tensorflow: expected 2 threads, got one a core\n"
