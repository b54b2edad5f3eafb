"""Training: Adam with a warmed-up cosine schedule, light augmentation, best epoch kept.

In: a Keras model (float or fake-quantized twin) and a data set whose training images
fit in memory. Out: the trained model, in place, and its history. Same seed, machine and
versions give the same weights: TensorFlow's deterministic kernels are switched on and
all randomness is drawn from the seed given here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import Dataset, Split
from tinycnn.errors import ProjectError
from tinycnn.models.backend import keras, tf

__all__ = ["Epoch", "FitSettings", "History", "evaluate", "predict", "train_model"]

_PREDICT_BATCH = 500
_WARMUP_SHARE = 0.05  # of all steps
_FINAL_RATE_SHARE = 0.01  # of the peak learning rate
_MAX_SHIFT_SHARE = 1 / 14  # of the image's side: 2 pixels of 28
_MIN_SHIFT = 1.0  # pixels
_MAX_ROTATION = math.radians(5)
_MAX_ZOOM = 0.05


@dataclass(frozen=True, slots=True)
class FitSettings:
    """How to train.

    Attributes:
        epochs: Passes over the training images.
        batch_size: Images per step.
        learning_rate: Peak of the schedule.
        augment: Whether to shift, rotate and zoom the images a little.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    augment: bool


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one pass over the training images gave; accuracies are shares in [0, 1]."""

    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True, slots=True)
class History:
    """All epochs in order; the model has the weights of `epochs[best]`."""

    epochs: tuple[Epoch, ...]
    best: int


def train_model(
    model: Any,
    dataset: Dataset,
    settings: FitSettings,
    *,
    seed: int,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> History:
    """Train `model` in place and keep its best epoch on the validation split.

    Best is the highest accuracy; of equals the latest, as its learning rate was the
    lowest. Switches TensorFlow to deterministic kernels for the rest of the process.

    Args:
        model: Ends in softmax or in logits.
        dataset: Where the training and validation images come from.
        settings: How to train.
        seed: Fixes the order of images and their augmentation.
        on_epoch: Called after each epoch.

    Raises:
        ProjectError: If training diverges.
    """
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(seed)
    steps = max(1, len(dataset.train) // settings.batch_size)
    optimizer = _optimizer(model, settings.learning_rate, steps * settings.epochs)
    train_step = _train_step(model, dataset.train, optimizer, settings.augment, seed)
    validate = _validation(model, dataset.validation)
    epochs: list[Epoch] = []
    best, best_weights = -1, None
    for order in _orders(len(dataset.train), settings.epochs, seed):
        batches = [order[i::steps][: settings.batch_size] for i in range(steps)]
        loss, accuracy = _train_epoch(train_step, batches)
        if not math.isfinite(loss):
            raise ProjectError(
                f"training: expected a finite loss, got {loss} in epoch "
                f"{len(epochs) + 1}",
                hint="choose a lower learning_rate",
            )
        epochs.append(Epoch(loss, accuracy, *validate()))
        if best < 0 or epochs[-1].val_accuracy >= epochs[best].val_accuracy:
            best, best_weights = len(epochs) - 1, model.get_weights()
        on_epoch(epochs[-1])
    model.set_weights(best_weights)
    return History(tuple(epochs), best)


def evaluate(model: Any, split: Split) -> float:
    """The share of images in `split` that `model` classifies correctly."""
    return float(np.mean(predict(model, split.images).argmax(axis=1) == split.labels))


def predict(model: Any, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The outputs of `model` for `images`, one row each."""
    forward = tf.function(
        lambda batch: model(tf.cast(batch, tf.float32) / 255.0, training=False),
        input_signature=[tf.TensorSpec((None, *images.shape[1:]), tf.uint8)],
    )
    rows = [
        forward(images[i : i + _PREDICT_BATCH]).numpy()
        for i in range(0, len(images), _PREDICT_BATCH)
    ]
    return np.concatenate(rows)


def _orders(images: int, epochs: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """A shuffled order of the images for each epoch."""
    generator = np.random.default_rng(seed)
    for _ in range(epochs):
        yield generator.permutation(images)


def _optimizer(model: Any, learning_rate: float, steps: int) -> Any:
    """Adam with a linear warm-up and a cosine down to nearly zero."""
    warmup_steps = int(steps * _WARMUP_SHARE)
    schedule = keras.optimizers.schedules.CosineDecay(
        learning_rate * _FINAL_RATE_SHARE,
        decay_steps=steps - warmup_steps,
        alpha=_FINAL_RATE_SHARE,
        warmup_target=learning_rate,
        warmup_steps=warmup_steps,
    )
    optimizer = keras.optimizers.Adam(schedule)
    optimizer.build(model.trainable_variables)
    return optimizer


def _train_step(
    model: Any, split: Split, optimizer: Any, augment: bool, seed: int
) -> Callable[[NDArray[np.int64]], tuple[Any, Any]]:
    """A compiled step: from the indices of a batch to its loss and accuracy."""
    images, labels = tf.constant(split.images), tf.constant(split.labels)
    scored_model, loss_of = _scored(model)
    variables = model.trainable_variables

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(indices: Any) -> tuple[Any, Any]:
        batch = tf.cast(tf.gather(images, indices), tf.float32) / 255.0
        if augment:
            batch = _augmented(batch, (seed, optimizer.iterations))
        truth = tf.gather(labels, indices)
        with tf.GradientTape() as tape:
            scores = scored_model(batch, training=True)
            loss = tf.reduce_mean(loss_of(truth, scores))
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss, tf.reduce_mean(_hits(truth, scores))

    return lambda indices: step(tf.constant(indices))


def _train_epoch(
    train_step: Callable[[NDArray[np.int64]], tuple[Any, Any]],
    batches: list[NDArray[np.int64]],
) -> tuple[float, float]:
    """Mean loss and accuracy over one step for each batch of indices."""
    scores = [train_step(batch) for batch in batches]  # not read before all have run
    loss, accuracy = np.mean([[float(x) for x in pair] for pair in scores], axis=0)
    return float(loss), float(accuracy)


def _validation(model: Any, split: Split) -> Callable[[], tuple[float, float]]:
    """A compiled pass over `split` that gives loss and accuracy."""
    scored_model, loss_of = _scored(model)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def sums(images: Any, truth: Any) -> tuple[Any, Any]:
        batch = tf.cast(images, tf.float32) / 255.0
        scores = scored_model(batch, training=False)
        loss = tf.reduce_sum(loss_of(truth, scores))
        return loss, tf.reduce_sum(_hits(truth, scores))

    def validate() -> tuple[float, float]:
        parts = [
            sums(
                tf.constant(split.images[i : i + _PREDICT_BATCH]),
                tf.constant(split.labels[i : i + _PREDICT_BATCH]),
            )
            for i in range(0, len(split), _PREDICT_BATCH)
        ]
        loss, hits = np.sum([[float(x) for x in pair] for pair in parts], axis=0)
        return float(loss / len(split)), float(hits / len(split))

    return validate


def _scored(model: Any) -> tuple[Any, Callable[[Any, Any], Any]]:
    """`model` without a final softmax layer, and the loss that suits its output."""
    last = model.outputs[0]._keras_history.operation
    if isinstance(last, keras.layers.Softmax):
        model = keras.Model(model.inputs[0], last.input)
    activation = getattr(last, "activation", None)
    is_softmax = activation is keras.activations.softmax
    loss_of = keras.losses.sparse_categorical_crossentropy
    return model, lambda truth, scores: loss_of(
        truth, scores, from_logits=not is_softmax
    )


def _hits(truth: Any, scores: Any) -> Any:
    return tf.cast(tf.equal(tf.argmax(scores, axis=-1), truth), tf.float32)


def _augmented(batch: Any, seed: tuple[int, Any]) -> Any:
    """`batch` with each image moved, turned and scaled a little about its centre."""
    count = tf.shape(batch)[0]
    h, w = batch.shape[1:3]
    shift = max(_MIN_SHIFT, min(h, w) * _MAX_SHIFT_SHARE)
    limits = tf.constant([shift, shift, _MAX_ROTATION, _MAX_ZOOM])
    draws = limits * tf.random.stateless_uniform(
        (count, 4), (seed[0], tf.cast(seed[1], tf.int32)), -1.0, 1.0
    )
    dx, dy, angle, zoom = tf.unstack(draws, axis=1)
    cos, sin = (1.0 + zoom) * tf.cos(angle), (1.0 + zoom) * tf.sin(angle)
    cx, cy = (w - 1) / 2, (h - 1) / 2
    zero = tf.zeros_like(dx)
    rows = (
        *(cos, -sin, cx - cos * cx + sin * cy + dx),
        *(sin, cos, cy - sin * cx - cos * cy + dy),
        *(zero, zero),
    )
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=batch,
        transforms=tf.stack(rows, axis=1),
        output_shape=tf.constant((h, w)),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
