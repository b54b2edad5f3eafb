import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.training import training_to_kill
from tests.training.training_to_kill import STAGES, train_in_stages
from tinycnn.training.checkpoint import Checkpoint, Epoch, State

pytestmark = pytest.mark.train


def test_a_killed_training_ends_with_the_same_bits(tmp_path: Path) -> None:
    """Killed in both stages, it goes on from the last epoch to the same weights."""
    expected = train_in_stages(tmp_path / "whole")

    for stage in STAGES:
        command = [sys.executable, training_to_kill.__file__]
        command += [str(tmp_path / "torn"), stage]
        done = subprocess.run(command, cwd=Path(__file__).parents[2])
        assert done.returncode == -signal.SIGKILL
    for x, y in zip(expected, train_in_stages(tmp_path / "torn"), strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.fixture
def state() -> State:
    """A state after one epoch."""
    start = State((), -1, (), (np.arange(3.0),), (np.array(7),))
    return start.after(Epoch(1.5, 0.5, 1.0, 0.25), (np.ones(2),), (np.array(8),))


def test_a_state_is_read_as_it_was_written(tmp_path: Path, state: State) -> None:
    """Numbers keep their types, epochs their order."""
    checkpoint = Checkpoint(tmp_path / "a.checkpoint", "key")
    checkpoint.save(state)
    found = checkpoint.load()

    assert (found.epochs, found.best) == (state.epochs, 0)
    np.testing.assert_array_equal(found.best_weights, state.weights)
    assert found.optimizer[0].dtype == np.int64


@pytest.mark.parametrize("damage", ["other key", "torn", "missing"])
def test_a_file_of_no_use_is_as_good_as_none(
    tmp_path: Path, state: State, damage: str
) -> None:
    """Training then starts anew."""
    checkpoint = Checkpoint(tmp_path / "a.checkpoint", "key")
    if damage != "missing":
        Checkpoint(checkpoint.path, "key" if damage == "torn" else damage).save(state)
    if damage == "torn":
        checkpoint.path.write_bytes(checkpoint.path.read_bytes()[:-30])

    assert checkpoint.load() is None


def test_the_best_epoch_keeps_its_weights(state: State) -> None:
    """A worse epoch changes the weights to go on from, not the best ones."""
    worse = state.after(Epoch(1.0, 0.9, 2.0, 0.2), (np.zeros(2),), ())
    equal = worse.after(Epoch(1.0, 0.9, 2.0, 0.25), (np.full(2, 5.0),), ())

    assert (worse.best, equal.best) == (0, 2)
    np.testing.assert_array_equal(worse.best_weights[0], 1)
    np.testing.assert_array_equal(equal.best_weights[0], 5)
