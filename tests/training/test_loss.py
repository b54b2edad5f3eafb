from typing import Any, Literal

import numpy as np
import pytest

from tinycnn.recipe import DistillSettings, TrainingSettings

pytestmark = pytest.mark.train

TRUTH = np.eye(3, dtype=np.float32)[[0, 1, 2, 0]]
LABELS = np.array([0, 1, 2, 0])
LOGITS = np.array([[2, 0, 1], [0, 1, 0], [3, 0, 1], [0, 0, 0]], np.float32)


def _loss(teacher: Any = None, **recipe: Any) -> Any:
    from tinycnn.models.backend import tf
    from tinycnn.training.loss import loss_function

    loss_of = loss_function(TrainingSettings(**recipe), LABELS, teacher)
    return loss_of(tf.zeros((4, 2)), tf.constant(TRUTH), tf.constant(LOGITS)).numpy()


def test_smoothing_is_that_of_keras() -> None:
    """Labels give a share to all classes."""
    from tinycnn.models.backend import keras

    expected = keras.losses.categorical_crossentropy(
        TRUTH, LOGITS, from_logits=True, label_smoothing=0.2
    )
    np.testing.assert_allclose(_loss(label_smoothing=0.2), expected, rtol=1e-5)


def test_rare_classes_count_for_more() -> None:
    """Each class weighs the same in all, an image 1 on average."""
    weights = _loss(class_weights=True) / _loss()

    np.testing.assert_allclose(weights, [2 / 3, 4 / 3, 4 / 3, 2 / 3], rtol=1e-5)


def test_distillation_compares_softened_logits() -> None:
    """With full weight the loss is least where the logits are the teacher's."""
    from tinycnn.models.backend import keras

    image = keras.Input((2,))
    teacher = keras.Model(image, keras.layers.Dense(3)(image))
    teacher.layers[1].bias.assign([2.0, 0.0, 1.0])
    distill = DistillSettings(teacher="../big", weight=1.0, temperature=2.0)
    losses = _loss(teacher, distill=distill)

    p = np.exp(np.array([1, 0, 0.5]))
    p /= p.sum()
    assert losses.argmin() == 0
    assert losses[0] == pytest.approx(-4 * (p * np.log(p)).sum(), rel=1e-5)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_weight_decay_spares_biases_and_normalization(
    optimizer: Literal["adam", "sgd"],
) -> None:
    """Without gradients a step shrinks kernels only."""
    from tinycnn.models.backend import keras, tf
    from tinycnn.training.loss import optimizer_of

    layers = [keras.layers.Conv2D(2, 3, bias_initializer="ones", name="c")]
    layers += [keras.layers.BatchNormalization(name="n")]
    model = keras.Sequential([keras.Input((8, 8, 1)), *layers])
    recipe = TrainingSettings(
        optimizer=optimizer, weight_decay=0.5, learning_rate=0.5, warmup=0.0
    )
    kernel = model.get_weights()[0]
    variables = model.trainable_variables
    optimizer_of(model, recipe, 10).apply([tf.zeros_like(v) for v in variables])

    after = [np.asarray(v) for v in variables]
    np.testing.assert_allclose(after[0], kernel * 0.75, rtol=1e-5)
    for found, expected in zip(after[1:], (1, 1, 0), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_schedule_warms_up_then_falls_or_stays() -> None:
    """A share of the steps grows linearly; a cosine ends at a hundredth."""
    from tinycnn.models.backend import keras
    from tinycnn.training.loss import optimizer_of

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    rates = {}
    for schedule in ("cosine", "constant"):
        recipe = TrainingSettings(schedule=schedule, learning_rate=0.1, warmup=0.2)
        optimizer = optimizer_of(model, recipe, 100)
        rates[schedule] = [float(optimizer._learning_rate(i)) for i in (0, 20, 60, 100)]

    assert rates["cosine"] == pytest.approx([0.001, 0.1, 0.0505, 0.001], rel=1e-3)
    assert rates["constant"] == pytest.approx([0.001, 0.1, 0.1, 0.1], rel=1e-3)
