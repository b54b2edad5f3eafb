from types import SimpleNamespace

import numpy as np
import pytest

pytestmark = pytest.mark.train


def test_outputs_are_int8_on_the_softmax_grid(
    networks: SimpleNamespace, images: np.ndarray
) -> None:
    """Softmax outputs are int8 with scale 1/256 and zero point -128."""
    from tinycnn.training.agreement import fake_quantized_outputs, output_quantization
    from tinycnn.training.quantize import calibrate, quantize_model

    twin = quantize_model(networks.padded())
    calibrate(twin, images)
    outputs = fake_quantized_outputs(twin, images)

    assert output_quantization(twin) == (1 / 256, -128)
    assert (outputs.dtype, outputs.shape) == (np.int8, (64, 5))
    np.testing.assert_allclose((outputs + 128.0).sum(axis=1) / 256, 1, atol=0.02)


def test_pooled_output_has_the_grid_of_its_input() -> None:
    """A model that ends in pooling reports the grid of the layer before it."""
    from tinycnn.models.backend import keras
    from tinycnn.training.agreement import output_quantization
    from tinycnn.training.quantize import quantize_model

    layers = [keras.layers.Conv2D(2, 3, name="c"), keras.layers.MaxPooling2D()]
    twin = quantize_model(keras.Sequential([keras.Input((8, 8, 1)), *layers]))

    assert output_quantization(twin) == twin.get_layer("c_grid").quantization()
