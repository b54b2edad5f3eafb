"""New projects: commented, complete, and valid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.project.texts import MINIMAL
from tinycnn.errors import ProjectError
from tinycnn.project import (
    Budgets,
    Project,
    load_project,
    parse_project,
    project_template,
)


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


def test_a_kernel_is_given_in_rows() -> None:
    """Nothing of training is in the file; other rows and a divisor are read."""
    text = project_template("demo", model="image_kernel")
    model = parse_project(text).model
    assert model.given == {"kernel": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)), "divisor": 8}
    assert "epochs" not in text
    assert parse_project(project_template("demo")).model.given is None

    five = str([[1] * 5] * 5)
    text = text.replace("[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]", five)
    assert parse_project(text).model.knobs == {"kernel": ((1,) * 5,) * 5, "divisor": 8}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[-2, 0, 2], ", "", "expected kernel 3 or 5 rows of as many .*got 2 of 3, 3"),
        ("-2, 0, 2", "-2, 0", "expected kernel 3 or 5 rows .* got 3 of 3, 2, 3"),
        ("[-2, 0, 2]", "7", "model.kernel"),
        ("-2, 0, 2", "-2.5, 0, 2", "model.kernel.1.0"),
        ("divisor = 8", "divisor = 0", "model.divisor"),
        ("divisor = 8", "width = 1.0", "has no width; its knobs: kernel, divisor"),
        ('"ptq"', '"qat"', "expected quantization.method 'ptq' with model 'image_"),
    ],
)
def test_a_kernel_is_checked(old: str, new: str, message: str) -> None:
    """What is none is refused by its place."""
    text = project_template("demo", model="image_kernel")
    with pytest.raises(ProjectError, match=message):
        parse_project(text.replace(old, new))


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
def test_a_new_project_is_checked(arguments: dict[str, Any], message: str) -> None:
    """What would not load back is not written."""
    with pytest.raises(ProjectError, match=message):
        project_template(**{"name": "demo", **arguments})


def test_what_was_seen_of_the_data_is_written() -> None:
    """Size and colour of pictures, and a schedule for many; arrays have their size."""
    text = project_template(
        "demo", dataset="./x", image_size=(48, 80), channels=3, images=50_000
    )
    arrays = project_template("demo", dataset="./x", are_pictures=False)

    project = parse_project(text)
    assert project.dataset.image_size == (48, 80)
    assert project.dataset.channels == 3
    assert project.training.batch_size == 128
    assert parse_project(arrays).dataset.image_size is None
