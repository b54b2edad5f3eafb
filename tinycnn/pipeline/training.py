"""The stages that need TensorFlow: train, quantize, convert.

Each leaves files: weights as `.npz`, curves as JSON, the converted `.tflite`. A later
stage builds the network again from the project's settings and loads the weights.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tinycnn.datasets import Dataset
from tinycnn.errors import ToolchainError
from tinycnn.pipeline.stages import Observer
from tinycnn.project import Project
from tinycnn.training.c_array import c_array

if TYPE_CHECKING:
    from tinycnn.training.fit import FitSettings

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


def train(
    folder: Path, project: Project, dataset: Dataset, build: Path, observer: Observer
) -> None:
    """Train the float network; writes `float.npz` and `float.json`."""
    from tinycnn.training.fit import evaluate, train_model
    from tinycnn.training.weights import save_weights

    model = _build(project, dataset, build)
    history = train_model(
        model,
        dataset,
        _settings(project.training, project),
        seed=project.seed,
        on_epoch=_epoch_counter("train", project.training.epochs, observer),
    )
    save_weights(model, folder / "float.npz")
    _write_curve(folder / "float.json", history, evaluate(model, dataset.test))


def quantize(
    folder: Path, project: Project, dataset: Dataset, build: Path, observer: Observer
) -> None:
    """Fine-tune the fake-quantized twin; writes `quantized.npz`, `.json`, `.npy`."""
    from tinycnn.training.agreement import fake_quantized_outputs
    from tinycnn.training.fit import evaluate
    from tinycnn.training.quantize import fine_tune, quantize_model
    from tinycnn.training.weights import load_weights, save_weights

    model = _build(project, dataset, build)
    load_weights(model, build / "float.npz")
    twin = quantize_model(model)
    history = fine_tune(
        twin,
        dataset,
        _settings(project.quantization, project),
        seed=project.seed,
        on_epoch=_epoch_counter("quantize", project.quantization.epochs, observer),
    )
    save_weights(twin, folder / "quantized.npz")
    _write_curve(folder / "quantized.json", history, evaluate(twin, dataset.test))
    outputs = fake_quantized_outputs(twin, dataset.test.images)
    np.save(folder / "quantized.npy", outputs)


def convert(folder: Path, project: Project, dataset: Dataset, build: Path) -> None:
    """Convert the twin; writes `model.tflite`, `model_data.h` and `model_data.cc`."""
    from tinycnn.training.convert import convert_model
    from tinycnn.training.quantize import quantize_model
    from tinycnn.training.weights import load_weights

    twin = quantize_model(_build(project, dataset, build))
    load_weights(twin, build / "quantized.npz")
    content = convert_model(twin)
    header, source = c_array(content)
    (folder / "model.tflite").write_bytes(content)
    (folder / "model_data.h").write_text(header, "utf-8")
    (folder / "model_data.cc").write_text(source, "utf-8")


def _settings(table: Any, project: Project) -> FitSettings:
    """Settings of `[training]` or `[quantization]` as the trainer takes them."""
    from tinycnn.training.fit import FitSettings

    return FitSettings(
        epochs=table.epochs,
        batch_size=project.training.batch_size,
        learning_rate=table.learning_rate,
        augment=project.training.augment,
    )


def _build(project: Project, dataset: Dataset, build: Path) -> Any:
    from tinycnn.models import build_from_settings

    return build_from_settings(
        project.model,
        root=build.parent,
        input_shape=dataset.image_shape,
        classes=len(dataset.class_names),
        seed=project.seed,
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
