"""The families against figures that others published: parameters and MACs.

A family at `width` 1.0 has its paper's channels; where a paper has no batch
normalization, or biases before it, the count is that after folding it into the weights.
"""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinycnn.models import build_model, model_names

pytestmark = pytest.mark.train


def folded_parameters(
    model: Any, kinds: tuple[str, ...] = ("Conv2D", "DepthwiseConv2D", "Dense")
) -> int:
    """Weights of the layers of some `kinds`, with a bias for each output channel."""
    return sum(
        layer.kernel.shape.num_elements() + layer.output.shape[-1]
        for layer in model.layers
        if type(layer).__name__ in kinds
    )


def macs(model: Any) -> int:
    """Multiplications of an input by a weight in one inference."""
    return sum(
        math.prod(layer.output.shape[1:])
        * layer.kernel.shape.num_elements()
        // layer.kernel.shape[2 if "Depthwise" in type(layer).__name__ else -1]
        for layer in model.layers
        if hasattr(layer, "kernel")
    )


def test_keras_convnet_has_the_parameters_that_the_book_prints() -> None:
    """Listing 8.1's summary: 104,202, of them 11,530 in the dense layer."""
    model = build_model("keras_convnet", input_shape=(28, 28, 1), classes=10)

    assert [layer.count_params() for layer in model.layers if layer.weights] == [
        *(320, 18_496, 73_856, 11_530)
    ]
    assert model.count_params() == 104_202


@pytest.mark.parametrize(
    ("name", "image", "classes", "knobs", "expected"),
    [
        ("lenet5", (32, 32, 1), 10, {}, 61_706),
        ("resnet", (32, 32, 3), 10, {}, 77_706),  # MLPerf's ResNet8, as a .tflite
        ("ds_cnn", (49, 10, 1), 12, {}, 22_604),  # MLPerf's, likewise
        ("squeezenet", (96, 96, 3), 1000, {"width": 1}, 1_235_496),
        # Caffe's reference model; the paper's table 1 says about 7 million.
        ("googlenet", (96, 96, 3), 1000, {"width": 1, "depth": 5}, 6_998_552),
    ],
)
def test_folded_parameters_are_as_published(
    name: str,
    image: tuple[int, int, int],
    classes: int,
    knobs: dict[str, Any],
    expected: int,
) -> None:
    """Weights and biases, batch normalization folded into them."""
    model = build_model(name, input_shape=image, classes=classes, **knobs)

    assert folded_parameters(model) == expected


@pytest.mark.parametrize(
    ("name", "knobs", "expected"),
    [
        ("alexnet", {}, 3_747_200),  # 34,944 + 614,656 + 885,120 + 1,327,488 + 884,992
        ("vgg", {}, 9_404_992),  # VGG-13 without its dense layers
    ],
)
def test_convolutions_of_nets_with_smaller_dense_layers(
    name: str, knobs: dict[str, Any], expected: int
) -> None:
    """At the paper's width the convolutions are the paper's, without two-GPU groups."""
    model = build_model(name, input_shape=(96, 96, 3), classes=10, width=1, **knobs)

    assert folded_parameters(model, kinds=("Conv2D",)) == expected


@pytest.mark.parametrize(
    ("name", "knobs", "original", "not_weights"),
    [
        ("mobilenet_v1", {"width": 0.25}, ("MobileNet", {"alpha": 0.25}), 0),
        ("mobilenet_v1", {"width": 1}, ("MobileNet", {}), 0),
        ("mobilenet_v2", {"width": 1}, ("MobileNetV2", {}), 0),
        (
            "efficientnet_lite",
            {"width": 1, "squeeze_excite": True},
            ("EfficientNetB0", {}),
            7,  # mean and variance of the three colours, and their count
        ),
    ],
)
def test_parameters_are_those_of_keras_applications(
    name: str,
    knobs: dict[str, Any],
    original: tuple[str, dict[str, Any]],
    not_weights: int,
) -> None:
    """Keras' own networks of the same papers have as many parameters."""
    from tinycnn.models.backend import keras

    function, options = original
    reference = getattr(keras.applications, function)(
        weights=None, input_shape=(96, 96, 3), classes=10, **options
    )

    model = build_model(name, input_shape=(96, 96, 3), classes=10, **knobs)

    assert model.count_params() == reference.count_params() - not_weights


def test_mobilenet_v2_computes_what_that_of_keras_does() -> None:
    """With its weights, the same outputs to the last bit: transfer relies on it."""
    from tinycnn.models.backend import keras

    model = build_model("mobilenet_v2", input_shape=(96, 96, 3), classes=10, width=0.35)
    reference = keras.applications.MobileNetV2(
        weights=None, input_shape=(96, 96, 3), classes=10, alpha=0.35
    )
    model.set_weights(reference.get_weights())
    images = np.random.default_rng(0).random((2, 96, 96, 3), np.float32)

    np.testing.assert_array_equal(model(images), reference(images))


@pytest.mark.parametrize(
    ("name", "image", "classes", "knobs", "expected"),
    [
        ("resnet", (32, 32, 3), 10, {}, 12_501_632),  # MLPerf image classification
        ("mobilenet_v1", (96, 96, 3), 2, {}, 7_489_664),  # MLPerf visual wake words
        ("ds_cnn", (49, 10, 1), 12, {}, 2_656_768),  # MLPerf keyword spotting
    ],
)
def test_multiply_accumulates_are_those_of_mlperf_tiny(
    name: str,
    image: tuple[int, int, int],
    classes: int,
    knobs: dict[str, Any],
    expected: int,
) -> None:
    """The networks of MLPerf Tiny's reference files, for their images."""
    model = build_model(name, input_shape=image, classes=classes, **knobs)

    assert macs(model) == expected


@pytest.mark.parametrize(
    ("name", "knobs", "billions"),
    [
        ("mobilenet_v1", {}, "0.569"),
        ("mobilenet_v2", {}, "0.30"),
        ("efficientnet_lite", {"squeeze_excite": True}, "0.39"),
    ],
)
def test_multiply_accumulates_of_the_papers(
    name: str, knobs: dict[str, Any], billions: str
) -> None:
    """What the papers' tables give, with their digits."""
    model = build_model(name, input_shape=(224, 224, 3), classes=1000, width=1, **knobs)

    assert f"{macs(model) / 1e9:.{len(billions) - 2}f}" == billions


@pytest.mark.parametrize(
    ("name", "knobs", "millions"),
    [
        ("densenet", {"width": 1, "depth": 16}, "0.8"),  # DenseNet-BC, L = 100, k = 12
        ("resnet", {"depth": 20}, "0.27"),  # table 6
    ],
)
def test_parameters_of_cifar_networks(
    name: str, knobs: dict[str, Any], millions: str
) -> None:
    """The papers' networks for CIFAR-10, with their digits."""
    model = build_model(name, input_shape=(32, 32, 3), classes=10, **knobs)

    assert f"{folded_parameters(model) / 1e6:.{len(millions) - 2}f}" == millions


def test_the_manual_counts_what_is_built() -> None:
    """Weights, biases and multiply-accumulates of each model with its defaults."""
    text = (Path(__file__).parents[2] / "docs/models.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([\d,]+) \| ([\d,]+) \|$", text, re.M)

    assert sorted(name for name, _, _ in rows) == list(model_names())
    for name, parameters, work in rows:
        model = build_model(name, input_shape=(32, 32, 3), classes=10)
        counts = folded_parameters(model), macs(model)
        assert [f"{count:,}" for count in counts] == [parameters, work], name
