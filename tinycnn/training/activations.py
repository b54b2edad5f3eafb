"""Which function an activation computes, whatever its name is.

A function of the user's own can be called like one of Keras' and be another, or be one
of Keras' under another name. What is not Keras' own object is computed on a grid of
numbers and compared with each function that int8 inference has.
"""

from __future__ import annotations

import functools
import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tinycnn.models.backend import keras

__all__ = ["FUNCTIONS", "FunctionName", "function_of", "shown_name"]

FunctionName = Literal[
    "linear",
    "relu",
    "relu6",
    "hard_sigmoid",
    "sigmoid",
    "silu",
    "hard_silu",
    "softmax",
    "log_softmax",
    "tanh",
    "hard_tanh",
    "sparse_sigmoid",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "gelu_tanh",
    "exponential",
]
FUNCTIONS: dict[FunctionName, Any] = {
    "linear": keras.activations.linear,
    "relu": keras.activations.relu,
    "relu6": keras.activations.relu6,
    "hard_sigmoid": keras.activations.hard_sigmoid,
    "sigmoid": keras.activations.sigmoid,
    "silu": keras.activations.silu,
    "hard_silu": keras.activations.hard_silu,
    "softmax": keras.activations.softmax,
    "log_softmax": keras.activations.log_softmax,
    "tanh": keras.activations.tanh,
    "hard_tanh": keras.activations.hard_tanh,
    "sparse_sigmoid": keras.activations.sparse_sigmoid,
    "leaky_relu": keras.activations.leaky_relu,
    "elu": keras.activations.elu,
    "selu": keras.activations.selu,
    "gelu": keras.activations.gelu,
    "gelu_tanh": functools.partial(keras.activations.gelu, approximate=True),
    "exponential": keras.activations.exponential,
}
_SAMPLES = 8_192  # numbers at least, that a function is tried on
_SPREAD = 3.0  # where exponentials differ visibly
_DECADES = (-3, 6)  # limits of a slope or a clip that a narrow grid would not see
_RELATIVE, _ABSOLUTE = 1e-5, 1e-6  # what float32 may differ by


def function_of(
    layer: Any, shape: tuple[int, ...] | None = None
) -> FunctionName | None:
    """What the `activation` of `layer` computes; None if it is none of `FUNCTIONS`.

    Args:
        layer: Has an activation.
        shape: Of what goes through it, without the batch; of the layer's output.
    """
    function = layer.activation
    for name, known in FUNCTIONS.items():
        if function is known:
            return name
    x = _samples(layer.output.shape[1:] if shape is None else shape)
    try:
        found = np.asarray(function(keras.ops.convert_to_tensor(x)), np.float32)
    except Exception:  # the user's code may raise anything
        return None
    if getattr(function, "weights", None):  # what is trained will compute another
        return None
    return next((name for name, f in FUNCTIONS.items() if _equal(found, f(x))), None)


def shown_name(function: Any) -> str:
    """What to call `function` in a message.

    >>> shown_name(functools.partial(math.pow, 2)), shown_name(lambda x: x)
    ('pow', '<lambda>')
    """
    while isinstance(function, functools.partial):
        function = function.func
    return str(getattr(function, "__name__", type(function).__name__))


def _samples(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """A batch of tensors of `shape`: moderate numbers first, then all magnitudes."""
    rows = max(1, math.ceil(_SAMPLES / 2 / math.prod(shape)))
    rng = np.random.default_rng(0)
    moderate = rng.normal(0.0, _SPREAD, (rows, *shape))
    wide = 10.0 ** rng.uniform(*_DECADES, moderate.shape) * np.sign(moderate)
    return np.concatenate([moderate, wide]).astype(np.float32)


def _equal(found: NDArray[np.float32], expected: Any) -> bool:
    expected = np.asarray(expected)
    return found.shape == expected.shape and np.allclose(
        found, expected, rtol=_RELATIVE, atol=_ABSOLUTE
    )
