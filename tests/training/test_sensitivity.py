from typing import Any

import numpy as np
import pytest

from tinycnn.datasets.dataset import Dataset

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def twin(corners: Dataset) -> Any:
    """A trained twin whose second layer rounds everything away."""
    from tinycnn.models import build_model
    from tinycnn.recipe import AugmentSettings, TrainingSettings
    from tinycnn.training.fit import train_model
    from tinycnn.training.quantize import calibrate, quantize_model

    model = build_model("lenet5", input_shape=(8, 8, 1), classes=4, width=0.5)
    recipe = TrainingSettings(epochs=4, learning_rate=0.01, augment=AugmentSettings())
    train_model(model, corners, recipe, seed=1)
    twin = quantize_model(model)
    calibrate(twin, corners.train.images)
    twin.get_layer("conv_2_grid").high.assign([1e6])
    return twin


def test_the_layer_that_costs_the_accuracy_is_found(
    twin: Any, corners: Dataset
) -> None:
    """Alone, it is as bad as all together; the others cost nothing."""
    from tinycnn.training.sensitivity import measure_sensitivity

    found = {c.layer: c for c in measure_sensitivity(twin, corners.validation)}

    layers = ["conv_1", "conv_2", "dense_1", "dense_2", "logits"]
    assert list(found) == ["nothing", *layers, "all"]
    assert found["nothing"].accuracy > 0.9
    assert found["conv_2"].accuracy < 0.5
    assert found["all"].accuracy < 0.5
    for name in set(layers) - {"conv_2"}:
        assert found[name].loss == pytest.approx(found["nothing"].loss, abs=0.02)
    assert found["conv_1"].parameters == 3 * 25 + 3


def test_nothing_quantized_is_the_float_network(twin: Any, corners: Dataset) -> None:
    """Loss is that of the folded weights; the twin is as it was afterwards."""
    from tinycnn.training.fit import predict
    from tinycnn.training.grids import set_mode
    from tinycnn.training.sensitivity import measure_sensitivity

    before = predict(twin, corners.validation.images)
    nothing = measure_sensitivity(twin, corners.validation)[0]
    np.testing.assert_array_equal(before, predict(twin, corners.validation.images))

    set_mode(twin, "float")
    p = predict(twin, corners.validation.images)
    set_mode(twin, "active")
    expected = -np.log(p[np.arange(len(p)), corners.validation.labels]).mean()
    assert nothing.loss == pytest.approx(expected, rel=1e-4)
