"""The stages that need TensorFlow: train, quantize, convert.

Each leaves files: weights as `.npz`, curves as JSON, the converted `.tflite`. A later
stage builds the network again from the project's settings and loads the weights.
"""

from __future__ import annotations

import base64
import importlib.util
import itertools
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tinycnn.artifacts import BuildFolder, Curves, Film, JsonFile
from tinycnn.datasets import Dataset
from tinycnn.errors import ToolchainError
from tinycnn.files import make_way, write_whole
from tinycnn.firmware.c_array import c_array
from tinycnn.pipeline.borrowing import load_teacher, weights_to_start_from
from tinycnn.project import Project
from tinycnn.recipe import PruneSettings, TrainingSettings, TransferSettings
from tinycnn.tasks import accuracy_of, measure_of

if TYPE_CHECKING:
    from tinycnn.training.fit import History, Hooks
from tinycnn.workbench import Observer

__all__ = [
    "Job",
    "build_network",
    "convert",
    "load_twin",
    "quantize",
    "remove_checkpoints",
    "require_tensorflow",
    "train",
]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A training that can be stopped.

    Attributes:
        project: What to train and how.
        dataset: What to learn from.
        build: The build folder, where the state is kept after each epoch.
        observer: Told of each epoch.
        key: Names all that the result depends on: what was stopped goes on if its key
            was the same.
    """

    project: Project
    dataset: Dataset
    build: BuildFolder
    observer: Observer
    key: str


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


def train(out: BuildFolder, job: Job) -> None:
    """Train the float network; writes its weights and curves."""
    from tinycnn.training.fit import History, predict
    from tinycnn.training.weights import save_weights

    project, dataset = job.project, job.dataset
    model = build_network(project, dataset, job.build)
    _twin_of(model, project)  # refuses now what could not be quantized later
    history = History((), -1)
    if project.model.given is None:
        history = _learn(model, job)
    save_weights(model, out.float_weights)
    outputs = predict(model, dataset.test.images)
    accuracy = accuracy_of(outputs, dataset.test.labels)
    _write_curves(out.float_curves, history, accuracy)
    _write_film(out.film, history)
    out.float_outputs.write(outputs)


def _learn(model: Any, job: Job) -> History:
    """Train it in place by the project's recipe."""
    from tinycnn.training.fit import History, train_model

    project, recipe = job.project, job.project.training
    if recipe.transfer is not None:
        _start_from_another(model, recipe.transfer, job)
    hooks = _hooks("train", recipe, job)
    history = History((), -1)
    if recipe.epochs:
        train = partial(train_model, seed=project.seed, hooks=hooks)
        history = train(model, job.dataset, recipe)
    if recipe.prune is not None:
        history = _without_channels(model, history, recipe.prune, job)
    return history


def quantize(out: BuildFolder, job: Job) -> None:
    """Make the fake-quantized twin; writes its weights, curves and outputs."""
    from tinycnn.training.agreement import fake_quantized_outputs, output_quantization
    from tinycnn.training.fit import History
    from tinycnn.training.quantize import calibrate, fine_tune
    from tinycnn.training.weights import load_weights, save_weights

    project, dataset = job.project, job.dataset
    model = build_network(project, dataset, job.build)
    load_weights(model, job.build.float_weights)
    twin, ranges = _twin_of(model, project), project.quantization.ranges
    if project.quantization.method == "ptq":
        calibrate(twin, dataset.train.images, ranges=ranges)
        history = History((), -1)
    else:
        recipe = _fine_tuning_recipe(project)
        hooks = _hooks("quantize", recipe, job)
        history = fine_tune(
            twin, dataset, recipe, ranges=ranges, seed=project.seed, hooks=hooks
        )
    save_weights(twin, out.twin_weights)
    outputs = fake_quantized_outputs(twin, dataset.test.images)
    scale, zero_point = output_quantization(twin)
    scores = scale * (outputs.astype(np.float64) - zero_point)
    accuracy = accuracy_of(scores, dataset.test.labels)
    _write_curves(out.twin_curves, history, accuracy)
    out.twin_outputs.write(outputs)


def convert(
    out: BuildFolder, project: Project, dataset: Dataset, build: BuildFolder
) -> None:
    """Convert the twin; writes the `.tflite` file and the C array of it."""
    from tinycnn.training.convert import convert_model

    content = convert_model(load_twin(project, dataset, build))
    header, source = c_array(content)
    write_whole(content, out.model)
    write_whole(header, out.c_header)
    write_whole(source, out.c_source)


def build_network(project: Project, dataset: Dataset, build: BuildFolder) -> Any:
    """The Keras model of `project` for the images of `dataset`, freshly drawn."""
    from tinycnn.models import build_from_settings
    from tinycnn.models.backend import pin_threads

    pin_threads(project.training.threads)
    return build_from_settings(
        project.model,
        root=build.project,
        input_shape=dataset.image_shape,
        classes=len(dataset.class_names),
        grid=dataset.grid,
        seed=project.seed,
    )


def load_twin(project: Project, dataset: Dataset, build: BuildFolder) -> Any:
    """The fake-quantized twin that `quantize` left in the build folder.

    Raises:
        InvalidModelError: If there is none, or of another network.
    """
    from tinycnn.training.weights import load_weights

    twin = _twin_of(build_network(project, dataset, build), project)
    load_weights(twin, build.twin_weights)
    return twin


def _twin_of(model: Any, project: Project) -> Any:
    from tinycnn.training.quantize import quantize_model

    settings = project.quantization
    return quantize_model(
        model,
        per_channel_dense=settings.per_channel_dense,
        ternary=settings.weights == "ternary",
    )


def remove_checkpoints(build: BuildFolder, stage: str) -> None:
    """Forget where a stage was while it trained."""
    for path in build.checkpoints(stage):
        make_way(path)
        path.unlink(missing_ok=True)


def _start_from_another(model: Any, settings: TransferSettings, job: Job) -> None:
    """Take over the weights of another network and train the new head of `model`."""
    from tinycnn.training.transfer import adopt_weights, train_head

    project = job.project
    adopted = adopt_weights(model, weights_to_start_from(project, job.build, model))
    recipe, hooks = _phase("train_head", settings, job)
    train_head(model, adopted, job.dataset, recipe, seed=project.seed, hooks=hooks)


def _without_channels(
    model: Any, history: History, settings: PruneSettings, job: Job
) -> History:
    """Take out channels of `model` and train the others; the whole history."""
    from tinycnn.training.fit import History, train_model
    from tinycnn.training.prune import prune_channels

    prune_channels(model, settings.share)
    recipe, hooks = _phase("train_pruned", settings, job)
    then = train_model(model, job.dataset, recipe, seed=job.project.seed, hooks=hooks)
    epochs = (*history.epochs, *then.epochs)
    film = history.film.then(then.film, len(history.epochs))
    return History(epochs, len(history.epochs) + then.best, film)


def _phase(
    name: str, settings: TransferSettings | PruneSettings, job: Job
) -> tuple[TrainingSettings, Hooks]:
    """The recipe of `[training]` with a phase's own epochs and rate, and its hooks."""
    changes = settings.model_dump(include={"epochs", "learning_rate"})
    recipe = job.project.training.model_copy(update=changes)
    return recipe, _hooks(name, recipe, job)


def _fine_tuning_recipe(project: Project) -> TrainingSettings:
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


def _hooks(name: str, recipe: TrainingSettings, job: Job) -> Hooks:
    """Report epochs of stage `name`, keep its state, bring its teacher."""
    from tinycnn.training.checkpoint import Checkpoint, Epoch
    from tinycnn.training.fit import Hooks
    from tinycnn.training.log import EpochLog

    log = EpochLog(job.build.event_logs / name) if recipe.tensorboard else None
    numbers = itertools.count(1)

    measure = measure_of(job.dataset.train.labels)

    def after_epoch(epoch: Epoch) -> None:
        number = next(numbers)
        detail = f"loss {epoch.loss:.4f}, {measure} {epoch.val_accuracy:.2%}"
        job.observer.progress(name, number, recipe.epochs, detail)
        if log is not None:
            log.write(number, epoch)

    return Hooks(
        after_epoch=after_epoch,
        checkpoint=Checkpoint(job.build.checkpoint(name), job.key),
        teacher=load_teacher(job.project, job.dataset, job.build),
    )


def _write_film(file: JsonFile[Film], history: History) -> None:
    """Of a network that was trained here and has a convolution."""
    film = history.film
    if not film.frames:
        return
    weights = base64.b64encode(np.stack(film.frames).astype("<f2").tobytes())
    shape = film.frames[0].shape
    file.write(Film(film.epochs, shape, weights.decode()))


def _write_curves(
    file: JsonFile[Curves], history: History, test_accuracy: float
) -> None:
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    curves = {n: tuple(getattr(e, n) for e in history.epochs) for n in names}
    file.write(Curves(**curves, test_accuracy=test_accuracy))
