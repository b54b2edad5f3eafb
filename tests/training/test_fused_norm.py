from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.train


@pytest.fixture
def model() -> Any:
    """A convolution and its normalization."""
    from tinycnn.models.backend import keras

    keras.utils.set_random_seed(0)
    layers = [keras.layers.Conv2D(4, 3), keras.layers.BatchNormalization(momentum=0.9)]
    return keras.Sequential([keras.Input((8, 8, 2)), *layers])


def _step(network: Any) -> list[Any]:
    """Outputs and gradients of a training step."""
    from tinycnn.models.backend import tf

    x = np.random.default_rng(1).normal(1, 2, (16, 8, 8, 2)).astype(np.float32)
    with tf.GradientTape() as tape:
        y = network(x, training=True)
        loss = tf.reduce_sum(y**3)
    return [y, *tape.gradient(loss, network.trainable_variables)]


def test_training_step_equals_that_of_keras(model: Any) -> None:
    """Outputs, gradients and the averages that are left behind are the same."""
    from tinycnn.training.fused_norm import with_fused_norms

    before = model.get_weights()
    expected = _step(model), model.get_weights()
    model.set_weights(before)
    found = _step(with_fused_norms(model)), model.get_weights()

    for a, b in zip(expected, found, strict=True):
        for x, y in zip(a, b, strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-3, atol=2e-3)


def test_frozen_normalization_keeps_its_averages(model: Any) -> None:
    """As in Keras, a layer that does not train computes as in inference."""
    from tinycnn.training.fused_norm import with_fused_norms

    model.layers[1].trainable = False
    before = model.get_weights()
    outputs = _step(with_fused_norms(model))[0]

    np.testing.assert_allclose(outputs, _step(model)[0], atol=1e-5)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_other_statistics_than_those_of_a_batch_are_left_to_keras(model: Any) -> None:
    """Renormalization is no fused operation."""
    from tinycnn.training.fused_norm import with_fused_norms

    norm = model.layers[1]
    norm.renorm = True

    assert with_fused_norms(model).layers[-1] is norm
