"""Nets that give each cell of a grid a class."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinycnn.errors import ProjectError, UnsupportedModelError
from tinycnn.tasks import accuracy_of

pytestmark = pytest.mark.train

LABELS = np.random.default_rng(5).integers(0, 3, (7, 4, 6))


def test_a_batch_earns_what_it_earns_on_a_board() -> None:
    """The mean IoU in TensorFlow is that in NumPy."""
    from tinycnn.training.loss import sum_credits

    logits = np.random.default_rng(6).normal(size=(7, 4, 6, 3)).astype(np.float32)
    earned = sum_credits("segmentation", LABELS, logits, 1.0)

    assert float(earned) / 7 == pytest.approx(accuracy_of(logits, LABELS), rel=1e-5)


def test_weights_are_of_each_cell() -> None:
    """A rare class counts as much as a frequent one in all."""
    from tinycnn.training.loss import compare, truth_of

    logits = np.zeros((7, 4, 6, 3), np.float32)
    truth = truth_of("segmentation", LABELS, 3)
    plain = compare("segmentation", truth, logits)
    double = compare("segmentation", truth, logits, np.full((7, 4, 6), 2.0, np.float32))

    assert plain.numpy() == pytest.approx(np.full(7, np.log(3)), rel=1e-5)
    assert double.numpy() == pytest.approx(2 * plain.numpy())


@pytest.mark.parametrize("settings", [{"flip": True}, {"shift": 0.25}])
def test_cells_move_as_their_image_does(settings: dict[str, Any]) -> None:
    """A square of 4x4 pixels is in the cell that says so, whatever moved."""
    from tinycnn.models.backend import tf
    from tinycnn.recipe import AugmentSettings
    from tinycnn.training.augment import augmented

    rng = np.random.default_rng(0)
    cells = np.zeros((64, 4, 8), np.int64)
    for grid in cells:
        grid[rng.integers(1, 3), rng.integers(1, 7)] = 1
    images = cells.repeat(4, axis=1).repeat(4, axis=2)[..., None].astype(np.float32)
    moved, truth = augmented(
        tf.constant(images), tf.one_hot(cells, 2), AugmentSettings(**settings), (1, 2)
    )

    found = np.argwhere(truth.numpy()[..., 1] > 0.5)
    assert len(found) == 64
    assert truth.numpy().sum(axis=-1) == pytest.approx(np.ones((64, 4, 8)))
    assert (truth.numpy()[..., 1] != cells).any()
    rows, columns = np.indices((16, 32))
    for index, row, column in found.tolist():
        bright = moved.numpy()[index, ..., 0]
        centre = [(axis * bright).sum() / bright.sum() for axis in (rows, columns)]
        assert abs(centre[0] - (4 * row + 1.5)) <= 2
        assert abs(centre[1] - (4 * column + 1.5)) <= 2


def _head(shape: tuple[int, ...], activation: str | None) -> Any:
    from tinycnn.models.backend import keras

    image = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(
        shape[-1], 8 // shape[0], strides=8 // shape[0], activation=activation
    )(image)
    return keras.Model(image, x)


def test_an_end_must_suit_the_cells() -> None:
    """Its grid and its last function."""
    from tinycnn.training.head import check_head

    labels = np.zeros((3, 4, 4), np.int64)

    assert check_head(_head((4, 4, 3), "softmax"), labels) == "segmentation"
    with pytest.raises(UnsupportedModelError, match=r"expected a grid of \(4, 4\)"):
        check_head(_head((2, 2, 3), "softmax"), labels)
    with pytest.raises(UnsupportedModelError, match="as each cell has one class"):
        check_head(_head((4, 4, 3), "sigmoid"), labels)


NETWORK = """
import keras
def build(*, input_shape, classes{more}):
    image = keras.Input(input_shape)
    return keras.Model(image, keras.layers.Conv2D({filters}, 2, 2)(image))
"""


@pytest.mark.parametrize(
    ("more", "filters"), [("", "classes"), (", output_shape", "output_shape[-1]")]
)
def test_a_function_is_told_the_grid_if_it_asks(
    tmp_path: Path, more: str, filters: str
) -> None:
    """Others are called as ever; the shape is checked of both."""
    from tinycnn.models import build_from_settings
    from tinycnn.project import ModelSettings

    text = NETWORK.format(more=more, filters=filters)
    (tmp_path / "net.py").write_text(text)
    build: Callable[..., Any] = lambda grid: build_from_settings(  # noqa: E731
        ModelSettings(build="net.py:build"),
        root=tmp_path,
        input_shape=(8, 8, 1),
        classes=3,
        grid=grid,
    )

    assert build((4, 4)).output_shape == (None, 4, 4, 3)
    with pytest.raises(ProjectError, match=r"expected outputs of \(2, 2, 3\)"):
        build((2, 2))


def test_families_are_for_whole_images(tmp_path: Path) -> None:
    """In one line, with what to write."""
    from tinycnn.models import build_from_settings
    from tinycnn.project import ModelSettings

    with pytest.raises(ProjectError, match="got a grid of 4x4 cells"):
        build_from_settings(
            ModelSettings(name="lenet5"),
            root=tmp_path,
            input_shape=(28, 28, 1),
            classes=3,
            grid=(4, 4),
        )
