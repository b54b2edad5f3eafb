"""The projects of the zoo: which are rows, what they learn from, what they mean."""

from __future__ import annotations

from pathlib import Path

from tinycnn.artifacts import hash_json, hash_path
from tinycnn.models.user import model_file
from tinycnn.project import PROJECT_FILE, load_project

__all__ = ["find_recipes", "hash_recipe"]


def find_recipes(folder: Path) -> dict[str, Path]:
    """The projects that have a goal, by name."""
    paths = sorted(folder.glob(f"*/{PROJECT_FILE}"))
    goals = {path: load_project(path).budgets.accuracy for path in paths}
    return {path.parent.name: path for path, goal in goals.items() if goal}


def hash_recipe(path: Path) -> str:
    """Of what a project file means, its model, and those that it learns from."""
    project = load_project(path)
    meant = project.model_dump(exclude_unset=True)
    own = model_file(project.model, path.parent)
    if own is not None:
        meant[own.name] = hash_path(own)
    for lender in project.training.lenders:
        meant[lender] = hash_recipe(path.parent / lender / PROJECT_FILE)
    return hash_json(meant)
