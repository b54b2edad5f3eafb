import numpy as np
import pytest

from tinycnn.datasets.dataset import Split
from tinycnn.recipe import AugmentSettings

pytestmark = pytest.mark.train


def test_preview_shows_originals_first_then_variants() -> None:
    """Eight rows of ten images, of all classes there are, enlarged without blur."""
    from tinycnn.training.preview import draw_preview

    labels = np.repeat(np.arange(4), 5)
    images = (
        np.full((20, 16, 16, 1), 0, np.uint8)
        + (labels * 60).astype(np.uint8)[:, None, None, None]
    )
    settings = AugmentSettings(contrast=0.5, cutout=0.5)
    picture = draw_preview(Split(images, labels), settings, seed=1)

    assert (picture.shape, picture.dtype) == ((8 * 68, 10 * 68, 3), np.uint8)
    cells = picture.reshape(8, 68, 10, 68, 3)[:, :64, :, :64]
    first = cells[:, :, 0].reshape(8, -1)
    np.testing.assert_array_equal(first.min(axis=1), first.max(axis=1))
    assert sorted(first[:, 0]) == [0, 0, 60, 60, 120, 120, 180, 180]
    assert (cells[2:, :, 1:] == 0).any(axis=(1, 3, 4)).all()  # the square of cutout
