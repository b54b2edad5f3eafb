from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tinycnn.analysis.fit import analyze_tflite
from tinycnn.datasets.dataset import Dataset
from tinycnn.errors import ProjectError
from tinycnn.models import build_model
from tinycnn.recipe import TrainingSettings

pytestmark = pytest.mark.train


def _model(name: str = "tiny_cnn", width: float = 1.0) -> Any:
    return build_model(name, input_shape=(8, 8, 1), classes=4, width=width, seed=1)


def _twin(model: Any, images: np.ndarray) -> Any:
    from tinycnn.training.quantize import calibrate, quantize_model

    twin = quantize_model(model)
    calibrate(twin, images)
    return twin


@pytest.mark.parametrize("name", ["tiny_cnn", "resnet"])
def test_what_is_left_is_the_narrower_network(corners: Dataset, name: str) -> None:
    """Half the channels cost what half the width does, once compiled."""
    from tinycnn.training.convert import convert_model
    from tinycnn.training.prune import prune_channels

    model = _model(name)
    prune_channels(model, 0.5)
    found, expected = (
        analyze_tflite(convert_model(_twin(network, corners.train.images)))
        for network in (model, _model(name, width=0.5))
    )
    assert found.macs == expected.macs
    assert found.plan.arena_bytes == expected.plan.arena_bytes


def test_training_leaves_zeros_alone(corners: Dataset) -> None:
    """Neither fine-tuning brings a channel back, though no ReLU stops gradients."""
    from tinycnn.models.backend import keras
    from tinycnn.training.fit import train_model
    from tinycnn.training.prune import prune_channels
    from tinycnn.training.quantize import fine_tune, quantize_model

    layers, recipe = keras.layers, TrainingSettings(epochs=1)
    parts = [
        layers.Conv2D(8, 3, name="conv"),
        layers.BatchNormalization(),
        layers.DepthwiseConv2D(3, name="depthwise"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(4),
    ]
    model = keras.Sequential([keras.Input((8, 8, 1)), *parts])
    prune_channels(model, 0.5)
    conv, norm, depthwise, *_ = parts
    variables = (conv.kernel, conv.bias, norm.gamma, norm.beta, depthwise.bias)
    gone = np.asarray(norm.gamma) == 0
    train_model(model, corners, recipe, seed=1)
    assert gone.sum() == 4
    for variable in variables:
        assert not np.asarray(variable)[..., gone].any()
        assert np.asarray(variable)[..., ~gone].all()

    twin = quantize_model(model)
    fine_tune(twin, corners, recipe, seed=1)
    for name, axes in (("conv", (0, 1, 2)), ("depthwise", (0, 1, 3))):
        kernel, bias = twin.get_layer(name).kernel, twin.get_layer(name).bias
        np.testing.assert_array_equal(np.any(kernel, axis=axes), ~gone)
        np.testing.assert_array_equal(np.asarray(bias) != 0, ~gone)


def test_a_pruned_network_is_exact(
    networks: SimpleNamespace, reference: Callable[..., np.ndarray], images: np.ndarray
) -> None:
    """The reference's outputs are the twin's, byte for byte."""
    from tinycnn.training.agreement import fake_quantized_outputs
    from tinycnn.training.convert import convert_model
    from tinycnn.training.prune import prune_channels

    model = networks.residual()
    assert prune_channels(model, 0.5) == 4
    twin = _twin(model, images)

    outputs = reference(convert_model(twin), images)
    np.testing.assert_array_equal(fake_quantized_outputs(twin, images), outputs)


def test_the_weakest_filters_go(networks: SimpleNamespace) -> None:
    """By the sum of their weights as batch normalization scales them."""
    from tinycnn.training.prune import prune_channels
    from tinycnn.training.read_steps import read_steps

    model = networks.padded()
    gamma = np.array([0.1, 4, 4, 0.1, 4, 4, 0.1, 0.1], np.float32)
    model.get_layer("norm").gamma.assign(gamma)
    assert prune_channels(model, 0.4) == 4

    step = next(step for step in read_steps(model) if step.kind == "conv")
    np.testing.assert_array_equal(step.kernel.any(axis=(0, 1, 2)), gamma > 1)
    np.testing.assert_array_equal(step.bias != 0, gamma > 1)


def test_products_and_what_a_sigmoid_makes_of_zero_keep_their_channels(
    networks: SimpleNamespace,
) -> None:
    """A pruned channel is zero wherever it goes."""
    from tinycnn.training.prune import prune_channels

    with pytest.raises(ProjectError, match="model 'gated' has no channels that can go"):
        prune_channels(networks.gated(), 0.5)


def test_a_concatenation_loses_channels_of_one_source(
    networks: SimpleNamespace,
) -> None:
    """Eight of a plain convolution; the others are made by depthwise ones."""
    from tinycnn.training.prune import prune_channels

    model = networks.concatenated()
    assert prune_channels(model, 0.5) == 4
    assert np.asarray(model.get_layer("a").kernel).any(axis=(0, 1, 2)).sum() == 4


def test_a_network_with_nothing_to_prune_is_refused() -> None:
    """Four channels are the fewest."""
    from tinycnn.training.prune import prune_channels

    with pytest.raises(ProjectError, match="model 'tiny_cnn' has no channels that can"):
        prune_channels(_model(width=0.1), 0.1)


def test_what_is_held_at_zero_keeps_its_constraint() -> None:
    """Weights that must not be negative are not, and pruned ones are zero."""
    from tinycnn.models.backend import keras
    from tinycnn.training.prune import hold_at_zero

    dense = keras.layers.Dense(3, kernel_constraint=keras.constraints.NonNeg())
    dense.build((None, 1))
    hold_at_zero(dense.kernel, np.array([1.0, 0.0, 1.0], np.float32))
    held = dense.kernel.constraint(np.array([[-1.0, 2.0, 3.0]], np.float32))

    np.testing.assert_array_equal(held, [[0.0, 0.0, 3.0]])
