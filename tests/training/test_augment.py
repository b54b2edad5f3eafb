from typing import Any

import numpy as np
import pytest

from tinycnn.recipe import AugmentSettings

pytestmark = pytest.mark.train


def _varied(
    images: np.ndarray, step: int = 0, truth: np.ndarray | None = None, **settings: Any
) -> tuple[np.ndarray, ...]:
    """Images, and what became of their classes if they had any."""
    from tinycnn.models.backend import tf
    from tinycnn.training.augment import augmented

    truth = np.zeros((len(images), 2), np.float32) if truth is None else truth
    found = augmented(
        tf.constant(images), tf.constant(truth), AugmentSettings(**settings), (1, step)
    )
    return tuple(tensor.numpy() for tensor in found)


@pytest.fixture
def noise() -> np.ndarray:
    """Images of noise."""
    return np.random.default_rng(0).random((64, 8, 8, 3), np.float32)


def test_warped_images_stay_in_place_on_average() -> None:
    """They differ from each other but stay centred and in range."""
    batch = np.zeros((400, 28, 28, 1), np.float32)
    batch[:, 10:18, 10:18] = 1
    limits: dict[str, Any] = {"shift": 0.1, "rotate": 20.0, "zoom": 0.1, "shear": 10.0}
    moved, _ = _varied(batch, flip=True, **limits)

    mean = moved.mean(axis=0)[..., 0]
    rows, columns = np.mgrid[:28, :28]
    assert (moved.min(), moved.max()) == (0, pytest.approx(1))
    assert (mean * rows).sum() / mean.sum() == pytest.approx(13.5, abs=0.2)
    assert (mean * columns).sum() / mean.sum() == pytest.approx(13.5, abs=0.2)
    assert moved.std(axis=0).max() > 0.2


def test_without_settings_nothing_changes(noise: np.ndarray) -> None:
    """Every key is off by default."""
    np.testing.assert_array_equal(_varied(noise)[0], noise)


def test_same_seed_and_step_give_the_same_images(noise: np.ndarray) -> None:
    """Another step gives others."""
    settings: dict[str, Any] = {
        "flip": True,
        "rotate": 9.0,
        "contrast": 0.5,
        "mixup": 0.3,
    }
    a, b, c = (_varied(noise, step, **settings)[0] for step in (3, 3, 4))

    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


def test_flip_mirrors_about_every_other_image(noise: np.ndarray) -> None:
    """Left becomes right, exactly, or the image is as it was."""
    flipped, _ = _varied(noise, flip=True)

    mirrored = (flipped == noise[:, :, ::-1]).all(axis=(1, 2, 3))
    same = (flipped == noise).all(axis=(1, 2, 3))
    assert (mirrored != same).all()
    assert 20 < mirrored.sum() < 44


def test_shift_alone_moves_whole_pixels(noise: np.ndarray) -> None:
    """No value is interpolated, none moves farther than the limit."""
    moved, _ = _varied(noise, shift=0.25)

    padded = np.pad(noise, ((0, 0), (2, 2), (2, 2), (0, 0)))
    for image, source in zip(moved, padded, strict=True):
        windows = [source[i : i + 8, j : j + 8] for i in range(5) for j in range(5)]
        assert any(np.array_equal(image, window) for window in windows)


def test_contrast_keeps_mean_grey() -> None:
    """The distance from the mean is scaled, by no more than the share."""
    images = np.random.default_rng(0).uniform(0.4, 0.6, (64, 8, 8, 1)).astype("f4")
    varied, _ = _varied(images, contrast=0.5)

    ratio = varied.std(axis=(1, 2, 3)) / images.std(axis=(1, 2, 3))
    np.testing.assert_allclose(varied.mean((1, 2, 3)), images.mean((1, 2, 3)), 1e-5)
    assert 0.5 <= ratio.min() < 0.7
    assert 1.3 < ratio.max() <= 1.5


def test_cutout_blackens_a_square(noise: np.ndarray) -> None:
    """The square has half the side, less where it reaches over the border."""
    cut, _ = _varied(noise + 0.01, cutout=0.5)

    black = (cut == 0).all(axis=3)
    assert black.sum(axis=(1, 2)).max() <= 25
    assert black.sum(axis=(1, 2)).mean() > 8
    np.testing.assert_array_equal(cut[~black], (noise + 0.01)[~black])


def test_mixup_blends_classes_as_it_blends_images() -> None:
    """The label says how much of each image is there; the first prevails."""
    truth = np.eye(2, dtype=np.float32)[np.arange(64) // 32]
    images = np.broadcast_to(truth[:, 1, None, None, None], (64, 4, 4, 1))
    mixed, blended = _varied(images, truth=truth, mixup=0.5)

    np.testing.assert_allclose(mixed[:, 0, 0, 0], blended[:, 1], atol=1e-6)
    np.testing.assert_allclose(blended.sum(axis=1), 1, atol=1e-6)
    assert (blended * truth).sum(axis=1).min() >= 0.5
    assert blended[:32, 1].max() > 0.3
