"""The stages that need TensorFlow: train, quantize, convert.

Each leaves files: weights as `.npz`, curves as JSON, the converted `.tflite`. A later
stage builds the network again from the project's settings and loads the weights.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tinycnn.datasets import Dataset
from tinycnn.errors import ToolchainError
from tinycnn.pipeline.stages import Observer
from tinycnn.project import Project
from tinycnn.recipe import TrainingSettings
from tinycnn.training.c_array import c_array

if TYPE_CHECKING:
    from tinycnn.training.fit import Hooks

__all__ = [
    "checkpoint_path",
    "convert",
    "fine_tuning_recipe",
    "quantize",
    "require_tensorflow",
    "train",
]


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
    folder: Path,
    project: Project,
    dataset: Dataset,
    build: Path,
    observer: Observer,
    *,
    key: str,
) -> None:
    """Train the float network; writes `float.npz` and `float.json`.

    Args:
        folder: Where to write.
        project: What to train and how.
        dataset: What to learn from.
        build: Where the state is kept after each epoch, as `train.checkpoint`.
        observer: Told of each epoch.
        key: Names all that the result depends on; a training that was stopped goes on
            if its key was the same.
    """
    from tinycnn.training.fit import evaluate, train_model
    from tinycnn.training.weights import save_weights

    model = _build(project, dataset, build)
    recipe = project.training
    hooks = _hooks("train", recipe, build, observer, key)
    history = train_model(model, dataset, recipe, seed=project.seed, hooks=hooks)
    save_weights(model, folder / "float.npz")
    _write_curve(folder / "float.json", history, evaluate(model, dataset.test))


def quantize(
    folder: Path,
    project: Project,
    dataset: Dataset,
    build: Path,
    observer: Observer,
    *,
    key: str,
) -> None:
    """Make the fake-quantized twin; writes `quantized.npz`, `.json`, `.npy`.

    Takes the arguments of `train`; its state is kept as `quantize.checkpoint`.
    """
    from tinycnn.training.agreement import fake_quantized_outputs
    from tinycnn.training.fit import History, evaluate
    from tinycnn.training.quantize import calibrate, fine_tune, quantize_model
    from tinycnn.training.weights import load_weights, save_weights

    model = _build(project, dataset, build)
    load_weights(model, build / "float.npz")
    twin, settings = quantize_model(model), project.quantization
    if settings.method == "ptq":
        calibrate(twin, dataset.train.images, ranges=settings.ranges)
        history = History((), -1)
    else:
        recipe = fine_tuning_recipe(project)
        hooks = _hooks("quantize", recipe, build, observer, key)
        history = fine_tune(
            twin,
            dataset,
            recipe,
            ranges=settings.ranges,
            seed=project.seed,
            hooks=hooks,
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


def fine_tuning_recipe(project: Project) -> TrainingSettings:
    """The recipe of `[training]` as `[quantization]` changes it.

    The optimizer is Adam and nothing decays: the weights only have to find their place
    on the int8 grid.
    """
    changes = {
        "epochs": project.quantization.epochs,
        "learning_rate": project.quantization.learning_rate,
        "optimizer": "adam",
        "weight_decay": 0.0,
        "patience": None,
        "precision": "float32",
    }
    return project.training.model_copy(update=changes)


def _build(project: Project, dataset: Dataset, build: Path) -> Any:
    from tinycnn.models import build_from_settings

    return build_from_settings(
        project.model,
        root=build.parent,
        input_shape=dataset.image_shape,
        classes=len(dataset.class_names),
        seed=project.seed,
    )


def _hooks(
    name: str, recipe: TrainingSettings, build: Path, observer: Observer, key: str
) -> Hooks:
    """Report epochs of stage `name`, and keep its state in the build folder."""
    from tinycnn.training.checkpoint import Checkpoint, Epoch
    from tinycnn.training.fit import Hooks
    from tinycnn.training.log import EpochLog

    log = EpochLog(build / "tensorboard" / name) if recipe.tensorboard else None
    numbers = itertools.count(1)

    def after_epoch(epoch: Epoch) -> None:
        number = next(numbers)
        detail = f"loss {epoch.loss:.4f}, accuracy {epoch.val_accuracy:.2%}"
        observer.progress(name, number, recipe.epochs, detail)
        if log is not None:
            log.write(number, epoch)

    checkpoint = Checkpoint(checkpoint_path(build, name), key)
    return Hooks(after_epoch=after_epoch, checkpoint=checkpoint)


def checkpoint_path(build: Path, stage: str) -> Path:
    """Where the state of a stage is kept while it trains."""
    return build / f"{stage}.checkpoint"


def _write_curve(path: Path, history: Any, test_accuracy: float) -> None:
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    curve = {name: [getattr(e, name) for e in history.epochs] for name in names}
    text = json.dumps({**curve, "test_accuracy": test_accuracy}, indent=1)
    path.write_text(f"{text}\n", "utf-8")
