"""Functions of one value, and softmax: activations of layers, layers and operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinycnn.models.backend import keras, tf
from tinycnn.training.activations import FUNCTIONS, function_of, shown_name
from tinycnn.training.operators.merging import merged, multiplying
from tinycnn.training.operators.tables import hard_swish, logistic, looked_up
from tinycnn.training.reading import (
    Call,
    Place,
    Reading,
    clipping,
    expect,
    refusal,
)
from tinycnn.training.rounding import requantized
from tinycnn.training.steps import Operator

__all__ = ["READERS", "activated"]

_layers = keras.layers


def activated(reading: Reading, index: int, layer: Any) -> Place:
    """The step at `index` through the `activation` of `layer`."""
    name = function_of(layer, reading.shapes[index])
    if name is not None:
        return _applied(reading, index, layer.name, name)
    return reading.follow(index, layer.activation, _unknown(layer))


def _unknown(layer: Any) -> Callable[[str], Exception]:
    """The refusal of an activation that is none of `FUNCTIONS` and not made of them."""
    name = shown_name(layer.activation)
    return lambda reason: refusal(
        layer,
        f"activation {', '.join(FUNCTIONS)}, or a function of keras.ops that can be "
        "followed",
        f"'{name}': {reason}",
        "use one of these, as relu, gelu or swish",
    )


def _applied(reading: Reading, index: int, name: str, function: str) -> Place:
    """The step at `index` through one of `FUNCTIONS`."""
    if function == "linear":
        return Place(index)
    if function in ("relu", "relu6"):
        return reading.activate(index, name, function)  # type: ignore[arg-type]
    if function in _CLIPS:
        factor, offset, limits = _CLIPS[function]
        if (factor, offset) != (1.0, 0.0):
            index = reading.scale(index, factor, offset, name)
        return reading.activate(index, name, "clip", limits)
    if function in _LEAKS:
        return _leaky(reading, index, name, _LEAKS[function])
    if function in _ELUS:
        return _elu(reading, index, name, *_ELUS[function])
    own, shape = reading.own_name(index, name, function), reading.shapes[index]
    if function != "silu":
        return reading.plain(own, (index,), _OPERATORS[function], shape)
    gate = reading.plain(own, (index,), _OPERATORS["sigmoid"], shape)
    return reading.plain(f"{own}_product", (index, gate), multiplying(), shape)


def _leaky(reading: Reading, index: int, name: str, slope: float) -> Place:
    own = reading.own_name(index, name, "leaky_relu")
    return reading.plain(own, (index,), _leaking(slope), reading.shapes[index])


def _leaking(slope: float) -> Operator:
    """LEAKY_RELU: each side has a multiplier of its own."""
    slope = float(np.float32(slope))

    def counted(x: Any, x_scale: Any, scale: Any) -> Any:
        above = requantized(x, x_scale / scale)
        side = 1.0 if slope >= 0 else -1.0
        below = requantized(x * side, x_scale * abs(slope) / scale) if slope else 0 * x
        return tf.where(x >= 0, above, below)

    return Operator(
        "leaky_relu",
        lambda x: tf.where(x >= 0, x, slope * x),
        "LEAKY_RELU",
        options={"alpha": slope},
        counted=counted,
        by_value=True,
        channels="kept",
    )


def _elu(
    reading: Reading, index: int, name: str, alpha: float, scale: float = 1.0
) -> Place:
    """`scale` times ELU: what is above zero, and an exponential that ends there.

    LiteRT's reference lacks ELU.
    """
    own, shape = reading.own_name(index, name, "elu"), reading.shapes[index]
    reading.shared.add(index)
    low = reading.plain(f"{own}_exp", (index,), _EXP_TO_ONE, shape)
    low = reading.scale(low, alpha * scale, -alpha * scale, f"{own}_below")
    high = index if scale == 1.0 else reading.scale(index, scale, 0.0, f"{own}_scaled")
    high = reading.plain(f"{own}_above", (high,), clipping("relu", None), shape)
    return merged(reading, own, "add", (high, low), shape)


def _read_activation(reading: Reading, call: Call) -> Place:
    return activated(reading, call.sources[0], call.operation)


def _read_function(name: str) -> Callable[[Reading, Call], Place]:
    return lambda reading, call: _applied(reading, call.sources[0], call.name, name)


def _read_relu(reading: Reading, call: Call) -> Place:
    layer, (index,) = call.operation, call.sources
    expect(layer, "threshold", 0.0)
    slope, most = float(layer.negative_slope), layer.max_value
    if slope and most is not None:
        raise refusal(layer, "negative_slope or max_value", "both", "use LeakyReLU")
    if slope:
        return _leaky(reading, index, call.name, slope)
    if most is None or most == 6:
        kind = "relu" if most is None else "relu6"
        return _applied(reading, index, call.name, kind)
    return reading.activate(index, call.name, "clip", (0.0, float(most)))


def _read_leaky(reading: Reading, call: Call) -> Place:
    slope = float(call.operation.negative_slope)
    return _leaky(reading, call.sources[0], call.name, slope)


def _read_elu(reading: Reading, call: Call) -> Place:
    return _elu(reading, call.sources[0], call.name, float(call.operation.alpha))


def _read_celu(reading: Reading, call: Call) -> Place:
    alpha, (index,) = float(call.operation.alpha), call.sources
    if alpha == 1.0:
        return _elu(reading, index, call.name, 1.0)
    index = reading.scale(index, 1.0 / alpha, 0.0, call.name)
    index = _elu(reading, index, call.name, 1.0)
    return reading.scale(index, alpha, 0.0, f"{call.name}_scaled")


def _read_gelu(reading: Reading, call: Call) -> Place:
    name = "gelu_tanh" if call.operation.approximate else "gelu"
    return _applied(reading, call.sources[0], call.name, name)


def _read_clip(reading: Reading, call: Call) -> Place:
    low, high = (_number(call, v) for v in (call.operation.x_min, call.operation.x_max))
    return clipped(reading, call.sources[0], call, low, high)


def clipped(
    reading: Reading, index: int, call: Call, low: float | None, high: float | None
) -> Place:
    """The step at `index` no smaller than `low` and no larger than `high`."""
    if low == 0 and high in (None, 6.0):
        return reading.activate(index, call.name, "relu6" if high else "relu")
    if low is None or high is None or not low <= 0 <= high or low == high:
        raise refusal(
            call.operation,
            "two limits with zero between them",
            f"{low} and {high}",
            "use keras.ops.clip or ReLU(max_value=...)",
        )
    return reading.activate(index, call.name, "clip", (low, high))


def _number(call: Call, value: Any) -> float | None:
    array = np.asarray(np.nan if value is None else value, np.float64)
    if array.size != 1:
        raise refusal(call.operation, "one limit", f"{array.size}")
    number = float(array.reshape(-1)[0])
    return None if np.isnan(number) else number


def _read_softmax(reading: Reading, call: Call) -> Place:
    axes = call.operation.axis
    axis = axes[0] if isinstance(axes, (tuple, list)) and len(axes) == 1 else axes
    if axis not in (-1, len(call.shape)):
        raise refusal(call.operation, "axis -1", str(axes), "put Permute before it")
    name = "log_softmax" if "Log" in type(call.operation).__name__ else "softmax"
    return _applied(reading, call.sources[0], call.name, name)


def _read_tanh_shrink(reading: Reading, call: Call) -> Place:
    (index,) = call.sources
    tanh = _applied(reading, index, f"{call.name}_tanh", "tanh")
    return merged(reading, call.name, "subtract", (index, tanh), call.shape)


def _read_unit_norm(reading: Reading, call: Call) -> Place:
    axes = call.operation.axis
    axis = axes[0] if isinstance(axes, (tuple, list)) and len(axes) == 1 else axes
    if axis not in (-1, len(call.shape)) or getattr(call.operation, "order", 2) != 2:
        raise refusal(call.operation, "axis -1 and order 2", f"axis {axes}")
    return reading.plain(call.name, call.sources, _L2, call.shape)


def _function(
    kind: str,
    real: Callable[[Any], Any],
    *,
    limits: tuple[float, float] | None = None,
    **options: Any,
) -> Operator:
    """An operator that the reference looks up in a table, made with floats."""
    return Operator(
        kind,
        real,
        kind.upper(),
        options=options,
        counted=looked_up(real),
        by_value=True,
        limits=limits,
        channels="kept" if kind != "exp" else "mixed",
    )


_OPERATORS = {
    "sigmoid": Operator(
        "logistic",
        tf.sigmoid,
        "LOGISTIC",
        counted=logistic,
        by_value=True,
        limits=(0.0, 255 / 256),
    ),
    "hard_silu": Operator(
        "hard_swish",
        lambda x: x * tf.nn.relu6(x + 3.0) * (1 / 6),
        "HARD_SWISH",
        counted=hard_swish,
        by_value=True,
        channels="kept",
    ),
    "tanh": _function("tanh", tf.tanh, limits=(-1.0, 127 / 128)),
    "exponential": _function("exp", tf.exp),
    "gelu": _function(
        "gelu", lambda x: tf.nn.gelu(x, approximate=False), approximate=False
    ),
    "gelu_tanh": _function(
        "gelu", lambda x: tf.nn.gelu(x, approximate=True), approximate=True
    ),
    "absolute": _function("abs", tf.abs),
    "softmax": Operator(
        "softmax",
        lambda x: tf.nn.softmax(x, axis=-1),
        "SOFTMAX",
        options={"beta": 1.0},
        limits=(0.0, 255 / 256),
    ),
    "log_softmax": Operator(
        "log_softmax",
        lambda x: tf.nn.log_softmax(x, axis=-1),
        "LOG_SOFTMAX",
        limits=(-255 / 16, 0.0),
    ),
}
_EXP_TO_ONE = Operator(
    "exp",
    lambda x: tf.exp(tf.minimum(x, 0.0)),
    "EXP",
    counted=looked_up(tf.exp),
    by_value=True,
    limits=(0.0, 1.0),  # where int8 saturates
)
_L2 = Operator(
    "l2_normalization",
    lambda x: tf.math.l2_normalize(x, axis=-1),
    "L2_NORMALIZATION",
    limits=(-1.0, 127 / 128),
)
# A factor, an offset and the limits of what is clipped.
_CLIPS = {
    "hard_sigmoid": (1 / 6, 0.5, (0.0, 1.0)),
    "sparse_sigmoid": (0.5, 0.5, (0.0, 1.0)),
    "hard_tanh": (1.0, 0.0, (-1.0, 1.0)),
}
_LEAKS = {"leaky_relu": 0.2}
_ELUS = {"elu": (1.0, 1.0), "selu": (1.6732632423543772, 1.0507009873554805)}


READERS = {
    _layers.Activation: _read_activation,
    _layers.ReLU: _read_relu,
    _layers.LeakyReLU: _read_leaky,
    _layers.ELU: _read_elu,
    _layers.Softmax: _read_softmax,
    _layers.UnitNormalization: _read_unit_norm,
    "ReLU": _read_relu,
    "Relu": _read_function("relu"),
    "Relu6": _read_function("relu6"),
    "LeakyRelu": _read_leaky,
    "Elu": _read_elu,
    "Celu": _read_celu,
    "Selu": _read_function("selu"),
    "Gelu": _read_gelu,
    "Silu": _read_function("silu"),
    "HardSilu": _read_function("hard_silu"),
    "Sigmoid": _read_function("sigmoid"),
    "HardSigmoid": _read_function("hard_sigmoid"),
    "SparseSigmoid": _read_function("sparse_sigmoid"),
    "Tanh": _read_function("tanh"),
    "HardTanh": _read_function("hard_tanh"),
    "TanhShrink": _read_tanh_shrink,
    "Exp": _read_function("exponential"),
    "Abs": _read_function("absolute"),
    "Absolute": _read_function("absolute"),
    "Clip": _read_clip,
    "Softmax": _read_softmax,
    "LogSoftmax": _read_softmax,
    "Normalize": _read_unit_norm,
}
