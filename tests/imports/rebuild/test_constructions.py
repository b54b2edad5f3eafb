"""Whatever Keras writes as float `.tflite` comes back as a Keras model to train."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.conftest import require_module
from tests.training.test_constructions import NAMES

pytestmark = pytest.mark.train

# TensorFlow writes these as operators that no layer of ours has.
REFUSED = {"elu_alpha": "GREATER", "selu": "GREATER", "unit_norm": "RSQRT"}
_TOLERANCE = 1e-4  # of the largest output: float32, summed in another order


def converted(name: str) -> tuple[Any, bytes]:
    """A construction, and its float `.tflite` by TensorFlow's converter."""
    require_module("ai_edge_litert")
    require_module("tensorflow")
    from tests.training.constructions import graph
    from tinycnn.models.backend import tf

    model = graph(name)
    return model, tf.lite.TFLiteConverter.from_keras_model(model).convert()


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(REFUSED)))
def test_it_computes_the_same(name: str) -> None:
    """As the Keras model that was converted, and can be read as int8 steps."""
    original, content = converted(name)
    from tinycnn.imports.rebuild import rebuild
    from tinycnn.models.backend import keras
    from tinycnn.training.read_steps import read_network

    found = rebuild(content, "net.tflite")

    assert read_network(found.model).steps
    images = np.random.default_rng(1).uniform(0, 1, (5, 8, 8, 3)).astype(np.float32)
    wanted, got = (
        [np.asarray(y) for y in keras.tree.flatten(model(images, training=False))]
        for model in (original, found.model)
    )
    assert len(wanted) == len(got)
    for y in wanted:  # TensorFlow writes several in an order of its own
        limit = _TOLERANCE * np.max(np.abs(y))
        same_shape = [other for other in got if other.shape == y.shape]
        assert any(np.max(np.abs(other - y)) <= limit for other in same_shape)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_rebuilt_is_named(name: str) -> None:
    """In one line, with the operator's place."""
    _, content = converted(name)
    from tinycnn.errors import UnsupportedModelError
    from tinycnn.imports.rebuild import rebuild

    text = rf"^net\.tflite: op \d+ \({REFUSED[name]} '.+, got {REFUSED[name]}$"
    with pytest.raises(UnsupportedModelError, match=text):
        rebuild(content, "net.tflite")
