"""What may be chosen, and the project that a choice makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.search.conftest import make_found
from tinycnn.errors import ProjectError
from tinycnn.families import FAMILIES
from tinycnn.project import Project, parse_project, project_template
from tinycnn.search import apply_choice, find_space
from tinycnn.search.chosen import chosen_project

TEXT = project_template("demo")


class First:
    """Chooses the first of all, and the lowest."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        """The first of them."""
        self.asked[name] = choices
        return choices[0]

    def suggest_float(
        self, name: str, low: float, high: float, *, log: bool = False
    ) -> float:
        """The lower."""
        self.asked[name] = (low, high)
        return low


def read(search: str, text: str = TEXT) -> Project:
    """The project with a `[search]` table."""
    return parse_project(text.replace("[search]", f"[search]\n{search}"), source="demo")


def test_without_a_word_small_families_are_tried(project: Project) -> None:
    """The project's own first, each with its own knobs."""
    space = find_space(project)

    assert space.families[0] == "tiny_cnn"
    assert {"ds_cnn", "resnet", "mobilenet_v2"} < set(space.families)
    assert space.knobs["resnet"]["depth"] == FAMILIES["resnet"].knobs["depth"].choices
    assert space.widths["mobilenet_v2"] == pytest.approx((0.0875, 0.7))
    assert space.images == ()  # digits have one size


@pytest.mark.parametrize("family", [n for n, f in FAMILIES.items() if not f.is_given])
def test_each_family_makes_a_project(family: str) -> None:
    """With all that can be chosen of it."""
    project = read(f'families = ["{family}"]')
    trial = First()

    choice = find_space(project).choose(trial)
    made = apply_choice(project, choice)

    assert made.model.name == family
    assert set(made.model.knobs) <= set(FAMILIES[family].knobs)
    assert made.training.learning_rate == choice["learning_rate"] == 0.001
    assert not [name for name in trial.asked if name == "weights"]  # one value


def test_a_folder_of_pictures_is_tried_smaller() -> None:
    """In sides that halve well."""
    text = project_template("demo", dataset="photos/", image_size=64, channels=3)
    space = find_space(read("channels = [1, 3]", text))

    assert space.images == (32, 48, 64)
    assert space.channels == (1, 3)


def test_ones_own_builder_has_the_knobs_that_are_said() -> None:
    """And nothing is asked of families."""
    text = TEXT.replace('name = "tiny_cnn"', 'build = "net.py:build"')
    project = read("width = [0.5, 2.0]\ndepth = [1, 2]", text.replace("\nwidth", "\n#"))
    trial = First()

    choice = find_space(project).choose(trial)

    assert trial.asked["width"] == (0.5, 2.0)
    assert trial.asked["depth"] == (1, 2)
    assert apply_choice(project, choice).model.build == "net.py:build"


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ('families = ["vgg", "vvg"]', "search: expected families of alexnet, "),
        ("width = [2.0, 1.0]", "search: expected width = [lowest, highest], got"),
        ("epochs = 0", "search.epochs: expected greater than or equal to 1, got 0"),
        ("colour = 1", "search.colour: unknown key"),
    ],
)
def test_a_wrong_table_is_told(search: str, message: str) -> None:
    """With its key."""
    with pytest.raises(ProjectError) as told:
        read(search)

    assert message in str(told.value)
    assert str(told.value).startswith("demo:")


def test_a_choice_becomes_a_project_file(tmp_path: Path) -> None:
    """Comments stay; paths lead to the same place."""
    text = project_template("demo", dataset="photos/", image_size=64, channels=3)
    project = parse_project(text, source="demo")
    choice = {
        "family": "resnet", "width": 0.5, "depth": 14, "image_size": 48,
        "channels": 1, "learning_rate": 0.002, "augment": False, "weights": "ternary",
    }  # fmt: skip
    (tmp_path / "photos").mkdir()

    new = chosen_project(
        text,
        project,
        tmp_path,
        [make_found(7, choice=choice)],
        7,
        name="best",
        place=tmp_path / "deep/best",
    )

    made = parse_project(new, source="best")
    assert made.dataset.path == "../../photos"
    expected = apply_choice(project, choice).model_dump(exclude={"dataset", "name"})
    assert made.model_dump(exclude={"dataset", "name"}) == expected
    assert made.name == "best"
    assert new.count("#") >= text.count("#") - 1


def test_a_trial_that_is_not_there_is_told(project: Project, tmp_path: Path) -> None:
    """With those that are."""
    with pytest.raises(ProjectError, match=r"^trial 9: not known$") as told:
        chosen_project(
            TEXT, project, tmp_path, [make_found(3)], 9, name="a", place=tmp_path
        )

    assert told.value.hint == "trials that are over: 0 to 3"
