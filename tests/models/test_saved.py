"""Keras models in files: read whole, or refused before any code of theirs runs."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinycnn.errors import InvalidModelError, ProjectError, UnsupportedModelError
from tinycnn.models.saved import (
    build_file_model,
    image_model,
    model_to_bytes,
    read_keras_model,
)
from tinycnn.project import ModelSettings

pytestmark = pytest.mark.train


def make_model(*extra: Any, channels: int = 3) -> Any:
    """A small network of images; `extra` layers stand before its last."""
    from tinycnn.models.backend import keras

    keras.utils.set_random_seed(3)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, channels)),
            layers.Conv2D(4, 3, name="first"),
            *extra,
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, name="last"),
        ]
    )


def save(model: Any, suffix: str, folder: Path) -> bytes:
    """The bytes of the file that Keras writes."""
    path = folder / f"net{suffix}"
    model.save(path)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_what_was_saved_is_read(suffix: str, tmp_path: Path) -> None:
    """By either format, with its weights."""
    model = make_model()
    images = np.random.default_rng(0).random((2, 8, 8, 3), np.float32)

    read = read_keras_model(save(model, suffix, tmp_path), "net")

    assert np.array_equal(read(images), model(images))
    flat = image_model(read, "net")
    assert (flat.input_shape, flat.output_shape) == ((None, 8, 8, 3), (None, 3))


def test_the_same_model_has_the_same_bytes() -> None:
    """Whenever it is written: a build does not begin anew for a date."""
    model = make_model()

    assert model_to_bytes(model) == model_to_bytes(model)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_code_in_a_file_is_refused_by_name(suffix: str, tmp_path: Path) -> None:
    """Before Keras opens the file, which runs it in some versions."""
    from tinycnn.models.backend import keras

    layer = keras.layers.Lambda(lambda x: x * 2, name="double")
    data = save(make_model(layer), suffix, tmp_path)

    with pytest.raises(UnsupportedModelError, match=r"layer 'double' \(Lambda\)"):
        read_keras_model(data, "net")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_layer_of_the_users_own_is_refused_by_name(
    suffix: str, tmp_path: Path
) -> None:
    """Its code is not in the file."""
    from tinycnn.models.backend import keras

    class Halve(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x * 0.5

    data = save(make_model(Halve(name="half")), suffix, tmp_path)

    with pytest.raises(UnsupportedModelError, match=r"'half' \(Halve\): expected a la"):
        read_keras_model(data, "net")


def test_a_function_of_keras_2_is_refused_by_name(tmp_path: Path) -> None:
    """Keras 3 knows none of them."""
    import h5py

    save(make_model(), ".h5", tmp_path)
    path = tmp_path / "net.h5"
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        added = {"class_name": "TFOpLambda", "config": {"name": "tf.math.add"}}
        config["config"]["layers"].append(added)
        file.attrs["model_config"] = json.dumps(config)

    with pytest.raises(UnsupportedModelError, match=r"layer 'tf.math.add'") as told:
        read_keras_model(path.read_bytes(), "net")
    assert "float .tflite" in told.value.hint


def test_weights_alone_are_no_model(tmp_path: Path) -> None:
    """An `.h5` may hold nothing else."""
    import h5py

    with h5py.File(tmp_path / "net.h5", "w") as file:
        file["weights"] = np.zeros(3)

    with pytest.raises(UnsupportedModelError, match="got weights alone"):
        read_keras_model((tmp_path / "net.h5").read_bytes(), "net")


@pytest.mark.parametrize("kept", [0.3, 0.9])
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_half_a_file_is_told_in_a_line(
    suffix: str, kept: float, tmp_path: Path
) -> None:
    """Whatever the library beneath says."""
    data = save(make_model(), suffix, tmp_path)

    with pytest.raises((InvalidModelError, UnsupportedModelError)) as told:
        read_keras_model(data[: round(len(data) * kept)], "net")
    assert str(told.value).startswith("net: ")
    assert "\n" not in str(told.value)


def test_a_keras_file_of_keras_2_is_told() -> None:
    """It looks the same, and is not."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "2.15.0"}))
        archive.writestr("config.json", "{}")

    with pytest.raises(UnsupportedModelError, match=r"written by Keras 2\.15\.0"):
        read_keras_model(data.getvalue(), "net")


def build(folder: Path, pixels: Any, channels: int = 3) -> tuple[Any, Any]:
    """The network as it was, and as a project of images in 0 to 1 has it."""
    model = make_model(channels=channels)
    (folder / "net.keras").write_bytes(model_to_bytes(model))
    table = ModelSettings(file="net.keras", pixels=pixels)
    shape = (8, 8, channels)
    return model, build_file_model(table, root=folder, input_shape=shape, classes=3)


@pytest.mark.parametrize(
    ("pixels", "mean", "deviation"),
    [
        ("0..1", 0, 1),
        ("-1..1", 0.5, 0.5),
        ("0..255", 0, 1 / 255),
        ("imagenet", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ({"mean": [0.1, 0.2, 0.3], "deviation": [0.5, 1, 2]}, (0.1, 0.2, 0.3),
         (0.5, 1, 2)),
    ],
)  # fmt: skip
def test_pixels_are_scaled_before_it(
    pixels: Any, mean: Any, deviation: Any, tmp_path: Path
) -> None:
    """By one number, or by one for each channel."""
    model, scaled = build(tmp_path, pixels)
    images = np.random.default_rng(1).random((3, 8, 8, 3), np.float32)

    expected = model(((images - mean) / deviation).astype(np.float32))

    # Keras' Rescaling multiplies by a rounded 1 / deviation.
    assert np.allclose(scaled(images), expected, rtol=1e-4, atol=1e-4)


def test_there_is_a_number_for_each_channel(tmp_path: Path) -> None:
    """A grey network has one."""
    with pytest.raises(ProjectError, match=r"^model\.pixels: expected 1 or 1 numbers"):
        build(tmp_path, "imagenet", channels=1)
