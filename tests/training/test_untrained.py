import numpy as np
import pytest

from tinycnn.analysis.cost import count_costs
from tinycnn.compiler.reading.tflite import read_tflite

pytestmark = pytest.mark.train


@pytest.mark.parametrize("name", ["lenet5", "tiny_cnn"])
def test_an_untrained_file_has_the_sizes_of_the_trained_one(name: str) -> None:
    """Operators, shapes, weights and biases, though biases are drawn as zeros."""
    from tinycnn.models import build_model
    from tinycnn.training.convert import convert_model
    from tinycnn.training.quantize import calibrate, quantize_model
    from tinycnn.training.untrained import convert_untrained

    model = build_model(name, input_shape=(28, 28, 1), classes=3)
    content = convert_untrained(model)
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.1, 0.2, w.shape) for w in model.get_weights()])
    twin = quantize_model(model)
    calibrate(twin, rng.integers(0, 256, (8, 28, 28, 1), np.uint8))
    trained = convert_model(twin)

    assert count_costs(read_tflite(content)) == count_costs(read_tflite(trained))
