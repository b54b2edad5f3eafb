"""What training minimizes, and how its steps are sized.

Truths are probabilities, one row an image, so that smoothed, blended and weighted
labels are all the same to the loss.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.errors import ProjectError
from tinycnn.models.backend import keras, tf
from tinycnn.recipe import TrainingSettings
from tinycnn.tasks import TASKS, Task, task_of
from tinycnn.tasks.kind import Loss
from tinycnn.training.fused_norm import with_fused_norms
from tinycnn.training.head import logits_of

__all__ = ["class_weights", "compare", "loss_function", "optimizer_of"]
__all__ += ["sum_credits", "truth_of"]

_FINAL_RATE_SHARE = 0.01  # of the peak learning rate
_MOMENTUM = 0.9
_DECAYED = ("kernel",)  # weights that weight decay applies to, by the end of their name

# From logits to what a teacher thinks.
_LAST_FUNCTIONS: dict[Loss, Callable[[Any], Any]] = {
    "softmax": tf.nn.softmax,
    "sigmoid": tf.sigmoid,
    "squares": tf.identity,
}


def optimizer_of(model: Any, recipe: TrainingSettings, steps: int) -> Any:
    """The optimizer of `recipe` with its schedule over `steps`, for `model`."""
    variables = model.trainable_variables
    schedule = _schedule(recipe, steps)
    arguments = {"weight_decay": recipe.weight_decay or None}
    if recipe.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(
            schedule, _MOMENTUM, nesterov=True, **arguments
        )
    else:
        optimizer = keras.optimizers.Adam(schedule, **arguments)
    optimizer.exclude_from_weight_decay(
        [v for v in variables if not v.path.endswith(_DECAYED)]
    )
    optimizer.build(variables)
    return optimizer


def _schedule(recipe: TrainingSettings, steps: int) -> Any:
    """A linear warm-up, then a cosine down to nearly zero, or no change."""
    warmup_steps = int(steps * recipe.warmup)
    is_cosine = recipe.schedule == "cosine"
    return keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate * _FINAL_RATE_SHARE,
        decay_steps=max(1, steps - warmup_steps),
        alpha=_FINAL_RATE_SHARE if is_cosine else 1.0,
        warmup_target=recipe.learning_rate,
        warmup_steps=warmup_steps,
    )


def loss_function(
    recipe: TrainingSettings, labels: NDArray[Any], teacher: Any
) -> Callable[[Any, Any, Any], Any]:
    """The loss of each image, from images, truths as of `truth_of`, and logits.

    Args:
        recipe: Smoothing, weights of classes and distillation.
        labels: Those of the training split.
        teacher: The model to distill from; None without distillation.

    Raises:
        ProjectError: If the recipe weighs or smooths what such labels do not have.
    """
    distill, smooth = recipe.distill, recipe.label_smoothing
    if recipe.class_weights and labels.ndim == 2:
        raise _unsuitable("class_weights", "one class an image", labels)
    if smooth and labels.dtype.kind == "f":
        raise _unsuitable("label_smoothing", "classes", labels)

    def loss_of(images: Any, truth: Any, logits: Any) -> Any:
        outputs = logits.shape[-1]
        task = task_of(labels, outputs)
        sides = outputs if TASKS[task].loss == "softmax" else 2
        weights = None
        if recipe.class_weights:
            shares = truth if sides == outputs else _both_sides(truth)
            weights = tf.linalg.matvec(shares, class_weights(labels.ravel(), sides))
        target = (1.0 - smooth) * truth + smooth / sides
        loss = compare(task, target, logits, weights)
        if distill is None or expert is None:
            return loss
        opinion = expert(images, training=False) / distill.temperature
        opinion = _LAST_FUNCTIONS[TASKS[task].loss](opinion)
        lesson = compare(task, opinion, logits / distill.temperature)
        lesson *= distill.temperature**2  # Hinton et al., 2015, section 2
        return (1.0 - distill.weight) * loss + distill.weight * lesson

    expert = None if teacher is None else with_fused_norms(logits_of(teacher))
    return loss_of


def truth_of(task: Task, labels: Any, outputs: int) -> Any:
    """The probability, or the number, that each output of an image should give."""
    if TASKS[task].loss == "softmax":
        return tf.one_hot(labels, outputs)
    return tf.reshape(tf.cast(labels, tf.float32), (-1, outputs))


def compare(task: Task, truth: Any, logits: Any, weights: Any = None) -> Any:
    """The cross-entropy of each image or its squared error, as a mean of outputs.

    Args:
        task: The task.
        truth: As of `truth_of`.
        logits: Likewise shaped.
        weights: Of each image, or of each cell of a grid; None for 1.
    """
    loss = TASKS[task].loss
    if loss == "softmax":
        each = tf.nn.softmax_cross_entropy_with_logits(truth, logits)
    elif loss == "squares":
        each = tf.reduce_mean(tf.square(truth - logits), axis=-1)
    else:
        each = tf.nn.sigmoid_cross_entropy_with_logits(truth, logits)
        each = tf.reduce_mean(each, axis=-1)
    if weights is not None:
        each *= weights
    cells = tuple(range(1, len(each.shape)))
    return tf.reduce_mean(each, axis=cells) if cells else each


def sum_credits(task: Task, labels: Any, logits: Any, variance: float) -> Any:
    """What a batch earns in all, as `tinycnn.tasks.credits_of` says.

    Args:
        task: The task.
        labels: As in a split.
        logits: One row an image.
        variance: That of all labels of the split, if they are real numbers.
    """
    if task == "regression":
        errors = tf.reduce_sum(tf.square(labels - logits), axis=-1)
        return tf.reduce_sum(1.0 - errors / variance)
    if task == "segmentation":
        return tf.reduce_sum(_mean_iou(labels, logits))
    if task == "categorical":
        hits = tf.equal(tf.argmax(logits, axis=-1), labels)
    else:
        is_above = tf.reshape(tf.cast(labels, tf.bool), tf.shape(logits))
        hits = tf.reduce_all(tf.equal(logits > 0.0, is_above), axis=-1)
    return tf.reduce_sum(tf.cast(hits, tf.float32))


def _mean_iou(labels: Any, logits: Any) -> Any:
    """Of each image, of the classes that are true or answered in it."""
    classes = logits.shape[-1]
    said = tf.one_hot(tf.argmax(logits, axis=-1), classes)
    true = tf.one_hot(labels, classes)
    both = tf.reduce_sum(said * true, axis=(1, 2))
    either = tf.reduce_sum(tf.maximum(said, true), axis=(1, 2))
    present = tf.cast(either > 0.0, tf.float32)
    shares = tf.reduce_sum(both / tf.maximum(either, 1.0), axis=-1)
    return shares / tf.reduce_sum(present, axis=-1)


def _unsuitable(key: str, expected: str, labels: NDArray[Any]) -> ProjectError:
    is_real = labels.dtype.kind == "f"
    got = "real numbers" if is_real else "several labels an image"
    return ProjectError(
        f"training.{key}: expected {expected}, got {got}", hint=f"leave {key} out"
    )


def _both_sides(truth: Any) -> Any:
    """The probabilities of both classes, from that of the second."""
    return tf.concat([1.0 - truth, truth], axis=-1)


def class_weights(labels: NDArray[np.int64], classes: int) -> NDArray[np.float32]:
    """A weight for each class that is 1 on average over all images.

    >>> class_weights(np.array([0, 0, 0, 1]), 2)
    array([0.6666667, 2.       ], dtype=float32)
    """
    counts = np.bincount(labels, minlength=classes)
    present = np.count_nonzero(counts)
    return (len(labels) / present / np.maximum(counts, 1)).astype(np.float32)
