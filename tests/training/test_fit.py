from typing import Any

import numpy as np
import pytest

from tinycnn.datasets.dataset import Dataset
from tinycnn.errors import ProjectError
from tinycnn.recipe import TrainingSettings

pytestmark = pytest.mark.train


def _build(seed: int = 1) -> Any:
    from tinycnn.models import build_model

    return build_model(
        "tiny_cnn", input_shape=(8, 8, 1), classes=4, width=0.5, seed=seed
    )


def _settings(**changes: Any) -> TrainingSettings:
    from tinycnn.recipe import TrainingSettings

    values = {"epochs": 6, "batch_size": 32, "learning_rate": 0.01, "augment": False}
    return TrainingSettings(**(values | changes))


def test_training_learns(corners: Dataset) -> None:
    """A network gets nearly all test images of an easy data set right."""
    from tinycnn.training.fit import evaluate, train_model

    model = _build()
    before = evaluate(model, corners.test)
    train_model(model, corners, _settings(), seed=1)

    assert before < 0.6
    assert evaluate(model, corners.test) > 0.95


def test_same_seed_gives_the_same_weights(corners: Dataset) -> None:
    """Order and augmentation depend on nothing but the seed."""
    from tinycnn.training.fit import train_model

    runs = []
    for seed in (1, 1, 2):
        model = _build()
        train_model(model, corners, _settings(epochs=2, augment=True), seed=seed)
        runs.append(np.concatenate([w.ravel() for w in model.get_weights()]))

    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_best_epoch_is_kept(corners: Dataset) -> None:
    """The model ends with the weights of its best validation epoch."""
    from tinycnn.training.checkpoint import Epoch
    from tinycnn.training.fit import Hooks, evaluate, train_model

    model = _build()
    seen: list[Epoch] = []
    hooks = Hooks(after_epoch=seen.append)
    history = train_model(model, corners, _settings(), seed=3, hooks=hooks)

    best = history.epochs[history.best]
    accuracies = [epoch.val_accuracy for epoch in seen]
    assert list(history.epochs) == seen
    assert best.val_accuracy == max(accuracies)
    assert max(accuracies[history.best + 1 :], default=0) < best.val_accuracy
    assert evaluate(model, corners.validation) == pytest.approx(best.val_accuracy)


def test_training_stops_when_validation_gets_no_better(corners: Dataset) -> None:
    """Patience counts from the first epoch of the best accuracy, equal ones too."""
    from tinycnn.training.fit import train_model

    recipe = _settings(epochs=9, learning_rate=1e-9, patience=2)
    history = train_model(_build(), corners, recipe, seed=1)

    assert len(history.epochs) < 9
    accuracies = [epoch.val_accuracy for epoch in history.epochs]
    assert len(accuracies) - 1 - accuracies.index(max(accuracies)) == 2


def test_bfloat16_learns_as_well(corners: Dataset) -> None:
    """Training computes with 8 bits of mantissa; what it returns are full floats."""
    from tinycnn.training.fit import evaluate, train_model

    model = _build()
    train_model(model, corners, _settings(precision="bfloat16"), seed=1)

    assert evaluate(model, corners.test) > 0.95
    assert {w.dtype for w in model.get_weights()} == {np.dtype("float32")}


@pytest.mark.parametrize("ending", ["logits", "softmax", "softmax layer"])
def test_loss_suits_the_last_layer(corners: Dataset, ending: str) -> None:
    """Logits, fused softmax and a softmax layer give the same first loss."""
    from tinycnn.models.backend import keras
    from tinycnn.training.fit import train_model

    keras.utils.set_random_seed(4)
    last = [keras.layers.Dense(4, "softmax" if ending == "softmax" else None)]
    last += [keras.layers.Softmax()] if ending == "softmax layer" else []
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), *last])
    settings = _settings(epochs=1, learning_rate=1e-9)
    history = train_model(model, corners, settings, seed=1)

    assert history.epochs[0].val_loss == pytest.approx(1.8, abs=0.4)
    p = model(corners.validation.images / np.float32(255)).numpy()
    p = p if "softmax" in ending else np.exp(p) / np.exp(p).sum(axis=1, keepdims=True)
    expected = -np.log(p[np.arange(len(p)), corners.validation.labels]).mean()
    assert history.epochs[0].val_loss == pytest.approx(expected, rel=1e-4)


def test_divergence_is_an_error_with_a_remedy(corners: Dataset) -> None:
    """A learning rate that is far too high ends in one clear line."""
    from tinycnn.training.fit import train_model

    recipe = _settings().model_copy(update={"learning_rate": 1e30})
    with pytest.raises(ProjectError, match="finite loss, got nan in epoch") as caught:
        train_model(_diverging(), corners, recipe, seed=1)
    assert "lower learning_rate" in caught.value.hint


def _diverging() -> Any:
    """A network without normalization, whose weights can grow without bound."""
    from tinycnn.models import build_model

    return build_model("lenet5", input_shape=(8, 8, 1), classes=4, width=0.25)
