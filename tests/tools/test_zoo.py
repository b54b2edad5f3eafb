"""The results table shows what was run, by the recipe that is there, and no more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.observer import Log
from tinycnn.artifacts import BuildFolder
from tools.zoo import stopwatch
from tools.zoo.__main__ import main
from tools.zoo.recipes import hash_recipe
from tools.zoo.row import Row, read_results
from tools.zoo.stopwatch import Stopwatch
from tools.zoo.table import to_markdown

RECIPE = """
name = "small"
dataset = {name = "digits"}
model = {name = "lenet5", width = 0.5}
training = {epochs = 4, batch_size = 64}
quantization = {epochs = 1}
budgets = {accuracy = 0.6}
"""
OTHER = RECIPE.replace("small", "other")
ROW = Row(
    recipe="",
    dataset="digits",
    images=400,
    parameters=12_345,
    macs=67_890,
    float_correct=300,
    twin_correct=299,
    int8_correct=298,
    ptq_correct=297,
    flash_bytes=23_456,
    table_bytes=12_300,
    arena_bytes=4_567,
    milliseconds=8.91,
    board="nano33ble",
    validated_images=20,
    minutes=7.25,
    cpu_minutes=11.04,
    cores=2,
    seed=1,
    versions={},
)
CELLS = (
    "12,345 | 67,890 | 75.00 | 74.75 | 74.50{} | >= {:.1f} | 74.25 | 23.5 (12.3) | "
    "4.6 | 8.9 | 7.2 (11.0) | 1 |"
)


@pytest.fixture
def recipes(tmp_path: Path) -> dict[str, Path]:
    """Two projects by name."""
    found = {}
    for name, text in (("other", OTHER), ("small", RECIPE)):
        found[name] = tmp_path / name / "tinycnn.toml"
        found[name].parent.mkdir()
        found[name].write_text(text)
    return found


def _row(path: Path, **changes: Any) -> Row:
    """The row of the recipe that lies there now."""
    return replace(ROW, recipe=hash_recipe(path), **changes)


def _line(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if f"`{name}`" in line)


def test_a_row_shows_what_was_measured(recipes: dict[str, Path]) -> None:
    """Shares in percent of all test images, bytes in kB."""
    text = to_markdown(recipes, {"small": _row(recipes["small"])})

    assert _line(text, "small").endswith(CELLS.format("", 60))


def test_a_project_that_was_not_run_has_no_figures(recipes: dict[str, Path]) -> None:
    """Only what its recipe says: model, goal and seed."""
    line = _line(to_markdown(recipes, {}), "other")

    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert list(filter(None, cells)) == [
        *("`other`", "digits", "lenet5, width 0.5", "not run yet", ">= 60.0", "1"),
    ]


def test_a_changed_recipe_is_not_run_yet(recipes: dict[str, Path]) -> None:
    """A comment changes nothing; a value makes the row another network's."""
    path = recipes["small"]
    rows = {"small": _row(path)}

    path.write_text(f"# quick\n{RECIPE}")
    assert "not run yet" not in _line(to_markdown(recipes, rows), "small")
    path.write_text(RECIPE.replace("epochs = 4", "epochs = 5"))
    assert "not run yet" in _line(to_markdown(recipes, rows), "small")


def test_a_row_ends_with_what_it_learned_from(recipes: dict[str, Path]) -> None:
    """Another recipe of its teacher, and it is not run yet."""
    small, other = recipes["small"], recipes["other"]
    small.write_text(
        f'{RECIPE}training.distill = {{teacher = "../other"}}\n'.replace(
            "training = {epochs = 4, batch_size = 64}\n", ""
        )
    )
    rows = {"small": _row(small)}

    assert "not run yet" not in _line(to_markdown(recipes, rows), "small")
    other.write_text(OTHER.replace("epochs = 4", "epochs = 5"))
    assert "not run yet" in _line(to_markdown(recipes, rows), "small")


def test_a_row_ends_with_the_model_beside_it(recipes: dict[str, Path]) -> None:
    """Another line in the project's own network, and it is not run yet."""
    path = recipes["small"]
    path.write_text(RECIPE.replace('name = "lenet5", width = 0.5', 'build = "n.py:f"'))
    (path.parent / "n.py").write_text("def f(): ...\n")
    rows = {"small": _row(path)}

    assert "not run yet" not in _line(to_markdown(recipes, rows), "small")
    (path.parent / "n.py").write_text("def f(): pass\n")
    assert "not run yet" in _line(to_markdown(recipes, rows), "small")


def test_a_missed_goal_is_marked(recipes: dict[str, Path]) -> None:
    """One image too few."""
    recipes["small"].write_text(RECIPE.replace("0.6", "0.7475"))
    text = to_markdown(recipes, {"small": _row(recipes["small"])})

    assert "| 74.50! | >= 74.8 |" in _line(text, "small")


def test_the_table_goes_between_its_marks(
    recipes: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is around it stays; without marks nothing is written."""
    document = tmp_path / "README.md"
    arguments = ["--folder", str(tmp_path), "--table", "--markdown", str(document)]

    document.write_text("before\n")
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    marks = "<!-- python -m tools.zoo --> and <!-- end -->"
    assert f"README.md: expected a file with {marks}" in capsys.readouterr().err
    document.write_text("a\n<!-- python -m tools.zoo -->\nold\n<!-- end -->\nb\n")
    assert main(arguments) == 0
    text = document.read_text()
    assert text.startswith("a\n<!-- python -m tools.zoo -->\n| project |")
    assert text.endswith("<!-- end -->\nb\n")
    assert "old" not in text


def test_a_project_without_a_goal_is_no_row(
    recipes: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It only lends to others."""
    recipes["other"].write_text(OTHER.replace("budgets = {accuracy = 0.6}", ""))

    assert main(["--folder", str(tmp_path), "--table"]) == 0
    printed = capsys.readouterr().out
    assert "| `small` |" in printed
    assert "`other`" not in printed


def test_only_known_projects_are_run(
    recipes: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A typing error is told before anything is trained."""
    assert main(["--folder", str(tmp_path), "small", "smal"]) == 2

    assert "project 'smal': not in" in capsys.readouterr().err
    assert not (tmp_path / "small" / "build").exists()


def test_a_row_that_fails_does_not_stop_the_others(
    recipes: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Data that is not there is told, and the table is written all the same."""
    for path in recipes.values():
        path.write_text(RECIPE.replace('name = "digits"', 'path = "gone"'))

    assert main(["--folder", str(tmp_path)]) == 3
    printed = capsys.readouterr()
    assert printed.err.count("gone: expected a folder of images") == 2
    assert "| `small` | gone | " in printed.out


def test_the_time_of_a_stopped_training_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The epochs of both runs are summed up, what is between them is not."""
    monkeypatch.setattr(
        stopwatch, "_now", iter([(0, 0), (60, 30), (500, 0), (560, 90)]).__next__
    )
    stopped = Stopwatch(BuildFolder(tmp_path), Log())
    stopped.stage("train", is_current=False)
    stopped.progress("train", 1, 2)
    (tmp_path / "train.checkpoint").touch()
    resumed = Stopwatch(BuildFolder(tmp_path), Log())
    assert resumed.minutes == (None, None)
    resumed.stage("train", is_current=False)
    resumed.stage("quantize", is_current=True)
    resumed.progress("evaluate", 1, 1)
    resumed.seconds["quantize"] = [60, 60]

    assert resumed.minutes == (3.0, 3.0)


@pytest.mark.train
@pytest.mark.emulated
def test_a_row_from_images_to_the_table(tmp_path: Path) -> None:
    """Trained, compiled, equal on the simulated board; then it is not run again."""
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "tinycnn.toml").write_text(RECIPE)
    document = tmp_path / "README.md"
    document.write_text("<!-- python -m tools.zoo -->\n<!-- end -->\n")
    arguments = ["--folder", str(tmp_path), "--markdown", str(document)]

    assert main(arguments) == 0
    row = read_results(tmp_path)["small"]
    assert row.images == 359
    assert row.validated_images == 20
    assert (
        row.parameters
        == 3 * 25 + 3 + 8 * 3 * 25 + 8 + 32 * 60 + 60 + 60 * 42 + 42 + 430
    )
    assert min(row.float_correct, row.int8_correct, row.ptq_correct) > 0.6 * row.images
    assert row.cpu_minutes > 0
    assert row.arena_bytes < row.flash_bytes
    assert f"| {100 * row.int8_correct / 359:.2f} |" in document.read_text()
    (tmp_path / "small" / "build").rename(tmp_path / "gone")
    assert main(arguments) == 0
    assert not (tmp_path / "small" / "build").exists()
