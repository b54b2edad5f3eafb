"""The film of the first layer: bounded, whole after a stop, of one shape."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tinycnn.training.checkpoint import Checkpoint, Epoch, State
from tinycnn.training.film import MOST_BYTES, Film, first_filters


def _film(epochs: int, shape: tuple[int, ...] = (3, 3, 1, 2)) -> Film:
    film = Film()
    for epoch in range(epochs):
        film = film.add(epoch, np.full(shape, epoch))
    return film


@pytest.mark.parametrize("shape", [(3, 3, 1, 2), (7, 7, 64, 64)])
def test_a_film_is_bounded(shape: tuple[int, ...]) -> None:
    """It begins with the first frame and ends with the last, in order."""
    film = _film(200, shape)

    assert film.epochs[0] == 0
    assert film.epochs[-1] == 199
    assert list(film.epochs) == sorted(set(film.epochs))
    assert 3 <= len(film.frames) <= 61
    assert sum(frame.nbytes for frame in film.frames) <= MOST_BYTES * 5 / 4
    for epoch, frame in zip(film.epochs, film.frames, strict=True):
        assert (frame == epoch).all()


def test_phases_follow_each_other() -> None:
    """The later one's first frame is there already; another shape begins anew."""
    film = _film(3).then(_film(4), 2)
    assert film.epochs == (0, 1, 2, 3, 4, 5)
    other = _film(3).then(_film(2, (3, 3, 1, 1)), 2)
    assert other.epochs == (2, 3)
    assert other.frames[0].shape == (3, 3, 1, 1)
    assert Film().then(Film(), 5).epochs == ()


def test_a_state_keeps_its_film(tmp_path: Path) -> None:
    """Epoch by epoch, through a file; one that was written without has none."""
    checkpoint = Checkpoint(tmp_path / "a.checkpoint", "key")
    state = State((), -1, (), (), (), Film().add(0, np.zeros((3, 3, 1, 2))))
    for _ in range(2):
        checkpoint.save(state)
        found = checkpoint.load()
        assert found is not None
        state = found.after(Epoch(1, 1, 1, 1), (), (), np.ones((3, 3, 1, 2)))

    assert state.film.epochs == (0, 1, 2)
    assert [float(f.max()) for f in state.film.frames] == [0, 1, 1]
    checkpoint.save(State((), -1, (), (), ()))
    found = checkpoint.load()
    assert found is not None
    assert found.film.frames == ()


def test_the_first_convolution_is_filmed() -> None:
    """A depthwise one has filters of one input; a dense layer is none."""
    dense = SimpleNamespace(kernel=np.zeros((4, 2)))
    kernel = np.arange(18.0).reshape(3, 3, 2, 1)
    plain = SimpleNamespace(kernel=kernel)
    deep = SimpleNamespace(kernel=kernel, depth_multiplier=1)

    assert first_filters([SimpleNamespace(), dense]) is None
    assert first_filters([dense, plain, deep]) is kernel
    found = first_filters([deep])
    assert found is not None
    assert found.shape == (3, 3, 1, 2)
    assert found.tolist() == kernel.transpose(0, 1, 3, 2).tolist()
