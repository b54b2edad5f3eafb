"""Training by a recipe: every epoch validated, the best one kept, any one resumable.

In: a Keras model (float or fake-quantized twin) and a data set whose training images
fit in memory. Out: the trained model, in place, and its history. Same seed, computer
and versions give the same weights, interrupted or not: TensorFlow's deterministic
kernels are switched on and all randomness is drawn from the seed and the number of the
step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import Dataset, Split
from tinycnn.errors import ProjectError
from tinycnn.models.backend import keras, pin_threads, tf
from tinycnn.recipe import TrainingSettings
from tinycnn.tasks import accuracy_of, task_of, variance_of
from tinycnn.training.augment import augmented
from tinycnn.training.checkpoint import Checkpoint, Epoch, State
from tinycnn.training.film import Film, first_filters
from tinycnn.training.fused_norm import with_fused_norms
from tinycnn.training.head import check_head, check_teacher, logits_of
from tinycnn.training.loss import (
    compare,
    loss_function,
    optimizer_of,
    sum_credits,
    truth_of,
)

__all__ = [
    "History",
    "Hooks",
    "evaluate",
    "predict",
    "predict_real",
    "train_model",
    "validation_of",
]

_PREDICT_BATCH = 500
_Step = Callable[[NDArray[np.int64]], tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class History:
    """All epochs in order; the model has the weights of `epochs[best]`.

    `film` has the first layer's weights on the way.
    """

    epochs: tuple[Epoch, ...]
    best: int
    film: Film = field(default_factory=Film)


@dataclass(frozen=True, slots=True)
class Hooks:
    """Who takes part in a training.

    Attributes:
        before_epoch: Called with the number of each epoch, from 0, before it.
        after_epoch: Called after each epoch, also of one that a checkpoint remembers.
        checkpoint: Where the state is kept after each epoch.
        teacher: The model that the recipe distills from.
    """

    before_epoch: Callable[[int], None] = lambda number: None
    after_epoch: Callable[[Epoch], None] = lambda epoch: None
    checkpoint: Checkpoint | None = None
    teacher: Any = None


def train_model(
    model: Any,
    dataset: Dataset,
    recipe: TrainingSettings,
    *,
    seed: int,
    hooks: Hooks = Hooks(),  # frozen
) -> History:
    """Train `model` in place and keep its best epoch on the validation split.

    Best is the highest accuracy; of equals the latest, as its learning rate was the
    lowest. Switches TensorFlow to deterministic kernels for the rest of the process.

    Args:
        model: Its end suits the labels, as `check_head` says.
        dataset: Where the training and validation images come from.
        recipe: How to train.
        seed: Fixes the order of images and their augmentation.
        hooks: Who takes part.

    Raises:
        ProjectError: If training diverges, or recipe or teacher do not suit the labels.
        UnsupportedModelError: If an end does not suit the labels.
        ToolchainError: If TensorFlow already works with another number of threads.
    """
    pin_threads(recipe.threads)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(seed)
    check_head(model, dataset.train.labels)
    if hooks.teacher is not None:
        check_teacher(hooks.teacher, model, dataset.train.labels)
    steps = max(1, len(dataset.train) // recipe.batch_size)
    optimizer = optimizer_of(model, recipe, steps * recipe.epochs)
    loss_of = loss_function(recipe, dataset.train.labels, hooks.teacher)
    train_step = _train_step(
        model, dataset.train, optimizer, recipe, loss_of, seed=seed
    )
    validate = validation_of(model, dataset.validation)
    state = _resumed(model, optimizer, hooks)
    while len(state.epochs) < recipe.epochs and not _is_stuck(state, recipe):
        number = len(state.epochs)
        hooks.before_epoch(number)
        order = np.random.default_rng((seed, number)).permutation(len(dataset.train))
        batches = [order[i::steps][: recipe.batch_size] for i in range(steps)]
        with _precision(recipe.precision):
            loss, accuracy = _train_epoch(train_step, batches)
        if not math.isfinite(loss):
            raise ProjectError(
                f"training: expected a finite loss, got {loss} in epoch {number + 1}",
                hint="choose a lower learning_rate",
            )
        epoch = Epoch(loss, accuracy, *validate())
        filters = first_filters(model.layers)
        state = state.after(epoch, _values(model), _values(optimizer), filters)
        if hooks.checkpoint is not None:
            hooks.checkpoint.save(state)
        hooks.after_epoch(epoch)
    _assign(model, state.best_weights)
    return History(state.epochs, state.best, state.film)


def validation_of(model: Any, split: Split) -> Callable[[], tuple[float, float]]:
    """A compiled pass over `split` that gives mean loss and accuracy."""
    network = logits_of(model)
    outputs = network.outputs[0].shape[-1]
    task, variance = task_of(split.labels, outputs), variance_of(split.labels)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def sums(images: Any, labels: Any) -> tuple[Any, Any]:
        logits = network(_real(images), training=False)
        loss = compare(task, truth_of(task, labels, outputs), logits)
        return tf.reduce_sum(loss), sum_credits(task, labels, logits, variance)

    def validate() -> tuple[float, float]:
        parts = [
            sums(
                tf.constant(split.images[i : i + _PREDICT_BATCH]),
                tf.constant(split.labels[i : i + _PREDICT_BATCH]),
            )
            for i in range(0, len(split), _PREDICT_BATCH)
        ]
        loss, earned = np.sum([[float(x) for x in pair] for pair in parts], axis=0)
        return float(loss / len(split)), float(earned / len(split))

    return validate


def evaluate(model: Any, split: Split) -> float:
    """How well `model` answers the images in `split`, as `tinycnn.tasks` measures."""
    return accuracy_of(predict(model, split.images), split.labels)


def predict(model: Any, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The outputs of `model` for `images`, one row each."""
    return _predicted(lambda batch: model(_real(batch), training=False), images)


def predict_real(model: Any, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """The outputs of `model` for real numbers as it takes them, one row each."""
    return _predicted(lambda batch: model(batch, training=False), inputs)


def _predicted(call: Callable[[Any], Any], inputs: NDArray[Any]) -> NDArray[np.float32]:
    forward = tf.function(
        call,
        input_signature=[tf.TensorSpec((None, *inputs.shape[1:]), inputs.dtype)],
    )
    rows = [
        forward(inputs[i : i + _PREDICT_BATCH]).numpy()
        for i in range(0, len(inputs), _PREDICT_BATCH)
    ]
    return np.concatenate(rows)


def _resumed(model: Any, optimizer: Any, hooks: Hooks) -> State:
    """The state to go on from: that of the checkpoint, or the start."""
    state = hooks.checkpoint.load() if hooks.checkpoint else None
    if state is None:
        film = Film().add(0, first_filters(model.layers))
        values = _values(model)
        return State((), -1, values, values, _values(optimizer), film)
    _assign(model, state.weights)
    _assign(optimizer, state.optimizer)
    for epoch in state.epochs:
        hooks.after_epoch(epoch)
    return state


def _values(owner: Any) -> tuple[NDArray[Any], ...]:
    return tuple(np.asarray(variable) for variable in owner.variables)


def _assign(owner: Any, values: tuple[NDArray[Any], ...]) -> None:
    for variable, value in zip(owner.variables, values, strict=True):
        variable.assign(value)


def _is_stuck(state: State, recipe: TrainingSettings) -> bool:
    """Whether the best accuracy was first reached too long ago."""
    if recipe.patience is None or not state.epochs:
        return False
    accuracies = [epoch.val_accuracy for epoch in state.epochs]
    since_best = len(accuracies) - 1 - accuracies.index(max(accuracies))
    return since_best >= recipe.patience


def _train_step(
    model: Any,
    split: Split,
    optimizer: Any,
    recipe: TrainingSettings,
    loss_of: Callable[[Any, Any, Any], Any],
    *,
    seed: int,
) -> _Step:
    """A compiled step: from the indices of a batch to its loss and accuracy."""
    images, labels = tf.constant(split.images), tf.constant(split.labels)
    network = with_fused_norms(logits_of(model))
    variables = network.trainable_variables
    outputs = network.outputs[0].shape[-1]
    task, variance = task_of(split.labels, outputs), variance_of(split.labels)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(indices: Any) -> tuple[Any, Any]:
        answers = tf.gather(labels, indices)
        batch, target = augmented(
            _real(tf.gather(images, indices)),
            truth_of(task, answers, outputs),
            recipe.augment,
            (seed, tf.cast(optimizer.iterations, tf.int32)),
        )
        with tf.GradientTape() as tape:
            logits = network(batch, training=True)
            loss = tf.reduce_mean(loss_of(batch, target, logits))
            total = tf.add_n([loss, *network.losses])
        optimizer.apply(tape.gradient(total, variables), variables)
        earned = sum_credits(task, answers, logits, variance)
        return loss, earned / tf.cast(len(indices), tf.float32)

    return lambda indices: step(tf.constant(indices))


def _train_epoch(
    train_step: _Step, batches: list[NDArray[np.int64]]
) -> tuple[float, float]:
    """Mean loss and accuracy over one step for each batch of indices."""
    scores = [train_step(batch) for batch in batches]  # not read before all have run
    loss, accuracy = np.mean([[float(x) for x in pair] for pair in scores], axis=0)
    return float(loss), float(accuracy)


def _real(images: Any) -> Any:
    return tf.cast(images, tf.float32) / 255.0


@contextmanager
def _precision(name: str) -> Iterator[None]:
    """Compute convolutions and products in bfloat16, or as they are."""
    option = "auto_mixed_precision_onednn_bfloat16"
    tf.config.optimizer.set_experimental_options({option: name == "bfloat16"})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({option: False})
