from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinycnn.datasets.dataset import Dataset
from tinycnn.errors import InvalidModelError
from tinycnn.models import build_model

pytestmark = pytest.mark.train


def _model(**changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "input_shape": (8, 8, 1),
        "classes": 4,
        "width": 0.25,
        "seed": 1,
    }
    return build_model("tiny_cnn", **(arguments | changes))


def test_twin_is_rebuilt_from_its_weights(tmp_path: Path, corners: Dataset) -> None:
    """A twin that is built anew and loaded gives the same outputs."""
    from tinycnn.training.agreement import fake_quantized_outputs
    from tinycnn.training.quantize import calibrate, quantize_model
    from tinycnn.training.weights import load_weights, save_weights

    twin, rebuilt = quantize_model(_model()), quantize_model(_model(seed=2))
    calibrate(twin, corners.train.images)
    save_weights(twin, tmp_path / "twin.npz")
    load_weights(rebuilt, tmp_path / "twin.npz")

    a, b = (fake_quantized_outputs(x, corners.test.images) for x in (twin, rebuilt))
    np.testing.assert_array_equal(a, b)


def test_saving_replaces_the_file_at_once(tmp_path: Path) -> None:
    """After saving twice there is one file and nothing else."""
    from tinycnn.training.weights import save_weights

    for _ in range(2):
        save_weights(_model(), tmp_path / "model.npz")

    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    """Shapes are checked before a weight is changed."""
    from tinycnn.training.weights import load_weights, save_weights

    save_weights(_model(width=0.5), tmp_path / "wide.npz")

    with pytest.raises(
        InvalidModelError, match=r"wide\.npz: expected \d+ arrays as in"
    ):
        load_weights(_model(), tmp_path / "wide.npz")


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 truncated"])
def test_broken_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """A missing, empty or truncated file is one clear error."""
    from tinycnn.training.weights import load_weights

    path = tmp_path / "broken.npz"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(InvalidModelError, match=r"expected an \.npz file of weights"):
        load_weights(_model(), path)


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    """A file that would run code on loading is not loaded."""
    from tinycnn.training.weights import load_weights

    np.savez(tmp_path / "evil.npz", weight_0000=np.array([{}], dtype=object))

    with pytest.raises(InvalidModelError, match="allow_pickle"):
        load_weights(_model(), tmp_path / "evil.npz")
