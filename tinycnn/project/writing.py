"""Writes the text of a new project file: every key commented, with what fits."""

from __future__ import annotations

import json

from tinycnn.about import PROJECT_FILE
from tinycnn.boards import load_board
from tinycnn.errors import ProjectError
from tinycnn.families import check_family
from tinycnn.project.reading import parse_project
from tinycnn.rendering import render
from tinycnn.scaling import SCALINGS, UNIT, Scaling

__all__ = ["project_template"]

# A new project's schedules: for a small data set, and for those of 60,000 images.
_SMALL_SCHEDULE = {
    "epochs": 60,
    "batch_size": 32,
    "learning_rate": 0.005,
    "quantization_epochs": 8,
    "quantization_learning_rate": 0.0001,
}
_LARGE_SCHEDULE = {
    "epochs": 12,
    "batch_size": 128,
    "learning_rate": 0.002,
    "quantization_epochs": 3,
    "quantization_learning_rate": 0.0002,
}
_LARGE = 20_000  # images
_WITH_TEST_SPLIT = ("cifar10", "fashion-mnist", "mnist")


def project_template(
    name: str,
    *,
    dataset: str = "digits",
    are_pictures: bool = True,
    image_size: int | tuple[int, int] | None = None,
    channels: int = 1,
    images: int | None = None,
    model: str = "tiny_cnn",
    board: str = "nano33ble",
    framework: str | None = None,
    engine: str = "compiled",
    file: str | None = None,
    pixels: Scaling = UNIT,
) -> str:
    """The commented `tinycnn.toml` of a new project, with defaults that fit.

    Args:
        name: The project's name.
        dataset: A data set's name, or a path: what holds a slash or ends in `.npz`.
        are_pictures: Whether a folder is of pictures, which get a size; not of arrays.
        image_size: Height and width that they get, or both in one; None if nobody
            looked.
        channels: That they get.
        images: How many there are; None if nobody counted.
        model: A family of networks.
        board: A board's name.
        framework: "arduino" or "zephyr"; None takes what the board has.
        engine: "compiled" or "tflm".
        file: The network's, in a family's place: a `.keras` or a `.tflite`.
        pixels: What that network expects of a pixel.

    Raises:
        ProjectError: If an argument is not valid.
    """
    framework = framework or _usual_framework(board)
    family = check_family(model)
    has_test_split = dataset in _WITH_TEST_SPLIT
    is_archive = not are_pictures or dataset.lower().endswith((".npz", ".npy"))
    is_large = has_test_split or (images or 0) >= _LARGE
    size = image_size or (28 if model == "lenet5" else 32)
    text = render(
        f"project/templates/{PROJECT_FILE}.j2",
        name=_quote(name),
        dataset=_quote(dataset),
        is_path=is_archive or bool({"/", "\\"} & set(dataset)) or dataset == ".",
        is_archive=is_archive,
        has_test_split=has_test_split,
        image_size=size if isinstance(size, int) else list(size),
        channels=channels,
        model=_quote(model),
        knobs={
            name: (json.dumps(knob.default), knob.explanation)
            for name, knob in family.knobs.items()
        },
        is_given=family.is_given,
        file=_quote(file) if file else "",
        is_finished=(file or "").endswith(".tflite"),
        pixels=_show_scaling(pixels),
        board=_quote(board),
        framework=_quote(framework),
        engine=_quote(engine),
        # Arduino's copy of TFLite Micro is older than a scale per channel.
        per_channel_dense=not (engine == "tflm" and framework == "arduino"),
        **(_LARGE_SCHEDULE if is_large else _SMALL_SCHEDULE),
    )
    parse_project(text, source=f"the new {PROJECT_FILE}")
    return text


def _usual_framework(board: str) -> str:
    try:
        return load_board(board).frameworks[0]
    except ProjectError:  # told in full when the text is checked
        return "arduino"


def _show_scaling(scaling: Scaling) -> str:
    """A value of TOML: the name of a usual one, or its numbers."""
    for name, known in SCALINGS.items():
        if scaling == known:
            return _quote(name)
    mean, deviation = list(scaling.mean), list(scaling.deviation)
    return f"{{ mean = {mean}, deviation = {deviation} }}"


def _quote(text: str) -> str:
    """`text` as a TOML string: JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False)
