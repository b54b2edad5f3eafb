from typing import Any

import numpy as np
import pytest

from tinycnn.datasets.dataset import Dataset
from tinycnn.errors import ProjectError
from tinycnn.models import build_model
from tinycnn.recipe import AugmentSettings, TrainingSettings, TransferSettings

pytestmark = pytest.mark.train


def _model(seed: int = 1, **changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "input_shape": (8, 8, 1),
        "classes": 4,
        "width": 0.25,
        "seed": seed,
    }
    return build_model("tiny_cnn", **(arguments | changes))


def _recipe(**transfer: Any) -> TrainingSettings:
    settings = TransferSettings(source="../other", **transfer)
    return TrainingSettings(augment=AugmentSettings(), epochs=1, transfer=settings)


def _train_head(
    model: Any, dataset: Dataset, adopted: int = 0, **transfer: Any
) -> None:
    from tinycnn.training.fit import Hooks
    from tinycnn.training.transfer import train_head

    recipe = _recipe(**transfer)
    train_head(model, adopted, dataset, recipe, seed=1, hooks=Hooks())


def test_weights_are_adopted_up_to_the_head() -> None:
    """Another number of classes changes the last layer only."""
    from tinycnn.training.transfer import adopt_weights

    source, model = _model(classes=7), _model(seed=2)
    adopted = adopt_weights(model, source.get_weights())

    assert model.layers[adopted].name == "logits"
    pairs = list(zip(model.weights, source.weights, strict=True))
    for own, other in pairs[:-2]:
        np.testing.assert_array_equal(own, other)
    assert pairs[-2][0].shape != pairs[-2][1].shape


def test_another_network_is_refused() -> None:
    """When not even the first layer fits there is nothing to transfer."""
    from tinycnn.training.transfer import adopt_weights

    with pytest.raises(ProjectError, match="'tiny_cnn': expected to start with the"):
        adopt_weights(_model(), _model(width=1.0).get_weights())


@pytest.mark.parametrize("freeze", [None, "pointwise_2"])
def test_frozen_layers_keep_still_while_the_head_learns(
    corners: Dataset, freeze: str | None
) -> None:
    """Weights and averages up to the last frozen layer are as they were."""
    model = _model()
    names = [layer.name for layer in model.layers]
    before = {layer.name: layer.get_weights() for layer in model.layers}
    adopted = names.index("logits")
    _train_head(model, corners, adopted, freeze=freeze)

    count = adopted if freeze is None else names.index(freeze) + 1
    for number, layer in enumerate(x for x in model.layers if x.weights):
        same = map(np.array_equal, before[layer.name], layer.get_weights())
        assert all(same) == (names.index(layer.name) < count), number
    assert all(layer.trainable for layer in model.layers)


def test_without_a_new_layer_no_head_learns(corners: Dataset) -> None:
    """Where the classes are as many as before, all layers go on together at once."""
    model = _model()
    before = model.get_weights()
    _train_head(model, corners, adopted=len(model.layers))

    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_unknown_or_last_layer_is_refused(corners: Dataset) -> None:
    """The hint lists the layers; something must be left to train."""
    with pytest.raises(ProjectError, match="no layer 'conv_9' in model") as caught:
        _train_head(_model(), corners, freeze="conv_9")
    assert "stem, stem_norm" in caught.value.hint

    with pytest.raises(ProjectError, match="no layer is left to train after 'logits'"):
        _train_head(_model(), corners, freeze="logits")


def test_weights_for_symmetric_images_are_made_to_fit() -> None:
    """Where no padding is seen, outputs are those of images in [-1, 1]."""
    from tinycnn.models.backend import keras
    from tinycnn.training.transfer import _for_unit_images

    keras.utils.set_random_seed(0)
    layers = [keras.layers.Conv2D(4, 3, use_bias=False)]
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), *layers, keras.layers.BatchNormalization()]
    )
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.5, 2, w.shape) for w in model.get_weights()])
    x = rng.random((2, 8, 8, 3), np.float32)

    expected = model(2 * x - 1).numpy()
    model.set_weights(_for_unit_images(model.get_weights()))
    np.testing.assert_allclose(model(x), expected, rtol=1e-3, atol=1e-3)


def test_a_model_unlike_mobilenet_is_refused_before_any_download() -> None:
    """ImageNet weights fit MobileNetV2 only."""
    from tinycnn.training.transfer import imagenet_weights

    with pytest.raises(ProjectError, match="expected the layers of Keras' MobileNetV2"):
        imagenet_weights(_model(input_shape=(32, 32, 3)))
