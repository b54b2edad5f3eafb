import numpy as np
import pytest

from tinycnn.compiler.analysis import analyze_tflite
from tinycnn.errors import ProjectError
from tinycnn.models import build_model
from tinycnn.recipe import TrainingSettings

pytestmark = pytest.mark.train


def _model(name="tiny_cnn", width=1.0):
    return build_model(name, input_shape=(8, 8, 1), classes=4, width=width, seed=1)


def _twin(model, images):
    from tinycnn.training.quantize import calibrate, quantize_model

    twin = quantize_model(model)
    calibrate(twin, images)
    return twin


@pytest.mark.parametrize("name", ["tiny_cnn", "resnet"])
def test_what_is_left_is_the_narrower_network(corners, name):
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


def test_training_leaves_zeros_alone(corners):
    """Neither fine-tuning brings a channel back, whatever decays or moves."""
    from tinycnn.training.fit import train_model
    from tinycnn.training.prune import prune_channels
    from tinycnn.training.quantize import fine_tune, quantize_model
    from tinycnn.training.read_steps import read_steps

    def alive(steps):
        return [step.kernel.any(axis=(0, 1))[..., 0].sum() for step in steps]

    recipe = TrainingSettings(epochs=1, weight_decay=0.1)
    model = _model(width=0.5)
    prune_channels(model, 0.5)
    depthwise = [s.name for s in read_steps(model) if s.kind == "depthwise"]
    train_model(model, corners, recipe, seed=1)
    steps = {step.name: step for step in read_steps(model)}
    twin = quantize_model(model)
    fine_tune(twin, corners, recipe, seed=1)

    assert alive(steps[name] for name in depthwise) == [4, 8, 12, 16]
    integers = [twin.get_layer(name).quantized_kernel()[0] for name in depthwise]
    assert [i.any(axis=(0, 1)).sum() for i in integers] == [4, 8, 12, 16]


def test_a_pruned_network_is_exact(networks, reference, images):
    """The reference's outputs are the twin's, byte for byte."""
    from tinycnn.training.agreement import fake_quantized_outputs
    from tinycnn.training.convert import convert_model
    from tinycnn.training.prune import prune_channels

    model = networks.residual()
    assert prune_channels(model, 0.5) == 4
    twin = _twin(model, images)

    outputs = reference(convert_model(twin), images)
    np.testing.assert_array_equal(fake_quantized_outputs(twin, images), outputs)


def test_the_weakest_filters_go(networks):
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


def test_products_and_what_a_sigmoid_makes_of_zero_keep_their_channels(networks):
    """A pruned channel is zero wherever it goes."""
    from tinycnn.training.prune import prune_channels

    with pytest.raises(ProjectError, match="model 'gated' has no channels that can go"):
        prune_channels(networks.gated(), 0.5)


def test_a_concatenation_loses_channels_of_one_source(networks):
    """Eight of a plain convolution; the others are made by depthwise ones."""
    from tinycnn.training.prune import prune_channels

    model = networks.concatenated()
    assert prune_channels(model, 0.5) == 4
    assert np.asarray(model.get_layer("a").kernel).any(axis=(0, 1, 2)).sum() == 4


def test_a_network_with_nothing_to_prune_is_refused():
    """Four channels are the fewest."""
    from tinycnn.training.prune import prune_channels

    with pytest.raises(ProjectError, match="model 'tiny_cnn' has no channels that can"):
        prune_channels(_model(width=0.1), 0.1)
