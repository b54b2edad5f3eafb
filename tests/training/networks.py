"""Small networks that together use every layer that training supports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinycnn.models.backend import keras

layers = keras.layers


def randomized(build: Callable[[], Any]) -> Any:
    """A network with drawn weights, biases and normalization statistics."""
    keras.utils.set_random_seed(3)
    rng = np.random.default_rng(3)
    model = build()
    for layer in model.layers:
        if type(layer).__name__ == "BatchNormalization":
            layer.set_weights(
                [rng.uniform(0.5, 2, w.shape) for w in layer.get_weights()]
            )
        elif getattr(layer, "use_bias", False):
            layer.bias.assign(rng.normal(0, 0.1, layer.bias.shape))
    return model


def image() -> Any:
    """The input of all of them."""
    return keras.Input((12, 12, 3), name="image")


def padded() -> Any:
    """Padding, a normalized convolution, ReLU6, dropout and pooling in a row."""
    return keras.Sequential(
        [
            image(),
            layers.ZeroPadding2D(1, name="pad"),
            layers.Conv2D(8, 3, strides=2, use_bias=False, name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(max_value=6, name="relu6"),
            layers.Dropout(0.5, name="drop"),
            layers.MaxPooling2D(name="pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(5, activation="softmax", name="dense"),
        ],
        name="padded",
    )


def residual() -> Any:
    """A sum with a branch."""
    x = first = image()
    x = a = layers.Conv2D(8, 3, padding="same", activation="relu", name="a")(x)
    x = layers.Conv2D(8, 3, padding="same", name="b")(x)
    x = layers.Add(name="add")([x, a])
    x = layers.Activation("relu", name="sum_relu")(x)
    x = layers.AveragePooling2D(2, name="pool")(x)
    x = layers.Flatten(name="flatten")(x)
    return keras.Model(first, layers.Dense(5, name="dense")(x), name="residual")


def concatenated() -> Any:
    """Depthwise and separable convolutions, joined with a pooling."""
    x = first = image()
    a = layers.Conv2D(8, 3, padding="same", activation="relu", name="a")(x)
    b = layers.DepthwiseConv2D(5, padding="same", depth_multiplier=2, name="b")(x)
    c = layers.MaxPooling2D(3, strides=1, padding="same", name="c")(a)
    x = layers.Concatenate(name="joined")([a, b, c])
    x = layers.SeparableConv2D(8, 3, strides=2, activation="relu6", name="separable")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Softmax(name="softmax")(layers.Dense(5, name="dense")(x))
    return keras.Model(first, x, name="concatenated")


def pooled() -> Any:
    """Every kind of pooling, a reshape and a normalized dense layer."""
    x = first = image()
    x = layers.Conv2D(8, 3, padding="same", name="conv")(x)
    x = layers.AveragePooling2D(3, strides=2, padding="same", name="average")(x)
    x = layers.GlobalMaxPooling2D(name="largest")(x)
    x = layers.Flatten(name="flat")(layers.Reshape((2, 4), name="shaped")(x))
    x = layers.Dense(6, use_bias=False, name="dense")(x)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.ReLU(name="relu")(x)
    return keras.Model(first, layers.Dense(5, name="last")(x), name="pooled")


def gated() -> Any:
    """Gates of squeezed channels, and activations that are looked up."""
    x = first = image()
    x = layers.Conv2D(8, 3, strides=2, activation="hard_swish", name="stem")(x)
    for gate in ("sigmoid", "hard_sigmoid"):
        y = layers.GlobalAveragePooling2D(keepdims=True, name=f"{gate}_mean")(x)
        y = layers.Conv2D(4, 1, activation="relu", name=f"{gate}_squeeze")(y)
        y = layers.Conv2D(8, 1, activation=gate, name=f"{gate}_excite")(y)
        x = layers.Multiply(name=f"{gate}_gate")([x, y])
    x = layers.DepthwiseConv2D(3, activation="swish", name="swish")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(6, activation="sigmoid", name="hidden")(x)
    return keras.Model(first, layers.Dense(5, name="last")(x), name="gated")


def preactivated() -> Any:
    """Normalizations before what they normalize, as in DenseNet."""
    x = first = image()
    x = layers.Conv2D(6, 3, padding="same", name="stem")(x)
    for number in range(2):
        y = layers.BatchNormalization(name=f"norm_{number}")(x)
        y = layers.Activation("relu", name=f"relu_{number}")(y)
        y = layers.Conv2D(4, 3, padding="same", name=f"conv_{number}")(y)
        x = layers.Concatenate(name=f"join_{number}")([x, y])
    x = layers.MaxPooling2D(2, name="pool")(x)
    x = layers.ReLU(6, name="pool_relu")(x)
    x = layers.Activation("hard_sigmoid", name="pool_gate")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    return keras.Model(first, layers.Dense(5, name="last")(x), name="preactivated")


def flat_norms() -> Any:
    """Normalizations of vectors."""
    x = first = image()
    x = layers.Conv2D(8, 3, activation="relu", name="conv")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.BatchNormalization(name="mean_norm")(x)
    x = layers.Dense(6, activation="relu", name="hidden")(x)
    x = layers.BatchNormalization(name="hidden_norm")(x)
    x = layers.ReLU(name="hidden_relu")(x)
    return keras.Model(first, layers.Dense(5, name="last")(x), name="flat_norms")


BUILDERS = (padded, residual, concatenated, pooled, gated, preactivated, flat_norms)
