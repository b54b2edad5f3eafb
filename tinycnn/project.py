"""The project file, `tinycnn.toml`: read, checked, and written for a new project.

Text in, a frozen `Project` out; an error names file, key, what was got and what was
expected. Paths are kept as written: they are relative to the project's folder.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from tinycnn.boards import load_board
from tinycnn.errors import ProjectError
from tinycnn.families import FAMILIES, KnobValue, check_family, knob_values
from tinycnn.recipe import QuantizationSettings, Settings, TrainingSettings
from tinycnn.rendering import C_KEYWORDS, render

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = [
    "DEFAULT_VALIDATION",
    "PIXEL_BYTES",
    "PROJECT_FILE",
    "App",
    "Budgets",
    "DatasetSettings",
    "FrameSettings",
    "ImageFit",
    "ModelSettings",
    "Pixels",
    "Project",
    "QuantizationSettings",
    "TargetSettings",
    "TrainingSettings",
    "load_project",
    "parse_model",
    "parse_project",
    "project_template",
    "with_app",
]

ImageFit = Literal["crop", "pad"]
"""How an image becomes square."""

App = Literal["validate", "camera", "serial"]
"""What the firmware does beside serving the model: a camera's frames, or any sensor's
that arrive on the serial link, are preprocessed on the device."""

Pixels = Literal["grey", "rgb565", "rgb888"]
"""How a raw frame's pixels are stored: in 1, 2 (the high byte first) or 3 bytes."""

PROJECT_FILE = "tinycnn.toml"
PIXEL_BYTES: dict[Pixels, int] = {"grey": 1, "rgb565": 2, "rgb888": 3}
_MAX_BYTES = 1 << 20
_MAX_LINE = 4_096  # the parser's time grows with the square of a dotted key
_MAX_NAME = 63
# What pydantic expected, in the words of a TOML file.
_EXPECTED = {
    "bool_type": "true or false",
    "finite_number": "a finite number",
    "float_type": "a number",
    "int_type": "a whole number",
    "missing": "a value",
    "model_type": "a table",
    "string_type": "a string",
}
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
# Whose camera has a library.
_WITH_CAMERA = ("nano33ble", "arduino")
DEFAULT_VALIDATION = 0.1  # share of images
_WITH_TEST_SPLIT = ("cifar10", "fashion-mnist", "mnist")


def _check_name(name: str) -> str:
    if len(name) > _MAX_NAME or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise ValueError(
            f"expected a letter, then letters, digits or underscores, "
            f"at most {_MAX_NAME} in all"
        )
    if name in C_KEYWORDS:
        raise ValueError("expected a name that is no keyword of C or C++")
    return name


def _check_path(path: str) -> str:
    if not re.fullmatch(r"[^\x00-\x1f\x7f\ud800-\udfff]+", path):
        raise ValueError("expected the path of a folder or an .npz file")
    return path


def _check_board(board: str) -> str:
    try:
        return load_board(board).name
    except ProjectError as error:
        raise ValueError("expected a board that `tinycnn boards` lists") from error


def _check_model(name: str) -> str:
    if name not in FAMILIES:
        raise ValueError(f"expected a model: {', '.join(FAMILIES)}")
    return name


def _check_function(build: str) -> str:
    if not re.fullmatch(r"[^\x00-\x1f\x7f\ud800-\udfff:]+\.py:[A-Za-z_]\w*", build):
        raise ValueError("expected a Python file and a function, as my_model.py:build")
    return build


class DatasetSettings(Settings):
    """What to learn from: a data set known by name, or a path; one of the two.

    Attributes:
        name: A name that `tinycnn.datasets.dataset_names` lists.
        path: A folder with a folder of images per class, or an `.npz` file.
        image_size: Height and width, in pixels; a folder of images is resized to it.
        channels: 1 for grey, 3 for RGB; a folder of images is converted to it.
        fit: How an image of a folder becomes square: cropped, or padded with black.
        test_fraction: Share of images for the test split, unless the data set has one.
        validation_fraction: Share of images for the validation split, or of training
            images if the data set has a test split; by default about a tenth.
    """

    name: str | None = None
    path: Annotated[str, AfterValidator(_check_path)] | None = None
    image_size: Annotated[int, Field(ge=4, le=512)] | None = None
    channels: Literal[1, 3] | None = None
    fit: ImageFit = "crop"
    test_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.2
    validation_fraction: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="after")
    def _check(self) -> DatasetSettings:
        if (self.name is None) == (self.path is None):
            both = "neither" if self.name is None else "both"
            raise ValueError(f"expected either name or path, got {both}")
        validation = self.validation_fraction or DEFAULT_VALIDATION
        if self.test_fraction + validation >= 1:
            raise ValueError(
                "expected test_fraction and validation_fraction to leave images to "
                f"train on, got {self.test_fraction} and {validation}"
            )
        return self


class ModelSettings(Settings):
    """Which network: a family's, or the user's own; one of the two.

    Attributes:
        name: Its family of `tinycnn.families`; the other keys are knobs, and what is
            left out has the family's default.
        build: A Python file and a function in it, as `my_model.py:build`.
        width: Multiplies the numbers of channels.
        depth: Layers or blocks, as the family counts them.
        halvings: How often the image is halved at most: fewer see finer, for more work.
        activation: Of the convolutions.
        squeeze_excite: Whether channels are weighed by what the image holds.
    """

    name: Annotated[str, AfterValidator(_check_model)] | None = None
    build: Annotated[str, AfterValidator(_check_function)] | None = None
    width: Annotated[float, Field(ge=0.05, le=8)] | None = None
    depth: Annotated[int, Field(ge=1, le=1_000)] | None = None
    halvings: Annotated[int, Field(ge=1, le=10)] | None = None
    activation: str | None = None
    squeeze_excite: bool | None = None

    @property
    def label(self) -> str:
        """What to call it in a report: its family, or where it is built."""
        return self.name or str(self.build)

    @property
    def knobs(self) -> dict[str, KnobValue]:
        """The knobs that are set."""
        return self.model_dump(exclude={"name", "build"}, exclude_none=True)

    @model_validator(mode="after")
    def _check(self) -> ModelSettings:
        if (self.name is None) == (self.build is None):
            both = "neither" if self.name is None else "both"
            raise ValueError(f"expected either name or build, got {both}")
        if self.name is not None:
            try:
                knob_values(self.name, self.knobs)
            except ProjectError as error:
                raise ValueError(str(error)) from error
        return self


def _read_model(value: Any) -> Any:
    """A text is a model without knobs: a family, or the user's own by its function."""
    if isinstance(value, str):
        return {"build" if ":" in value else "name": value}
    return value


class FrameSettings(Settings):
    """What a sensor delivers: rows from the top, pixels from the left."""

    width: Annotated[int, Field(ge=1, le=1024)]
    height: Annotated[int, Field(ge=1, le=1024)]
    pixels: Pixels

    @property
    def bytes(self) -> int:
        """Size of one frame."""
        return self.width * self.height * PIXEL_BYTES[self.pixels]


class TargetSettings(Settings):
    """What the firmware is built for, and by what.

    Attributes:
        framework: What the firmware project is made for.
        engine: What runs the model: C compiled from it, or TFLite Micro.
        toolchain: What builds the simulated board's image.
        tflm_library: The folder of TFLite Micro's Arduino library, for the simulated
            board; without it that runs compiled C which computes the same.
        optimize: What kernels are chosen by on a Cortex-M with DSP instructions.
        app: What the firmware does beside serving the model.
        frame: What arrives on the link of the app "serial"; by default as the camera's,
            in RGB888 where the model wants RGB.
    """

    board: Annotated[str, AfterValidator(_check_board)] = "nano33ble"
    framework: Literal["arduino", "zephyr"] = "arduino"
    engine: Literal["compiled", "tflm"] = "compiled"
    toolchain: Literal["zig", "arm-none-eabi-gcc"] = "zig"
    tflm_library: Annotated[str, AfterValidator(_check_path)] | None = None
    optimize: Literal["speed", "size", "ram"] = "speed"
    app: App = "validate"
    frame: FrameSettings | None = None

    @property
    def numerics(self) -> Literal["litert", "tflm"]:
        """The reference that the firmware must equal."""
        return "tflm" if self.engine == "tflm" else "litert"

    @model_validator(mode="after")
    def _check(self) -> TargetSettings:
        frameworks = load_board(self.board).frameworks
        if self.framework not in frameworks:
            known = " or ".join(f"'{name}'" for name in frameworks)
            raise ValueError(
                f"expected framework {known} for {self.board}, got '{self.framework}'"
            )
        if self.app == "camera" and (self.board, self.framework) != _WITH_CAMERA:
            raise ValueError(
                f"expected board '{_WITH_CAMERA[0]}' and framework '{_WITH_CAMERA[1]}' "
                f"with app 'camera', got '{self.board}' and '{self.framework}'"
            )
        builds_tflm = self.engine == "tflm" and self.toolchain == "arm-none-eabi-gcc"
        if self.tflm_library is not None and not builds_tflm:
            raise ValueError(
                "expected engine 'tflm' and toolchain 'arm-none-eabi-gcc' with "
                "tflm_library"
            )
        return self


class Budgets(Settings):
    """Limits that the result must keep; what is left out is not limited.

    Attributes:
        flash_bytes: The most flash that the firmware may take.
        ram_bytes: The most RAM that it may take.
        latency_ms: The longest that one inference may take.
        accuracy: The least share of test images that the int8 model gets right.
    """

    flash_bytes: Annotated[int, Field(ge=1, lt=1 << 32)] | None = None
    ram_bytes: Annotated[int, Field(ge=1, lt=1 << 32)] | None = None
    latency_ms: Annotated[float, Field(gt=0)] | None = None
    accuracy: Annotated[float, Field(gt=0, le=1)] | None = None


class Project(Settings):
    """A checked project file.

    Attributes:
        name: Names the firmware and prefixes its C symbols.
        seed: Decides the split, the first weights and the order of training.
    """

    name: Annotated[str, AfterValidator(_check_name)]
    seed: Annotated[int, Field(ge=0, lt=1 << 32)] = 1
    dataset: DatasetSettings
    model: Annotated[ModelSettings, BeforeValidator(_read_model)]
    training: TrainingSettings = TrainingSettings()
    quantization: QuantizationSettings = QuantizationSettings()
    target: TargetSettings = TargetSettings()
    budgets: Budgets = Budgets()


def load_project(path: Path) -> Project:
    """The project at `path`: the file, or the folder that holds `tinycnn.toml`.

    Raises:
        ProjectError: If there is none, or something in it is wrong.
    """
    file = path / PROJECT_FILE if os.path.isdir(path) else path
    if not os.path.isfile(file):  # unlike Path's, false for a name that is too long
        raise ProjectError(
            f"{file}: no such project file",
            hint="`tinycnn init` writes one",
        )
    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ProjectError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ProjectError(
            f"{file.name}: expected UTF-8 text, got byte 0x{data[error.start]:02x} "
            f"at offset {error.start}"
        ) from error
    if len(data) > _MAX_BYTES:
        raise ProjectError(f"{file.name}: expected at most {_MAX_BYTES:,} bytes")
    return parse_project(text, source=file.name)


def parse_project(text: str, *, source: str = PROJECT_FILE) -> Project:
    """The project that the TOML in `text` describes.

    Args:
        text: What the file holds.
        source: Its name, for messages.

    Raises:
        ProjectError: If something in it is wrong.
    """
    try:
        return Project.model_validate(_parse_toml(text, source))
    except ValidationError as error:
        problems = error.errors(include_url=False)
        raise _problem(problems, source) from error


def parse_model(text: str, knobs: Mapping[str, KnobValue]) -> ModelSettings:
    """The `[model]` table that a command line means.

    Args:
        text: A family, or the user's own as `my_model.py:build`.
        knobs: The knobs that are set.

    Raises:
        ProjectError: If something in it is wrong.
    """
    model = _read_model(text)
    if "name" in model:
        knob_values(text, knobs)
    try:
        return ModelSettings.model_validate({**model, **knobs})
    except ValidationError as error:
        raise _problem(error.errors(include_url=False), f"model '{text}'") from error


def with_app(project: Project, app: App) -> Project:
    """The project, whose firmware does `app`.

    Raises:
        ProjectError: If its board cannot.
    """
    table = {**project.target.model_dump(), "app": app}
    try:
        target = TargetSettings.model_validate(table)
    except ValidationError as error:
        raise ProjectError(_expectation(error.errors()[0])) from error
    return project.model_copy(update={"target": target})


def project_template(
    name: str,
    *,
    dataset: str = "digits",
    model: str = "tiny_cnn",
    board: str = "nano33ble",
    framework: str | None = None,
    engine: str = "compiled",
) -> str:
    """The commented `tinycnn.toml` of a new project, with defaults that fit.

    Args:
        name: The project's name.
        dataset: A data set's name, or a path: what holds a slash or ends in `.npz`.
        model: A family of networks.
        board: A board's name.
        framework: "arduino" or "zephyr"; None takes what the board has.
        engine: "compiled" or "tflm".

    Raises:
        ProjectError: If an argument is not valid.
    """
    framework = framework or _usual_framework(board)
    has_test_split = dataset in _WITH_TEST_SPLIT
    is_archive = dataset.endswith(".npz")
    text = render(
        f"templates/{PROJECT_FILE}.j2",
        name=_quote(name),
        dataset=_quote(dataset),
        is_path=is_archive or bool({"/", "\\"} & set(dataset)) or dataset == ".",
        is_archive=is_archive,
        has_test_split=has_test_split,
        image_size=28 if model == "lenet5" else 32,
        model=_quote(model),
        knobs={
            name: (json.dumps(knob.default), knob.explanation)
            for name, knob in check_family(model).knobs.items()
        },
        board=_quote(board),
        framework=_quote(framework),
        engine=_quote(engine),
        # Arduino's copy of TFLite Micro is older than a scale per channel.
        per_channel_dense=not (engine == "tflm" and framework == "arduino"),
        **(_LARGE_SCHEDULE if has_test_split else _SMALL_SCHEDULE),
    )
    parse_project(text)
    return text


def _usual_framework(board: str) -> str:
    try:
        return load_board(board).frameworks[0]
    except ProjectError:  # told in full when the text is checked
        return "arduino"


def _parse_toml(text: str, source: str) -> dict[str, Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > _MAX_LINE:
            raise ProjectError(
                f"{source}:{number}: expected at most {_MAX_LINE:,} characters a line, "
                f"got {len(line):,}"
            )
    try:
        return tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError is one
        raise _syntax_error(str(error), text, source) from error
    except RecursionError as error:
        raise ProjectError(f"{source}: nested too deeply") from error


def _syntax_error(message: str, text: str, source: str) -> ProjectError:
    """The parser's `message`, led by file and line."""
    where = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    what = message[: where.start()] if where else message
    what = what[:1].lower() + what[1:]
    hint = "see toml.io for the syntax"
    if where is None or where[1] is None:
        last_line = text.rstrip().count("\n") + 1
        return ProjectError(f"{source}:{last_line}: {what}", hint)
    return ProjectError(f"{source}:{where[1]}: {what} at column {where[2]}", hint)


def _problem(problems: Sequence[ErrorDetails], source: str) -> ProjectError:
    """The first of pydantic's problems; an unknown key, often a typing error, leads."""
    first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")
    key = ".".join(_show_key(str(part)) for part in first["loc"])
    more = len(problems) - 1
    tail = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
    if first["type"] == "extra_forbidden":
        known = _known_keys(first["loc"][:-1])
        near = difflib.get_close_matches(str(first["loc"][-1]), known, 1, cutoff=0.0)[0]
        return ProjectError(
            f"{source}: {key}: unknown key, the nearest valid key is '{near}'{tail}",
            hint=f"valid keys here: {', '.join(known)}",
        )
    return ProjectError(f"{source}: {key}: {_expectation(first)}{tail}")


def _known_keys(tables: Sequence[int | str]) -> list[str]:
    model: Any = Project
    for table in tables:
        annotation = model.model_fields[table].annotation
        model = next(
            kind
            for kind in (annotation, *get_args(annotation))
            if hasattr(kind, "model_fields")
        )
    return list(model.model_fields)


def _expectation(problem: ErrorDetails) -> str:
    """What was expected and what was got."""
    kind, got = problem["type"], problem["input"]
    if kind == "value_error":
        expected = str(problem["ctx"]["error"])
        return expected if isinstance(got, dict) else f"{expected}, got {_show(got)}"
    expected = _EXPECTED.get(kind, problem["msg"].removeprefix("Input should be "))
    return f"expected {expected}, got {'nothing' if kind == 'missing' else _show(got)}"


def _show(value: object) -> str:
    """A TOML value in a few words; never long, never more than one line."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 64:
        return f"a number of {value.bit_length():,} bits"
    text = repr(value) if isinstance(value, (str, int, float)) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _show_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", key) else _show(key)


def _quote(text: str) -> str:
    """`text` as a TOML string: JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False)
