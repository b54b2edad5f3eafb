import functools
from typing import Any

import numpy as np
import pytest

from tinycnn.errors import UnsupportedModelError

pytestmark = pytest.mark.train

NAMES = ["linear", "relu", "relu6", "hard_sigmoid", "sigmoid", "silu", "hard_silu"]


@pytest.fixture(scope="module")
def keras() -> Any:
    """Keras, imported only when these tests run."""
    from tinycnn.models.backend import keras

    return keras


def _named(name: str, function: Any) -> Any:
    """`function` under the name of another."""

    def own(x: Any) -> Any:
        return function(x)

    own.__name__ = name
    return own


def _function_of(keras: Any, function: Any, shape: Any = (6, 6, 4)) -> Any:
    from tinycnn.training.activations import function_of

    layer = keras.layers.Activation(function)
    layer(keras.Input(shape))
    return function_of(layer)


ALIASES = {
    "tf.nn.relu": lambda k, tf: (tf.nn.relu, "relu"),
    "tf.nn.relu6": lambda k, tf: (tf.nn.relu6, "relu6"),
    "tf.nn.softmax": lambda k, tf: (tf.nn.softmax, "softmax"),
    "tf.nn.silu": lambda k, tf: (tf.nn.silu, "silu"),
    "tf.sigmoid": lambda k, tf: (tf.sigmoid, "sigmoid"),
    "tf.identity": lambda k, tf: (tf.identity, "linear"),
    "keras.ops": lambda k, tf: (k.ops.hard_sigmoid, "hard_sigmoid"),
    "keras.ops of three": lambda k, tf: (k.ops.hard_swish, "hard_silu"),
    "lambda": lambda k, tf: (lambda x: tf.nn.relu(x), "relu"),
    "partial": lambda k, tf: (
        functools.partial(k.activations.relu, max_value=6.0),
        "relu6",
    ),
    "layer": lambda k, tf: (k.layers.ReLU(max_value=6), "relu6"),
    "own words": lambda k, tf: (lambda x: x * tf.nn.relu6(x + 3) / 6, "hard_silu"),
    "swish": lambda k, tf: ("swish", "silu"),
    "misleading name": lambda k, tf: (_named("tanh", tf.nn.relu), "relu"),
}


@pytest.mark.parametrize("case", ALIASES)
def test_an_alias_is_known_by_what_it_computes(keras: Any, case: str) -> None:
    """Another name, wrapper or library changes nothing."""
    from tinycnn.models.backend import tf

    function, expected = ALIASES[case](keras, tf)

    assert _function_of(keras, function) == expected
    assert _function_of(keras, function, (10,)) == expected


FOREIGN = {
    "hard_sigmoid": lambda k, x: k.ops.clip(0.2 * x + 0.5, 0.0, 1.0),  # Keras 2's
    "softmax": lambda k, x: k.ops.softmax(x / 4.0),
    "relu": lambda k, x: k.ops.leaky_relu(x, 0.01),
    "relu6": lambda k, x: k.ops.minimum(k.ops.relu(x), 6.5),
    "silu": lambda k, x: x * k.ops.sigmoid(1.702 * x),  # a GELU
    "sigmoid": lambda k, x: 1.02 * k.ops.sigmoid(x),
    "linear": lambda k, x: k.ops.clip(x, -1e5, 1e5),
    "hard_silu": lambda k, x: x * k.ops.clip(0.2 * x + 0.5, 0.0, 1.0),
    "swish": lambda k, x: k.ops.gelu(x),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_function_named_like_one_of_keras_is_followed(keras: Any, name: str) -> None:
    """To what it is made of; the twin computes the same, or it would be refused."""
    from tinycnn.training.quantize import quantize_model

    function = _named(name, lambda x: FOREIGN[name](keras, x))
    dense = keras.layers.Dense(4, activation=function, name="dense")
    model = keras.Sequential([keras.Input((8, 8, 2)), keras.layers.Flatten(), dense])

    assert quantize_model(model).get_layer("dense")


UNFOLLOWED = {
    "softsign": lambda k, x: k.ops.softsign(x),
    "mish": lambda k, x: k.activations.mish(x),
    "own": lambda k, x: k.ops.convert_to_numpy(x) ** 3,
}


@pytest.mark.parametrize("name", UNFOLLOWED)
@pytest.mark.parametrize("kind", ["Activation", "Conv2D", "SeparableConv2D"])
def test_a_function_that_cannot_be_followed_is_refused(
    keras: Any, name: str, kind: str
) -> None:
    """Layer and function are named, in one line."""
    from tinycnn.training.quantize import quantize_model

    own = _named(name, lambda x: UNFOLLOWED[name](keras, x))
    options = {} if kind == "Activation" else {"filters": 2, "kernel_size": 3}
    layer = getattr(keras.layers, kind)(activation=own, name="gate", **options)
    expected = rf"layer 'gate' \({kind}\): expected activation .*, got '{name}'"

    with pytest.raises(UnsupportedModelError, match=expected) as caught:
        quantize_model(keras.Sequential([keras.Input((8, 8, 2)), layer]))
    assert "\n" not in str(caught.value)


def test_softmax_over_another_axis_is_refused(keras: Any) -> None:
    """It is Keras' function, but not over the channels."""
    along_rows = functools.partial(keras.activations.softmax, axis=1)

    assert _function_of(keras, along_rows) is None
    assert _function_of(keras, along_rows, (10,)) == "softmax"


def test_a_function_that_learns_is_refused(keras: Any) -> None:
    """It computes ReLU only until it is trained."""
    prelu = keras.layers.PReLU(alpha_initializer="zeros")

    assert _function_of(keras, prelu, (10,)) is None


def _fails(x: Any) -> None:
    raise ValueError("no such thing")


def _grows(x: Any) -> Any:
    return np.concatenate([x, x])


@pytest.mark.parametrize("function", [_fails, _grows])
def test_a_function_that_cannot_be_tried_is_none_of_them(
    keras: Any, function: Any
) -> None:
    """Whatever it raises or gives."""
    from types import SimpleNamespace

    from tinycnn.training.activations import function_of

    layer = SimpleNamespace(
        activation=function, output=SimpleNamespace(shape=(None, 5))
    )

    assert function_of(layer) is None
