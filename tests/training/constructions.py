"""Constructions that people train, one or two layers each, by kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinycnn.models.backend import keras

L, ops = keras.layers, keras.ops
SIZE = (8, 8, 3)


def _conv(x: Any, channels: int = 4, **options: Any) -> Any:
    options = {"kernel_size": 3, "padding": "same"} | options
    return L.Conv2D(channels, **options)(x)


def _rows(x: Any) -> Any:
    return L.Reshape((8, 24))(x)


def _nested(x: Any) -> Any:
    inner = keras.Input((8, 8, 3))
    base = keras.Model(inner, _conv(L.Rescaling(2.0, -1.0)(inner), activation="relu"))
    return L.GlobalAveragePooling2D()(base(x))


def _nested_twice(x: Any) -> Any:
    def base() -> Any:
        return keras.Sequential(
            [keras.Input((8, 8, 3)), L.Conv2D(3, 3, padding="same", name="same_name")]
        )

    return base()(keras.Sequential([keras.Input((8, 8, 3)), base()])(x))


class Block(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """A residual block of the user's own."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = L.Conv2D(3, 3, padding="same")
        self.norm = L.BatchNormalization()
        self.drop = L.Dropout(0.2)

    def call(self, x: Any, training: bool = False) -> Any:
        """Inner layers, and an operator."""
        y = self.norm(self.conv(x), training=training)
        return ops.relu(self.drop(y, training=training) + x)


class Scale(keras.layers.Layer):  # type: ignore[misc]
    """A layer with weights of its own."""

    def build(self, shape: Any) -> None:
        """One factor a channel."""
        self.gamma = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, x: Any) -> Any:
        """Their product."""
        return x * self.gamma


class Net(keras.Model):  # type: ignore[misc]
    """A model that is a class."""

    def __init__(self) -> None:
        super().__init__()
        self.block, self.dense = Block(), L.Dense(4)

    def call(self, x: Any, training: bool = False) -> Any:
        """Layer by layer."""
        return self.dense(ops.mean(self.block(x, training=training), axis=(1, 2)))


def _shared(x: Any) -> Any:
    conv = L.Conv2D(3, 3, padding="same")
    return conv(L.ReLU()(conv(x)))


def _excited(x: Any) -> Any:
    x = _conv(x, 8)
    y = L.GlobalAveragePooling2D()(x)
    y = L.Dense(8, activation="sigmoid")(L.Dense(4, activation="silu")(y))
    return x * L.Reshape((1, 1, 8))(y)


def _unet(x: Any) -> Any:
    a = _conv(x, 4, activation="relu")
    b = _conv(L.MaxPooling2D()(a), 8, activation="relu")
    y = L.Conv2DTranspose(4, 2, strides=2, activation="relu")(b)
    return L.Conv2D(3, 1, activation="softmax")(L.Concatenate()([a, y]))


# Each takes the image's tensor and gives one or several.
GRAPHS: dict[str, Callable[[Any], Any]] = {
    "rescaling": lambda x: _conv(L.Rescaling(2.0, -1.0)(x)),
    "rescaling_valid": lambda x: L.Conv2D(4, 3)(L.Rescaling(2.0, -1.0)(x)),
    "normalization": lambda x: _conv(
        L.Normalization(mean=[0.4, 0.5, 0.6], variance=[0.1, 0.2, 0.3])(x)
    ),
    "augmented": lambda x: _conv(L.RandomRotation(0.1)(L.RandomFlip()(x))),
    "noise": lambda x: L.GaussianNoise(0.1)(_conv(L.GaussianDropout(0.1)(x))),
    "nested": _nested,
    "nested_twice": _nested_twice,
    "own_layer": lambda x: _conv(Block()(x)),
    "own_weights": lambda x: Scale()(_conv(x)),
    "lambda": lambda x: L.Lambda(lambda t: ops.relu(t * 2.0 - 0.5))(_conv(x)),
    "own_softmax": lambda x: L.Dense(4, activation=lambda t: ops.softmax(t / 4.0))(
        L.Flatten()(x)
    ),
    "own_hard_sigmoid": lambda x: L.Activation(
        lambda t: ops.clip(0.2 * t + 0.5, 0.0, 1.0)
    )(_conv(x)),
    "batch_norm_first": lambda x: _conv(L.BatchNormalization()(x)),
    "batch_norm_last": lambda x: L.BatchNormalization()(L.ReLU()(_conv(x))),
    "batch_norm_forward": lambda x: L.Dense(3)(
        L.BatchNormalization()(L.Dense(6, activation="relu")(L.Flatten()(x)))
    ),
    "batch_norm_twice": lambda x: L.BatchNormalization()(
        L.BatchNormalization()(_conv(x))
    ),
    "batch_norm_rows": lambda x: L.BatchNormalization()(L.MaxPooling1D()(_rows(x))),
    "leaky_relu": lambda x: L.LeakyReLU(0.1)(_conv(x)),
    "leaky_relu_name": lambda x: _conv(x, activation="leaky_relu"),
    "prelu": lambda x: L.PReLU(alpha_initializer="uniform")(_conv(x)),
    "prelu_channels": lambda x: L.PReLU("uniform", shared_axes=[1, 2])(_conv(x)),
    "elu": lambda x: L.ELU()(_conv(x)),
    "elu_alpha": lambda x: L.ELU(0.5)(_conv(x)),
    "selu": lambda x: _conv(x, activation="selu"),
    "celu": lambda x: L.Activation(lambda t: keras.activations.celu(t, 2.0))(_conv(x)),
    "gelu": lambda x: _conv(x, activation="gelu"),
    "gelu_tanh": lambda x: L.Activation(
        lambda t: keras.activations.gelu(t, approximate=True)
    )(_conv(x)),
    "silu": lambda x: _conv(x, activation="silu"),
    "hard_silu": lambda x: _conv(x, activation="hard_silu"),
    "tanh": lambda x: _conv(x, activation="tanh"),
    "sigmoid": lambda x: _conv(x, activation="sigmoid"),
    "hard_sigmoid": lambda x: _conv(x, activation="hard_sigmoid"),
    "hard_tanh": lambda x: _conv(x, activation="hard_tanh"),
    "exponential": lambda x: _conv(x, activation="exponential"),
    "tanh_shrink": lambda x: _conv(x, activation="tanh_shrink"),
    "relu_4": lambda x: L.ReLU(4.0)(_conv(x)),
    "relu_20": lambda x: L.ReLU(20.0)(_conv(x)),
    "relu_slope": lambda x: L.ReLU(negative_slope=0.2)(_conv(x)),
    "relu_of_pool": lambda x: L.ReLU()(L.AveragePooling2D(2)(_conv(x))),
    "relu6_of_shared": lambda x: [
        (y := _conv(x)),
        L.ReLU(6)(y),
    ],
    "softmax_inside": lambda x: _conv(_conv(x, activation="softmax")),
    "log_softmax": lambda x: L.Dense(4, activation="log_softmax")(L.Flatten()(x)),
    "unit_norm": lambda x: L.UnitNormalization()(L.Dense(6)(L.Flatten()(x))),
    "add_three": lambda x: L.Add()([_conv(x), _conv(x), _conv(x)]),
    "add_broadcast": lambda x: L.Add()(
        [(y := _conv(x)), L.GlobalAveragePooling2D(keepdims=True)(y)]
    ),
    "add_ranks": lambda x: L.Add()([(y := _conv(x)), L.GlobalMaxPooling2D()(y)]),
    "plus": lambda x: _conv(x) + _conv(x),
    "plus_relu": lambda x: ops.relu(_conv(x) + _conv(x)),
    "arithmetic": lambda x: 1.0 - (_conv(x) * 2.0 + 0.5) / 3.0,
    "by_channel": lambda x: x * np.array([1.0, 2.0, 3.0], np.float32),
    "positions": lambda x: (
        _conv(x, 3) + np.random.default_rng(0).normal(size=SIZE).astype(np.float32)
    ),
    "imagenet": lambda x: _conv(
        (x * 255.0 - np.array([123.7, 116.8, 103.9], np.float32)) / 58.0
    ),
    "negative": lambda x: -_conv(x),
    "square": lambda x: ops.square(_conv(x)) + _conv(x) ** 2,
    "subtract": lambda x: L.Subtract()([_conv(x), _conv(x)]),
    "minus": lambda x: _conv(x) - ops.mean(x, axis=-1, keepdims=True),
    "multiply_three": lambda x: L.Multiply()([_conv(x), _conv(x), _conv(x)]),
    "maximum": lambda x: L.Maximum()([_conv(x), _conv(x), x[..., :1]]),
    "minimum": lambda x: ops.minimum(_conv(x), L.Activation("sigmoid")(_conv(x))),
    "maximum_constant": lambda x: ops.maximum(_conv(x), -0.25),
    "average": lambda x: L.Average()([_conv(x), _conv(x), _conv(x)]),
    "concatenate_rows": lambda x: L.Concatenate(axis=1)([x, _conv(x, 3)]),
    "concatenate_fixed": lambda x: L.Concatenate()(
        [x, _conv(x), _conv(x, activation="tanh"), _conv(x, activation="softmax")]
    ),
    "stack": lambda x: ops.stack([_conv(x), _conv(x)], axis=1),
    "conv1d": lambda x: L.Conv1D(6, 3, strides=2, activation="relu")(_rows(x)),
    "conv1d_norm": lambda x: L.ReLU()(
        L.BatchNormalization()(L.Conv1D(6, 3, padding="same")(_rows(x)))
    ),
    "conv1d_causal": lambda x: L.Conv1D(6, 3, padding="causal", dilation_rate=2)(
        _rows(x)
    ),
    "depthwise1d": lambda x: L.DepthwiseConv1D(3, strides=2)(_rows(x)),
    "separable1d": lambda x: L.SeparableConv1D(6, 3, activation="tanh")(_rows(x)),
    "transpose1d": lambda x: L.Conv1DTranspose(5, 3, strides=2)(_rows(x)),
    "pools1d": lambda x: L.AveragePooling1D(2, 1, "same")(L.MaxPooling1D()(_rows(x))),
    "global1d": lambda x: L.Concatenate()(
        [L.GlobalAveragePooling1D()(_rows(x)), L.GlobalMaxPooling1D()(_rows(x))]
    ),
    "moves1d": lambda x: L.UpSampling1D(2)(
        L.ZeroPadding1D((1, 2))(L.Cropping1D((1, 2))(_rows(x)))
    ),
    "separable": lambda x: L.SeparableConv2D(4, 3, depth_multiplier=2)(x),
    "depthwise": lambda x: L.DepthwiseConv2D(3, depth_multiplier=2)(x),
    "dilated": lambda x: _conv(x, dilation_rate=2),
    "dilated_depthwise": lambda x: L.DepthwiseConv2D(3, dilation_rate=(2, 2))(x),
    "groups": lambda x: _conv(_conv(x, 8), 6, groups=2, activation="relu"),
    "groups_each": lambda x: L.Conv2D(6, 3, groups=3)(x),
    "strides_uneven": lambda x: _conv(x, strides=(2, 1), kernel_size=(3, 5)),
    "transpose_same": lambda x: L.Conv2DTranspose(4, 3, strides=2, padding="same")(x),
    "transpose_valid": lambda x: L.Conv2DTranspose(4, 3, strides=2)(_conv(x)),
    "unet": _unet,
    "nearest": lambda x: _conv(L.UpSampling2D((2, 3))(_conv(x))),
    "bilinear": lambda x: L.UpSampling2D(interpolation="bilinear")(_conv(x)),
    "resizing": lambda x: L.Resizing(5, 6)(x),
    "permute": lambda x: _conv(L.Permute((2, 1, 3))(x)),
    "crop_pad": lambda x: L.ZeroPadding2D(((1, 0), (2, 1)))(
        L.Cropping2D(((1, 2), (0, 1)))(_conv(x))
    ),
    "center_crop": lambda x: L.CenterCrop(5, 4)(_conv(x)),
    "slices": lambda x: _conv(x)[:, 1:-1:2, ::2, 1:],
    "split": lambda x: ops.concatenate(ops.split(_conv(x), 2, axis=-1)[::-1], axis=1),
    "padded": lambda x: ops.pad(_conv(x), ((0, 0), (1, 2), (0, 0), (0, 0))),
    "shuffled": lambda x: ops.reshape(
        ops.transpose(ops.reshape(_conv(x), (-1, 8, 8, 2, 2)), (0, 1, 2, 4, 3)),
        (-1, 8, 8, 4),
    ),
    "repeat": lambda x: L.RepeatVector(5)(L.Dense(4)(L.Flatten()(x))),
    "dense_rows": lambda x: L.Dense(5, activation="relu")(_rows(x)),
    "dense_image": lambda x: L.Dense(5)(x),
    "distributed": lambda x: L.TimeDistributed(L.Dense(5, activation="tanh"))(_rows(x)),
    "matmul": lambda x: ops.matmul(_rows(x), np.eye(24, 5, dtype=np.float32)),
    "average_pool": lambda x: L.AveragePooling2D(3, 2, "same")(_conv(x)),
    "max_pool": lambda x: L.MaxPooling2D(3, 2, "same")(_conv(x)),
    "global_pools": lambda x: L.Concatenate()(
        [L.GlobalAveragePooling2D()(_conv(x)), L.GlobalMaxPooling2D()(_conv(x))]
    ),
    "reductions": lambda x: ops.concatenate(
        [
            ops.mean(_conv(x), axis=(1, 2)),
            ops.sum(_conv(x), axis=(1, 2)),
            ops.max(_conv(x), axis=(1, 2)),
        ],
        axis=-1,
    ),
    "attention": lambda x: x * _conv(ops.max(x, axis=-1, keepdims=True), 1),
    "shared": _shared,
    "excited": _excited,
    "two_outputs": lambda x: [
        L.Dense(3, activation="softmax")(y := L.Flatten()(_conv(x))),
        L.Dense(1, activation="sigmoid")(y),
    ],
}


def graph(name: str) -> Any:
    """The model of a construction, with drawn biases and statistics."""
    keras.utils.set_random_seed(3)
    image = keras.Input(SIZE, name="image")
    return drawn(keras.Model(image, GRAPHS[name](image), name=name))


def drawn(model: Any) -> Any:
    """`model` with weights that are no longer zeros and ones."""
    rng = np.random.default_rng(3)
    for weight in model.weights:
        name = weight.path.rpartition("/")[2]
        if name in ("bias", "beta", "moving_mean"):
            weight.assign(rng.normal(0, 0.1, weight.shape))
        elif name in ("gamma", "moving_variance"):
            weight.assign(rng.uniform(0.5, 2, weight.shape))
    return model
