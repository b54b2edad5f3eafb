"""Untrained architectures against published figures, operator by operator."""

from pathlib import Path
from typing import Any

import pytest

from tinycnn.analysis.fit import analyze_tflite
from tinycnn.pipeline import list_layers, untrained_model
from tinycnn.pipeline.architecture import Layer
from tinycnn.project import parse_model

pytestmark = pytest.mark.train

# MLPerf Tiny's pretrainedResnet_quant.tflite without its RESHAPE, which computes
# nothing: kind, output, weights and biases, multiply-accumulates.
RESNET8 = [
    ("CONV_2D", (32, 32, 16), 448, 442_368),
    ("CONV_2D", (32, 32, 16), 2_320, 2_359_296),
    ("CONV_2D", (32, 32, 16), 2_320, 2_359_296),
    ("ADD", (32, 32, 16), 0, 0),
    ("CONV_2D", (16, 16, 32), 4_640, 1_179_648),
    ("CONV_2D", (16, 16, 32), 9_248, 2_359_296),
    ("CONV_2D", (16, 16, 32), 544, 131_072),
    ("ADD", (16, 16, 32), 0, 0),
    ("CONV_2D", (8, 8, 64), 18_496, 1_179_648),
    ("CONV_2D", (8, 8, 64), 36_928, 2_359_296),
    ("CONV_2D", (8, 8, 64), 2_112, 131_072),
    ("ADD", (8, 8, 64), 0, 0),
    ("AVERAGE_POOL_2D", (1, 1, 64), 0, 0),
    ("FULLY_CONNECTED", (10,), 650, 640),
    ("SOFTMAX", (10,), 0, 0),
]


def layers_of(
    name: str, image: tuple[int, int, int], classes: int = 10, **knobs: Any
) -> tuple[Layer, ...]:
    """The layers of a family, for square images."""
    found = untrained_model(
        parse_model(name, knobs), root=Path(), input_shape=image, classes=classes
    )
    return list_layers(found.content, analyze_tflite(found.content))


def test_resnet8_is_that_of_mlperf_tiny() -> None:
    """The same operators in the same order, with the same sizes."""
    layers = layers_of("resnet", (32, 32, 3))

    found = [
        (x.cost.kind, x.cost.output_shape[1:], x.cost.parameters, x.cost.macs)
        for x in layers
    ]
    assert found == RESNET8


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        # LeCun et al., 1998: C1, S2, C3, S4, C5.
        ("lenet5", 32, [5, 6, 14, 16, 32]),
        # Araujo, Norris and Sim, "Computing receptive fields", 2019: 195 and 315.
        ("alexnet", 96, [11, 19, 51, 67, 99, 131, 163, 195]),
        ("mobilenet_v1", 96, [3, 7, 11, 19, 27, 43, 59, 91, *range(123, 252, 32), 315]),
    ],
)
def test_receptive_fields_are_as_published(
    name: str, size: int, expected: list[int]
) -> None:
    """Of every convolution and pool that sees more than the one before it."""
    channels = 1 if name == "lenet5" else 3
    seen = [x.geometry.receptive_field for x in layers_of(name, (size, size, channels))]

    assert [(n, n) for n in expected] == list(dict.fromkeys(seen))[: len(expected)]


@pytest.mark.parametrize(
    ("name", "knobs", "kinds"),
    [
        ("densenet", {"depth": 2}, {"CONCATENATION", "AVERAGE_POOL_2D", "MEAN"}),
        ("googlenet", {"depth": 1}, {"CONCATENATION", "MAX_POOL_2D", "MEAN"}),
        ("squeezenet", {}, {"CONCATENATION", "MAX_POOL_2D", "MEAN"}),
        ("vgg", {"depth": 1}, {"MAX_POOL_2D"}),
    ],
)
def test_a_model_of_the_zoo_compiles(
    name: str, knobs: dict[str, Any], kinds: set[str]
) -> None:
    """Into convolutions, dense layers, softmax and what is typical of the family."""
    layers = layers_of(name, (8, 8, 1), **knobs)

    found = {layer.cost.kind for layer in layers}
    assert kinds <= found
    assert found <= kinds | {"CONV_2D", "FULLY_CONNECTED", "RESHAPE", "SOFTMAX"}


def test_an_inverted_bottleneck_with_all_its_options_compiles() -> None:
    """One operator each for expansion, filter, gate, hard-swish and residual."""
    from tinycnn.models.backend import keras
    from tinycnn.models.blocks import inverted_bottleneck
    from tinycnn.training.untrained import convert_untrained

    image = keras.Input((8, 8, 4), name="image")
    options: dict[str, Any] = {"activation": "hard_swish", "squeeze_excite": True}
    x = inverted_bottleneck(image, 4, "block", expansion=2, kernel=5, **options)
    content = convert_untrained(keras.Model(image, x, name="net"))

    kinds = [x.cost.kind for x in list_layers(content, analyze_tflite(content))]
    assert kinds == [
        *("CONV_2D", "HARD_SWISH", "DEPTHWISE_CONV_2D", "HARD_SWISH", "MEAN"),
        *("CONV_2D", "CONV_2D", "LOGISTIC", "MUL", "CONV_2D", "ADD"),
    ]


def test_sizes_follow_from_their_formula() -> None:
    """Rows and columns, with the padding of an uneven image and an uneven kernel."""
    layers = layers_of("ds_cnn", (49, 10, 1), classes=12)

    assert layers[0].geometry.formula == "(49+9-10)/2+1 x (10+2-4)/2+1"
    assert layers[0].geometry.receptive_field == (10, 4)
    for layer in layers:
        for side, formula in zip(
            layer.cost.output_shape[1:3],
            layer.geometry.formula.split(" x ") if layer.geometry.formula else (),
            strict=False,
        ):
            assert side == int(eval(formula))
