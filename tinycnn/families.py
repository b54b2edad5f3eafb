"""The families of networks: their papers and their knobs, as data.

`[model]` of a project is checked against this table; `tinycnn.models` builds what it
says. A knob's default is what suits a microcontroller; `width` 1.0 is the paper's
number of channels wherever a paper is named.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tinycnn.errors import ProjectError
from tinycnn.names import did_you_mean

__all__ = ["FAMILIES", "Family", "Knob", "KnobValue", "Paper", "Rows"]
__all__ += ["check_family", "knob_values"]

Rows = tuple[tuple[int, ...], ...]
KnobValue = float | int | bool | str | Rows


@dataclass(frozen=True, slots=True)
class Knob:
    """A choice that a family leaves open.

    Attributes:
        default: What it is when nobody says.
        meaning: What it changes, in a few words.
        choices: All that it can be; empty where it is any number above 0, or the rows
            of a kernel.
    """

    default: KnobValue
    meaning: str
    choices: tuple[KnobValue, ...] = ()

    @property
    def explanation(self) -> str:
        """What it means and what it can be, as TOML has it.

        >>> FAMILIES["resnet"].knobs["depth"].explanation
        'layers with weights: 8, 14, 20'
        """
        choices = ", ".join(json.dumps(choice) for choice in self.choices)
        return f"{self.meaning}: {choices}" if choices else self.meaning


@dataclass(frozen=True, slots=True)
class Paper:
    """A network as its authors published it, for other images and computers than ours.

    Attributes:
        network: Which of the paper's networks.
        year: Of the paper.
        result: What it reached, and on what.
        parameters: As the paper says, rounded there; 0 where it does not say.
        macs: Multiply-accumulates of one image, likewise.
        where: The paper's title, and where in it these figures are.
    """

    network: str
    year: int
    result: str
    where: str
    parameters: int = 0
    macs: int = 0


@dataclass(frozen=True, slots=True)
class Family:
    """Networks of one idea.

    Attributes:
        source: The paper, or the book.
        idea: What it brought, in a few words.
        knobs: By name; the arguments of the family's `build`.
        paper: The figures of the paper; None without one.
        is_given: Whether its weights are those of the knobs, so that nothing is
            learned: its outputs are a picture.
    """

    source: str
    idea: str
    knobs: Mapping[str, Knob]
    paper: Paper | None = None
    is_given: bool = False


def _width(default: float) -> dict[str, Knob]:
    return {"width": Knob(default, "multiplies the channels")}


def _depth(default: int, meaning: str, *choices: int) -> dict[str, Knob]:
    return {"depth": Knob(default, meaning, choices)}


def _halvings(most: int) -> dict[str, Knob]:
    choices = tuple(range(1, most + 1))
    return {"halvings": Knob(most, "most halvings of the image", choices)}


FAMILIES: Mapping[str, Family] = {
    "alexnet": Family(
        "Krizhevsky et al., 2012",
        "ReLU, dropout, overlapping pools",
        _width(0.125),
        Paper(
            "AlexNet",
            2012,
            "ImageNet, top-5 error 18.2 %",
            "ImageNet Classification with Deep Convolutional Neural Networks, "
            "abstract and table 2 (one network, validation images)",
            60_000_000,
        ),
    ),
    "densenet": Family(
        "Huang et al., 2017",
        "every layer sees all before it",
        _width(0.75) | _depth(4, "layers a block", 2, 3, 4, 6, 8, 12, 16),
        Paper(
            "DenseNet-BC, L=100, k=12",
            2017,
            "CIFAR-10, error 4.51 %",
            "Densely Connected Convolutional Networks, table 2 (with augmentation)",
            800_000,
        ),
    ),
    "ds_cnn": Family(
        "Zhang et al., 2017",
        "depthwise-separable, for keywords",
        _width(1.0) | _depth(4, "blocks", 1, 2, 3, 4, 5, 6, 7, 8),
        Paper(
            "DS-CNN, small",
            2017,
            "12 keywords, accuracy 94.4 %",
            "Hello Edge: Keyword Spotting on Microcontrollers, summary of the best "
            "networks",
        ),
    ),
    "efficientnet_lite": Family(
        "Tan and Le, 2019",
        "width, depth and image size scaled together",
        _width(0.25)
        | _depth(1, "multiplies the blocks", 1, 2, 3)
        | _halvings(5)
        | {
            "activation": Knob(
                "relu6", "of the convolutions", choices=("relu6", "hard_swish")
            ),
            "squeeze_excite": Knob(
                False, "weighs the channels by the image", choices=(False, True)
            ),
        },
        Paper(
            "EfficientNet-B0",
            2019,
            "ImageNet, top-1 accuracy 77.1 %",
            "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, "
            "table 2",
            5_300_000,
            390_000_000,
        ),
    ),
    "googlenet": Family(
        "Szegedy et al., 2015",
        "inception: kernels of several sizes side by side",
        _width(0.125)
        | _depth(2, "most modules a stage; 5 in the paper", 1, 2, 3, 4, 5)
        | _halvings(5),
        Paper(
            "GoogLeNet",
            2015,
            "ImageNet, top-5 error 10.07 %, of seven nets together 6.67 %",
            # A twelfth of AlexNet's parameters, it says, and gives no number.
            "Going Deeper with Convolutions, introduction and table 3",
            5_000_000,
            1_500_000_000,
        ),
    ),
    "image_kernel": Family(
        "Sobel and Feldman, 1968",
        "one kernel whose weights you give: edges, blur, ...; nothing is trained",
        {
            "kernel": Knob(
                ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
                "rows of whole numbers, 3 x 3 or 5 x 5",
            ),
            "divisor": Knob(8, "divides the sum"),
        },
        is_given=True,
    ),
    "keras_convnet": Family(
        "Chollet, Deep Learning with Python, 2021, listing 8.1",
        "three convolutions and a dense layer",
        _width(1.0),
    ),
    "lenet5": Family(
        "LeCun et al., 1998",
        "convolution, pool, convolution, pool",
        _width(1.0),
        Paper(
            "LeNet-5",
            1998,
            "MNIST, error 0.95 %",
            "Gradient-Based Learning Applied to Document Recognition, sections II.B "
            "and III (images as they are)",
            60_000,
        ),
    ),
    "mobilenet_v1": Family(
        "Howard et al., 2017",
        "depthwise-separable convolutions",
        _width(0.25) | _halvings(5),
        Paper(
            "MobileNet 1.0, 224x224",
            2017,
            "ImageNet, top-1 accuracy 70.6 %",
            "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision "
            "Applications, table 4",
            4_200_000,
            569_000_000,
        ),
    ),
    "mobilenet_v2": Family(
        "Sandler et al., 2018",
        "inverted bottlenecks with residuals",
        _width(0.35) | _halvings(5),
        Paper(
            "MobileNetV2 1.0, 224x224",
            2018,
            "ImageNet, top-1 accuracy 72.0 %",
            "MobileNetV2: Inverted Residuals and Linear Bottlenecks, table 4",
            3_400_000,
            300_000_000,
        ),
    ),
    "resnet": Family(
        "He et al., 2016; depth 8 is that of MLPerf Tiny",
        "residual connections",
        _width(1.0) | _depth(8, "layers with weights", 8, 14, 20),
        Paper(
            "ResNet-20",
            2016,
            "CIFAR-10, error 8.75 %",
            "Deep Residual Learning for Image Recognition, table 6",
            270_000,
        ),
    ),
    "squeezenet": Family(
        "Iandola et al., 2016",
        "squeeze by 1x1, expand by 1x1 and 3x3",
        _width(0.25) | _halvings(4),
        Paper(
            "SqueezeNet",
            2016,
            "ImageNet, top-1 accuracy 57.5 %",
            "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters, tables 1 "
            "and 2",
            1_248_424,
        ),
    ),
    "tiny_cnn": Family(
        "no paper", "few depthwise-separable blocks, the default", _width(1.0)
    ),
    "vgg": Family(
        "Simonyan and Zisserman, 2015",
        "stacks of 3x3 convolutions",
        _width(0.25) | _depth(2, "convolutions a stage", 1, 2, 3, 4),
        Paper(
            "VGG, 16 layers",
            2015,
            "ImageNet, top-5 error 7.5 %",
            "Very Deep Convolutional Networks for Large-Scale Image Recognition, "
            "tables 2 and 4 (several scales, validation images)",
            138_000_000,
        ),
    ),
}


def check_family(name: str) -> Family:
    """The family called `name`.

    Raises:
        ProjectError: If there is none; the hint names the nearest one.
    """
    if name in FAMILIES:
        return FAMILIES[name]
    hint = f"{did_you_mean(name, FAMILIES)} models: {', '.join(FAMILIES)}"
    if name.endswith(".py"):
        hint = f"name the function in it, too, as {name}:build"
    elif name.endswith(".tflite"):
        hint = f"tinycnn analyze {name} tells what is in a file"
    raise ProjectError(f"model '{name}': not known", hint=hint.lstrip())


def knob_values(name: str, given: Mapping[str, KnobValue]) -> dict[str, KnobValue]:
    """All knobs of the family called `name`: those `given`, else their defaults.

    Raises:
        ProjectError: If the family, a knob or a value is not known.
    """
    knobs = check_family(name).knobs
    for key, value in given.items():
        if key not in knobs:
            raise ProjectError(
                f"model '{name}': has no {key}; its knobs: {', '.join(knobs)}"
            )
        choices = knobs[key].choices
        if choices and value not in choices:
            known, got = ", ".join(map(json.dumps, choices)), json.dumps(value)
            question = did_you_mean(str(value), [str(choice) for choice in choices])
            raise ProjectError(
                f"model '{name}': expected {key} {known}, got {got}",
                hint=question if isinstance(value, str) and question else None,
            )
        if isinstance(value, tuple):
            _check_rows(name, key, value)
        elif not choices and float(value) <= 0:
            raise ProjectError(f"model '{name}': expected {key} above 0, got {value}")
    return {key: given.get(key, knob.default) for key, knob in knobs.items()}


def _check_rows(name: str, key: str, rows: Rows) -> None:
    sides = {len(rows), *map(len, rows)}
    if sides not in ({3}, {5}) or not any(map(any, rows)):
        shape = f"{len(rows)} of {', '.join(str(len(row)) for row in rows)}"
        raise ProjectError(
            f"model '{name}': expected {key} 3 or 5 rows of as many whole numbers, not "
            f"all 0, got {shape}"
        )
