from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tinycnn.datasets.dataset import Dataset, Split


def _split(rng: np.random.Generator, count: int) -> Split:
    """Images of noise with a bright quarter; its corner is the class."""
    labels = np.arange(count) % 4
    images = rng.integers(0, 120, (count, 8, 8, 1), np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = divmod(int(label), 2)
        image[4 * row : 4 * row + 4, 4 * column : 4 * column + 4] += 120
    return Split(images, labels)


@pytest.fixture(scope="session")
def corners() -> Dataset:
    """A data set that a tiny network learns in seconds."""
    rng = np.random.default_rng(0)
    names = ("top left", "top right", "bottom left", "bottom right")
    return Dataset("corners", names, _split(rng, 256), _split(rng, 64), _split(rng, 64))


@pytest.fixture(scope="session")
def reference() -> Callable[..., np.ndarray]:
    """Runs an int8 `.tflite` on images of scale 1/255 with the reference kernels."""
    interpreter = pytest.importorskip("ai_edge_litert.interpreter")

    def run(content: bytes, images: np.ndarray) -> np.ndarray:
        runner = interpreter.Interpreter(
            model_content=content,
            experimental_op_resolver_type=interpreter.OpResolverType.BUILTIN_REF,
            num_threads=1,
        )
        runner.allocate_tensors()
        source, target = runner.get_input_details()[0], runner.get_output_details()[0]
        outputs = []
        for image in images:
            q = (image.astype(np.int16) - 128).astype(np.int8)
            runner.set_tensor(source["index"], q[np.newaxis])
            runner.invoke()
            outputs.append(runner.get_tensor(target["index"])[0])
        return np.array(outputs)

    return run


@pytest.fixture(scope="session")
def networks() -> SimpleNamespace:
    """Builders of small networks that together use every supported layer."""
    from tinycnn.models.backend import keras

    layers = keras.layers
    image = lambda: keras.Input((12, 12, 3), name="image")  # noqa: E731

    def padded() -> Any:
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
        x = first = image()
        x = a = layers.Conv2D(8, 3, padding="same", activation="relu", name="a")(x)
        x = layers.Conv2D(8, 3, padding="same", name="b")(x)
        x = layers.Add(name="add")([x, a])
        x = layers.Activation("relu", name="sum_relu")(x)
        x = layers.AveragePooling2D(2, name="pool")(x)
        x = layers.Flatten(name="flatten")(x)
        return keras.Model(first, layers.Dense(5, name="dense")(x), name="residual")

    def concatenated() -> Any:
        x = first = image()
        a = layers.Conv2D(8, 3, padding="same", activation="relu", name="a")(x)
        b = layers.DepthwiseConv2D(5, padding="same", depth_multiplier=2, name="b")(x)
        c = layers.MaxPooling2D(3, strides=1, padding="same", name="c")(a)
        x = layers.Concatenate(name="joined")([a, b, c])
        x = layers.SeparableConv2D(
            8, 3, strides=2, activation="relu6", name="separable"
        )(x)
        x = layers.GlobalAveragePooling2D(name="mean")(x)
        x = layers.Softmax(name="softmax")(layers.Dense(5, name="dense")(x))
        return keras.Model(first, x, name="concatenated")

    def pooled() -> Any:
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
        x = first = image()
        x = layers.Conv2D(8, 3, activation="relu", name="conv")(x)
        x = layers.GlobalAveragePooling2D(name="mean")(x)
        x = layers.BatchNormalization(name="mean_norm")(x)
        x = layers.Dense(6, activation="relu", name="hidden")(x)
        x = layers.BatchNormalization(name="hidden_norm")(x)
        x = layers.ReLU(name="hidden_relu")(x)
        return keras.Model(first, layers.Dense(5, name="last")(x), name="flat_norms")

    builders = (padded, residual, concatenated, pooled, gated, preactivated, flat_norms)
    return SimpleNamespace(**{b.__name__: lambda b=b: _randomized(b) for b in builders})


def _randomized(build: Callable[[], Any]) -> Any:
    """A network with drawn weights, biases and normalization statistics."""
    from tinycnn.models.backend import keras

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


@pytest.fixture
def images() -> np.ndarray:
    """Random images for `networks`."""
    return np.random.default_rng(5).integers(0, 256, (64, 12, 12, 3), np.uint8)
