"""What several families are made of: scaled channels, fitted strides, usual blocks.

A block names its layers after itself: convolution `name`, then `name_norm`, then
`name_relu` or another activation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tinycnn.models.backend import keras

__all__ = ["Shape", "activated", "classified", "conv", "depthwise", "fit_strides"]
__all__ += ["halvings", "inverted_bottleneck", "scaled"]

Shape = tuple[int, int, int]
"""Height, width and channels of an image."""

_BATCH_NORM_MOMENTUM = 0.9  # small data sets give few steps to average over
_ACTIVATIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "relu": (keras.layers.ReLU, {}),
    "relu6": (keras.layers.ReLU, {"max_value": 6.0}),
    "hard_swish": (keras.layers.Activation, {"activation": "hard_swish"}),
    "sigmoid": (keras.layers.Activation, {"activation": "sigmoid"}),
}


def scaled(channels: int, width: float) -> int:
    """`channels` times `width`, as whole 32-bit words of int8.

    >>> [scaled(channels, 0.25) for channels in (4, 32, 40)]
    [4, 8, 8]
    """
    return max(4, 4 * round(channels * width / 4))


def halvings(image: Shape, *, final_size: int = 3, most: int = 5) -> int:
    """How often the shorter side is halved until `final_size` or a bit more is left.

    >>> [halvings((size, size, 1)) for size in (4, 8, 28, 32, 96, 224)]
    [0, 1, 3, 3, 5, 5]
    """
    return min(max(0, (min(image[:2]) // final_size).bit_length() - 1), most)


def fit_strides(strides: Sequence[int], image: Shape, most: int) -> list[int]:
    """`strides` meant for large images; for a small `image` the first twos become ones.

    At most the last `most` of them stay.

    >>> fit_strides([2, 1, 2, 2, 2, 2], (32, 32, 3), most=5)
    [1, 1, 1, 2, 2, 2]
    """
    surplus = strides.count(2) - halvings(image, most=most)
    fitted = []
    for stride in strides:
        is_surplus = stride == 2 and surplus > 0
        fitted.append(1 if is_surplus else stride)
        surplus -= is_surplus
    return fitted


def activated(x: Any, activation: str, name: str) -> Any:
    """`activation` after the layer called `name`; none for "linear"."""
    if activation == "linear":
        return x
    layer, options = _ACTIVATIONS[activation]
    return layer(**options, name=f"{name}_{activation}")(x)


def conv(
    x: Any,
    channels: int,
    kernel: int | tuple[int, int],
    name: str,
    *,
    strides: int = 1,
    activation: str = "relu",
) -> Any:
    """A same-padded convolution, batch normalization, activation."""
    layer = keras.layers.Conv2D(
        channels, kernel, strides, padding="same", use_bias=False, name=name
    )
    return _normalized(layer(x), activation, name)


def depthwise(
    x: Any, kernel: int, name: str, *, strides: int = 1, activation: str = "relu"
) -> Any:
    """A same-padded depthwise convolution, batch normalization, activation."""
    layer = keras.layers.DepthwiseConv2D(
        kernel, strides, padding="same", use_bias=False, name=name
    )
    return _normalized(layer(x), activation, name)


def inverted_bottleneck(
    x: Any,
    channels: int,
    name: str,
    *,
    expansion: int,
    kernel: int = 3,
    strides: int = 1,
    activation: str = "relu6",
    squeeze_excite: bool = False,
) -> Any:
    """Expand by 1x1, filter by depthwise, project by 1x1; residual where shapes allow.

    Sandler et al., 2018, section 3.3; with squeeze-and-excitation, Tan and Le, 2019.
    """
    source = x
    if expansion > 1:
        wide = expansion * source.shape[-1]
        x = conv(x, wide, 1, f"{name}_expand", activation=activation)
    x = depthwise(
        x, kernel, f"{name}_depthwise", strides=strides, activation=activation
    )
    if squeeze_excite:
        x = _squeezed_excited(x, max(1, source.shape[-1] // 4), name)
    x = conv(x, channels, 1, f"{name}_project", activation="linear")
    if x.shape == source.shape:
        x = keras.layers.Add(name=f"{name}_add")([x, source])
    return x


def classified(x: Any, classes: int, *, dropout: float = 0.0) -> Any:
    """The end of a modern network: channel means, one dense layer, softmax."""
    layers = keras.layers
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    x = layers.Dense(classes, name="logits")(x)
    return layers.Softmax(name="probabilities")(x)


def _normalized(x: Any, activation: str, name: str) -> Any:
    norm = keras.layers.BatchNormalization(
        momentum=_BATCH_NORM_MOMENTUM, name=f"{name}_norm"
    )
    return activated(norm(x), activation, name)


def _squeezed_excited(x: Any, squeezed: int, name: str) -> Any:
    """`x`, each channel weighed by what all their means say (Hu et al., 2018)."""
    layers = keras.layers
    squeeze, excite = f"{name}_squeeze", f"{name}_excite"
    y = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_mean")(x)
    y = activated(layers.Conv2D(squeezed, 1, name=squeeze)(y), "relu", squeeze)
    y = layers.Conv2D(x.shape[-1], 1, name=excite)(y)
    y = activated(y, "sigmoid", excite)
    return layers.Multiply(name=f"{name}_weigh")([x, y])
