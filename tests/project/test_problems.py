"""What is wrong with a project, in words of its file."""

from __future__ import annotations

import pytest

from tests.project.texts import MINIMAL, problem_of, problems_of

_SETTINGS = ("name = 'demo'", "dataset.name = 'digits'", "model.name = 'tiny_cnn'")


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
    assert problem_of(MINIMAL + key) == f"tinycnn.toml: {unknown}: {expected}"


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
            "[training]\nepochs = -1",
            "epochs: expected greater than or equal to 0, got -1",
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
            "target.board: expected a board that `tinycnn boards` lists, got 'uno'; "
            "did you mean 'uno_q'?",
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
    problem = problem_of(MINIMAL + line)

    assert problem.startswith("tinycnn.toml: ")
    assert problem.endswith(message)


def test_all_faults_are_told_at_once_with_their_places() -> None:
    """In the order of the text, each with file, line and column."""
    text = MINIMAL + "[training]\nepochs = -1\n  batch_size = 0\n[target]\nbaord = 'x'"

    assert problems_of(text) == [
        "tinycnn.toml:8:1: training.epochs: expected greater than or equal to 0, "
        "got -1",
        "tinycnn.toml:9:3: training.batch_size: expected greater than or equal to 1, "
        "got 0",
        "tinycnn.toml:11:1: target.baord: unknown key, the nearest valid key is "
        "'board'",
    ]


def test_what_is_missing_has_the_place_of_its_table() -> None:
    """A table that is not there has none."""
    assert problems_of("name = 'a'\n\n[target]\nframe = {width = 1, height = 1}") == [
        "tinycnn.toml:4:1: target.frame.pixels: expected a value, got nothing",
        "tinycnn.toml: dataset: expected a value, got nothing",
        "tinycnn.toml: model: expected a value, got nothing",
    ]


def test_a_file_that_is_all_wrong_stays_readable() -> None:
    """The first twenty are told, the others counted."""
    unknown = "".join(f"key_{number} = 1\n" for number in range(30))

    problems = problems_of(unknown + MINIMAL)

    assert len(problems) == 21
    assert problems[0] == "tinycnn.toml:1:1: key_0: unknown key"
    assert problems[-1] == "tinycnn.toml: and 10 more problems"


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("model.name = 'LeNet-5'", "lenet5"),
        ("model = 'resnett'", "resnet"),
        (
            "model = {name = 'efficientnet_lite', activation = 'hardswish'}",
            "hard_swish",
        ),
        ("target.board = 'nano33bel'", "nano33ble"),
        ("target.board = 'Nano 33 BLE Sense'", "nano33blesense"),
        ("target.framework = 'ardiuno'", "arduino"),
        ("target.engine = 'tfml'", "tflm"),
        ("target.toolchain = 'arm-gcc'", "arm-none-eabi-gcc"),
        ("target.optimize = 'sped'", "speed"),
        ("target.app = 'cam'", "camera"),
        ("target.frame = {width = 1, height = 1, pixels = 'rgb56'}", "rgb565"),
        ("training.optimizer = 'Adam'", "adam"),
        ("training.schedule = 'cosin'", "cosine"),
        ("training.precision = 'float16'", "bfloat16"),
        ("quantization.method = 'qta'", "qat"),
        ("quantization.weights = 'int-8'", "int8"),
        ("quantization.ranges = 'learnt'", "learned"),
        ("dataset.fit = 'corp'", "crop"),
    ],
)
def test_of_every_choice_the_nearest_is_suggested(line: str, near: str) -> None:
    """Whatever can be one of several names."""
    others = [other for other in _SETTINGS if other.split(".")[0] not in line]

    problem = problem_of("\n".join([*others, line]))

    assert problem.endswith(f"; did you mean '{near}'?")


def test_keys_are_found_however_they_are_written() -> None:
    """Quoted, dotted, in inline tables, behind strings and comments that hold them."""
    text = """# [training] epochs = 0
name = "a" # dataset.channels = 2
dataset = {name = "digits", "channels" = 2, path = '}]=', fit = "corp"}
"model" . 'name' = "lenet5"
[target.frame]
width = 1 # height = 1
height = '''
pixels = "rgb888"'''
pixels = [1, {a = [2]},
  3]
"""
    places = [problem.split(": ")[:2] for problem in problems_of(text)]

    assert places == [
        ["tinycnn.toml:3:29", "dataset.channels"],
        ["tinycnn.toml:3:59", "dataset.fit"],
        ["tinycnn.toml:7:1", "target.frame.height"],
        ["tinycnn.toml:9:1", "target.frame.pixels"],
    ]
