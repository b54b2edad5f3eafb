"""What is wrong with a project, in words of its file."""

from __future__ import annotations

import pytest

from tests.project.texts import MINIMAL, problem_of


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
    problem = problem_of(MINIMAL + line)

    assert problem.startswith("tinycnn.toml: ")
    assert problem.endswith(message)


def test_several_problems_are_counted() -> None:
    """The first is told, an unknown key before all others; the rest are counted."""
    text = MINIMAL + "[training]\nepochs = 0\nbatch_size = 0\n[target]\nbaord = 'x'"

    assert problem_of(text) == (
        "tinycnn.toml: target.baord: unknown key, the nearest valid key is 'board' "
        "(and 2 more problems)"
    )
    assert problem_of("name = 'a'").endswith(
        "dataset: expected a value, got nothing (and 1 more problem)"
    )
