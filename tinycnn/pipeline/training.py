"""The stages that need TensorFlow: train, quantize, convert.

Each leaves files: weights as `.npz`, curves as JSON, the converted `.tflite`. A later
stage builds the network again from the project's settings and loads the weights.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tinycnn.datasets import Dataset
from tinycnn.errors import ToolchainError
from tinycnn.pipeline.stages import Observer
from tinycnn.project import Project
from tinycnn.training.c_array import c_array

__all__ = ["convert", "quantize", "require_tensorflow", "train"]


def require_tensorflow() -> None:
    """Check that TensorFlow is installed, without importing it.

    Raises:
        ToolchainError: If it is not.
    """
    if importlib.util.find_spec("tensorflow") is None:
        raise ToolchainError(
            "training: TensorFlow is not installed",
            hint="pip install 'tinycnn[train]'",
        )


def train(folder: Path, project: Project, dataset: Dataset, observer: Observer) -> None:
    """Train the float network; writes `float.npz` and `float.json`."""
    from tinycnn.training.fit import evaluate, train_model
    from tinycnn.training.weights import save_weights

    model = _build(project, dataset)
    settings = project.training
    on_epoch = _epoch_counter("train", settings.epochs, observer)
    history = train_model(
        model, dataset, settings, seed=project.seed, on_epoch=on_epoch
    )
    save_weights(model, folder / "float.npz")
    _write_curve(folder / "float.json", history, evaluate(model, dataset.test))


def quantize(
    folder: Path, project: Project, dataset: Dataset, build: Path, observer: Observer
) -> None:
    """Fine-tune the fake-quantized twin; writes `quantized.npz`, `.json`, `.npy`.

    The ranges are frozen after half of the epochs, so that the weights settle on what
    inference will compute.
    """
    from tinycnn.training.agreement import fake_quantized_outputs
    from tinycnn.training.fit import evaluate
    from tinycnn.training.quantize import calibrate, quantize_model
    from tinycnn.training.weights import load_weights, save_weights

    model = _build(project, dataset)
    load_weights(model, build / "float.npz")
    twin = quantize_model(model)
    calibrate(twin, dataset.train.images)
    history = _fine_tune(twin, project, dataset, observer)
    save_weights(twin, folder / "quantized.npz")
    _write_curve(folder / "quantized.json", history, evaluate(twin, dataset.test))
    outputs = fake_quantized_outputs(twin, dataset.test.images)
    np.save(folder / "quantized.npy", outputs)


def convert(folder: Path, project: Project, dataset: Dataset, build: Path) -> None:
    """Convert the twin; writes `model.tflite`, `model_data.h` and `model_data.cc`."""
    from tinycnn.training.convert import convert_model
    from tinycnn.training.quantize import quantize_model
    from tinycnn.training.weights import load_weights

    twin = quantize_model(_build(project, dataset))
    load_weights(twin, build / "quantized.npz")
    content = convert_model(twin)
    header, source = c_array(content)
    (folder / "model.tflite").write_bytes(content)
    (folder / "model_data.h").write_text(header, "utf-8")
    (folder / "model_data.cc").write_text(source, "utf-8")


@dataclass(frozen=True, slots=True)
class _Phase:
    """Settings of one part of the fine-tuning."""

    epochs: int
    batch_size: int
    learning_rate: float
    augment: bool


def _fine_tune(
    twin: Any, project: Project, dataset: Dataset, observer: Observer
) -> Any:
    from tinycnn.training.fit import History, train_model
    from tinycnn.training.quantize import freeze_ranges

    settings = project.quantization
    on_epoch = _epoch_counter("quantize", settings.epochs, observer)
    epochs: list[Any] = []
    first = settings.epochs // 2
    for part, (count, rate) in enumerate(
        ((first, 1.0), (settings.epochs - first, 0.5))
    ):
        if part == 1:
            freeze_ranges(twin)
        if count == 0:
            continue
        phase = _Phase(
            count,
            project.training.batch_size,
            settings.learning_rate * rate,
            project.training.augment,
        )
        seed = project.seed + part + 1
        epochs += train_model(twin, dataset, phase, seed=seed, on_epoch=on_epoch).epochs
    return History(tuple(epochs), len(epochs) - 1)


def _build(project: Project, dataset: Dataset) -> Any:
    from tinycnn.models import build_model

    return build_model(
        project.model.name,
        input_shape=dataset.image_shape,
        classes=len(dataset.class_names),
        width=project.model.width,
    )


def _epoch_counter(name: str, total: int, observer: Observer) -> Callable[[Any], None]:
    done = 0

    def on_epoch(epoch: Any) -> None:
        nonlocal done
        done += 1
        detail = f"loss {epoch.loss:.4f}, accuracy {epoch.val_accuracy:.2%}"
        observer.progress(name, done, total, detail)

    return on_epoch


def _write_curve(path: Path, history: Any, test_accuracy: float) -> None:
    epochs = [asdict(epoch) for epoch in history.epochs]
    curve = {key: [epoch[key] for epoch in epochs] for key in epochs[0]}
    text = json.dumps({**curve, "test_accuracy": test_accuracy}, indent=1)
    path.write_text(f"{text}\n", "utf-8")
