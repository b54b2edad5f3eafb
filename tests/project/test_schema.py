"""What a project may hold: defaults, limits, and what must go together."""

from __future__ import annotations

import sys

import pytest
from pydantic import ValidationError

from tests.project.texts import FRAME, MINIMAL, problem_of
from tinycnn.project import (
    Budgets,
    parse_project,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def test_a_short_file_gets_defaults() -> None:
    """What a project leaves out has a default."""
    project = parse_project(MINIMAL)

    assert project.name == "demo"
    assert project.seed == 1
    assert project.dataset.name == "digits"
    assert project.dataset.test_fraction == 0.2
    assert project.dataset.validation_fraction is None
    assert project.model.knobs == {}
    assert project.target.board == "nano33ble"
    assert project.target.toolchain == "zig"
    assert project.budgets == Budgets()


def test_every_key_is_read() -> None:
    """All sections arrive as they are written; whole numbers serve as floats."""
    text = """
        name = "a_1"
        seed = 7
        dataset = {path = "images", image_size = 48, channels = 3}
        model = {name = "lenet5", width = 2}
        training = {epochs = 3, batch_size = 16, learning_rate = 0.5}
        quantization = {epochs = 2, learning_rate = 0.25}
        target = {toolchain = "arm-none-eabi-gcc"}
        budgets = {flash_bytes = 100_000, ram_bytes = 2, latency_ms = 3, accuracy = 0.9}
    """

    project = parse_project(text)

    dumped = project.model_dump(exclude_unset=True)
    assert dumped == tomllib.loads(text)


def test_a_project_is_frozen() -> None:
    """Nobody can change a project by accident."""
    project = parse_project(MINIMAL)

    with pytest.raises(ValidationError, match="frozen"):
        project.seed = 2


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ("", "expected either name or path, got neither"),
        ("name = 'digits'\npath = 'x'", "expected either name or path, got both"),
        (
            "name = 'digits'\ntest_fraction = 0.5\nvalidation_fraction = 0.5",
            "expected test_fraction and validation_fraction to leave images to train "
            "on, got 0.5 and 0.5",
        ),
    ],
)
def test_the_dataset_table_must_make_sense(dataset: str, message: str) -> None:
    """Keys that exclude each other are checked together."""
    text = f"name = 'a'\nmodel.name = 'lenet5'\n[dataset]\n{dataset}"

    assert problem_of(text) == f"tinycnn.toml: dataset: {message}"


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("width = 1", "expected one of name, build and file, got none of them"),
        (
            "name = 'vgg'\nbuild = 'a.py:b'",
            "expected one of name, build and file, got name and build",
        ),
        (
            "name = 'lenet5'\ndepth = 2",
            "model 'lenet5': has no depth; its knobs: width",
        ),
        (
            "name = 'resnet'\ndepth = 9",
            "model 'resnet': expected depth 8, 14, 20, got 9",
        ),
        (
            "name = 'efficientnet_lite'\nactivation = 'tanh'",
            "model 'efficientnet_lite': expected activation \"relu6\", "
            '"hard_swish", got "tanh"',
        ),
    ],
)
def test_the_model_table_must_make_sense(model: str, message: str) -> None:
    """One source of the network, and only knobs and values that its family has."""
    text = f"name = 'a'\ndataset.name = 'digits'\n[model]\n{model}"

    assert problem_of(text) == f"tinycnn.toml: model: {message}"


@pytest.mark.parametrize(
    ("short", "table"),
    [("vgg", "{name = 'vgg'}"), ("my_model.py:build", "{build = 'my_model.py:build'}")],
)
def test_a_model_without_knobs_may_be_a_text(short: str, table: str) -> None:
    """It means the same as the table."""
    found, expected = (
        parse_project(f"name = 'a'\ndataset.name = 'digits'\nmodel = {model}")
        for model in (f"'{short}'", table)
    )

    assert found == expected


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("LeNet5", "; did you mean 'lenet5'?"),
        ("resnet8", "; did you mean 'resnet'?"),
        ("", ""),
    ],
)
def test_an_unknown_model_is_told_what_is_known(name: str, question: str) -> None:
    """The names of all families are in the message."""
    message = problem_of(MINIMAL.replace("tiny_cnn", name))

    assert message.startswith("tinycnn.toml: model.name: expected a model: alexnet, ")
    assert message.endswith(f"vgg, got {name!r}{question}")


@pytest.mark.parametrize("build", ["a.py", "a.py:", "a:b", ":b", "a.py:1b", "a.txt:b"])
def test_a_function_is_a_file_and_a_name(build: str) -> None:
    """What is no Python file with a function's name is refused."""
    text = f"name = 'a'\ndataset.name = 'digits'\nmodel.build = '{build}'"

    assert problem_of(text) == (
        "tinycnn.toml: model.build: expected a Python file and a function, as "
        f"my_model.py:build, got '{build}'"
    )


@pytest.mark.parametrize("path", ["", "a\\u0000b", "a\\nb"])
def test_a_path_is_one_line_of_text(path: str) -> None:
    """Empty paths and control characters are refused."""
    text = f'name = "a"\nmodel.name = "lenet5"\ndataset.path = "{path}"'

    assert "dataset.path: expected the path of a folder or an .npz" in problem_of(text)


@pytest.mark.parametrize("name", ["a", "Digits", "tiny_cnn_2", "x" * 63])
def test_good_names_are_accepted(name: str) -> None:
    """Letters, digits and underscores, led by a letter."""
    assert parse_project(MINIMAL.replace("demo", name)).name == name


@pytest.mark.parametrize(
    "name", ["", "1a", "_a", "my-project", "a b", "ä", "a\\n", "x" * 64]
)
def test_names_that_are_no_identifiers_are_refused(name: str) -> None:
    """The name becomes part of C symbols and of file names."""
    message = problem_of(MINIMAL.replace("demo", name))

    assert "name: expected a letter, then letters, digits or underscores" in message


@pytest.mark.parametrize("name", ["int", "register", "class", "_Bool"])
def test_keywords_are_refused_as_names(name: str) -> None:
    """No name is a keyword of C, or of C++, which sketches are."""
    assert "tinycnn.toml: name: expected a" in problem_of(MINIMAL.replace("demo", name))


@pytest.mark.parametrize("name", ["con", "PRN", "Aux", "nul", "com1", "LPT9"])
def test_names_of_windows_devices_are_refused(name: str) -> None:
    """No folder can be called so there, in any case."""
    message = problem_of(MINIMAL.replace("demo", name))

    assert "name: expected a name that Windows does not reserve" in message
    assert parse_project(MINIMAL.replace("demo", f"{name}0")).name == f"{name}0"


def test_a_sensors_frame_is_described() -> None:
    """Its size in bytes follows."""
    target = parse_project(f'{MINIMAL}[target]\napp = "serial"\n{FRAME}').target

    assert target.frame is not None
    assert (target.app, target.frame.format.bytes) == ("serial", 96 * 64 * 2)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (FRAME.replace("96", "0"), "target.frame.width: expected greater than or"),
        (FRAME.replace("rgb565", "rgb"), "target.frame.pixels: expected 'grey'"),
        ('app = "lidar"', "target.app: expected 'validate', 'camera' or 'serial'"),
        ('app = "camera"\nboard = "pico"', "target: expected board 'nano33ble' and"),
        ('app = "camera"\nframework = "zephyr"', "target: expected board 'nano33ble'"),
    ],
)
def test_an_app_that_cannot_be_is_refused(wrong: str, message: str) -> None:
    """By its key; the camera has a library on one board alone."""
    assert message in problem_of(f"{MINIMAL}[target]\n{wrong}")


@pytest.mark.parametrize(
    ("size", "sides"), [("48", (48, 48)), ("[96, 128]", (96, 128)), ("[4, 4]", (4, 4))]
)
def test_images_have_a_side_or_height_and_width(
    size: str, sides: tuple[int, int]
) -> None:
    """Images need not be square."""
    text = (
        f"name = 'a'\nmodel = 'lenet5'\ndataset = {{path = 'x', image_size = {size}}}"
    )

    assert parse_project(text).dataset.sides == sides


@pytest.mark.parametrize("size", ["3", "true", "[96]", "[96, 600]", "[96.0, 96]"])
def test_other_sizes_of_images_are_refused(size: str) -> None:
    """The message has both forms."""
    text = (
        f"name = 'a'\nmodel = 'lenet5'\ndataset = {{path = 'x', image_size = {size}}}"
    )

    assert "expected 4 to 512 pixels, or [height, width] of them" in problem_of(text)
