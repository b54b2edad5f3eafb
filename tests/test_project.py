from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from tinycnn.errors import ProjectError
from tinycnn.project import (
    Budgets,
    Project,
    load_project,
    parse_project,
    project_template,
    with_app,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MINIMAL = """
name = "demo"
[dataset]
name = "digits"
[model]
name = "tiny_cnn"
"""


def _problem(text: str) -> str:
    with pytest.raises(ProjectError) as caught:
        parse_project(text)
    assert caught.value.exit_code == 2
    message = str(caught.value)
    assert "\n" not in message
    return message


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


@pytest.mark.parametrize("as_folder", [True, False])
def test_a_project_is_found_by_folder_or_file(tmp_path: Path, as_folder: bool) -> None:
    """The folder of `tinycnn.toml` or the file itself may be given."""
    file = tmp_path / "tinycnn.toml"
    file.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())

    project = load_project(tmp_path if as_folder else file)

    assert project == parse_project(MINIMAL)


@pytest.mark.parametrize("name", ["tinycnn.toml", "other.toml", "x" * 5000])
def test_no_project_file_says_how_to_get_one(tmp_path: Path, name: str) -> None:
    """The hint is `tinycnn init`."""
    path = tmp_path if name == "tinycnn.toml" else tmp_path / name

    with pytest.raises(ProjectError) as caught:
        load_project(path)

    assert str(caught.value) == f"{tmp_path / name}: no such project file"
    assert "`tinycnn init`" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b'name = "\xff"',
            "tinycnn.toml: expected UTF-8 text, got byte 0xff at offset 8",
        ),
        (b"#\n" * (1 << 20), "tinycnn.toml: expected at most 1,048,576 bytes"),
    ],
)
def test_a_file_that_is_no_project_is_refused(
    tmp_path: Path, data: bytes, message: str
) -> None:
    """Size and encoding are checked before the text is parsed."""
    (tmp_path / "tinycnn.toml").write_bytes(data)

    with pytest.raises(ProjectError) as caught:
        load_project(tmp_path)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1\nb = \n", "tinycnn.toml:2: invalid value at column 5"),
        ("a = 1\n\n[b]\n[b]\n", "tinycnn.toml:4: "),
        ('a = 1\nb = """\n\n', "tinycnn.toml:2: "),
        ("a = " + "[" * 4000, "tinycnn.toml: nested too deeply"),
        ("a" + ".a" * 4000, "tinycnn.toml:1: expected at most 4,096 characters a line"),
    ],
)
def test_a_syntax_error_names_file_and_line(text: str, message: str) -> None:
    """The message starts as compilers' messages do, so that editors can jump there."""
    assert _problem(text).startswith(message)


def test_a_number_with_thousands_of_digits_is_refused() -> None:
    """Python's limit on long numbers does not become a traceback."""
    huge = "seed = 0x" + "f" * 4000 + MINIMAL
    expected = "tinycnn.toml: seed: expected less than 4294967296, got a number of "
    assert _problem(huge) == expected + "16,000 bits"

    message = _problem(MINIMAL + "width = " + "9" * 4050)
    assert message.startswith("tinycnn.toml: model.width: expected ")
    assert "at most 4,096 characters a line" in _problem("seed = " + "9" * 5000)


@pytest.mark.parametrize(
    ("key", "unknown", "near"),
    [
        ("[trainig]\nepochs = 1", "trainig", "training"),
        ("[training]\nepoch = 1", "training.epoch", "epochs"),
        ("[budgets]\nram = 1", "budgets.ram", "ram_bytes"),
        ('[target]\n"bo\\nard" = 1', "target.'bo\\nard'", "board"),
    ],
)
def test_an_unknown_key_gets_the_nearest(key: str, unknown: str, near: str) -> None:
    """A typing error is answered with the key that was probably meant."""
    expected = f"unknown key, the nearest valid key is '{near}'"
    assert _problem(MINIMAL + key) == f"tinycnn.toml: {unknown}: {expected}"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "[training]\nepochs = 'x'",
            "training.epochs: expected a whole number, got 'x'",
        ),
        ("[training]\nepochs = true", "epochs: expected a whole number, got true"),
        ("[training]\nepochs = 1.5", "epochs: expected a whole number, got 1.5"),
        ("[training]\nepochs = [1]", "epochs: expected a whole number, got an array"),
        ("[training]\nepochs = {}", "epochs: expected a whole number, got a table"),
        (
            "[training]\nepochs = 2020-02-02",
            "epochs: expected a whole number, got 2020-02-02",
        ),
        (
            "[training]\nepochs = 0",
            "epochs: expected greater than or equal to 1, got 0",
        ),
        (
            "[training]\nlearning_rate = nan",
            "training.learning_rate: expected a finite number, got nan",
        ),
        (
            "[training]\naugment = 1",
            "training.augment: expected true, false or a table, got 1",
        ),
        (
            "[target]\ntoolchain = 'gcc'",
            "expected 'zig' or 'arm-none-eabi-gcc', got 'gcc'",
        ),
        (
            "[target]\nboard = 'nrf5340dk'",
            "target: expected framework 'zephyr' for nrf5340dk, got 'arduino'",
        ),
        (
            "[target]\ntflm_library = 'x'",
            "target: expected engine 'tflm' and toolchain 'arm-none-eabi-gcc' with "
            "tflm_library",
        ),
        (
            "[target]\nboard = 'uno'",
            "target.board: expected a board that `tinycnn boards` lists, got 'uno'",
        ),
        (
            "[budgets]\naccuracy = 98",
            "accuracy: expected less than or equal to 1, got 98",
        ),
        ("[[training]]\nepochs = 1", "training: expected a table, got an array"),
    ],
)
def test_a_wrong_value_says_what_was_expected(line: str, message: str) -> None:
    """File, key, what was expected, what was got, in one line."""
    problem = _problem(MINIMAL + line)

    assert problem.startswith("tinycnn.toml: ")
    assert problem.endswith(message)


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

    assert _problem(text) == f"tinycnn.toml: dataset: {message}"


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("width = 1", "expected either name or build, got neither"),
        ("name = 'vgg'\nbuild = 'a.py:b'", "expected either name or build, got both"),
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

    assert _problem(text) == f"tinycnn.toml: model: {message}"


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


@pytest.mark.parametrize("name", ["LeNet5", "resnet8", ""])
def test_an_unknown_model_is_told_what_is_known(name: str) -> None:
    """The names of all families are in the message."""
    message = _problem(MINIMAL.replace("tiny_cnn", name))

    assert message.startswith("tinycnn.toml: model.name: expected a model: alexnet, ")
    assert message.endswith(f"vgg, got {name!r}")


@pytest.mark.parametrize("build", ["a.py", "a.py:", "a:b", ":b", "a.py:1b", "a.txt:b"])
def test_a_function_is_a_file_and_a_name(build: str) -> None:
    """What is no Python file with a function's name is refused."""
    text = f"name = 'a'\ndataset.name = 'digits'\nmodel.build = '{build}'"

    assert _problem(text) == (
        "tinycnn.toml: model.build: expected a Python file and a function, as "
        f"my_model.py:build, got '{build}'"
    )


@pytest.mark.parametrize("path", ["", "a\\u0000b", "a\\nb"])
def test_a_path_is_one_line_of_text(path: str) -> None:
    """Empty paths and control characters are refused."""
    text = f'name = "a"\nmodel.name = "lenet5"\ndataset.path = "{path}"'

    assert "dataset.path: expected the path of a folder or an .npz" in _problem(text)


def test_several_problems_are_counted() -> None:
    """The first is told, an unknown key before all others; the rest are counted."""
    text = MINIMAL + "[training]\nepochs = 0\nbatch_size = 0\n[target]\nbaord = 'x'"

    assert _problem(text) == (
        "tinycnn.toml: target.baord: unknown key, the nearest valid key is 'board' "
        "(and 2 more problems)"
    )
    assert _problem("name = 'a'").endswith(
        "dataset: expected a value, got nothing (and 1 more problem)"
    )


@pytest.mark.parametrize("name", ["a", "Digits", "tiny_cnn_2", "x" * 63])
def test_good_names_are_accepted(name: str) -> None:
    """Letters, digits and underscores, led by a letter."""
    assert parse_project(MINIMAL.replace("demo", name)).name == name


@pytest.mark.parametrize(
    "name", ["", "1a", "_a", "my-project", "a b", "ä", "a\\n", "x" * 64]
)
def test_names_that_are_no_identifiers_are_refused(name: str) -> None:
    """The name becomes part of C symbols and of file names."""
    message = _problem(MINIMAL.replace("demo", name))

    assert "name: expected a letter, then letters, digits or underscores" in message


@pytest.mark.parametrize("name", ["int", "register", "class", "_Bool"])
def test_keywords_are_refused_as_names(name: str) -> None:
    """No name is a keyword of C, or of C++, which sketches are."""
    assert "tinycnn.toml: name: expected a" in _problem(MINIMAL.replace("demo", name))


@pytest.mark.parametrize(
    ("dataset", "model", "epochs", "quantization_epochs"),
    [
        ("digits", "tiny_cnn", 60, 8),
        ("digits", "efficientnet_lite", 60, 8),
        ("mnist", "lenet5", 12, 3),
        ("fashion-mnist", "tiny_cnn", 12, 3),
        ("./photos", "lenet5", 60, 8),
        ("data/all.npz", "tiny_cnn", 60, 8),
        ('./it\'s "odd" \\ ü', "tiny_cnn", 60, 8),
    ],
)
def test_a_new_project_loads_back(
    tmp_path: Path, dataset: str, model: str, epochs: int, quantization_epochs: int
) -> None:
    """What `project_template` writes is a valid project with the choices made."""
    text = project_template("demo", dataset=dataset, model=model)
    (tmp_path / "tinycnn.toml").write_text(text, encoding="utf-8")

    project = load_project(tmp_path)

    assert dataset in (project.dataset.name, project.dataset.path)
    assert project.model.name == model
    assert project.training.epochs == epochs
    assert project.quantization.epochs == quantization_epochs


def test_a_new_project_explains_every_section() -> None:
    """Each table of the project follows a comment."""
    lines = project_template("demo").splitlines()

    for table in set(Project.model_fields) - {"name", "seed"}:
        assert lines[lines.index(f"[{table}]") - 1].startswith("# ")
    assert lines[0].startswith("# ")


def test_budgets_of_a_new_project_are_suggestions() -> None:
    """The budgets are comments, and valid once the # is removed."""
    text = project_template("demo").replace("\n# ", "\n")
    budgets = "[budgets]" + text.split("[budgets]")[1]

    project = parse_project(MINIMAL + budgets)

    assert parse_project(project_template("demo")).budgets == Budgets()
    assert None not in project.budgets.model_dump().values()


def test_a_new_project_takes_the_framework_that_the_board_has() -> None:
    """Arduino's where it has both."""
    boards = {"nano33ble": "arduino", "nrf5340dk": "zephyr"}
    for board, framework in boards.items():
        project = parse_project(project_template("a", board=board))
        assert project.target.framework == framework


def test_tflm_on_arduino_gets_one_scale_for_dense_weights() -> None:
    """A new project builds as it is, with either framework."""
    for framework in ("arduino", "zephyr"):
        text = project_template("a", framework=framework, engine="tflm")
        project = parse_project(text)
        assert project.quantization.per_channel_dense == (framework == "zephyr")
        assert project.target.numerics == "tflm"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "my-project"}, "name: expected a letter"),
        ({"model": "resnet50"}, "model 'resnet50': not known"),
        (
            {"board": "uno"},
            "target.board: expected a board that `tinycnn boards` lists, got 'uno'",
        ),
    ],
)
def test_a_new_project_is_checked(arguments: dict[str, str], message: str) -> None:
    """What would not load back is not written."""
    with pytest.raises(ProjectError, match=message):
        project_template(**{"name": "demo", **arguments})


def test_damaged_files_never_raise_anything_else() -> None:
    """300 damaged project files are read or refused."""
    rng = np.random.Generator(np.random.PCG64(6))
    text = project_template("demo", dataset="./photos")
    alphabet = "\"'[]{}=.,#\n\\-+e019_ainft\x00\x7f\ud800ü"
    messages = []

    for _ in range(300):
        mutant = list(text)
        for position in rng.integers(0, len(text), rng.integers(1, 6)).tolist():
            mutant[position] = alphabet[rng.integers(len(alphabet))]
        try:
            parse_project("".join(mutant))
        except ProjectError as error:
            messages.append(str(error))

    assert len(messages) > 100
    assert all(message.startswith("tinycnn.toml:") for message in messages)
    assert all(len(message.splitlines()) == 1 for message in messages)


FRAME = 'frame = { width = 96, height = 64, pixels = "rgb565" }'


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
    assert message in _problem(f"{MINIMAL}[target]\n{wrong}")


def test_a_command_chooses_another_app() -> None:
    """The rest of the target stays, and the board must be able to."""
    project = parse_project(f"{MINIMAL}[target]\n{FRAME}")
    pico = parse_project(f'{MINIMAL}[target]\nboard = "pico"')

    assert with_app(project, "camera").target.app == "camera"
    assert with_app(project, "serial").target.frame == project.target.frame
    with pytest.raises(ProjectError, match=r"^expected board 'nano33ble' and"):
        with_app(pico, "camera")
