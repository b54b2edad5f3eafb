"""Files of frameworks with channels first, and weights in few bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.conftest import require_module

pytestmark = pytest.mark.train

_CHANNELS_FIRST, _CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)
_LOW = float(np.finfo(np.float32).min)


def weights(*shape: int) -> np.ndarray:
    """Drawn numbers of a size that keeps outputs near 1."""
    rng = np.random.default_rng(len(shape) + shape[-1])
    return rng.normal(0, 0.3, shape).astype(np.float32)


def convert(
    function: Callable[[Any], Any], shape: tuple[int, ...], **options: Any
) -> bytes:
    """The float `.tflite` of a function of TensorFlow."""
    require_module("ai_edge_litert")
    require_module("tensorflow")
    from tinycnn.models.backend import tf  # which sets its number of threads

    spec = tf.TensorSpec((1, *shape), tf.float32, name="image")
    traced = tf.function(function).get_concrete_function(spec)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([traced])
    for name, value in options.items():
        setattr(converter, name, value)
    return converter.convert()


def kinds(content: bytes) -> list[str]:
    """The layers of the model that it becomes, in the order of execution."""
    from tinycnn.imports.rebuild import rebuild

    found = rebuild(content, "net.tflite")
    return [type(layer).__name__ for layer in found.model.operations[1:]]


def channels_first(x: Any) -> Any:
    """As PyTorch has it: a net of NCHW tensors, flattened in that order."""
    import tensorflow as tf

    def conv(x: Any, kernel: np.ndarray) -> Any:
        y = tf.transpose(x, _CHANNELS_LAST)
        y = tf.pad(y, ((0, 0), (1, 1), (1, 1), (0, 0)))
        y = tf.nn.conv2d(y, kernel, 1, "VALID")
        return tf.transpose(y, _CHANNELS_FIRST)

    y = tf.nn.relu(conv(x, weights(3, 3, 3, 4)))
    y = tf.concat([y, conv(y, weights(3, 3, 4, 2))], axis=1)
    y = y * weights(6, 1, 1) + weights(1, 6, 1, 1)
    y = tf.reshape(y[:, 1:, :, ::2], (1, -1))
    return tf.linalg.matmul(y, weights(5 * 8 * 4, 3))


def test_channels_go_last() -> None:
    """No value is moved: weights of the dense layer are, and borders become "same"."""
    found = kinds(convert(channels_first, (3, 8, 8)))

    expected = "Conv2D Conv2D Concatenate Multiply Add GetItem Flatten Dense"
    assert [kind for kind in found if kind not in ("ReLU", "Activation")] == (
        expected.split()
    )


def test_the_image_has_its_channels_last() -> None:
    """Even of one channel, where nothing in the file tells."""
    from tinycnn.imports.rebuild import rebuild

    def net(x: Any) -> Any:
        import tensorflow as tf

        y = tf.nn.conv2d(tf.reshape(x, (1, 8, 6, 1)), weights(3, 3, 1, 4), 1, "SAME")
        return tf.reduce_mean(y, axis=(1, 2))

    model = rebuild(convert(net, (1, 8, 6)), "net.tflite").model

    assert model.input_shape[1:] == (8, 6, 1)


@pytest.mark.parametrize(
    ("is_positive", "low", "size", "expected"),
    [
        (True, 0.0, 3, "ZeroPadding2D MaxPooling2D"),
        (True, _LOW, 3, "ZeroPadding2D MaxPooling2D"),
        (False, _LOW, 3, "MaxPooling2D GetItem"),
        (False, 0.0, 3, "ZeroPadding2D MaxPooling2D"),
    ],
)
def test_padded_pools(is_positive: bool, low: float, size: int, expected: str) -> None:
    """A border of low values is never taken."""

    def net(x: Any) -> Any:
        import tensorflow as tf

        y = tf.nn.relu(x) if is_positive else x
        sides = ((0, 0), (1, 1), (1, 1), (0, 0))
        y = tf.pad(y, sides, constant_values=low)
        return tf.nn.max_pool2d(y, size, 2, "VALID")

    found = kinds(convert(net, (8, 8, 3)))

    assert found[is_positive:] == expected.split()


def depth_to_space(x: Any) -> Any:
    """Blocks of channels become blocks of places."""
    import tensorflow as tf

    y = tf.nn.conv2d(x, weights(3, 3, 3, 8), 1, "SAME")
    return tf.nn.space_to_depth(tf.nn.depth_to_space(y, 2), 4)


def copies(x: Any) -> Any:
    """TILE and BROADCAST_TO."""
    import tensorflow as tf

    y = tf.tile(tf.reduce_mean(x, axis=(1, 2), keepdims=True), (1, 2, 3, 1))
    return tf.concat([y, tf.broadcast_to(y[:, :1], tf.shape(y))], axis=-1)


def parts(x: Any) -> Any:
    """SPLIT_V, UNPACK, PACK and GATHER."""
    import tensorflow as tf

    a, b = tf.split(x, (3, 5), axis=1)
    rows = tf.stack(tf.unstack(b, axis=1)[::2], axis=2)
    return tf.concat([tf.gather(a, (0, 2), axis=1), rows[:, :2, :2, :]], axis=2)


def uneven(x: Any) -> Any:
    """Strides that differ, on depthwise and transposed convolutions."""
    import tensorflow as tf

    y = tf.nn.conv2d(x, weights(3, 3, 3, 4), (1, 2, 1, 1), "SAME")
    y = tf.nn.depthwise_conv2d(y, weights(3, 3, 4, 2), (1, 1, 1, 1), "VALID")
    target, kernel = (1, 5, 13, 3), weights(3, 3, 3, 8)
    return tf.nn.conv2d_transpose(y, kernel, target, (1, 2, 2, 1), "VALID")


@pytest.mark.parametrize("net", [depth_to_space, copies, parts, uneven])
def test_other_operators(net: Callable[[Any], Any]) -> None:
    """Each is compared with LiteRT where it is rebuilt."""
    assert kinds(convert(net, (8, 8, 3)))


@pytest.mark.parametrize("bits", [16, 8])
def test_weights_in_few_bits_are_numbers_again(bits: int) -> None:
    """Those of float16 files and of dynamic-range files."""
    from tinycnn.models.backend import tf

    def net(x: Any) -> Any:
        y = tf.nn.relu(tf.nn.conv2d(x, weights(3, 3, 3, 64), 1, "SAME"))
        y = tf.nn.conv2d(y, weights(3, 3, 64, 8), 2, "SAME")
        return tf.reduce_mean(y, axis=(1, 2))

    types = [tf.float16] if bits == 16 else []
    target = tf.lite.TargetSpec(supported_types=types)
    defaults = {"optimizations": [tf.lite.Optimize.DEFAULT], "target_spec": target}
    found = kinds(convert(net, (8, 8, 3), **defaults))

    expected = ["Conv2D", "Conv2D", "GlobalAveragePooling2D"]
    assert [kind for kind in found if kind != "ReLU"] == expected
