"""Keras models in files: read without running code that a file brings.

A `.keras` is an archive, an `.h5` an HDF5 file; in both the layers are text, which is
read first: a Lambda holds code, and a class that is not Keras' would need code, so both
are refused by name before Keras opens the file, in its safe mode. What Keras 2 wrote
and Keras 3 only calls otherwise is renamed in a copy.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tinycnn.errors import InvalidModelError, ProjectError, UnsupportedModelError
from tinycnn.files import read_whole, scratch_folder
from tinycnn.models.user import check_shapes, with_graph
from tinycnn.project import ModelSettings
from tinycnn.scaling import UNIT, Scaling

__all__ = ["build_file_model", "image_model", "model_to_bytes", "read_keras_model"]

_MAX_BYTES = 1 << 31  # of an archive's files, unpacked
_HDF5 = b"\x89HDF"
_AS_SAVED_MODEL = (
    "open it with the Keras that wrote it, and model.export('folder') or convert it to "
    "a float .tflite: import that"
)


def read_keras_model(data: bytes, name: str) -> Any:
    """The Keras model in the bytes of a `.keras` or `.h5` file.

    Args:
        data: The file.
        name: What messages call it.

    Raises:
        InvalidModelError: If it is broken.
        UnsupportedModelError: If it holds code or layers that are not Keras'.
    """
    from tinycnn.models.backend import keras

    is_hdf5 = data.startswith(_HDF5)
    with scratch_folder() as folder:
        path = folder / ("net.h5" if is_hdf5 else "net.keras")
        path.write_bytes(data)
        config = _prepare_hdf5(path, name) if is_hdf5 else _config_of(data, name)
        _check_layers(config, name)
        try:
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:  # Keras raises whatever it met
            raise _refusal(name, error) from error


def model_to_bytes(model: Any) -> bytes:
    """A Keras model as a `.keras` file, whose bytes are the same for the same model."""
    with scratch_folder() as folder:
        path = folder / "net.keras"
        model.save(path)
        return _without_dates(path.read_bytes())


def image_model(model: Any, name: str) -> Any:
    """`model` as one graph that takes an image; its shape is known.

    Raises:
        UnsupportedModelError: If it takes or gives something else.
    """
    try:
        flat = with_graph(name, model, None)
    except ProjectError as error:
        raise UnsupportedModelError(str(error), error.hint) from error
    shape = flat.input_shape[1:]
    if len(shape) != 3 or shape[2] not in (1, 3) or None in shape:
        raise UnsupportedModelError(
            f"{name}: expected an input of images, height x width x 1 or 3 of fixed "
            f"size, got {shape}",
            hint="tinycnn.quantize takes any inputs, in Python: docs/python.md",
        )
    return flat


def build_file_model(
    settings: ModelSettings,
    *,
    root: Path,
    input_shape: tuple[int, int, int] | None = None,
    classes: int | None = None,
    grid: tuple[int, int] | None = None,
) -> Any:
    """The model of the `.keras` file that a project names, for images in [0, 1].

    Args:
        settings: The `[model]` table.
        root: The project's folder.
        input_shape: Of the project's images; None where they are not at hand.
        classes: Of the project's data set, likewise.
        grid: Rows and columns of the cells that have a class each; None without.

    Raises:
        ProjectError: If the file is missing, or for other images or classes.
        ModelError: If it cannot be used.
    """
    path = root / str(settings.file)
    hint = "model.file is relative to the folder of tinycnn.toml"
    read = read_keras_model(read_whole(path, hint=hint), str(settings.file))
    label = f"model '{settings.file}'"
    model = scaled_model(image_model(read, label), settings.scaling, label)
    if input_shape is not None and classes is not None:
        hint = "set image_size and channels in [dataset], or import another network"
        check_shapes(label, model, input_shape, classes, grid=grid, hint=hint)
    return model


def scaled_model(model: Any, scaling: Scaling, label: str) -> Any:
    """`model` for images in [0, 1], of which it takes what `scaling` says.

    Raises:
        ProjectError: If there is no number for each channel.
    """
    from tinycnn.models.backend import keras

    image = keras.Input(model.input_shape[1:], name=model.inputs[0].name)
    channels = image.shape[-1]
    if len(scaling.mean) not in (1, channels):
        raise ProjectError(
            f"model.pixels: expected 1 or {channels} numbers, as {label} has "
            f"{channels} channels, got {len(scaling.mean)}"
        )
    if scaling == UNIT:
        return model
    pairs = list(zip(scaling.mean, scaling.deviation, strict=True))
    scale, offset = [1 / d for _, d in pairs], [-m / d for m, d in pairs]
    single = len(pairs) == 1
    layer = keras.layers.Rescaling(
        scale[0] if single else scale, offset[0] if single else offset, name="pixels"
    )
    return with_graph(
        label, keras.Model(image, model(layer(image)), name=model.name), None
    )


def _config_of(data: bytes, name: str) -> Any:
    """What a `.keras` file says of the layers."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        total = sum(member.file_size for member in archive.infolist())
        if total > _MAX_BYTES:
            raise InvalidModelError(
                f"{name}: expected at most {_MAX_BYTES:,} bytes unpacked, got {total:,}"
            )
        about = json.loads(archive.read("metadata.json"))
        config = json.loads(archive.read("config.json"))
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError, OSError) as error:
        raise InvalidModelError(f"{name}: not a whole .keras file: {error}") from error
    version = str(about.get("keras_version", "")) if isinstance(about, dict) else ""
    if version.startswith("2."):
        raise UnsupportedModelError(
            f"{name}: written by Keras {version}, whose .keras files Keras 3 cannot "
            "read",
            hint="save it as .h5 with that Keras, and import that",
        )
    return config


def _prepare_hdf5(path: Path, name: str) -> Any:
    """What an `.h5` file says of the layers, mended where Keras 3 cannot read it."""
    import h5py

    try:
        with h5py.File(path, "r+") as file:
            text = file.attrs.get("model_config")
            if text is None:
                raise UnsupportedModelError(
                    f"{name}: expected a whole model, got weights alone",
                    hint="model.save, not save_weights, keeps the layers as well",
                )
            config = json.loads(text)
            for layer in _layers(config):
                _mend(layer)
            file.attrs["model_config"] = json.dumps(config)
    except (OSError, ValueError, RecursionError, RuntimeError) as error:
        raise InvalidModelError(f"{name}: not a whole .h5 file: {error}") from error
    return config


def _mend(layer: dict[str, Any]) -> None:
    """Keras 2 wrote `groups` of depthwise layers, and axes as lists of one."""
    inner = layer["config"]
    if layer["class_name"] == "DepthwiseConv2D":
        inner.pop("groups", None)
    axis = inner.get("axis")
    if layer["class_name"] == "BatchNormalization" and isinstance(axis, list):
        inner["axis"] = axis[0]


def _layers(config: Any) -> Iterator[dict[str, Any]]:
    """All objects that have a class, wherever they stand."""
    if isinstance(config, dict):
        if "class_name" in config and isinstance(config.get("config"), dict):
            yield config
        config = list(config.values())
    if isinstance(config, list):
        for value in config:
            yield from _layers(value)


def _check_layers(config: Any, name: str) -> None:
    from tinycnn.models.backend import keras

    for layer in _layers(config):
        kind, inner = str(layer["class_name"]), layer["config"]
        label = f"{name}: layer '{inner.get('name', kind)}' ({kind})"
        if kind == "Lambda":
            raise UnsupportedModelError(
                f"{label}: expected no code in the file, got a Lambda, which is some",
                hint="write it with keras.layers and keras.ops, and save it again",
            )
        if kind in ("TFOpLambda", "SlicingOpLambda"):
            raise UnsupportedModelError(
                f"{label}: a function of TensorFlow, which Keras 3 cannot load",
                hint=_AS_SAVED_MODEL,
            )
        module = str(layer.get("module") or "keras")
        is_known = module.partition(".")[0] in ("keras", "builtins", "tensorflow")
        known = hasattr(keras.layers, kind) or hasattr(keras, kind)
        if "module" in layer:
            known = is_known and not layer.get("registered_name")
        if "name" in inner and not known and kind not in ("Functional", "Model"):
            raise UnsupportedModelError(
                f"{label}: expected a layer of Keras, got a class of its own, whose "
                "code is not in the file",
                hint='give the code: build = "my_model.py:build" in [model] takes it',
            )


def _refusal(name: str, error: Exception) -> UnsupportedModelError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return UnsupportedModelError(
        f"{name}: Keras 3 cannot load it: {reason}", hint=_AS_SAVED_MODEL
    )


def _without_dates(data: bytes) -> bytes:
    """The same archive, its files as if they were of one day, uncompressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "metadata.json":
                about = json.loads(content)
                content = json.dumps({**about, "date_saved": ""}).encode()
            new.writestr(zipfile.ZipInfo(member.filename), content)
    return out.getvalue()
