from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tinycnn.datasets.dataset import Dataset
from tinycnn.errors import UnsupportedModelError

pytestmark = pytest.mark.train

NETWORKS = ["padded", "residual", "concatenated", "pooled", "gated", "preactivated"]
NETWORKS += ["flat_norms"]


def _twin(model: Any, images: np.ndarray) -> Any:
    from tinycnn.training.quantize import calibrate, quantize_model

    twin = quantize_model(model)
    calibrate(twin, images)
    return twin


@pytest.mark.parametrize("name", NETWORKS)
def test_uncalibrated_pass_equals_the_float_model(
    networks: SimpleNamespace, images: np.ndarray, name: str
) -> None:
    """With activations left alone, the twin differs by the rounding of weights only."""
    from tinycnn.training.grids import set_mode

    model = getattr(networks, name)()
    twin = _twin(model, images)
    set_mode(twin, "calibrates")
    x = images.astype(np.float32) / 255

    expected = model(x, training=False).numpy()
    error = np.abs(twin(x, training=False).numpy() - expected).max()
    assert 0 < error < 0.02 * np.abs(expected).max()


@pytest.mark.parametrize("name", NETWORKS)
def test_twin_is_within_8_bit_error_of_the_float_model(
    networks: SimpleNamespace, images: np.ndarray, name: str
) -> None:
    """Quantization moves outputs by a few steps of the output's grid at most."""
    from tinycnn.training.agreement import output_quantization
    from tinycnn.training.fit import predict

    model = getattr(networks, name)()
    twin = _twin(model, images)

    error = np.abs(predict(twin, images) - predict(model, images)).max()
    assert error < 6 * output_quantization(twin)[0]


def test_weights_are_symmetric_per_channel(
    networks: SimpleNamespace, images: np.ndarray
) -> None:
    """Each output channel uses -127..127 fully, whatever the size of its weights."""
    model = networks.padded()
    kernel = model.get_layer("conv").kernel
    kernel.assign(kernel * 10.0 ** np.arange(-3, 5))
    layer = _twin(model, images).get_layer("conv")

    integers, scale = layer.quantized_kernel()
    assert scale.shape == (1, 1, 1, 8)
    np.testing.assert_array_equal(np.abs(integers).max(axis=(0, 1, 2)), [127] * 8)
    np.testing.assert_allclose(integers * scale, layer.kernel, atol=scale.max() / 2)


def test_ternary_weights_are_the_nearest_of_their_size(
    networks: SimpleNamespace, images: np.ndarray
) -> None:
    """By the least squared error over all thresholds, within a few percent."""
    from tinycnn.training.quantize import quantize_model

    layer = quantize_model(networks.residual(), ternary=True).get_layer("b")
    integers, scale = layer.quantized_kernel()
    kernel = np.asarray(layer.kernel)[..., 0].ravel()
    size = np.sort(np.abs(kernel))[::-1]
    errors = [  # of giving the k largest one size
        np.sum((size[:k] - size[:k].mean()) ** 2) + np.sum(size[k:] ** 2)
        for k in range(1, len(size) + 1)
    ]

    found = np.sum(((integers * scale)[..., 0].ravel() - kernel) ** 2)
    assert min(errors) <= found * 1.001 < 1.1 * min(errors)


def test_depthwise_weights_are_per_channel(
    networks: SimpleNamespace, images: np.ndarray
) -> None:
    """A depthwise kernel has a scale for each input channel and multiplier."""
    layer = _twin(networks.concatenated(), images).get_layer("b")

    integers, scale = layer.quantized_kernel()
    assert scale.shape == (1, 1, 3, 2)
    np.testing.assert_array_equal(np.abs(integers).max(axis=(0, 1)), [[127, 127]] * 3)


def test_images_have_the_exact_grid_of_bytes(
    networks: SimpleNamespace, images: np.ndarray
) -> None:
    """Image values 0..255 become -128..127 one to one."""
    grid = _twin(networks.padded(), images).get_layer("image_grid")

    scale, zero_point = grid.quantization()
    assert (np.float32(scale), zero_point) == (np.float32(1 / 255), -128)


def test_concatenated_tensors_share_one_grid(
    networks: SimpleNamespace, images: np.ndarray
) -> None:
    """The tensors around a concatenation have one range that holds all of them."""
    twin = _twin(networks.concatenated(), images)
    names = [layer.name for layer in twin.layers if layer.name.endswith("_grid")]

    scale, zero_point = twin.get_layer("a_grid").quantization()
    assert "b_grid" not in names
    assert scale * (-128 - zero_point) < -0.1  # of b: a has no negative values
    assert scale * (127 - zero_point) > 0.1


def test_image_in_a_concatenation_goes_to_another_grid() -> None:
    """The fixed range of images is not that of computed tensors."""
    from tinycnn.models.backend import keras
    from tinycnn.training.quantize import quantize_model

    image = keras.Input((8, 8, 2))
    x = keras.layers.Conv2D(2, 3, padding="same", name="c")(image)
    both = keras.layers.Concatenate(name="both")([image, x])
    twin = quantize_model(keras.Model(image, both))

    assert twin.get_layer("both_in").kind == "requantize"


def test_fine_tuning_follows_then_freezes_ranges(corners: Dataset) -> None:
    """Ranges move with the activations first and stay for the last third."""
    from tinycnn.models import build_model
    from tinycnn.recipe import AugmentSettings, TrainingSettings
    from tinycnn.training.checkpoint import Epoch
    from tinycnn.training.fit import Hooks
    from tinycnn.training.quantize import fine_tune, quantize_model

    model = build_model("lenet5", input_shape=(8, 8, 1), classes=4, width=0.25)
    twin = quantize_model(model)
    limits = []

    def watch(_: Epoch) -> None:
        limits.append(twin.get_layer("conv_1_grid").quantization())

    recipe = TrainingSettings(epochs=3, learning_rate=1e-3, augment=AugmentSettings())
    fine_tune(twin, corners, recipe, seed=0, hooks=Hooks(after_epoch=watch))
    assert limits[0] != limits[1]
    assert limits[1] == limits[2]


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_reach_all_weights(
    networks: SimpleNamespace, images: np.ndarray, name: str
) -> None:
    """Rounding does not stop the gradient of any kernel or bias."""
    from tinycnn.models.backend import tf

    twin = _twin(getattr(networks, name)(), images)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(twin(images.astype(np.float32) / 255, training=True) ** 2)

    gradients = tape.gradient(loss, twin.trainable_variables)
    assert None not in gradients
    assert all(np.abs(gradient).max() > 0 for gradient in gradients)


def test_a_model_that_is_not_its_graph_is_refused() -> Any:
    """A functional model with a call of its own computes something else."""
    from tinycnn.models.backend import keras
    from tinycnn.training.quantize import quantize_model

    class Halved(keras.Model):  # type: ignore[misc]  # Keras ships no types
        def call(self, x: Any, training: Any = False) -> Any:
            return super().call(x, training=training) * 0.5

    image = keras.Input((8, 8, 1))
    flat = keras.layers.Flatten()(image)
    model = Halved(image, keras.layers.Dense(3)(flat), name="halved")

    with pytest.raises(UnsupportedModelError, match="'halved': expected outputs as"):
        quantize_model(model)


def test_a_channel_of_a_constant_keeps_it() -> None:
    """Zero weights with a bias are no pruned channel: what follows reads the bias."""
    from tinycnn.models.backend import keras
    from tinycnn.training.quantize import quantize_model

    layer = keras.layers.Conv2D(3, 3, name="conv")
    model = keras.Sequential([keras.Input((8, 8, 1)), layer])
    kernel = np.ones((3, 3, 1, 3), np.float32)
    kernel[..., :2] = 0.0
    layer.set_weights([kernel, np.array([0.5, 0.0, 0.0], np.float32)])
    twin = quantize_model(model).get_layer("conv")

    np.testing.assert_array_equal(twin.bias, [0.5, 0.0, 0.0])
    assert twin.bias.constraint is not None
