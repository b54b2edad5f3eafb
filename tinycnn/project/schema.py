"""What a project file may hold: its tables, their keys, defaults and limits.

Checked values in, a frozen `Project` out. Paths are kept as written: they are relative
to the project's folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from tinycnn.boards import board_aliases, load_board
from tinycnn.choices import (
    Arrival,
    Dialect,
    Engine,
    Framework,
    Numerics,
    Optimize,
    Targets,
    Toolchain,
)
from tinycnn.errors import ProjectError
from tinycnn.families import FAMILIES, KnobValue, Rows, knob_values
from tinycnn.frames import MAX_SIDE, App, FrameFormat, ImageFit, Pixels
from tinycnn.project.search import SearchSettings
from tinycnn.recipe import QuantizationSettings, Settings, TrainingSettings
from tinycnn.rendering import C_KEYWORDS, WINDOWS_DEVICES
from tinycnn.scaling import SCALINGS, UNIT, Scaling

__all__ = [
    "Budgets",
    "DatasetSettings",
    "FrameSettings",
    "ModelSettings",
    "PixelSettings",
    "Project",
    "TargetSettings",
    "read_model",
]

_MAX_NAME = 63
_MIN_SIDE, _MAX_SIDE = 4, 512  # of images
# Whose camera has a library.
_WITH_TFLM = ("arduino", "zephyr")
_WITH_CAMERA = ("nano33ble", "arduino")
_DEFAULT_VALIDATION = 0.1  # share of images


def _check_name(name: str) -> str:
    if len(name) > _MAX_NAME or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise ValueError(
            f"expected a letter, then letters, digits or underscores, "
            f"at most {_MAX_NAME} in all"
        )
    if name in C_KEYWORDS:
        raise ValueError("expected a name that is no keyword of C or C++")
    if name.lower() in WINDOWS_DEVICES:
        raise ValueError("expected a name that Windows does not reserve for a device")
    return name


def _check_path(path: str) -> str:
    if not re.fullmatch(r"[^\x00-\x1f\x7f\ud800-\udfff]+", path):
        raise ValueError("expected the path of a folder or an .npz file")
    return path


def _check_size(value: Any) -> Any:
    """A side, or height and width, which TOML has as an array."""
    sides = value if isinstance(value, (list, tuple)) else [value, value]
    is_side = [type(n) is int and _MIN_SIDE <= n <= _MAX_SIDE for n in sides]
    if is_side != [True, True]:
        raise ValueError(
            f"expected {_MIN_SIDE} to {_MAX_SIDE} pixels, or [height, width] of them"
        )
    return value if type(value) is int else tuple(sides)


def _check_board(board: str) -> str:
    try:
        return load_board(board).name
    except ProjectError as error:
        expected = "a board that `tinycnn boards` lists"
        raise _not_known(expected, board_aliases()) from error


def _check_model(name: str) -> str:
    if name not in FAMILIES:
        raise _not_known(f"a model: {', '.join(FAMILIES)}", FAMILIES)
    return name


def _not_known(expected: str, known: Iterable[str]) -> PydanticCustomError:
    """A name that is none of the `known`, of which the nearest will be told."""
    text = "{expected}"
    return PydanticCustomError("name", text, {"expected": expected, "known": [*known]})


def _read_rows(value: Any) -> Any:
    """TOML has lists."""
    is_square = isinstance(value, list) and all(isinstance(row, list) for row in value)
    return tuple(map(tuple, value)) if is_square else value


def _check_function(build: str) -> str:
    if not re.fullmatch(r"[^\x00-\x1f\x7f\ud800-\udfff:]+\.py:[A-Za-z_]\w*", build):
        raise ValueError("expected a Python file and a function, as my_model.py:build")
    return build


def _check_file(path: str) -> str:
    if not re.fullmatch(r"[^\x00-\x1f\x7f\ud800-\udfff]+\.(keras|tflite)", path):
        raise ValueError("expected the path of a .keras or .tflite file")
    return path


def _read_pixels(value: Any) -> Any:
    """A name of what is usual, or a table of numbers."""
    if isinstance(value, str):
        if value not in SCALINGS:
            names = ", ".join(f'"{name}"' for name in SCALINGS)
            raise _not_known(f"one of {names}, or a table", SCALINGS)
        known = SCALINGS[value]
        return {"mean": known.mean, "deviation": known.deviation}
    if not isinstance(value, dict):
        return value
    return {k: tuple(v) if isinstance(v, list) else (v,) for k, v in value.items()}


_Finite = Annotated[float, Field(ge=-1e6, le=1e6)]
_Positive = Annotated[float, Field(ge=1e-6, le=1e6)]


class PixelSettings(Settings):
    """What a network from a file takes of a pixel p: (p / 255 - mean) / deviation.

    Attributes:
        mean: One number, or one for each channel.
        deviation: As many.
    """

    mean: tuple[_Finite, ...]
    deviation: tuple[_Positive, ...]

    @property
    def scaling(self) -> Scaling:
        """The same for those who know no project."""
        return Scaling(self.mean, self.deviation)

    @model_validator(mode="after")
    def _check(self) -> PixelSettings:
        if len(self.mean) != len(self.deviation) or len(self.mean) not in (1, 3):
            raise ValueError(
                "expected mean and deviation of 1 or of 3 numbers each, got "
                f"{len(self.mean)} and {len(self.deviation)}"
            )
        return self


class DatasetSettings(Settings):
    """What to learn from: a data set known by name, or a path; one of the two.

    Attributes:
        name: A name that `tinycnn.datasets.dataset_names` lists.
        path: A folder with a folder of images per class, or an `.npz` file.
        image_size: Height and width, in pixels, or both in one; a folder of images is
            resized to it.
        channels: 1 for grey, 3 for RGB; a folder of images is converted to it.
        fit: How an image of a folder gets that shape: cropped, or padded with black.
        skip_bad: Whether files of a folder that cannot be read are left out.
        test_fraction: Share of images for the test split, unless the data set has one.
        validation_fraction: Share of images for the validation split, or of training
            images if the data set has a test split; by default about a tenth.
        task: What labels are for, where the data could be meant otherwise: whole
            numbers are classes, or numbers to compute.
    """

    name: str | None = None
    path: Annotated[str, AfterValidator(_check_path)] | None = None
    image_size: (
        Annotated[int | tuple[int, int], BeforeValidator(_check_size)] | None
    ) = None
    channels: Literal[1, 3] | None = None
    fit: ImageFit = "crop"
    skip_bad: bool = False
    test_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.2
    validation_fraction: Annotated[float, Field(gt=0, lt=1)] | None = None
    task: Targets | None = None

    @property
    def sides(self) -> tuple[int, int] | None:
        """Height and width, in pixels; None if nothing is said."""
        size = self.image_size
        return (size, size) if isinstance(size, int) else size

    @property
    def validation_share(self) -> float:
        """The validation fraction that is meant where none is said."""
        return self.validation_fraction or _DEFAULT_VALIDATION

    @model_validator(mode="after")
    def _check(self) -> DatasetSettings:
        if (self.name is None) == (self.path is None):
            both = "neither" if self.name is None else "both"
            raise ValueError(f"expected either name or path, got {both}")
        if self.task is not None and self.path is None:
            raise ValueError(f"task: expected it beside path, got name '{self.name}'")
        if self.test_fraction + self.validation_share >= 1:
            raise ValueError(
                "expected test_fraction and validation_fraction to leave images to "
                f"train on, got {self.test_fraction} and {self.validation_share}"
            )
        return self


class ModelSettings(Settings):
    """Which network: a family's, the user's own, or one from a file; one of the three.

    Attributes:
        name: Its family of `tinycnn.families`; the other keys are knobs, and what is
            left out has the family's default.
        build: A Python file and a function in it, as `my_model.py:build`.
        file: A `.keras` file, with weights to start from, or an int8 `.tflite`.
        pixels: What the network of a file expects of a pixel, by a name of
            `tinycnn.scaling` or by numbers; by default 0 to 1.
        width: Multiplies the numbers of channels.
        depth: Layers or blocks, as the family counts them.
        halvings: How often the image is halved at most: fewer see finer, for more work.
        activation: Of the convolutions.
        squeeze_excite: Whether channels are weighed by what the image holds.
        kernel: Rows of the kernel that is given.
        divisor: What divides its sums.
    """

    name: Annotated[str, AfterValidator(_check_model)] | None = None
    build: Annotated[str, AfterValidator(_check_function)] | None = None
    file: Annotated[str, AfterValidator(_check_file)] | None = None
    pixels: Annotated[PixelSettings, BeforeValidator(_read_pixels)] | None = None
    width: Annotated[float, Field(ge=0.05, le=8)] | None = None
    depth: Annotated[int, Field(ge=1, le=1_000)] | None = None
    halvings: Annotated[int, Field(ge=1, le=10)] | None = None
    activation: str | None = None
    squeeze_excite: bool | None = None
    kernel: Annotated[Rows, BeforeValidator(_read_rows)] | None = None
    divisor: Annotated[int, Field(ge=1, le=4_096)] | None = None

    @property
    def given(self) -> Mapping[str, Any] | None:
        """The weights of a family whose weights are given; None of one that learns."""
        if self.name is None or not FAMILIES[self.name].is_given:
            return None
        return knob_values(self.name, self.knobs)

    @property
    def label(self) -> str:
        """What to call it in a report: its family, its file, or where it is built."""
        return self.name or self.file or str(self.build)

    @property
    def is_finished(self) -> bool:
        """Whether it is a `.tflite`, of which nothing is left to train."""
        return self.file is not None and self.file.endswith(".tflite")

    @property
    def scaling(self) -> Scaling:
        """What it expects of a pixel."""
        return self.pixels.scaling if self.pixels else UNIT

    @property
    def input_pixels(self) -> PixelSettings | None:
        """What its int8 input holds, unless it is 0 to 1: a `.keras` scales within."""
        return self.pixels if self.is_finished else None

    @property
    def input_scaling(self) -> Scaling:
        """The same for those who know no project."""
        return self.input_pixels.scaling if self.input_pixels else UNIT

    @property
    def knobs(self) -> dict[str, KnobValue]:
        """The knobs that are set."""
        other = {"name", "build", "file", "pixels"}
        return self.model_dump(exclude=other, exclude_none=True)

    @model_validator(mode="after")
    def _check(self) -> ModelSettings:
        ways = {"name": self.name, "build": self.build, "file": self.file}
        given = [way for way, value in ways.items() if value is not None]
        if len(given) != 1:
            got = " and ".join(given) or "none of them"
            raise ValueError(f"expected one of name, build and file, got {got}")
        if self.file is None and self.pixels is not None:
            raise ValueError("expected pixels with file only: others take 0 to 1")
        if self.file is not None and self.knobs:
            raise ValueError(f"expected no {next(iter(self.knobs))} with a file")
        if self.name is not None:
            try:
                knob_values(self.name, self.knobs)
            except ProjectError as error:
                texts = filter(None, (str(error), error.hint))
                raise ValueError("; ".join(texts)) from error
        return self


def read_model(value: Any) -> Any:
    """A text is a model without knobs: a family, or the user's own by its function."""
    if isinstance(value, str):
        return {"build" if ":" in value else "name": value}
    return value


class FrameSettings(Settings):
    """What a sensor delivers."""

    width: Annotated[int, Field(ge=1, le=MAX_SIDE)]
    height: Annotated[int, Field(ge=1, le=MAX_SIDE)]
    pixels: Pixels

    @property
    def format(self) -> FrameFormat:
        """The same for those who know no project."""
        return FrameFormat(self.width, self.height, self.pixels)


class TargetSettings(Settings):
    """What the firmware is built for, and by what.

    Attributes:
        framework: What the firmware project is made for.
        engine: What runs the model: C compiled from it, or TFLite Micro.
        toolchain: What builds the simulated board's image.
        tflm_library: The folder of TFLite Micro's Arduino library, for the simulated
            board; without it that runs compiled C which computes the same.
        optimize: What kernels are chosen by, on a core that some are for.
        input: How the model's input comes: into its place in the arena, or by rows.
        app: What the firmware does beside serving the model.
        frame: What arrives on the link of the app "serial"; by default as the camera's,
            in RGB888 where the model wants RGB.
        dialect: What the firmware speaks on its link: tinycnn's packets, or the text
            of the MLPerf Tiny runner, which loads inputs as they are or as pixels.
    """

    board: Annotated[str, AfterValidator(_check_board)] = "nano33ble"
    framework: Framework = "arduino"
    engine: Engine = "compiled"
    toolchain: Toolchain = "zig"
    tflm_library: Annotated[str, AfterValidator(_check_path)] | None = None
    optimize: Optimize = "speed"
    input: Arrival = "whole"
    app: App = "validate"
    frame: FrameSettings | None = None
    dialect: Dialect = "packets"

    @property
    def numerics(self) -> Numerics:
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
        if self.dialect != "packets" and self.app != "validate":
            raise ValueError(
                f"expected dialect 'packets' with app '{self.app}', whose frames text "
                f"cannot carry, got '{self.dialect}'"
            )
        if self.engine == "tflm" and self.framework not in _WITH_TFLM:
            raise ValueError(
                "expected framework 'arduino' or 'zephyr' with engine 'tflm', whose "
                f"libraries have it, got '{self.framework}'"
            )
        if self.input == "rows" and self.engine == "tflm":
            raise ValueError(
                "expected engine 'compiled' with input 'rows', as TFLite Micro takes "
                "inputs that are whole, got 'tflm'"
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
        arena_bytes: The most that the model's tensors may take of it.
        stack_bytes: The most stack that serving the model may use, as measured.
        latency_ms: The longest that one inference may take.
        accuracy: The least share of test images that the int8 model gets right.
    """

    flash_bytes: Annotated[int, Field(ge=1, lt=1 << 32)] | None = None
    ram_bytes: Annotated[int, Field(ge=1, lt=1 << 32)] | None = None
    arena_bytes: Annotated[int, Field(ge=1, lt=1 << 32)] | None = None
    stack_bytes: Annotated[int, Field(ge=1, lt=1 << 32)] | None = None
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
    model: Annotated[ModelSettings, BeforeValidator(read_model)]
    training: TrainingSettings = TrainingSettings()
    quantization: QuantizationSettings = QuantizationSettings()
    target: TargetSettings = TargetSettings()
    budgets: Budgets = Budgets()
    search: SearchSettings = SearchSettings()

    @model_validator(mode="before")
    @classmethod
    def _keep_weights(cls, table: Any) -> Any:
        """A network of a file keeps its weights, unless the file says otherwise."""
        if not isinstance(table, dict):
            return table
        model, training = table.get("model"), table.get("training", {})
        if not isinstance(model, dict) or "file" not in model:
            return table
        if not isinstance(training, dict):
            return table
        return {**table, "training": {"epochs": 0, **training}}

    @model_validator(mode="after")
    def _check(self) -> Project:
        if self.training.epochs == 0 and self.model.file is None:
            raise ValueError(
                "expected training.epochs of 1 or more with a model that is no file, "
                "as it has no weights yet, got 0"
            )
        if self.model.given is not None and self.quantization.method != "ptq":
            raise ValueError(
                f"expected quantization.method 'ptq' with model '{self.model.name}', "
                f"whose weights are given, got '{self.quantization.method}'"
            )
        return self
