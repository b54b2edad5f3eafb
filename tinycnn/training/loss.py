"""What training minimizes, and how its steps are sized.

Truths are probabilities, one row an image, so that smoothed, blended and weighted
labels are all the same to the loss.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.models.backend import keras, tf
from tinycnn.recipe import TrainingSettings
from tinycnn.training.fused_norm import with_fused_norms

__all__ = ["class_weights", "count_hits", "cross_entropy", "logits_of"]
__all__ += ["loss_function", "optimizer_of"]

_FINAL_RATE_SHARE = 0.01  # of the peak learning rate
_MOMENTUM = 0.9
_SMALLEST_PROBABILITY = 1e-7
_DECAYED = ("kernel",)  # weights that weight decay applies to, by the end of their name


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


def logits_of(model: Any) -> Any:
    """`model` up to its softmax, or with its probabilities' logarithms as output."""
    last = model.outputs[0]._keras_history.operation
    if isinstance(last, keras.layers.Softmax):
        return keras.Model(model.inputs[0], last.input)
    if getattr(last, "activation", None) is not keras.activations.softmax:
        return model
    p = keras.ops.maximum(model.outputs[0], _SMALLEST_PROBABILITY)
    return keras.Model(model.inputs[0], keras.ops.log(p))


def loss_function(
    recipe: TrainingSettings, labels: NDArray[np.int64], teacher: Any
) -> Callable[[Any, Any, Any], Any]:
    """The loss of each image, from images, probabilities of classes, and logits.

    Args:
        recipe: Smoothing, weights of classes and distillation.
        labels: Those of the training split.
        teacher: The model to distill from; None without distillation.
    """
    distill, smooth = recipe.distill, recipe.label_smoothing

    def loss_of(images: Any, truth: Any, logits: Any) -> Any:
        classes = logits.shape[-1]
        target = (1.0 - smooth) * truth + smooth / classes
        loss = cross_entropy(target, logits)
        if recipe.class_weights:
            loss *= tf.linalg.matvec(truth, class_weights(labels, classes))
        if distill is None or expert is None:
            return loss
        opinion = tf.nn.softmax(expert(images, training=False) / distill.temperature)
        lesson = cross_entropy(opinion, logits / distill.temperature)
        lesson *= distill.temperature**2  # Hinton et al., 2015, section 2
        return (1.0 - distill.weight) * loss + distill.weight * lesson

    expert = None if teacher is None else with_fused_norms(logits_of(teacher))
    return loss_of


def cross_entropy(truth: Any, logits: Any) -> Any:
    """The cross-entropy of each image."""
    return tf.nn.softmax_cross_entropy_with_logits(truth, logits)


def count_hits(labels: Any, logits: Any) -> Any:
    """How many images have their label's class on top."""
    hits = tf.equal(tf.argmax(logits, axis=-1), labels)
    return tf.reduce_sum(tf.cast(hits, tf.float32))


def class_weights(labels: NDArray[np.int64], classes: int) -> NDArray[np.float32]:
    """A weight for each class that is 1 on average over all images.

    >>> class_weights(np.array([0, 0, 0, 1]), 2)
    array([0.6666667, 2.       ], dtype=float32)
    """
    counts = np.bincount(labels, minlength=classes)
    present = np.count_nonzero(counts)
    return (len(labels) / present / np.maximum(counts, 1)).astype(np.float32)
